//! Levels: how often and where a section contains a stem, as one small number.
//!
//! BM25F weights the frequency of a stem in each text field, normalises it by the field's length, and adds these up (S.
//! Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", FnTIR 3(4), 2009, section 3.6).
//! Cairn computes this sum when it writes the index, rounds it to one of [`LEVELS`] levels, and writes the level as the
//! term frequency of the field `stems`. So a search reads one list of postings per stem instead of one per text field,
//! and no lengths. A second range of levels marks stems that are in the section's own heading.
//!
//! tantivy has no other way to set a term frequency than to pass a token so many times. So the frequencies are not the
//! levels themselves, but codes: the more common a level is, the lower its code.

/// The number of text fields. Their order is: the section's own heading; the headings above it and the title; the body;
/// the code.
pub(in crate::search) const FIELDS: usize = 4;
pub(in crate::search) const HEADING: usize = 0;
pub(in crate::search) const TRAIL: usize = 1;
pub(in crate::search) const BODY: usize = 2;
/// The number of text fields that are also indexed with positions: all but the last.
pub(in crate::search) const POSITIONED: usize = 3;

/// How a text field counts.
#[derive(Clone, Copy, Debug)]
pub(in crate::search) struct FieldWeight {
    /// The factor for frequencies in the field.
    weight: f32,
    /// How much the field's length reduces its frequencies: b in BM25F. Low for the field with the title and the
    /// headings above the section, and for code, because the length of these fields is no sign of how relevant the
    /// section is.
    normalisation: f32,
    /// The mean length of the field, in tokens. It is a constant, measured on 27 repositories, so that a section has
    /// the same levels whatever other sections the index contains.
    mean_length: f32,
}

/// The weights of the text fields. They were found together with those of [`crate::search::rank::weights`]. A change
/// of these or of the levels is a change of the index's format.
pub(in crate::search) const FIELD_WEIGHTS: [FieldWeight; FIELDS] = [
    FieldWeight { weight: 6.0, normalisation: 0.5, mean_length: 3.5 },
    FieldWeight { weight: 1.4, normalisation: 0.1, mean_length: 6.6 },
    FieldWeight { weight: 1.0, normalisation: 0.5, mean_length: 110.0 },
    FieldWeight { weight: 0.5, normalisation: 0.1, mean_length: 20.0 },
];

impl FieldWeight {
    /// The factor for a frequency in the field if it has `length` tokens.
    pub fn factor(&self, length: u32) -> f32 {
        self.weight * self.norm(length)
    }

    /// The factor if the field has its mean length.
    pub fn typical(&self) -> f32 {
        self.weight
    }

    /// The part of the factor that depends on the length: 1 for the mean length, more for a shorter field.
    pub fn norm(&self, length: u32) -> f32 {
        // Lengths of sections are far below 2^24, so an f32 is exact.
        let b = self.normalisation;
        1.0 / (1.0 - b + b * length as f32 / self.mean_length)
    }
}

/// The number of levels. The highest stands for a frequency of 13, where BM25 is near saturation.
pub(in crate::search) const LEVELS: usize = 36;
/// The frequency of the lowest level.
const LOWEST: f32 = 0.1;
/// The ratio of the frequencies of a level and the one below. Rounding changes a frequency by at most 7 percent. (With 28
/// levels of ratio 1.2, nDCG@10 was lower by 0.003 to 0.005.)
const RATIO: f32 = 1.15;

/// All levels, from the most to the least common in the sections of 27 repositories. Those above [`LEVELS`] are levels of
/// stems in headings.
const BY_FREQUENCY: [u8; CODES] = [
    14, 13, 15, 12, 20, 19, 18, 16, 17, 11, 21, 6, 7, 5, 8, 9, 10, 22, 4, 24, 25, 23, 26, 27, 67,
    28, 68, 3, 66, 29, 65, 69, 63, 64, 30, 62, 61, 31, 60, 32, 59, 58, 1, 70, 2, 33, 34, 71, 57,
    55, 72, 56, 35, 53, 36, 54, 51, 52, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,
];

/// The number of term frequencies: one for each level, and one more for each level of a stem in a heading.
const CODES: usize = 2 * LEVELS;

/// What a term frequency of the field `stems` means.
#[derive(Clone, Debug)]
pub(in crate::search) struct LevelTable {
    /// The frequency of each level.
    levels: [f32; LEVELS],
    /// For each level, its term frequency, and then for each level of a stem in a heading.
    codes: [usize; CODES],
    /// For each term frequency: the weighted and normalised frequency.
    pub frequencies: [f32; CODES + 1],
    /// For each term frequency: whether it marks a stem of the section's own heading.
    pub in_heading: [bool; CODES + 1],
}

impl LevelTable {
    pub fn new() -> LevelTable {
        let mut levels = [LOWEST; LEVELS];
        for at in 1..LEVELS {
            levels[at] = levels[at - 1] * RATIO;
        }
        let mut codes = [0; CODES];
        let mut frequencies = [0.0; CODES + 1];
        let mut in_heading = [false; CODES + 1];
        for (code, level) in (1..).zip(BY_FREQUENCY) {
            let at = usize::from(level) - 1;
            codes[at] = code;
            frequencies[code] = levels[at % LEVELS];
            in_heading[code] = at >= LEVELS;
        }
        LevelTable { levels, codes, frequencies, in_heading }
    }

    /// The term frequency that stands for `frequency`: that of the nearest level.
    pub fn code(&self, frequency: f32, is_in_heading: bool) -> usize {
        let above = self.levels.partition_point(|level| level * RATIO.sqrt() < frequency);
        let level = above.min(LEVELS - 1);
        self.codes[if is_in_heading { level + LEVELS } else { level }]
    }

    /// The highest frequency of a level.
    pub fn highest(&self) -> f32 {
        self.levels[LEVELS - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frequency_is_rounded_to_the_nearest_level() {
        let table = LevelTable::new();
        for frequency in [0.1, 0.37, 1.0, 2.5, 6.0, 12.0] {
            let code = table.code(frequency, false);
            let ratio = table.frequencies[code] / frequency;
            assert!((0.9..1.1).contains(&ratio), "{frequency}: {ratio}");
        }
        assert_eq!(table.frequencies[table.code(0.0, false)], LOWEST);
        assert_eq!(table.frequencies[table.code(500.0, true)], table.highest());
    }

    #[test]
    fn each_level_has_a_code_and_levels_of_ordinary_sections_have_low_ones() {
        let table = LevelTable::new();
        let levels = table.levels.iter().flat_map(|level| [(*level, false), (*level, true)]);
        let mut codes: Vec<usize> = levels.map(|(level, own)| table.code(level, own)).collect();
        codes.sort_unstable();
        assert!(codes.into_iter().eq(1..=CODES));
        let once = FIELD_WEIGHTS[BODY].factor(110);
        assert!(table.code(once, false) < CODES / 4);
    }

    #[test]
    fn a_heading_is_marked_and_keeps_the_level() {
        let table = LevelTable::new();
        let (body, heading) = (table.code(2.0, false), table.code(2.0, true));
        assert_eq!(table.frequencies[body], table.frequencies[heading]);
        assert_eq!([body, heading].map(|code| table.in_heading[code]), [false, true]);
    }

    #[test]
    fn shorter_fields_count_more() {
        let body = FIELD_WEIGHTS[2];
        assert!(body.factor(10) > body.factor(100) && body.factor(100) > body.factor(1_000));
        assert!((body.norm(110) - 1.0).abs() < 1e-6);
    }
}
