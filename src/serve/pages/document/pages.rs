//! The pages of a long document.

use maud::{Markup, html};

use super::super::prose;
use super::parameters::DocumentPageParameters;
use crate::library::view::{DocumentSectionView, DocumentView};

/// The maximum bytes of text on a page, if the document can be cut there.
const PAGE_BYTES: usize = 512 * 1_024;
/// The maximum number of sections on a page of a document without Markdown.
const PAGE_SECTIONS: usize = 200;

/// The pages of a document, and which of them is shown.
pub(super) struct DocumentPages {
    /// For each page, its first line (of a document with Markdown) or its first section, both from 0.
    begins: Vec<usize>,
    /// The index of the page that is shown.
    pub shown: usize,
}

impl DocumentPages {
    /// The pages of `document`. Shows the page number `page` (1-based); if it is 0, the page with the section number
    /// `at`.
    pub fn of(document: &DocumentView, at: Option<usize>, page: usize) -> DocumentPages {
        let begins = match &document.markdown {
            Some(markdown) => prose::page_lines(markdown, PAGE_BYTES),
            None => (0..document.sections.len().max(1)).step_by(PAGE_SECTIONS).collect(),
        };
        let mut pages = DocumentPages { begins, shown: 0 };
        let of_section = |at: usize| pages.page_of(at, &document.sections[at]);
        let shown = match page {
            0 => at.map_or(0, of_section),
            page => page - 1,
        };
        pages.shown = shown.min(pages.begins.len() - 1);
        pages
    }

    /// The index of the page with `section`, which is number `at`.
    pub fn page_of(&self, at: usize, section: &DocumentSectionView) -> usize {
        let place = section.line.map_or(at, |line| line.saturating_sub(1) as usize);
        self.begins.partition_point(|begin| *begin <= place).saturating_sub(1)
    }

    pub fn count(&self) -> usize {
        self.begins.len()
    }

    /// The first line or section of the page that is shown, and the end of the page if another follows; both from 0.
    pub fn range(&self) -> (usize, Option<usize>) {
        (self.begins[self.shown], self.begins.get(self.shown + 1).copied())
    }

    /// Links to the page before and the page after the one that is shown.
    pub fn links(&self, document: &DocumentView, asked: &DocumentPageParameters) -> Markup {
        let link = |page: usize| asked.address(&document.id, page + 1);
        html! {
            @if self.count() > 1 {
                nav.pager aria-label="Pages of this document" {
                    @if self.shown > 0 { a href=(link(self.shown - 1)) { "← Page " (self.shown) } }
                    span.quiet { "Page " (self.shown + 1) " of " (self.count()) }
                    @if self.shown + 1 < self.count() { a href=(link(self.shown + 1)) { "Page " (self.shown + 2) " →" } }
                }
            }
        }
    }
}
