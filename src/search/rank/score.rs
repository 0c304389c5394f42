//! Scores sections with BM25F, one unit of the query at a time.
//!
//! A unit is a word with its alternatives: corrections, completions, the topic that it names. Their frequencies in the
//! four text fields, each weighted and normalised by field length, add up to one frequency, which then saturates: a
//! section that says the same thing in three ways does not score three times as high. (S. Robertson, H. Zaragoza, "The
//! Probabilistic Relevance Framework: BM25 and Beyond", FnTIR 3(4), 2009, section 3.6; for alternatives as one
//! pseudo-term see A. Pirkola, "The effects of query structure …", SIGIR 1998.)
//!
//! Postings are read a block at a time and added to arrays with one entry per section. Up to some hundred thousand
//! sections, this is faster than traversing the postings of all terms in parallel.

use tantivy::Term;
use tantivy::schema::IndexRecordOption;

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::{HEADING, OpenedIndex, TEXTS};
use crate::search::index::postings::{each_block, each_phrase, held_of};
use crate::search::rank::board::{Board, SectionFrequency};
use crate::search::rank::plan::{Alternative, Alternatives, PlanPart, PlanUnit};
use crate::search::rank::prefer::Preferred;
use crate::search::rank::weights::Weights;

/// Reads units of a query onto a board.
pub(in crate::search) struct Scorer<'a> {
    pub opened: &'a OpenedIndex,
    pub weights: &'a Weights,
    pub budget: &'a Budget,
    /// For each text field and each of tantivy's one-byte codes for lengths: the factor for a frequency.
    norms: Vec<[f32; 256]>,
}

