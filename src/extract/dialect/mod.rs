//! Removes the additions of Markdown dialects before parsing: MDX, Quarto and R Markdown, GitBook and
//! Liquid, MyST and d2l, wikilinks.
//!
//! The number of lines doesn't change, so that line numbers stay valid. Fenced code is kept as it is. Text
//! that readers see is kept; marks for a site generator are removed. [`marks`] handles marks inside a
//! line, [`callout`] callouts in block quotes, [`mdx`] MDX components, [`myst`] directives in fences, [`indented`] the
//! blocks of MkDocs, [`tabs`] tabs, [`d2l`] blocks for several frameworks, and [`mermaid`] diagrams; [`titles`] writes the
//! titles of such blocks. [`rst`] converts reStructuredText to Markdown.

mod alerts;
mod callout;
mod d2l;
mod excalidraw;
mod fence;
mod indented;
mod marks;
mod mdx;
pub(super) mod mermaid;
mod myst;
mod pictures;
mod references;
mod rst;
mod tabs;
mod titles;

use std::borrow::Cow;

use callout::CalloutReader;
use fence::fence;
use mdx::Mdx;
use myst::Directive;

use crate::extract::pattern::patterns;

patterns! {
    /// Matches the marks of all dialects, to find out in one pass whether a file has any.
    MARKS = r"(?m:^#{2,6}\p{Lu})|(?m:^[\s\d.)*+-]*\*\*)|\{ ?(?:\.|align|width|height|style|loading|target)|\[@|\{[%{#:]|:::|:`|\}`|\[\[|:end_tab:|```\{|\)=|%%|==| \^|\[!|\[\*\*|```toc|#@tab";
}

/// Converts `text`, a file of the format `format`, to Markdown without dialect marks and with the same number
/// of lines. O(length); text without marks is not copied.
pub(super) fn plain<'a>(text: &'a str, format: &str) -> Cow<'a, str> {
    converted(text, format, CalloutForm::Text)
}

/// As [`plain`], for readers of the whole document: callouts and admonitions become GitHub's alerts, and references to
/// figures get their numbers.
pub(super) fn for_reading<'a>(text: &'a str, format: &str) -> Cow<'a, str> {
    let alerts = alerts::with_alerts(text);
    let text = match format {
        "qmd" | "rmd" => references::numbered(&alerts),
        _ => Cow::Borrowed(&*alerts),
    };
    Cow::Owned(converted(&text, format, CalloutForm::Alert).into_owned())
}

/// What callouts in block quotes become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum CalloutForm {
    /// Text without marks.
    #[default]
    Text,
    /// GitHub's alerts.
    Alert,
}

fn converted<'a>(text: &'a str, format: &str, callouts: CalloutForm) -> Cow<'a, str> {
    if format == "rst" {
        return Cow::Owned(rst::plain(text));
    }
    let text = without_variants(text);
    let is_quarto = matches!(format, "qmd" | "rmd");
    let is_mdx = format == "mdx";
    if !is_quarto && !is_mdx && !MARKS.is_match(&text) {
        return text;
    }
    let mut reader = DialectReader { is_quarto, is_mdx, callouts, ..DialectReader::default() };
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (body, end) = match line.strip_suffix('\n') {
            Some(body) => (body.strip_suffix('\r').unwrap_or(body), "\n"),
            None => (line, ""),
        };
        plain.push_str(&reader.line(body));
        plain.push_str(end);
    }
    Cow::Owned(plain)
}

/// Applies the passes that need the whole text: they convert tabs and indented blocks to plain Markdown, keep only the
/// labels of drawings, and keep one variant of code that is given for several tools. The number of lines doesn't
/// change.
fn without_variants(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    let passes = [
        DialectPass { applies: excalidraw::is_drawing, convert: excalidraw::labels },
        DialectPass { applies: d2l::has_variants, convert: d2l::without_variants },
        DialectPass { applies: indented::has_blocks, convert: indented::flattened },
        DialectPass { applies: tabs::has_tabs, convert: tabs::labelled },
    ];
    for pass in passes {
        if (pass.applies)(&text) {
            text = Cow::Owned((pass.convert)(&text));
        }
    }
    text
}

/// A conversion of a whole file that keeps the number of lines.
struct DialectPass {
    applies: fn(&str) -> bool,
    convert: fn(&str) -> String,
}

/// The state of reading a file, line by line.
#[derive(Default)]
struct DialectReader {
    is_quarto: bool,
    is_mdx: bool,
    callouts: CalloutForm,
    /// The open fences, innermost last: all but the last are directives that contain prose.
    fences: Vec<OpenFence>,
    mdx: Mdx,
    callout: CalloutReader,
    /// Whether a callout has begun and has no text yet: a heading here is its title.
    begins_callout: bool,
}

/// An open fenced block.
struct OpenFence {
    /// The backticks or tildes that opened it.
    mark: String,
    /// The number of leading spaces that its lines lose.
    indent: usize,
    content: FenceContent,
}

