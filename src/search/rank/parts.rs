//! Reads the alternatives of a unit, window by window.
//!
//! A unit is a word with its alternatives: corrections, completions, the topic that it names. Their frequencies add up
//! to one frequency, which then saturates: a section that says the same thing in three ways does not score three times
//! as high. (For alternatives as one pseudo-term see A. Pirkola, "The effects of query structure …", SIGIR 1998.)

use tantivy::TERMINATED;
use tantivy::fieldnorm::FieldNormReader;

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::levels::{FIELD_WEIGHTS, HEADING, LevelTable};
use crate::search::index::postings::PhraseReader;
use crate::search::rank::bits::{Span, WindowBits};
use crate::search::rank::lists::List;
use crate::search::rank::window::UnitWindow;

/// Reads one alternative in one segment.
#[derive(Clone)]
pub(super) enum PartReader<'a> {
    Stem {
        list: List,
        weight: f32,
        levels: &'a LevelTable,
    },
    /// A topic: each section of the list has the same frequency.
    Topic {
        list: List,
        frequency: f32,
    },
    Phrase(FieldPhrase),
    /// Sections that contain one of `parts`, and all of `words` unstemmed.
    Exact {
        parts: Parts<'a>,
        words: Vec<List>,
        weight: f32,
        inner: UnitWindow,
    },
    /// Sections that contain one part of each element.
    All {
        elements: Vec<Parts<'a>>,
        weight: f32,
        inner: UnitWindow,
    },
}

/// A phrase in one text field.
#[derive(Clone)]
pub(super) struct FieldPhrase {
    pub reader: PhraseReader,
    /// The index of the field.
    pub field: usize,
    pub lengths: FieldNormReader,
    pub weight: f32,
}

/// Reads alternatives in one segment.
#[derive(Clone, Default)]
pub(in crate::search) struct Parts<'a> {
    pub(super) readers: Vec<PartReader<'a>>,
}

impl Parts<'_> {
    pub fn is_empty(&self) -> bool {
        self.readers.is_empty()
    }

    /// Whether there is at most one reader, whose list has every section only once.
    pub fn is_one_list(&self) -> bool {
        match &self.readers[..] {
            [] => true,
            [one] => matches!(one, PartReader::Stem { .. } | PartReader::Topic { .. }),
            _ => false,
        }
    }

    /// An upper bound of the number of sections with one of the parts.
    pub fn documents(&self) -> usize {
        self.readers.iter().map(PartReader::documents).sum()
    }

    /// The number of those sections that were read.
    pub fn examined(&self) -> usize {
        self.readers.iter().map(PartReader::examined).sum()
    }

    /// No document before this one contains a part that was not yet read.
    pub fn next(&self) -> u32 {
        self.readers.iter().map(PartReader::next).min().unwrap_or(TERMINATED)
    }

    /// An upper bound of the frequency in a section.
    pub fn highest(&self) -> f32 {
        self.readers.iter().map(PartReader::highest).sum()
    }

    /// Replaces the content of `window` by what the parts have in `span`. If `wanted` is given, only these sections
    /// matter: others may be left out. Spans must not go backwards.
    pub fn read(
        &mut self,
        span: Span,
        wanted: Option<&WindowBits>,
        window: &mut UnitWindow,
        budget: &Budget,
    ) -> Result<(), SearchError> {
        window.clear();
        self.readers.iter_mut().try_for_each(|part| part.read(span, wanted, window, budget))
    }
}

