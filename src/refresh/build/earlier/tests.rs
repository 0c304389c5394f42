//! Section ids over several generations, each with a real search index.

use serde_json::json;
use tempfile::TempDir;

use std::path::PathBuf;

use super::*;
use crate::crawl::BlobId;
use crate::generation::manifest::{GenerationCounts, SourceState};
use crate::search::fixture;
use crate::search::write::{DeletedTexts, SearchIndexWriter, document_key};
use crate::search::{SectionId, SectionRecord};

/// A section: its id, headings joined with `/`, and first and last line. The hash of its text is its id.
type SectionRow<'a> = (u64, &'a str, u32, u32);

/// Generations of the source `s`, which follow each other.
struct Generations {
    index: TempDir,
    /// The folders, newest first.
    folders: Vec<PathBuf>,
    manifest: Manifest,
}

fn source_state(state: &str) -> SourceState {
    let fields = json!({
        "id": "s", "kind": "github", "origin": "s", "why": "w", "shown": "full", "state": state,
        "documents": 1, "sections": 1, "problems": [],
    });
    serde_json::from_value(fields).unwrap()
}

impl Generations {
    fn new() -> Generations {
        let manifest = Manifest::new(GenerationCounts::default(), 300, vec![source_state("ok")]);
        Generations { index: tempfile::tempdir().unwrap(), folders: Vec::new(), manifest }
    }

    /// Builds the next generation of documents with their path, blob and sections. Returns its earlier sections.
    fn next(&mut self, documents: &[(&str, &str, &[SectionRow])]) -> EarlierSections {
        let folder = self.index.path().join(format!("{:04}", self.folders.len() + 1));
        let mut writer = SearchIndexWriter::open(&folder.join("building"), None).unwrap();
        let mut entries = Vec::new();
        for (path, blob, rows) in documents {
            let records: Vec<_> = rows.iter().map(|row| record(path, *row)).collect();
            writer.add(document_key("s", path), 1, records).unwrap();
            entries.push(ContentsEntry {
                path: (*path).to_owned(),
                blob: BlobId::of(blob.as_bytes()),
                title: None,
                sections: rows.iter().map(|(id, ..)| (*id, *id)).collect(),
            });
        }
        writer.commit(&folder.join(SEARCH), DeletedTexts::MayStay).unwrap();
        let contents = GenerationContents { sources: [("s".to_owned(), entries)].into() };
        let before = self.folders.iter().cloned().map(PreviousGeneration::new);
        let before: Vec<PreviousGeneration> = before.collect();
        write(&contents, &before, &self.manifest, &folder).unwrap();
        contents.write(&folder.join("contents.bin")).unwrap();
        self.folders.insert(0, folder);
        EarlierSections::read(&self.folders[0]).unwrap()
    }
}

fn record(path: &str, (id, trail, first, last): SectionRow) -> (SectionId, SectionRecord) {
    let record = SectionRecord {
        path: path.to_owned(),
        headings: trail.split_terminator('/').map(str::to_owned).collect(),
        address: Address::Lines(first, last),
        source: "s".into(),
        ..fixture::record("Title", &format!("Text {id}."))
    };
    (SectionId(id), record)
}

/// Each earlier id with its target, ascending.
fn targets(earlier: &EarlierSections) -> Vec<(u64, u64)> {
    let sections = earlier.documents.iter().flat_map(|document| &document.sections);
    let mut targets: Vec<(u64, u64)> =
        sections.map(|section| (section.id, section.target)).collect();
    targets.sort_unstable();
    targets
}

