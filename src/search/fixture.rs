//! A searcher over a few sections, for the unit tests of this module and for the integration tests, which include this
//! file.

use std::sync::Arc;

use cairn::annotate::SectionRole;
use cairn::catalogue::SourceStanding;
use cairn::config::DataFiles;
use cairn::extract::{Address, DocumentKind};
use cairn::meaning::MeaningTable;
use cairn::search::write::{DeletedTexts, SearchIndexWriter, document_key};
use cairn::search::{FoldedCopies, IndexedSource, Searcher, SectionId, SectionRecord};
use cairn::vocabulary::{self, Vocabulary};

/// A searcher with the vocabulary that it was opened with. Dropping it deletes the folder of its index.
pub struct SearchFixture {
    pub searcher: Searcher,
    pub vocabulary: Vocabulary,
    _folder: tempfile::TempDir,
}

/// The record of a section of the source `ann/notes`. The section is the only one of its document.
pub fn record(heading: &str, text: &str) -> SectionRecord {
    SectionRecord {
        source: "ann/notes".into(),
        path: String::new(),
        title: heading.into(),
        headings: vec![heading.into()],
        anchor: None,
        address: Address::Lines(1, 9),
        text: text.into(),
        code: String::new(),
        formulas: Vec::new(),
        markup: String::new(),
        links: Vec::new(),
        date: None,
        kind: DocumentKind::Note,
        role: SectionRole::Content,
        tags: Vec::new(),
        licence: None,
        language: Some("en".into()),
        steps: Vec::new(),
        mentions: Vec::new(),
        previous: None,
        next: None,
        posted: None,
        standing: SourceStanding::Current,
    }
}

/// A searcher over `records`, without folded copies; see [`fixture_of`]. Its sources are `ann/notes`, with the MIT
/// licence, and `bob/lists`, without a licence.
pub fn fixture(records: impl IntoIterator<Item = SectionRecord>) -> SearchFixture {
    let source = |id: &str, licence: Option<&str>| IndexedSource {
        id: id.to_owned(),
        licence: licence.map(str::to_owned),
        ..IndexedSource::default()
    };
    let sources = vec![source("ann/notes", Some("MIT")), source("bob/lists", None)];
    fixture_of(records, sources, FoldedCopies::default())
}

/// A searcher over `records`, without sources or folded copies, that uses `table` for meaning; see [`fixture_of`].
#[allow(dead_code, reason = "used only by the unit tests")]
pub fn records_with(
    records: impl IntoIterator<Item = SectionRecord>,
    table: Arc<MeaningTable>,
) -> SearchFixture {
    made_with(records, Vec::new(), FoldedCopies::default(), Some(table))
}

/// A searcher over `records` from `sources`. `copies` lists the records that are folded copies. The records get the
/// section ids 0, 1 and so on, in their order. A record without a path gets a path that no other record has.
pub fn fixture_of(
    records: impl IntoIterator<Item = SectionRecord>,
    sources: Vec<IndexedSource>,
    copies: FoldedCopies,
) -> SearchFixture {
    made_with(records, sources, copies, None)
}

fn made_with(
    records: impl IntoIterator<Item = SectionRecord>,
    sources: Vec<IndexedSource>,
    copies: FoldedCopies,
    table: Option<Arc<MeaningTable>>,
) -> SearchFixture {
    let folder = tempfile::tempdir().unwrap();
    let building = folder.path().join("building");
    let mut writer = SearchIndexWriter::open(&building, table.clone()).unwrap();
    for (number, mut record) in (0..).zip(records) {
        if record.path.is_empty() {
            record.path = format!("{number}.md");
        }
        let key = document_key(&record.source, &record.path);
        writer.add(key, 1, vec![(SectionId(number), record)]).unwrap();
    }
    let into = folder.path().join("search");
    writer.commit(&into, DeletedTexts::MayStay).unwrap();
    let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
    let mut searcher = Searcher::open(&into, copies, &vocabulary, sources).unwrap();
    if let Some(table) = table {
        searcher = searcher.with_table(table);
    }
    SearchFixture { searcher, vocabulary, _folder: folder }
}
