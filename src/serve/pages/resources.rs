//! `/resources`: the works that most independent authors cite, by topic, kind and year.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::api::QueryParameters;
use super::super::error::RequestFailure;
use super::super::state::ServerState;
use super::failure::answer;
use super::format::{address, plural};
use super::frame::layout;
use crate::annotate::resources::ResourceKind;
use crate::library::view::ResourceView;
use crate::library::{Library, ResourceRequest};

/// The maximum number of works on a page.
const PAGE: usize = 50;
/// The greatest offset; a greater one is reduced to this.
const FARTHEST: usize = 100_000;
/// The maximum number of citing sources that are listed for a work.
const MOST_CITERS: usize = 30;

/// The fields of the form; empty ones filter nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ResourcePageParameters {
    q: String,
    topic: String,
    kind: String,
    year: String,
    offset: String,
}

impl ResourcePageParameters {
    fn offset(&self) -> usize {
        self.offset.parse().unwrap_or(0).min(FARTHEST)
    }

    /// The page's body; `None` if there is no such topic.
    fn answer(&self, library: &Library) -> Option<Markup> {
        let said = |text: &'_ str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let (topic, kind) = (said(&self.topic), said(&self.kind));
        let found = library.resources(&ResourceRequest {
            query: &self.q,
            topic: topic.as_deref(),
            kind: kind.as_deref(),
            year: self.year.trim().parse().ok(),
            // One more than is shown, to know whether there are more.
            limit: PAGE + 1,
            offset: self.offset(),
        })?;
        Some(body(self, &found, &library.resource_years()))
    }

    fn at(&self, offset: usize) -> String {
        let offset = if offset == 0 { String::new() } else { offset.to_string() };
        let all = [
            ("q", self.q.as_str()),
            ("topic", &self.topic),
            ("kind", &self.kind),
            ("year", &self.year),
            ("offset", &offset),
        ];
        address("/resources", &all)
    }
}

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    asked: Result<QueryParameters<ResourcePageParameters>, RequestFailure>,
) -> Response {
    let page = async {
        let QueryParameters(asked) = asked?;
        let topic = asked.topic.trim().to_owned();
        let body = state.read(move |library| Ok(asked.answer(library))).await?;
        Ok(layout(&state, "Resources", body.ok_or_else(|| state.unknown_topic(&topic))?))
    };
    answer(&state, page.await)
}

fn body(asked: &ResourcePageParameters, found: &[ResourceView], years: &[u16]) -> Markup {
    let offset = asked.offset();
    html! {
        h1 { "Resources" }
        p.quiet {
            "Articles, papers, talks and tools that the sources cite. Works with your words in the title come first, then those \
             that the most authors cite."
        }
        (form(asked, years))
        @if found.is_empty() {
            p { "No cited work matches. " a href="/resources" { "All resources" } }
        }
        ol.works start=(offset + 1) {
            @for resource in found.iter().take(PAGE) { li { (work(resource)) } }
        }
        nav.pager aria-label="More resources" {
            @if offset > 0 { a rel="prev" href=(asked.at(offset.saturating_sub(PAGE))) { "Back" } }
            @if found.len() > PAGE { a rel="next" href=(asked.at(offset + PAGE)) { "More" } }
        }
    }
}

fn form(asked: &ResourcePageParameters, years: &[u16]) -> Markup {
    html! {
        form.filter action="/resources" {
            label { "Words " input name="q" value=(asked.q) maxlength="200"; }
            label { "Topic " input name="topic" value=(asked.topic) maxlength="100" placeholder="any"; }
            label { "Kind "
                select name="kind" {
                    option value="" { "any" }
                    @for kind in ResourceKind::ALL {
                        option value=(kind.as_str()) selected[asked.kind == kind.as_str()] { (kind.as_str()) }
                    }
                }
            }
            label { "Year "
                select name="year" {
                    option value="" { "any" }
                    @for year in years {
                        option value=(year) selected[asked.year == year.to_string()] { (year) }
                    }
                }
            }
            button { "Show" }
        }
    }
}

/// A work that sources cite, with the citing sources to unfold, the beginning of its abstract, and a quotation about it.
pub(super) fn work(resource: &ResourceView) -> Markup {
    html! {
        a href=(resource.url) rel="noopener nofollow" { (resource.title) }
        span.quiet {
            @if let Some(year) = resource.year { " · " (year) }
            " · " (resource.kind.as_str())
        }
        details.citers {
            summary { "cited by " (plural(resource.cited_by, "author")) }
            ul {
                @for source in resource.sources.iter().take(MOST_CITERS) {
                    li { a href={ "/sources/" (source) } { (source) } }
                }
                @if resource.sources.len() > MOST_CITERS {
                    li { "and " (resource.sources.len() - MOST_CITERS) " more" }
                }
            }
        }
        @if !resource.authors.is_empty() { div.quiet { (resource.byline()) } }
        @if let Some(archive) = &resource.archived_at {
            " " span.warn { "dead" }
            " " a href=(archive) rel="noopener nofollow" { "in the web archive" }
        }
        @if let Some(text) = &resource.abstract_text { div.abstract { (text) } }
        @if let Some(said) = resource.said.first() {
            div.quiet { "“" (said.sentence) "” " (said.source) }
        }
    }
}
