//! The outline of a document: its headings, each with a link to its place.

use maud::{Markup, PreEscaped, html};

use super::pages::DocumentPages;
use super::parameters::DocumentPageParameters;
use crate::library::view::DocumentView;

/// An outline shows at most this many headings. Of a longer one, the deepest levels are left out.
const MOST_ENTRIES: usize = 150;
/// The deepest level that is shown, from 1.
const DEEPEST: usize = 4;

/// A heading of an outline.
struct OutlineEntry {
    /// The number of headings above it that the outline shows.
    depth: usize,
    /// The heading as HTML.
    heading: Markup,
    link: String,
}

/// The column beside `text`, the text of the page: the document's outline, and the chapters of its book.
pub(super) fn side(
    document: &DocumentView,
    pages: &DocumentPages,
    asked: &DocumentPageParameters,
    text: &Markup,
) -> Markup {
    // Sections can have several headings, because short ones join their neighbours. The text has all.
    let in_text = if pages.count() == 1 { headings(&text.0) } else { Vec::new() };
    let entries = if in_text.is_empty() { of_sections(document, pages, asked) } else { in_text };
    html! {
        div.beside-text {
            (outline(&shortened(entries)))
            (chapters(document))
        }
    }
}

/// The chapters of the book to which `document` belongs.
fn chapters(document: &DocumentView) -> Markup {
    let at = document.chapters.iter().position(|chapter| chapter.id == document.id);
    html! {
        @if let Some(at) = at {
            nav.chapters aria-label="Chapters of this book" {
                details {
                    summary { "Chapter " (at + 1) " of " (document.chapters.len()) }
                    ol {
                        @for (number, chapter) in document.chapters.iter().enumerate() {
                            li { a href={ "/documents/" (chapter.id) } aria-current=[(number == at).then_some("page")] { (chapter.title) } }
                        }
                    }
                }
            }
        }
    }
}

/// The outline with `entries`; nothing if there are fewer than two.
fn outline(entries: &[OutlineEntry]) -> Markup {
    html! {
        @if entries.len() > 1 {
            nav.outline aria-label="Outline" {
                details open {
                    summary { "Outline" }
                    ol {
                        @for entry in entries {
                            li.{ "d" (entry.depth) } { a href=(entry.link) { (entry.heading) } }
                        }
                    }
                }
            }
        }
    }
}

/// The headings in `html`, the rendered text of a document, as the renderer writes them. O(length).
fn headings(html: &str) -> Vec<OutlineEntry> {
    let mut entries = Vec::new();
    for (at, _) in html.match_indices("<h") {
        let rest = &html[at + 2..];
        let Some(level) = rest.chars().next().and_then(|c| c.to_digit(10)) else { continue };
        let Some(rest) = rest[1..].strip_prefix("><span id=\"") else { continue };
        let Some((anchor, rest)) = rest.split_once("\"></span>") else { continue };
        let Some((heading, _)) = rest.split_once(&format!("</h{level}>")) else { continue };
        let heading = without_tags(heading);
        if !heading.trim().is_empty() {
            let (depth, link) = (level as usize, format!("#{anchor}"));
            entries.push(OutlineEntry { depth, heading: PreEscaped(heading), link });
        }
    }
    let top = entries.iter().map(|entry| entry.depth).min().unwrap_or(0);
    entries.iter_mut().for_each(|entry| entry.depth -= top);
    entries
}

/// `html` without its tags; characters stay escaped.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    text
}

/// The headings of the sections of `document`, without its title.
fn of_sections(
    document: &DocumentView,
    pages: &DocumentPages,
    asked: &DocumentPageParameters,
) -> Vec<OutlineEntry> {
    let link = |at: usize| {
        let section = &document.sections[at];
        let page = pages.page_of(at, section);
        let anchor = format!("#s-{}", section.id);
        match page == pages.shown {
            true => anchor,
            false => asked.address(&document.id, page + 1) + &anchor,
        }
    };
    let mut entries: Vec<(usize, &str, usize)> = Vec::new();
    let mut before: &[String] = &[];
    for (at, section) in document.sections.iter().enumerate() {
        let headings = &section.headings;
        let known = headings.iter().zip(before).take_while(|(own, other)| own == other).count();
        let new = headings.iter().enumerate().skip(known);
        entries.extend(new.map(|(depth, heading)| (depth, heading.as_str(), at)));
        before = headings;
    }
    let has_title = entries.iter().all(|(depth, text, _)| *depth > 0 || *text == document.title);
    let shown = entries.into_iter().filter(|(depth, ..)| *depth > 0 || !has_title);
    let entry = |(depth, heading, at): (usize, &str, usize)| OutlineEntry {
        depth: depth - usize::from(has_title),
        heading: html! { (heading) },
        link: link(at),
    };
    shown.map(entry).collect()
}

/// `entries` without the deepest levels, as many as are needed for at most [`MOST_ENTRIES`].
fn shortened(mut entries: Vec<OutlineEntry>) -> Vec<OutlineEntry> {
    let mut deepest = DEEPEST;
    entries.retain(|entry| entry.depth < deepest);
    while entries.len() > MOST_ENTRIES && deepest > 1 {
        deepest -= 1;
        entries.retain(|entry| entry.depth < deepest);
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_a_text_are_listed_with_their_anchors() {
        let html = "<h3><span id=\"h-a\"></span>A &lt;b&gt; <mark>c</mark></h3><hr><h4><span id=\"h-d\"></span>D</h4>\
                    <h2>No anchor</h2><h5><span id=\"h-e\"></span> </h5>";
        let found = headings(html);
        let shown: Vec<(usize, &str, &str)> =
            found.iter().map(|e| (e.depth, e.heading.0.as_str(), e.link.as_str())).collect();
        assert_eq!(shown, [(0, "A &lt;b&gt; c", "#h-a"), (1, "D", "#h-d")]);
    }
}
