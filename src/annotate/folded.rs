//! Texts folded to the normal forms of their words. Each word is between fences, so that no pattern matches inside
//! a word.

use memchr::memmem::Finder;

use crate::vocabulary::label::{self, Token};

/// The fences around each word. No word contains them, because words consist of letters and digits.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// Byte offset of a word in the folded text, and its byte range (start, end) in the text as written.
pub(super) type Word = (usize, usize, usize);

/// A folded text with the positions of its words.
pub(super) struct Folded {
    pub text: String,
    pub words: Vec<Word>,
}

impl Folded {
    /// Byte offset in the folded text of the end of the word with index `at`, after its fence.
    pub fn end_of(&self, at: usize) -> usize {
        self.words.get(at + 1).map_or(self.text.len(), |(next, ..)| *next)
    }

    pub fn of(written: &str) -> Folded {
        let mut text = String::with_capacity(written.len() + written.len() / 2);
        let mut words = Vec::with_capacity(written.len() / 6);
        label::words(written, |start, end, word| {
            words.push((text.len(), start, end));
            text.push(OPEN);
            label::fold(word, &mut text);
            text.push(CLOSE);
        });
        Folded { text, words }
    }
}

/// A searcher for `words` in folded text.
pub(super) fn finder(words: &str) -> Finder<'static> {
    Finder::new(&fenced(&label::tokens(words))).into_owned()
}

/// The normal forms of `tokens`, each between fences.
pub(super) fn fenced(tokens: &[Token]) -> String {
    let mut text = String::with_capacity(tokens.len() * 8);
    for token in tokens {
        text.push(OPEN);
        text.push_str(&token.normal);
        text.push(CLOSE);
    }
    text
}
