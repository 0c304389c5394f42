//! Splits text into the tokens that are indexed.
//!
//! A token is a run of letters and digits. It may contain a decimal point or the dots of a version number (`3.5`).
//! Words joined by punctuation produce one more token without the punctuation: `k-NN` gives `kNN`, `k` and `NN`, so
//! that `knn`, `k-nn` and `k nn` all find it; `C++` gives `C++` and `C`.
//!
//! Chinese and Japanese text has no spaces between words, and in Korean text, particles are attached to words.
//! Therefore, every pair of neighbouring characters is a token there. A word of two or more characters is found as a
//! phrase of its pairs.
//! (These bigrams are those of Lucene's CJKAnalyzer. They need no dictionary and work for all three languages.)

use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::extract::words::is_cjk;

/// The maximum number of pieces of a compound. Longer runs are addresses or chains of words, and do not become a
/// compound.
const MOST_PIECES: usize = 4;
/// The maximum number of bytes of a compound. Longer runs do not become a compound.
const LONGEST_COMPOUND: usize = 32;
/// If words are joined by slashes or ampersands, and one of them has more bytes than this, they are alternatives
/// ("training/serving"), not one word ("A/B", "CI/CD").
const LONGEST_SLASHED: usize = 3;

/// The tokenizer of all text fields.
#[derive(Clone, Default)]
pub(in crate::search) struct WordTokenizer {
    token: Token,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordTokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordTokenStream<'a> {
        self.token.reset();
        let token = &mut self.token;
        WordTokenStream {
            text,
            at: 0,
            pending: None,
            pieces: Vec::new(),
            next: 0,
            ending: "",
            token,
        }
    }
}

/// The tokens of one text.
pub(in crate::search) struct WordTokenStream<'a> {
    text: &'a str,
    /// The byte offset up to which the text was read.
    at: usize,
    /// The CJK character read last, if it may form a pair with the next character.
    pending: Option<PendingCharacter>,
    /// The byte ranges of the pieces of the current compound.
    pieces: Vec<Range<usize>>,
    /// The index in `pieces` of the next piece to return.
    next: usize,
    /// The suffix of the compound that is not a piece: `++` or `#`; empty if there is none.
    ending: &'static str,
    token: &'a mut Token,
}

/// A CJK character that may form a pair with the next one.
#[derive(Clone, Copy)]
struct PendingCharacter {
    /// Its byte offset.
    at: usize,
    /// Whether it is already the second character of a pair. If it is not, and no CJK character follows, it is a token
    /// of its own.
    is_paired: bool,
}

/// Whether a token is a compound. The tokens of its pieces follow it.
pub(in crate::search) fn is_compound(token: &Token) -> bool {
    token.position_length > 1
}

