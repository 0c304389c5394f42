//! Reads sections and documents by id or path.

use std::path::Path;

use foldhash::HashMap;
use tantivy::Term;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;

use crate::search::index::budget::Budget;
use crate::search::index::error::{SearchError, guarded};
use crate::search::index::opened::{OpenedIndex, StoredSection};
use crate::search::index::record::{FoldedCopies, SectionLocation, SectionRecord};
use crate::search::index::section::SectionId;
use crate::search::index::section_set::SectionSet;
use crate::search::index::write::document_key;
use crate::search::opensearch::unpacked;
use crate::search::rank::nearest::nearest;
use crate::search::run::searcher::Searcher;

/// The number of sections that are read at once where all are read.
const MOST_READ: usize = 200;

/// A section that is near another one in meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearbySection {
    pub id: SectionId,
    /// The cosine of the angle between the vectors of both sections: 1 for the same direction.
    pub cosine: f32,
}

impl Searcher {
    /// The sections nearest in meaning to the section `id`, without itself and without folded copies, at most `most`,
    /// nearest first. None if the index has no vectors. O(sections).
    pub fn near(&self, id: SectionId, most: usize) -> Result<Vec<NearbySection>, SearchError> {
        let opened = &self.index.opened;
        let section = self.numbers(Term::from_field_u64(opened.fields.id, id.0))?.first().copied();
        let Some(section) = section.filter(|_| self.has_meaning()) else { return Ok(Vec::new()) };
        let Some(vector) = opened.vector(section) else { return Ok(Vec::new()) };
        let near = nearest(&vector, &[&opened.shown], most + 1, opened, &Budget::unlimited())?;
        let others = near.into_iter().filter(|near| near.section != section).take(most);
        let nearby =
            others.map(|near| NearbySection { id: opened.id(near.section), cosine: near.cosine });
        Ok(nearby.collect())
    }

    /// The record of the section `id`; `None` if there is none.
    pub fn section(&self, id: SectionId) -> Result<Option<SectionRecord>, SearchError> {
        let found = self.numbers(Term::from_field_u64(self.index.opened.fields.id, id.0))?;
        Ok(self.records(found.get(..1).unwrap_or_default())?.pop())
    }

    /// Calls `each` with the id and record of every section that is not a folded copy, in the order of the index. Reads
    /// the whole index.
    pub fn each(&self, each: impl FnMut(SectionId, SectionRecord)) -> Result<(), SearchError> {
        self.read_all(&self.index.opened.shown, each)
    }

    /// The same as [`Searcher::each`], including folded copies.
    pub fn each_with_copies(
        &self,
        each: impl FnMut(SectionId, SectionRecord),
    ) -> Result<(), SearchError> {
        self.read_all(&self.index.opened.kept, each)
    }

    fn read_all(
        &self,
        sections: &SectionSet,
        mut each: impl FnMut(SectionId, SectionRecord),
    ) -> Result<(), SearchError> {
        let sections: Vec<u32> = sections.iter().collect();
        for sections in sections.chunks(MOST_READ) {
            for (section, record) in sections.iter().zip(self.records(sections)?) {
                each(self.index.opened.id(*section), record);
            }
        }
        Ok(())
    }

    /// The whole records of `sections`, in their order.
    fn records(&self, sections: &[u32]) -> Result<Vec<SectionRecord>, SearchError> {
        self.stored(sections)?.iter().map(StoredSection::record).collect()
    }

    /// The stored fields of `sections`, in their order. The texts of an outline come from the cluster. `Err` if the
    /// cluster can't be used or lacks one of them.
    fn stored(&self, sections: &[u32]) -> Result<Vec<StoredSection>, SearchError> {
        let read = || self.stored_with(sections, &HashMap::default());
        match self.cluster() {
            Some(cluster) => cluster.statistics().observe(SearchError::is_of_engine, read),
            None => read(),
        }
    }

