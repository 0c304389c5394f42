//! Splits text into the tokens that are indexed.
//!
//! A token is a run of letters and digits. It may contain a decimal point or the dots of a version number (`3.5`).
//! Words joined by punctuation produce one more token without the punctuation: `k-NN` gives `kNN`, `k` and `NN`, so
//! that `knn`, `k-nn` and `k nn` all find it; `C++` gives `C++` and `C`.
//!
//! Chinese, Japanese and Korean text has no spaces between words, or particles attached to words. Every pair of
//! neighbouring characters is a token there, and a word of two or more characters is found as a phrase of its pairs.
//! (Bigrams, as in Lucene's CJKAnalyzer: they need no dictionary and work for all three.)

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::extract::words::is_cjk;

/// The most pieces and bytes of a compound. Longer ones are addresses or chains of words, not words.
const MOST_PIECES: usize = 4;
const LONGEST_COMPOUND: usize = 32;
/// Longer pieces between slashes are alternatives ("training/serving"), not one word ("A/B", "CI/CD").
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
        WordTokenStream { text, at: 0, pair: None, pieces: Vec::new(), next: 0, ending: "", token }
    }
}

/// The tokens of one text.
pub(in crate::search) struct WordTokenStream<'a> {
    text: &'a str,
    /// The byte offset up to which the text was read.
    at: usize,
    /// The CJK character read last, whose pair with the next character is pending: its byte offset, and whether it is
    /// already the second character of a pair.
    pair: Option<(usize, bool)>,
    /// The byte ranges of the pieces of the current compound, and the index of the next piece to return.
    pieces: Vec<(usize, usize)>,
    next: usize,
    /// The suffix of the compound that is not a piece: `++` or `#`.
    ending: &'static str,
    token: &'a mut Token,
}

/// Whether a token is a compound. The tokens of its pieces follow it.
pub(in crate::search) fn is_compound(token: &Token) -> bool {
    token.position_length > 1
}

