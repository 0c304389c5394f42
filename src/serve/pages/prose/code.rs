//! Syntax highlighting: source code as HTML with classes, which the stylesheet colours.

use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use maud::{Markup, PreEscaped, html};
use syntect::html::{ClassStyle, ClassedHTMLGenerator};
use syntect::parsing::SyntaxSet;
use syntect::util::LinesWithEndings;

/// Code with more bytes than this is not highlighted. Of 3,269 code blocks in about 200 repositories, one is longer.
const LONGEST: usize = 12_000;
/// Code that has a line with more bytes than this is not highlighted. Of 3,269 code blocks in about 200 repositories,
/// 15 have such a line. Matching a line can't be interrupted, and with the worst grammars (Makefile, PHP) the time is
/// quadratic in the line's length: some tenths of a second for 250 bytes.
const LONGEST_LINE: usize = 250;
/// A language's name with more bytes than this is not shown.
const LONGEST_NAME: usize = 20;
/// The time budget for highlighting the code of one page, checked between lines. When it is spent, the current block
/// and all later ones are not highlighted.
const BUDGET: Duration = Duration::from_secs(1);

/// Sublime Text's syntaxes. They are unpacked when code is first shown, which takes about 20 ms.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// `code` as escaped HTML, with CSS classes on the tokens of the language `name`.
///
/// The code is escaped but gets no classes if its language is unknown, if it is too long or can't be parsed, or if the
/// [`BUDGET`] is spent.
pub(in crate::serve::pages) fn highlighted(name: Option<&str>, code: &str) -> Markup {
    Highlighter::default().highlighted(name, code)
}

/// Writes the code blocks of a page.
#[derive(Default)]
pub(super) struct Highlighter {
    /// When the page's time budget ends. The budget starts with the page's first block.
    until: OnceLock<Instant>,
}

impl Highlighter {
    /// A block of `code` in the language `name`, which the page shows above it. A long line can scroll, so the block must
    /// be reachable with the keyboard.
    pub fn block(&self, name: Option<&str>, code: &str) -> Markup {
        let is_output = name == Some("output");
        // Options of a site generator leave blank lines.
        let code = code.trim_start_matches('\n');
        let label = name.map(|name| name.trim_matches(['{', '}', '.'])).filter(|label| {
            !label.is_empty() && label.len() <= LONGEST_NAME && !matches!(*label, "text" | "txt")
        });
        html! {
            div.code.output[is_output] {
                @if let Some(label) = label { span.lang { (label) } }
                pre tabindex="0" { code { (self.highlighted(name, code)) } }
            }
        }
    }

    fn highlighted(&self, name: Option<&str>, code: &str) -> Markup {
        self.classed(name, code).map_or_else(|| html! { (code) }, PreEscaped)
    }

    /// `code` as HTML with classes; `None` if it is not highlighted.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_highlighted_by_its_language_and_always_escaped() {
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
