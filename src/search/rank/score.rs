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
use crate::search::rank::board::Board;
use crate::search::rank::plan::{PlanPart, PlanUnit};
use crate::search::rank::prefer::Preferred;
use crate::search::rank::weights::Weights;

/// Reads units of a query onto a board.
pub(in crate::search) struct Scorer<'a> {
    pub opened: &'a OpenedIndex,
    pub weights: &'a Weights,
    pub budget: &'a Budget,
    /// By text field and stored length: the factor for a frequency.
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

    /// Adds the score of `unit` to the sections that contain it, and sets its bit `bit` there. A section of a
    /// preferred source that `unit` names gets no score here, unless the query consists only of names. Returns the
    /// value of the unit: its weighted inverse document frequency, in thousandths, plus 1.
    pub fn add(
        &self,
        unit: &PlanUnit,
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
        // At least 1, so that every unit counts; at most about 20,000.
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

    /// The sections that contain one of `parts`, ascending, each with its frequency. Uses an inner board of `board`;
    /// the cells of `board` don't change.
    pub fn sections(
        &self,
        parts: &[(PlanPart, f32)],
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
        // Consists of ascending runs, one per list of postings, which a stable sort merges fast.
        found.sort_by_key(|(section, _)| *section);
        Ok(found)
    }

    fn part(
        &self,
        part: &PlanPart,
        weight: f32,
        bit: Option<u32>,
        board: &mut Board,
    ) -> Result<(), SearchError> {
        match part {
            PlanPart::Stem(stem) => self.stem(stem, weight, bit, board),
            PlanPart::Topic(slug) => self.topic(slug, weight, board),
            PlanPart::Phrase(stems) => {
                for (section, frequency) in self.phrase(stems, bit, board)? {
                    board.reach(section, weight * frequency);
                }
                Ok(())
            }
            PlanPart::Exact { parts, words } => {
                let found = self.sections(parts, board)?;
                let found = self.holding(found, words)?;
                for (section, frequency) in found {
                    board.reach(section, weight * frequency);
                }
                Ok(())
            }
            PlanPart::All(all) => {
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

    /// The sections where `stems` are consecutive in heading, trail or body, ascending, each with its frequency.
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

    /// Those of `found` (ascending) that contain all `words` unstemmed.
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

/// The sections in both `a` and `b`, each with the sum of its frequencies.
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
mod tests {
    use super::*;
    use crate::search::fixture::{SearchFixture, fixture, record};
    use crate::search::rank::weights::WEIGHTS;

    fn stem(text: &str) -> (PlanPart, f32) {
        (PlanPart::Stem(text.into()), 1.0)
    }

    /// The scores of the sections of `fixture` for `parts` as one unit, by id, and the value of the unit.
    fn scores(fixture: &SearchFixture, parts: Vec<(PlanPart, f32)>) -> (Vec<f32>, u32) {
        let opened = &fixture.searcher.index.opened;
        let budget = Budget::unlimited();
        let mut board = Board::default();
        board.reset(opened.len());
        let unit = PlanUnit {
            parts,
            weight: 1.0,
            is_required: false,
            is_extra: false,
            stem: None,
            preference: None,
        };
        let scorer = Scorer::new(opened, &WEIGHTS, &budget);
        let value = scorer.add(&unit, 0, None, &mut board).unwrap();
        let mut scores = vec![0.0; opened.len()];
        for section in 0..opened.len() {
            let id = opened.id(u32::try_from(section).unwrap()).0;
            scores[usize::try_from(id).unwrap()] = board.cells[section].score;
        }
        (scores, value)
    }

    #[test]
    fn a_word_counts_most_in_the_heading_then_above_it_then_in_the_body() {
        let mut above = record("Other", "Nothing to see in this.");
        above.headings = vec!["Apples".into(), "Other".into()];
        let fixture = fixture([
            record("Apples", "Nothing to see in this."),
            above,
            record("Other", "Apples to see in this."),
            record("Other", "Nothing to see in this."),
        ]);
        let (scores, _) = scores(&fixture, vec![stem("appl")]);
        assert!(scores[0] > scores[1] && scores[1] > scores[2] && scores[2] > 0.0, "{scores:?}");
        assert_eq!(scores[3], 0.0);
    }

    #[test]
    fn saying_a_thing_in_two_ways_counts_as_saying_it_twice_in_one() {
        let fixture = fixture([
            record("One", "ctr and ctr here"),
            record("Two", "ctr and rate here"),
            record("Three", "ctr and other here"),
        ]);
        let (scores, _) = scores(&fixture, vec![stem("ctr"), stem("rate")]);
        assert!((scores[0] - scores[1]).abs() < 1e-6, "{scores:?}");
        assert!(scores[0] > scores[2] && scores[0] < 2.0 * scores[2], "{scores:?}");
    }

    #[test]
    fn a_rare_word_weighs_more_than_a_common_one() {
        let fixture = fixture((0..9).map(|at| {
            record("Note", if at == 0 { "common and rare" } else { "common and other" })
        }));
        let (_, common) = scores(&fixture, vec![stem("common")]);
        let (_, rare) = scores(&fixture, vec![stem("rare")]);
        assert!(rare > 10 * common, "{rare} {common}");
    }

    #[test]
    fn a_group_needs_all_its_words_and_a_phrase_their_order() {
        let fixture = fixture([
            record("One", "red hot iron"),
            record("Two", "hot red iron"),
            record("Three", "red iron"),
        ]);
        let held = |part: PlanPart| -> Vec<bool> {
            scores(&fixture, vec![(part, 1.0)]).0.into_iter().map(|score| score > 0.0).collect()
        };
        let all = PlanPart::All(vec![vec![stem("red")], vec![stem("hot")]]);
        assert_eq!(held(all), [true, true, false]);
        assert_eq!(held(PlanPart::Phrase(vec!["red".into(), "hot".into()])), [true, false, false]);
    }

    #[test]
    fn only_sections_of_both_lists_remain_with_the_sum_of_their_frequencies() {
        let (a, b) = ([(1, 1.0), (4, 2.0), (9, 1.0)], [(0, 1.0), (4, 0.5), (9, 3.0)]);
        assert_eq!(intersection(&a, &b), [(4, 2.5), (9, 4.0)]);
        assert_eq!(intersection(&a, &[]), []);
    }
}