impl PartReader<'_> {
    fn documents(&self) -> usize {
        match self {
            PartReader::Stem { list, .. } | PartReader::Topic { list, .. } => list.documents(),
            PartReader::Phrase(phrase) => phrase.reader.documents(),
            PartReader::Exact { parts, .. } => parts.documents(),
            PartReader::All { elements, .. } => {
                elements.iter().map(Parts::documents).min().unwrap_or(0)
            }
        }
    }

    fn examined(&self) -> usize {
        match self {
            PartReader::Stem { list, .. } | PartReader::Topic { list, .. } => list.examined,
            PartReader::Phrase(phrase) => phrase.reader.examined,
            PartReader::Exact { parts, .. } => parts.examined(),
            PartReader::All { elements, .. } => {
                let rarest = elements.iter().min_by_key(|parts| parts.documents());
                rarest.map_or(0, Parts::examined)
            }
        }
    }

    fn next(&self) -> u32 {
        match self {
            PartReader::Stem { list, .. } | PartReader::Topic { list, .. } => list.doc(),
            PartReader::Phrase(phrase) => phrase.reader.doc(),
            PartReader::Exact { parts, .. } => parts.next(),
            PartReader::All { elements, .. } => {
                elements.iter().map(Parts::next).max().unwrap_or(TERMINATED)
            }
        }
    }

    fn highest(&self) -> f32 {
        match self {
            PartReader::Stem { weight, levels, .. } => weight * levels.highest(),
            PartReader::Topic { frequency, .. } => *frequency,
            PartReader::Phrase(phrase) => phrase.weight * FIELD_WEIGHTS[phrase.field].factor(0),
            PartReader::Exact { parts, weight, .. } => weight * parts.highest(),
            PartReader::All { elements, weight, .. } => {
                weight * elements.iter().map(Parts::highest).sum::<f32>()
            }
        }
    }

    fn read(
        &mut self,
        span: Span,
        wanted: Option<&WindowBits>,
        window: &mut UnitWindow,
        budget: &Budget,
    ) -> Result<(), SearchError> {
        match self {
            PartReader::Stem { list, weight, levels } => {
                list.each(span, wanted, budget, |posting| {
                    let code = posting.count as usize;
                    let known = levels.frequencies.get(code);
                    window.add(posting.at, *weight * known.copied().unwrap_or(0.0));
                    if levels.in_heading.get(code).is_some_and(|marked| *marked) {
                        window.headings.insert(posting.at);
                    }
                })
            }
            PartReader::Topic { list, frequency } => {
                list.each(span, wanted, budget, |posting| window.add(posting.at, *frequency))
            }
            PartReader::Phrase(phrase) => phrase.read(span, wanted, window, budget),
            PartReader::Exact { parts, words, weight, inner } => {
                parts.read(span, wanted, inner, budget)?;
                for word in words {
                    let mut held = WindowBits::default();
                    word.each(span, Some(&inner.sections), budget, |p| held.insert(p.at))?;
                    inner.sections.keep(&held);
                }
                inner.sections.iter().for_each(|at| window.add(at, *weight * inner.frequency(at)));
                Ok(())
            }
            PartReader::All { elements, weight, inner } => {
                all(elements, *weight, inner, (span, wanted), window, budget)
            }
        }
    }
}

/// Adds to `window` the sections that contain one part of each of `elements`, with the sum of the frequencies.
fn all(
    elements: &mut [Parts],
    weight: f32,
    inner: &mut UnitWindow,
    (span, wanted): (Span, Option<&WindowBits>),
    window: &mut UnitWindow,
    budget: &Budget,
) -> Result<(), SearchError> {
    let mut sum = UnitWindow::default();
    let mut common: Option<WindowBits> = None;
    // Rare elements first, so that common ones need not be read where they don't matter.
    let mut order: Vec<&mut Parts> = elements.iter_mut().collect();
    order.sort_by_key(|parts| parts.documents());
    for parts in order {
        if common.as_ref().is_some_and(WindowBits::is_empty) {
            return Ok(());
        }
        parts.read(span, common.as_ref().or(wanted), inner, budget)?;
        match &mut common {
            Some(common) => common.keep(&inner.sections),
            None => common = Some(inner.sections.clone()),
        }
        inner.sections.iter().for_each(|at| sum.add(at, inner.frequency(at)));
    }
    let common = common.unwrap_or_default();
    common.iter().for_each(|at| window.add(at, weight * sum.frequency(at)));
    Ok(())
}

impl FieldPhrase {
    fn read(
        &mut self,
        span: Span,
        wanted: Option<&WindowBits>,
        window: &mut UnitWindow,
        budget: &Budget,
    ) -> Result<(), SearchError> {
        match wanted {
            None => {
                while let Some(doc) = self.reader.next(span.from, span.to, budget)? {
                    self.found(doc, span, window);
                }
            }
            Some(wanted) => {
                for at in wanted.iter() {
                    let doc = span.from + at;
                    if self.reader.next(doc, doc + 1, budget)?.is_some() {
                        self.found(doc, span, window);
                    }
                }
            }
        }
        Ok(())
    }

    fn found(&self, doc: u32, span: Span, window: &mut UnitWindow) {
        let factor = FIELD_WEIGHTS[self.field].factor(self.lengths.fieldnorm(doc));
        window.add(doc - span.from, self.weight * factor);
        if self.field == HEADING {
            window.headings.insert(doc - span.from);
        }
    }
}
