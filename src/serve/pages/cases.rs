//! `/cases`: the matrix of case studies and steps. `/cases/{id}`: a guide to one case study.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::super::api::PathName;
use super::super::state::ServerState;
use super::excerpt::RenderedExcerpts;
use super::failure::answer;
use super::format::{address, plural};
use super::frame::layout;
use crate::graph::Coverage;
use crate::library::view::{CaseView, CasesView, CellView, HitView, StepView};
use crate::library::{Audience, Library};

/// The maximum number of passages that are shown for each step.
const PASSAGES: usize = 5;

pub(super) async fn list(State(state): State<Arc<ServerState>>) -> Response {
    let page = async {
        let view = state.read(|library| Ok(library.cases())).await?;
        Ok(layout(&state, "Case studies", matrix(&view)))
    };
    answer(&state, page.await)
}

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
) -> Response {
    let page = async {
        let name = id.clone();
        let room = Arc::clone(&state.reading);
        let find = move |library: &Library| {
            let Some(case) = library.case(&name, PASSAGES, Audience::Reader)? else {
                return Ok(None);
            };
            let hits = case.steps.iter().flat_map(|step| &step.passages);
            let excerpts = RenderedExcerpts::of(hits, library, &room)?;
            Ok(Some((case, excerpts)))
        };
        let found = state.read(find).await?;
        let (case, excerpts) = found.ok_or_else(|| state.unknown_case(&id))?;
        Ok(layout(&state, &case.label, guide(&case, &excerpts)))
    };
    answer(&state, page.await)
}

fn matrix(view: &CasesView) -> Markup {
    let said = |cells: &[CellView]| cells.iter().any(|cell| cell.coverage != Coverage::Empty);
    let (with_content, without_content): (Vec<_>, Vec<_>) =
        view.cases.iter().partition(|case| said(&case.cells));
    html! {
        h1 { "Case studies" }
        p.quiet {
            "The number of authors who discuss each case at each step of a design answer. Bold on green: two or more say "
            "80 words or five list items each. Plain: something is said."
        }
        div.wide tabindex="0" role="region" aria-label="Case studies by step" {
            table.matrix {
                thead { tr { th scope="col" { "Case" }
                    @for step in &view.steps { th scope="col" { (step.label) } } } }
                tbody {
                    @for case in &with_content {
                        tr {
                            th scope="row" { a href={ "/cases/" (case.id) } { (case.label) } }
                            @for cell in &case.cells { (matrix_cell(&case.id, cell)) }
                        }
                    }
                }
            }
        }
        @if !without_content.is_empty() {
            p.quiet { "No source covers these yet: "
                @for (at, case) in without_content.iter().enumerate() {
                    @if at > 0 { ", " }
                    a href={ "/topics/" (case.id) } { (case.label) }
                } "."
            }
        }
    }
}

fn matrix_cell(case: &str, cell: &CellView) -> Markup {
    let authors = usize::try_from(cell.said_by).unwrap_or(0);
    html! {
        @match cell.coverage {
            Coverage::Empty => td.empty { span.quiet title="nothing" { "–" } },
            coverage => td class=(word(coverage)) {
                a href={ "/cases/" (case) "#" (cell.step) }
                    title={ (word(coverage)) ", " (plural(authors, "author")) } { (authors) }
            }
        }
    }
}

fn word(coverage: Coverage) -> &'static str {
    match coverage {
        Coverage::Strong => "strong",
        Coverage::Thin => "thin",
        Coverage::Empty => "empty",
    }
}

fn guide(case: &CaseView, excerpts: &RenderedExcerpts) -> Markup {
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
            nav.jumps aria-label="Steps" {
                @for (at, step) in case.steps.iter().enumerate() {
                    a class=(word(step.cell.coverage)) href={ "#" (step.cell.step) } {
                        (at + 1) " " (step.label)
                    }
                }
            }
            @for (at, step) in case.steps.iter().enumerate() { (guide_step(&case.label, at, step, excerpts)) }
        }
    }
}

fn guide_step(case: &str, at: usize, step: &StepView, excerpts: &RenderedExcerpts) -> Markup {
    let authors = plural(usize::try_from(step.cell.said_by).unwrap_or(0), "author");
    html! {
        section id=(step.cell.step) {
            h2 { (at + 1) ". " (step.label) }
            @match step.cell.coverage {
                Coverage::Strong => p.quiet { "Well covered, by " (authors) "." },
                Coverage::Thin => p.quiet { "Thinly covered, by " (authors) "." },
                Coverage::Empty => p.quiet { (uncovered(case, step)) },
            }
            div.beside {
                @for (source, passages) in by_source(&step.passages) {
                    div.of {
                        h3 { a href={ "/sources/" (source) } { (source) } }
                        @for hit in passages { (excerpt(hit, excerpts)) }
                    }
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

fn excerpt(hit: &HitView, excerpts: &RenderedExcerpts) -> Markup {
    let passage = &hit.passage;
    let trail = passage.trail();
    html! {
        blockquote {
            @match excerpts.get(hit) {
                Some(rendered) => { div.prose dir="auto" { (rendered) } }
                None => { div.said dir="auto" { (hit.snippet.text) } }
            }
            p.where {
                a href={ "/sections/" (passage.id) } { (trail) }
                @if let Some(posted) = &passage.posted { " · " (posted) }
                " · " (passage.licence.as_deref().unwrap_or("no licence known"))
                @if !passage.url.starts_with('/') {
                    " · " a href=(passage.url) rel="noopener" aria-label={ "At the source: " (trail) } { "at the source" }
                }
            }
        }
    }
}
