//! Cuts text into the tokens that are indexed.
//!
//! Runs of letters and digits are tokens. Chinese, Japanese and Korean are written without spaces, or
//! with particles that cling to words: there each two neighbouring characters are a token, so that any
//! word of two characters or more is found as a phrase of its pairs. (Bigrams, as in Lucene's
//! CJKAnalyzer; they need no dictionary and serve all three.)

use std::iter::Peekable;
use std::str::CharIndices;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::extract::words::is_cjk;

/// The tokenizer of all text fields.
#[derive(Clone, Default)]
pub(super) struct Words {
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream {
            text,
            chars: text.char_indices().peekable(),
            pair: None,
            token: &mut self.token,
        }
    }
}

/// The tokens of one text.
pub(super) struct WordStream<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
    /// The character whose pair with the one that follows comes next: where it begins, and whether it
    /// has been in a pair already.
    pair: Option<(usize, bool)>,
    token: &'a mut Token,
}

impl WordStream<'_> {
    /// Makes the bytes from `from` to `to` the token.
    fn give(&mut self, from: usize, to: usize) -> bool {
        self.token.position = self.token.position.wrapping_add(1);
        self.token.offset_from = from;
        self.token.offset_to = to;
        self.token.text.clear();
        self.token.text.push_str(&self.text[from..to]);
        true
    }

    fn end_of_next(&mut self) -> usize {
        self.chars.peek().map_or(self.text.len(), |(at, _)| *at)
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            if let Some((from, was_paired)) = self.pair.take() {
                let between = self.end_of_next();
                match self.chars.next_if(|(_, c)| is_cjk(*c)) {
                    Some((at, _)) => {
                        self.pair = Some((at, true));
                        let to = self.end_of_next();
                        return self.give(from, to);
                    }
                    None if !was_paired => return self.give(from, between),
                    None => {}
                }
            }
            let Some((from, c)) = self.chars.next() else { return false };
            if is_cjk(c) {
                self.pair = Some((from, false));
            } else if c.is_alphanumeric() {
                let goes_on = |(_, c): &(usize, char)| c.is_alphanumeric() && !is_cjk(*c);
                while self.chars.next_if(goes_on).is_some() {}
                let to = self.end_of_next();
                return self.give(from, to);
            }
        }
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
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut words = Words::default();
        let mut stream = words.token_stream(text);
        let mut tokens = Vec::new();
        while stream.advance() {
            let token = stream.token();
            assert_eq!(&text[token.offset_from..token.offset_to], token.text);
            assert_eq!(token.position, tokens.len());
            tokens.push(token.text.clone());
        }
        tokens
    }

    #[test]
    fn words_are_runs_and_scripts_without_spaces_give_pairs() {
        assert_eq!(tokens("A/B test, p99."), ["A", "B", "test", "p99"]);
        assert_eq!(tokens("推荐系统"), ["推荐", "荐系", "系统"]);
        assert_eq!(tokens("用AUC评估, 热"), ["用", "AUC", "评估", "热"]);
        assert_eq!(tokens("추천 시스템"), ["추천", "시스", "스템"]);
        assert_eq!(tokens(" — "), [""; 0]);
    }
}
