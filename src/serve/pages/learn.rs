//! `/topics/{id}/learn`: the prerequisites of a topic, as a checklist.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::super::api::PathName;
use super::super::state::ServerState;
use super::failure::answer;
use super::frame::layout;
use crate::library::view::{LearnView, LessonView};

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
) -> Response {
    let page = async {
        let view = state.read(move |library| Ok(library.learn(&id, &[]))).await?;
        let view = view.map_err(|name| state.unknown_topic(&name))?;
        let label = view.order.last().map_or("", |lesson| lesson.label.as_str());
        Ok(layout(&state, &format!("Learn {label}"), body(&view, label)))
    };
    answer(&state, page.await)
}

fn body(view: &LearnView, label: &str) -> Markup {
    html! {
        article.topic {
            h1 { "Learn " (label) }
            p.quiet {
                "What it builds on comes first. Ticks are stored in this browser and apply to every list. "
                a href={ "/topics/" (view.topic) } { "The topic itself" } " · "
                a href={ "/topics/" (view.topic) "/cards.apkg" } { "Cards for Anki" }
            }
            ol.checklist data-checklist=(view.topic) {
                @for lesson in &view.order { (item(lesson)) }
            }
            p.progress hidden {}
        }
    }
}

fn item(lesson: &LessonView) -> Markup {
    html! {
        li data-id=(lesson.id) {
            label { input type="checkbox" hidden disabled; " " b { (lesson.label) } }
            " " a href={ "/topics/" (lesson.id) } aria-label={ "More on " (lesson.label) } { "more" }
            p { (lesson.definition) }
            @if let (Some(needed), Some(reason)) = (&lesson.needed_for, &lesson.reason) {
                p.quiet { "For " (needed.label) ": " (reason) }
            }
        }
    }
}