/// The ids whose documents are gone, ascending.
fn removed(earlier: &EarlierSections) -> Vec<u64> {
    let mut ids: Vec<u64> = earlier.removed.values().flatten().map(|removed| removed.id).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_section_that_was_joined_and_is_separate_again_leads_to_itself() {
    let mut generations = Generations::new();
    let whole: &[SectionRow] = &[(1, "Guide", 1, 9), (2, "Guide/Metrics", 10, 60)];
    let joined: &[SectionRow] = &[(3, "Metrics", 1, 60)];
    let questions: &[SectionRow] = &[
        (1, "Guide", 1, 9),
        (4, "Guide/Metrics/Recall?", 10, 30),
        (5, "Guide/Metrics/Precision?", 31, 60),
    ];
    let mut next = |sections| targets(&generations.next(&[("a.md", "text", sections)]));
    assert_eq!(next(whole), []);
    assert_eq!(next(joined), [(1, 3), (2, 3)]);
    assert_eq!(next(questions), [(2, 4), (3, 1)], "by their own lines, not by that of 3");
    assert_eq!(next(joined), [(1, 3), (2, 3), (4, 3), (5, 3)]);
    assert_eq!(next(whole), [(3, 1), (4, 2), (5, 2)], "1 and 2 are current again");
}

#[test]
fn after_an_edit_headings_decide_and_lines_are_those_of_the_new_text() {
    let mut generations = Generations::new();
    let old: &[SectionRow] = &[(1, "A", 1, 10), (2, "A/B", 11, 20), (8, "A/E", 21, 30)];
    generations.next(&[("a.md", "old", old)]);
    // A long introduction was added, and the headings were changed.
    let edited: &[SectionRow] = &[(3, "X", 1, 100), (4, "X/B", 101, 120), (9, "X/E", 121, 130)];
    let earlier = generations.next(&[("a.md", "edited", edited)]);
    assert_eq!(targets(&earlier), [(1, 3), (2, 4), (8, 9)]);
    // The same text, moved to another file and split more finely.
    let split: &[SectionRow] = &[
        (13, "X", 1, 100),
        (16, "X/B/C", 101, 110),
        (17, "X/B/D", 111, 120),
        (19, "X/E", 121, 130),
    ];
    let earlier = generations.next(&[("docs/a.md", "edited", split)]);
    assert_eq!(earlier.documents[0].path, "docs/a.md");
    assert_eq!(targets(&earlier), [(1, 13), (2, 16), (3, 13), (4, 16), (8, 19), (9, 19)]);
    // The text was edited again. Targets that still exist stay the same, whatever their lines are now. Section 13 leads
    // to 20 by its heading, and so do the ids that led to 13.
    let last: &[SectionRow] = &[(16, "X/B/C", 1, 5), (19, "X/E", 6, 9), (20, "X", 10, 400)];
    let earlier = generations.next(&[("docs/a.md", "last", last)]);
    let found = targets(&earlier);
    assert_eq!(found[..4], [(1, 20), (2, 16), (3, 20), (4, 16)]);
    assert_eq!(found[4..], [(8, 19), (9, 19), (13, 20), (17, 16)]);
}

#[test]
fn a_section_with_the_same_text_under_another_heading_is_found() {
    let mut generations = Generations::new();
    generations.next(&[("a.md", "old", &[(1, "A/Old name", 1, 10), (2, "A/Other", 11, 20)])]);
    let folder = generations.folders[0].clone();
    let mut contents = GenerationContents::read(&folder.join("contents.bin")).unwrap();
    // Sections 1 and 2 now have the same texts as sections 5 and 7 of the next generation.
    contents.sources.get_mut("s").unwrap()[0].sections = vec![(1, 5), (2, 7)];
    contents.write(&folder.join("contents.bin")).unwrap();
    let renamed: &[SectionRow] =
        &[(6, "A/Old name/Details", 1, 10), (5, "A/New name", 90, 99), (7, "B", 100, 120)];
    assert_eq!(targets(&generations.next(&[("a.md", "new", renamed)])), [(1, 5), (2, 7)]);
}

#[test]
fn of_a_document_that_is_gone_only_ids_stay_and_of_a_source_that_left_nothing() {
    let mut generations = Generations::new();
    let other: (&str, &str, &[SectionRow]) = ("b.md", "b", &[(9, "Kept", 1, 2)]);
    generations.next(&[("a.md", "a", &[(1, "Private matter", 1, 9)]), other]);
    generations.next(&[("a.md", "a2", &[(2, "Private affairs", 1, 9)]), other]);
    let earlier = generations.next(&[other]);
    assert_eq!(removed(&earlier), [1, 2]);
    assert!(!format!("{earlier:?}").contains("Private"), "{earlier:?}");
    assert!(!format!("{earlier:?}").contains("a.md"), "{earlier:?}");
    let earlier = generations.next(&[other, ("a.md", "a2", &[(2, "Private affairs", 1, 9)])]);
    assert_eq!((removed(&earlier), targets(&earlier)), (vec![1], vec![]), "2 is current again");

    for sources in [vec![], vec![source_state("blocked")]] {
        let mut left = Generations::new();
        left.next(&[("a.md", "a", &[(1, "A", 1, 9)]), other]);
        left.next(&[("a.md", "a", &[(2, "B", 1, 9)])]);
        left.manifest.sources = sources;
        assert_eq!(left.next(&[("c.md", "c", &[(3, "C", 1, 9)])]), EarlierSections::default());
    }
}

#[test]
fn if_the_previous_list_is_damaged_the_one_before_gives_the_ids() {
    let mut generations = Generations::new();
    generations.next(&[("a.md", "a", &[(1, "A", 1, 9)])]);
    generations.next(&[("a.md", "a", &[(2, "B", 1, 9)])]);
    generations.next(&[("a.md", "a", &[(3, "C", 1, 9)])]);
    for name in ["earlier.bin", "contents.bin", "search/meta.json"] {
        let path = generations.folders[0].join(name);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, b"broken").unwrap();
        let earlier = generations.next(&[("a.md", "a", &[(4, "D", 1, 9)])]);
        assert_eq!(targets(&earlier), [(1, 4), (2, 4)], "{name}");
        std::fs::write(&path, whole).unwrap();
        std::fs::remove_dir_all(generations.folders.remove(0)).unwrap();
    }
    let earlier = generations.next(&[("a.md", "a", &[(4, "D", 1, 9)])]);
    assert_eq!(targets(&earlier), [(1, 4), (2, 4), (3, 4)]);
}
