//! `/sources`: what each source holds, when it was last fetched, what failed and why.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::response::Response;
use maud::{Markup, html};

use super::super::State;
use super::{answer, layout, number, plural, time};
use crate::catalogue::Shown;
use crate::library::view::StatusView;
use crate::refresh::manifest::SourceState;
use crate::refresh::{Outcome, Run};

/// Failed sources that are named above the table.
const NAMED: usize = 12;

pub(super) async fn page(Shared(state): Shared<Arc<State>>) -> Response {
    let page = async {
        let library = state.library()?;
        let status = state.status(&library);
        let sources = library.sources(&state.shelf.standing()).sources;
        Ok(layout(&state, "Sources", "", body(&status, &sources)))
    };
    answer(&state, page.await)
}

fn body(status: &StatusView, sources: &[SourceState]) -> Markup {
    html! {
        h1 { "Sources" }
        p {
            @match &status.last_run {
                Some(run) => { (last_run(run)) }
                None => { "No refresh has run yet. " }
            }
            (failing(&status.failing))
            @if let Some(next) = &status.next_run { "The next one starts " (time(next)) "." }
        }
        div.wide {
            table {
                thead { tr {
                    th { "Source" } th { "Licence" } th.number { "Documents" } th.number { "Sections" }
                    th { "Fetched" } th { "State" }
                } }
                tbody { @for source in sources { (row(source)) } }
            }
        }
    }
}

fn last_run(run: &Run) -> Markup {
    let asked = run.sources.iter().filter(|source| source.outcome != Outcome::Skipped).count();
    let requests = usize::try_from(run.traffic.requests).unwrap_or(0);
    html! {
        "The last refresh ended " (time(&run.ended_at)) ": " (plural(asked, "source")) " asked with "
        (plural(requests, "request")) ", " (format!("{:.1}", run.traffic.bytes as f64 / 1e6)) " MB fetched"
        @if let Some(quota) = &run.quota {
            ", " (quota.remaining) " of " (quota.limit) " requests an hour left at GitHub\u{2019}s API"
        }
        @if run.stopped { ", " b { "stopped before its end" } }
        ". "
        @for note in &run.notes {
            b { (note.message) } @if let Some(hint) = &note.hint { " (" (hint) ")" } ". "
        }
    }
}

/// The sources that could not be had when they were last asked.
fn failing(ids: &[String]) -> Markup {
    html! {
        @if !ids.is_empty() {
            b { (number(ids.len())) " could not be had" } ": "
            @for (at, id) in ids.iter().take(NAMED).enumerate() {
                @if at > 0 { ", " }
                a href={ "#" (id) } { (id) }
            }
            @if ids.len() > NAMED { " and " (number(ids.len() - NAMED)) " more" }
            ". "
        }
    }
}

fn row(source: &SourceState) -> Markup {
    let is_well = matches!(source.state.as_str(), "ok" | "new");
    let (failure, problems) = match source.problems.split_first() {
        Some((first, others)) if !is_well => (Some(first), others),
        _ => (None, source.problems.as_slice()),
    };
    let shown = match source.shown {
        Shown::Full => "shown whole",
        Shown::Excerpt => "excerpts",
    };
    html! {
        tr id=(source.id) {
            td {
                b { (source.id) }
                p.quiet { (source.why) }
                @if source.state == "gone" {
                    p.warn { "not found any more; what was indexed is kept for a while" }
                }
                @if source.archived { p.quiet { "archived: nobody works on it any more" } }
                @if let Some(failure) = failure {
                    p.warn {
                        (failure.message)
                        @if let Some(hint) = &failure.hint { " (" (hint) ")" }
                    }
                }
                @if !problems.is_empty() {
                    details {
                        summary { (plural(problems.len(), "problem")) }
                        ul {
                            @for problem in problems.iter().take(50) {
                                li {
                                    @if let Some(path) = &problem.path { (path) ": " }
                                    (problem.message)
                                    @if let Some(hint) = &problem.hint { " (" (hint) ")" }
                                }
                            }
                        }
                    }
                }
            }
            td { (source.licence.as_deref().unwrap_or("none known")) p.quiet.whole { (shown) } }
            td.number { (number(source.documents)) }
            td.number { (number(source.sections)) }
            td { @match &source.fetched_at { Some(at) => (time(at)), None => "not yet" } }
            td { (source.state) }
        }
    }
}
