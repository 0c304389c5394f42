//! `/`: the start page and the results; `/results`: the results alone, for search as you type.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::super::State;
use super::super::api::{SearchParameters, bad_query, find};
use super::super::error::Failure;
use super::{address, answer, layout, marked, number, plural};
use crate::library::Library;
use crate::library::view::{HitView, SearchView, TopicDetail};

/// Hits on a page.
const PAGE: usize = 20;
/// Values of a facet that are shown.
const VALUES: usize = 8;
/// Topics of each step on the start page.
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
    Shared(state): Shared<Arc<State>>,
    parameters: Result<Query<SearchParameters>, QueryRejection>,
) -> Response {
    let page = async {
        let Query(parameters) = parameters.map_err(bad_query)?;
        let body = body(&state, &parameters).await?;
        let title = if parameters.q.is_empty() { "Search" } else { &parameters.q };
        Ok(layout(&state, title, &parameters.q, html! { div #results { (body) } }))
    };
    answer(&state, page.await)
}

pub(super) async fn results(
    Shared(state): Shared<Arc<State>>,
    parameters: Result<Query<SearchParameters>, QueryRejection>,
) -> Response {
    let fragment = async {
        let Query(parameters) = parameters.map_err(bad_query)?;
        body(&state, &parameters).await
    };
    fragment.await.into_response()
}

async fn body(state: &Arc<State>, parameters: &SearchParameters) -> Result<Markup, Failure> {
    let library = state.library()?;
    if parameters.text().trim().is_empty() {
        return Ok(start(&library));
    }
    let view = find(state, parameters, PAGE).await?;
    let topic = match view.query.topics.first().cloned() {
        Some(topic) => state.ask(move |library| library.topic(&topic)).await?,
        None => None,
    };
    Ok(html! {
        div.results {
            section aria-label="Results" {
                (summary(&view, parameters))
                @for hit in &view.hits { (hit_card(hit)) }
                (pager(&view, parameters))
            }
            aside {
                @if let Some(topic) = &topic { (topic_card(topic)) }
                (facets(&view, parameters))
            }
        }
    })
}

fn start(library: &Library) -> Markup {
    let counts = &library.manifest.counts;
    let topics = library.topics(usize::MAX, 0);
    html! {
        div.start {
            h1 { "What do the public sources say about…" }
            p {
                @for example in EXAMPLES { a.chip href=(address("/", &[("q", example)])) { (example) } " " }
            }
            p.quiet {
                (plural(counts.sections, "section")) " from " (plural(library.manifest.sources.len(), "source"))
                ", " (plural(counts.topics, "topic")) ". Words, \"phrases\", -not, OR, and "
                code { "source: path: topic: step: kind: lang: licence:" } " narrow a search."
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

/// How many there are, what was understood, and how to undo it.
fn summary(view: &SearchView, parameters: &SearchParameters) -> Markup {
    let understood = &view.query.understood;
    let expanded = understood.topics.iter().any(|topic| !topic.also.is_empty());
    html! {
        p.summary role="status" {
            (plural(view.total, "passage"))
            @if understood.relaxed && view.total > 0 { ", not all with most of the words" }
            span.quiet { " in " (format!("{:.1}", view.took_us as f64 / 1000.0)) " ms" }
        }
        @if let Some(corrected) = &view.query.corrected {
            p.understood {
                "Also read as " a href=(with(parameters, "q", corrected)) { (corrected) } ". "
                a href=(with(parameters, "spelling", "0")) { "Only as typed" }
            }
        }
        @if expanded || !understood.filler.is_empty() || !understood.asks_for_links.is_empty() {
            p.understood {
                @for topic in understood.topics.iter().filter(|topic| !topic.also.is_empty()) {
                    "“" (topic.words) "” was also searched as " (topic.also.join(", ")) ". "
                }
                @if !understood.asks_for_links.is_empty() { "Lists of links come first. " }
                @if !understood.filler.is_empty() { "Not searched: " (understood.filler.join(", ")) ". " }
                a href=(with(parameters, "literal", "1")) { "Search the words as typed" }
            }
        }
        @for dropped in &understood.dropped { p.understood { "Left out: " (dropped) } }
        @if view.total == 0 {
            div.none {
                p { "Nothing holds these words. Fewer or other words may help:" }
                ul {
                    @for word in parameters.q.split_whitespace().filter(|w| w.len() > 3).take(5) {
                        li { a href=(address("/", &[("q", word)])) { (word) } }
                    }
                    @if parameters.text() != parameters.q {
                        li { a href=(address("/", &[("q", &parameters.q)])) { "without the filters" } }
                    }
                }
            }
        }
    }
}

/// A passage with its snippet; topics and copies below.
pub(super) fn hit_card(hit: &HitView) -> Markup {
    let passage = &hit.passage;
    let (heading, above) = match passage.headings.split_last() {
        Some((own, above)) => (own.as_str(), above.join(" › ")),
        None => (passage.title.as_str(), String::new()),
    };
    let reader = format!("/sections/{}", passage.id);
    html! {
        article.hit {
            h3 { a href=(reader) { (heading) } }
            p.where {
                @if !above.is_empty() { (above) " · " }
                a.source href=(passage.url) rel="noopener" {
                    (passage.source) " " (passage.path) (passage.place)
                }
                @if passage.gone { " · " span.warn { "gone from its source" } }
            }
            p.snippet dir="auto" { (marked(&hit.snippet)) }
            @if !passage.topics.is_empty() {
                p.topics {
                    @for topic in &passage.topics {
                        a.chip href={ "/topics/" (topic) } { (topic.replace('-', " ")) } " "
                    }
                }
            }
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
}

fn topic_card(detail: &TopicDetail) -> Markup {
    let topic = &detail.topic;
    html! {
        section.card {
            h2 { a href={ "/topics/" (topic.id) } { (topic.label) } }
            p { (topic.definition) }
            @for (word, links) in [
                ("Part of", &detail.broader), ("Needs", &detail.requires), ("Kinds", &detail.narrower),
            ] {
                @if !links.is_empty() {
                    p { b { (word) } " "
                        @for link in links.iter().take(6) {
                            a.chip href={ "/topics/" (link.id) } { (link.label) } " "
                        }
                    }
                }
            }
            @if !detail.resources.is_empty() {
                p { b { "Most cited" } }
                ul {
                    @for resource in detail.resources.iter().take(3) {
                        li {
                            a href=(resource.url) rel="noopener nofollow" { (resource.title) }
                            span.quiet { " · " (plural(resource.cited_by, "source")) }
                        }
                    }
                }
            }
        }
    }
}

fn facets(view: &SearchView, parameters: &SearchParameters) -> Markup {
    let chosen = |field: &str| match field {
        "source" => parameters.source.as_deref(),
        "topic" => parameters.topic.as_deref(),
        "step" => parameters.step.as_deref(),
        "kind" => parameters.kind.as_deref(),
        _ => parameters.lang.as_deref(),
    };
    html! {
        @for (field, label) in [
            ("step", "Step"), ("topic", "Topic"), ("source", "Source"), ("kind", "Kind"),
            ("lang", "Language"),
        ] {
            @let values = view.facets.get(field).map(Vec::as_slice).unwrap_or_default();
            @let chosen = chosen(field).filter(|value| !value.is_empty());
            @if values.len() > 1 || chosen.is_some() {
                section.facet {
                    h2 { (label) }
                    ul {
                        @if let Some(chosen) = chosen {
                            li { a href=(with(parameters, field, "")) { "× " (chosen) } }
                        } @else {
                            @for value in values.iter().take(VALUES) {
                                li {
                                    a href=(with(parameters, field, &value.value)) rel="nofollow" {
                                        (value.value)
                                    }
                                    span.count { (number(usize::try_from(value.count).unwrap_or(0))) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn pager(view: &SearchView, parameters: &SearchParameters) -> Markup {
    let offset = parameters.offset.unwrap_or(0);
    let before = offset.saturating_sub(PAGE).to_string();
    let next = (offset + PAGE).to_string();
    html! {
        nav.pager aria-label="More results" {
            @if offset > 0 { a rel="prev" href=(with(parameters, "offset", &before)) { "Back" } }
            @if view.hits.len() == PAGE && view.total > offset + PAGE {
                a rel="next" href=(with(parameters, "offset", &next)) { "More" }
            }
        }
    }
}

/// The address of this search with one parameter changed, from the first hit on.
fn with(parameters: &SearchParameters, name: &str, value: &str) -> String {
    fn text(value: &Option<String>) -> &str {
        value.as_deref().unwrap_or_default()
    }
    let mut all = vec![
        ("q", parameters.q.as_str()),
        ("source", text(&parameters.source)),
        ("topic", text(&parameters.topic)),
        ("step", text(&parameters.step)),
        ("kind", text(&parameters.kind)),
        ("lang", text(&parameters.lang)),
        ("literal", text(&parameters.literal)),
        ("spelling", text(&parameters.spelling)),
        ("offset", ""),
    ];
    for (known, old) in &mut all {
        if *known == name {
            *old = value;
        }
    }
    address("/", &all)
}
