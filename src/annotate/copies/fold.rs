//! Folds copies under their representatives.

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use super::bands::BandKeys;
use super::buckets::Buckets;
use super::shingles::mixed;

/// Folds copies. Sections are added one by one, in order of preference: the first of a group of copies represents the
/// others. Keeps about 200 bytes for each section in memory.
///
/// ```
/// use cairn::annotate::copies::CopyFold;
/// let mut fold = CopyFold::default();
/// let mut representative = |fingerprint, section| {
///     let is_alike = |_, _| -> Result<bool, ()> { Ok(false) };
///     fold.representative(fingerprint, None, section, &mut None, is_alike).unwrap().section
/// };
/// assert_eq!(representative(7, "first"), "first");
/// assert_eq!(representative(7, "copy"), "first");
/// assert_eq!(representative(8, "other"), "other");
/// ```
#[derive(Debug)]
pub struct CopyFold<T> {
    first: HashMap<u64, T>,
    /// The representatives that are long enough to have near-copies.
    known: Vec<KnownRepresentative<T>>,
    near: Buckets,
    /// The number of searches for candidates so far.
    searches: u32,
    /// The indices in `known` of the candidates that were found last.
    candidates: Vec<u32>,
}

#[derive(Debug)]
struct KnownRepresentative<T> {
    section: T,
    fingerprint: u64,
    /// The number of the last search that found it. If two sections share several bands, this prevents comparing them
    /// more than once.
    found_by: u32,
}

/// The representative of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Representative<T> {
    pub section: T,
    /// Whether the section could not be added to one of its buckets because the bucket was full. If so, later
    /// near-copies of the section may not be recognised.
    pub is_crowded: bool,
}

/// The result of comparing a section with its candidates. As long as the candidates are the same, the result is, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoldComparison {
    /// The number of candidates that the section was compared with.
    count: u32,
    /// A hash of their fingerprints, in order.
    hash: u64,
    /// Whether the last of them is a near-copy. None of the others is.
    is_alike: bool,
}

impl<T> Default for CopyFold<T> {
    fn default() -> Self {
        CopyFold {
            first: HashMap::default(),
            known: Vec::new(),
            near: Buckets::default(),
            searches: 0,
            candidates: Vec::new(),
        }
    }
}

impl<T: Copy> CopyFold<T> {
    /// A fold of about this number of `sections`. It may get more, but then takes longer.
    pub fn expecting(sections: usize) -> CopyFold<T> {
        let mut fold = CopyFold::default();
        fold.first.reserve(sections);
        fold.known.reserve(sections);
        fold.near.reserve(sections);
        fold
    }

    /// Returns the representative of `section`. If a section with the same `fingerprint` was added before, it is that
    /// section's representative. Else it is the first earlier representative that shares one of `bands` and is a
    /// near-copy by `is_alike`, which gets both sections. If there is none, `section` represents itself.
    ///
    /// `comparison` is the result of an earlier comparison of a section with this fingerprint, if there was one, and is
    /// set to that of this one. If the candidates are the same, `is_alike` is not called. Else it is called at most
    /// [`super::BUCKET`] times per band. `Err` if it fails.
    pub fn representative<E>(
        &mut self,
        fingerprint: u64,
        bands: Option<&BandKeys>,
        section: T,
        comparison: &mut Option<FoldComparison>,
        is_alike: impl FnMut(T, T) -> Result<bool, E>,
    ) -> Result<Representative<T>, E> {
        let found = |section| Representative { section, is_crowded: false };
        if let Some(first) = self.first.get(&fingerprint) {
            *comparison = None;
            return Ok(found(*first));
        }
        let Some(bands) = bands else {
            *comparison = None;
            self.first.insert(fingerprint, section);
            return Ok(found(section));
        };
        self.find_candidates(bands);
        let near = self.near_copy(section, comparison, is_alike)?;
        self.first.insert(fingerprint, near.unwrap_or(section));
        Ok(match near {
            Some(near) => found(near),
            None => {
                let place = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
                self.known.push(KnownRepresentative { section, fingerprint, found_by: 0 });
                Representative { section, is_crowded: self.near.add(bands, place) }
            }
        })
    }

    /// Sets `candidates` to the representatives that share one of `bands`, without duplicates.
    fn find_candidates(&mut self, bands: &BandKeys) {
        self.searches += 1;
        self.candidates.clear();
        for key in bands.0 {
            for place in self.near.of(key) {
                let Some(known) = self.known.get_mut(place as usize) else { continue };
                if std::mem::replace(&mut known.found_by, self.searches) != self.searches {
                    self.candidates.push(place);
                }
            }
        }
    }

