//! Tests how the kinds of suggestions share the places, and which suggestions an index has for a text.

use super::*;
use crate::search::fixture::{fixture, record};
use crate::search::index::record::SectionRecord;

fn some(kind: Suggested, names: &[&str]) -> Vec<Suggestion> {
    let suggestion = |text: &&str| Suggestion { text: (*text).into(), kind, id: None, count: 1 };
    names.iter().map(suggestion).collect()
}

fn shared(topics: &[&str], headings: &[&str], sources: &[&str], limit: usize) -> String {
    let found = FoundSuggestions {
        topics: some(Suggested::Topic, topics),
        headings: some(Suggested::Heading, headings),
        sources: some(Suggested::Source, sources),
    };
    let texts: Vec<String> = found.share(limit).into_iter().map(|s| s.text).collect();
    texts.join(" ")
}

#[test]
fn topics_get_half_of_the_places_and_those_that_the_others_leave() {
    let topics = ["t1", "t2", "t3", "t4", "t5"];
    assert_eq!(shared(&topics, &[], &[], 4), "t1 t2 t3 t4");
    assert_eq!(shared(&topics, &["h1"], &[], 4), "t1 t2 t3 h1");
    assert_eq!(shared(&topics, &[], &["s1"], 4), "t1 t2 t3 s1");
    assert_eq!(shared(&topics, &["h1", "h2", "h3"], &[], 4), "t1 t2 h1 h2");
    assert_eq!(shared(&topics, &["h1"], &["s1"], 9), "t1 t2 t3 t4 t5 h1 s1");
}

#[test]
fn two_places_are_reserved_for_sources() {
    let headings = ["h1", "h2", "h3", "h4"];
    assert_eq!(shared(&[], &headings, &["s1", "s2", "s3"], 4), "h1 h2 s1 s2");
    assert_eq!(shared(&[], &headings, &["s1"], 4), "h1 h2 h3 s1");
    assert_eq!(shared(&[], &["h1"], &["s1", "s2", "s3"], 4), "h1 s1 s2 s3");
}

#[test]
fn a_heading_that_names_a_shown_topic_is_not_suggested_again() {
    assert_eq!(shared(&["Data drift"], &["data drift", "h1"], &[], 4), "Data drift h1");
    let topics = ["t1", "t2", "t3"];
    assert_eq!(shared(&topics, &["t3", "h1"], &[], 4), "t1 t2 t3 h1");
    assert_eq!(shared(&topics, &["t3", "h1", "h2"], &[], 4), "t1 t2 t3 h1");
}

/// The texts of the suggestions of `kind` that an index of `records` has for `text`.
fn suggested(records: &[SectionRecord], text: &str, kind: Suggested) -> Vec<String> {
    let fixture = fixture(records.iter().cloned());
    let budget = Budget::unlimited();
    let index = &fixture.searcher.index;
    let suggester = Suggester { index, vocabulary: &fixture.vocabulary, budget: &budget };
    let found = suggester.suggest(text, 20).unwrap().into_iter();
    found.filter(|found| found.kind == kind).map(|found| found.text).collect()
}

#[test]
fn a_heading_contains_all_typed_words_and_the_last_may_be_unfinished() {
    let headings = ["Zebra stripes", "Zebra stripes", "Zebra striping tools", "Zebra food"];
    let records = headings.map(|heading| record(heading, "Text."));
    let suggested = |text| suggested(&records, text, Suggested::Heading);
    assert_eq!(suggested("zebra stri"), ["Zebra stripes", "Zebra striping tools"]);
    assert_eq!(suggested("stri zebra"), [""; 0], "only the last word may be unfinished");
    assert_eq!(suggested("z"), [""; 0], "too short");
}

#[test]
fn headings_that_differ_in_case_are_suggested_once() {
    let records = ["Zebra Stripes", "zebra stripes"].map(|heading| record(heading, "Text."));
    assert_eq!(suggested(&records, "zebra", Suggested::Heading).len(), 1);
}

#[test]
fn a_misspelled_text_is_corrected_only_if_nothing_matches() {
    let records = ["Zebras", "Zebrsa"].map(|heading| record(heading, heading));
    assert_eq!(suggested(&records[..1], "zebrsa", Suggested::Heading), ["Zebras"]);
    assert_eq!(suggested(&records, "zebrsa", Suggested::Heading), ["Zebrsa"]);
}

#[test]
fn a_source_is_suggested_by_a_part_of_its_id_if_it_has_sections() {
    let records = [record("A", "a")];
    assert_eq!(suggested(&records, "NOTES", Suggested::Source), ["ann/notes"]);
    assert_eq!(suggested(&records, "lists", Suggested::Source), [""; 0]);
}

#[test]
fn a_topic_counts_four_times_if_its_label_begins_with_the_text() {
    let topic = |count, is_whole_label| {
        let text = String::new();
        let suggestion = Suggestion { text, kind: Suggested::Topic, id: None, count };
        SuggestedTopic { suggestion, is_whole_label }.weight()
    };
    assert_eq!(topic(2, true), topic(8, false));
    assert!(topic(u32::MAX, true) > topic(u32::MAX, false));
}
