//! The block above the hits: papers that the sources cite and that match the query.

use maud::{Markup, html};

use super::super::format::{address, plural};
use crate::library::view::ResourceView;

/// The block of `papers` for the query `typed`; empty if there are none. It is short, so that the hits stay in view.
pub(super) fn papers(papers: &[ResourceView], typed: &str) -> Markup {
    html! {
        @if !papers.is_empty() {
            section.papers aria-label="Papers" {
                h2 { "Papers that the sources cite" }
                ul.works { @for paper in papers { li { (entry(paper)) } } }
                p.quiet {
                    a href=(address("/resources", &[("q", typed), ("kind", "paper")])) { "More papers" }
                    " · abstracts from arXiv"
                }
            }
        }
    }
}

fn entry(paper: &ResourceView) -> Markup {
    html! {
        a href=(paper.url) rel="noopener nofollow" { (paper.title) }
        span.quiet {
            @if let Some(year) = paper.year { " · " (year) }
            @if !paper.authors.is_empty() { " · " (paper.byline()) }
            " · cited by " (plural(paper.cited_by, "author"))
        }
        @if let Some(text) = &paper.abstract_text { div.abstract { (text) } }
    }
}
