//! Tests that texts, queries and names are looked up by the same rules.

use super::*;
use crate::vocabulary;

/// An index of `topics`. Each topic is given by its slug, its labels, and its rules in Turtle.
fn index(topics: &[(&str, &[&str], &str)]) -> LabelIndex {
    let mut text = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix cairn: <urn:cairn:schema:> .
@prefix topic: <urn:cairn:topic:> .
@prefix scheme: <urn:cairn:scheme:> .
topic:aaa a skos:Concept ; skos:topConceptOf scheme:s ; skos:prefLabel \"aaa\" ; skos:definition \"d\" .\n"
        .to_owned();
    for (slug, labels, rules) in topics {
        let others = labels[1..].iter().map(|label| format!("skos:altLabel \"{label}\" ; "));
        text += &format!(
            "topic:{slug} a skos:Concept ; skos:prefLabel \"{}\" ; {}skos:broader topic:aaa ; {rules} skos:definition \"d\" .\n",
            labels[0],
            others.collect::<String>()
        );
    }
    LabelIndex::new(&vocabulary::parse(&[("v.ttl".into(), text)]).unwrap())
}

/// The labels found in `text`, as written.
fn found<'t>(index: &LabelIndex, text: &'t str) -> Vec<&'t str> {
    let folded = FoldedText::of(text);
    let matches = index.matches(&folded);
    matches.iter().map(|m| &text[folded.written_range(m.first, m.last)]).collect()
}

/// The number of words in the longest label at the beginning of `query`.
fn longest(index: &LabelIndex, query: &str) -> Option<usize> {
    let words: Vec<&str> = query.split(' ').collect();
    index.longest(&words).map(|label| label.length)
}

#[test]
fn in_epsilon_greedy_policy_the_label_epsilon_greedy_is_found_though_no_key_follows() {
    let index = index(&[("greedy", &["\u{3f5} greedy"], "")]);
    assert_eq!(longest(&index, "\u{3f5} greedy policy"), Some(2));
    assert_eq!(longest(&index, "\u{3f5}-greedy policy"), Some(1), "one word of the query");
    assert_eq!(longest(&index, "\u{3f5} policy"), None);
    assert_eq!(found(&index, "an \u{3f5} greedy policy"), ["\u{3f5} greedy"]);
}

#[test]
fn texts_queries_and_names_follow_the_same_rules_about_a_slash() {
    let index = index(&[("test", &["A/B testing"], ""), ("shot", &["few-shot"], "")]);
    for spelling in ["A/B testing", "a-b testing", "A B testing", "AB testing"] {
        assert_eq!(found(&index, spelling), [spelling]);
        assert_eq!(longest(&index, spelling), Some(spelling.split(' ').count()));
        assert_eq!(index.topics(spelling), [2], "{spelling}");
    }
    for other in ["A(b testing", "a,b testing", "a_b testing"] {
        assert!(found(&index, other).is_empty(), "{other}");
        assert_eq!(longest(&index, other), None, "{other}");
        assert!(index.topics(other).is_empty(), "{other}");
    }
    assert_eq!(index.topics("fewshot"), [1]);
    assert!(index.topics("").is_empty() && index.topics("few").is_empty());
}

#[test]
fn joined_spellings_are_not_keys_of_labels() {
    let index = index(&[("shot", &["few-shot"], ""), ("store", &["feature store"], "")]);
    let keys = |begin: &str| -> Vec<String> {
        index.keys_from(begin).map(|(key, _)| key.to_owned()).collect()
    };
    assert_eq!(keys(""), ["aaa", "feature store", "few shot"]);
    assert_eq!(keys("fea"), ["feature store", "few shot"]);
    assert_eq!(keys("few"), ["few shot"]);
}

#[test]
fn a_label_that_counts_only_as_written_is_not_found_joined() {
    let rule = "cairn:rule [ cairn:label \"A/B\" ; cairn:capitals true ] ;";
    let index = index(&[("test", &["A/B", "A/B test"], rule)]);
    assert_eq!(index.topics("A/B"), [1]);
    assert!(index.topics("AB").is_empty() && index.longest(&["ab", "initio"]).is_none());
    assert_eq!(index.topics("AB test"), [1]);
}

#[test]
fn a_wording_that_a_rule_excepts_names_no_topic_in_texts_and_queries() {
    let rule = "cairn:rule [ cairn:label \"serving\" ; cairn:except \"serving size\" ] ;";
    let index = index(&[("serving", &["serving"], rule)]);
    let owners = |query: &[&str]| index.longest(query).map(|label| label.owners.len());
    assert_eq!(owners(&["serving", "size"]), Some(0));
    assert_eq!(owners(&["serving", "models"]), Some(1));
    assert!(index.topics("serving size").is_empty());
    assert_eq!(index.topics("servings"), [1]);
}

#[test]
fn topics_with_one_label_are_all_its_owners() {
    let rule = "cairn:rule [ cairn:label \"PSI\" ; cairn:near \"drift\" ; cairn:ambiguous true ] ;";
    let index = index(&[("b", &["PSI"], rule), ("c", &["C", "PSIs", "PSI"], rule)]);
    assert_eq!(index.topics("psi"), [1, 2]);
    assert_eq!(index.longest(&["psi"]).map(|label| label.owners.len()), Some(2));
}
