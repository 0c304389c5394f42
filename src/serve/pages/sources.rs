//! `/sources`: the size of each source, when it was last fetched, what failed and why. `/sources/{id}`: one source.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::super::api::PathName;
use super::super::error::RequestFailure;
use super::super::state::ServerState;
use super::failure::answer;
use super::format::{address, number, plural, time, topic_label};
use super::frame::PageFrame;
use super::frame::layout;
use super::notice::notice;
use super::search::hit_card;
use crate::catalogue::Shown;
use crate::generation::glance::RunGlance;
use crate::generation::manifest::{SourceCondition, SourceState};
use crate::generation::outcome::RunOutcome;
use crate::generation::run::{FetchOutcome, RunRecord};
use crate::library::Library;
use crate::library::view::{AboutSource, EngineKind, EngineView, SearchView, StatusView};
use crate::printable::thousands;
use crate::problem::Problem;
use crate::search::{Budget, FacetField, Filter, FilterField};

/// The note that is shown for private sources.
const PRIVATE: &str = "private: feeds, exports and decks leave its text out";
/// The maximum number of failed sources that are named above the table.
const NAMED: usize = 5;
/// The maximum number of listed problems of one source.
const LISTED: usize = 50;
/// The maximum number of passages on the page of one source.
const PASSAGES: usize = 8;

pub(super) async fn page(State(state): State<Arc<ServerState>>) -> Response {
    let page = async {
        let library = state.library()?;
        let status = state.status(&library);
        let sources = library.sources(&state.shelf.standing()).sources;
        let notice = notice(&state, &library);
        Ok(layout(&state, "Sources", body(&status, &sources, &notice)))
    };
    answer(&state, page.await)
}

fn body(status: &StatusView, sources: &[SourceState], notice: &Markup) -> Markup {
    // The notice says this, how many sources were not reached, and when the next refresh starts.
    let is_down = status.last_run.as_ref().is_some_and(|run| run.no_network().is_some());
    html! {
        h1 { "Sources" }
        (notice)
        p {
            @match &status.last_run {
                Some(run) => { (last_run(run)) (last_full_run(run, status.last_full_run.as_ref())) }
                None => { "No refresh has run yet. " }
            }
            @if !is_down {
                (failing(&status.failing))
                @if let Some(next) = &status.next_run { "The next one starts " (time(next)) ". " }
            }
            (engine(&status.engine))
        }
        div.wide tabindex="0" role="region" aria-label="Sources" {
            table.sources {
                thead { tr {
                    th { "Source" } th { "Licence" } th.number { "Documents" } th.number { "Sections" }
                    th { "Fetched" } th { "State" }
                } }
                tbody {
                    @for source in sources.iter().filter(|source| is_well(source)) { (row(source)) }
                    @for source in sources.iter().filter(|source| !is_well(source)) { (row(source)) }
                }
            }
        }
    }
}

/// Which engine searches, if it is not the usual one.
fn engine(engine: &EngineView) -> Markup {
    html! {
        @if engine.name == EngineKind::OpenSearch {
            "An OpenSearch cluster searches"
            @match (engine.available, engine.fallback) {
                (Some(false), true) => { "; it did not answer the last search, so the local index did." }
                (Some(false), false) => { "; it did not answer the last search." }
                (Some(true) | None, _) => { "." }
            }
        }
    }
}

/// The page of one source.
pub(super) async fn one(State(state): State<Arc<ServerState>>, PathName(id): PathName) -> Response {
    let page = async {
        let library = state.library()?;
        let hint = "/sources lists them";
        let sources = library.sources(&state.shelf.standing()).sources;
        let found = sources.into_iter().find(|source| source.id.eq_ignore_ascii_case(&id));
        let source = found.ok_or_else(|| {
            RequestFailure::not_found("source", &id, hint).near(library.near_sources(&id))
        })?;
        let own = Filter::all([(FilterField::Source, Some(&*source.id))]);
        let within =
            move |library: &Library, budget: &Budget| library.within(&own, PASSAGES, budget);
        let view = state.ask(within).await?;
        let feed = Some(address("/feed.atom", &[("source", &source.id)]));
        let frame = PageFrame { title: &source.id, feed, ..PageFrame::default() };
        let body = whole(&source, &view, &library);
        Ok(frame.round(&state, body))
    };
    answer(&state, page.await)
}