impl WordTokenStream<'_> {
    /// Moves to the next token without writing its text; false at the end. Skips plain words (without joining
    /// punctuation) for which `wanted` returns false, so that a caller that needs few words does not pay for all words.
    pub fn step(&mut self, wanted: impl Fn(&str) -> bool) -> bool {
        if let Some(piece) = self.pieces.get(self.next).cloned() {
            self.next += 1;
            if self.next == 1 {
                // The first piece has the position of the compound.
                self.token.position = self.token.position.wrapping_sub(1);
            }
            return self.give(piece.start, piece.end);
        }
        loop {
            if self.pending.is_none() {
                let rest = self.text.as_bytes()[self.at..].iter();
                let is_gap = |byte: &&u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
                self.at += rest.take_while(is_gap).count();
            }
            if self.finish_pending() {
                return true;
            }
            let begin = self.at;
            let Some(c) = self.char_at(begin) else { return false };
            if !c.is_ascii() && is_cjk(c) {
                self.pending = Some(PendingCharacter { at: begin, is_paired: false });
                self.at += c.len_utf8();
            } else if c.is_alphanumeric() {
                let end = self.end_of_piece(begin);
                let next = self.text.as_bytes().get(end);
                if !next.is_none_or(|byte| byte.is_ascii() && !may_join(*byte)) {
                    return self.step_over_word(begin);
                }
                self.at = end;
                if wanted(&self.text[begin..end]) {
                    return self.give(begin, end);
                }
                self.token.position = self.token.position.wrapping_add(1);
            } else {
                self.at += c.len_utf8();
            }
        }
    }

    /// If a character is pending, makes it and the next CJK character the current token. If no CJK character follows,
    /// makes the pending character alone the current token, unless it is already in a pair. False if there is no such
    /// token.
    fn finish_pending(&mut self) -> bool {
        let Some(pending) = self.pending.take() else { return false };
        let begin = self.at;
        if let Some(c) = self.char_at(begin).filter(|c| is_cjk(*c)) {
            self.at += c.len_utf8();
            self.pending = Some(PendingCharacter { at: begin, is_paired: true });
            return self.give(pending.at, self.at);
        }
        !pending.is_paired && self.give(pending.at, begin)
    }

    /// Makes the word at byte offset `begin` the current token: the compound if it has several pieces.
    fn step_over_word(&mut self, begin: usize) -> bool {
        self.read_word(begin);
        self.ending = self.ending();
        if self.pieces.len() > 1 || !self.ending.is_empty() {
            let to = self.pieces.last().map_or(begin, |piece| piece.end) + self.ending.len();
            return self.give_compound(to);
        }
        let to = self.pieces[0].end;
        self.pieces.clear();
        self.give(begin, to)
    }

    /// Writes the text of the current token.
    pub fn write(&mut self) {
        let Token { offset_from, offset_to, text, position_length, .. } = &mut *self.token;
        text.clear();
        if *position_length == 1 {
            text.push_str(&self.text[*offset_from..*offset_to]);
            return;
        }
        self.pieces.iter().for_each(|piece| text.push_str(&self.text[piece.clone()]));
        text.push_str(self.ending);
    }

    /// Makes the byte range `from..to` the current token, at the next position.
    fn give(&mut self, from: usize, to: usize) -> bool {
        self.token.position = self.token.position.wrapping_add(1);
        self.token.position_length = 1;
        self.token.offset_from = from;
        self.token.offset_to = to;
        true
    }

    /// Makes the compound of all pieces, which ends at byte offset `to`, the current token. It has the position that
    /// its first piece will have.
    fn give_compound(&mut self, to: usize) -> bool {
        self.token.offset_from = self.pieces[0].start;
        self.token.offset_to = to;
        self.token.position_length = self.pieces.len().max(2);
        // `step` moves the first piece back by one position, so the compound takes no position of its own.
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn char_at(&self, at: usize) -> Option<char> {
        match self.text.as_bytes().get(at) {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            Some(_) => self.text.get(at..)?.chars().next(),
            None => None,
        }
    }

    /// The byte offset of the end of the piece that begins at `from`.
    fn end_of_piece(&self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut end = from;
        loop {
            end += bytes[end..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let Some(c) = self.char_at(end) else { break };
            let goes_on = !c.is_ascii() && c.is_alphanumeric() && !is_cjk(c);
            let is_point = c == '.' && end > from && is_digit(end - 1) && is_digit(end + 1);
            if !goes_on && !is_point {
                break;
            }
            end += c.len_utf8();
        }
        end
    }

    /// Reads the word at `from` into `pieces`: pieces joined by slashes or ampersands, or pieces joined by other
    /// punctuation, but not by both. If it is not a valid compound, only its first piece is read.
    fn read_word(&mut self, from: usize) {
        self.pieces.clear();
        self.next = 0;
        let mut joint = None;
        let mut begin = from;
        loop {
            let end = self.end_of_piece(begin);
            self.pieces.push(begin..end);
            self.at = self.behind_apostrophe(end);
            let Some(c) = self.char_at(self.at).filter(|c| is_joint(*c) && self.at == end) else {
                break;
            };
            let next = end + c.len_utf8();
            let begins = self.char_at(next).is_some_and(|c| c.is_alphanumeric() && !is_cjk(c));
            let is_other = joint.is_some_and(|known| is_slash(known) != is_slash(c));
            if !begins || is_other || self.pieces.len() > MOST_PIECES {
                break;
            }
            joint = Some(c);
            begin = next;
        }
        let length: usize = self.pieces.iter().map(Range::len).sum();
        let is_word =
            |piece: &Range<usize>| !joint.is_some_and(is_slash) || piece.len() <= LONGEST_SLASHED;
        let joins = self.pieces.len() <= MOST_PIECES
            && length <= LONGEST_COMPOUND
            && self.pieces.iter().all(is_word);
        if !joins {
            // The word is no compound: its first piece is returned alone, and reading continues after this piece.
            self.pieces.truncate(1);
            self.at = self.pieces[0].end;
        }
    }

    /// If an apostrophe with one or two letters ("'s", "'t", "'ll") is at `end`, the byte offset after it; otherwise,
    /// `end`. Such endings are not words.
    fn behind_apostrophe(&self, end: usize) -> usize {
        let Some(rest) = self.text[end..].strip_prefix(['\'', '\u{2019}']) else { return end };
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let apostrophe = self.text.len() - end - rest.len();
        if (1..=2).contains(&letters) { end + apostrophe + letters } else { end }
    }

    /// `++` or `#` after a word of one letter: together they name a language ("C++", "C#").
    fn ending(&self) -> &'static str {
        let [piece] = &self.pieces[..] else { return "" };
        let rest = &self.text[piece.end..];
        match piece.len() {
            1 if rest.starts_with("++") => "++",
            1 if rest.starts_with('#') => "#",
            _ => "",
        }
    }
}

fn is_joint(c: char) -> bool {
    matches!(c, '-' | '_' | '@' | '+' | '&' | '/' | '\u{2010}' | '\u{2011}')
}

/// Whether [`WordTokenStream::read_word`] may continue a word after `byte`.
fn may_join(byte: u8) -> bool {
    is_joint(char::from(byte)) || matches!(byte, b'\'' | b'#')
}

fn is_slash(c: char) -> bool {
    matches!(c, '/' | '&')
}

impl TokenStream for WordTokenStream<'_> {
    fn advance(&mut self) -> bool {
        let is_more = self.step(|_| true);
        if is_more {
            self.write();
        }
        is_more
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests;
