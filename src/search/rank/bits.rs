//! Sets of bits: the units of a query, and the sections of a window.

use crate::search::index::section_set::each_bit;

/// A set of units of a query, with one bit per unit.
pub(in crate::search) type UnitBits = u32;

/// The units of `units`, ascending.
pub(in crate::search) fn each_unit(units: UnitBits) -> impl Iterator<Item = usize> {
    each_bit(u64::from(units)).map(|unit| unit as usize)
}

/// The number of sections of a window. The data of one unit and window, 17 kB, fits in the first-level cache.
pub(in crate::search) const WINDOW: u32 = 4_096;
const WORDS: usize = WINDOW as usize / 64;

/// A window: consecutive sections of a segment, at most [`WINDOW`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) struct Span {
    /// The first document, as numbered by tantivy in the segment.
    pub from: u32,
    /// The document after the last.
    pub to: u32,
}

/// A set of sections of a window. A section is numbered by its distance from the beginning of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct WindowBits {
    pub words: [u64; WORDS],
}

impl Default for WindowBits {
    fn default() -> WindowBits {
        WindowBits { words: [0; WORDS] }
    }
}

impl WindowBits {
    /// All sections of a window.
    pub fn full() -> WindowBits {
        WindowBits { words: [u64::MAX; WORDS] }
    }

    pub fn clear(&mut self) {
        self.words = [0; WORDS];
    }

    pub fn insert(&mut self, at: u32) {
        self.words[(at / 64) as usize % WORDS] |= 1 << (at % 64);
    }

    pub fn contains(&self, at: u32) -> bool {
        self.words[(at / 64) as usize % WORDS] >> (at % 64) & 1 != 0
    }

    /// Adds the sections of `other`.
    pub fn add(&mut self, other: &WindowBits) {
        self.words.iter_mut().zip(&other.words).for_each(|(own, other)| *own |= other);
    }

    /// Keeps only the sections that are also in `other`.
    pub fn keep(&mut self, other: &WindowBits) {
        self.words.iter_mut().zip(&other.words).for_each(|(own, other)| *own &= other);
    }

    /// Removes the sections of `other`.
    pub fn remove(&mut self, other: &WindowBits) {
        self.words.iter_mut().zip(&other.words).for_each(|(own, other)| *own &= !other);
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The sections of the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.words).flat_map(|(at, word)| each_bit(*word).map(move |bit| at * 64 + bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sections: &[u32]) -> WindowBits {
        let mut bits = WindowBits::default();
        sections.iter().for_each(|section| bits.insert(*section));
        bits
    }

    #[test]
    fn sets_are_listed_in_ascending_order() {
        let bits = of(&[4_095, 0, 64, 63]);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 64, 4_095]);
        assert_eq!((bits.count(), bits.is_empty()), (4, false));
        assert!(bits.contains(63) && !bits.contains(65));
        assert_eq!(each_unit(0b1010).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(each_unit(1 << 31).collect::<Vec<_>>(), [31]);
    }

    #[test]
    fn sets_are_combined() {
        let mut bits = of(&[1, 2, 70]);
        bits.add(&of(&[3, 70]));
        bits.keep(&of(&[1, 3, 70, 99]));
        bits.remove(&of(&[1]));
        assert_eq!(bits, of(&[3, 70]));
        bits.clear();
        assert!(bits.is_empty());
    }
}
