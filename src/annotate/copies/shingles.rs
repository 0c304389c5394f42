//! Compares sections by their words. Fingerprints find exact copies, MinHash signatures find candidates for
//! near-copies, and sketches decide whether a candidate is a near-copy.

use fearless_simd::{Level, Simd, dispatch};
use serde::{Deserialize, Serialize};

use crate::extract::Section;

/// Sections with fewer words have no fingerprint: short texts ("See below.") are often equal without being copies.
const LEAST_WORDS: usize = 8;
/// Sections with fewer words are not compared for near-copies.
const LEAST_NEAR_WORDS: usize = 40;
/// The number of words in one shingle.
const SHINGLE: usize = 5;
/// Minimum Jaccard similarity of the shingle sets of near-copies.
const ALIKE: f64 = 0.8;
/// The number of bands in a signature. With `ROWS` rows in each band, two sections with a similarity of 0.8 share a
/// band with a probability of 1 - (1 - 0.8⁴)⁸ = 0.985; with a similarity of 0.4, the probability is 0.19.
pub(super) const BANDS: usize = 8;
/// The number of rows in a band.
const ROWS: usize = 4;
/// The maximum number of hashes of shingles in a sketch. A section of prose has about a fifth of that. If a section has
/// more, its similarity to others is an estimate with a standard error of √(0.8 · 0.2 / 1024) = 1.25 %.
const MOST_SHINGLES: usize = 1_024;

/// A MinHash signature: for each band, one hash of the minimum shingle hashes in its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinHashSignature(pub(super) [u64; BANDS]);

/// A hash of the section's innermost heading, text and code. Differences in whitespace do not change the hash. `None`
/// if text and code together have fewer than `LEAST_WORDS` words.
pub(crate) fn fingerprint(section: &Section) -> Option<u64> {
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

/// The signature of `section`. The signatures of near-copies usually share at least one band. `None` if the section has
/// fewer than `LEAST_NEAR_WORDS` words. O(length).
pub(crate) fn signature(section: &Section) -> Option<MinHashSignature> {
    let shingles: Vec<u64> = shingles(section)?.collect();
    // Compiled once for each level: wide registers hash several seeds at once.
    let least = dispatch!(Level::new(), simd => simd.vectorize(
        #[inline(always)]
        || least_hashes(&shingles)
    ));
    let mut bands = [0; BANDS];
    for (band, rows) in bands.iter_mut().zip(least.chunks(ROWS)) {
        *band = rows.iter().fold(0, |hash, row| mixed(hash ^ row));
    }
    Some(MinHashSignature(bands))
}

/// For each row of each band, the least of the hashes of `shingles` with the seed of this row.
#[inline(always)]
fn least_hashes(shingles: &[u64]) -> [u64; BANDS * ROWS] {
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
    least
}

/// The smallest hashes of a section's shingles, with which two sections can be compared without their texts. This is a
/// bottom-k sketch (Cohen, Kaplan, "Summarizing data using bottom-k sketches", 2007). At most 4 KiB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShingleSketch {
    /// Ascending, without duplicates.
    pub(super) least: Box<[u32]>,
}

impl ShingleSketch {
    /// The sketch of `section`; `None` if it is too short to have near-copies. O(length · log length).
    pub fn of(section: &Section) -> Option<ShingleSketch> {
        // Only the upper half of each hash is kept: 32 bits are enough to distinguish a few hundred shingles.
        let mut hashes: Vec<u32> = shingles(section)?.map(|hash| (hash >> 32) as u32).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes.truncate(MOST_SHINGLES);
        Some(ShingleSketch { least: hashes.into_boxed_slice() })
    }

    /// The memory that its hashes take.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.least)
    }

    /// Whether the Jaccard similarity of two sections is at least `ALIKE`. The similarity is exact if both sketches
    /// have fewer than [`MOST_SHINGLES`] hashes, else estimated from the smallest hashes of their union. O(size).
    pub fn is_alike(&self, other: &ShingleSketch) -> bool {
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

/// The hashes of the word 5-grams of `section`, in order. They ignore case and punctuation. `None` if the section has
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
#[inline(always)]
pub(super) fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
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
    fn near_copies_are_distinguished_from_sections_that_share_some_words() {
        let original = section(200, &[]);
        // A changed word changes five of 196 shingles. So the similarity after two changed words is 186/206 = 0.90, and
        // after nine changed words it is 0.63.
        assert!(are_alike(&original, &section(200, &[50, 120])));
        assert!(!are_alike(&original, &section(200, &[9, 30, 50, 70, 90, 110, 130, 150, 170])));
        assert!(!are_alike(&section(30, &[]), &section(30, &[])), "too short to compare");
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
    fn long_sections_are_compared_by_their_smallest_shingle_hashes() {
        let long = section(6_000, &[]);
        assert_eq!(ShingleSketch::of(&long).unwrap().least.len(), MOST_SHINGLES);
        let every = |step: usize| (0..6_000).step_by(step).collect::<Vec<_>>();
        // The first section differs in 300 of 5,996 shingles (similarity 0.90), the second in 1,500 (0.60).
        assert!(are_alike(&long, &section(6_000, &every(100))));
        assert!(!are_alike(&long, &section(6_000, &every(20))));
        assert!(!are_alike(&long, &section(600, &[])));
    }
}