impl Scorer<'_> {
    pub fn new<'a>(
        opened: &'a OpenedIndex,
        weights: &'a Weights,
        budget: &'a Budget,
    ) -> Scorer<'a> {
        let norms = (0..TEXTS).map(|field| {
            let (weight, b) = (weights.fields[field], weights.normalisation[field]);
            let mut norms = [0.0; 256];
            for (id, norm) in (0..=u8::MAX).zip(&mut norms) {
                // Lengths are stored with a precision of about an eighth, so an f32 is exact enough.
                let length = tantivy::fieldnorm::FieldNormReader::id_to_fieldnorm(id) as f32;
                *norm = weight / (1.0 - b + b * length / opened.mean_lengths[field]);
            }
            norms
        });
        Scorer { opened, weights, budget, norms: norms.collect() }
    }

    /// Adds the score of `unit` to the sections that contain it, and sets the bit `bit` in their cells. If `unit` names
    /// a preferred source, sections of that source get no score here, unless the query consists only of names. Returns
    /// the value of the unit: its weighted inverse document frequency, in thousandths, plus 1.
    pub fn add(
        &self,
        unit: &PlanUnit,
        bit: u32,
        preferred: Option<&Preferred>,
        board: &mut Board,
    ) -> Result<u32, SearchError> {
        for alternative in &unit.parts {
            self.alternative(alternative, Some(bit), board)?;
        }
        let mut reached = std::mem::take(&mut board.reached);
        self.budget.spend(reached.len())?;
        let idf = unit.weight * self.opened.rarity(reached.len());
        let k1 = self.weights.saturation;
        let preferred = preferred.filter(|preferred| preferred.units & (1 << bit) != 0);
        for section in reached.drain(..) {
            let cell = &mut board.cells[section as usize];
            let frequency = std::mem::take(&mut cell.frequency);
            if cell.units == 0 {
                board.touched.push(section);
            }
            cell.units |= 1 << bit;
            let spared = preferred.map_or(0, |p| p.spared(self.opened, section));
            if spared & (1 << bit) == 0 {
                cell.score += idf * frequency * (k1 + 1.0) / (k1 + frequency);
            }
        }
        board.reached = reached;
        // The value is at least 1, so that every unit counts. It is at most about 20,000.
        Ok((idf * 1000.0) as u32 + 1)
    }

    /// Adds the sections of the preferred sources to `board` if the query consists only of names.
    pub fn touch(&self, preferred: &Preferred, board: &mut Board) -> Result<(), SearchError> {
        let field = self.opened.fields.source;
        for number in preferred.sources().filter(|_| preferred.is_all) {
            let Some(id) = self.opened.values.source_name(number) else { continue };
            let term = Term::from_field_text(field, id);
            for segment in &self.opened.segments {
                let terms = segment.reader.inverted_index(field)?;
                let option = IndexRecordOption::Basic;
                each_block(&terms, &term, option, self.budget, |block| {
                    block.docs().iter().for_each(|doc| board.touch(segment.base + doc));
                })?;
            }
        }
        Ok(())
    }

    /// The sections that contain one of `parts`, ascending. Uses an inner board of `board`; the cells of `board` don't
    /// change.
    pub fn sections(
        &self,
        parts: &[Alternative],
        board: &mut Board,
    ) -> Result<Vec<SectionFrequency>, SearchError> {
        let mut inner = board.inner.take().unwrap_or_default();
        inner.reset(self.opened.len());
        for alternative in parts {
            self.alternative(alternative, None, &mut inner)?;
        }
        let mut found = inner.take();
        board.inner = Some(inner);
        self.budget.spend(found.len())?;
        // `found` consists of ascending runs, one per list of postings. A stable sort merges such runs fast.
        found.sort_by_key(|found| found.section);
        Ok(found)
    }

    /// Adds the frequencies of `alternative` to `board`. If `bit` is given and the alternative is a stem or a phrase,
    /// sets this bit for the sections whose heading contains it.
    fn alternative(
        &self,
        alternative: &Alternative,
        bit: Option<u32>,
        board: &mut Board,
    ) -> Result<(), SearchError> {
        let weight = alternative.weight;
        let found = match &alternative.part {
            PlanPart::Stem(stem) => return self.stem(stem, weight, bit, board),
            PlanPart::Topic(slug) => return self.topic(slug, weight, board),
            PlanPart::Phrase(stems) => self.phrase(stems, bit, board)?,
            PlanPart::Exact { parts, words } => {
                let found = self.sections(parts, board)?;
                self.holding(found, words)?
            }
            PlanPart::All(all) => self.all(all, board)?,
        };
        for SectionFrequency { section, frequency } in found {
            board.reach(section, weight * frequency);
        }
        Ok(())
    }

    /// The sections that contain one of the parts of each element of `all`, ascending.
    fn all(
        &self,
        all: &[Alternatives],
        board: &mut Board,
    ) -> Result<Vec<SectionFrequency>, SearchError> {
        let mut common: Option<Vec<SectionFrequency>> = None;
        for parts in all {
            if common.as_ref().is_some_and(Vec::is_empty) {
                break;
            }
            let found = self.sections(parts, board)?;
            common = Some(match common {
                None => found,
                Some(known) => intersection(&known, &found),
            });
        }
        Ok(common.unwrap_or_default())
    }

    /// Adds the frequencies of `stem` in all text fields to `board`, and marks the sections whose heading contains it.
    fn stem(
        &self,
        stem: &str,
        weight: f32,
        bit: Option<u32>,
        board: &mut Board,
    ) -> Result<(), SearchError> {
        // The dictionaries look up only the bytes of the term, so its field does not matter.
        let term = Term::from_field_text(self.opened.fields.body, stem);
        for segment in &self.opened.segments {
            for (field, text) in segment.texts.iter().enumerate() {
                let norms = &self.norms[field];
                let heading = bit.filter(|_| field == HEADING);
                each_block(
                    &text.terms,
                    &term,
                    IndexRecordOption::WithFreqs,
                    self.budget,
                    |block| {
                        for (doc, count) in block.docs().iter().zip(block.freqs()) {
                            let section = segment.base + doc;
                            let norm = norms[usize::from(text.lengths.fieldnorm_id(*doc))];
                            board.reach(section, weight * *count as f32 * norm);
                            if let Some(bit) = heading {
                                board.cells[section as usize].headings |= 1 << bit;
                            }
                        }
                    },
                )?;
            }
        }
        Ok(())
    }

    /// Adds the frequency of a topic: for sections that mention it, and again for sections that are about it.
    fn topic(&self, slug: &str, weight: f32, board: &mut Board) -> Result<(), SearchError> {
        let term = Term::from_field_text(self.opened.fields.topic, slug);
        for segment in &self.opened.segments {
            for (terms, counts) in
                [(&segment.topics, self.weights.mentioned), (&segment.about, self.weights.about)]
            {
                each_block(terms, &term, IndexRecordOption::Basic, self.budget, |block| {
                    for doc in block.docs() {
                        board.reach(segment.base + doc, weight * counts);
                    }
                })?;
            }
        }
        Ok(())
    }

    /// The sections where `stems` are consecutive in heading, trail or body, ascending. If `bit` is given, sets this
    /// bit for the sections whose heading contains the phrase.
    fn phrase(
        &self,
        stems: &[String],
        bit: Option<u32>,
        board: &mut Board,
    ) -> Result<Vec<SectionFrequency>, SearchError> {
        let fields = self.opened.fields;
        let mut found: Vec<SectionFrequency> = Vec::new();
        for (at, field) in [fields.heading, fields.trail, fields.body].into_iter().enumerate() {
            let terms: Vec<Term> =
                stems.iter().map(|stem| Term::from_field_text(field, stem)).collect();
            for segment in &self.opened.segments {
                let text = &segment.texts[at];
                each_phrase(&text.terms, &terms, self.budget, |doc| {
                    let section = segment.base + doc;
                    let id = text.lengths.fieldnorm_id(doc);
                    let frequency = self.norms[at][usize::from(id)];
                    found.push(SectionFrequency { section, frequency });
                    if let (HEADING, Some(bit)) = (at, bit) {
                        board.cells[section as usize].headings |= 1 << bit;
                    }
                })?;
            }
        }
        found.sort_unstable_by_key(|found| found.section);
        found.dedup_by(|next, kept| {
            let is_same = next.section == kept.section;
            kept.frequency += if is_same { next.frequency } else { 0.0 };
            is_same
        });
        Ok(found)
    }

    /// The sections of `found` (ascending) that contain all `words` unstemmed.
    fn holding(
        &self,
        mut found: Vec<SectionFrequency>,
        words: &[String],
    ) -> Result<Vec<SectionFrequency>, SearchError> {
        for word in words {
            let term = Term::from_field_text(self.opened.fields.words, word);
            let mut kept = Vec::new();
            for segment in &self.opened.segments {
                let end = segment.base + segment.reader.max_doc();
                let from = found.partition_point(|found| found.section < segment.base);
                let to = found.partition_point(|found| found.section < end);
                let own = &found[from..to];
                let docs = own.iter().map(|found| found.section - segment.base);
                held_of(&segment.words, &term, docs, self.budget, |at| kept.push(own[at]))?;
            }
            found = kept;
        }
        Ok(found)
    }
}

/// The sections in both `a` and `b` (ascending), each with the sum of its frequencies.
fn intersection(a: &[SectionFrequency], b: &[SectionFrequency]) -> Vec<SectionFrequency> {
    let mut common = Vec::new();
    let mut rest = b.iter().peekable();
    for SectionFrequency { section, frequency } in a.iter().copied() {
        while rest.next_if(|other| other.section < section).is_some() {}
        if let Some(other) = rest.next_if(|other| other.section == section) {
            common.push(SectionFrequency { section, frequency: frequency + other.frequency });
        }
    }
    common
}

#[cfg(test)]
mod tests;
