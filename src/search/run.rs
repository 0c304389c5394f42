//! A search from what was typed to the hits.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use tantivy::collector::Count;
use tantivy::directory::MmapDirectory;
use tantivy::query::TermQuery;
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocAddress, DocId, Index, IndexReader, ReloadPolicy, TantivyDocument, Term};

use super::collect::{self, FACETS, Matches, Names};
use super::highlight::{Snippet, snippet};
use super::plan::{Plan, Planner};
use super::query;
use super::schema::{self, Fields};
use super::understand::{LastWord, Reader, Understanding, Understood};
use super::{Copies, CopyPlace, Record, SearchError, SectionId};
use crate::vocabulary::Vocabulary;

/// Hits of one document on one page, unless a filter asks for its source or path.
const PER_DOCUMENT: usize = 3;
/// Values of one facet.
const FACET_VALUES: usize = 30;
/// With fewer hits than this, hits need not hold every word.
const TOO_FEW: usize = 5;

/// A shorter beginning says nothing of the word.
const SHORTEST_PREFIX: usize = 2;
/// Completions that are searched, and terms that are looked at for them.
const COMPLETIONS: usize = 12;
const MOST_TERMS: usize = 2_000;

/// A question to the index.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub text: &'a str,
    pub limit: usize,
    pub offset: usize,
    pub understanding: Understanding,
    pub last_word: LastWord,
}

/// A hit.
#[derive(Clone, Debug)]
pub struct Found {
    pub id: SectionId,
    pub score: f32,
    pub record: Record,
    pub snippet: Snippet,
    /// Copies folded under it.
    pub copies: Vec<CopyPlace>,
}

/// A field with its commonest values and their counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    pub field: &'static str,
    pub values: Vec<(String, u64)>,
}

/// The answer to a [`Request`].
#[derive(Debug)]
pub struct Answer {
    pub understood: Understood,
    /// Matches, folded copies left out.
    pub total: usize,
    pub found: Vec<Found>,
    pub facets: Vec<Facet>,
}

/// An open index of one generation. Cheap to share; answers many requests at once.
pub struct Searcher {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    copies: Copies,
    folded: Arc<Vec<HashSet<DocId>>>,
    names: Arc<Vec<Names>>,
    labels: HashMap<String, Vec<usize>>,
    sources: Vec<(String, Option<String>)>,
}

impl Searcher {
    /// Opens the index in `folder`, whose files are mapped, not read.
    ///
    /// `sources` are ids with licences. O(sections) for the places of the folded copies.
    pub fn open(
        folder: &Path,
        copies: Copies,
        vocabulary: &Vocabulary,
        sources: Vec<(String, Option<String>)>,
    ) -> Result<Searcher, SearchError> {
        let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        let index = Index::open(directory)?;
        let fields = schema::check(&index)?;
        schema::register(&index);
        let reader: IndexReader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let places = copies.by_representative.values().flatten();
        let ids: HashSet<u64> = places.map(|place| place.id.0).collect();
        let (mut folded, mut names) = (Vec::new(), Vec::new());
        for segment in reader.searcher().segment_readers() {
            let column = segment.fast_fields().u64("id")?;
            let is_copy = |doc: &DocId| column.first(*doc).is_some_and(|id| ids.contains(&id));
            folded.push(segment.doc_ids_alive().filter(is_copy).collect());
            names.push(collect::names(segment)?);
        }
        let labels = vocabulary.by_label();
        let (folded, names) = (Arc::new(folded), Arc::new(names));
        Ok(Searcher { index, reader, fields, copies, folded, names, labels, sources })
    }

    /// The hits for `request`, best first. No input is an error; an empty query finds nothing.
    pub fn search(
        &self,
        request: &Request,
        vocabulary: &Vocabulary,
    ) -> Result<Answer, SearchError> {
        let query = query::parse(request.text);
        let mut planner = Planner {
            fields: self.fields,
            vocabulary,
            labels: &self.labels,
            sources: &self.sources,
            analyzer: schema::stemmed(),
        };
        let reader = Reader { vocabulary, labels: &self.labels };
        let (mut understood, mut spans) = reader.understand(&query, request.understanding);
        if request.last_word == LastWord::Unfinished
            && !request.text.ends_with(char::is_whitespace)
            && let Some(span) = spans.last_mut()
            && let Some(word) = span.open_word()
        {
            span.completions = self.completions(word)?;
        }
        let one_place = query
            .filters
            .iter()
            .any(|filter| matches!(filter.field.as_str(), "source" | "path") && !filter.excluded);
        let mut plan = planner.plan(&query, &spans, false);
        let mut collected = self.collect(&plan, request, one_place)?;
        if collected.total < TOO_FEW && query.units.len() > 1 {
            let relaxed = planner.plan(&query, &spans, true);
            let more = self.collect(&relaxed, request, one_place)?;
            if more.total > collected.total {
                (plan, collected) = (relaxed, more);
                understood.relaxed = true;
            }
        }
        let found = self.fetch(&collected.best, &plan, request, one_place)?;
        let facets = FACETS.into_iter().zip(collected.facets);
        Ok(Answer {
            understood,
            total: collected.total,
            found,
            facets: facets.map(|(field, counts)| facet(field, counts)).collect(),
        })
    }

    /// The record of the section `id`.
    pub fn section(&self, id: SectionId) -> Result<Option<Record>, SearchError> {
        let query =
            TermQuery::new(Term::from_field_u64(self.fields.id, id.0), IndexRecordOption::Basic);
        let found = self.reader.searcher().search(&query, &tantivy::collector::DocSetCollector)?;
        found.into_iter().next().map(|address| self.record(address)).transpose()
    }

