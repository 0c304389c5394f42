//! The outline of a document: its headings, each with a link to its place.

use maud::{Markup, html};

use super::pages::DocumentPages;
use super::parameters::DocumentPageParameters;
use crate::library::view::DocumentView;

/// An outline shows at most this many headings. Of a longer one, the deepest levels are left out.
const MOST_ENTRIES: usize = 150;
/// The deepest level that is shown, from 1.
const DEEPEST: usize = 4;

/// A heading of an outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OutlineEntry<'a> {
    /// The number of headings above it that the outline shows.
    depth: usize,
    heading: &'a str,
    /// The index of the first section under it.
    section: usize,
}

/// The column beside the text: the document's outline, and the chapters of its book.
pub(super) fn side(
    document: &DocumentView,
    pages: &DocumentPages,
    asked: &DocumentPageParameters,
) -> Markup {
    html! {
        div.beside-text {
            (outline(document, pages, asked))
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

/// The outline of `document`; nothing if it has fewer than two headings.
fn outline(
    document: &DocumentView,
    pages: &DocumentPages,
    asked: &DocumentPageParameters,
) -> Markup {
    let entries = entries(document);
    let link = |entry: &OutlineEntry| {
        let section = &document.sections[entry.section];
        let page = pages.page_of(entry.section, section);
        let anchor = format!("#s-{}", section.id);
        match page == pages.shown {
            true => anchor,
            false => asked.address(&document.id, page + 1) + &anchor,
        }
    };
    html! {
        @if entries.len() > 1 {
            nav.outline aria-label="Outline" {
                details open {
                    summary { "Outline" }
                    ol {
                        @for entry in &entries {
                            li.{ "d" (entry.depth) } { a href=(link(entry)) { (entry.heading) } }
                        }
                    }
                }
            }
        }
    }
}

/// The headings of `document`, without its title.
fn entries(document: &DocumentView) -> Vec<OutlineEntry<'_>> {
    let mut entries: Vec<OutlineEntry> = Vec::new();
    let mut before: &[String] = &[];
    for (at, section) in document.sections.iter().enumerate() {
        let headings = &section.headings;
        let known = headings.iter().zip(before).take_while(|(own, other)| own == other).count();
        let new = headings.iter().enumerate().skip(known);
        entries.extend(new.map(|(depth, heading)| OutlineEntry { depth, heading, section: at }));
        before = headings;
    }
    let has_title = entries.iter().all(|entry| entry.depth > 0 || entry.heading == document.title);
    entries.retain(|entry| entry.depth > 0 || !has_title);
    if has_title {
        entries.iter_mut().for_each(|entry| entry.depth -= 1);
    }
    let mut deepest = DEEPEST;
    while entries.len() > MOST_ENTRIES && deepest > 1 {
        deepest -= 1;
        entries.retain(|entry| entry.depth < deepest);
    }
    entries.retain(|entry| entry.depth < DEEPEST);
    entries
}
