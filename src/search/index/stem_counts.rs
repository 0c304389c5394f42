//! Counts the stems of a section, and lists its words.

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
    /// The number of the unstemmed word, for each token.
    words: Vec<u32>,
    /// The number of tokens of each field.
    lengths: [u32; FIELDS],
}

impl<'a> StemCounts<'a> {
    /// Counts stems of `stems`; there are none yet.
    pub fn new(stems: &'a mut StemTable) -> StemCounts<'a> {
        let (tokens, words) = Default::default();
        StemCounts { stems, tokens, words, lengths: [0; FIELDS] }
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
        let mut lines = TokenLines::for_text(if positions.is_some() { text.len() } else { 0 });
        self.stems.each(language, text, |token| {
            self.lengths[usize::from(field)] += 1;
            self.tokens.push((token.number, field));
            self.words.push(token.word);
            if positions.is_some() {
                lines.add(token.term, token.position);
            }
        });
        if let Some((document, field)) = positions {
            document.add_text(field, lines.into_text());
        }
    }

    /// Each different unstemmed word.
    pub fn words(&mut self) -> TokenLines {
        self.words.sort_unstable();
        self.words.dedup();
        let mut lines = TokenLines::default();
        self.words.iter().for_each(|word| lines.add(self.stems.term(*word), 1));
        lines
    }

    /// Each stem with its level.
    pub fn into_lines(mut self, levels: &LevelTable) -> TokenLines {
        let mut factors = [0.0; FIELDS];
        for ((factor, weight), length) in factors.iter_mut().zip(FIELD_WEIGHTS).zip(self.lengths) {
            *factor = weight.factor(length);
        }
        self.tokens.sort_unstable();
        let mut lines = TokenLines::default();
        for tokens in self.tokens.chunk_by(|one, other| one.0 == other.0) {
            let mut counts = [0_u32; FIELDS];
            tokens.iter().for_each(|(_, field)| counts[usize::from(*field)] += 1);
            // Counts of words in a section are far below 2^24, so an f32 is exact.
            let parts = counts.iter().zip(factors).map(|(count, factor)| *count as f32 * factor);
            let code = levels.code(parts.sum(), counts[HEADING] > 0);
            lines.add(self.stems.term(tokens[0].0), code);
        }
        lines
    }
}
