//! Finds the sections whose vectors are nearest to a given one.
//!
//! First, the signs of all sections are compared. Then, the vectors of the [`COMPARED`] sections with the most equal signs.
//! This misses a few of the nearest sections: a test allows one in ten.

use crate::meaning::{MeaningVector, SignBits};
use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::section_set::SectionSet;
use crate::search::index::vectors::BLOCK;

/// The number of sections whose vectors are compared.
const COMPARED: usize = 500;
/// A section is left out if the first half of its signs differs in so many more bits than half of the limit. Two standard
/// deviations of this number are 11 for unrelated vectors, less for near ones.
const MARGIN: u64 = 8;
/// Comparing the signs of so many sections costs as much as reading a posting.
const SECTIONS_PER_UNIT: usize = 2;
/// The number of units of work to compare two vectors.
const COMPARISON: usize = 32;

/// A section near a vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::search) struct NearSection {
    pub section: u32,
    /// The cosine of the angle between both vectors.
    pub cosine: f32,
}

/// The sections of all of `sets` that are nearest to `vector`, at most `most`, nearest first; equally near sections in
/// ascending order. O(sections).
pub(in crate::search) fn nearest(
    vector: &MeaningVector,
    sets: &[&SectionSet],
    most: usize,
    opened: &OpenedIndex,
    budget: &Budget,
) -> Result<Vec<NearSection>, SearchError> {
    let length = vector.length();
    let mut near = Vec::with_capacity(COMPARED);
    for section in with_equal_signs(vector, sets, opened, budget)? {
        budget.spend(COMPARISON)?;
        if let Some(own) = opened.vector(section) {
            let cosine = vector.cosine_of(length, &own);
            near.push(NearSection { section, cosine });
        }
    }
    near.sort_unstable_by(|a, b| b.cosine.total_cmp(&a.cosine).then(a.section.cmp(&b.section)));
    near.truncate(most);
    Ok(near)
}

/// The [`COMPARED`] sections of all of `sets` whose signs differ least from those of `vector`, in any order.
fn with_equal_signs(
    vector: &MeaningVector,
    sets: &[&SectionSet],
    opened: &OpenedIndex,
    budget: &Budget,
) -> Result<impl Iterator<Item = u32> + use<>, SearchError> {
    let signs = SignBits::of(vector);
    // The distance in the upper half, so that the order is by distance, then by section.
    let mut kept: Vec<u64> = Vec::with_capacity(2 * COMPARED);
    let mut limit = SignBits::BITS;
    for from in (0..opened.len()).step_by(BLOCK) {
        let wanted = sets.iter().fold(u64::MAX, |wanted, set| wanted & set.word(from));
        if wanted == 0 {
            continue;
        }
        budget.spend(BLOCK / SECTIONS_PER_UNIT)?;
        let distances = opened.vectors.distances(&signs, from);
        // So for nine of ten blocks of a large index.
        if distances.least > limit {
            continue;
        }
        for (bit, (half, distance)) in distances.half.iter().zip(distances.whole).enumerate() {
            if distance > limit || *half > limit / 2 + MARGIN || wanted >> bit & 1 == 0 {
                continue;
            }
            kept.push(distance << 32 | (from + bit) as u64);
            if kept.len() == 2 * COMPARED {
                limit = cut(&mut kept);
            }
        }
    }
    cut(&mut kept);
    // The lower half is the section's number.
    Ok(kept.into_iter().map(|key| (key & u64::from(u32::MAX)) as u32))
}

/// Keeps the [`COMPARED`] least of `kept`. Returns the greatest distance that later sections may
/// have.
fn cut(kept: &mut Vec<u64>) -> u64 {
    if kept.len() <= COMPARED {
        return SignBits::BITS;
    }
    let (_, last, _) = kept.select_nth_unstable(COMPARED - 1);
    // A section at the greatest distance comes after those that were kept, so it must be nearer.
    let limit = (*last >> 32).saturating_sub(1);
    kept.truncate(COMPARED);
    limit
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::meaning::MeaningTable;
    use crate::meaning::table::table_bytes;
    use crate::search::fixture::{SearchFixture, record, records_with};

    const SECTIONS: usize = 3 * COMPARED;

    /// An index of so many sections, each with four of 60 words, and the table of these words.
    fn index() -> (SearchFixture, Arc<MeaningTable>) {
        let mut dice = fastrand::Rng::with_seed(20);
        let words: Vec<String> = (0..60).map(|at| format!("w{at}")).collect();
        let rows: Vec<[i8; 128]> =
            words.iter().map(|_| [0; 128].map(|_: i8| dice.i8(..))).collect();
        let pieces: Vec<(&str, u16, &[i8])> =
            words.iter().zip(&rows).map(|(word, row)| (word.as_str(), 5, &row[..])).collect();
        let table = Arc::new(MeaningTable::parse(table_bytes(&pieces)).unwrap());
        let mut text = || (0..4).map(|_| dice.choice(&words).unwrap().as_str()).collect::<Vec<_>>();
        let records: Vec<_> = (0..SECTIONS).map(|_| record("", &text().join(" "))).collect();
        (records_with(records, table.clone()), table)
    }

    #[test]
    fn nearly_all_of_the_nearest_sections_are_found_in_order() {
        let (fixture, table) = index();
        let opened = &fixture.searcher.index.opened;
        let budget = Budget::unlimited();
        let all = SectionSet::all(SECTIONS);
        let (mut found, mut wanted) = (0, 0);
        for text in ["w1 w2 w3", "w7 w8", "w11 w12 w13 w14 w15", "w21"] {
            let vector = MeaningVector::of(&table, [text]).unwrap();
            let near = nearest(&vector, &[&all], 20, opened, &budget).unwrap();
            assert!(near.is_sorted_by(|a, b| a.cosine >= b.cosine));
            let cosine = |section: u32| vector.cosine(&opened.vector(section).unwrap());
            let mut true_order: Vec<u32> = all.iter().collect();
            true_order.sort_by(|a, b| cosine(*b).total_cmp(&cosine(*a)));
            let least = cosine(true_order[19]);
            found += near.iter().filter(|near| near.cosine >= least).count();
            wanted += 20;
        }
        assert!(found * 10 >= wanted * 9, "{found} of {wanted}");
    }

    #[test]
    fn only_sections_of_all_sets_are_found() {
        let (fixture, table) = index();
        let opened = &fixture.searcher.index.opened;
        let vector = MeaningVector::of(&table, ["w1 w2"]).unwrap();
        let even: SectionSet = (0..SECTIONS).map(|section| section % 2 == 0).collect();
        let first: SectionSet = (0..SECTIONS).map(|section| section < 30).collect();
        let sets = [&even, &first];
        let near = nearest(&vector, &sets, 100, opened, &Budget::unlimited()).unwrap();
        assert_eq!(near.len(), 15);
        assert!(near.iter().all(|near| near.section % 2 == 0 && near.section < 30));
    }
}
