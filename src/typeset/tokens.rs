//! Splits TeX into tokens in the same way as the renderer, so that what is checked here is what it reads. The rest of
//! the module changes formulas only as lists of tokens.

/// A token of TeX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TexToken<'a> {
    /// A command of letters, without its backslash. The spaces after it belong to it.
    Word(&'a str),
    /// A command of one other character: `\,` or `\{`. `\` before a space or a line end is `Sign(' ')`.
    Sign(char),
    Char(char),
    /// One or more spaces or line ends.
    Space,
}

/// The entities of HTML that occur in formulas, with their characters.
const ENTITIES: [(&str, char); 6] =
    [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"'), ("nbsp", ' '), ("#39", '\'')];

/// The tokens of `tex`. Comments, control characters and a backslash at the very end are left out; entities of HTML
/// are decoded. O(length).
pub(super) fn tokens(tex: &str) -> Vec<TexToken<'_>> {
    let mut tokens = Vec::new();
    let mut rest = tex;
    while let Some(c) = rest.chars().next() {
        let (token, length) = match c {
            '\\' => command(rest),
            '%' => percent(rest, tokens.last()),
            '&' => entity(rest),
            _ if c.is_whitespace() => (Some(TexToken::Space), spaces(rest)),
            _ if c.is_control() => (None, c.len_utf8()),
            _ => (Some(TexToken::Char(c)), c.len_utf8()),
        };
        tokens.extend(token);
        rest = &rest[length..];
    }
    tokens
}

/// The bytes of white space at the start of `text`.
fn spaces(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// The command at the start of `text`, which begins with a backslash, and its bytes.
fn command(text: &str) -> (Option<TexToken<'_>>, usize) {
    let rest = &text[1..];
    let end = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '@').unwrap_or(rest.len());
    if end > 0 {
        return (Some(TexToken::Word(&rest[..end])), 1 + end + spaces(&rest[end..]));
    }
    match rest.chars().next() {
        None => (None, 1),
        Some(c) if c.is_whitespace() => (Some(TexToken::Sign(' ')), 1 + spaces(rest)),
        Some(c) if c.is_control() => (None, 1),
        Some(c) => (Some(TexToken::Sign(c)), 1 + c.len_utf8()),
    }
}

/// What the `%` at the start of `text` means: a comment up to the end of its line, or a percent sign. It is a sign if
/// it follows a digit, or if the formula has no further line: authors of Markdown forget the backslash.
fn percent<'a>(text: &str, before: Option<&TexToken>) -> (Option<TexToken<'a>>, usize) {
    let follows_digit = matches!(before, Some(TexToken::Char(c)) if c.is_ascii_digit());
    match text.find('\n') {
        Some(end) if !follows_digit => (None, end + 1),
        _ => (Some(TexToken::Sign('%')), 1),
    }
}

/// The character that the entity at the start of `text` stands for; if there is no entity, the `&` itself.
fn entity<'a>(text: &str) -> (Option<TexToken<'a>>, usize) {
    for (name, c) in ENTITIES {
        if text[1..].strip_prefix(name).is_some_and(|rest| rest.starts_with(';')) {
            let token = if c == ' ' { TexToken::Space } else { TexToken::Char(c) };
            return (Some(token), name.len() + 2);
        }
    }
    (Some(TexToken::Char('&')), 1)
}

/// The TeX of `tokens`.
pub(super) fn tex_of(tokens: &[TexToken]) -> String {
    let mut tex = String::new();
    for token in tokens {
        match token {
            TexToken::Word(name) => {
                tex.push('\\');
                tex.push_str(name);
                tex.push(' ');
            }
            TexToken::Sign(c) => {
                tex.push('\\');
                tex.push(*c);
            }
            TexToken::Char(c) => tex.push(*c),
            TexToken::Space => tex.push(' '),
        }
    }
    tex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(tex: &str) -> String {
        tex_of(&tokens(tex))
    }

    #[test]
    fn tokens_are_those_of_the_renderer() {
        let found = tokens("\\alpha  x\\,\\\\ é\\ \n");
        let expected = [
            TexToken::Word("alpha"),
            TexToken::Char('x'),
            TexToken::Sign(','),
            TexToken::Sign('\\'),
            TexToken::Space,
            TexToken::Char('é'),
            TexToken::Sign(' '),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn comments_are_left_out_and_percent_signs_kept() {
        assert_eq!(rewritten("a % comment\nb"), "a b");
        assert_eq!(rewritten("50%"), "50\\%");
        assert_eq!(rewritten("50% of\nb"), "50\\% of b");
        assert_eq!(rewritten("a\\% b"), "a\\% b");
    }

    #[test]
    fn entities_are_decoded_and_odd_characters_removed() {
        assert_eq!(rewritten("a &lt; b &amp; c & d"), "a < b & c & d");
        assert_eq!(rewritten("a\0b\u{1b}c\\"), "abc");
        assert_eq!(rewritten("\\\0a"), "a");
    }
}
