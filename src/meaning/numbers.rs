//! Finds the number of a piece by its name.
//!
//! A section has hundreds of pieces, and most of the time of its vector is spent here. So the index is compact enough for
//! the caches of a processor: a table of four bytes for each slot, and the names one after another.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

/// A slot without a piece. No piece has the number in its lower half.
const EMPTY: u32 = u32::MAX;

/// The numbers of pieces by their names.
pub(super) struct PieceNumbers {
    /// The number of a piece in the lower half, bits of its name's hash in the upper half. A piece is in the first free slot
    /// from its hash on. A power of two, at least twice as many as pieces.
    slots: Vec<u32>,
    /// All names, one after another.
    names: String,
    /// Where the name of each piece ends.
    ends: Vec<u32>,
}

impl PieceNumbers {
    /// Numbers `names` from 0 on. Those from 65,535 on can't be found: no table of the permitted size has so many. Of equal
    /// names, the last one is found. O(bytes).
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> PieceNumbers {
        let (mut all, mut ends) = (String::new(), Vec::new());
        for name in names.take(usize::from(u16::MAX)) {
            all.push_str(name);
            ends.push(u32::try_from(all.len()).unwrap_or(u32::MAX));
        }
        let slots = vec![EMPTY; (2 * ends.len()).next_power_of_two()];
        let mut numbers = PieceNumbers { slots, names: all, ends };
        for number in (0..numbers.ends.len()).rev() {
            let (mut at, bits) = numbers.place(numbers.name(number));
            while numbers.slots[at] != EMPTY {
                at = numbers.after(at);
            }
            numbers.slots[at] = bits << 16 | number as u32;
        }
        numbers
    }

    /// The number of the piece `name`.
    pub fn find(&self, name: &str) -> Option<u32> {
        let (mut at, bits) = self.place(name);
        while self.slots[at] != EMPTY {
            let number = self.slots[at] & u32::from(u16::MAX);
            if self.slots[at] >> 16 == bits && self.name(number as usize) == name {
                return Some(number);
            }
            at = self.after(at);
        }
        None
    }

    /// The slot from which on `name` is searched, and 16 bits of its hash.
    fn place(&self, name: &str) -> (usize, u32) {
        let hash = FixedState::default().hash_one(name);
        (hash as usize & (self.slots.len() - 1), (hash >> 48) as u32)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }

    fn name(&self, number: usize) -> &str {
        let from = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.names[from..self.ends[number] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_its_number_and_others_have_none() {
        let names: Vec<String> = (0..20_000).map(|at| format!("##{at}")).collect();
        let numbers = PieceNumbers::new(names.iter().map(String::as_str));
        for (number, name) in (0..).zip(&names) {
            assert_eq!(numbers.find(name), Some(number));
        }
        assert_eq!(numbers.find("##20000"), None);
        assert_eq!(PieceNumbers::new(std::iter::empty()).find(""), None);
        assert_eq!(PieceNumbers::new(["a", "b", "a"].into_iter()).find("a"), Some(2));
    }
}
