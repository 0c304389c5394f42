//! Vectors of texts.

use super::pieces::{pieces, words};
use super::table::{DIMENSIONS, MeaningTable};

/// The number of 64-bit words that a vector fills.
pub const VECTOR_WORDS: usize = DIMENSIONS / 8;
/// At most this many pieces of a text count. An ordinary section has about 200; more would cost time and hardly change
/// the sum.
const MOST_PIECES: usize = 1_024;

/// The vector of a text, scaled so that its largest component is 127 or -127.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeaningVector {
    pub components: [i8; DIMENSIONS],
}

impl MeaningVector {
    /// The vector of `texts`, read one after the other; `None` if `table` knows none of their words, or if these cancel
    /// each other out. O(length).
    pub fn of<'t>(
        table: &MeaningTable,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Option<MeaningVector> {
        MeaningVector::scaled(&sum(table, texts))
    }

    /// `sum`, scaled and rounded.
    fn scaled(sum: &[i64; DIMENSIONS]) -> Option<MeaningVector> {
        let largest = sum.iter().map(|component| component.abs()).max().filter(|most| *most > 0)?;
        // A sum of 1,024 rows is below 2^41, so the product does not overflow. The quotient is at most 127.
        let scaled = |component: i64| {
            let rounded = (component * 254 + largest * component.signum()) / (2 * largest);
            i8::try_from(rounded).unwrap_or(0)
        };
        Some(MeaningVector { components: sum.map(scaled) })
    }

    /// The cosine of the angle to `other`: 1 for the same direction, 0 for texts that have nothing in common.
    pub fn cosine(&self, other: &MeaningVector) -> f32 {
        self.cosine_of(self.length(), other)
    }

    /// The same as [`MeaningVector::cosine`], if the `length` of this vector is known.
    pub fn cosine_of(&self, length: f64, other: &MeaningVector) -> f32 {
        let lengths = length * other.length();
        if lengths > 0.0 { (f64::from(self.product(other)) / lengths) as f32 } else { 0.0 }
    }

    /// The Euclidean length.
    pub fn length(&self) -> f64 {
        f64::from(self.product(self)).sqrt()
    }

    /// The dot product. At most 128 · 127², which an `f64` holds exactly.
    fn product(&self, other: &MeaningVector) -> i32 {
        let pairs = self.components.iter().zip(&other.components);
        pairs.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
    }

    /// The components, eight in each word, the first in the lowest byte.
    pub fn to_words(self) -> [u64; VECTOR_WORDS] {
        let mut words = [0; VECTOR_WORDS];
        for (word, components) in words.iter_mut().zip(self.components.chunks_exact(8)) {
            let bytes = components.iter().enumerate();
            *word = bytes.fold(0, |word, (at, c)| word | u64::from(c.cast_unsigned()) << (8 * at));
        }
        words
    }

    /// The vector that [`MeaningVector::to_words`] gave as `words`.
    pub fn from_words(words: [u64; VECTOR_WORDS]) -> MeaningVector {
        let mut vector = MeaningVector { components: [0; DIMENSIONS] };
        for (components, word) in vector.components.chunks_exact_mut(8).zip(words) {
            let bytes = word.to_le_bytes();
            components.iter_mut().zip(bytes).for_each(|(c, byte)| *c = byte.cast_signed());
        }
        vector
    }
}

/// The sum of the rows of the first [`MOST_PIECES`] pieces of `texts`.
pub(super) fn sum<'t>(
    table: &MeaningTable,
    texts: impl IntoIterator<Item = &'t str>,
) -> [i64; DIMENSIONS] {
    let (mut buffer, mut found, mut all) = (String::new(), Vec::new(), Vec::new());
    for text in texts {
        words(text, |word| {
            pieces(word, &mut buffer, &mut found, |piece| table.find(piece));
            all.append(&mut found);
            all.len() < MOST_PIECES
        });
        if all.len() >= MOST_PIECES {
            break;
        }
    }
    all.truncate(MOST_PIECES);
    table.sum(&all)
}

