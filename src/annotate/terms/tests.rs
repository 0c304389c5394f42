//! Tests of the extraction of terms.

use super::*;
use crate::config::DataFiles;
use crate::vocabulary;

fn found(texts: &[(&str, &str, &str)]) -> Vec<MissingTerm> {
    let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
    let headings: Vec<[String; 1]> = texts.iter().map(|(_, h, _)| [(*h).to_owned()]).collect();
    let passages: Vec<TermPassage> = texts
        .iter()
        .zip(&headings)
        .map(|((source, _, text), headings)| TermPassage {
            source,
            voice: Voice::Owner(source[..1].to_owned()),
            path: "p.md",
            headings,
            text,
            anchors: &[],
            topics: vec!["embedding"],
        })
        .collect();
    terms(&passages, &LabelIndex::new(&vocabulary), 10)
}

#[test]
fn a_term_of_three_voices_is_found_with_evidence_and_a_known_one_is_not() {
    let found = found(&[
        ("a/a", "Quokka Sampling", "We like quokka sampling very much indeed here."),
        ("b/b", "Feature store", "Quokka-samplings are what we all use. The feature store too."),
        ("c/c", "quokka sampling", "They say that quokka sampling is good. Feature stores too."),
        ("c/c", "Wombat sampling", "Wombat sampling is known to one owner alone."),
        ("c/d", "Wombat sampling", "Wombat sampling is what the second repository says too."),
        ("c/e", "Wombat sampling", "Wombat sampling is what the third repository says too."),
    ]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].label.to_lowercase(), "quokka sampling");
    assert_eq!(found[0].voices, 3);
    assert_eq!(found[0].evidence.len(), 3);
    assert_eq!(found[0].near, ["embedding"]);
}

#[test]
fn a_part_of_a_longer_term_ranks_below_it() {
    let text = "A quokka sampling ladder helps, as every quokka sampling ladder does.";
    let heads = ["Quokka sampling ladder", "Quokka sampling"];
    let texts: Vec<(&str, &str, &str)> =
        ["a/a", "b/b", "c/c"].iter().map(|source| (*source, heads[0], text)).collect();
    let mut all = texts.clone();
    all.push(("a/a", heads[1], "Nothing else."));
    let found = found(&all);
    assert_eq!(found[0].label, "Quokka sampling ladder");
    assert!(found.iter().skip(1).all(|term| term.c_value < found[0].c_value));
}

#[test]
fn the_parts_of_a_pattern_are_its_shorter_runs_of_words() {
    let pattern = fence(["a", "b", "c"]);
    let found: Vec<String> =
        parts(&pattern).map(|part| part.replace('\u{1}', "").replace('\u{2}', " ")).collect();
    assert_eq!(found, ["a ", "a b ", "b ", "b c ", "c "]);
}
