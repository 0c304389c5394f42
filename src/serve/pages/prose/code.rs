//! Source code with its words classed, for the stylesheet to colour.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use comrak::adapters::SyntaxHighlighterAdapter;
use maud::{Markup, PreEscaped, html};
use syntect::html::{ClassStyle, ClassedHTMLGenerator};
use syntect::parsing::SyntaxSet;
use syntect::util::LinesWithEndings;

/// Code that is longer, or has a longer line, is shown plain: its colouring would take longer than the page.
const LONGEST: usize = 30_000;
const LONGEST_LINE: usize = 1_000;

/// Sublime Text's syntaxes; unpacked when the first code is shown, some 20 ms.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// `code` of the language that `name` says, escaped, with a class on every word that has a meaning in it.
///
/// What is of no known language, too long or broken is escaped alone.
pub(in crate::serve::pages) fn highlighted(name: Option<&str>, code: &str) -> Markup {
    let plain = || html! { (code) };
    let is_long = code.len() > LONGEST || code.lines().any(|line| line.len() > LONGEST_LINE);
    let token =
        name.and_then(|name| name.split([' ', ',', '{', '}']).find(|part| !part.is_empty()));
    let syntax = token.filter(|_| !is_long).and_then(|token| SYNTAXES.find_syntax_by_token(token));
    let Some(syntax) = syntax else { return plain() };
    let style = ClassStyle::SpacedPrefixed { prefix: "c-" };
    let mut generator = ClassedHTMLGenerator::new_with_class_style(syntax, &SYNTAXES, style);
    for line in LinesWithEndings::from(code) {
        if generator.parse_html_for_line_which_includes_newline(line).is_err() {
            return plain();
        }
    }
    PreEscaped(generator.finalize())
}

/// Writes the blocks of code of a page.
pub(super) struct Highlighter;

impl SyntaxHighlighterAdapter for Highlighter {
    fn write_highlighted(
        &self,
        output: &mut dyn fmt::Write,
        name: Option<&str>,
        code: &str,
    ) -> fmt::Result {
        output.write_str(&highlighted(name, code).0)
    }

    fn write_pre_tag(
        &self,
        output: &mut dyn fmt::Write,
        _: HashMap<&'static str, Cow<'_, str>>,
    ) -> fmt::Result {
        // What may scroll can be reached by keys.
        output.write_str("<pre tabindex=\"0\">")
    }

    fn write_code_tag(
        &self,
        output: &mut dyn fmt::Write,
        _: HashMap<&'static str, Cow<'_, str>>,
    ) -> fmt::Result {
        output.write_str("<code>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_classed_by_its_language_and_always_escaped() {
        let python = highlighted(Some("python"), "def f(): return '<b>'\n").0;
        assert!(python.contains("c-keyword") && python.contains("&lt;b&gt;"), "{python}");
        assert_eq!(highlighted(Some("no such"), "<b>").0, "&lt;b&gt;");
        assert_eq!(highlighted(None, "a & b").0, "a &amp; b");
        let long = "x".repeat(LONGEST_LINE + 1);
        assert_eq!(highlighted(Some("python"), &long).0, long);
    }
}