    /// The first of the candidates that is a near-copy of `section`.
    fn near_copy<E>(
        &self,
        section: T,
        comparison: &mut Option<FoldComparison>,
        mut is_alike: impl FnMut(T, T) -> Result<bool, E>,
    ) -> Result<Option<T>, E> {
        let candidates = || self.candidates.iter().map(|place| &self.known[*place as usize]);
        let (mut count, mut hash) = (0, 0);
        for candidate in candidates() {
            (count, hash) = (count + 1, mixed(hash ^ candidate.fingerprint));
            if *comparison == Some(FoldComparison { count, hash, is_alike: true }) {
                return Ok(Some(candidate.section));
            }
        }
        if count == 0 {
            *comparison = None;
        }
        if count == 0 || *comparison == Some(FoldComparison { count, hash, is_alike: false }) {
            return Ok(None);
        }
        (count, hash) = (0, 0);
        for candidate in candidates() {
            (count, hash) = (count + 1, mixed(hash ^ candidate.fingerprint));
            if is_alike(candidate.section, section)? {
                *comparison = Some(FoldComparison { count, hash, is_alike: true });
                return Ok(Some(candidate.section));
            }
        }
        *comparison = Some(FoldComparison { count, hash, is_alike: false });
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::copies::shingles::BANDS;
    use crate::annotate::copies::{BUCKET, MinHashSignature, ShingleSketch, signature};
    use crate::extract::{Section, extract};

    /// Adds `section` with the sketches that `sketch` returns. Returns its representative.
    fn fold_in(
        fold: &mut CopyFold<u32>,
        signature: Option<&MinHashSignature>,
        section: u32,
        sketch: impl Fn(u32) -> ShingleSketch,
    ) -> Representative<u32> {
        let is_alike = |one, two| -> Result<bool, ()> { Ok(sketch(one).is_alike(&sketch(two))) };
        let bands = signature.map(BandKeys::of);
        fold.representative(section.into(), bands.as_ref(), section, &mut None, is_alike).unwrap()
    }

    #[test]
    fn similarity_does_not_chain() {
        let mut fold = CopyFold::default();
        let same = MinHashSignature([1; BANDS]);
        // In each section, a tenth of the previous section's hashes is replaced: section 2 is similar to 1; section 3
        // is similar to 2, but not to 1.
        let sketch =
            |section: u32| ShingleSketch { least: (0..100).map(|at| section * 10 + at).collect() };
        let mut fold_in = |section| fold_in(&mut fold, Some(&same), section, sketch).section;
        assert_eq!([fold_in(1), fold_in(2), fold_in(3), fold_in(4)], [1, 1, 3, 3]);
    }

    /// A section of sixty words that are the same for every `number`, and seventeen words that differ. The similarity
    /// of two such sections is about 0.6.
    fn resembling(number: u32) -> Section {
        let shared: String = (0..60).map(|at| format!("shared{at} ")).collect();
        let own: String = (0..17).map(|at| format!("own{number}x{at} ")).collect();
        let document = extract("txt", format!("{shared}{own}").as_bytes()).document.unwrap();
        document.sections[0].clone()
    }

    #[test]
    fn two_thousand_similar_sections_cost_a_bounded_number_of_comparisons() {
        let mut fold = CopyFold::default();
        let mut crowded = 0;
        let compared = std::cell::Cell::new(0);
        let sections: Vec<Section> = (0..2_000).map(resembling).collect();
        let sketches: Vec<_> = sections.iter().filter_map(ShingleSketch::of).collect();
        let sketch = |number| {
            compared.set(compared.get() + 1);
            sketches[number as usize % 2_000].clone()
        };
        for number in 0..2_000 {
            let signature = signature(&sections[number as usize]);
            let found = fold_in(&mut fold, signature.as_ref(), number, sketch);
            assert_eq!(found.section, number, "not a copy");
            crowded += usize::from(found.is_crowded);
        }
        assert!(compared.get() > 4_000, "sections share bands: {}", compared.get());
        assert!(compared.get() <= 2 * 2_000 * BANDS * BUCKET, "{}", compared.get());
        assert!(fold.near.before.iter().all(|before| usize::from(*before) < BUCKET));
        assert!(crowded > 1_000, "full buckets are reported: {crowded}");
        let copy = signature(&resembling(0));
        let found = fold_in(&mut fold, copy.as_ref(), 10_000, sketch);
        assert_eq!(found.section, 0, "a near-copy is still found");
    }

    #[test]
    fn sections_with_the_same_candidates_are_not_compared_again() {
        let mut comparisons = [None; 6];
        let mut fold_all = |sections: &[u64]| {
            let (mut fold, mut compared) = (CopyFold::default(), 0);
            let mut found = Vec::new();
            for section in sections {
                let is_alike = |one: u64, two: u64| -> Result<bool, ()> {
                    compared += 1;
                    Ok(one % 2 == two % 2)
                };
                let same = BandKeys::of(&MinHashSignature([1; BANDS]));
                let comparison = &mut comparisons[*section as usize];
                let folded =
                    fold.representative(*section, Some(&same), *section, comparison, is_alike);
                found.push(folded.unwrap().section);
            }
            (found, compared)
        };
        assert_eq!(fold_all(&[0, 1, 2, 3]), (vec![0, 1, 0, 1], 4));
        assert_eq!(fold_all(&[0, 1, 2, 3]), (vec![0, 1, 0, 1], 0), "the results are known");
        assert_eq!(fold_all(&[0, 1, 2, 3, 4]), (vec![0, 1, 0, 1, 0], 1));
        assert_eq!(fold_all(&[1, 2, 3, 4]), (vec![1, 2, 1, 2], 4), "other candidates");
        assert_eq!(fold_all(&[1, 2, 3, 4]), (vec![1, 2, 1, 2], 0));
    }
}
