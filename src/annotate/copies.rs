//! Finds copies and near-copies of sections and folds each group under one representative.
//!
//! Exact copies have the same hash of their words. Candidates for near-copies are found by MinHash over word
//! 5-grams (Broder, "On the resemblance and containment of documents", 1997) with banding (Leskovec, Rajaraman,
//! Ullman, "Mining of Massive Datasets", 3.4), and then compared by their sketches. A section is compared only with
//! representatives, so that similarity does not chain. The work for one section is bounded, because the size of a
//! sketch is bounded, and so is the size of each bucket of sections that share a band.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::extract::Section;

/// Sections with fewer words ("See below.") are often equal without being copies.
const LEAST_WORDS: usize = 8;
/// Sections with fewer words are not compared for near-copies.
const LEAST_NEAR_WORDS: usize = 40;
/// Words in one shingle.
const SHINGLE: usize = 5;
/// Minimum Jaccard similarity of the shingle sets of near-copies.
const ALIKE: f64 = 0.8;
/// Bands of the signature and rows of each band. Two sections with similarity 0.8 share a band with a probability
/// of 1 - (1 - 0.8⁴)⁸ = 0.985; with similarity 0.4, of 0.19.
const BANDS: usize = 8;
const ROWS: usize = 4;
/// The most shingles in a sketch. A section of prose has about a fifth of that. Only for sections with more is the
/// similarity an estimate, with a standard error of √(0.8 · 0.2 / 1024) = 1.25 %.
const MOST_SHINGLES: usize = 1_024;
/// The most sections in one bucket. A section is compared with at most [`BANDS`] times this many. The fullest bucket
/// measured on real sources had fewer.
pub const BUCKET: usize = 32;

/// A MinHash signature: for each band, one hash of the minimum shingle hashes in its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinHashSignature([u64; BANDS]);

/// A hash of heading, text and code that ignores differences in whitespace. `None` if text and code have fewer than
/// `LEAST_WORDS` words.
pub(super) fn fingerprint(section: &Section) -> Option<u64> {
    let words = section.text.split_whitespace().count() + section.code.split_whitespace().count();
    if words < LEAST_WORDS {
        return None;
    }
    let mut hash = blake3::Hasher::new();
    let heading = section.subject().last().map_or("", String::as_str);
    for part in [heading, &section.text, &section.code] {
        for word in part.split_whitespace() {
            hash.update(word.as_bytes()).update(b" ");
        }
        hash.update(b"\0");
    }
    let bytes = hash.finalize();
    bytes.as_bytes().first_chunk().map(|first| u64::from_le_bytes(*first))
}

/// The signature of `section`; near-copies usually share at least one band. `None` if the section is too short.
/// O(length).
pub(super) fn signature(section: &Section) -> Option<MinHashSignature> {
    let shingles = shingles(section)?;
    let mut least = [u64::MAX; BANDS * ROWS];
    let mut seeds = [0; BANDS * ROWS];
    for (at, seed) in seeds.iter_mut().enumerate() {
        *seed = mixed(at as u64 + 1);
    }
    for shingle in shingles {
        for (least, seed) in least.iter_mut().zip(&seeds) {
            *least = (*least).min(mixed(shingle ^ seed));
        }
    }
    let mut bands = [0; BANDS];
    for (band, rows) in bands.iter_mut().zip(least.chunks(ROWS)) {
        *band = rows.iter().fold(0, |hash, row| mixed(hash ^ row));
    }
    Some(MinHashSignature(bands))
}

/// The smallest hashes of a section's shingles. Two sections can be compared by them without their text: a bottom-k
/// sketch (Cohen, Kaplan, "Summarizing data using bottom-k sketches", 2007). At most 4 KiB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShingleSketch {
    /// Ascending, without duplicates.
    least: Box<[u32]>,
}

impl ShingleSketch {
    /// The sketch of `section`; `None` if it is too short to have near-copies. O(length · log length).
    pub fn of(section: &Section) -> Option<ShingleSketch> {
        // The upper halves: 32 bits are enough to distinguish a few hundred shingles.
        let mut hashes: Vec<u32> = shingles(section)?.map(|hash| (hash >> 32) as u32).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes.truncate(MOST_SHINGLES);
        Some(ShingleSketch { least: hashes.into_boxed_slice() })
    }

