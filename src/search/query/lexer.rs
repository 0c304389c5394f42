//! Splits a query into words, phrases, fields and operators.

use crate::printable::is_blank;
use crate::search::index::field::FilterField;

/// A token of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) enum Token<'a> {
    Word(&'a str),
    Phrase {
        text: &'a str,
        /// Whether its closing quotation mark is missing.
        is_open: bool,
    },
    /// `field:value`, `field:"a value"`.
    Field {
        field: FilterField,
        value: &'a str,
        /// Whether the closing quotation mark of its value is missing.
        is_open: bool,
    },
    Or,
    /// Excludes the next word, phrase, group or filter.
    Not,
    Open,
    Close,
}

/// Text in quotation marks.
struct Quoted<'a> {
    text: &'a str,
    /// Whether the closing quotation mark is missing.
    is_open: bool,
}

/// The tokens of a query, in order.
pub(in crate::search) struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Lexer<'a> {
        Lexer { rest: text }
    }

    /// Reads `inner`, the text after an opening quotation mark, up to the closing one or to the end.
    fn quoted(&mut self, inner: &'a str) -> Quoted<'a> {
        let Some(end) = inner.find(is_quote) else {
            self.rest = "";
            return Quoted { text: inner.trim(), is_open: true };
        };
        let mark = inner[end..].chars().next().map_or(1, char::len_utf8);
        self.rest = &inner[end + mark..];
        Quoted { text: inner[..end].trim(), is_open: false }
    }

    /// A word, or a field with its value.
    fn word(&mut self) -> Token<'a> {
        let (word, behind) = self.rest.split_at(end_of_word(self.rest));
        self.rest = behind;
        match word {
            "OR" | "|" | "||" => return Token::Or,
            "NOT" => return Token::Not,
            _ => {}
        }
        let Some((name, value)) = word.split_once(':') else { return Token::Word(word) };
        let Some(field) = FilterField::named(name) else { return Token::Word(word) };
        if value.is_empty()
            && let Some(inner) = behind.strip_prefix(is_quote)
        {
            let Quoted { text: value, is_open } = self.quoted(inner);
            return Token::Field { field, value, is_open };
        }
        Token::Field { field, value, is_open: false }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.rest = self.rest.trim_start_matches(is_blank);
            let first = self.rest.chars().next()?;
            let behind = &self.rest[first.len_utf8()..];
            let next = behind.chars().next();
            let token = match first {
                _ if is_quote(first) => {
                    let Quoted { text, is_open } = self.quoted(behind);
                    return Some(Token::Phrase { text, is_open });
                }
                '(' => Token::Open,
                ')' => Token::Close,
                '-' | '\u{2212}' if next.is_some_and(begins_something) => Token::Not,
                // "a AND b" means the same as "a b".
                'A' if self.rest.starts_with("AND") && next_is_blank(&self.rest[3..]) => {
                    self.rest = &self.rest[3..];
                    continue;
                }
                _ => return Some(self.word()),
            };
            self.rest = behind;
            return Some(token);
        }
    }
}

/// The byte offset of the end of the word at the beginning of `text`. A closing parenthesis belongs to the word if its
/// opening one does.
fn end_of_word(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ if is_blank(c) || is_quote(c) => return at,
            _ => {}
        }
    }
    text.len()
}

fn next_is_blank(text: &str) -> bool {
    text.chars().next().is_none_or(is_blank)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}')
}

fn begins_something(c: char) -> bool {
    c.is_alphanumeric() || is_quote(c) || c == '('
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_split_into_words_phrases_fields_and_operators() {
        let tokens: Vec<Token> = Lexer::new("a-b -“c d” (e) repo:\"x y\" f(x) AND 7\"").collect();
        assert_eq!(
            tokens,
            [
                Token::Word("a-b"),
                Token::Not,
                Token::Phrase { text: "c d", is_open: false },
                Token::Open,
                Token::Word("e"),
                Token::Close,
                Token::Field { field: FilterField::Source, value: "x y", is_open: false },
                Token::Word("f(x)"),
                Token::Word("7"),
                Token::Phrase { text: "", is_open: true },
            ]
        );
    }
}
