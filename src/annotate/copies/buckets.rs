//! Groups representatives by the bands of their signatures.

use foldhash::HashMap;

use super::bands::BandKeys;
use super::shingles::BANDS;

/// The maximum number of representatives in one bucket. Further ones are not added to the bucket, so that a section is
/// compared with at most `BANDS` times this many others. On real sources, no measured bucket was full.
pub const BUCKET: usize = 32;

/// The buckets of representatives that share a band, each in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    /// The last slot of each bucket, by the key of the band. Different bands have the same key very rarely, and that
    /// only leads to a comparison more. A slot is eight times the index of a representative, plus the band's position.
    last: HashMap<u32, u32>,
    /// For each slot, the next slot of its bucket; for the last slot, the first slot.
    next: Vec<u32>,
    /// For each slot, the number of slots before it in its bucket.
    pub(super) before: Vec<u8>,
}

impl Buckets {
    /// Reserves memory for this number of representatives.
    pub fn reserve(&mut self, representatives: usize) {
        let bands = representatives * BANDS;
        self.last.reserve(bands);
        self.next.reserve(bands);
        self.before.reserve(bands);
    }

    /// The representatives with a band that has this `key`.
    pub fn of(&self, key: u32) -> impl Iterator<Item = u32> {
        let last = self.last.get(&key).copied();
        let next = |slot: u32| self.next[slot as usize];
        let follow = move |slot: &u32| (Some(*slot) != last).then(|| next(*slot));
        let slots = std::iter::successors(last.map(next), follow);
        slots.map(|slot| slot / BANDS as u32)
    }

    /// Adds the representative number `place`, which must be the next number. Returns whether one of its buckets was
    /// full.
    pub fn add(&mut self, bands: &BandKeys, place: u32) -> bool {
        let mut is_crowded = false;
        for (band, key) in bands.0.into_iter().enumerate() {
            let slot = place * BANDS as u32 + band as u32;
            let (mut next, mut before) = (slot, 0);
            match self.last.get_mut(&key) {
                Some(last) if usize::from(self.before[*last as usize]) + 1 < BUCKET => {
                    before = self.before[*last as usize] + 1;
                    next = std::mem::replace(&mut self.next[*last as usize], slot);
                    *last = slot;
                }
                Some(_) => is_crowded = true,
                None => drop(self.last.insert(key, slot)),
            }
            self.next.push(next);
            self.before.push(before);
        }
        is_crowded
    }
}