fn whole(source: &SourceState, view: &SearchView, library: &Library) -> Markup {
    let vocabulary = &library.graph.vocabulary;
    let topics = view.facets.get(&FacetField::Topic).map(Vec::as_slice).unwrap_or_default();
    let origin = library.source_link(&source.id);
    html! {
        article.source {
            h1 { (source.id) }
            p { (source.why) }
            @if let Some(description) = &source.description { p.quiet { (description) } }
            @if source.private { p.quiet { (PRIVATE) } }
            (facts(source))
            p.quiet {
                @if let Some(origin) = origin { a href=(origin) rel="noopener" { "Open at the source" } " · " }
                a href=(address("/", &[("source", &source.id)])) { "Search in it" } " · "
                a href=(address("/new", &[("source", &source.id)])) { "What is new" }
            }
            @if !topics.is_empty() {
                h2 { "Topics" }
                p.topics {
                    @for value in topics {
                        a.chip href=(address("/", &[("source", &source.id), ("topic", &value.value)])) {
                            (topic_label(vocabulary, &value.value)) span.count { (value.count) }
                        } " "
                    }
                }
            }
            @if !source.problems.is_empty() {
                h2 { (plural(source.problems.len(), "problem")) }
                (listed(&source.problems))
            }
            @if !view.hits.is_empty() {
                h2 { "Passages" }
                @for hit in &view.hits { (hit_card(hit, "", vocabulary)) }
            }
        }
    }
}

/// Details of a source.
fn facts(source: &SourceState) -> Markup {
    html! {
        dl.facts {
            dt { "Holds" } dd { (plural(source.documents, "document")) ", " (plural(source.sections, "section")) }
            dt { "Licence" } dd { (source.licence.as_deref().unwrap_or("none known")) ": " (word(source.shown)) }
            dt { "Fetched" } dd { @match &source.fetched_at { Some(at) => (time(at)), None => "not yet" } }
            dt { "State" } dd { (source.state.as_str()) @if source.private { ", private" } @if source.archived { ", archived" } @if source.stale { ", stale" } }
            @if let Some(author) = &source.author { dt { "Author" } dd { (author) } }
            @if let Some(stars) = source.stars.filter(|stars| *stars > 0) { dt { "Stars" } dd { (thousands(stars)) " on GitHub" } }
            @if let Some(day) = &source.pushed_at { dt { "Last push" } dd { (day) } }
            @if let Some(page) = &source.homepage {
                dt { "Homepage" } dd { a href=(page) rel="noopener nofollow" { (page) } }
            }
            @if !source.topics.is_empty() { dt { "GitHub topics" } dd { (source.topics.join(", ")) } }
            @if let Some(moved) = &source.moved_to { dt { "Moved to" } dd { (moved) } }
            @if let Some(fork) = &source.fork_of { dt { "Fork of" } dd { (fork) } }
        }
    }
}

/// A list of the first [`LISTED`] of `problems`, each with its file if it has one.
fn listed(problems: &[Problem]) -> Markup {
    html! {
        ul {
            @for problem in problems.iter().take(LISTED) {
                li {
                    @if let Some(path) = &problem.path { (path) ": " }
                    (problem.message)
                    @if let Some(hint) = &problem.hint { " (" (hint) ")" }
                }
            }
        }
        @if problems.len() > LISTED { p.quiet { "and " (number(problems.len() - LISTED)) " more" } }
    }
}

fn word(shown: Shown) -> &'static str {
    match shown {
        Shown::Full => "shown whole",
        Shown::Excerpt => "excerpts",
    }
}

