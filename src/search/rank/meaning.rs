//! Orders candidates by their words and by their meaning, and adds sections that are near in meaning but do not match.

use foldhash::HashMap;

use crate::meaning::MeaningVector;
use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::OpenedIndex;
use crate::search::rank::candidates::{Candidates, Ranked};
use crate::search::rank::nearest::{NearSection, nearest};
use crate::search::rank::weights::Weights;

/// The number of sections near in meaning that become candidates.
const NEAR: usize = 50;
/// The least cosine of such a section. Texts that have nothing to do with each other reach 0.43.
const LEAST: f32 = 0.45;
/// Sections with a lower prior are not content (tables of contents, boilerplate, other fields). They are found by their
/// words only.
const CONTENT: f32 = 0.3;
/// The number of best candidates by words whose meaning counts. Of the others, it counts for those that are near; the
/// rest follow in the order of their words.
const ORDERED: usize = 100;

/// Orders candidates by meaning too.
pub(in crate::search) struct MeaningRanker<'a> {
    pub opened: &'a OpenedIndex,
    pub weights: &'a Weights,
    pub vector: &'a MeaningVector,
    /// The number of words of the query.
    pub words: usize,
    /// Whether folded copies may be added.
    pub with_copies: bool,
    /// Whether sections that don't match may be added.
    pub adds: bool,
    pub budget: &'a Budget,
}

impl MeaningRanker<'_> {
    /// Orders `candidates`, and adds sections that are near in meaning. Returns the number of those added.
    ///
    /// The score of a candidate becomes its score relative to that of the best candidate by words, plus a multiple of
    /// the cosine. Candidates after the first [`ORDERED`] that are not near follow, with lower scores.
    pub fn order(&self, candidates: &mut Candidates) -> Result<usize, SearchError> {
        let best = candidates.best.first().map_or(1.0, |first| first.score.max(f32::MIN_POSITIVE));
        let near = if self.adds { self.near(candidates)? } else { Vec::new() };
        let mut near: HashMap<u32, f32> =
            near.into_iter().map(|near| (near.section, near.cosine)).collect();
        let (mut ranked, mut rest) = (Vec::with_capacity(ORDERED + NEAR), Vec::new());
        for (at, candidate) in candidates.best.iter().enumerate() {
            let Ranked { section, score, .. } = *candidate;
            match near.remove(&section) {
                Some(cosine) => ranked.push(self.scored(section, score / best, cosine)),
                None if at < ORDERED => {
                    ranked.push(self.scored(section, score / best, self.cosine(section)));
                }
                None => rest.push(*candidate),
            }
        }
        let added = near.len();
        ranked.extend(near.into_iter().map(|(section, cosine)| Ranked {
            by_meaning: true,
            ..self.scored(section, self.weights.unmatched, cosine)
        }));
        ranked.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.section.cmp(&b.section)));
        let least = ranked.last().map_or(1.0, |last| last.score);
        let first = rest.first().map_or(1.0, |first| first.score.max(f32::MIN_POSITIVE));
        ranked.extend(
            rest.into_iter()
                .map(|candidate| Ranked { score: least * candidate.score / first, ..candidate }),
        );
        candidates.best = ranked;
        Ok(added)
    }

    fn near(&self, candidates: &Candidates) -> Result<Vec<NearSection>, SearchError> {
        let opened = self.opened;
        let mut sets = vec![if self.with_copies { &opened.kept } else { &opened.shown }];
        sets.extend(candidates.allowed.as_ref());
        let mut near = nearest(self.vector, &sets, NEAR, opened, self.budget)?;
        near.retain(|near| near.cosine >= LEAST && self.is_content(near.section));
        Ok(near)
    }

    /// The cosine for `section`; 0 if it has no vector or is not content.
    fn cosine(&self, section: u32) -> f32 {
        let own = self.opened.vector(section).filter(|_| self.is_content(section));
        own.map_or(0.0, |own| self.vector.cosine(&own))
    }

    fn is_content(&self, section: u32) -> bool {
        self.opened.priors.get(section as usize).is_some_and(|prior| *prior >= CONTENT)
    }

    fn scored(&self, section: u32, by_words: f32, cosine: f32) -> Ranked {
        // A query has at most 32 words, so the conversion is exact.
        let weight = self.weights.meaning_per_word * self.words as f32;
        let score = by_words + weight.min(self.weights.meaning) * cosine.max(0.0);
        Ranked { section, score, by_meaning: false }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::meaning::MeaningTable;
    use crate::meaning::table::table_bytes;
    use crate::search::fixture::{record, records_with};
    use crate::search::{
        Filter, FilterField, LastWord, MeaningUse, SearchRequest, SearchResponse, Understanding,
    };

    /// A table in which "late" and "delayed" mean nearly the same, and "red" something else.
    fn table() -> Arc<MeaningTable> {
        let pieces: [(&str, u16, &[i8]); 4] = [
            ("late", 9, &[100, 10]),
            ("delayed", 9, &[100, -10]),
            ("red", 9, &[0, 0, 100]),
            ("labels", 2, &[0, 0, 0, 100]),
        ];
        Arc::new(MeaningTable::parse(table_bytes(&pieces)).unwrap())
    }

    fn search(text: &str, filters: &[Filter], understanding: Understanding) -> SearchResponse {
        let texts = ["labels are late", "delayed", "labels that are red", "nothing"];
        let fixture = records_with(texts.map(|text| record("", text)), table());
        let request = SearchRequest {
            text,
            filters,
            limit: 10,
            offset: 0,
            understanding,
            last_word: LastWord::Whole,
        };
        let budget = Budget::unlimited();
        fixture.searcher.search(&request, &fixture.vocabulary, &budget).unwrap()
    }

    fn shown(response: &SearchResponse) -> Vec<(u64, bool)> {
        response.found.iter().map(|hit| (hit.id.0, hit.by_meaning)).collect()
    }

    #[test]
    fn sections_that_are_near_in_meaning_are_found_and_marked() {
        let response = search("late", &[], Understanding::FULL);
        assert_eq!(shown(&response), [(0, false), (1, true)]);
        assert_eq!((response.total, response.near, response.counted), (1, 1, 1));
        assert_eq!(response.understood.meaning, MeaningUse::Used);
        let scores: Vec<f32> = response.found.iter().map(|hit| hit.score).collect();
        assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
    }

    #[test]
    fn meaning_can_be_switched_off_and_exact_queries_do_not_use_it() {
        let off = Understanding { meaning: false, ..Understanding::FULL };
        for (text, understanding, why) in [
            ("late", off, MeaningUse::Off),
            ("late", Understanding::LITERAL, MeaningUse::Off),
            ("\"late\"", Understanding::FULL, MeaningUse::Exact),
            ("late.labels", Understanding::FULL, MeaningUse::Exact),
            ("nothing", Understanding::FULL, MeaningUse::Exact),
            ("nothing else", Understanding::FULL, MeaningUse::Unknown),
        ] {
            let response = search(text, &[], understanding);
            assert_eq!((response.understood.meaning, response.near), (why, 0), "{text}");
        }
    }

    #[test]
    fn filters_and_exclusions_hold_for_sections_found_by_meaning() {
        let path = |value: &str| {
            [Filter { field: FilterField::Path, value: value.into(), excluded: false }]
        };
        assert_eq!(shown(&search("late", &path("1.md"), Understanding::FULL)), [(1, true)]);
        assert_eq!(shown(&search("late", &path("0.md"), Understanding::FULL)), [(0, false)]);
        assert_eq!(shown(&search("late -delayed", &[], Understanding::FULL)), [(0, false)]);
    }
}