    /// Whether the Jaccard similarity of two sections is at least `ALIKE`. Exact if both sketches have fewer than
    /// [`MOST_SHINGLES`] hashes, else estimated from the smallest hashes of their union. O(size).
    fn is_alike(&self, other: &ShingleSketch) -> bool {
        let (one, two) = (&self.least, &other.least);
        let is_whole = one.len().max(two.len()) < MOST_SHINGLES;
        let most = if is_whole { usize::MAX } else { MOST_SHINGLES };
        let (mut at, mut beside, mut all, mut shared) = (0, 0, 0_usize, 0_usize);
        while all < most && (at < one.len() || beside < two.len()) {
            let next = [one.get(at), two.get(beside)].into_iter().flatten().min().copied();
            let (in_one, in_two) = (one.get(at).copied() == next, two.get(beside).copied() == next);
            all += 1;
            shared += usize::from(in_one && in_two);
            at += usize::from(in_one);
            beside += usize::from(in_two);
        }
        shared as f64 >= ALIKE * all as f64
    }
}

/// Hashes of the word 5-grams of `section` in order, case-insensitive and without punctuation. `None` if it has
/// fewer than `LEAST_NEAR_WORDS` words.
fn shingles(section: &Section) -> Option<impl Iterator<Item = u64>> {
    let words: Vec<u64> = [&section.text, &section.code]
        .into_iter()
        .flat_map(|part| part.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(word_hash)
        .collect();
    let shingle = |five: &[u64]| five.iter().fold(0, |hash, word| mixed(hash ^ word));
    let is_long = words.len() >= LEAST_NEAR_WORDS;
    is_long.then(|| (0..=words.len() - SHINGLE).map(move |at| shingle(&words[at..at + SHINGLE])))
}

/// 64-bit FNV-1a over the lower-cased characters of `word`, one step per character instead of per byte.
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
fn word_hash(word: &str) -> u64 {
    let letters = word.chars().flat_map(char::to_lowercase);
    letters.fold(0xcbf2_9ce4_8422_2325, |hash, letter| {
        (hash ^ u64::from(u32::from(letter))).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014): every output bit depends on every input bit.
fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Folds copies. Sections are added one by one, in order of preference: the first of a group of copies represents the
/// others. Holds a sketch of each representative: at most 4 KiB, and 400 bytes for a section of a hundred words.
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
    /// Indices in `known` by signature band; at most [`BUCKET`] each.
    near: HashMap<(usize, u64), Vec<u32>>,
    /// Number of comparisons so far.
    compared: u64,
}

#[derive(Debug)]
struct KnownRepresentative<T> {
    section: T,
    sketch: ShingleSketch,
    /// The number of the last section that was compared with it, so that no pair is compared twice.
    compared_with: u64,
}

/// The representative of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Representative<T> {
    pub section: T,
    /// Whether a bucket was full, so that near-copies of this section may not be found.
    pub is_crowded: bool,
}

impl<T> Default for CopyFold<T> {
    fn default() -> Self {
        CopyFold { first: HashMap::new(), known: Vec::new(), near: HashMap::new(), compared: 0 }
    }
}

impl<T: Copy> CopyFold<T> {
    /// The representative of `section`: that of the same `fingerprint` if one was added before, else a section that
    /// shares a band of `signature` and has a similar sketch, else `section` itself.
    ///
    /// `sketch` is called only if there is a signature and no exact copy. At most [`BUCKET`] comparisons per band.
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

    /// A representative that shares a band of `signature` and whose sketch is similar to `sketch`.
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

    /// Adds `section` as a representative; returns whether a bucket was full.
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
    use crate::extract::{Address, extract};

    fn section(words: usize, changed: &[usize]) -> Section {
        let word = |at: usize| match changed.contains(&at) {
            true => format!("changed{at} "),
            false => format!("word{at} "),
        };
        let text: String = (0..words).map(word).collect();
        let document = extract("txt", text.as_bytes()).document.unwrap();
        assert_eq!(document.sections[0].address, Address::Lines(1, 1));
        document.sections[0].clone()
    }

    fn are_alike(one: &Section, other: &Section) -> bool {
        ShingleSketch::of(one)
            .zip(ShingleSketch::of(other))
            .is_some_and(|(one, other)| one.is_alike(&other))
    }

    #[test]
    fn near_copies_are_told_from_what_only_resembles() {
        let original = section(200, &[]);
        // A changed word changes five of 196 shingles: two changed words leave 186/206 = 0.90, nine leave 0.63.
        assert!(are_alike(&original, &section(200, &[50, 120])));
        assert!(!are_alike(&original, &section(200, &[9, 30, 50, 70, 90, 110, 130, 150, 170])));
        assert!(!are_alike(&section(30, &[]), &section(30, &[])), "too short to tell");
        let shares = |one: &Section, other: &Section| {
            let (one, other) = (signature(one).unwrap(), signature(other).unwrap());
            one.0.iter().zip(other.0).filter(|(a, b)| **a == *b).count()
        };
        assert!(shares(&original, &section(200, &[50])) > 0);
        assert_eq!(shares(&original, &section(150, &(0..150).collect::<Vec<_>>())), 0);
    }

    #[test]
    fn case_and_punctuation_make_no_difference() {
        let text = "One, two; three. ".repeat(20);
        let read =
            |text: &str| extract("txt", text.as_bytes()).document.unwrap().sections.remove(0);
        assert_eq!(
            signature(&read(&text)),
            signature(&read(&text.to_uppercase().replace(',', "")))
        );
    }

    #[test]
    fn likeness_does_not_chain() {
        let mut fold = CopyFold::default();
        let same = MinHashSignature([1; BANDS]);
        // Each has a tenth of the words of the one before replaced: 2 is similar to 1, and 3 to 2 but not to 1.
        let mut fold_in = |section: u32| {
            let least = (0..100).map(|at| section * 10 + at).collect();
            let sketch = || Some(ShingleSketch { least });
            fold.representative(section.into(), Some(&same), section, sketch).section
        };
        assert_eq!([fold_in(1), fold_in(2), fold_in(3), fold_in(4)], [1, 1, 3, 3]);
    }

    #[test]
    fn long_sections_are_compared_by_the_least_of_their_shingles() {
        let long = section(6_000, &[]);
        assert_eq!(ShingleSketch::of(&long).unwrap().least.len(), MOST_SHINGLES);
        let every = |step: usize| (0..6_000).step_by(step).collect::<Vec<_>>();
        // Of 5,996 shingles 300 differ: 0.90; then 1,500: 0.60.
        assert!(are_alike(&long, &section(6_000, &every(100))));
        assert!(!are_alike(&long, &section(6_000, &every(20))));
        assert!(!are_alike(&long, &section(600, &[])));
    }

    /// Sixty shared words and seventeen of its own: a similarity of at most 0.6.
    fn resembling(number: usize) -> Section {
        let shared: String = (0..60).map(|at| format!("shared{at} ")).collect();
        let own: String = (0..17).map(|at| format!("own{number}x{at} ")).collect();
        let document = extract("txt", format!("{shared}{own}").as_bytes()).document.unwrap();
        document.sections[0].clone()
    }

    #[test]
    fn two_thousand_sections_that_resemble_each_other_cost_a_bounded_number_of_comparisons() {
        let mut fold = CopyFold::default();
        let mut crowded = 0;
        for number in 0..2_000 {
            let section = resembling(number);
            let signature = signature(&section);
            let sketch = || ShingleSketch::of(&section);
            let found = fold.representative(number as u64, signature.as_ref(), number, sketch);
            assert_eq!(found.section, number, "no copy");
            crowded += usize::from(found.is_crowded);
        }
        assert!(fold.compared > 2_000, "they do share bands: {}", fold.compared);
        assert!(fold.compared <= (2_000 * BANDS * BUCKET) as u64, "{}", fold.compared);
        assert!(fold.near.values().all(|bucket| bucket.len() <= BUCKET));
        assert!(crowded > 1_000, "full buckets are reported: {crowded}");
        let copy = resembling(0);
        let found = fold
            .representative(9_999, signature(&copy).as_ref(), 9_999, || ShingleSketch::of(&copy));
        assert_eq!(found.section, 0, "a near-copy is still found");
    }
}
