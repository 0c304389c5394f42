//! How suggestions share the places, and which ones an index has for a text.

use super::*;

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
fn topics_take_half_of_the_room_and_what_the_others_leave() {
    let topics = ["t1", "t2", "t3", "t4", "t5"];
    assert_eq!(shared(&topics, &[], &[], 4), "t1 t2 t3 t4");
    assert_eq!(shared(&topics, &["h1"], &[], 4), "t1 t2 t3 h1");
    assert_eq!(shared(&topics, &[], &["s1"], 4), "t1 t2 t3 s1");
    assert_eq!(shared(&topics, &["h1", "h2", "h3"], &[], 4), "t1 t2 h1 h2");
    assert_eq!(shared(&topics, &["h1"], &["s1"], 9), "t1 t2 t3 t4 t5 h1 s1");
}

#[test]
fn two_places_are_kept_for_sources() {
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
