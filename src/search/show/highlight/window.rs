//! Chooses the passage of a text that a snippet shows.

use std::ops::Range;

use super::matches::TextMatch;

/// The maximum number of characters of a snippet.
const WIDTH: usize = 260;
/// How far before the first match a snippet may begin, in characters.
const LEAD: usize = 90;

/// The number of sentences that [`nearest_sentence`] compares.
const COMPARED: usize = 16;
/// Shorter sentences, in bytes, are not compared: they say too little.
const SHORT: usize = 30;
/// The maximum number of equally good passages whose meaning is compared.
const TIED: usize = 3;

/// A passage with at least this many backslashes is treated as a formula. The source of a formula is hard to read.
const FORMULA: usize = 3;

/// How near a text is to the query in meaning.
pub(super) type Nearness<'n> = &'n dyn Fn(&str) -> f32;

/// The byte range of the passage to show: the passage with the most different units of the query. Of several such
/// passages, it is the nearest in meaning, or without `nearness` the one with the most matches. A passage with a formula
/// counts as having one unit less. The range begins
/// at the start of a sentence or line if there is one nearby, otherwise at the start of a word. It ends at the end of a
/// sentence or line if the range is then still long enough, otherwise at the end of a word.
pub(super) fn window(
    text: &str,
    matches: &[TextMatch],
    nearness: Option<Nearness>,
) -> Range<usize> {
    let first = best(text, matches, nearness).map_or(0, |at| matches[at].start);
    // Near the end of the text, the window starts earlier, so that it is still full.
    let latest = text.char_indices().rev().nth(WIDTH - LEAD - 1).map_or(0, |(at, _)| at);
    let from = start(text, first.min(latest));
    // Skips a formula before the first match, if a line or sentence begins between them.
    let formula = text[from..first.max(from)].rfind('\\').map(|at| from + at);
    let behind = formula.and_then(|at| borders(&text[..first], at).next());
    let from = behind.unwrap_or(from);
    let end = text[from..].char_indices().nth(WIDTH).map_or(text.len(), |(at, _)| from + at);
    if end == text.len() {
        return from..end;
    }
    let shown = matches.iter().filter(|found| from <= found.start && found.end <= end);
    let needed = shown.map(|found| found.end).max().unwrap_or(from);
    let least = text[from..].char_indices().nth(WIDTH * 3 / 5).map_or(end, |(at, _)| from + at);
    let border = borders(&text[..end], needed.max(least)).last();
    let space = || text[needed..end].rfind(char::is_whitespace).map(|at| needed + at);
    from..border.or_else(space).filter(|at| *at > from).unwrap_or(end)
}

/// The byte offset of the sentence or line of `text` for which `nearness` is greatest. Short sentences, and sentences
/// after the first [`COMPARED`], are not compared.
pub(super) fn nearest_sentence(text: &str, nearness: Nearness) -> usize {
    let ends = borders(text, 0).chain([text.len()]);
    let mut from = 0;
    let mut best = (0.0, 0);
    for end in ends.take(COMPARED) {
        let sentence = &text[from..end];
        if sentence.len() >= SHORT {
            let near = nearness(sentence);
            if near > best.0 {
                best = (near, from);
            }
        }
        from = end;
    }
    best.1
}

/// A passage that begins with a match, before it is cut to its exact size.
#[derive(Clone)]
struct Passage {
    /// The index of the match.
    at: usize,
    bytes: Range<usize>,
    /// The number of different units.
    units: u32,
    /// The number of matches; more than six count as six.
    count: usize,
}

/// The index of the match that begins the best window.
fn best(text: &str, matches: &[TextMatch], nearness: Option<Nearness>) -> Option<usize> {
    let passages: Vec<Passage> = (0..matches.len()).map(|at| passage(text, matches, at)).collect();
    let value = |passage: &Passage| (passage.units, passage.count);
    // `max_by_key` returns the last of equal items; in reverse, that is the first passage.
    let best = passages.iter().rev().max_by_key(|passage| value(passage))?;
    let Some(nearness) = nearness else { return Some(best.at) };
    let mut tied = vec![best];
    for one in passages.iter().filter(|one| one.units == best.units) {
        let is_apart = |other: &&Passage| {
            one.bytes.start >= other.bytes.end || one.bytes.end <= other.bytes.start
        };
        if tied.len() < TIED && tied.iter().all(is_apart) {
            tied.push(one);
        }
    }
    if tied.len() == 1 {
        return Some(best.at);
    }
    let near = tied.into_iter().rev().map(|one| (nearness(&text[one.bytes.clone()]), one.at));
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| at)
}

/// The passage that begins with the match with the index `at`. Counts bytes instead of characters.
fn passage(text: &str, matches: &[TextMatch], at: usize) -> Passage {
    let start = matches[at].start;
    let end = text.ceil_char_boundary((start + WIDTH - LEAD).min(text.len()));
    let (mut units, mut count) = (0_u64, 0);
    for found in matches[at..].iter().take_while(|found| found.end < start + WIDTH - LEAD) {
        units |= 1 << found.unit.min(63);
        count += 1;
    }
    let strokes = text.as_bytes()[start..end].iter().filter(|byte| **byte == b'\\');
    let formula = u32::from(strokes.count() >= FORMULA);
    let units = units.count_ones().saturating_sub(formula);
    Passage { at, bytes: start..end, units, count: count.min(6) }
}

