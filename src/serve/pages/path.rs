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
use crate::library::view::{ChainView, PathView, TopicLink};

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
    let name = |typed: &str, topic: fn(&PathView) -> &TopicLink| {
        found.map_or(typed, |view| &topic(view).label).to_owned()
    };
    html! {
        h1 { "From one topic to another" }
        form.path action="/path" {
            label { "From " input name="from" value=(name(&asked.from, |view| &view.from)) maxlength="100" placeholder="position bias"; }
            label { "to " input name="to" value=(name(&asked.to, |view| &view.to)) maxlength="100" placeholder="feature store"; }
            button { "Show" }
        }
        @if let Some(view) = found {
            @for (at, chain) in view.paths.iter().enumerate() { (shown(view, chain, at == 0)) }
            @if view.paths.is_empty() {
                p { "No chain of explained relations connects " (view.from.label) " and " (view.to.label) "." }
            }
        } @else {
            p.quiet { "Enter two topics by any of their names to see how they are connected, with the reasons and sentences that Cairn has for it." }
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
                @let words = html! { b { (hop.to_label) } ", as seen from " (hop.from_label) ": " (hop.tie.words.join(", ")) };
                @if hop.tie.reason.is_none() && hop.tie.evidence.is_empty() {
                    p { (words) }
                } @else {
                    details open[is_best] {
                        summary { (words) }
                        (tie(&hop.tie, [&hop.from, &hop.to]))
                    }
                }
            }
        }
    }
}
