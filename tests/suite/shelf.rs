//! A search index of a few sections, written without a refresh.

use cairn::annotate::Role;
use cairn::config::DataFiles;
use cairn::extract::{Address, DocumentKind};
use cairn::search::write::{Writer, document_key};
use cairn::search::{
    Answer, Budget, Copies, IndexedSource, LastWord, Record, Request, Searcher, SectionId,
    Understanding,
};
use cairn::vocabulary::{self, Vocabulary};

/// An index with its vocabulary.
pub struct Shelf {
    pub searcher: Searcher,
    pub vocabulary: Vocabulary,
    _folder: tempfile::TempDir,
}

/// The only section of a document, with the changes of `change`.
pub fn record(heading: &str, text: &str, change: impl FnOnce(&mut Record)) -> Record {
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
    };
    change(&mut record);
    record
}

pub fn plain(heading: &str, text: &str) -> Record {
    record(heading, text, |_| {})
}

pub fn shelf(records: Vec<Record>) -> Shelf {
    let source = |id: &str, licence: Option<&str>| IndexedSource {
        id: id.to_owned(),
        licence: licence.map(str::to_owned),
        ..IndexedSource::default()
    };
    shelf_of(records, vec![source("ann/notes", Some("MIT")), source("bob/lists", None)])
}

/// An index of the `records` of `sources`.
pub fn shelf_of(records: Vec<Record>, sources: Vec<IndexedSource>) -> Shelf {
    shelf_with(records, sources, Copies::default())
}

/// An index of the `records` of `sources`, some of which are `copies`. The id of a record is its position.
pub fn shelf_with(records: Vec<Record>, sources: Vec<IndexedSource>, copies: Copies) -> Shelf {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(&folder.path().join("building")).unwrap();
    for (at, mut record) in records.into_iter().enumerate() {
        if record.path.is_empty() {
            record.path = format!("{at}.md");
        }
        let key = document_key(&record.source, &record.path);
        writer.add(key, 1, &[(SectionId(at as u64), record)]).unwrap();
    }
    let into = folder.path().join("search");
    writer.commit(&into).unwrap();
    let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
    let searcher = Searcher::open(&into, copies, &vocabulary, sources).unwrap();
    Shelf { searcher, vocabulary, _folder: folder }
}

impl Shelf {
    pub fn ask(&self, text: &str, understanding: Understanding, last_word: LastWord) -> Answer {
        let request =
            Request { text, filters: &[], limit: 100, offset: 0, understanding, last_word };
        self.searcher.search(&request, &self.vocabulary, &Budget::unlimited()).unwrap()
    }

    pub fn full(&self, text: &str) -> Answer {
        self.ask(text, Understanding::FULL, LastWord::Whole)
    }

    /// The titles of the found sections, best first.
    pub fn found(&self, text: &str) -> Vec<String> {
        self.full(text).found.into_iter().map(|found| found.record.title).collect()
    }
}
