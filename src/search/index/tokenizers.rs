//! The tokenizers of the fields with stems and words.
//!
//! A section is analysed once, by the stemmer of its language. The resulting tokens are then passed to tantivy as text
//! with one token per line: a number, a space and the token. The number is the token's position in the fields with
//! positions, and the term frequency in the fields `stems` and `words`.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// The text of one field: its tokens, as one of the tokenizers of this module reads them.
#[derive(Debug, Default)]
pub(in crate::search) struct TokenLines(String);

impl TokenLines {
    /// No tokens yet, with memory for those of a text of so many `bytes`.
    pub fn for_text(bytes: usize) -> TokenLines {
        TokenLines(String::with_capacity(bytes * 2))
    }

    /// Adds `token` with its position or frequency. A token contains no line break.
    pub fn add(&mut self, token: &str, number: usize) {
        self.add_number(number);
        self.0.push(' ');
        self.0.push_str(token);
        self.0.push('\n');
    }

    /// Adds the decimal digits of `number`. A section has thousands of tokens, and formatting takes several times longer.
    fn add_number(&mut self, number: usize) {
        if number >= 10 {
            self.add_number(number / 10);
        }
        self.0.push(char::from(b'0' + (number % 10) as u8));
    }

    pub fn into_text(self) -> String {
        self.0
    }

    /// The same tokens as in `lines`, with the number 1.
    pub fn each_once(lines: &str) -> String {
        let mut once = TokenLines::for_text(lines.len() / 2);
        each_line(lines, |_, token| once.add(token, 1));
        once.into_text()
    }
}

/// Calls `each` for every line of `lines` ([`TokenLines`]) with its number and its token.
pub(in crate::search) fn each_line(lines: &str, mut each: impl FnMut(usize, &str)) {
    for line in lines.lines() {
        if let Some((number, token)) = line.split_once(' ')
            && let Ok(number) = number.parse()
        {
            each(number, token);
        }
    }
}

/// What the number of a line means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) enum LineNumber {
    /// The position of the token.
    Position,
    /// The number of times that the token occurs.
    Count,
}

/// Splits [`TokenLines`] into tokens.
#[derive(Clone, Debug)]
pub(in crate::search) struct LineTokenizer {
    pub number: LineNumber,
    /// Cache: the token that is passed on.
    token: Token,
}

impl LineTokenizer {
    pub fn new(number: LineNumber) -> LineTokenizer {
        LineTokenizer { number, token: Token::default() }
    }
}

impl Tokenizer for LineTokenizer {
    type TokenStream<'a> = LineTokens<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> LineTokens<'a> {
        // The position of tantivy's default token is no position.
        self.token.position = 0;
        LineTokens { rest: text, left: 0, number: self.number, token: &mut self.token }
    }
}

/// The tokens of some [`TokenLines`].
pub(in crate::search) struct LineTokens<'a> {
    rest: &'a str,
    /// The number of times that the current token still occurs.
    left: usize,
    number: LineNumber,
    token: &'a mut Token,
}

impl TokenStream for LineTokens<'_> {
    fn advance(&mut self) -> bool {
        if self.left > 0 {
            self.left -= 1;
            return true;
        }
        // Numbers and tokens are a few bytes long, so a plain loop is faster than a search for their ends.
        let bytes = self.rest.as_bytes();
        let (mut at, mut number) = (0, 0_usize);
        while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
            number = number.wrapping_mul(10).wrapping_add(usize::from(digit - b'0'));
            at += 1;
        }
        let from = at + 1;
        let Some(length) = bytes.get(from..).and_then(|rest| rest.iter().position(|b| *b == b'\n'))
        else {
            return false;
        };
        let (token, rest) = (&self.rest[from..from + length], &self.rest[from + length + 1..]);
        self.rest = rest;
        self.token.text.clear();
        self.token.text.push_str(token);
        match self.number {
            LineNumber::Position => self.token.position = number,
            LineNumber::Count => self.left = number.saturating_sub(1),
        }
        true
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

    fn tokens(number: LineNumber) -> Vec<(String, usize)> {
        let mut lines = TokenLines::default();
        for (token, number) in [("red", 0), ("red-hot", 0), ("hot", 3)] {
            lines.add(token, number);
        }
        let text = lines.into_text();
        let mut tokenizer = LineTokenizer::new(number);
        let mut tokens = Vec::new();
        tokenizer
            .token_stream(&text)
            .process(&mut |token| tokens.push((token.text.clone(), token.position)));
        tokens
    }

    #[test]
    fn numbers_are_positions_or_counts() {
        let of = |tokens: &[(&str, usize)]| -> Vec<(String, usize)> {
            tokens.iter().map(|(text, position)| ((*text).to_owned(), *position)).collect()
        };
        assert_eq!(tokens(LineNumber::Position), of(&[("red", 0), ("red-hot", 0), ("hot", 3)]));
        let counted: Vec<String> = tokens(LineNumber::Count).into_iter().map(|t| t.0).collect();
        assert_eq!(counted, ["red", "red-hot", "hot", "hot", "hot"]);
    }
}