impl WordTokenStream<'_> {
    /// Moves to the next token without writing its text; false at the end. Plain words (without joining punctuation)
    /// are skipped unless `wanted`, so that a caller that needs few words does not pay for all.
    pub fn step(&mut self, wanted: impl Fn(&str) -> bool) -> bool {
        if let Some((from, to)) = self.pieces.get(self.next).copied() {
            self.next += 1;
            if self.next == 1 {
                // The first piece has the position of the compound.
                self.token.position = self.token.position.wrapping_sub(1);
            }
            return self.give(from, to);
        }
        loop {
            if self.pair.is_none() {
                let rest = self.text.as_bytes()[self.at..].iter();
                let is_gap = |byte: &&u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
                self.at += rest.take_while(is_gap).count();
            }
            let Some(c) = self.char_at(self.at) else {
                let Some((from, was_paired)) = self.pair.take() else { return false };
                return !was_paired && self.give(from, self.at);
            };
            let begin = self.at;
            if let Some((from, was_paired)) = self.pair.take() {
                if is_cjk(c) {
                    self.at += c.len_utf8();
                    self.pair = Some((begin, true));
                    return self.give(from, self.at);
                }
                if !was_paired {
                    return self.give(from, begin);
                }
            }
            if !c.is_ascii() && is_cjk(c) {
                self.pair = Some((begin, false));
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

    /// Makes the word at byte offset `begin` the current token: the compound if it has several pieces.
    fn step_over_word(&mut self, begin: usize) -> bool {
        self.read_word(begin);
        self.ending = self.ending();
        if self.pieces.len() > 1 || !self.ending.is_empty() {
            let to = self.pieces.last().map_or(begin, |(_, to)| *to) + self.ending.len();
            return self.give_compound(to);
        }
        let to = self.pieces[0].1;
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
        self.pieces.iter().for_each(|(from, to)| text.push_str(&self.text[*from..*to]));
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
        self.token.offset_from = self.pieces[0].0;
        self.token.offset_to = to;
        self.token.position_length = self.pieces.len().max(2);
        // The first piece steps back by one, so the compound takes no position of its own.
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

    /// Reads the word at `from` into `pieces`: pieces joined by slashes, or pieces joined by other punctuation, but not
    /// by both. If it is not a valid compound, only its first piece is read.
    fn read_word(&mut self, from: usize) {
        self.pieces.clear();
        self.next = 0;
        let mut joint = None;
        let mut begin = from;
        loop {
            let end = self.end_of_piece(begin);
            self.pieces.push((begin, end));
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
        let length: usize = self.pieces.iter().map(|(from, to)| to - from).sum();
        let is_word = |piece: &(usize, usize)| {
            !joint.is_some_and(is_slash) || piece.1 - piece.0 <= LONGEST_SLASHED
        };
        let joins = self.pieces.len() <= MOST_PIECES
            && length <= LONGEST_COMPOUND
            && self.pieces.iter().all(is_word);
        if !joins {
            // No compound: the first piece is returned alone, and reading continues after it.
            self.pieces.truncate(1);
            self.at = self.pieces[0].1;
        }
    }

    /// The byte offset after an apostrophe with one or two letters ("'s", "'t", "'ll") at `end`, or `end` without one.
    /// Such endings are not words.
    fn behind_apostrophe(&self, end: usize) -> usize {
        let Some(rest) = self.text[end..].strip_prefix(['\'', '\u{2019}']) else { return end };
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let apostrophe = self.text.len() - end - rest.len();
        if (1..=2).contains(&letters) { end + apostrophe + letters } else { end }
    }

    /// `++` or `#` after a word of one letter: together they name a language ("C++", "C#").
    fn ending(&self) -> &'static str {
        let [(from, to)] = self.pieces[..] else { return "" };
        let rest = &self.text[to..];
        match to - from {
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each token with its position.
    fn tokens(text: &str) -> Vec<(String, usize)> {
        let mut words = WordTokenizer::default();
        let mut stream = words.token_stream(text);
        let mut tokens = Vec::new();
        while stream.advance() {
            let token = stream.token();
            assert!(text.is_char_boundary(token.offset_from) && token.offset_to <= text.len());
            tokens.push((token.text.clone(), token.position));
        }
        tokens
    }

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn words_are_runs_and_scripts_without_spaces_give_pairs() {
        assert_eq!(texts("test, p99."), ["test", "p99"]);
        assert_eq!(texts("推荐系统"), ["推荐", "荐系", "系统"]);
        assert_eq!(texts("用AUC评估, 热"), ["用", "AUC", "评估", "热"]);
        assert_eq!(texts("추천 시스템"), ["추천", "시스", "스템"]);
        assert_eq!(texts(" — "), [""; 0]);
        assert_eq!(
            texts("Bayes's rule isn't Bayes’ rule"),
            ["Bayes", "rule", "isn", "Bayes", "rule"]
        );
    }

    #[test]
    fn what_punctuation_holds_together_is_a_word_besides() {
        for (text, wanted) in [
            ("k-NN", &["kNN", "k", "NN"][..]),
            ("A/B", &["AB", "A", "B"]),
            ("F1@k", &["F1k", "F1", "k"]),
            ("U-Net", &["UNet", "U", "Net"]),
            ("GPT-3.5", &["GPT3.5", "GPT", "3.5"]),
            ("feature_store", &["featurestore", "feature", "store"]),
            ("C++, C# and c", &["C++", "C", "C#", "C", "and", "c"]),
            ("training/serving", &["training", "serving"]),
            ("3.5, 1.2.3.", &["3.5", "1.2.3"]),
            ("a-b-c-d-e", &["a", "bcde", "b", "c", "d", "e"]),
        ] {
            assert_eq!(texts(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_compound_stands_where_its_first_piece_does() {
        let found = tokens("one k-NN two");
        let at = |at: usize| (found[at].0.as_str(), found[at].1);
        assert_eq!(
            [at(0), at(1), at(2), at(3), at(4)],
            [("one", 0), ("kNN", 1), ("k", 1), ("NN", 2), ("two", 3)]
        );
    }

    proptest! {
        #[test]
        fn positions_never_fall_and_every_letter_is_in_a_token(text in "([a-zA-Z0-9]{1,4}|[-_/@.+&#' ]|é|推|荐){0,40}") {
            let found = tokens(&text);
            prop_assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].1));
            prop_assert_eq!(found.is_empty(), !text.chars().any(char::is_alphanumeric));
        }
    }
}
