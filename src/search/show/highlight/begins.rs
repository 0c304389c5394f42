//! A fast prefilter on how words begin: it rejects most words whose stem can't be a wanted one.
//!
//! May return false positives, never false negatives.

/// By the letters of a stem but the last: of how many letters its words are at most ("going" to "go"). Words of two
/// letters are their own stems.
const LONGEST: [usize; 2] = [2, 6];

/// How some stems begin: a word may seem to begin like one and have another stem, but never the other way round.
pub(super) struct Begins<'m> {
    /// By the first two letters of a stem, a bit for each third one that its words may have.
    letters: Vec<u32>,
    stems: Vec<&'m str>,
}

impl<'m> Begins<'m> {
    /// Of `stems`, which outlive it.
    pub fn of(stems: impl Iterator<Item = &'m str>) -> Begins<'m> {
        let stems: Vec<&str> = stems.collect();
        let mut letters = vec![0; 32 * 32];
        for stem in &stems {
            let (place, bit) = place(stem);
            match stem.len() {
                // Behind a short stem a word may go on with any letter.
                0 => {}
                1 => letters[place..place + 32].fill(u32::MAX),
                2 | 3 => letters[place] = u32::MAX,
                _ => letters[place] |= 1 << bit,
            }
        }
        Begins { letters, stems }
    }

    /// Whether the stem of `word` may be one of these.
    ///
    /// Stemming changes the endings of English words, and of what it leaves the last letter alone ("happy" to
    /// "happi", "using" to "use"); words in other letters are looked at.
    pub fn may_hold(&self, word: &str) -> bool {
        let (place, bit) = place(word);
        if self.letters[place] & 1 << bit == 0 {
            // "lying" and its like, to "lie".
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

/// Where the first two letters of `word` stand in a table, and the bit of the third: 26 letters, and all else.
fn place(word: &str) -> (usize, u32) {
    let mut bytes = word.bytes();
    let mut next = || match bytes.next() {
        Some(byte) if byte.is_ascii_alphabetic() => byte.to_ascii_lowercase() - b'a' + 1,
        Some(byte) => 27 + byte % 5,
        None => 0,
    };
    let [first, second, third] = [next(), next(), next()];
    (usize::from(first) * 32 + usize::from(second), u32::from(third))
}
