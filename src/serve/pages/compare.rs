//! `/compare?topics=a,b`: two topics side by side.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::super::api::{CompareParameters, QueryParameters};
use super::super::error::RequestFailure;
use super::super::state::ServerState;
use super::failure::answer;
use super::frame::layout;
use super::search::hit_card;
use crate::library::view::{ComparedTopic, ComparisonView, TopicLink};
use crate::vocabulary::Vocabulary;

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    asked: Result<QueryParameters<CompareParameters>, RequestFailure>,
) -> Response {
    let page = async {
        let QueryParameters(asked) = asked?;
        if asked.is_empty() {
            return Ok(layout(&state, "Compare", form()));
        }
        let view = asked.find(&state).await?;
        let labels: Vec<&str> = view.topics.iter().map(|topic| &*topic.topic.label).collect();
        let title = labels.join(" and ");
        Ok(layout(&state, &title, body(&view, &title, &state.library()?.graph.vocabulary)))
    };
    answer(&state, page.await)
}

/// The form for two topics.
fn form() -> Markup {
    html! {
        h1 { "Compare two topics" }
        form.path action="/compare" {
            label { "Topics, with a comma between them " input name="topics" maxlength="200" placeholder="precision, recall"; }
            button { "Compare" }
        }
    }
}

fn body(view: &ComparisonView, title: &str, vocabulary: &Vocabulary) -> Markup {
    html! {
        article.guide {
            h1 { (title) }
            div.beside { @for topic in &view.topics { (card(topic)) } }
            @if !view.shared.is_empty() {
                p { b { "Both need " } (chips(&view.shared)) }
            }
            h2 { "Passages that mention both" }
            @if view.passages.is_empty() { p { "No passage mentions both topics." } }
            @for step in &view.passages {
                section {
                    h3.step { (step.label) }
                    @for hit in &step.passages { (hit_card(hit, title, vocabulary)) }
                }
            }
        }
    }
}

fn card(compared: &ComparedTopic) -> Markup {
    let topic = &compared.topic;
    html! {
        section.card {
            h2 { a href={ "/topics/" (topic.id) } { (topic.label) } }
            p { (topic.definition) }
            @if !compared.broader.is_empty() { p { b { "Part of " } (chips(&compared.broader)) } }
            @if !compared.requires.is_empty() { p { b { "Needs " } (chips(&compared.requires)) } }
            p { a href={ "/topics/" (topic.id) "/learn" } { "Learn it step by step" } }
        }
    }
}

fn chips(links: &[TopicLink]) -> Markup {
    html! {
        @for link in links {
            a.chip href={ "/topics/" (link.id) } title=[link.why.as_deref()] { (link.label) } " "
        }
    }
}
