//! A set of sections, with one bit per section.

/// A set of sections of an index, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct SectionSet {
    bits: Vec<u64>,
    /// The number of sections of the index.
    sections: usize,
}

impl SectionSet {
    pub fn none(sections: usize) -> SectionSet {
        SectionSet { bits: vec![0; sections.div_ceil(64)], sections }
    }

    pub fn all(sections: usize) -> SectionSet {
        let mut all = SectionSet { bits: vec![u64::MAX; sections.div_ceil(64)], sections };
        if let (Some(last), rest @ 1..) = (all.bits.last_mut(), sections % 64) {
            *last >>= 64 - rest;
        }
        all
    }

    /// The number of sections of the index, in the set or not.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Adds `section` if `is_in`, otherwise removes it.
    pub fn set(&mut self, section: u32, is_in: bool) {
        let (at, bit) = (section as usize / 64, 1_u64 << (section % 64));
        if let Some(bits) = self.bits.get_mut(at) {
            *bits = if is_in { *bits | bit } else { *bits & !bit };
        }
    }

    pub fn contains(&self, section: u32) -> bool {
        self.bits.get(section as usize / 64).is_some_and(|bits| bits >> (section % 64) & 1 != 0)
    }

    /// Removes the sections that are not in `other` or, if `wanted` is false, those that are.
    pub fn keep(&mut self, other: &SectionSet, wanted: bool) {
        let flip = if wanted { 0 } else { u64::MAX };
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, other)| *bits &= other ^ flip);
    }

    pub fn is_empty(&self) -> bool {
        self.bits.iter().all(|bits| *bits == 0)
    }

    /// The number of sections in the set.
    pub fn count(&self) -> usize {
        self.bits.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// The sections in the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..)
            .zip(&self.bits)
            .flat_map(move |(at, word)| each_bit(*word).map(move |bit| at * 64 + bit))
    }

    /// 64 sections from `from` on, the first as the lowest bit. Sections beyond the end are not in the set.
    pub fn word(&self, from: usize) -> u64 {
        let of = |at: usize| self.bits.get(at).copied().unwrap_or(0);
        let (at, shift) = (from / 64, from % 64);
        match shift {
            0 => of(at),
            _ => of(at) >> shift | of(at + 1) << (64 - shift),
        }
    }
}

/// The bits of `word` that are set, ascending.
pub(in crate::search) fn each_bit(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        word &= word.checked_sub(1)?;
        Some(bit)
    })
}

impl FromIterator<bool> for SectionSet {
    fn from_iter<I: IntoIterator<Item = bool>>(iter: I) -> SectionSet {
        let mut set = SectionSet::none(0);
        for is_in in iter {
            let (at, bit) = (set.sections / 64, set.sections % 64);
            if bit == 0 {
                set.bits.push(0);
            }
            set.bits[at] |= u64::from(is_in) << bit;
            set.sections += 1;
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(set: &SectionSet) -> Vec<u32> {
        let members: Vec<u32> = set.iter().collect();
        assert_eq!(members, (0..200).filter(|at| set.contains(*at)).collect::<Vec<_>>());
        assert_eq!(members.len(), set.count());
        members
    }

    #[test]
    fn sections_are_added_and_removed() {
        let mut set = SectionSet::none(130);
        [3, 64, 129].iter().for_each(|section| set.set(*section, true));
        set.set(64, false);
        assert_eq!(members(&set), [3, 129]);
        assert_eq!(members(&SectionSet::all(130)), (0..130).collect::<Vec<_>>());
        assert_eq!(members(&SectionSet::all(64)).len(), 64);
        let listed: SectionSet = (0..130).map(|at| at == 3 || at == 129).collect();
        assert_eq!(listed, set);
    }

    #[test]
    fn sets_are_intersected_and_subtracted() {
        let of = |sections: &[u32]| {
            let mut set = SectionSet::none(100);
            sections.iter().for_each(|section| set.set(*section, true));
            set
        };
        let mut set = of(&[1, 70, 99]);
        set.keep(&of(&[1, 70]), true);
        assert_eq!(members(&set), [1, 70]);
        set.keep(&of(&[70]), false);
        assert_eq!(members(&set), [1]);
    }

    #[test]
    fn words_begin_anywhere() {
        let mut set = SectionSet::none(130);
        [5, 66, 129].iter().for_each(|section| set.set(*section, true));
        assert_eq!(set.word(0), 1 << 5);
        assert_eq!(set.word(3), 1 << 2 | 1 << 63);
        assert_eq!(set.word(129), 1);
        assert_eq!(set.word(500), 0);
    }
}
