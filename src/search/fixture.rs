//! A searcher over a few sections, for the unit tests of this module.

use super::write::{Writer, document_key};
use super::{Copies, IndexedSource, Record, Searcher, SectionId};
use crate::annotate::Role;
use crate::config::DataFiles;
use crate::extract::{Address, DocumentKind};
use crate::vocabulary::{self, Vocabulary};

/// A searcher with the vocabulary that it was opened with. Dropping it deletes the folder of its index.
pub(super) struct Fixture {
    pub searcher: Searcher,
    pub vocabulary: Vocabulary,
    _folder: tempfile::TempDir,
}

/// The record of a section of the source `ann/notes`, the only one in its document.
pub(super) fn record(heading: &str, text: &str) -> Record {
    Record {
        source: "ann/notes".into(),
        path: String::new(),
        title: heading.into(),
        headings: vec![heading.into()],
        anchor: None,
        address: Address::Lines(1, 9),
        text: text.into(),
        code: String::new(),
        markup: String::new(),
        links: Vec::new(),
        date: None,
        kind: DocumentKind::Note,
        role: Role::Content,
        tags: Vec::new(),
        licence: None,
        language: Some("en".into()),
        step: None,
        mentions: Vec::new(),
        previous: None,
        next: None,
        posted: None,
    }
}

/// A searcher over `records`, whose ids are 0, 1 and so on in their order. A record without a path gets its own path.
pub(super) fn fixture(records: impl IntoIterator<Item = Record>) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(&folder.path().join("building")).unwrap();
    for (number, mut record) in (0..).zip(records) {
        if record.path.is_empty() {
            record.path = format!("{number}.md");
        }
        let key = document_key(&record.source, &record.path);
        writer.add(key, 1, &[(SectionId(number), record)]).unwrap();
    }
    let into = folder.path().join("search");
    writer.commit(&into).unwrap();
    let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
    let sources = ["ann/notes", "bob/lists"]
        .map(|id| IndexedSource { id: id.into(), ..IndexedSource::default() });
    let searcher = Searcher::open(&into, Copies::default(), &vocabulary, sources.into()).unwrap();
    Fixture { searcher, vocabulary, _folder: folder }
}