/// The byte offset where a snippet that contains `at` begins: the start of a sentence or line if one is near, otherwise
/// the start of a word.
fn start(text: &str, at: usize) -> usize {
    let back = text[..at].char_indices().rev().nth(LEAD - 1).map_or(0, |(at, _)| at);
    if back == 0 {
        return borders(&text[..at], 0).last().filter(|border| at - border < LEAD).unwrap_or(0);
    }
    let border = borders(&text[..at], back).last();
    let word = || {
        let space = text[back..at].find(char::is_whitespace)?;
        Some(back + space + text[back + space..].chars().next().map_or(1, char::len_utf8))
    };
    border.or_else(word).unwrap_or(at)
}

/// The byte offsets after `from` where a new sentence or line of `text` begins.
fn borders(text: &str, from: usize) -> impl Iterator<Item = usize> {
    text[from..].char_indices().filter_map(move |(at, c)| {
        let behind = from + at + c.len_utf8();
        let rest = &text[behind..];
        match c {
            '\n' => Some(behind),
            '。' | '！' | '？' => Some(behind),
            '.' | '!' | '?' if rest.starts_with(' ') && !is_short(&text[..behind - 1]) => {
                Some(behind + 1)
            }
            _ => None,
        }
    })
}

/// Whether a full stop after `text` would belong to an abbreviation: `text` ends with one letter, "e.g", "vs" or
/// similar.
fn is_short(text: &str) -> bool {
    let word = text.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    word.chars().count() < 2
        || matches!(word, "e.g" | "i.e" | "vs" | "al" | "etc" | "cf" | "Fig" | "Dr" | "approx")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The window of `text` if every occurrence of one of `words` is a match and each of `words` is a unit of its own.
    fn shown<'t>(text: &'t str, words: &[&str]) -> &'t str {
        let mut matches: Vec<TextMatch> = Vec::new();
        for (unit, word) in words.iter().enumerate() {
            let found = text.match_indices(word);
            matches.extend(found.map(|(at, _)| TextMatch {
                start: at,
                end: at + word.len(),
                unit,
            }));
        }
        matches.sort_by_key(|found| found.start);
        &text[window(text, &matches, None)]
    }

    fn filler(words: usize) -> String {
        "filler ".repeat(words)
    }

    #[test]
    fn a_short_text_is_shown_whole_and_one_without_matches_from_its_start() {
        assert_eq!(shown("Bias is everywhere.", &["everywhere"]), "Bias is everywhere.");
        let long = filler(100);
        assert!(long.starts_with(shown(&long, &[])));
        assert!(shown(&long, &[]).chars().count() <= WIDTH);
    }

    #[test]
    fn the_passage_with_most_different_words_is_shown_not_that_with_most_matches() {
        let text = format!("bias bias bias {}position bias {}", filler(80), filler(80));
        assert!(shown(&text, &["bias", "position"]).contains("position bias"));
    }

    #[test]
    fn a_snippet_begins_with_the_sentence_and_ends_with_one() {
        let text = format!(
            "{}. The bias of clicks is large. {}. It ends here. {}",
            filler(60).trim_end(),
            filler(22).trim_end(),
            filler(60)
        );
        let shown = shown(&text, &["bias"]);
        assert!(shown.starts_with("The bias of clicks"), "{shown}");
        assert!(shown.trim_end().ends_with("It ends here."), "{shown}");
    }

    #[test]
    fn the_full_stop_of_an_abbreviation_does_not_end_a_sentence() {
        let at = |text: &str| borders(text, 0).collect::<Vec<_>>();
        assert_eq!(at("Smith et al. e.g. A. x vs. y"), [0; 0]);
        assert_eq!(at("One. Two!\nThree。四"), [5, 10, 18]);
    }

    #[test]
    fn prose_is_preferred_to_a_formula_with_the_same_words() {
        let formula = "\\frac{bias}{\\sum \\alpha \\beta}";
        let text = format!("{formula} {}Here the bias is explained. {}", filler(60), filler(60));
        assert!(shown(&text, &["bias"]).contains("the bias is explained"));
    }

    #[test]
    fn the_nearest_sentence_is_found_among_the_long_ones() {
        let text = "Labels. This is about other things, sadly.\nLabels that arrive late are a problem. The end of it all, really.";
        let labels = |sentence: &str| if sentence.contains("Labels") { 1.0 } else { 0.1 };
        assert!(text[nearest_sentence(text, &labels)..].starts_with("Labels that arrive"));
        assert_eq!(nearest_sentence("", &|_| 1.0), 0);
        assert_eq!(nearest_sentence(text, &|_| 0.0), 0);
    }

    #[test]
    fn wide_characters_are_never_cut() {
        let text = format!("{}偏差{}", "系统".repeat(200), "系统".repeat(200));
        let shown = shown(&text, &["偏差"]);
        assert!(shown.contains("偏差") && shown.chars().count() <= WIDTH);
    }
}
