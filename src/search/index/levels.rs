//! Levels: how often and where a section contains a stem, as one small number.
//!
//! BM25F weights the frequency of a stem in each text field, normalises it by the field's length, and adds these up (S.
//! Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", FnTIR 3(4), 2009, section 3.6).
//! Cairn computes this sum when it writes the index, rounds it to one of [`LEVELS`] levels, and writes the level as the
//! term frequency of the field `stems`. So a search reads one list of postings per stem instead of one per text field,
//! and no lengths. A second range of levels marks stems that are in the section's own heading.

/// The number of text fields. Their order is: the section's own heading; the headings above it and the title; the body;
/// the code.
pub(in crate::search) const FIELDS: usize = 4;
pub(in crate::search) const HEADING: usize = 0;
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

/// What a term frequency of the field `stems` means.
#[derive(Clone, Debug)]
pub(in crate::search) struct LevelTable {
    /// For each term frequency: the weighted and normalised frequency. Those above [`LEVELS`] mark headings.
    pub frequencies: [f32; 2 * LEVELS + 1],
}

impl LevelTable {
    pub fn new() -> LevelTable {
        let mut frequencies = [0.0; 2 * LEVELS + 1];
        let mut frequency = LOWEST;
        for level in 1..=LEVELS {
            frequencies[level] = frequency;
            frequencies[level + LEVELS] = frequency;
            frequency *= RATIO;
        }
        LevelTable { frequencies }
    }

    /// The term frequency that stands for `frequency`: the nearest level.
    pub fn code(&self, frequency: f32, is_in_heading: bool) -> usize {
        let levels = &self.frequencies[1..=LEVELS];
        let above = levels.partition_point(|level| level * RATIO.sqrt() < frequency);
        let level = above.min(LEVELS - 1) + 1;
        if is_in_heading { level + LEVELS } else { level }
    }

    /// The highest frequency of a level.
    pub fn highest(&self) -> f32 {
        self.frequencies[LEVELS]
    }
}

/// Whether a term frequency of the field `stems` marks a stem of the section's own heading.
pub(in crate::search) fn is_in_heading(code: u32) -> bool {
    code as usize > LEVELS
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
        assert_eq!(table.code(0.0, false), 1);
        assert_eq!(table.code(500.0, false), LEVELS);
    }

    #[test]
    fn a_heading_is_marked_and_keeps_the_level() {
        let table = LevelTable::new();
        let (body, heading) = (table.code(2.0, false), table.code(2.0, true));
        assert_eq!(table.frequencies[body], table.frequencies[heading]);
        let marks = [body, heading].map(|code| is_in_heading(u32::try_from(code).unwrap()));
        assert_eq!(marks, [false, true]);
    }

    #[test]
    fn shorter_fields_count_more() {
        let body = FIELD_WEIGHTS[2];
        assert!(body.factor(10) > body.factor(100) && body.factor(100) > body.factor(1_000));
        assert!((body.norm(110) - 1.0).abs() < 1e-6);
    }
}
