//! An index opened for reading: its segments, with the readers and columns that searches need.
//!
//! The sections of all segments are numbered consecutively. The `base` of a segment is the number of its first section.
//! The data that every match needs (prior, document, passage, whether the section is shown, whether it is code) is kept
//! in plain arrays and bits, which take less than 53 bytes per section. The facet values are kept in [`FacetValues`].

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tantivy::columnar::{Column, StrColumn};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::{Field, IndexRecordOption, OwnedValue, Value};
use tantivy::{
    DocAddress, DocSet, Index, IndexReader, InvertedIndexReader, ReloadPolicy, Searcher,
    SegmentReader, TERMINATED, Term,
};

use crate::extract::Link;
use crate::meaning::MeaningVector;
use crate::search::index::directory::ReadOnlyDirectory;
use crate::search::index::error::{SearchError, guarded};
use crate::search::index::facets::FacetValues;
use crate::search::index::record::{FoldedCopies, SectionRecord};
use crate::search::index::schema::{self, IndexFields, LISTING};
use crate::search::index::section::SectionId;
use crate::search::index::section_set::SectionSet;
use crate::search::index::vectors::SectionVectors;

/// A text field with positions of a segment.
pub(in crate::search) struct TextField {
    pub terms: Arc<InvertedIndexReader>,
    pub lengths: FieldNormReader,
}

/// A segment of the index.
pub(in crate::search) struct IndexSegment {
    pub reader: SegmentReader,
    /// The number of its first section.
    pub base: u32,
    /// The text fields with positions, in the order of [`super::levels`].
    pub texts: Vec<TextField>,
    pub stems: Arc<InvertedIndexReader>,
    pub topics: Arc<InvertedIndexReader>,
    pub about: Arc<InvertedIndexReader>,
    pub words: Arc<InvertedIndexReader>,
    ids: Column<u64>,
    versions: Column<u64>,
    pub dates: Option<Column<u64>>,
    /// The headings as written.
    pub labels: Option<StrColumn>,
}

/// An opened index.
pub(in crate::search) struct OpenedIndex {
    pub fields: IndexFields,
    folder: PathBuf,
    searcher: Searcher,
    pub segments: Vec<IndexSegment>,
    /// For each section: the factor for its score.
    pub priors: Vec<f32>,
    /// The sections that are code with little else.
    pub listings: SectionSet,
    /// For each section: the key of its document.
    pub documents: Vec<u64>,
    /// For each section: a hash that all parts of one long section share.
    pub passages: Vec<u64>,
    /// The sections that are neither deleted nor folded copies.
    pub shown: SectionSet,
    /// The sections that are not deleted.
    pub kept: SectionSet,
    /// For each section: its facet values.
    pub values: FacetValues,
    pub vectors: SectionVectors,
    /// The number of sections that rarity refers to: those of this index, or of the index that these are a part of.
    pub all_sections: usize,
    /// Whether this is an outline: it has words, but neither texts nor positions.
    pub is_outline: bool,
}

/// Where a section is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) struct SectionPlace {
    /// The index of its segment.
    pub segment: usize,
    /// Its document number in that segment, as given by tantivy.
    pub doc: u32,
}

impl OpenedIndex {
    /// Opens the index in `folder` by memory-mapping its files. Writes nothing. Takes O(sections) to fill the arrays.
    pub fn open(folder: &Path, copies: &FoldedCopies) -> Result<OpenedIndex, SearchError> {
        let places = copies.by_representative.values().flatten();
        let folded: HashSet<u64> = places.map(|place| place.id.0).collect();
        OpenedIndex::of(&Index::open(ReadOnlyDirectory::open(folder)?)?, folder, &folded)
    }

