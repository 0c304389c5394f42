//! Folds copies under their representatives.

use std::collections::HashMap;

use super::shingles::{MinHashSignature, ShingleSketch};

/// The maximum number of representatives in one bucket. Further ones are not added to the bucket, so that a section is
/// compared with at most `BANDS` times this many others. On real sources, no measured bucket was full.
pub const BUCKET: usize = 32;

/// Folds copies. Sections are added one by one, in order of preference: the first of a group of copies represents the
/// others. Keeps a sketch of each representative in memory. A sketch has at most 4 KiB; that of a section of a hundred
/// words has 400 bytes.
///
/// ```
/// use cairn::annotate::copies::CopyFold;
/// let mut fold = CopyFold::default();
/// let none = || None;
/// assert_eq!(fold.representative(7, None, "first", none).section, "first");
/// assert_eq!(fold.representative(7, None, "copy", none).section, "first");
/// assert_eq!(fold.representative(8, None, "other", none).section, "other");
/// ```
#[derive(Debug)]
pub struct CopyFold<T> {
    first: HashMap<u64, T>,
    /// The representatives that are long enough to have near-copies.
    known: Vec<KnownRepresentative<T>>,
    /// The buckets. A key consists of a band's position in the signature and the band's hash. The value contains the
    /// indices in `known` of at most [`BUCKET`] representatives with this band.
    near: HashMap<(usize, u64), Vec<u32>>,
    /// The number of comparisons so far.
    compared: u64,
}

#[derive(Debug)]
struct KnownRepresentative<T> {
    section: T,
    sketch: ShingleSketch,
    /// The sequence number of the section that was last compared with this one. If two sections share several bands,
    /// this prevents comparing them more than once.
    compared_with: u64,
}

/// The representative of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Representative<T> {
    pub section: T,
    /// Whether the section could not be added to one of its buckets because the bucket was full. If so, later
    /// near-copies of the section may not be recognised.
    pub is_crowded: bool,
}

impl<T> Default for CopyFold<T> {
    fn default() -> Self {
        CopyFold { first: HashMap::new(), known: Vec::new(), near: HashMap::new(), compared: 0 }
    }
}

impl<T: Copy> CopyFold<T> {
    /// Returns the representative of `section`. If a section with the same `fingerprint` was added before, it is that
    /// section's representative. Else it is an earlier representative that shares a band of `signature` and has a
    /// similar sketch. If there is none, `section` represents itself.
    ///
    /// `sketch` is called only if there is a signature and no exact copy. At most [`BUCKET`] comparisons are made per
    /// band.
    pub fn representative(
        &mut self,
        fingerprint: u64,
        signature: Option<&MinHashSignature>,
        section: T,
        sketch: impl FnOnce() -> Option<ShingleSketch>,
    ) -> Representative<T> {
        let found = |section| Representative { section, is_crowded: false };
        if let Some(first) = self.first.get(&fingerprint) {
            return found(*first);
        }
        let Some((signature, sketch)) = signature.zip(signature.and_then(|_| sketch())) else {
            self.first.insert(fingerprint, section);
            return found(section);
        };
        let near = self.like(signature, &sketch);
        self.first.insert(fingerprint, near.unwrap_or(section));
        match near {
            Some(near) => found(near),
            None => Representative { section, is_crowded: self.add(signature, sketch, section) },
        }
    }

    /// A representative that shares a band of `signature` and has a sketch similar to `sketch`; `None` if none does.
    fn like(&mut self, signature: &MinHashSignature, sketch: &ShingleSketch) -> Option<T> {
        let number = self.first.len() as u64 + 1;
        for band in signature.0.into_iter().enumerate() {
            for candidate in self.near.get(&band).into_iter().flatten() {
                let Some(known) = self.known.get_mut(*candidate as usize) else { continue };
                if std::mem::replace(&mut known.compared_with, number) == number {
                    continue;
                }
                self.compared += 1;
                if known.sketch.is_alike(sketch) {
                    return Some(known.section);
                }
            }
        }
        None
    }

    /// Adds `section` as a representative. Returns whether one of its buckets was full.
    fn add(&mut self, signature: &MinHashSignature, sketch: ShingleSketch, section: T) -> bool {
        let place = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        self.known.push(KnownRepresentative { section, sketch, compared_with: 0 });
        let mut is_crowded = false;
        for band in signature.0.into_iter().enumerate() {
            let bucket = self.near.entry(band).or_default();
            if bucket.len() < BUCKET {
                bucket.push(place);
            } else {
                is_crowded = true;
            }
        }
        is_crowded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::copies::shingles::{BANDS, signature};
    use crate::extract::{Section, extract};

    #[test]
    fn similarity_does_not_chain() {
        let mut fold = CopyFold::default();
        let same = MinHashSignature([1; BANDS]);
        // In each section, a tenth of the previous section's hashes is replaced: section 2 is similar to 1; section 3
        // is similar to 2, but not to 1.
        let mut fold_in = |section: u32| {
            let least = (0..100).map(|at| section * 10 + at).collect();
            let sketch = || Some(ShingleSketch { least });
            fold.representative(section.into(), Some(&same), section, sketch).section
        };
        assert_eq!([fold_in(1), fold_in(2), fold_in(3), fold_in(4)], [1, 1, 3, 3]);
    }

    /// A section of sixty words that are the same for every `number`, and seventeen words that differ. The similarity
    /// of two such sections is about 0.6.
    fn resembling(number: usize) -> Section {
        let shared: String = (0..60).map(|at| format!("shared{at} ")).collect();
        let own: String = (0..17).map(|at| format!("own{number}x{at} ")).collect();
        let document = extract("txt", format!("{shared}{own}").as_bytes()).document.unwrap();
        document.sections[0].clone()
    }

    #[test]
    fn two_thousand_similar_sections_cost_a_bounded_number_of_comparisons() {
        let mut fold = CopyFold::default();
        let mut crowded = 0;
        for number in 0..2_000 {
            let section = resembling(number);
            let signature = signature(&section);
            let sketch = || ShingleSketch::of(&section);
            let found = fold.representative(number as u64, signature.as_ref(), number, sketch);
            assert_eq!(found.section, number, "not a copy");
            crowded += usize::from(found.is_crowded);
        }
        assert!(fold.compared > 2_000, "sections share bands: {}", fold.compared);
        assert!(fold.compared <= (2_000 * BANDS * BUCKET) as u64, "{}", fold.compared);
        assert!(fold.near.values().all(|bucket| bucket.len() <= BUCKET));
        assert!(crowded > 1_000, "full buckets are reported: {crowded}");
        let copy = resembling(0);
        let found = fold
            .representative(9_999, signature(&copy).as_ref(), 9_999, || ShingleSketch::of(&copy));
        assert_eq!(found.section, 0, "a near-copy is still found");
    }
}
