//! Keeps the best sections of a search.

use crate::search::rank::bits::UnitBits;
use crate::search::rank::candidates::BEST;

/// A matching section, as the first pass of ranking finds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::search) struct Found {
    pub section: u32,
    pub score: f32,
    /// The units that the section contains.
    pub units: UnitBits,
    /// The units that the section's own heading contains.
    pub headings: UnitBits,
    /// Whether the section has many links; false if the query doesn't care.
    pub has_links: bool,
}

impl Found {
    /// The sort key: descending score, then ascending section number, so that the order is deterministic. The bits of
    /// scores have the order of their values, because scores are never negative.
    pub fn key(&self) -> u64 {
        u64::from(!self.score.to_bits()) << 32 | u64::from(self.section)
    }
}

/// The best sections so far, at most twice [`BEST`].
#[derive(Debug, Default)]
pub(in crate::search) struct Best {
    found: Vec<Found>,
    /// Sections with this score or less are no longer among the best; negative before [`BEST`] were found.
    least: Option<f32>,
}

impl Best {
    /// Whether a section with at most this score can still be among the best. Sections must come in ascending order.
    pub fn wants(&self, score: f32) -> bool {
        self.least.is_none_or(|least| score > least)
    }

    /// Adds `found` if it is among the best.
    pub fn add(&mut self, found: Found) {
        if !self.wants(found.score) {
            return;
        }
        self.found.push(found);
        if self.found.len() == 2 * BEST {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.found.len() > BEST {
            let (_, last, _) = self.found.select_nth_unstable_by_key(BEST - 1, Found::key);
            self.least = Some(last.score);
            self.found.truncate(BEST);
        }
    }

    /// The best sections, at most [`BEST`], best first.
    pub fn into_sorted(mut self) -> Vec<Found> {
        self.cut();
        self.found.sort_unstable_by_key(Found::key);
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(section: u32, score: f32) -> Found {
        Found { section, score, units: 1, headings: 0, has_links: false }
    }

    #[test]
    fn better_scores_come_first_and_equal_ones_by_number() {
        let mut best = Best::default();
        for (section, score) in [(3, 0.5), (7, 0.5), (9, 2.0), (11, 0.0)] {
            best.add(found(section, score));
        }
        let sections: Vec<u32> = best.into_sorted().iter().map(|found| found.section).collect();
        assert_eq!(sections, [9, 3, 7, 11]);
    }

    #[test]
    fn the_best_of_many_are_those_of_a_full_sort() {
        let mut dice = fastrand::Rng::with_seed(7);
        let all: Vec<Found> =
            (0..9_000).map(|section| found(section, dice.u32(..500) as f32)).collect();
        let mut best = Best::default();
        all.iter().for_each(|found| best.add(*found));
        let mut sorted = all;
        sorted.sort_unstable_by_key(Found::key);
        sorted.truncate(BEST);
        assert_eq!(best.into_sorted(), sorted);
    }
}
