//! Counts the values of the best matches.

use super::opened::{FACETS, Opened};
use super::rank::Ranked;

/// Values of one facet that are told.
const VALUES: usize = 30;

/// A field with its commonest values and their counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    pub field: &'static str,
    pub values: Vec<(String, u64)>,
}

/// The facets of `best`. O(matches · values of each).
pub(super) fn count(opened: &Opened, best: &[Ranked]) -> Vec<Facet> {
    let places: Vec<(usize, u32)> =
        best.iter().map(|ranked| opened.place(ranked.section)).collect();
    let facets = FACETS.into_iter().enumerate().map(|(facet, field)| {
        let mut values: Vec<(&str, u64)> = Vec::new();
        for (at, segment) in opened.segments.iter().enumerate() {
            let known = &segment.facets[facet];
            let mut counts = vec![0_u64; known.names.len()];
            for (_, doc) in places.iter().filter(|(own, _)| *own == at) {
                known.of(*doc).iter().for_each(|value| counts[usize::from(*value)] += 1);
            }
            let counted = known.names.iter().map(String::as_str).zip(counts);
            values.extend(counted.filter(|(_, count)| *count > 0));
        }
        if opened.segments.len() > 1 {
            values.sort_unstable();
            values.dedup_by(|next, kept| {
                let is_same = next.0 == kept.0;
                kept.1 += if is_same { next.1 } else { 0 };
                is_same
            });
        }
        let order =
            |(a, left): &(&str, u64), (b, right): &(&str, u64)| right.cmp(left).then(a.cmp(b));
        if values.len() > VALUES {
            values.select_nth_unstable_by(VALUES, order);
            values.truncate(VALUES);
        }
        values.sort_unstable_by(order);
        let values = values.into_iter().map(|(name, count)| (name.to_owned(), count));
        Facet { field, values: values.collect() }
    });
    facets.collect()
}
