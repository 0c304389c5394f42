//! Rights: how much of a text may be shown, and [`Showable`], the type of every quote that Cairn shows or exports.
//!
//! Only [`show`] and [`show_whole`] make a [`Showable`] from a string. Views, cards, guides and exports store every
//! quote as a [`Showable`], so they can't contain a quote that did not pass one of these functions.
//!
//! # Quotes and facts
//!
//! A quote is the text of a section, or any part of that text, wherever it appears. A quote must be a [`Showable`].
//! Quotes are the text and the code of sections, an author's Markdown, posts of threads, snippets, the passages of
//! guides and cards, and single sentences, such as evidence of ties and terms, or a source's sentence about a work
//! that it links to. Abstracts of papers are quotes too, although arXiv publishes them under CC0.
//!
//! A fact is a plain string, because it identifies a work rather than quotes it: names of sources, paths, URLs, dates,
//! authors, licences, tags, titles, headings, link texts, and the description that a repository gives itself on GitHub.
//! Cairn's own texts are plain strings too: definitions of the vocabulary, questions on cards, counts and messages.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// How much of a source's text may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// Whole sections, with attribution.
    Full,
    /// A short excerpt with the link.
    Excerpt,
}

/// The rights to show the text of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// What the document's own licence allows, and what its source's licence allows. Each is `None` if there is no such
    /// licence.
    Licence { own: Option<Shown>, source: Option<Shown> },
    /// People posted the text in a thread. It has no licence, because the repository's licence does not cover threads.
    Posted,
}

impl Rights {
    /// How much of the text may be shown: what its own licence allows, else what its source's licence allows. If there
    /// is no licence, and for posts in threads, only an excerpt may be shown.
    ///
    /// ```
    /// use cairn::catalogue::{Shown, rights::Rights};
    /// let source = Some(Shown::Full);
    /// assert_eq!(Rights::Licence { own: None, source }.shown(), Shown::Full);
    /// assert_eq!(Rights::Posted.shown(), Shown::Excerpt);
    /// ```
    pub fn shown(self) -> Shown {
        match self {
            Rights::Licence { own, source } => own.or(source).unwrap_or(Shown::Excerpt),
            Rights::Posted => Shown::Excerpt,
        }
    }
}

/// A quote that may be shown: [`show`] or [`show_whole`] has reduced it to what the rights allow.
///
/// In JSON, it is a string. It can't be made from a string or read from JSON, because that would bypass the check of
/// the rights:
///
/// ```compile_fail,E0423
/// let quote = cairn::catalogue::rights::Showable("a whole section".to_owned());
/// ```
///
/// ```compile_fail,E0277
/// let quote: cairn::catalogue::rights::Showable = "a whole section".to_owned().into();
/// ```
///
/// ```compile_fail,E0277
/// let quote: cairn::catalogue::rights::Showable = serde_json::from_str("\"a whole section\"").unwrap();
/// ```
///
/// ```compile_fail,E0599
/// let quote = cairn::catalogue::rights::Showable::default();
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Showable(String);

/// The part of `text` that `shown` allows: all of it, or at most its first `excerpt_chars` characters, truncated between
/// words, with an ellipsis. O(length).
///
/// This is the only function that truncates by rights. Everything that shows a quote calls it, or [`show_whole`] for
/// quotes that can't be truncated.
///
/// ```
/// use cairn::catalogue::{Shown, rights::show};
/// let long = "word ".repeat(200);
/// assert_eq!(&*show(&*long, Shown::Full, 300), long);
/// assert!(show(&*long, Shown::Excerpt, 300).chars().count() <= 300);
/// ```
pub fn show(text: impl Into<String>, shown: Shown, excerpt_chars: usize) -> Showable {
    let text = text.into();
    match shown {
        Shown::Full => Showable(text),
        Shown::Excerpt => Showable(truncated(text, excerpt_chars)),
    }
}

/// `text` if all of it may be shown, else an empty text. Used for code and Markdown, because an excerpt of these is
/// useless.
pub fn show_whole(text: String, shown: Shown) -> Showable {
    match shown {
        Shown::Full => Showable(text),
        Shown::Excerpt => Showable(String::new()),
    }
}

