//! Sections that say the same, or nearly so, folded under one of them.
//!
//! Exact copies are told by a hash of their words. Near-copies are found by MinHash over word 5-grams
//! (Broder, "On the resemblance and containment of documents", 1997), banded so that likely pairs meet
//! (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4), and then verified word by word. Each
//! is compared with the section that stands for others only, so that likeness does not chain.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::extract::Section;

/// Shorter sections ("See below.") are alike without being copies.
const LEAST_WORDS: usize = 8;
/// Words that a section needs to be told from others that only resemble it.
const LEAST_NEAR_WORDS: usize = 40;
/// Words of a shingle.
const SHINGLE: usize = 5;
/// Sections whose shingles overlap at least so far (Jaccard) say the same.
const ALIKE: f64 = 0.8;
/// Bands of the signature, and rows of each: at a likeness of 0.8 two sections share a band with a
/// probability of 1 - (1 - 0.8⁴)⁸ = 0.985, at 0.4 of 0.19.
const BANDS: usize = 8;
const ROWS: usize = 4;

/// Of each band, a hash of its least shingle hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature([u64; BANDS]);

/// A number equal for sections with the same heading, text and code, whatever their spacing;
/// `None` for those too short to be told by their words.
pub(super) fn fingerprint(section: &Section) -> Option<u64> {
    let words = section.text.split_whitespace().count() + section.code.split_whitespace().count();
    if words < LEAST_WORDS {
        return None;
    }
    let mut hash = blake3::Hasher::new();
    let heading = section.headings.last().map_or("", String::as_str);
    for part in [heading, &section.text, &section.code] {
        for word in part.split_whitespace() {
            hash.update(word.as_bytes()).update(b" ");
        }
        hash.update(b"\0");
    }
    let bytes = hash.finalize();
    bytes.as_bytes().first_chunk().map(|first| u64::from_le_bytes(*first))
}

/// What likely near-copies of `section` share a part of; `None` if it is too short. O(length).
pub(super) fn signature(section: &Section) -> Option<Signature> {
    let shingles = shingles(section)?;
    let mut least = [u64::MAX; BANDS * ROWS];
    let mut seeds = [0; BANDS * ROWS];
    for (at, seed) in seeds.iter_mut().enumerate() {
        *seed = mixed(at as u64 + 1);
    }
    for shingle in &shingles {
        for (least, seed) in least.iter_mut().zip(&seeds) {
            *least = (*least).min(mixed(shingle ^ seed));
        }
    }
    let mut bands = [0; BANDS];
    for (band, rows) in bands.iter_mut().zip(least.chunks(ROWS)) {
        *band = rows.iter().fold(0, |hash, row| mixed(hash ^ row));
    }
    Some(Signature(bands))
}

/// Whether two sections say nearly the same. O(length).
pub fn are_alike(one: &Section, other: &Section) -> bool {
    let (Some(one), Some(other)) = (shingles(one), shingles(other)) else { return false };
    let shared = one.intersection(&other).count();
    shared as f64 >= ALIKE * (one.len() + other.len() - shared) as f64
}

/// Hashes of the word 5-grams of `section`, in any case and without punctuation; `None` if it has
/// too few words.
fn shingles(section: &Section) -> Option<HashSet<u64>> {
    let words: Vec<u64> = [&section.text, &section.code]
        .into_iter()
        .flat_map(|part| part.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(word_hash)
        .collect();
    if words.len() < LEAST_NEAR_WORDS {
        return None;
    }
    let shingle = |five: &[u64]| five.iter().fold(0, |hash, word| mixed(hash ^ word));
    Some(words.windows(SHINGLE).map(shingle).collect())
}

/// FNV-1a with 64 bits over the lower-case letters of `word`.
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
fn word_hash(word: &str) -> u64 {
    let letters = word.chars().flat_map(char::to_lowercase);
    letters.fold(0xcbf2_9ce4_8422_2325, |hash, letter| {
        (hash ^ u64::from(u32::from(letter))).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014): every bit depends on every other.
fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Folds copies as sections come by, in the order of preference: the first of those that say the
/// same stands for the others.
///
/// ```
/// use cairn::annotate::copies::Fold;
/// let mut fold = Fold::default();
/// let none = |_| Ok::<bool, ()>(false);
/// assert_eq!(fold.representative(7, None, "first", none), Ok("first"));
/// assert_eq!(fold.representative(7, None, "copy", none), Ok("first"));
/// assert_eq!(fold.representative(8, None, "other", none), Ok("other"));
/// ```
#[derive(Debug)]
pub struct Fold<T> {
    first: HashMap<u64, T>,
    /// Those that stand for themselves, by the bands of their signatures.
    near: HashMap<(usize, u64), Vec<T>>,
}

impl<T> Default for Fold<T> {
    fn default() -> Self {
        Fold { first: HashMap::new(), near: HashMap::new() }
    }
}

impl<T: Copy + PartialEq> Fold<T> {
    /// Who stands for `section`: one with its `fingerprint` that came before, else one that shares a
    /// band of its `signature` and of which `is_alike` says that it says the same, else itself.
    ///
    /// `Err` is `is_alike`'s.
    pub fn representative<E>(
        &mut self,
        fingerprint: u64,
        signature: Option<&Signature>,
        section: T,
        mut is_alike: impl FnMut(T) -> Result<bool, E>,
    ) -> Result<T, E> {
        if let Some(first) = self.first.get(&fingerprint) {
            return Ok(*first);
        }
        let mut tried: Vec<T> = Vec::new();
        let bands =
            || signature.into_iter().flat_map(|signature| signature.0.into_iter().enumerate());
        for band in bands() {
            for candidate in self.near.get(&band).into_iter().flatten() {
                if tried.contains(candidate) {
                    continue;
                }
                tried.push(*candidate);
                if is_alike(*candidate)? {
                    self.first.insert(fingerprint, *candidate);
                    return Ok(*candidate);
                }
            }
        }
        self.first.insert(fingerprint, section);
        bands().for_each(|band| self.near.entry(band).or_default().push(section));
        Ok(section)
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

    #[test]
    fn near_copies_are_told_from_what_only_resembles() {
        let original = section(200, &[]);
        // A changed word touches five shingles of 196: two leave 186/206 = 0.90, nine 0.63.
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
        let mut fold = Fold::default();
        let same = Some(Signature([1; BANDS]));
        // 2 is like 1, and 3 like 2 but not like 1.
        let alike = |one: u32, other: u32| one.abs_diff(other) == 1;
        let mut fold_in = |section: u32| {
            let fingerprint = u64::from(section);
            let is_alike = |candidate| Ok::<bool, ()>(alike(section, candidate));
            fold.representative(fingerprint, same.as_ref(), section, is_alike).unwrap()
        };
        assert_eq!([fold_in(1), fold_in(2), fold_in(3), fold_in(4)], [1, 1, 3, 3]);
    }
}
