//! Cuts the snippet of a section, with the ranges of its matches.
//!
//! tantivy's snippet generator misses words of phrases, of corrections and of other labels. Here the text is tokenised
//! and stemmed as it was for the index. [`finder`](super::finder) finds the matches; [`begins`](super::begins) lets it
//! skip most words, and [`code`](super::code) removes matches inside URLs and identifiers.
//! [`window`](mod@super::window) chooses the passage.

use std::ops::Range;

use tantivy::tokenizer::Language;

use super::finder::Finder;
use super::matches::TextMatch;
use super::window::{Nearness, nearest_sentence, window};
use crate::printable::blanks_as_spaces;
use crate::search::query::grammar::{Node, parse};
use crate::search::rank::marks::Marks;
use crate::search::text::analysis;

/// A passage of a section's text, with the ranges to highlight. The rights of the section have not been applied yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    pub text: String,
    /// Start and end of each match in `text`, in Unicode scalar values, ascending, without overlap.
    pub highlights: Vec<(usize, usize)>,
    /// Whether `text` is code, with its line breaks.
    pub is_code: bool,
}

/// A text that snippets are cut from.
#[derive(Clone, Copy)]
pub(in crate::search) struct SnippetSource<'t> {
    pub text: &'t str,
    /// Whether it is code, whose line breaks matter.
    pub is_code: bool,
}

/// The passage of `source` that best matches the query of `finder`. Where its words tie, `nearness` to the query in meaning
/// decides. O(length), plus `nearness` of at most three passages.
pub(in crate::search) fn snippet(
    source: SnippetSource,
    finder: &mut Finder,
    nearness: Option<Nearness>,
) -> Snippet {
    let text = source.text;
    let matches = finder.find(text);
    cut(source, &matches, window(text, &matches, nearness))
}

/// The passage of `source` that begins with the sentence for which `nearness` is greatest, with the matches of the query
/// of `finder`. O(length), plus `nearness` of at most 16 sentences.
pub(in crate::search) fn nearest_snippet(
    source: SnippetSource,
    finder: &mut Finder,
    nearness: Nearness,
) -> Snippet {
    let text = source.text;
    let start = nearest_sentence(text, nearness);
    let sentence = [TextMatch { start, end: start, unit: 0 }];
    cut(source, &finder.find(text), window(text, &sentence, None))
}

/// The passage `shown` of `text`, with those of `matches` that are inside.
fn cut(source: SnippetSource, matches: &[TextMatch], shown: Range<usize>) -> Snippet {
    let SnippetSource { text, is_code } = source;
    let Range { start: from, end: to } = shown;
    let passage = &text[from..to];
    let mut shown = String::with_capacity(passage.len() + 6);
    if from > 0 && !text[..from].ends_with('\n') {
        shown.push('…');
    }
    let lead = shown.chars().count();
    match is_code {
        true => shown.push_str(passage),
        false => shown.extend(blanks_as_spaces(passage)),
    }
    if to < text.len() && !text[to..].starts_with('\n') {
        shown.push('…');
    }
    let mut highlights: Vec<(usize, usize)> = Vec::new();
    let (mut read, mut chars) = (from, lead);
    for found in matches.iter().filter(|found| from <= found.start && found.end <= to) {
        // Matches are ascending, so each character is counted once.
        let start = found.start.max(read);
        chars += text[read..start].chars().count();
        let length = text[start..found.end.max(start)].chars().count();
        match highlights.last_mut() {
            Some(last) if last.1 == chars && found.start < read => last.1 += length,
            _ if length == 0 => {}
            _ => highlights.push((chars, chars + length)),
        }
        chars += length;
        read = found.end.max(start);
    }
    Snippet { text: shown, highlights, is_code }
}