/// `text` if it has at most `most` characters. Longer text is truncated, between words if possible, and ends with an
/// ellipsis, which counts as one of the `most` characters. Used for facts, such as long titles; for quotes, use
/// [`show`].
pub(crate) fn truncated(mut text: String, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text;
    }
    let last = most.saturating_sub(1);
    let end = text.char_indices().nth(last).map_or(text.len(), |(at, _)| at);
    let cut = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    text.truncate(text[..cut].trim_end().len());
    text.push('…');
    text
}

impl Showable {
    /// The part of the text in the byte range `range`; empty if the range does not fit.
    pub fn part(&self, range: std::ops::Range<usize>) -> Showable {
        Showable(self.0.get(range).unwrap_or_default().to_owned())
    }

    /// The first lines, without empty lines: as many whole lines as fit into `most` characters. If even the first line
    /// does not fit, it is truncated. An ellipsis marks omitted text. O(length of the result).
    pub fn opening(&self, most: usize) -> Showable {
        let mut opening = String::new();
        let mut left = most;
        let mut is_cut = false;
        for line in self.0.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()) {
            let length = line.chars().count() + 1;
            is_cut = length > left;
            if is_cut {
                break;
            }
            left -= length;
            opening.push_str(line);
            opening.push('\n');
        }
        let whole = opening.trim_end();
        Showable(match (is_cut, whole.is_empty()) {
            (true, true) => truncated(self.0.trim_start().to_owned(), most),
            (true, false) if !whole.ends_with('…') => format!("{whole}\n…"),
            _ => whole.to_owned(),
        })
    }
}

impl Deref for Showable {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Showable {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Showable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Has the JSON schema of a string.
impl JsonSchema for Showable {
    fn inline_schema() -> bool {
        String::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documents_licence_precedes_its_sources_and_a_thread_has_none() {
        let of = |own, source| Rights::Licence { own, source }.shown();
        assert_eq!(of(Some(Shown::Excerpt), Some(Shown::Full)), Shown::Excerpt);
        assert_eq!(of(Some(Shown::Full), Some(Shown::Excerpt)), Shown::Full);
        assert_eq!(of(None, Some(Shown::Full)), Shown::Full);
        assert_eq!(of(None, None), Shown::Excerpt);
        assert_eq!(Rights::Posted.shown(), Shown::Excerpt);
    }

    #[test]
    fn an_excerpt_ends_between_words_and_is_never_longer_than_allowed() {
        let of = |text: &str, chars| show(text, Shown::Excerpt, chars).to_string();
        assert_eq!(of("one two three", 13), "one two three");
        assert_eq!(of("one two three", 12), "one two…");
        assert_eq!(of("偏差偏差偏差", 4), "偏差偏…");
        assert_eq!(of("one", 0), "…");
    }

    #[test]
    fn code_is_shown_whole_or_not_at_all() {
        assert_eq!(&*show_whole("a = 1".into(), Shown::Full), "a = 1");
        assert_eq!(&*show_whole("a = 1".into(), Shown::Excerpt), "");
    }

    #[test]
    fn a_quote_is_a_string_in_json_and_in_its_schema() {
        let quote = show("a \"b\"", Shown::Full, 0);
        assert_eq!(serde_json::to_string(&quote).unwrap(), r#""a \"b\"""#);
        assert_eq!(schemars::schema_for!(Showable), schemars::schema_for!(String));
    }

    #[test]
    fn an_opening_ends_with_a_line_and_marks_omitted_text() {
        let opening = |text: &str, most| show(text, Shown::Full, 0).opening(most).to_string();
        assert_eq!(opening("One.\n\n- two\n", 100), "One.\n- two");
        assert_eq!(opening("One.\n- two\n- three\n", 12), "One.\n- two\n…");
        let cut = opening(&"word ".repeat(50), 30);
        assert!(cut.ends_with('…') && cut.chars().count() <= 30, "{cut}");
        assert_eq!(opening("", 30), "");
    }
}
