//! The text of a document.

use std::ops::Range;

use maud::{Markup, html};

use super::super::prose::{self, ProseContext, SectionPlace};
use super::pages::DocumentPages;
use crate::library::view::{DocumentSectionView, DocumentView};
use crate::search::SearchError;

/// The matches in several texts: for each text, the byte ranges of its matches.
type TextMarks = Vec<Vec<Range<usize>>>;

/// The text of the page that `pages` shows: the author's Markdown, or the plain text of each section. `find` returns the
/// ranges to highlight.
pub(super) fn text(
    document: &DocumentView,
    pages: &DocumentPages,
    context: &ProseContext,
    find: impl Fn(&[String]) -> Result<TextMarks, SearchError>,
) -> Result<Markup, SearchError> {
    let Some(markdown) = &document.markdown else { return plain(document, pages, find) };
    let (first, end) = pages.range();
    let text = prose::lines(markdown, first, end);
    let before = u32::try_from(first).unwrap_or(u32::MAX);
    let last = end.map_or(u32::MAX, |end| u32::try_from(end).unwrap_or(u32::MAX));
    let places: Vec<SectionPlace> = document
        .sections
        .iter()
        .filter_map(|section| Some((section.line?, section)))
        .filter(|(line, _)| (before + 1..=last).contains(line))
        .map(|(line, section)| SectionPlace { line: line - before, id: section.id.clone() })
        .collect();
    prose::html(text, &document.title, &places, context, find)
}

/// The sections of the page as plain text.
fn plain(
    document: &DocumentView,
    pages: &DocumentPages,
    find: impl Fn(&[String]) -> Result<TextMarks, SearchError>,
) -> Result<Markup, SearchError> {
    let (first, end) = pages.range();
    let shown = &document.sections[first..end.unwrap_or(document.sections.len())];
    let texts: Vec<String> = shown
        .iter()
        .map(|section| section.text.as_deref().unwrap_or_default().to_owned())
        .collect();
    let marks = find(&texts)?;
    let mut before: &[String] = &[];
    let mut written = Vec::new();
    for ((section, text), marks) in shown.iter().zip(&texts).zip(marks) {
        written.push(plain_section(document, section, before, prose::marked(text, marks)));
        before = &section.headings;
    }
    Ok(html! { @for section in &written { (section) } })
}

/// A section with its plain `text`. Of its headings, only those that differ from `before`, the headings of the section
/// before, are shown.
fn plain_section(
    document: &DocumentView,
    section: &DocumentSectionView,
    before: &[String],
    text: Markup,
) -> Markup {
    let known = section.headings.iter().zip(before).take_while(|(own, other)| own == other).count();
    let is_title = |heading: &str| heading == document.title;
    let new = section.headings.iter().enumerate().skip(known).filter(|(_, text)| !is_title(text));
    html! {
        div.part id={ "s-" (section.id) } {
            @for (level, heading) in new { (headed(level, heading)) }
            @if let Some(posted) = &section.posted { p.quiet { (posted) } }
            @if let Some(page) = section.place.page {
                p.quiet { a href=(section.url) rel="noopener" { "Page " (page) } }
            }
            @if let Some(card) = section.place.card { p.quiet { "Card " (card) } }
            div.plain { (text) }
            @if let Some(code) = &section.code {
                pre tabindex="0" { code { (prose::highlighted(None, code)) } }
            }
        }
    }
}

/// `text` as a heading at the depth `level`, from 0.
fn headed(level: usize, text: &str) -> Markup {
    html! {
        @match level {
            0 | 1 => { h2 { (text) } }
            2 => { h3 { (text) } }
            _ => { h4 { (text) } }
        }
    }
}
