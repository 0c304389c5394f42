//! Scores sections by BM25F, one unit of the query after the other.
//!
//! A unit is a word with all that may stand for it: other spellings, completions, the topic that it
//! names. Their frequencies in the four text fields, each weighed and normalised by the field's
//! length, add up to one frequency, which then saturates: a section that says the same thing in three
//! ways is not three times as good. (S. Robertson, H. Zaragoza, "The Probabilistic Relevance
//! Framework: BM25 and Beyond", FnTIR 3(4), 2009, section 3.6; for alternatives as one pseudo-term see A.
//! Pirkola, "The effects of query structure …", SIGIR 1998.)
//!
//! Postings are read a block at a time and added to arrays as long as the index: at these sizes
//! (up to some hundred thousand sections) that is faster than walking all terms in step.

use tantivy::Term;
use tantivy::schema::IndexRecordOption;

use super::SearchError;
use super::budget::Budget;
use super::opened::{HEADING, Opened, TEXTS};
use super::plan::{Part, Unit};
use super::postings::{each_block, each_phrase, held_of};
use super::prefer::Preferred;
use super::weights::Weights;

/// What a section comes to so far. One line of cache holds four.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    /// The frequency of the unit that is being read.
    frequency: f32,
    pub score: f32,
    /// The units that were found, one bit each.
    pub units: u32,
    /// The units that stand in the heading.
    pub headings: u32,
}

/// The answer in the making, a cell a section. It is kept for the next.
#[derive(Default)]
pub(super) struct Board {
    pub cells: Vec<Cell>,
    /// The sections that hold any unit.
    pub touched: Vec<u32>,
    /// The sections that hold the unit that is being read.
    reached: Vec<u32>,
    /// Where the groups of that unit are read, so that this board keeps what it holds; at most as deep as groups are.
    inner: Option<Box<Board>>,
}

impl Board {
    /// Makes the board clean and of `length` sections.
    pub fn reset(&mut self, length: usize) {
        if self.cells.len() != length {
            self.cells = vec![Cell::default(); length];
        } else if self.touched.len() > length / 8 {
            self.cells.fill(Cell::default());
        } else {
            self.touched.iter().for_each(|at| self.cells[*at as usize] = Cell::default());
        }
        self.touched.clear();
    }

    /// Makes `section` one that is looked at, whatever it holds. No unit may be added afterwards.
    pub fn touch(&mut self, section: u32) {
        if self.cells[section as usize].units == 0 {
            self.touched.push(section);
        }
    }

    fn reach(&mut self, section: u32, frequency: f32) {
        let cell = &mut self.cells[section as usize];
        if cell.frequency == 0.0 {
            self.reached.push(section);
        }
        cell.frequency += frequency;
    }

    /// Empties what was read of a unit: the sections that hold it, with its frequency, in the order they were met.
    fn take(&mut self) -> Vec<(u32, f32)> {
        let reached = std::mem::take(&mut self.reached);
        let cells = &mut self.cells;
        reached
            .into_iter()
            .map(|section| (section, std::mem::take(&mut cells[section as usize].frequency)))
            .collect()
    }
}

/// Reads units of a query onto a board.
pub(super) struct Scorer<'a> {
    pub opened: &'a Opened,
    pub weights: &'a Weights,
    pub budget: &'a Budget,
    /// By text field and stored length: what a frequency counts there.
    norms: Vec<[f32; 256]>,
}