    /// The same if the packed `texts` of some sections are known. Asks the cluster for those of the others.
    pub(super) fn stored_with(
        &self,
        sections: &[u32],
        texts: &HashMap<u32, String>,
    ) -> Result<Vec<StoredSection>, SearchError> {
        let opened = &self.index.opened;
        let stored: Result<Vec<_>, _> = sections.iter().map(|at| opened.stored(*at)).collect();
        let stored = stored?;
        if !opened.is_outline {
            return Ok(stored);
        }
        let cluster = self.cluster.as_ref().ok_or(SearchError::NoCluster)?;
        let unknown = sections.iter().filter(|section| !texts.contains_key(section));
        let unknown: Vec<u64> = unknown.map(|section| opened.id(*section).0).collect();
        let mut fetched = cluster.sections.texts(&unknown)?;
        let lacking = SearchError::Unequal {
            index: cluster.sections.index.clone(),
            found: fetched.len() as u64,
            expected: unknown.len() as u64,
        };
        let mut with_texts = Vec::with_capacity(stored.len());
        for (stored, section) in stored.into_iter().zip(sections) {
            let kept = match texts.get(section) {
                Some(packed) => Some(unpacked(packed)?),
                None => fetched.remove(&opened.id(*section).0),
            };
            let Some(kept) = kept else { return Err(lacking) };
            with_texts.push(stored.with_texts(kept));
        }
        Ok(with_texts)
    }

    /// The folded copies of each section that has copies.
    pub fn copies(&self) -> &FoldedCopies {
        &self.copies
    }

    /// All sections of the file `path` in `source`, in no particular order.
    pub fn document(
        &self,
        source: &str,
        path: &str,
    ) -> Result<Vec<(SectionId, SectionRecord)>, SearchError> {
        self.document_with_key(document_key(source, path))
    }

    /// All sections of the document with the key `key`, in no particular order.
    pub fn document_with_key(
        &self,
        key: u64,
    ) -> Result<Vec<(SectionId, SectionRecord)>, SearchError> {
        let found = self.numbers(Term::from_field_u64(self.index.opened.fields.document, key))?;
        let ids = found.iter().map(|section| self.index.opened.id(*section));
        Ok(ids.zip(self.records(&found)?).collect())
    }

    /// The record of one section of the document with the key `key`, without its text, code, links and Markdown; `None`
    /// if there is no such document.
    pub fn any_of_document(&self, key: u64) -> Result<Option<SectionRecord>, SearchError> {
        let found = self.numbers(Term::from_field_u64(self.index.opened.fields.document, key))?;
        let Some(section) = found.first() else { return Ok(None) };
        Ok(Some(self.index.opened.stored(*section)?.shell()?))
    }

    /// Whether the index has a document with the key `key`.
    pub fn has_document(&self, key: u64) -> Result<bool, SearchError> {
        Ok(!self.numbers(Term::from_field_u64(self.index.opened.fields.document, key))?.is_empty())
    }

    /// The number of sections in the index, including folded copies.
    pub fn sections(&self) -> usize {
        self.index.opened.kept.count()
    }

    /// The numbers of the sections that contain `term`.
    fn numbers(&self, term: Term) -> Result<Vec<u32>, SearchError> {
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        let found =
            self.index.opened.searcher().search(&query, &tantivy::collector::DocSetCollector)?;
        Ok(found.into_iter().map(|address| self.index.opened.number(address)).collect())
    }
}

/// The locations of the sections with the ids that `is_wanted` selects, in the index in `folder`. Folded copies are
/// included. Memory-maps the index, and decodes a stored block for each selected section. `Err` if the index can't be
/// read.
pub(crate) fn locations(
    folder: &Path,
    is_wanted: impl Fn(SectionId) -> bool,
) -> Result<Vec<SectionLocation>, SearchError> {
    guarded(
        || SearchError::Failed(folder.to_owned()),
        || {
            let opened = OpenedIndex::open(folder, &FoldedCopies::default())?;
            let sections = opened.shown.iter().map(|section| (section, opened.id(section)));
            let location = |(section, id)| {
                let SectionRecord { source, path, headings, address, .. } =
                    opened.stored(section)?.shell()?;
                Ok(SectionLocation { id, source, path, headings, address })
            };
            sections.filter(|(_, id)| is_wanted(*id)).map(location).collect()
        },
    )
}
