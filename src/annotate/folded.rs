//! Texts as words in their normal forms, fenced so that nothing is found inside a word.

use memchr::memmem::Finder;

use crate::vocabulary::label::{self, Token};

/// Fences round each word; no word holds them, for words are letters and digits.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// Where a word begins in the folded text, and its byte range in the text as written.
pub(super) type Word = (usize, usize, usize);

/// A text's words in their normal forms, each between fences.
pub(super) struct Folded {
    pub text: String,
    pub words: Vec<Word>,
}

impl Folded {
    /// Where the word at `at` ends in the folded text, with its fence.
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

/// Finds `words` in folded text.
pub(super) fn finder(words: &str) -> Finder<'static> {
    Finder::new(&fenced(&label::tokens(words))).into_owned()
}

/// The words' normal forms, each between fences.
pub(super) fn fenced(tokens: &[Token]) -> String {
    let mut text = String::with_capacity(tokens.len() * 8);
    for token in tokens {
        text.push(OPEN);
        text.push_str(&token.normal);
        text.push(CLOSE);
    }
    text
}
