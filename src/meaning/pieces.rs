//! Splits a text into words and word pieces, as BERT's tokenizer for lower-cased English does.
//!
//! The rules are those of the crate `tokenizers` (`BertNormalizer`, `BertPreTokenizer`, `WordPiece`): control characters are
//! removed, letters are lower-cased and lose their accents, each punctuation mark and each Chinese character is a word,
//! and a word is cut into the longest pieces that the table has, from left to right. A test compares both.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Longer words, in characters, have no pieces.
const LONGEST_WORD: usize = 100;

/// Marks a piece that continues a word.
pub(super) const CONTINUATION: &str = "##";

/// Calls `each` with the words of `text`, normalised, in order. Stops when `each` returns `false`. O(length).
pub(super) fn words(text: &str, each: impl FnMut(&str) -> bool) {
    let mut reader = WordReader { word: String::new(), each, is_open: true };
    let mut rest = text;
    while reader.is_open {
        // Most texts consist of these, which are handled together.
        let letters = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if letters > 0 {
            let begin = reader.word.len();
            reader.word.push_str(&rest[..letters]);
            reader.word[begin..].make_ascii_lowercase();
            rest = &rest[letters..];
        }
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        match kind(c) {
            CharKind::Blank => reader.end(),
            CharKind::Removed => {}
            CharKind::Word => reader.alone(c),
            CharKind::Other => std::iter::once(c)
                .nfd()
                .filter(|c| c.general_category() != GeneralCategory::NonspacingMark)
                .flat_map(char::to_lowercase)
                .for_each(
                    |c| if is_punctuation(c) { reader.alone(c) } else { reader.word.push(c) },
                ),
        }
    }
    reader.end();
}

/// The word that is being read.
struct WordReader<F> {
    word: String,
    each: F,
    /// Whether `each` wants more words.
    is_open: bool,
}

impl<F: FnMut(&str) -> bool> WordReader<F> {
    /// Ends the word.
    fn end(&mut self) {
        if self.is_open && !self.word.is_empty() {
            self.is_open = (self.each)(&self.word);
        }
        self.word.clear();
    }

    /// Ends the word, and reads `c` as a word.
    fn alone(&mut self, c: char) {
        self.end();
        self.word.push(c);
        self.end();
    }
}

/// Calls `each` with the pieces of `word`, as `find` finds them: the longest piece first, then the longest of the rest.
/// Nothing is called if a part of the word has no piece. `piece` is a buffer. O(length²) look-ups.
pub(super) fn pieces(
    word: &str,
    piece: &mut String,
    found: &mut Vec<u32>,
    find: impl Fn(&str) -> Option<u32>,
) {
    found.clear();
    if word.len() > LONGEST_WORD && word.chars().count() > LONGEST_WORD {
        return;
    }
    let mut from = 0;
    while from < word.len() {
        piece.clear();
        if from > 0 {
            piece.push_str(CONTINUATION);
        }
        piece.push_str(&word[from..]);
        let lead = piece.len() - (word.len() - from);
        let known = loop {
            if let Some(number) = find(piece) {
                break Some(number);
            }
            piece.pop();
            if piece.len() <= lead {
                break None;
            }
        };
        let Some(number) = known else {
            found.clear();
            return;
        };
        found.push(number);
        from += piece.len() - lead;
    }
}

/// What a character does.
enum CharKind {
    /// Ends a word.
    Blank,
    /// A control or format character, or one that is not assigned.
    Removed,
    /// A word of its own.
    Word,
    /// Normalised first.
    Other,
}

/// What `c` does, which is no ASCII letter or digit.
fn kind(c: char) -> CharKind {
    match c {
        ' ' | '\t' | '\n' | '\r' => CharKind::Blank,
        _ if c.is_ascii_punctuation() || is_chinese(c) => CharKind::Word,
        '\u{fffd}' => CharKind::Removed,
        _ if c.general_category_group() == GeneralCategoryGroup::Other => CharKind::Removed,
        _ if c.is_whitespace() => CharKind::Blank,
        _ => CharKind::Other,
    }
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || !c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// Whether `c` is in one of the blocks of Chinese characters (CJK unified ideographs and their extensions).
fn is_chinese(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2a6df}'
        | '\u{2a700}'..='\u{2b73f}' | '\u{2b740}'..='\u{2b81f}' | '\u{2b920}'..='\u{2ceaf}'
        | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        words(text, |word| {
            found.push(word.to_owned());
            true
        });
        found
    }

    #[test]
    fn words_are_lower_case_and_have_no_accents() {
        assert_eq!(
            split("Naïve  Ü-boats\u{200b}, É!"),
            ["naive", "u", "-", "boats", ",", "e", "!"]
        );
        assert_eq!(split("推荐 k-NN\u{1f600}x"), ["推", "荐", "k", "-", "nn\u{1f600}x"]);
        assert!(split(" \u{0}\n").is_empty());
    }

    #[test]
    fn a_word_is_cut_into_its_longest_pieces() {
        let known = ["rank", "##ing", "##s", "##ings", "r"];
        let find = |piece: &str| known.iter().position(|k| *k == piece).map(|at| at as u32);
        let (mut buffer, mut found) = (String::new(), Vec::new());
        let mut of = |word: &str| {
            pieces(word, &mut buffer, &mut found, find);
            found.clone()
        };
        assert_eq!(of("rankings"), [0, 3]);
        assert_eq!(of("ranking"), [0, 1]);
        assert!(of("rankable").is_empty(), "a word with an unknown part has no pieces");
        assert!(of(&"r".repeat(101)).is_empty());
    }
}
