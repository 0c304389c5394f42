//! Hits, grouped by document.

use maud::{Markup, html};

use super::super::format::{address, marked, plural, topic_label};
use super::super::report::wrong_passage;
use crate::library::view::HitView;
use crate::vocabulary::Vocabulary;

/// The hits by document, in the order of each document's best hit.
pub(super) fn by_document(hits: &[HitView]) -> Vec<Vec<&HitView>> {
    let mut documents: Vec<Vec<&HitView>> = Vec::new();
    let place = |hit: &HitView| (hit.passage.source.clone(), hit.passage.path.clone());
    for hit in hits {
        match documents.iter_mut().find(|hits| hits.first().is_some_and(|h| place(h) == place(hit)))
        {
            Some(hits) => hits.push(hit),
            None => documents.push(vec![hit]),
        }
    }
    documents
}

/// A document's title and its hits.
pub(super) fn document(hits: &[&HitView], query: &str, vocabulary: &Vocabulary) -> Markup {
    html! {
        @if let Some(first) = hits.first().map(|hit| &hit.passage) {
            section.document {
                h2 { (first.title) " " span.quiet title=[first.about.description.as_deref()] { (first.source) } }
                @if !first.about.is_empty() { p.about.quiet { (first.about) } }
                @for hit in hits { (card(hit, query, SourceName::Above, vocabulary)) }
            }
        }
    }
}

/// A passage with its snippet, topics and copies. Its link contains `query`, so that the section's page highlights the
/// matches. `vocabulary` has the names of its topics.
pub(in crate::serve::pages) fn hit_card(
    hit: &HitView,
    query: &str,
    vocabulary: &Vocabulary,
) -> Markup {
    card(hit, query, SourceName::Shown, vocabulary)
}

/// Where a hit's source is named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SourceName {
    /// On its card.
    Shown,
    /// In the heading of its document, above its card.
    Above,
}

fn card(hit: &HitView, query: &str, source_name: SourceName, vocabulary: &Vocabulary) -> Markup {
    let passage = &hit.passage;
    let trail = passage.trail();
    let (heading, above) = match passage.headings.split_last() {
        // A heading such as "Answer by ann" needs the thread's title, unless a heading above the card shows it.
        Some(_) if source_name == SourceName::Shown && passage.posted.is_some() => {
            (trail.as_str(), &[][..])
        }
        Some((own, above)) => (own.as_str(), above),
        None => (passage.title.as_str(), &[][..]),
    };
    let above: Vec<&str> =
        above.iter().map(String::as_str).filter(|heading| *heading != passage.title).collect();
    let reader = address(&format!("/sections/{}", passage.id), &[("q", query)]);
    html! {
        article.hit {
            h3 { a.open href=(reader) { (heading) } }
            p.where {
                @if !above.is_empty() { (above.join(" › ")) " · " }
                a.source href=(passage.url) rel="noopener" {
                    @if source_name == SourceName::Shown { (passage.source) " " }
                    (passage.path) (passage.place)
                }
                @if let Some(posted) = &passage.posted { " · " (posted) }
                @if hit.by_meaning { " · " span.near title="It does not match the words of the query, but says something similar." { "similar in meaning" } }
                @if passage.gone { " · " span.warn { "gone from its source" } }
            }
            @if hit.snippet.is_code { pre.snippet tabindex="0" { code { (marked(&hit.snippet)) } } }
            @else { p.snippet dir="auto" { (marked(&hit.snippet)) } }
            p.topics {
                @for topic in &passage.topics {
                    a.chip href={ "/topics/" (topic) } { (topic_label(vocabulary, topic)) } " "
                }
                (wrong_passage(passage))
            }
            (copies(hit))
        }
    }
}

/// The other places with the same text.
fn copies(hit: &HitView) -> Markup {
    html! {
        @if !hit.duplicates.is_empty() {
            details.copies {
                summary { "also in " (plural(hit.duplicates.len(), "other place")) }
                ul {
                    @for copy in &hit.duplicates {
                        li { a href=(copy.url) rel="noopener" { (copy.source) " " (copy.path) } }
                    }
                }
            }
        }
    }
}
