//! Renders a document's Markdown as safe HTML, whatever its author wrote.
//!
//! [`parts`] cuts the document. Of each part, the syntax [`tree`] is corrected: it then has no HTML of the author, except
//! the elements that [`tags`] keeps, no pictures unless the reader asks for them ([`images`]), and only URLs with the
//! schemes http, https and mailto. Then comrak writes it and escapes all text, so no text of the author is written as
//! HTML.
//!
//! The parser can't be interrupted, so [`limits`] checks its input: a part that is too long or too deeply nested is shown
//! as plain text.

mod anchors;
mod code;
mod context;
mod diagram;
mod formulas;
#[cfg(test)]
mod hostile;
mod ids;
mod images;
mod limits;
mod links;
mod nodes;
mod parts;
mod places;
mod tags;
mod tree;

use std::borrow::Cow;
use std::ops::Range;

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, format_html, parse_document};
use maud::{Markup, PreEscaped, html as template};

use crate::extract::markdown_options;
use crate::extract::markup::LinkDefinitions;
use crate::printable::marks::{MarkedPiece, pieces};
pub(super) use code::highlighted;
pub(super) use context::ProseContext;
pub(in crate::serve) use images::PictureMode;
use limits::{BoundedHtml, PageBudget};
pub(super) use links::LinkTargets;
use nodes::text;
use parts::DocumentPart;
use places::PlaceMarks;
pub(super) use places::SectionPlace;
use tree::{TreeCorrector, drop_title};

/// The matches in several texts: for each text, the byte ranges of its matches.
type TextMarks = Vec<Vec<Range<usize>>>;

/// `markdown` as HTML. If the text begins with a heading that equals `title`, this heading is left out. `places` are those
/// of the document's sections. `find` returns the ranges to highlight in the texts that it is given.
///
/// O(length), plus formulas and the highlighting of code. A part that exceeds the limits is shown as plain text. `Err` if
/// `find` fails.
pub(super) fn html<E>(
    markdown: &str,
    title: &str,
    places: &[SectionPlace],
    context: &ProseContext,
    find: impl Fn(&[String]) -> Result<TextMarks, E>,
) -> Result<Markup, E> {
    let parts = parts::cut(markdown, parts::LONGEST);
    let definitions = (parts.len() > 1).then(|| LinkDefinitions::of(markdown));
    let mut places = PlaceMarks::new(places);
    let mut corrector = TreeCorrector::new(context);
    let mut written = String::new();
    let budget = PageBudget::default();
    for (at, part) in parts.iter().enumerate() {
        places.begin(part.line, part.head.lines().count());
        let defined = definitions.as_ref().and_then(|definitions| definitions.used(part.content));
        let text = match defined {
            Some(defined) => Cow::Owned(format!("{}{}\n\n{defined}", part.head, part.content)),
            None if part.head.is_empty() => Cow::Borrowed(part.content),
            None => Cow::Owned(format!("{}{}", part.head, part.content)),
        };
        let text = &*text;
        let rendered = match limits::can_be_rendered(text) && budget.allows(written.len()) {
            true => {
                let part = PartText { content: text, title: (at == 0).then_some(title) };
                rendered(part, &mut corrector, &mut places, &find)?
            }
            false => None,
        };
        match rendered {
            // Each part has its own footnotes.
            Some(html) if at > 0 => written.push_str(&numbered(&html, at)),
            Some(html) => written.push_str(&html),
            None => written.push_str(&as_written(part, &mut places, &find)?.0),
        }
    }
    Ok(PreEscaped(ids::unique(&written)))
}

/// `markdown`, an excerpt, as HTML without anchors, because a page may have several excerpts.
pub(super) fn excerpt<E>(
    markdown: &str,
    context: &ProseContext,
    find: impl Fn(&[String]) -> Result<TextMarks, E>,
) -> Result<Markup, E> {
    let html = html(markdown, "", &[], context, find)?.0;
    Ok(PreEscaped(ids::none(&html)))
}

/// The lines at which the pages of a document begin, from 0; each page has at most `longest` bytes if the document can be
/// cut there. O(length).
pub(super) fn page_lines(markdown: &str, longest: usize) -> Vec<usize> {
    parts::cut(markdown, longest).iter().map(|part| part.line as usize - 1).collect()
}

/// The lines of `markdown` from line `first` to before line `end`, both from 0. O(length).
pub(super) fn lines(markdown: &str, first: usize, end: Option<usize>) -> &str {
    let at = |line: usize| {
        let mut breaks = markdown.match_indices('\n');
        let before = line.checked_sub(1).map(|line| breaks.nth(line));
        before.map_or(0, |found| found.map_or(markdown.len(), |(at, _)| at + 1))
    };
    &markdown[at(first)..end.map_or(markdown.len(), at)]
}

/// A part of a document to be rendered.
struct PartText<'a> {
    content: &'a str,
    /// The document's title, for the first part.
    title: Option<&'a str>,
}

/// `part` as HTML; `None` if the HTML is too long.
fn rendered<E>(
    part: PartText,
    corrector: &mut TreeCorrector,
    places: &mut PlaceMarks,
    find: impl Fn(&[String]) -> Result<TextMarks, E>,
) -> Result<Option<String>, E> {
    let arena = Arena::new();
    let mut options = markdown_options::for_pages();
    if part.title.is_none() {
        options.extension.front_matter_delimiter = None;
    }
    let root = parse_document(&arena, part.content, &options);
    if let Some(title) = part.title {
        drop_title(root, title);
    }
    corrector.correct(&arena, root, places);
    mark(&arena, root, find)?;
    let mut html = BoundedHtml::default();
    if format_html(root, &options, &mut html).is_err() {
        return Ok(None);
    }
    // Text contains no unescaped `<`, so these are tags that comrak or this module wrote.
    let table = "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>";
    let html = html
        .0
        .replace("<a href=", "<a rel=\"noopener nofollow\" href=")
        .replace("<table>", table)
        .replace("</table>", "</table></div>");
    Ok(Some(html))
}

/// `html` with the number of its part in the ids of its footnotes.
fn numbered(html: &str, part: usize) -> String {
    let mut html = html.to_owned();
    for mark in ["id=\"fn", "href=\"#fn"] {
        html = html.replace(mark, &format!("{mark}-{part}-"));
    }
    html
}

/// `part` as plain text, escaped. Its line breaks are kept, and the matches of `find` are highlighted.
fn as_written<E>(
    part: &DocumentPart,
    places: &mut PlaceMarks,
    find: impl Fn(&[String]) -> Result<TextMarks, E>,
) -> Result<Markup, E> {
    let marks = find(&[part.content.to_owned()])?;
    let lines = u32::try_from(part.content.lines().count()).unwrap_or(u32::MAX);
    let places = places.take_until(part.line.saturating_add(lines));
    Ok(template! {
        @for place in places { span.at id={ "s-" (place.id) } {} }
        p.note { "Shown as plain text: it is too long or too deeply nested to be formatted." }
        div.plain { (marked(part.content, marks.into_iter().next().unwrap_or_default())) }
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
mod tests;
