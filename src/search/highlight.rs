//! The passage of a section that a snippet shows, with the ranges of the words that matched.
//!
//! Our own: tantivy's generator misses the words of phrases and of other labels.

use serde::{Deserialize, Serialize};
use tantivy::tokenizer::TextAnalyzer;

/// Characters of a snippet.
const WIDTH: usize = 260;
/// How far before the first match a snippet may begin, in bytes.
const LEAD: usize = 60;

/// A passage with what to mark in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snippet {
    pub text: String,
    /// Begin and end of each matched word, in Unicode scalar values, ascending.
    pub highlights: Vec<(usize, usize)>,
}

/// A word of the text that matched: its byte range, and which stem it is.
struct Match {
    start: usize,
    end: usize,
    stem: usize,
}

/// The passage of `text` that holds most of `stems` (sorted), about [`WIDTH`] characters.
///
/// It begins at the start of a line or sentence where one is near, and never inside a word.
pub(super) fn snippet(text: &str, stems: &[String], analyzer: &mut TextAnalyzer) -> Snippet {
    let matches = matches(text, stems, analyzer);
    let (from, to) = window(text, &matches, stems.len());
    let passage = &text[from..to];
    let mut shown = String::with_capacity(passage.len() + 6);
    if from > 0 && !text[..from].ends_with('\n') {
        shown.push('…');
    }
    let lead = shown.chars().count();
    // Every character keeps its place, so that the ranges hold; white space shows as one space.
    shown.extend(passage.chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
    if to < text.len() {
        shown.push('…');
    }
    let inside = matches.iter().filter(|found| from <= found.start && found.end <= to);
    let highlights = inside.map(|found| {
        let start = lead + text[from..found.start].chars().count();
        (start, start + text[found.start..found.end].chars().count())
    });
    Snippet { text: shown, highlights: merged(highlights) }
}

/// The ranges with those that overlap as one: neighbouring pairs of characters do.
fn merged(ranges: impl Iterator<Item = (usize, usize)>) -> Vec<(usize, usize)> {
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in ranges {
        match merged.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

fn matches(text: &str, stems: &[String], analyzer: &mut TextAnalyzer) -> Vec<Match> {
    let mut matches = Vec::new();
    if stems.is_empty() {
        return matches;
    }
    let mut stream = analyzer.token_stream(text);
    while stream.advance() {
        let token = stream.token();
        if let Ok(stem) = stems.binary_search(&token.text) {
            matches.push(Match { start: token.offset_from, end: token.offset_to, stem });
        }
    }
    matches
}

/// The byte range to show: the window that holds most different stems, then most matches.
fn window(text: &str, matches: &[Match], stems: usize) -> (usize, usize) {
    let mut best = (0, 0, 0);
    for (first, from) in matches.iter().enumerate() {
        let mut seen = vec![false; stems];
        let mut count = 0;
        for found in
            matches[first..].iter().take_while(|found| found.end < from.start + WIDTH - LEAD)
        {
            seen[found.stem] = true;
            count += 1;
        }
        let different = seen.iter().filter(|seen| **seen).count();
        if (different, count) > (best.0, best.1) {
            best = (different, count, from.start);
        }
    }
    // Near the end of the text there is more to show before the words than behind them.
    let latest = text.char_indices().rev().nth(WIDTH - LEAD - 1).map_or(0, |(at, _)| at);
    let from = start_near(text, best.2.min(latest));
    let end = text[from..].char_indices().nth(WIDTH).map_or(text.len(), |(at, _)| from + at);
    if end == text.len() {
        return (from, end);
    }
    let cut = text[from..end].rfind(char::is_whitespace).filter(|cut| *cut > WIDTH / 2);
    (from, cut.map_or(end, |cut| from + cut))
}

/// The begin of the line or sentence that holds `at`, if within [`LEAD`]; else of a word near.
fn start_near(text: &str, at: usize) -> usize {
    let mut back = at.saturating_sub(LEAD);
    while !text.is_char_boundary(back) {
        back -= 1;
    }
    let before = &text[back..at];
    let line = before.rfind('\n').map(|found| found + 1);
    let sentence = before.rfind(". ").map(|found| found + 2);
    let space = |(_, c): &(usize, char)| c.is_whitespace();
    let word = || before.char_indices().find(space).map(|(found, c)| found + c.len_utf8());
    if back == 0 && line.is_none() && sentence.is_none() {
        return 0;
    }
    back + line.max(sentence).or_else(word).unwrap_or(before.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::schema::stemmed;

    fn marked(text: &str, words: &[&str]) -> (String, Vec<String>) {
        let mut stems: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        stems.sort();
        let snippet = snippet(text, &stems, &mut stemmed());
        let cut = |(from, to): &(usize, usize)| {
            snippet.text.chars().skip(*from).take(to - from).collect::<String>()
        };
        (snippet.text.clone(), snippet.highlights.iter().map(cut).collect())
    }

    #[test]
    fn every_matched_form_is_marked_where_it_stands() {
        let (text, found) =
            marked("Übung: Ranking models rank; the rank is “rank”.", &["rank", "model"]);
        assert_eq!(text, "Übung: Ranking models rank; the rank is “rank”.");
        assert_eq!(found, ["Ranking", "models", "rank", "rank", "rank"]);
    }

    #[test]
    fn a_match_at_the_end_is_shown_with_what_leads_to_it() {
        let text = format!("{}Last comes drift.", "Before it stands this. ".repeat(30));
        let (shown, found) = marked(&text, &["drift"]);
        assert_eq!(found, ["drift"]);
        assert!(shown.chars().count() > WIDTH - 60, "{shown}");
    }

    #[test]
    fn the_passage_with_most_words_is_shown() {
        let filler = "Nothing of interest stands here at all. ".repeat(20);
        let text = format!("bias alone. {filler}Here position bias is told. {filler}");
        let (shown, found) = marked(&text, &["posit", "bias"]);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert_eq!(found, ["position", "bias"]);
        assert!(shown.chars().count() <= WIDTH + 2);
    }

    proptest! {
        #[test]
        fn ranges_never_leave_the_text(text in "([a-z]{1,9}[ .\n\u{a0}\u{3000}]|é|字|🙂|\u{301}){0,200}") {
            let snippet = snippet(&text, &["a".into(), "ab".into(), "b".into()], &mut stemmed());
            let length = snippet.text.chars().count();
            for (from, to) in snippet.highlights {
                prop_assert!(from < to && to <= length);
            }
        }
    }
}
