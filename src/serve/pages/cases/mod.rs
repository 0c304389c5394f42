//! `/cases`: the matrix of case studies and steps. `/cases/{id}`: a guide to one case study.

mod columns;
mod coverage;
mod guide;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::super::state::ServerState;
use super::failure::answer;
use super::format::plural;
use super::frame::layout;
use crate::graph::Coverage;
use crate::library::view::{CasesView, CellView};
use coverage::word;
pub(super) use guide::page;

pub(super) async fn list(State(state): State<Arc<ServerState>>) -> Response {
    let page = async {
        let view = state.read(|library| Ok(library.cases())).await?;
        Ok(layout(&state, "Case studies", matrix(&view)))
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
            "How many authors discuss each case at each step of a design answer. Bold on green: at least two of them write "
            "80 words or five list items or more. –: nobody does."
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
