//! Opens the readers of the alternatives of a unit in a segment.

use tantivy::Term;
use tantivy::schema::Field;

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::levels::{LevelTable, POSITIONED};
use crate::search::index::opened::{IndexSegment, OpenedIndex};
use crate::search::index::postings::PhraseReader;
use crate::search::rank::lists::List;
use crate::search::rank::parts::{FieldPhrase, PartReader, Parts};
use crate::search::rank::plan::{Alternative, Alternatives, PlanPart};
use crate::search::rank::weights::Weights;
use crate::search::rank::window::UnitWindow;

/// What opening the readers of a segment needs.
#[derive(Clone, Copy)]
pub(in crate::search) struct PartOpener<'a> {
    pub opened: &'a OpenedIndex,
    pub segment: &'a IndexSegment,
    pub levels: &'a LevelTable,
    pub weights: &'a Weights,
    pub budget: &'a Budget,
}

impl<'a> PartOpener<'a> {
    /// The readers of `alternatives`. Those that the segment does not contain have none.
    pub fn open(self, alternatives: &[Alternative]) -> Result<Parts<'a>, SearchError> {
        let mut parts = Parts::default();
        for Alternative { part, weight } in alternatives {
            match part {
                PlanPart::Stem(stem) => parts.readers.extend(self.stem(stem, *weight)?),
                PlanPart::Topic(slug) => self.topic(slug, *weight, &mut parts)?,
                PlanPart::Phrase(stems) => self.phrase(stems, *weight, &mut parts)?,
                PlanPart::Exact { parts: own, words } => {
                    parts.readers.extend(self.exact(own, words, *weight)?);
                }
                PlanPart::All(all) => parts.readers.extend(self.all(all, *weight)?),
            }
        }
        Ok(parts)
    }

    fn stem(self, stem: &str, weight: f32) -> Result<Option<PartReader<'a>>, SearchError> {
        let PartOpener { opened, segment, levels, budget, .. } = self;
        let term = Term::from_field_text(opened.fields.stems, stem);
        let list = List::open(&segment.stems, &term, segment.reader.max_doc(), budget)?;
        Ok(list.map(|list| PartReader::Stem { list, weight, levels }))
    }

    /// A topic counts for sections that mention it, and again for sections that are about it.
    fn topic(self, slug: &str, weight: f32, parts: &mut Parts<'a>) -> Result<(), SearchError> {
        let PartOpener { opened, segment, weights, budget, .. } = self;
        for (terms, field, counts) in [
            (&segment.topics, opened.fields.topic, weights.mentioned),
            (&segment.about, opened.fields.about, weights.about),
        ] {
            let term = Term::from_field_text(field, slug);
            let list = List::open(terms, &term, segment.reader.max_doc(), budget)?;
            let frequency = weight * counts;
            parts.readers.extend(list.map(|list| PartReader::Topic { list, frequency }));
        }
        Ok(())
    }

    fn phrase(
        self,
        stems: &[String],
        weight: f32,
        parts: &mut Parts<'a>,
    ) -> Result<(), SearchError> {
        let fields = self.opened.fields;
        let fields: [Field; POSITIONED] = [fields.heading, fields.trail, fields.body];
        for (field, text) in self.segment.texts.iter().enumerate() {
            let term = |stem: &String| Term::from_field_text(fields[field], stem);
            let terms: Vec<Term> = stems.iter().map(term).collect();
            let reader = PhraseReader::open(&text.terms, &terms, self.budget)?;
            parts.readers.extend(reader.map(|reader| {
                let lengths = text.lengths.clone();
                PartReader::Phrase(FieldPhrase { reader, field, lengths, weight })
            }));
        }
        Ok(())
    }

    fn exact(
        self,
        parts: &[Alternative],
        words: &[String],
        weight: f32,
    ) -> Result<Option<PartReader<'a>>, SearchError> {
        let parts = self.open(parts)?;
        let mut lists = Vec::with_capacity(words.len());
        for word in words {
            let term = Term::from_field_text(self.opened.fields.words, word);
            let sections = self.segment.reader.max_doc();
            match List::open(&self.segment.words, &term, sections, self.budget)? {
                Some(list) => lists.push(list),
                None => return Ok(None),
            }
        }
        let inner = UnitWindow::default();
        Ok((!parts.is_empty()).then_some(PartReader::Exact { parts, words: lists, weight, inner }))
    }

    fn all(self, all: &[Alternatives], weight: f32) -> Result<Option<PartReader<'a>>, SearchError> {
        let mut elements = Vec::with_capacity(all.len());
        for parts in all {
            let parts = self.open(parts)?;
            if parts.is_empty() {
                return Ok(None);
            }
            elements.push(parts);
        }
        let inner = UnitWindow::default();
        Ok((!elements.is_empty()).then_some(PartReader::All { elements, weight, inner }))
    }
}