fn last_run(run: &RunRecord) -> Markup {
    let asked = run.sources.iter().filter(|source| source.outcome != FetchOutcome::Skipped).count();
    let requests = usize::try_from(run.traffic.requests).unwrap_or(0);
    let down = run.no_network().map(|down| down.to_string());
    let problems = run.problems_of_run();
    html! {
        "The last refresh ended " (time(&run.ended_at)) ": " (plural(requests, "request")) " to "
        (plural(asked, "source")) ", " (format!("{:.1}", run.traffic.bytes as f64 / 1e6)) " MB fetched"
        @if let Some(quota) = &run.quota {
            ", " (quota.remaining) " of " (quota.limit) " requests left this hour at GitHub\u{2019}s API"
        }
        @if run.stopped { ", " b { "stopped before its end" } }
        ". "
        @for note in problems.iter().filter(|note| Some(&note.message) != down.as_ref()) {
            b { (note.message) } @if let Some(hint) = &note.hint { " (" (hint) ")" } ". "
        }
    }
}

/// When the last refresh of all sources ended, unless that was the last refresh, `run`.
fn last_full_run(run: &RunRecord, full: Option<&RunGlance>) -> Markup {
    html! {
        @match full {
            Some(_) if run.complete => {}
            Some(full) => {
                "The last refresh of all sources ended " (time(&full.ended_at))
                @if full.outcome == RunOutcome::Refused { " and published nothing" }
                @if full.outcome == RunOutcome::Unreached { " and could fetch nothing" }
                ". "
            }
            None => { "No refresh has covered all sources yet. " }
        }
    }
}

/// The sources of which something failed or was deferred when it was last requested.
fn failing(ids: &[String]) -> Markup {
    html! {
        @if !ids.is_empty() {
            b { (number(ids.len())) " could not be fetched" } ": "
            @for (at, id) in ids.iter().take(NAMED).enumerate() {
                @if at > 0 { ", " }
                a href={ "#" (id) } { (id) }
            }
            @if ids.len() > NAMED { " and " (number(ids.len() - NAMED)) " more" }
            ". "
        }
    }
}

/// Whether nothing prevented the last fetch of `source`. These sources come first.
fn is_well(source: &SourceState) -> bool {
    matches!(source.state, SourceCondition::Ok | SourceCondition::New)
}

fn row(source: &SourceState) -> Markup {
    let (failure, problems) = match source.problems.split_first() {
        Some((first, others)) if !is_well(source) => (Some(first), others),
        _ => (None, source.problems.as_slice()),
    };
    let shown = word(source.shown);
    html! {
        tr id=(source.id) {
            td {
                b { a href={ "/sources/" (source.id) } { (source.id) } }
                p.quiet { (source.why) }
                @let about = AboutSource::of(source);
                @if !about.is_empty() { p.quiet { (about) } }
                @if source.state == SourceCondition::Gone {
                    p.warn { "no longer found; its indexed documents are kept for a while" }
                }
                @if source.private { p.quiet { (PRIVATE) } }
                @if source.archived { p.quiet { "archived: no longer maintained" } }
                @if source.stale { p.quiet { "stale: outdated or thin, so it ranks lower" } }
                @if let Some(failure) = failure {
                    details.warn {
                        summary { "could not be fetched" }
                        (failure.message)
                        @if let Some(hint) = &failure.hint { " (" (hint) ")" }
                    }
                }
                @if !problems.is_empty() {
                    details { summary { (plural(problems.len(), "problem")) } (listed(problems)) }
                }
            }
            td data-label="Licence" { (source.licence.as_deref().unwrap_or("none known")) p.quiet.whole { (shown) } }
            td.number data-label="Documents" { (number(source.documents)) }
            td.number data-label="Sections" { (number(source.sections)) }
            td data-label="Fetched" { @match &source.fetched_at { Some(at) => (time(at)), None => "not yet" } }
            td data-label="State" { (source.state.as_str()) }
        }
    }
}
