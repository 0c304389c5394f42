//! `/`: the start page and the results. `/results`: the results alone, for search as you type.

mod answer;
mod hits;
mod link;
mod papers;
mod side;
mod summary;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::failure::answer;
use super::format::{address, case_card, plural};
use super::frame::PageFrame;
use super::notice::notice;
use crate::library::view::SearchView;
use crate::library::{Library, QueryRescue};
use crate::search::Filter;
use crate::serve::api::{FARTHEST, QueryParameters, SearchParameters, find};
use crate::serve::error::RequestFailure;
use crate::serve::state::ServerState;
use answer::AskedTopics;
pub(super) use hits::hit_card;
use hits::{by_document, document};
use link::{kept, with};
use papers::papers;
use side::{facets, topic_card};
use summary::{found, help, summary};

/// The maximum number of hits on a page.
const PAGE: usize = 20;
/// The maximum number of characters that the search box accepts; a longer query is truncated.
const LONGEST: usize = 1_000;
/// The maximum number of topics that the start page lists for each step.
const TOPICS: usize = 8;

const EXAMPLES: [&str; 6] = [
    "position bias",
    "how do I handle users with no history",
    "training serving skew",
    "two-tower model",
    "NDCG",
    "design video recommendation",
];

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    asked: Result<QueryParameters<SearchParameters>, RequestFailure>,
) -> Response {
    let page = async {
        let asked = bounded(asked?);
        let (count, body) = body(&state, &asked).await?;
        let named = named(&asked);
        let title = if named.is_empty() { "Search" } else { &named };
        let frame = PageFrame { title, query: &asked.q, kept: kept(&asked), feed: None };
        Ok(frame.round(&state, html! { div #results data-count=(count) { (body) } }))
    };
    answer(&state, page.await)
}

pub(super) async fn results(
    State(state): State<Arc<ServerState>>,
    asked: Result<QueryParameters<SearchParameters>, RequestFailure>,
) -> Response {
    let fragment = async {
        let asked = bounded(asked?);
        body(&state, &asked).await.map(|(_, body)| body)
    };
    fragment.await.into_response()
}

/// The parameters, with the query truncated to [`LONGEST`] characters, because every link of the page repeats it.
fn bounded(QueryParameters(mut asked): QueryParameters<SearchParameters>) -> SearchParameters {
    if let Some((end, _)) = asked.q.char_indices().nth(LONGEST) {
        asked.q.truncate(end);
    }
    asked
}

/// The subject of the search in words; empty if nothing is searched for.
fn named(asked: &SearchParameters) -> String {
    let filters =
        asked.filters().into_iter().map(|filter| format!("{}: {}", filter.field, filter.value));
    let parts = [asked.q.trim().to_owned()].into_iter().filter(|text| !text.is_empty());
    parts.chain(filters).collect::<Vec<_>>().join(" · ")
}

/// Returns the number of found passages as text, and the page's body. Without a query or filter, the text is empty and
/// the body is the start page.
async fn body(
    state: &Arc<ServerState>,
    asked: &SearchParameters,
) -> Result<(String, Markup), RequestFailure> {
    let library = state.library()?;
    let (named, filters) = (named(asked), asked.filters());
    if named.is_empty() {
        let notice = notice(state, &library);
        let start = state.read(move |library| Ok(start(library, &notice))).await?;
        return Ok((String::new(), start));
    }
    let view = find(state, asked, PAGE).await?;
    let found = found(&view);
    let (view, topics) = state
        .read(move |library| {
            let topics = AskedTopics::of(&view, library);
            Ok((view, topics))
        })
        .await?;
    let rescue = if view.total == 0 { rescue(state, &asked.q, &filters).await } else { None };
    let body = html! {
        (summary(&view, asked))
        div.results {
            section aria-label="Results" {
                h1.unseen { "Passages for " (named) }
                // On narrow screens, the column stands below the results.
                @if view.total > 0 { p.jump { a href="#beside" { "Topics and filters" } } }
                (chosen(asked))
                @if let Some(case) = &view.case { (case_card(case)) }
                (topics.block())
                (papers(&view.papers, &asked.q))
                @if let Some(rescue) = &rescue { (help(rescue, &view, asked)) }
                @for hits in by_document(&view.hits) { (document(&hits, &asked.q, &library.graph.vocabulary)) }
                (pager(&view, asked))
            }
            aside #beside aria-label="About these results" {
                @if let [topic] = &topics.topics[..] { (topic_card(topic, topics.question.is_some())) }
                (facets(&view, asked, &library))
            }
        }
    };
    Ok((found, body))
}

/// Suggestions for a query without results; `None` if they could not be found, for example because the queue of
/// searches is full.
async fn rescue(state: &ServerState, typed: &str, filters: &[Filter]) -> Option<QueryRescue> {
    let (typed, filters) = (typed.to_owned(), filters.to_owned());
    let found = state.ask(move |library, budget| library.rescue(&typed, &filters, budget)).await;
    found.ok()
}

/// The active filters, each with a link that removes it.
fn chosen(asked: &SearchParameters) -> Markup {
    let filters = asked.filters();
    html! {
        @if !filters.is_empty() {
            p.chosen {
                @for Filter { field, value, .. } in &filters {
                    @let name = field.name();
                    a.chip href=(with(asked, name, "")) aria-label={ "Without " (name) " " (value) } {
                        (name) ": " (value) " ×"
                    } " "
                }
            }
        }
    }
}

fn start(library: &Library, notice: &Markup) -> Markup {
    let counts = &library.manifest.counts;
    let topics = library.topics(usize::MAX, 0);
    html! {
        div.start {
            (notice)
            h1 { "What do the public sources say about…" }
            p {
                @for example in EXAMPLES { a.chip href=(address("/", &[("q", example)])) { (example) } " " }
            }
            p.quiet {
                (plural(counts.sections, "section")) " from " (plural(library.manifest.held().count(), "source"))
                ", " (plural(counts.topics, "topic")) ". Words, \"phrases\", -not, OR, and "
                code { "source: path: topic: step: kind: lang: licence: has: since:" } " narrow a search."
            }
            div.steps {
                @for step in &library.graph.vocabulary.steps {
                    section {
                        h2 { (step.label) }
                        ul {
                            @for topic in topics.iter().filter(|t| t.steps.contains(&step.slug)).take(TOPICS) {
                                li { a href={ "/topics/" (topic.id) } { (topic.label) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn pager(view: &SearchView, asked: &SearchParameters) -> Markup {
    let PagerOffsets { back, more } =
        PagerOffsets::around(asked.offset(), view.hits.len(), view.total);
    let link = |offset: usize| with(asked, "offset", &offset.to_string());
    html! {
        nav.pager aria-label="More results" {
            @if let Some(offset) = back { a rel="prev" href=(link(offset)) { "Back" } }
            @if let Some(offset) = more { a rel="next" href=(link(offset)) { "More" } }
            @else if asked.offset() + view.hits.len() < view.total {
                span.quiet { "The best passages end here; similar ones of a document are left out. Narrow the query to see others." }
            }
        }
    }
}

/// The offsets of the previous and the next page, if they exist.
#[derive(Debug, PartialEq, Eq)]
struct PagerOffsets {
    back: Option<usize>,
    more: Option<usize>,
}

impl PagerOffsets {
    /// The pages around the one at `offset`, which shows `shown` of `total` hits.
    fn around(offset: usize, shown: usize, total: usize) -> PagerOffsets {
        let next = offset + PAGE;
        let is_full = shown == PAGE && total > next;
        PagerOffsets {
            back: (offset > 0).then(|| offset.saturating_sub(PAGE)),
            // A search reduces an offset above `FARTHEST` to `FARTHEST`, so a link to a later page would show the wrong
            // hits.
            more: (is_full && next <= FARTHEST).then_some(next),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pager_offers_no_page_beyond_the_greatest_offset() {
        let pages = |back, more| PagerOffsets { back, more };
        assert_eq!(PagerOffsets::around(0, 20, 20), pages(None, None));
        assert_eq!(PagerOffsets::around(0, 20, 21), pages(None, Some(20)));
        assert_eq!(PagerOffsets::around(10, 20, 100), pages(Some(0), Some(30)));
        assert_eq!(PagerOffsets::around(380, 20, 1_000), pages(Some(360), Some(400)));
        assert_eq!(PagerOffsets::around(400, 20, 1_000), pages(Some(380), None));
        assert_eq!(PagerOffsets::around(390, 20, 1_000), pages(Some(370), None));
        // The total includes hits of a document that are not shown.
        assert_eq!(PagerOffsets::around(20, 3, 100), pages(Some(0), None));
    }
}