impl Scorer<'_> {
    pub fn new<'a>(opened: &'a Opened, weights: &'a Weights, budget: &'a Budget) -> Scorer<'a> {
        let norms = (0..TEXTS).map(|field| {
            let (weight, b) = (weights.fields[field], weights.normalisation[field]);
            let mut norms = [0.0; 256];
            for (id, norm) in (0..=u8::MAX).zip(&mut norms) {
                // Lengths are stored to about an eighth; an f32 is exact enough.
                let length = tantivy::fieldnorm::FieldNormReader::id_to_fieldnorm(id) as f32;
                *norm = weight / (1.0 - b + b * length / opened.mean_lengths[field]);
            }
            norms
        });
        Scorer { opened, weights, budget, norms: norms.collect() }
    }

    /// Adds what `unit`, the one of the bit `bit`, comes to, but where it is spared, and returns its weight: its inverse document
    /// frequency, in thousandths.
    pub fn add(
        &self,
        unit: &Unit,
        bit: u32,
        preferred: Option<&Preferred>,
        board: &mut Board,
    ) -> Result<u32, SearchError> {
        for (part, weight) in &unit.parts {
            self.part(part, *weight, Some(bit), board)?;
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
        // At least 1, so that every unit counts; at most some 20,000.
        Ok((idf * 1000.0) as u32 + 1)
    }

    /// Puts the sections of the sources that are `preferred` onto `board`, if the query asks for nothing else.
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

    /// The sections that hold one of `parts`, ascending. What `board` holds stays as it is.
    pub fn sections(
        &self,
        parts: &[(Part, f32)],
        board: &mut Board,
    ) -> Result<Vec<(u32, f32)>, SearchError> {
        let mut inner = board.inner.take().unwrap_or_default();
        inner.reset(self.opened.len());
        for (part, weight) in parts {
            self.part(part, *weight, None, &mut inner)?;
        }
        let mut found = inner.take();
        board.inner = Some(inner);
        self.budget.spend(found.len())?;
        // Runs of ascending sections, one of each list of postings: what a stable sort merges.
        found.sort_by_key(|(section, _)| *section);
        Ok(found)
    }

    fn part(
        &self,
        part: &Part,
        weight: f32,
        bit: Option<u32>,
        board: &mut Board,
    ) -> Result<(), SearchError> {
        match part {
            Part::Stem(stem) => self.stem(stem, weight, bit, board),
            Part::Topic(slug) => self.topic(slug, weight, board),
            Part::Phrase(stems) => {
                for (section, frequency) in self.phrase(stems, bit, board)? {
                    board.reach(section, weight * frequency);
                }
                Ok(())
            }
            Part::Exact { parts, words } => {
                let found = self.sections(parts, board)?;
                let found = self.holding(found, words)?;
                for (section, frequency) in found {
                    board.reach(section, weight * frequency);
                }
                Ok(())
            }
            Part::All(all) => {
                let mut common: Option<Vec<(u32, f32)>> = None;
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
                for (section, frequency) in common.unwrap_or_default() {
                    board.reach(section, weight * frequency);
                }
                Ok(())
            }
        }
    }

    fn stem(
        &self,
        stem: &str,
        weight: f32,
        bit: Option<u32>,
        board: &mut Board,
    ) -> Result<(), SearchError> {
        // Terms are found by their bytes: any field will do.
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

    /// A topic counts where it is mentioned, and more where a section is about it.
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

    /// The sections where `stems` stand one behind the other, in one field.
    fn phrase(
        &self,
        stems: &[String],
        bit: Option<u32>,
        board: &mut Board,
    ) -> Result<Vec<(u32, f32)>, SearchError> {
        let fields = self.opened.fields;
        let mut found: Vec<(u32, f32)> = Vec::new();
        for (at, field) in [fields.heading, fields.trail, fields.body].into_iter().enumerate() {
            let terms: Vec<Term> =
                stems.iter().map(|stem| Term::from_field_text(field, stem)).collect();
            for segment in &self.opened.segments {
                let text = &segment.texts[at];
                each_phrase(&text.terms, &terms, self.budget, |doc| {
                    let section = segment.base + doc;
                    let id = text.lengths.fieldnorm_id(doc);
                    found.push((section, self.norms[at][usize::from(id)]));
                    if let (HEADING, Some(bit)) = (at, bit) {
                        board.cells[section as usize].headings |= 1 << bit;
                    }
                })?;
            }
        }
        found.sort_unstable_by_key(|(section, _)| *section);
        found.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            kept.1 += if is_same { next.1 } else { 0.0 };
            is_same
        });
        Ok(found)
    }

    /// Those of `found`, ascending, that hold all `words` to the letter.
    fn holding(
        &self,
        mut found: Vec<(u32, f32)>,
        words: &[String],
    ) -> Result<Vec<(u32, f32)>, SearchError> {
        for word in words {
            let term = Term::from_field_text(self.opened.fields.words, word);
            let mut kept = Vec::new();
            for segment in &self.opened.segments {
                let end = segment.base + segment.reader.max_doc();
                let from = found.partition_point(|(section, _)| *section < segment.base);
                let to = found.partition_point(|(section, _)| *section < end);
                let own = &found[from..to];
                let docs = own.iter().map(|(section, _)| section - segment.base);
                held_of(&segment.words, &term, docs, self.budget, |at| kept.push(own[at]))?;
            }
            found = kept;
        }
        Ok(found)
    }
}

/// The sections of both, each with the sum of its frequencies.
fn intersection(a: &[(u32, f32)], b: &[(u32, f32)]) -> Vec<(u32, f32)> {
    let mut common = Vec::new();
    let mut rest = b.iter().peekable();
    for (section, frequency) in a {
        while rest.next_if(|(other, _)| other < section).is_some() {}
        if let Some((_, more)) = rest.next_if(|(other, _)| other == section) {
            common.push((*section, frequency + more));
        }
    }
    common
}

#[cfg(test)]
mod tests;
