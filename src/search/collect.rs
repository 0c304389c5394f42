//! Counts, ranks and tallies the matches of a query in one pass.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

/// The fields whose values are tallied, in the order of answers.
pub(super) const FACETS: [&str; 5] = ["source", "topic", "step", "kind", "lang"];

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Matches, folded copies left out.
    pub total: usize,
    /// The best, best first.
    pub best: Vec<(Score, DocAddress)>,
    /// Values and counts of each of [`FACETS`].
    pub facets: Vec<HashMap<String, u64>>,
}

/// Which matches to keep and count.
pub(super) struct Matches {
    pub most: usize,
    /// By segment: the sections that are folded under another and left out.
    pub folded: Option<Arc<Vec<HashSet<DocId>>>>,
    pub names: Arc<Vec<Names>>,
}

/// A segment's values of each of [`FACETS`], by their number there. Looking one up in the index
/// unpacks a block of its dictionary, so that they are read once, when the index is opened.
pub(super) type Names = [Vec<String>; FACETS.len()];

/// The values of each facet in `segment`. O(values).
pub(super) fn names(segment: &SegmentReader) -> tantivy::Result<Names> {
    let mut names: Names = Default::default();
    for (field, names) in FACETS.into_iter().zip(&mut names) {
        let Some(column) = segment.fast_fields().str(field)? else { continue };
        for ord in 0..column.num_terms() {
            let mut name = String::new();
            column.ord_to_str(ord as u64, &mut name)?;
            names.push(name);
        }
    }
    Ok(names)
}

/// A match: ordered by score, then by place, so that equal scores come in one order always.
#[derive(Clone, Copy, PartialEq)]
struct Ranked {
    score: Score,
    doc: DocId,
}

impl Eq for Ranked {}

impl Ord for Ranked {
    /// The worst match is the greatest, for a heap that drops it first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.doc.cmp(&other.doc))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Collector for Matches {
    type Fruit = Collected;
    type Child = SegmentMatches;

    fn for_segment(
        &self,
        ordinal: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentMatches> {
        let columns = segment.fast_fields();
        let facets = FACETS.map(|field| columns.str(field).ok().flatten());
        let counts = facets
            .each_ref()
            .map(|column| vec![0; column.as_ref().map_or(0, |column| column.num_terms())]);
        Ok(SegmentMatches {
            ordinal,
            most: self.most,
            folded: self.folded.clone(),
            names: Arc::clone(&self.names),
            weights: columns.u64("weight")?,
            heap: BinaryHeap::with_capacity(self.most + 1),
            total: 0,
            facets,
            counts,
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, fruits: Vec<Collected>) -> tantivy::Result<Collected> {
        let mut all =
            Collected { facets: vec![HashMap::new(); FACETS.len()], ..Collected::default() };
        for fruit in fruits {
            all.total += fruit.total;
            all.best.extend(fruit.best);
            for (into, from) in all.facets.iter_mut().zip(fruit.facets) {
                for (value, count) in from {
                    *into.entry(value).or_insert(0) += count;
                }
            }
        }
        all.best.sort_by(|(a, left), (b, right)| b.total_cmp(a).then(left.cmp(right)));
        all.best.truncate(self.most);
        Ok(all)
    }
}

/// One segment's matches.
pub(super) struct SegmentMatches {
    ordinal: SegmentOrdinal,
    most: usize,
    folded: Option<Arc<Vec<HashSet<DocId>>>>,
    names: Arc<Vec<Names>>,
    weights: Column<u64>,
    heap: BinaryHeap<Ranked>,
    total: usize,
    facets: [Option<StrColumn>; FACETS.len()],
    counts: [Vec<u64>; FACETS.len()],
}

impl SegmentCollector for SegmentMatches {
    type Fruit = Collected;

    fn collect(&mut self, doc: DocId, score: Score) {
        let folded = self.folded.as_ref().and_then(|folded| folded.get(self.ordinal as usize));
        if folded.is_some_and(|folded| folded.contains(&doc)) {
            return;
        }
        self.total += 1;
        for (column, counts) in self.facets.iter().zip(&mut self.counts) {
            let Some(column) = column else { continue };
            for value in column.ords().values_for_doc(doc) {
                if let Some(count) = usize::try_from(value).ok().and_then(|at| counts.get_mut(at)) {
                    *count += 1;
                }
            }
        }
        // Weights are percents, at most 100: exact in an f32.
        let weight = self.weights.first(doc).unwrap_or(100) as f32 / 100.0;
        let ranked = Ranked { score: score * weight, doc };
        if self.heap.len() < self.most {
            self.heap.push(ranked);
        } else if self.heap.peek().is_some_and(|worst| ranked < *worst) {
            self.heap.pop();
            self.heap.push(ranked);
        }
    }

    fn harvest(self) -> Collected {
        let best = self.heap.into_sorted_vec();
        let names = self.names.get(self.ordinal as usize);
        let facets = self.counts.iter().enumerate().map(|(at, counts)| {
            let names = names.map(|names| names[at].as_slice()).unwrap_or_default();
            let counted = names.iter().zip(counts).filter(|(_, count)| **count > 0);
            counted.map(|(name, count)| (name.clone(), *count)).collect()
        });
        let facets = facets.collect();
        let place = |ranked: Ranked| (ranked.score, DocAddress::new(self.ordinal, ranked.doc));
        Collected { total: self.total, best: best.into_iter().map(place).collect(), facets }
    }
}