/// The contents of a fenced block. While `at_head` is true, the next line may be an option of the directive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FenceContent {
    /// Code.
    Code {
        at_head: bool,
    },
    /// Markdown.
    Prose {
        at_head: bool,
    },
    Math {
        at_head: bool,
    },
    Nothing,
}

impl DialectReader {
    /// The Markdown of `line`, which has no line end.
    fn line<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        if let Some(fenced) = self.fenced_line(line) {
            return fenced;
        }
        let trimmed = line.trim_start();
        if let Some(mark) = fence(trimmed) {
            return self.open(line, trimmed, mark);
        }
        let line = if self.is_mdx { self.mdx.line(line) } else { Cow::Borrowed(line) };
        let line = match self.callouts {
            CalloutForm::Text => self.callout.line(&line),
            CalloutForm::Alert => alerts::callout(&line).map_or(line, Cow::Owned),
        };
        let begins_callout = std::mem::take(&mut self.begins_callout);
        let plain = marks::without(&line, self.is_quarto);
        if trimmed.is_empty() || titles::opens_callout(trimmed) {
            self.begins_callout = begins_callout || !trimmed.is_empty();
        } else if begins_callout && let Some(title) = titles::heading(&plain) {
            return Cow::Owned(titles::lead(title));
        }
        Cow::Owned(plain)
    }

    /// The Markdown of `line` in the innermost fenced block, or of its closing fence. `None` outside of fenced blocks,
    /// and for the prose of a directive, but not for the directive's options.
    fn fenced_line<'a>(&mut self, line: &'a str) -> Option<Cow<'a, str>> {
        let fence = self.fences.last_mut()?;
        let trimmed = line.trim();
        let indent = fence.indent;
        if trimmed.starts_with(&fence.mark) && trimmed.trim_start_matches(['`', '~']).is_empty() {
            let closed = self.fences.pop()?;
            return Some(Cow::Borrowed(match closed.content {
                FenceContent::Code { .. } => undented(line, indent),
                FenceContent::Math { at_head: false } => "$$",
                _ => "",
            }));
        }
        let may_be_option = myst::is_option(line) || trimmed.is_empty();
        Some(match &mut fence.content {
            FenceContent::Nothing => Cow::Borrowed(""),
            FenceContent::Code { at_head: true }
            | FenceContent::Math { at_head: true }
            | FenceContent::Prose { at_head: true }
                if may_be_option =>
            {
                Cow::Borrowed("")
            }
            FenceContent::Code { .. }
                if is_d2l(trimmed) || self.is_quarto && trimmed.starts_with("#|") =>
            {
                Cow::Borrowed("")
            }
            FenceContent::Code { at_head } => {
                *at_head = false;
                Cow::Borrowed(undented(line, indent))
            }
            // Options become blank lines, and a blank line would end the formula, so `$$` is written at the start of
            // its first line.
            FenceContent::Math { at_head } => {
                let mark = if std::mem::take(at_head) { "$$ " } else { "" };
                Cow::Owned(format!("{mark}{trimmed}"))
            }
            FenceContent::Prose { at_head } => {
                *at_head = false;
                return None;
            }
        })
    }

    /// Opens a fenced block at `line` and returns what to write for that line.
    fn open<'a>(&mut self, line: &'a str, trimmed: &'a str, mark: &str) -> Cow<'a, str> {
        let indent = if self.mdx.is_inside() { line.len() - trimmed.len() } else { 0 };
        let directive = myst::directive(&trimmed[mark.len()..]).filter(|_| !self.is_quarto);
        let (content, line) = match directive {
            None => (FenceContent::Code { at_head: false }, Cow::Borrowed(undented(line, indent))),
            Some(Directive::Code(language)) => {
                (FenceContent::Code { at_head: true }, Cow::Owned(format!("{mark}{language}")))
            }
            Some(Directive::Prose { title }) => {
                self.begins_callout = true;
                (FenceContent::Prose { at_head: true }, Cow::Owned(titles::lead(title)))
            }
            Some(Directive::Picture { path, has_caption }) => {
                let content = match has_caption {
                    true => FenceContent::Prose { at_head: true },
                    false => FenceContent::Nothing,
                };
                (content, Cow::Owned(pictures::picture(path, "")))
            }
            Some(Directive::Math) => (FenceContent::Math { at_head: true }, Cow::Borrowed("")),
            Some(Directive::Empty) => (FenceContent::Nothing, Cow::Borrowed("")),
        };
        self.fences.push(OpenFence { mark: mark.to_owned(), indent, content });
        line
    }
}

/// Whether a line of code is a command that selects tabs in d2l's notebooks.
fn is_d2l(trimmed: &str) -> bool {
    ["%%tab", "#@tab", "%load_ext d2lbook", "tab.interact_select("]
        .iter()
        .any(|mark| trimmed.starts_with(mark))
}

/// `line` without up to `indent` leading spaces.
fn undented(line: &str, indent: usize) -> &str {
    let spaces = line.len() - line.trim_start().len();
    &line[spaces.min(indent)..]
}

#[cfg(test)]
mod tests;
