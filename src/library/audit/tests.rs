//! Audits of made-up sections.

use std::collections::HashMap;
use std::convert::Infallible;

use super::traits::tests::{PROSE, record};
use super::*;
use crate::annotate::Salience;
use crate::catalogue::OriginKind;
use crate::catalogue::Shown;
use crate::catalogue::names::SourceNames;
use crate::extract::Address;
use crate::generation::manifest::SourceCondition;
use crate::problem::Stage;
use crate::search::{CopyPlace, FoldedCopies, SectionId, SectionRecord, TopicMention};

fn state(id: &str) -> SourceState {
    SourceState {
        id: id.into(),
        kind: OriginKind::GitHub,
        origin: id.into(),
        names: SourceNames::default(),
        why: "test".into(),
        fork_of: None,
        description: None,
        homepage: None,
        topics: Vec::new(),
        author: None,
        stars: None,
        pushed_at: None,
        licence: None,
        shown: Shown::Excerpt,
        revision: None,
        fetched_at: None,
        state: SourceCondition::Ok,
        moved_to: None,
        private: false,
        stale: false,
        archived: false,
        documents: 3,
        sections: 5,
        problems: Vec::new(),
        left_out: None,
    }
}

/// The audit of the source `a/b`, whose sections are `sections` with the ids 0, 1 and so on.
fn audit(sections: &[SectionRecord], folds: AuditFolds) -> SourceAuditView {
    let mut collector = AuditCollector::new(folds);
    for (id, section) in (0..).zip(sections) {
        collector.add(SectionId(id), section);
    }
    detailed(&state("a/b"), collector.take("a/b"))
}

fn sections() -> Vec<SectionRecord> {
    let code = SectionRecord {
        code: "import this".into(),
        ..record("a/b", "labs/one/x.md", (40, 60), "Run:")
    };
    vec![
        record("a/b", "README.md", (1, 9), PROSE),
        record("a/b", "docs/a.md", (1, 9), PROSE),
        record("a/b", "labs/one/x.md", (1, 9), PROSE),
        record("a/b", "labs/one/x.md", (10, 12), "See below."),
        code,
    ]
}

#[test]
fn shares_are_percents_of_all_sections_of_the_source() {
    let view = audit(&sections(), AuditFolds::default());
    let total = &view.total;
    assert_eq!((total.sections, total.suspect), (5, 2));
    assert_eq!((total.shares.code, total.shares.tiny, total.shares.suspect), (20.0, 20.0, 40.0));
    assert_eq!((total.shares.rows, total.shares.tex, total.copies), (0.0, 0.0, 0));
    assert_eq!(view.formats, BTreeMap::from([("md".to_owned(), 3)]));
    assert_eq!(view.languages, BTreeMap::from([("en".to_owned(), 5)]));
}

#[test]
fn topics_are_counted_per_thousand_words_without_code() {
    let mention = TopicMention {
        topic: "feature-store".into(),
        label: "feature store".into(),
        salience: Salience::Main,
    };
    let text = "word ".repeat(200);
    let mut section = record("a/b", "a.md", (1, 9), &text);
    section.code = "x ".repeat(1_000);
    section.mentions = vec![mention.clone(), mention.clone(), mention];
    let total = audit(&[section], AuditFolds::default()).total;
    assert_eq!((total.words, total.topics_per_thousand_words), (200, 15.0));
}

#[test]
fn folders_are_globs_of_two_levels_and_the_worst_documents_have_a_range() {
    let view = audit(&sections(), AuditFolds::default());
    let globs: Vec<&str> = view.folders.iter().map(|folder| folder.glob.as_str()).collect();
    assert_eq!(globs, ["labs/one/**", "*", "docs/*"]);
    assert_eq!((view.folders[0].documents, view.folders[0].total.suspect), (1, 2));
    let [worst] = &view.worst[..] else { panic!("one document has suspects: {:?}", view.worst) };
    assert_eq!((&*worst.path, worst.first, worst.last), ("labs/one/x.md", 10, 60));
    assert_eq!(worst.total.shares.suspect, 66.7);
    let cells: Vec<SectionRecord> = [4, 2]
        .map(|at| SectionRecord {
            address: Address::Cell(at),
            ..record("a/b", "n.ipynb", (1, 1), "Tiny.")
        })
        .into();
    let view = audit(&cells, AuditFolds::default());
    let worst = &view.worst[0];
    assert_eq!((worst.first, worst.last, worst.unit.as_str()), (2, 4, "cells"));
}

#[test]
fn copies_of_other_sources_and_of_the_source_itself_are_distinguished() {
    let place = |id, source: &str| CopyPlace {
        id: SectionId(id),
        source: source.into(),
        path: "x.md".into(),
        address: Address::Lines(1, 2),
    };
    let copies = FoldedCopies {
        by_representative: HashMap::from([
            (SectionId(0), vec![place(1, "a/b"), place(71, "c/d"), place(72, "c/d")]),
            (SectionId(90), vec![place(2, "a/b")]),
        ]),
    };
    let source_of =
        |id: SectionId| Ok::<_, Infallible>(Some(if id.0 == 0 { "a/b" } else { "e/f" }.to_owned()));
    let Ok(folds) = AuditFolds::of(&copies, source_of);
    let view = audit(&sections(), folds);
    assert_eq!((view.total.copies, view.total.own_copies, view.copied_by_others), (1, 1, 2));
    assert_eq!(view.total.shares.copies, 20.0);
}

#[test]
fn problems_that_differ_only_in_numbers_are_one_group() {
    let problem = |message: &str, path: &str| Problem::new(Stage::Extract, message).at(path);
    let groups = grouped(&[
        problem("no text in it", "b.pdf"),
        problem("900 rows of numbers; left out", "a.md"),
        problem("12 rows of numbers; left out", "c.md"),
    ]);
    assert_eq!(groups.len(), 2);
    assert_eq!((groups[0].count, &*groups[0].message), (2, "900 rows of numbers; left out"));
    assert_eq!(groups[0].examples, ["a.md", "c.md"]);
}

#[test]
fn a_manifest_of_an_older_program_is_read_without_files_left_out() {
    let mut json = serde_json::to_value(state("a/b")).unwrap();
    assert!(json.as_object_mut().unwrap().remove("left_out").is_some());
    let older: SourceState = serde_json::from_value(json).unwrap();
    assert_eq!(older, state("a/b"));
    assert_eq!(detailed(&older, CollectedSource::default()).left_out, None);
}