#[cfg(test)]
mod tests {
    use super::super::table::table_bytes;
    use super::*;

    #[test]
    fn a_text_has_the_sum_of_its_pieces() {
        let pieces: [(&str, u16, &[i8]); 3] =
            [("late", 2, &[10, -3]), ("label", 1, &[4, 4]), ("##s", 3, &[0, 0, -127])];
        let table = MeaningTable::parse(table_bytes(&pieces)).unwrap();
        let sum = sum(&table, ["Late labels", "late?"]);
        assert_eq!(sum[..4], [44, -8, -381, 0]);
        assert!(table.has_word("Late") && !table.has_word("labels"));
    }

    #[test]
    fn the_sum_of_the_most_and_greatest_rows_is_exact() {
        let table = MeaningTable::parse(table_bytes(&[("a", u16::MAX, &[127, -128])])).unwrap();
        let text = "a ".repeat(MOST_PIECES + 9);
        let all = MOST_PIECES as i64 * i64::from(u16::MAX);
        assert_eq!(sum(&table, [text.as_str()])[..3], [127 * all, -128 * all, 0]);
    }

    #[test]
    fn a_vector_survives_being_stored() {
        let components = std::array::from_fn(|at| (at as i8).wrapping_mul(3));
        let vector = MeaningVector { components };
        assert_eq!(MeaningVector::from_words(vector.to_words()), vector);
    }

    /// A text with its pieces and the components 0, 1 and 127 of its sum, and the sum of all components.
    #[derive(serde::Deserialize)]
    struct Reference {
        text: String,
        pieces: Vec<String>,
        sum: [i64; 4],
    }

    /// The fixture contains the output of the package `tokenizers` 0.23 with the pieces of this table. After a new table,
    /// `sources/meaning/pieces.py` makes it again.
    #[test]
    fn texts_are_split_as_by_the_reference_implementation() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let fixture = folder.join("tests/fixtures/meaning/pieces.jsonl");
        let table = MeaningTable::load(&crate::config::DataFiles::Compiled).unwrap();
        for line in std::fs::read_to_string(fixture).unwrap().lines() {
            let expected: Reference = serde_json::from_str(line).unwrap();
            let wanted = expected.pieces.iter().filter(|piece| *piece != "[UNK]");
            let wanted: Vec<u32> = wanted.map(|piece| table.find(piece).unwrap()).collect();
            let (mut buffer, mut found, mut all) = (String::new(), Vec::new(), Vec::new());
            words(&expected.text, |word| {
                pieces(word, &mut buffer, &mut found, |piece| table.find(piece));
                all.append(&mut found);
                true
            });
            assert_eq!(all, wanted, "{:?}", expected.text);
            if all.len() <= MOST_PIECES {
                let sum = sum(&table, [expected.text.as_str()]);
                let found = [sum[0], sum[1], sum[127], sum.iter().sum()];
                assert_eq!(found, expected.sum, "{:?}", expected.text);
            }
        }
    }

    #[test]
    fn repeated_long_and_unknown_texts_cost_little() {
        let table = MeaningTable::load(&crate::config::DataFiles::Compiled).unwrap();
        let of = |text: &str| MeaningVector::of(&table, [text]);
        assert_eq!(of(&"drift ".repeat(200_000)), of("drift"));
        assert_eq!(of(&"\u{e000}".repeat(300_000)), None);
        assert_eq!(of(&"x".repeat(1_000_000)), None, "one word without pieces");
        assert_eq!(of("машинное обучение"), None);
    }

    #[test]
    fn a_sum_is_scaled_to_eight_bits() {
        let mut sum = [0; DIMENSIONS];
        assert_eq!(MeaningVector::scaled(&sum), None);
        (sum[0], sum[1], sum[2]) = (-2_000_000_000_000, 1_000_000_000_000, 3);
        let vector = MeaningVector::scaled(&sum).unwrap();
        assert_eq!(vector.components[..3], [-127, 64, 0]);
        assert!((vector.cosine(&vector) - 1.0).abs() < 1e-6);
    }
}
