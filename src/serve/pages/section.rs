//! `/sections/{id}`: redirects to the section's place in its document. The id of an earlier section leads to the current
//! one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use serde::Deserialize;

use super::super::api::{PathName, QueryParameters};
use super::super::error::RequestFailure;
use super::super::redirect;
use super::super::state::ServerState;
use super::failure;
use super::format::address;
use super::frame::PageFrame;
use crate::library::EarlierId;
use crate::search::SectionId;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SectionPageParameters {
    /// The query that led to the section.
    q: String,
}

pub(super) async fn page(
    State(state): State<Arc<ServerState>>,
    PathName(id): PathName,
    asked: Result<QueryParameters<SectionPageParameters>, RequestFailure>,
) -> Response {
    let page = async {
        let QueryParameters(SectionPageParameters { q }) = asked?;
        let hint = "it may have changed at its source; search for it above";
        let unknown = || RequestFailure::not_found("section", &id, hint);
        let section = SectionId::parse(&id).ok_or_else(unknown)?;
        if let Some(document) = state.read(move |library| library.document_id_of(section)).await? {
            let path = address(&format!("/documents/{document}"), &[("q", &q), ("at", &id)]);
            return Ok(redirect::found(&format!("{path}#s-{section}")));
        }
        match redirect::earlier(&state, section).await?.ok_or_else(unknown)? {
            EarlierId::Section(current) => {
                Ok(redirect::moved(&address(&format!("/sections/{current}"), &[("q", &q)]), ()))
            }
            EarlierId::Removed { source } => Ok(gone(&state, &source, &q)),
        }
    };
    page.await.unwrap_or_else(|failure| failure::page(&state, failure))
}

/// The page for a section whose document is no longer in `source`. `query` is the query that led to the section.
fn gone(state: &ServerState, source: &str, query: &str) -> Response {
    let title = "No longer there";
    let body = html! {
        h1 { (title) }
        p { "This link led to a section of " (source) ". Its document is no longer there." }
        p.quiet {
            a href={ "/sources/" (source) } { "What " (source) " has now" } " · "
            a href=(address("/", &[("q", query), ("source", source)])) { "Search in it" }
        }
    };
    let frame = PageFrame { title, query, ..PageFrame::default() };
    (StatusCode::GONE, frame.round(state, body)).into_response()
}