/// The snippet of `text` for the words and phrases of `query`, without an index or a vocabulary. For tests of the
/// highlighter.
///
/// ```
/// let snippet = cairn::search::excerpt("\"position bias\" clicks", "Clicks suffer from position bias.");
/// assert_eq!(snippet.highlights, [(0, 6), (19, 32)]);
/// ```
pub fn excerpt(query: &str, text: &str) -> Snippet {
    let mut marks = Marks::default();
    let mut english = analysis::stemmed(Language::English);
    let mut open: Vec<Node> = parse(query).units;
    while let Some(node) = open.pop() {
        match node {
            Node::Word(text) | Node::Phrase(text) => {
                marks.add(&analysis::terms(&text, &mut english));
                marks.next_unit();
            }
            Node::All(inner) | Node::Any(inner) => open.extend(inner),
        }
    }
    marks.finish();
    snippet(SnippetSource { text, is_code: false }, &mut Finder::new(&marks, None), None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::text::analysis;

    fn prose(text: &str) -> SnippetSource<'_> {
        SnippetSource { text, is_code: false }
    }

    fn marks(phrases: &[&str]) -> Marks<'static> {
        let mut marks = Marks::default();
        for phrase in phrases {
            let terms = analysis::terms(phrase, &mut analysis::stemmed(Language::English));
            marks.add(&terms);
            marks.next_unit();
        }
        marks.finish();
        marks
    }

    fn marked(text: &str, phrases: &[&str]) -> (String, Vec<String>) {
        let snippet = snippet(prose(text), &mut Finder::new(&marks(phrases), Some("en")), None);
        let cut = |(from, to): &(usize, usize)| {
            snippet.text.chars().skip(*from).take(to - from).collect::<String>()
        };
        (snippet.text.clone(), snippet.highlights.iter().map(cut).collect())
    }

    #[test]
    fn every_form_of_a_matched_word_is_highlighted() {
        let (text, found) =
            marked("Übung: Ranking models rank; the rank is “rank”.", &["rank", "model"]);
        assert_eq!(text, "Übung: Ranking models rank; the rank is “rank”.");
        assert_eq!(found, ["Ranking", "models", "rank", "rank", "rank"]);
    }

    #[test]
    fn phrases_and_compounds_are_highlighted_only_as_a_whole() {
        let text = "Rates click. A click-through rate; clickthrough rate; k-NN and kNN.";
        assert_eq!(marked(text, &["click-through rate"]).1, ["click-through rate", "clickthrough"]);
        assert_eq!(marked(text, &["knn"]).1, ["k-NN", "kNN"]);
        assert!(marked("A good model. Calibration is next.", &["model calibration"]).1.is_empty());
    }

    #[test]
    fn nothing_inside_a_url_or_identifier_is_highlighted() {
        let text = "See https://a.b/feature/x and my_feature_y, feature_store or docs/feature_z.md: a feature.";
        assert_eq!(marked(text, &["feature", "store"]).1, ["feature_store", "feature"]);
    }

    #[test]
    fn overlapping_pairs_of_characters_are_highlighted_as_one() {
        assert_eq!(marked("我们的推荐系统很好。", &["推荐系统"]).1, ["推荐系统"]);
    }

    #[test]
    fn a_match_at_the_end_is_shown_with_the_text_before_it() {
        let text = format!("{}The last word is drift.", "Other text is before it. ".repeat(30));
        let (shown, found) = marked(&text, &["drift"]);
        assert_eq!(found, ["drift"]);
        assert!(shown.chars().count() > 160, "{shown}");
    }

    #[test]
    fn the_passage_with_most_words_is_shown_from_its_sentence_on() {
        let filler = "There is nothing of interest here at all. ".repeat(20);
        let text =
            format!("bias alone. {filler}Here position bias is explained, e.g. for ads. {filler}");
        let (shown, found) = marked(&text, &["position", "bias"]);
        assert!(shown.starts_with("…Here position bias is explained, e.g. for ads."), "{shown}");
        assert!(shown.ends_with("at all. …"), "{shown}");
        assert_eq!(found, ["position", "bias"]);
        assert!(shown.chars().count() <= 262);
    }

    #[test]
    fn where_words_tie_the_nearest_passage_in_meaning_is_shown() {
        let filler = "There is nothing of interest here at all. ".repeat(20);
        let text = format!("Drift is a word. {filler}Drift means that inputs change. {filler}");
        let shown = |nearness: Option<Nearness>| {
            snippet(prose(&text), &mut Finder::new(&marks(&["drift"]), Some("en")), nearness).text
        };
        assert!(shown(None).starts_with("Drift is a word."));
        let near = |passage: &str| if passage.contains("inputs change") { 0.9 } else { 0.2 };
        assert!(shown(Some(&near)).starts_with("…Drift means that"), "{}", shown(Some(&near)));
        assert!(shown(Some(&|_| 0.5)).starts_with("Drift is a word."), "the first of equals");
    }

    #[test]
    fn prose_is_shown_rather_than_formulas() {
        let formula = r"\mathcal{L}_{\text{bias}} = \frac{1}{N} \sum_{i} w_i \cdot position";
        let text = format!(
            "Items higher up have a better position. {}\n{formula}\n",
            "More of it. ".repeat(20)
        );
        let (shown, _) = marked(&text, &["position", "bias"]);
        assert!(shown.starts_with("Items higher up"), "{shown}");
        let text = format!(
            "It is so. {}\n{formula}\nThis weighs the position.",
            "More of it. ".repeat(20)
        );
        let (shown, found) = marked(&text, &["weigh"]);
        assert_eq!((&*shown, found), ("This weighs the position.", vec!["weighs".to_owned()]));
    }

    #[test]
    fn code_keeps_its_lines() {
        let source = SnippetSource { text: "def drift():\n    pass\n", is_code: true };
        let shown = snippet(source, &mut Finder::new(&marks(&["drift"]), Some("en")), None);
        assert_eq!((&*shown.text, shown.is_code), ("def drift():\n    pass\n", true));
    }

    proptest! {
        #[test]
        fn ranges_are_inside_the_text_and_never_overlap(
            text in "([a-z]{1,9}[ .\n\u{a0}\u{3000}]|é|字|推荐|🙂|\u{301}|a-b|_b|\\.){0,200}",
            phrases in proptest::collection::vec("[ab]{1,2}( [ab])?|推荐|a-b", 1..4),
        ) {
            let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
            let snippet = snippet(prose(&text), &mut Finder::new(&marks(&phrases), Some("en")), None);
            let length = snippet.text.chars().count();
            let mut end = 0;
            for (from, to) in snippet.highlights {
                prop_assert!(end <= from && from < to && to <= length);
                end = to;
            }
        }
    }
}
