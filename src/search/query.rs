//! What a person typed: words, `"phrases"`, `-not`, `OR`, `field:value`.
//!
//! Nothing typed is an error: what can't be read is read as words, and what had to be left out is
//! said. O(length).

use serde::Serialize;

/// Longer input is cut: nobody means it.
const MOST_CHARS: usize = 1_000;
/// More units than this don't make a query better, only slower.
const MOST_UNITS: usize = 32;

/// The fields that a filter may name.
pub const FIELDS: [&str; 7] = ["source", "path", "topic", "step", "kind", "lang", "licence"];

/// A word or phrase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Atom {
    Word(String),
    Phrase(String),
}

/// Alternatives of which one is wanted: mostly a single atom, more with `OR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unit {
    pub any: Vec<Atom>,
}

/// `field:value`, or `-field:value`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Filter {
    pub field: String,
    pub value: String,
    pub excluded: bool,
}

/// A query as read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Query {
    pub units: Vec<Unit>,
    /// What must not stand in a hit.
    pub excluded: Vec<Atom>,
    pub filters: Vec<Filter>,
    /// What was left out, and why.
    pub dropped: Vec<String>,
}

/// Reads `text`.
///
/// ```
/// use cairn::search::query::{Atom, parse};
/// let query = parse("ranking \"position bias\" -ads source:mercari");
/// assert_eq!(query.units.len(), 2);
/// assert_eq!(query.excluded, [Atom::Word("ads".into())]);
/// assert_eq!(query.filters[0].value, "mercari");
/// ```
pub fn parse(text: &str) -> Query {
    let mut query = Query::default();
    let mut rest = text;
    if let Some((at, _)) = text.char_indices().nth(MOST_CHARS) {
        rest = &text[..at];
        query.dropped.push(format!("what stands behind the first {MOST_CHARS} characters"));
    }
    let mut joined = false;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
        if rest.is_empty() {
            break;
        }
        let minus = rest
            .strip_prefix('-')
            .filter(|behind| behind.starts_with('"') || behind.starts_with(char::is_alphanumeric));
        let excluded = minus.is_some();
        let (token, behind) = next_token(minus.unwrap_or(rest));
        rest = behind;
        match token {
            Token::Word("OR") if !query.units.is_empty() => joined = true,
            Token::Word(word) => match filter(word, excluded) {
                Some(filter) => query.filters.push(filter),
                None => query.add(Atom::Word(word.to_owned()), excluded, &mut joined),
            },
            Token::Field(field, "") => query.dropped.push(format!("{field}: (no value)")),
            Token::Field(field, value) => query.filters.push(Filter {
                field: field.to_lowercase(),
                value: value.to_owned(),
                excluded,
            }),
            Token::Phrase(phrase) => {
                query.add(Atom::Phrase(phrase.to_owned()), excluded, &mut joined);
            }
        }
    }
    if query.units.len() > MOST_UNITS {
        query.dropped.push(format!("all words but the first {MOST_UNITS}"));
        query.units.truncate(MOST_UNITS);
    }
    query
}

impl Query {
    fn add(&mut self, atom: Atom, excluded: bool, joined: &mut bool) {
        let text = match &atom {
            Atom::Word(text) | Atom::Phrase(text) => text,
        };
        if !text.chars().any(char::is_alphanumeric) {
            if !text.trim().is_empty() {
                self.dropped.push(format!("{} (no letter or digit)", text.trim()));
            }
            return;
        }
        if excluded {
            self.excluded.push(atom);
        } else if std::mem::take(joined)
            && let Some(unit) = self.units.last_mut()
        {
            unit.any.push(atom);
        } else {
            self.units.push(Unit { any: vec![atom] });
        }
    }
}

enum Token<'a> {
    Word(&'a str),
    Phrase(&'a str),
    /// `field:"a value"`
    Field(&'a str, &'a str),
}

/// The first token of `text`, which begins with no white space, and what stands behind it.
fn next_token(text: &str) -> (Token<'_>, &str) {
    if let Some(inner) = text.strip_prefix('"') {
        let (phrase, behind) = quoted(inner);
        return (Token::Phrase(phrase), behind);
    }
    let end = text.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(text.len());
    let (word, behind) = text.split_at(end);
    if let Some(field) = word.strip_suffix(':')
        && is_field(field)
        && let Some(inner) = behind.strip_prefix('"')
    {
        let (value, behind) = quoted(inner);
        return (Token::Field(field, value), behind);
    }
    (Token::Word(word), behind)
}

/// Up to the closing quotation mark, or to the end where it is missing.
fn quoted(inner: &str) -> (&str, &str) {
    match inner.find('"') {
        Some(end) => (inner[..end].trim(), &inner[end + 1..]),
        None => (inner.trim(), ""),
    }
}

fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name))
}

fn filter(word: &str, excluded: bool) -> Option<Filter> {
    let (field, value) = word.split_once(':')?;
    (is_field(field) && !value.is_empty()).then(|| Filter {
        field: field.to_lowercase(),
        value: value.to_owned(),
        excluded,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word(text: &str) -> Atom {
        Atom::Word(text.into())
    }

    #[test]
    fn operators_are_read() {
        let query = parse(r#"a OR b "c d" -"e f" -g topic:recall -lang:ja path:"my notes/" x:y"#);
        assert_eq!(query.units[0].any, [word("a"), word("b")]);
        assert_eq!(query.units[1].any, [Atom::Phrase("c d".into())]);
        assert_eq!(query.units[2].any, [word("x:y")]);
        assert_eq!(query.excluded, [Atom::Phrase("e f".into()), word("g")]);
        let filters: Vec<(&str, &str, bool)> =
            query.filters.iter().map(|f| (&*f.field, &*f.value, f.excluded)).collect();
        assert_eq!(
            filters,
            [("topic", "recall", false), ("lang", "ja", true), ("path", "my notes/", false)]
        );
    }

    #[test]
    fn what_makes_no_sense_is_read_as_well_as_can_be() {
        assert_eq!(parse("\"open phrase").units[0].any, [Atom::Phrase("open phrase".into())]);
        assert_eq!(parse("OR a").units.len(), 2);
        assert_eq!(parse("a OR").units.len(), 1);
        assert_eq!(parse("- -- \"\"").units.len(), 0);
        assert_eq!(parse("cost-benefit").units[0].any, [word("cost-benefit")]);
        assert!(parse(&"word ".repeat(3_000)).dropped.len() == 2);
    }

    proptest! {
        #[test]
        fn nothing_typed_panics_and_an_extra_space_changes_nothing(text in "([a-z]{1,4}|[\" :-]|OR|topic:|é|\u{0}|🙂){0,30}") {
            let once = parse(&text);
            prop_assert_eq!(&once, &parse(&format!("  {text}\t ")));
        }
    }
}
