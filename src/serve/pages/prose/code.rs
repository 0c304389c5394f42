//! Source code with its words classed, for the stylesheet to colour.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use comrak::adapters::SyntaxHighlighterAdapter;
use maud::{Markup, PreEscaped, html};
use syntect::html::{ClassStyle, ClassedHTMLGenerator};
use syntect::parsing::SyntaxSet;
use syntect::util::LinesWithEndings;

/// Code that is longer, or has a longer line, is shown plain. A line is matched in one step that can't be
/// interrupted, and the worst grammars (Makefile, PHP) take time quadratic in it: some tenths of a second for 250
/// bytes. Of 3,269 blocks in some 200 repositories, 15 have a longer line and one is longer.
const LONGEST: usize = 12_000;
const LONGEST_LINE: usize = 250;
/// Time for the colours of one page, checked between lines; blocks that are left then are shown plain.
const BUDGET: Duration = Duration::from_secs(1);

/// Sublime Text's syntaxes; unpacked when the first code is shown, some 20 ms.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// `code` of the language that `name` says, escaped, with a class on every word that has a meaning in it.
///
/// Code of an unknown language, too long, broken, or not finished within [`BUDGET`] is escaped only.
pub(in crate::serve::pages) fn highlighted(name: Option<&str>, code: &str) -> Markup {
    Highlighter::default().highlighted(name, code)
}

/// Writes the blocks of code of a page.
#[derive(Default)]
pub(super) struct Highlighter {
    /// When the page's time for colours is over; the clock starts with the first block.
    until: OnceLock<Instant>,
}

impl Highlighter {
    fn highlighted(&self, name: Option<&str>, code: &str) -> Markup {
        self.classed(name, code).map_or_else(|| html! { (code) }, PreEscaped)
    }

    /// `code` as HTML with classes; `None` where it is to be shown plain.
    fn classed(&self, name: Option<&str>, code: &str) -> Option<String> {
        if code.len() > LONGEST || code.lines().any(|line| line.len() > LONGEST_LINE) {
            return None;
        }
        let token = name?.split([' ', ',', '{', '}']).find(|part| !part.is_empty())?;
        let syntax = SYNTAXES.find_syntax_by_token(token)?;
        let until = *self.until.get_or_init(|| Instant::now() + BUDGET);
        let style = ClassStyle::SpacedPrefixed { prefix: "c-" };
        let mut generator = ClassedHTMLGenerator::new_with_class_style(syntax, &SYNTAXES, style);
        for line in LinesWithEndings::from(code) {
            if Instant::now() > until {
                return None;
            }
            generator.parse_html_for_line_which_includes_newline(line).ok()?;
        }
        Some(generator.finalize())
    }
}

impl SyntaxHighlighterAdapter for Highlighter {
    fn write_highlighted(
        &self,
        output: &mut dyn fmt::Write,
        name: Option<&str>,
        code: &str,
    ) -> fmt::Result {
        output.write_str(&self.highlighted(name, code).0)
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

    #[test]
    fn a_block_of_29_kb_in_a_make_like_language_costs_no_more_than_a_page_may() {
        let started = Instant::now();
        let line = "$(a $(b $(c ".repeat(LONGEST_LINE / 12) + "\n";
        let whole = line.repeat(29_000 / line.len());
        assert!(!highlighted(Some("makefile"), &whole).0.contains("<span"), "too long");
        let line = "\t".repeat(LONGEST_LINE) + "\n";
        let page = Highlighter::default();
        for _ in 0..20 {
            page.highlighted(Some("makefile"), &line.repeat(LONGEST / line.len()));
        }
        assert!(
            page.until.get().is_some_and(|until| Instant::now() > *until),
            "it would have taken longer"
        );
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
        assert_eq!(page.highlighted(Some("python"), "def f(): 1").0, "def f(): 1");
    }
}
