//! The sources that cite resources, as numbers.

use foldhash::HashMap;

use super::citation::first_u64;
use crate::catalogue::{Visibility, Voice};

/// A source that cites resources, as [`super::CitationCollector::source`] returns it.
#[derive(Clone, Copy, Debug)]
pub struct CitingSource {
    pub(super) source: u32,
    pub(super) voice: u32,
    pub(super) visibility: Visibility,
    /// A hash of its id, voice and visibility.
    pub(super) hash: u64,
}

/// The citing sources, by their numbers.
#[derive(Default)]
pub(super) struct CitingSources {
    sources: Vec<CitingSource>,
    numbers: HashMap<String, u32>,
    voices: HashMap<Voice, u32>,
}

impl CitingSources {
    /// The source `id`, which gets the next number if it is new.
    pub fn add(&mut self, id: &str, voice: &Voice, visibility: Visibility) -> CitingSource {
        if let Some(number) = self.numbers.get(id) {
            return self.sources[*number as usize];
        }
        let next = |known: usize| u32::try_from(known).unwrap_or(u32::MAX);
        let (source, said_by) = (next(self.sources.len()), next(self.voices.len()));
        let mut hash = blake3::Hasher::new();
        let (kind, name) = match voice {
            Voice::Owner(name) => ("owner", name),
            Voice::Source(name) => ("source", name),
        };
        for part in [id, kind, name] {
            hash.update(part.as_bytes()).update(b"\0");
        }
        hash.update(&[u8::from(visibility == Visibility::Public)]);
        let citing = CitingSource {
            source,
            voice: *self.voices.entry(voice.clone()).or_insert(said_by),
            visibility,
            hash: first_u64(&hash.finalize()),
        };
        self.numbers.insert(id.to_owned(), source);
        self.sources.push(citing);
        citing
    }

    /// The source with this `number`.
    pub fn get(&self, number: u32) -> CitingSource {
        self.sources[number as usize]
    }

    /// The ids of all sources.
    pub fn names(&self) -> CitingNames {
        let mut sorted: Vec<(&String, u32)> =
            self.numbers.iter().map(|(name, number)| (name, *number)).collect();
        sorted.sort_unstable();
        let count = sorted.len();
        let mut names = CitingNames { names: vec![String::new(); count], places: vec![0; count] };
        for (place, (name, number)) in (0..).zip(sorted) {
            names.names[number as usize].clone_from(name);
            names.places[number as usize] = place;
        }
        names
    }
}

/// The ids of the citing sources, by their numbers.
pub(super) struct CitingNames {
    names: Vec<String>,
    /// The place of each source among all of them, sorted by id.
    places: Vec<u32>,
}

impl CitingNames {
    /// The id of a source.
    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    /// The place of a source among all of them.
    pub fn place(&self, number: u32) -> u32 {
        self.places[number as usize]
    }
}
