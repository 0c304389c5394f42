//! Rejects most words that do not have a wanted stem. Reads only the first letters of a word, so it is fast.
//!
//! May return false positives, never false negatives.

/// The maximum number of letters of a word whose stem has one letter (first number) or two letters (second number:
/// "going" has the stem "go"). A word with a longer stem may have any length.
const LONGEST: [usize; 2] = [2, 6];

/// The beginnings of a set of stems.
pub(super) struct StemPrefilter<'m> {
    /// For each pair of letters with which a word may begin: the set of the possible third letters, with one bit per
    /// letter.
    letters: Vec<u32>,
    stems: Vec<&'m str>,
}

impl<'m> StemPrefilter<'m> {
    /// The prefilter for `stems`.
    pub fn of(stems: impl Iterator<Item = &'m str>) -> StemPrefilter<'m> {
        let stems: Vec<&str> = stems.collect();
        let mut letters = vec![0; 32 * 32];
        for stem in &stems {
            let Letters { row, third } = Letters::of(stem);
            match stem.len() {
                // An empty stem adds nothing. If a stem has one to three letters, the third letter of a word may be any
                // letter. If it has one letter, the second letter may be any letter too.
                0 => {}
                1 => letters[row..row + 32].fill(u32::MAX),
                2 | 3 => letters[row] = u32::MAX,
                _ => letters[row] |= 1 << third,
            }
        }
        StemPrefilter { letters, stems }
    }

    /// Whether the stem of `word` may be in the set. `true` may be a false positive.
    ///
    /// An English word begins with the letters of its stem, except perhaps the last letter of the stem: the stem of
    /// "happy" is "happi", and that of "using" is "use". So the last letter of a stem is not compared. Words with
    /// non-ASCII characters are never rejected.
    pub fn may_match(&self, word: &str) -> bool {
        let Letters { row, third } = Letters::of(word);
        if self.letters[row] & 1 << third == 0 {
            // Words such as "lying" are stemmed to "lie".
            return !word.is_ascii() || (word.len() == 5 && word.ends_with("ying"));
        }
        let word = word.as_bytes();
        let begins = |stem: &&str| {
            let kept = stem.as_bytes().split_last().map_or(&[][..], |(_, kept)| kept);
            let is_short = word.len() <= *LONGEST.get(kept.len()).unwrap_or(&usize::MAX);
            is_short && word.get(..kept.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(kept))
        };
        self.stems.iter().any(begins) || !word.is_ascii()
    }
}

/// The first three letters of a word, as numbers. Bytes that are not letters share five numbers, and a missing byte has
/// the number 0.
struct Letters {
    /// The index in `StemPrefilter::letters` for the first two letters.
    row: usize,
    third: u32,
}

impl Letters {
    fn of(word: &str) -> Letters {
        let mut bytes = word.bytes();
        let mut next = || match bytes.next() {
            Some(byte) if byte.is_ascii_alphabetic() => byte.to_ascii_lowercase() - b'a' + 1,
            Some(byte) => 27 + byte % 5,
            None => 0,
        };
        let [first, second, third] = [next(), next(), next()];
        Letters { row: usize::from(first) * 32 + usize::from(second), third: u32::from(third) }
    }
}
