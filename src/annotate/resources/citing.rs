//! The sources that cite resources, as numbers.

use foldhash::HashMap;

use crate::catalogue::Visibility;

/// A source that cites resources, as [`super::CitationCollector::source`] returns it.
#[derive(Clone, Copy, Debug)]
pub struct CitingSource {
    pub(super) source: u32,
    pub(super) voice: u32,
    pub(super) visibility: Visibility,
}

/// The ids of the citing sources, by their numbers.
#[derive(Default)]
pub(super) struct CitingNames {
    names: Vec<String>,
    /// The place of each source among all of them, sorted by id.
    places: Vec<u32>,
}

impl CitingNames {
    /// The names with these `numbers`, which are consecutive and begin at 0.
    pub fn of(numbers: HashMap<String, u32>) -> CitingNames {
        let mut sorted: Vec<(String, u32)> = numbers.into_iter().collect();
        sorted.sort_unstable();
        let count = sorted.len();
        let mut names = CitingNames { names: vec![String::new(); count], places: vec![0; count] };
        for (place, (name, number)) in (0..).zip(sorted) {
            names.names[number as usize] = name;
            names.places[number as usize] = place;
        }
        names
    }

    /// The id of a source.
    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    /// The place of a source among all of them.
    pub fn place(&self, number: u32) -> u32 {
        self.places[number as usize]
    }
}