    /// Opens `index`. `folder` is its name in errors, and `folded` contains the ids of the sections that are folded
    /// copies. O(sections).
    pub fn of(
        index: &Index,
        folder: &Path,
        folded: &HashSet<u64>,
    ) -> Result<OpenedIndex, SearchError> {
        let fields = schema::check(index)?;
        schema::register(index);
        let reader: IndexReader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        let sections = searcher.segment_readers().iter().map(|reader| reader.max_doc() as usize);
        let sections = sections.sum();
        let mut opened = OpenedIndex {
            fields,
            folder: folder.to_owned(),
            segments: Vec::new(),
            priors: Vec::new(),
            listings: SectionSet::none(sections),
            documents: Vec::new(),
            passages: Vec::new(),
            shown: SectionSet::none(sections),
            kept: SectionSet::none(sections),
            values: FacetValues::read(searcher.segment_readers())?,
            vectors: SectionVectors::made_with(index.load_metas()?.payload),
            all_sections: sections,
            is_outline: false,
            searcher: searcher.clone(),
        };
        for reader in searcher.segment_readers() {
            opened.add(reader, folded)?;
            opened.vectors.add(reader)?;
        }
        let terms = |terms: &InvertedIndexReader| terms.terms().num_terms();
        let positioned: usize =
            opened.segments.iter().flat_map(|s| &s.texts).map(|text| terms(&text.terms)).sum();
        let stems: usize = opened.segments.iter().map(|s| terms(&s.stems)).sum();
        opened.is_outline = positioned == 0 && stems > 0;
        Ok(opened)
    }

    fn add(&mut self, reader: &SegmentReader, folded: &HashSet<u64>) -> tantivy::Result<()> {
        let fields = self.fields;
        let columns = reader.fast_fields();
        let text = |field: Field| -> tantivy::Result<TextField> {
            Ok(TextField {
                terms: reader.inverted_index(field)?,
                lengths: reader.get_fieldnorms_reader(field)?,
            })
        };
        let ids = columns.u64("id")?;
        let (priors, documents) = (columns.u64("prior")?, columns.u64("document")?);
        let passages = columns.u64("passage")?;
        let base = u32::try_from(self.priors.len()).unwrap_or(u32::MAX);
        for doc in 0..reader.max_doc() {
            // The prior is a percentage of at most 100, so its conversion to f32 is exact.
            self.priors.push(priors.first(doc).unwrap_or(100) as f32 / 100.0);
            self.documents.push(documents.first(doc).unwrap_or(0));
            self.passages.push(passages.first(doc).unwrap_or(0));
            let is_kept = !reader.is_deleted(doc);
            let is_folded = ids.first(doc).is_some_and(|id| folded.contains(&id));
            self.kept.set(base + doc, is_kept);
            self.shown.set(base + doc, is_kept && !is_folded);
        }
        let listing = Term::from_field_text(fields.has, LISTING);
        let has = reader.inverted_index(fields.has)?;
        if let Some(mut postings) = has.read_postings(&listing, IndexRecordOption::Basic)? {
            while postings.doc() != TERMINATED {
                self.listings.set(base + postings.doc(), true);
                postings.advance();
            }
        }
        self.segments.push(IndexSegment {
            base,
            texts: [fields.heading, fields.trail, fields.body]
                .into_iter()
                .map(text)
                .collect::<Result<_, _>>()?,
            stems: reader.inverted_index(fields.stems)?,
            topics: reader.inverted_index(fields.topic)?,
            about: reader.inverted_index(fields.about)?,
            words: reader.inverted_index(fields.words)?,
            ids,
            versions: columns.u64("version")?,
            dates: columns.u64("date").ok(),
            labels: columns.str("label")?,
            reader: reader.clone(),
        });
        Ok(())
    }

    /// Runs `read`, which reads this index, and returns its result. If `read` panics, returns `SearchError::Failed`:
    /// the files may have been damaged since the index was opened.
    pub fn guarded<T>(
        &self,
        read: impl FnOnce() -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        guarded(|| SearchError::Failed(self.folder.clone()), read)
    }

    /// The number of sections, including hidden ones.
    pub fn len(&self) -> usize {
        self.priors.len()
    }

    /// The inverse document frequency of a term that `held` of all sections contain.
    pub fn rarity(&self, held: usize) -> f32 {
        // An f32 is exact enough for counts of sections.
        let (held, all) = (held as f32, self.all_sections as f32);
        (1.0 + (all - held + 0.5) / (held + 0.5)).ln()
    }

