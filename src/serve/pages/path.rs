//! `/path`: how one topic leads to another.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::super::api::{PathParameters, QueryParameters};
use super::super::error::RequestFailure;
use super::super::state::ServerState;
use super::failure::answer;
use super::frame::layout;
use super::topics::tie;
use crate::library::view::{ChainView, PathView};

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    asked: Result<QueryParameters<PathParameters>, RequestFailure>,
) -> Response {
    let page = async {
        let QueryParameters(asked) = asked?;
        let is_asked = !asked.from.is_empty() && !asked.to.is_empty();
        let found = if is_asked { Some(asked.find(&state).await?) } else { None };
        Ok(layout(&state, "Paths", body(&asked, found.as_ref())))
    };
    answer(&state, page.await)
}

fn body(asked: &PathParameters, found: Option<&PathView>) -> Markup {
    html! {
        h1 { "From one topic to another" }
        form.path action="/path" {
            label { "From " input name="from" value=(asked.from) maxlength="100" placeholder="position bias"; }
            label { "to " input name="to" value=(asked.to) maxlength="100" placeholder="feature store"; }
            button { "Show" }
        }
        @if let Some(view) = found {
            @for (at, chain) in view.paths.iter().enumerate() { (shown(view, chain, at == 0)) }
            @if view.paths.is_empty() {
                p { "No chain of explained ties joins " (view.from.label) " and " (view.to.label) "." }
            }
        } @else {
            p.quiet { "Enter two topics by any of their names to see how they are connected, with the evidence." }
        }
    }
}

/// A chain with the evidence for each hop. The evidence is unfolded at first only if the chain `is_best`.
fn shown(view: &PathView, chain: &ChainView, is_best: bool) -> Markup {
    html! {
        section.chain {
            h2 {
                a href={ "/topics/" (view.from.id) } { (view.from.label) }
                @for hop in &chain.hops { " → " a href={ "/topics/" (hop.to) } { (hop.to_label) } }
            }
            @for hop in &chain.hops {
                details open[is_best] {
                    summary { (hop.from_label) " → " (hop.to_label) ": " (hop.tie.words.join(", ")) }
                    (tie(&hop.tie, [&hop.from, &hop.to]))
                }
            }
        }
    }
}
