//! A guide to one case study: what the sources say about each step.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::super::super::api::{PathName, QueryParameters};
use super::super::super::error::RequestFailure;
use super::super::super::state::ServerState;
use super::super::excerpt::RenderedExcerpts;
use super::super::failure::answer;
use super::super::format::{address, plural};
use super::super::frame::layout;
use super::super::report::wrong_line;
use super::columns::{ChosenSources, columns, form, sources_of};
use super::coverage::word;
use crate::catalogue::OWN_NOTES;
use crate::graph::Coverage;
use crate::library::view::{CaseView, HitView, StepView};
use crate::library::{Audience, Library};

/// The number of passages of a step that are shown at once; the others are folded.
const SHOWN: usize = 5;
/// The maximum number of passages of a step.
const PASSAGES: usize = 20;

/// The place of a passage in a guide.
#[derive(Clone, Copy)]
struct GuidePlace<'a> {
    /// The id of the case study.
    case: &'a str,
    /// The id of the step.
    step: &'a str,
}

/// A guide with what its page needs.
struct ReadGuide {
    case: CaseView,
    excerpts: RenderedExcerpts,
}

pub(in crate::serve::pages) async fn page(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
    asked: Result<QueryParameters<ChosenSources>, RequestFailure>,
) -> Response {
    let page = async {
        let QueryParameters(chosen) = asked?;
        let name = id.clone();
        let room = Arc::clone(&state.reading);
        let find = move |library: &Library| {
            let Some(case) = library.case(&name, PASSAGES, Audience::Reader)? else {
                return Ok(None);
            };
            let hits = case.steps.iter().flat_map(|step| &step.passages);
            let excerpts = RenderedExcerpts::of(hits, library, &room)?;
            Ok(Some(ReadGuide { case, excerpts }))
        };
        let found = state.read(find).await?;
        let read = found.ok_or_else(|| state.unknown_case(&id))?;
        Ok(layout(&state, &read.case.label, guide(&read, &chosen)))
    };
    answer(&state, page.await)
}

fn guide(read: &ReadGuide, chosen: &ChosenSources) -> Markup {
    let ReadGuide { case, excerpts } = read;
    let sources = sources_of(case);
    let both = chosen.both(&sources);
    html! {
        article.guide {
            h1 { (case.label) }
            p.definition { (case.definition) }
            p.actions {
                a href={ "/topics/" (case.case) } { "The topic, with what is near it" } " · "
                button.copy data-copy={ "/cases/" (case.case) "/guide.md" } hidden { "Copy as Markdown" } " "
                a href={ "/cases/" (case.case) "/guide.md" } download { "Markdown" } " · Cards: "
                a href={ "/cases/" (case.case) "/cards.apkg" } download { "Anki" } ", "
                a href={ "/cases/" (case.case) "/cards.csv" } download { "CSV" }
            }
            @if !case.whole.is_empty() {
                h2 { "Whole answers" }
                ul {
                    @for document in &case.whole {
                        li {
                            a href={ "/documents/" (document.document) } { (document.title) }
                            span.quiet { " " (document.source) " · " (document.steps) " of 8 steps" }
                        }
                    }
                }
            }
            (form(&case.case, &sources, both))
            nav.jumps aria-label="Steps" {
                @for (at, step) in case.steps.iter().enumerate() {
                    a class=(word(step.cell.coverage)) href={ "#" (step.cell.step) } {
                        (at + 1) " " (step.label)
                    }
                }
            }
            @for at in 0..case.steps.len() { (guide_step(case, at, both, excerpts)) }
        }
    }
}

fn guide_step(
    case: &CaseView,
    at: usize,
    both: Option<[&str; 2]>,
    excerpts: &RenderedExcerpts,
) -> Markup {
    let step = &case.steps[at];
    let place = GuidePlace { case: &case.case, step: &step.cell.step };
    let authors = plural(usize::try_from(step.cell.said_by).unwrap_or(0), "author");
    let has_own = step.passages.iter().any(|hit| hit.passage.source == OWN_NOTES);
    let apart = if has_own { ", and by Cairn's own note" } else { "" };
    html! {
        section id=(step.cell.step) {
            h2 { (at + 1) ". " (step.label) }
            @match step.cell.coverage {
                Coverage::Strong => p.quiet { "Well covered, by " (authors) (apart) "." },
                Coverage::Thin => p.quiet { "Thinly covered, by " (authors) (apart) "." },
                Coverage::Empty => p.quiet { (uncovered(&case.label, step)) },
            }
            @match both {
                Some(both) => (columns(&step.passages, both, |hit| excerpt(hit, place, excerpts))),
                None => {
                    @let (shown, others) = step.passages.split_at(step.passages.len().min(SHOWN));
                    (grouped(shown, place, excerpts))
                    @if !others.is_empty() {
                        details.others {
                            summary { "Show the other " (others.len()) }
                            (grouped(others, place, excerpts))
                        }
                    }
                }
            }
        }
    }
}

/// The passages beside each other, grouped by source.
fn grouped(passages: &[HitView], at: GuidePlace, excerpts: &RenderedExcerpts) -> Markup {
    html! {
        div.beside {
            @for (source, passages) in by_source(passages) {
                div.of {
                    h3 { a href={ "/sources/" (source) } { (source) } }
                    @for hit in passages { (excerpt(hit, at, excerpts)) }
                }
            }
        }
    }
}

/// What is said about a step that no independent source covers.
fn uncovered(case: &str, step: &StepView) -> Markup {
    let query = format!("{case} {}", step.label.to_lowercase());
    let search = address("/", &[("q", query.as_str())]);
    html! {
        @if step.passages.is_empty() { "No source covers this step of the case. " }
        @else { "Only Cairn's own note covers this step of the case. " }
        a href=(search) { "Search for “" (query) "”" }
    }
}

/// The passages grouped by source, in the order of each source's first passage.
fn by_source(passages: &[HitView]) -> Vec<(&str, Vec<&HitView>)> {
    let mut sources: Vec<(&str, Vec<&HitView>)> = Vec::new();
    for hit in passages {
        let source = hit.passage.source.as_str();
        match sources.iter_mut().find(|(known, _)| *known == source) {
            Some((_, passages)) => passages.push(hit),
            None => sources.push((source, vec![hit])),
        }
    }
    sources
}

/// A passage of the guide to `case` at `step`.
fn excerpt(hit: &HitView, at: GuidePlace, excerpts: &RenderedExcerpts) -> Markup {
    let passage = &hit.passage;
    let trail = passage.trail();
    html! {
        blockquote {
            @match excerpts.get(hit) {
                Some(rendered) => { div.prose dir="auto" { (rendered) } }
                None if hit.snippet.is_code => { pre.said tabindex="0" { code { (hit.snippet.text) } } }
                None => { div.said dir="auto" { (hit.snippet.text) } }
            }
            p.where {
                a href={ "/sections/" (passage.id) } { (trail) }
                @if let Some(posted) = &passage.posted { " · " (posted) }
                " · " (passage.licence.as_deref().unwrap_or("no licence known"))
                @if !passage.url.starts_with('/') {
                    " · " a href=(passage.url) rel="noopener" aria-label={ "At the source: " (trail) } { "at the source" }
                }
                " · " (wrong_line(passage, at.case, at.step))
            }
        }
    }
}
