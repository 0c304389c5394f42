//! The vectors of sections in an opened index.
//!
//! Each segment has two columns: the vectors ([`MeaningVector`]), read from the mapped file, and their signs
//! ([`SignBits`]), which a search compares for all sections and which are therefore kept in memory: 32 bytes per section.

use fearless_simd::{Level, Simd, dispatch};
use tantivy::SegmentReader;
use tantivy::columnar::Column;

use crate::meaning::{MeaningVector, SIGN_WORDS, SignBits, VECTOR_WORDS};

/// The number of sections whose signs are compared at once.
pub(in crate::search) const BLOCK: usize = 64;

/// The vectors of all sections of an index.
pub(in crate::search) struct SectionVectors {
    /// The version of the table that made them; `None` if the index was made without a table.
    pub table: Option<String>,
    /// The signs of each section, one word in each array, so that a processor compares several sections at once. Those of
    /// a section without a vector are 0.
    signs: [Vec<u64>; SIGN_WORDS],
    /// The vectors of each segment.
    columns: Vec<Option<Column<u64>>>,
    /// The instructions that this processor has to compare signs.
    level: Level,
}

impl SectionVectors {
    /// No vectors yet; those to add were made with the version `table` of the table.
    pub fn made_with(table: Option<String>) -> SectionVectors {
        let (signs, columns) = Default::default();
        SectionVectors { table, signs, columns, level: Level::new() }
    }

    /// Adds those of the segment `reader`. O(sections).
    pub fn add(&mut self, reader: &SegmentReader) -> tantivy::Result<()> {
        let column = |name| reader.fast_fields().column_opt::<u64>(name);
        let signs = column("signs")?;
        for doc in 0..reader.max_doc() {
            let values = signs.iter().flat_map(|signs| signs.values_for_doc(doc));
            let values = values.chain(std::iter::repeat(0));
            self.signs.iter_mut().zip(values).for_each(|(words, value)| words.push(value));
        }
        self.columns.push(column("vector")?);
        Ok(())
    }

    /// The vector of document `doc` of the segment with index `segment`; `None` if it has none.
    pub fn vector(&self, segment: usize, doc: u32) -> Option<MeaningVector> {
        let column = self.columns.get(segment)?.as_ref()?;
        let rows = column.index.value_row_ids(doc);
        let mut words = [0; VECTOR_WORDS];
        if rows.len() != words.len() {
            return None;
        }
        column.values.get_range(u64::from(rows.start), &mut words);
        Some(MeaningVector::from_words(words))
    }

    /// Compares the signs of [`BLOCK`] sections, from `from` on, with `signs`. Sections beyond the end differ in no bit.
    pub fn distances(&self, signs: &SignBits, from: usize) -> BlockDistances {
        // Compiled once for each level: counting bits takes a tenth of the time where the processor can do it.
        dispatch!(self.level, simd => simd.vectorize(
            #[inline(always)]
            || {
                let (first, second) = self.signs.split_at(SIGN_WORDS / 2);
                let mut half = [0; BLOCK];
                add_distances(&signs.0, first, from, &mut half);
                let mut whole = half;
                add_distances(&signs.0[SIGN_WORDS / 2..], second, from, &mut whole);
                let least = whole.iter().fold(u64::MAX, |least, distance| least.min(*distance));
                BlockDistances { half, whole, least }
            }
        ))
    }
}

/// In how many bits the signs of [`BLOCK`] sections differ from others.
pub(in crate::search) struct BlockDistances {
    /// In the first half of the signs.
    pub half: [u64; BLOCK],
    /// In all signs.
    pub whole: [u64; BLOCK],
    /// The least of `whole`.
    pub least: u64,
}

/// Adds the distances between `own` and the words of the sections from `from` on to `distances`.
#[inline(always)]
fn add_distances(own: &[u64], words: &[Vec<u64>], from: usize, distances: &mut [u64; BLOCK]) {
    for (own, words) in own.iter().zip(words) {
        let words = words.get(from..).unwrap_or_default();
        for (distance, word) in distances.iter_mut().zip(words) {
            *distance += u64::from((own ^ word).count_ones());
        }
    }
}