    pub fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// Where `section` is stored.
    pub fn place(&self, section: u32) -> SectionPlace {
        let at = self.segments.partition_point(|segment| segment.base <= section).max(1) - 1;
        let base = self.segments.get(at).map_or(0, |segment| segment.base);
        SectionPlace { segment: at, doc: section - base }
    }

    /// The number of the section at tantivy's `address`.
    pub fn number(&self, address: DocAddress) -> u32 {
        let base = self.segments.get(address.segment_ord as usize).map_or(0, |s| s.base);
        base + address.doc_id
    }

    /// The vector of `section`; `None` if it has none.
    pub fn vector(&self, section: u32) -> Option<MeaningVector> {
        let SectionPlace { segment, doc } = self.place(section);
        self.vectors.vector(segment, doc)
    }

    pub fn id(&self, section: u32) -> SectionId {
        let SectionPlace { segment, doc } = self.place(section);
        SectionId(self.segments.get(segment).and_then(|s| s.ids.first(doc)).unwrap_or(0))
    }

    /// The version of the document that contains `section`.
    pub fn version(&self, section: u32) -> u64 {
        let SectionPlace { segment, doc } = self.place(section);
        self.segments.get(segment).and_then(|s| s.versions.first(doc)).unwrap_or(0)
    }

    /// The stored fields of `section`. Decompresses a block of the document store.
    pub fn stored(&self, section: u32) -> Result<StoredSection, SearchError> {
        let SectionPlace { segment, doc } = self.place(section);
        let address = DocAddress::new(u32::try_from(segment).unwrap_or(u32::MAX), doc);
        let values = self.guarded(|| Ok(self.searcher.doc(address)?))?;
        Ok(StoredSection { values, fields: self.fields, texts: None })
    }
}

/// The stored texts of a section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::search) struct KeptTexts {
    pub text: String,
    /// The long parts of the record, as JSON.
    pub rest: String,
}

/// The parts of a section's record that a hit does not need. Stored as a JSON array of these fields, in this order.
#[derive(Deserialize)]
pub(in crate::search) struct LongParts {
    pub code: String,
    pub links: Vec<Link>,
    pub markup: String,
}

/// The stored fields of a section, not yet decoded.
pub(in crate::search) struct StoredSection {
    values: BTreeMap<Field, OwnedValue>,
    fields: IndexFields,
    /// The texts from elsewhere, for an outline.
    texts: Option<KeptTexts>,
}

impl StoredSection {
    /// The same with these `texts`, which an outline does not have.
    pub fn with_texts(self, texts: KeptTexts) -> StoredSection {
        StoredSection { texts: Some(texts), ..self }
    }

    /// The whole record.
    pub fn record(&self) -> Result<SectionRecord, SearchError> {
        let LongParts { code, links, markup } = self.long_parts()?;
        Ok(SectionRecord { text: self.text().to_owned(), code, markup, links, ..self.shell()? })
    }

    /// The record without its text, code, links and Markdown.
    pub fn shell(&self) -> Result<SectionRecord, SearchError> {
        let record = self.values.get(&self.fields.record);
        let bytes = record.and_then(|value| value.as_bytes()).unwrap_or_default();
        let (record, rest) = postcard::take_from_bytes(bytes).map_err(SearchError::decode)?;
        let posted = (!rest.is_empty()).then(|| postcard::from_bytes(rest)).transpose();
        Ok(SectionRecord { posted: posted.map_err(SearchError::decode)?, ..record })
    }

    pub fn text(&self) -> &str {
        match &self.texts {
            Some(texts) => &texts.text,
            None => self.string(self.fields.text),
        }
    }

    /// The parts of the record that a hit does not need.
    pub fn long_parts(&self) -> Result<LongParts, SearchError> {
        let rest = match &self.texts {
            Some(texts) => &texts.rest,
            None => self.string(self.fields.rest),
        };
        serde_json::from_str(rest).map_err(SearchError::decode)
    }

    fn string(&self, field: Field) -> &str {
        self.values.get(&field).and_then(|value| value.as_str()).unwrap_or_default()
    }
}
