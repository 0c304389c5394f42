//! The numbers of sections in the local index by their ids, which a cluster returns.

use crate::search::index::opened::OpenedIndex;

/// The numbers of the sections of an opened index by their ids. 12 bytes for each section.
pub(in crate::search) struct SectionNumbers {
    /// Sorted by id.
    ids: Vec<u64>,
    numbers: Vec<u32>,
}

impl SectionNumbers {
    /// Those of the kept sections of `opened`. O(sections · log sections).
    pub fn of(opened: &OpenedIndex) -> SectionNumbers {
        let mut pairs: Vec<(u64, u32)> =
            opened.kept.iter().map(|section| (opened.id(section).0, section)).collect();
        pairs.sort_unstable();
        let (ids, numbers) = pairs.into_iter().unzip();
        SectionNumbers { ids, numbers }
    }

    /// The number of the section `id`; `None` if there is none.
    pub fn get(&self, id: i64) -> Option<u32> {
        let at = self.ids.binary_search(&id.cast_unsigned()).ok()?;
        self.numbers.get(at).copied()
    }
}