    /// Calls `each` with every section that is no folded copy, in the index's order. Reads the whole index.
    pub fn each(&self, mut each: impl FnMut(Record)) -> Result<(), SearchError> {
        for (at, segment) in self.reader.searcher().segment_readers().iter().enumerate() {
            let segment_ord = u32::try_from(at).unwrap_or(u32::MAX);
            for doc_id in segment.doc_ids_alive().filter(|doc| !self.folded[at].contains(doc)) {
                each(self.record(DocAddress { segment_ord, doc_id })?);
            }
        }
        Ok(())
    }

    /// Every section of the file `path` in `source`, unordered.
    pub fn document(
        &self,
        source: &str,
        path: &str,
    ) -> Result<Vec<(SectionId, Record)>, SearchError> {
        let key = super::write::document_key(source, path);
        let term = Term::from_field_u64(self.fields.document, key);
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        let found = self.reader.searcher().search(&query, &tantivy::collector::DocSetCollector)?;
        found.into_iter().map(|address| Ok((self.id(address)?, self.record(address)?))).collect()
    }

    /// How many sections are in the index, copies included.
    pub fn sections(&self) -> Result<usize, SearchError> {
        Ok(self.reader.searcher().search(&tantivy::query::AllQuery, &Count)?)
    }

    /// The words of the index that begin with `word`, the commonest first, `word` itself left out.
    fn completions(&self, word: &str) -> Result<Vec<String>, SearchError> {
        let prefix = word.to_lowercase();
        if prefix.chars().count() < SHORTEST_PREFIX || !prefix.chars().all(char::is_alphanumeric) {
            return Ok(Vec::new());
        }
        let mut counts: HashMap<String, u32> = HashMap::new();
        for segment in self.reader.searcher().segment_readers() {
            let inverted = segment.inverted_index(self.fields.exact)?;
            let mut terms = inverted.terms().range().ge(prefix.as_bytes()).into_stream()?;
            let mut seen = 0;
            while terms.advance() && terms.key().starts_with(prefix.as_bytes()) && seen < MOST_TERMS
            {
                seen += 1;
                if let Ok(term) = std::str::from_utf8(terms.key()) {
                    *counts.entry(term.to_owned()).or_insert(0) += terms.value().doc_freq;
                }
            }
        }
        counts.remove(&prefix);
        let mut words: Vec<(String, u32)> = counts.into_iter().collect();
        words.sort_by(|(a, left), (b, right)| right.cmp(left).then(a.cmp(b)));
        words.truncate(COMPLETIONS);
        Ok(words.into_iter().map(|(word, _)| word).collect())
    }

    fn collect(
        &self,
        plan: &Plan,
        request: &Request,
        one_place: bool,
    ) -> Result<collect::Collected, SearchError> {
        let most = (request.offset + request.limit).saturating_mul(4).clamp(40, 2_000);
        // Who asks for one source or path wants what stands there, copy or not.
        let folded = (!one_place).then(|| Arc::clone(&self.folded));
        let matches = Matches { most, folded, names: Arc::clone(&self.names) };
        Ok(self.reader.searcher().search(&plan.query, &matches)?)
    }

    fn fetch(
        &self,
        best: &[(f32, DocAddress)],
        plan: &Plan,
        request: &Request,
        one_place: bool,
    ) -> Result<Vec<Found>, SearchError> {
        let mut analyzer = self.index.tokenizer_for_field(self.fields.body)?;
        let mut per_document: HashMap<u64, usize> = HashMap::new();
        let mut kept = Vec::new();
        for (score, address) in best {
            let count = per_document.entry(self.column("document", *address)?).or_insert(0);
            *count += 1;
            if *count <= PER_DOCUMENT || one_place {
                kept.push((*score, *address));
            }
            if kept.len() == request.offset + request.limit {
                break;
            }
        }
        let mut found = Vec::new();
        for (score, address) in kept.into_iter().skip(request.offset) {
            let id = self.id(address)?;
            let record = self.record(address)?;
            let shown = if record.text.is_empty() { &record.code } else { &record.text };
            found.push(Found {
                id,
                score,
                snippet: snippet(shown, &plan.stems, &mut analyzer),
                copies: self.copies.by_representative.get(&id).cloned().unwrap_or_default(),
                record,
            });
        }
        Ok(found)
    }

    fn id(&self, address: DocAddress) -> Result<SectionId, SearchError> {
        Ok(SectionId(self.column("id", address)?))
    }

    fn column(&self, field: &str, address: DocAddress) -> Result<u64, SearchError> {
        let searcher = self.reader.searcher();
        let column = searcher.segment_reader(address.segment_ord).fast_fields().u64(field)?;
        Ok(column.first(address.doc_id).unwrap_or(0))
    }

    fn record(&self, address: DocAddress) -> Result<Record, SearchError> {
        let document: TantivyDocument = self.reader.searcher().doc(address)?;
        let bytes = document.get_first(self.fields.record).and_then(|value| value.as_bytes());
        postcard::from_bytes(bytes.unwrap_or_default()).map_err(SearchError::Decode)
    }
}

/// The commonest values first.
fn facet(field: &'static str, counts: HashMap<String, u64>) -> Facet {
    let mut values: Vec<(String, u64)> = counts.into_iter().collect();
    values.sort_by(|(a, left), (b, right)| right.cmp(left).then(a.cmp(b)));
    values.truncate(FACET_VALUES);
    Facet { field, values }
}
