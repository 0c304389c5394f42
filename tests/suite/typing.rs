//! Search while the user types: how an unfinished word is completed, and what is suggested.

use std::fmt::Write;

use cairn::search::{Budget, LastWord, Suggested, Suggestion, Understanding};

use crate::shelf::{Shelf, plain, shelf};

fn suggest(shelf: &Shelf, text: &str, limit: usize) -> Vec<Suggestion> {
    shelf.searcher.suggest(text, limit, &shelf.vocabulary, &Budget::unlimited()).unwrap()
}

#[test]
fn the_most_common_completion_is_found_among_thousands_of_words_with_the_same_prefix() {
    let mut rare = String::new();
    for at in 0..3_000 {
        write!(rare, "coa{at:04} ").unwrap();
    }
    let mut records = vec![plain("Rare", &rare)];
    records.extend((0..5).map(|at| plain(&format!("Image {at}"), "A convolution of an image.")));
    let shelf = shelf(records);
    let answer = shelf.ask("co", Understanding::FULL, LastWord::Unfinished);
    assert_eq!(answer.understood.completions[0], "convolution");
    assert_eq!(answer.understood.completions.len(), 12);
    assert!(answer.found.iter().any(|found| found.record.title == "Image 0"));
}

#[test]
fn a_submitted_prefix_that_is_the_stem_of_another_common_word_is_completed() {
    let mut records: Vec<_> =
        (0..30).map(|at| plain(&format!("Run {at}"), "Start with a dry run of it.")).collect();
    records.push(plain("Change", "The concept may drift over time."));
    let shelf = shelf(records);
    let answer = shelf.full("concept dri");
    assert_eq!(answer.understood.completions, ["drift"]);
    assert_eq!(answer.found[0].record.title, "Change");
}

#[test]
fn a_submitted_word_that_is_rare_in_this_form_is_not_completed_if_its_other_forms_are_common() {
    let mut records: Vec<_> =
        (0..30).map(|at| plain(&format!("Sea {at}"), "Drifting on a driftsail.")).collect();
    records.push(plain("Change", "The concept drifts."));
    let answer = shelf(records).full("drifts");
    assert!(answer.understood.completions.is_empty(), "{:?}", answer.understood);
}

#[test]
fn topic_suggestions_fill_the_list_if_there_are_no_others() {
    let shelf = shelf(vec![plain("Weather", "It rains.")]);
    let found = suggest(&shelf, "re", 8);
    assert_eq!(found.len(), 8, "{found:?}");
    assert!(found.iter().all(|suggestion| suggestion.kind == Suggested::Topic), "{found:?}");
}

#[test]
fn topic_suggestions_leave_half_of_the_list_to_headings() {
    let records = (0..9).map(|at| plain(&format!("Reading list {at}"), "Books.")).collect();
    let found = suggest(&shelf(records), "re", 8);
    let kinds: Vec<Suggested> = found.iter().map(|suggestion| suggestion.kind).collect();
    assert_eq!(kinds, [[Suggested::Topic; 4], [Suggested::Heading; 4]].concat());
}
