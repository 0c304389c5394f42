//! Tests which passage of a text a snippet shows.

use super::*;

/// The window of `text` if every occurrence of one of `words` is a match and each of `words` is a unit of its own.
fn shown<'t>(text: &'t str, words: &[&str]) -> &'t str {
    let mut matches: Vec<TextMatch> = Vec::new();
    for (unit, word) in words.iter().enumerate() {
        let found = text.match_indices(word);
        matches.extend(found.map(|(at, _)| TextMatch { start: at, end: at + word.len(), unit }));
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
fn prose_is_preferred_to_a_formula_with_the_same_words() {
    let formula = "\\frac{bias}{\\sum \\alpha \\beta}";
    let text = format!("{formula}\n{}Here the bias is explained. {}", filler(60), filler(60));
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
