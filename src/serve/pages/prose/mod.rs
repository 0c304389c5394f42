//! Renders a section's Markdown as safe HTML, whatever its author wrote.
//!
//! First, the syntax [`tree`] is corrected: it then has no HTML, no images, and only URLs with the schemes http, https
//! and mailto. Then comrak writes it and escapes all text, so no text of the author is written as HTML.
//!
//! The parser can't be interrupted, so [`limits`] checks its input: text that is too long or too deeply nested is
//! shown as plain text.

mod code;
#[cfg(test)]
mod hostile;
mod limits;
mod tree;

use std::ops::Range;

use comrak::nodes::{AstNode, NodeValue};
use comrak::options::Plugins;
use comrak::{Arena, format_html_with_plugins, parse_document};
use maud::{Markup, PreEscaped, html as template};
use url::Url;

use crate::extract::markdown_options;
use crate::printable::marks::{MarkedPiece, pieces};
pub(super) use code::highlighted;
use limits::BoundedHtml;
use tree::{correct, drop_title, text};

/// The matches in several texts: for each text, the byte ranges of its matches.
type TextMarks = Vec<Vec<Range<usize>>>;

/// `markdown` as HTML. Relative URLs are resolved against `base`, the file's own URL. If the text begins with a heading
/// that equals `title`, this heading is left out. `find` returns the ranges to highlight in the texts that it is given.
///
/// O(length), plus the syntax highlighting. Text that exceeds the limits is shown as plain text. `Err` if `find`
/// fails.
pub(super) fn html<E>(
    markdown: &str,
    title: &str,
    base: Option<&Url>,
    find: impl Fn(&[String]) -> Result<TextMarks, E>,
) -> Result<Markup, E> {
    let rendered = match limits::can_be_rendered(markdown) {
        true => rendered(markdown, title, base, &find)?,
        false => None,
    };
    match rendered {
        Some(html) => Ok(html),
        None => as_written(markdown, find),
    }
}

/// `markdown` as HTML; `None` if the HTML is too long.
fn rendered<E>(
    markdown: &str,
    title: &str,
    base: Option<&Url>,
    find: impl Fn(&[String]) -> Result<TextMarks, E>,
) -> Result<Option<Markup>, E> {
    let arena = Arena::new();
    let options = markdown_options::for_pages();
    let root = parse_document(&arena, markdown, &options);
    drop_title(root, title);
    correct(&arena, root, base);
    mark(&arena, root, find)?;
    let mut html = BoundedHtml::default();
    let highlighter = code::Highlighter::default();
    let mut plugins = Plugins::default();
    plugins.render.codefence_syntax_highlighter = Some(&highlighter);
    if format_html_with_plugins(root, &options, &mut html, &plugins).is_err() {
        return Ok(None);
    }
    // Text contains no unescaped `<`, so these are tags that comrak wrote.
    let table = "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>";
    let html = html
        .0
        .replace("<a href=", "<a rel=\"noopener nofollow\" href=")
        .replace("<table>", table)
        .replace("</table>", "</table></div>");
    Ok(Some(PreEscaped(html)))
}

/// `markdown` as plain text, escaped. Its line breaks are kept, and the matches of `find` are highlighted.
fn as_written<E>(
    markdown: &str,
    find: impl Fn(&[String]) -> Result<TextMarks, E>,
) -> Result<Markup, E> {
    let marks = find(&[markdown.to_owned()])?;
    Ok(template! {
        p.note { "Shown as plain text: it is too long or too deeply nested to be formatted." }
        div.plain { (marked(markdown, marks.into_iter().next().unwrap_or_default())) }
    })
}

/// `text` escaped, with the `ranges` (bytes, ascending) highlighted.
pub(super) fn marked(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> Markup {
    template! {
        @for piece in pieces(text, ranges) {
            @match piece {
                MarkedPiece::Plain(plain) => { (plain) }
                MarkedPiece::Match(found) => { mark { (found) } }
            }
        }
    }
}

/// Highlights the matches of `find` in the texts below `root`.
fn mark<'a, E>(
    arena: &'a Arena<'a>,
    root: &'a AstNode<'a>,
    find: impl Fn(&[String]) -> Result<TextMarks, E>,
) -> Result<(), E> {
    let of = |node: &'a AstNode<'a>| match &node.data().value {
        NodeValue::Text(text) => Some((node, text.to_string())),
        _ => None,
    };
    let (nodes, texts): (Vec<&AstNode>, Vec<String>) = root.descendants().filter_map(of).unzip();
    let marks = find(&texts)?;
    for ((node, whole), ranges) in nodes.into_iter().zip(&texts).zip(marks) {
        for piece in pieces(whole, ranges) {
            node.insert_before(match piece {
                MarkedPiece::Plain(plain) => text(arena, plain.to_owned()),
                MarkedPiece::Match(found) => {
                    let highlight = arena.alloc(NodeValue::Highlight.into());
                    highlight.append(text(arena, found.to_owned()));
                    highlight
                }
            });
        }
        node.detach();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(markdown: &str) -> String {
        let base = Url::parse("https://github.com/a/b/blob/c/docs/x.md").unwrap();
        let none = |texts: &[String]| Ok::<TextMarks, ()>(vec![Vec::new(); texts.len()]);
        html(markdown, "Title", Some(&base), none).unwrap().0
    }

    #[test]
    fn hostile_markup_becomes_text_or_is_removed() {
        for hostile in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[a](javascript:alert(1)) ![b](data:text/html,x) <javascript:alert(1)>",
            "[a](<JaVaScRiPt&#58;alert(1)>)",
            "```\"><script>alert(1)</script>\nx\n```",
            "| <svg/onload=alert(1)> |\n|---|\n| [x](vbscript:a) |",
        ] {
            let html = written(hostile).to_lowercase();
            for bad in [
                "<script",
                "<img",
                "<svg",
                "javascript:alert(1)\"",
                "href=\"java",
                "href=\"data",
                "href=\"vb",
            ] {
                assert!(!html.contains(bad), "{hostile}: {html}");
            }
        }
    }

    #[test]
    fn relative_links_lead_to_the_source_and_images_become_links() {
        let html = written("[a](../y.md#z) ![Plot](p.png) [![badge](b.svg)](https://c.org)");
        for part in [
            "<a rel=\"noopener nofollow\" href=\"https://github.com/a/b/blob/c/y.md#z\">a</a>",
            "href=\"https://github.com/a/b/blob/c/docs/p.png\">Plot</a>",
            "href=\"https://c.org/\">badge</a>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("<img"));
    }

    #[test]
    fn heading_levels_have_no_gaps_and_the_title_is_not_repeated() {
        let html = written("## Title\n\n##### Far below\n\n# Top\n\n$x^2$ and <b>bold</b><br>next");
        assert!(!html.contains("Title"), "{html}");
        assert!(html.contains("<h2>Far below</h2>") && html.contains("<h2>Top</h2>"), "{html}");
        assert!(html.contains("<code>x^2</code> and bold<br />"), "{html}");
    }

    #[test]
    fn matches_are_highlighted() {
        let find = |texts: &[String]| {
            Ok::<TextMarks, ()>(
                texts
                    .iter()
                    .map(|text| {
                        text.match_indices("bias").map(|(at, found)| at..at + found.len()).collect()
                    })
                    .collect(),
            )
        };
        let html = html("Position bias, *a bias* & `bias`.", "", None, find).unwrap().0;
        assert_eq!(
            html,
            "<p>Position <mark>bias</mark>, <em>a <mark>bias</mark></em> &amp; <code>bias</code>.</p>\n"
        );
    }
}
