//! Small indexes for the unit tests of this module.

use std::path::PathBuf;

use super::record::Record;
use super::section::SectionId;
use super::write::{Writer, document_key};
use crate::annotate::Role;
use crate::extract::{Address, Kind};

/// An index in a temporary folder, which is removed when this is dropped.
pub(in crate::search) struct WrittenIndex {
    pub folder: PathBuf,
    _parent: tempfile::TempDir,
}

/// A section with `heading` and `text`, changed by `change`.
pub(in crate::search) fn record(
    heading: &str,
    text: &str,
    change: impl FnOnce(&mut Record),
) -> Record {
    let mut record = Record {
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
        kind: Kind::Note,
        role: Role::Content,
        tags: Vec::new(),
        licence: None,
        language: Some("en".into()),
        step: None,
        mentions: Vec::new(),
        previous: None,
        next: None,
        posted: None,
    };
    change(&mut record);
    record
}

/// An index of `records`, in one segment: the section number and the id of each is its place in `records`. A record
/// without a path is a document of its own.
pub(in crate::search) fn written(records: Vec<Record>) -> WrittenIndex {
    let parent = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(&parent.path().join("building")).unwrap();
    for (at, mut record) in records.into_iter().enumerate() {
        if record.path.is_empty() {
            record.path = format!("{at}.md");
        }
        let key = document_key(&record.source, &record.path);
        writer.add(key, 1, &[(SectionId(at as u64), record)]).unwrap();
    }
    let folder = parent.path().join("search");
    writer.commit(&folder).unwrap();
    WrittenIndex { folder, _parent: parent }
}
