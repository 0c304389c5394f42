//! Counts the stems of a section.

use tantivy::schema::Field;
use tantivy::schema::document::TantivyDocument;
use tantivy::tokenizer::Language;

use crate::search::index::levels::{FIELD_WEIGHTS, FIELDS, HEADING, LevelTable};
use crate::search::index::stems::StemTable;
use crate::search::index::tokenizers::TokenLines;

/// Counts the stems of a section in each text field.
pub(in crate::search) struct StemCounts<'a> {
    stems: &'a mut StemTable,
    /// The number of each stem, and the index of the field, for each token.
    tokens: Vec<(u32, u8)>,
    /// The number of tokens of each field.
    lengths: [u32; FIELDS],
}

impl<'a> StemCounts<'a> {
    /// Counts stems of `stems`; there are none yet.
    pub fn new(stems: &'a mut StemTable) -> StemCounts<'a> {
        StemCounts { stems, tokens: Vec::new(), lengths: [0; FIELDS] }
    }

    /// Counts the stems of `text`, the text of the field with index `field`, whose words are stemmed by `language`. If
    /// `positions` is given, adds the stems with their positions to this field of the document.
    pub fn add(
        &mut self,
        field: u8,
        language: Language,
        text: &str,
        positions: Option<(&mut TantivyDocument, Field)>,
    ) {
        let mut lines = TokenLines::default();
        self.stems.each(language, text, |token| {
            self.lengths[usize::from(field)] += 1;
            self.tokens.push((token.number, field));
            if positions.is_some() {
                lines.add(token.term, token.position);
            }
        });
        if let Some((document, field)) = positions {
            document.add_text(field, lines.into_text());
        }
    }

    /// Each stem with its level, in alphabetical order.
    pub fn into_lines(mut self, levels: &LevelTable) -> TokenLines {
        let mut factors = [0.0; FIELDS];
        for ((factor, weight), length) in factors.iter_mut().zip(FIELD_WEIGHTS).zip(self.lengths) {
            *factor = weight.factor(length);
        }
        self.tokens.sort_unstable();
        let by_stem = self.tokens.chunk_by(|one, other| one.0 == other.0);
        let counted = by_stem.map(|tokens| {
            let mut counts = [0_u32; FIELDS];
            tokens.iter().for_each(|(_, field)| counts[usize::from(*field)] += 1);
            (self.stems.term(tokens[0].0), counts)
        });
        let mut counted: Vec<(&str, [u32; FIELDS])> = counted.collect();
        counted.sort_unstable_by_key(|(stem, _)| *stem);
        let mut lines = TokenLines::default();
        for (stem, counts) in counted {
            // Counts of words in a section are far below 2^24, so an f32 is exact.
            let parts = counts.iter().zip(factors).map(|(count, factor)| *count as f32 * factor);
            lines.add(stem, levels.code(parts.sum(), counts[HEADING] > 0));
        }
        lines
    }
}
