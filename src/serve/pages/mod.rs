//! Renders the pages on the server. The pages work without JavaScript; scripts only add convenience.
//!
//! [`frame`] surrounds each page. Most other files render one or two pages; [`prose`] and [`map`] render parts of
//! pages. Templates escape all untrusted text; only the output of [`prose`] is inserted as HTML.

mod about;
mod cases;
mod compare;
mod document;
mod excerpt;
mod failure;
mod format;
mod frame;
mod learn;
mod map;
mod news;
mod notice;
mod path;
mod prose;
pub(super) mod queries;
mod report;
mod resources;
mod search;
mod section;
mod sources;
mod topics;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;

use super::error::RequestFailure;
use super::state::ServerState;
use crate::typeset::Typesetter;
pub(super) use prose::PictureMode;

pub(super) fn routes() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/", get(search::page))
        .route("/results", get(search::results))
        .route("/documents/{id}", get(document::page))
        .route("/sections/{id}", get(section::page))
        .route("/topics", get(topics::list))
        .route("/topics/{id}", get(topics::page))
        .route("/topics/{id}/learn", get(learn::page))
        .route("/cases", get(cases::list))
        .route("/cases/{id}", get(cases::page))
        .route("/compare", get(compare::page))
        .route("/path", get(path::page))
        .route("/resources", get(resources::page))
        .route("/sources", get(sources::page))
        .route("/sources/{*id}", get(sources::one))
        .route("/new", get(news::page))
        .route("/report", get(report::page))
        .route("/about", get(about::page))
}

/// `markdown` as the page of a document shows it. For tests of hostile documents.
pub fn document_html(markdown: &str) -> String {
    let typesetter = Typesetter::default();
    let context = prose::ProseContext {
        targets: prose::LinkTargets::default(),
        pictures: PictureMode::Linked,
        typesetter: &typesetter,
    };
    let none = |texts: &[String]| Ok::<_, Infallible>(vec![Vec::new(); texts.len()]);
    match prose::html(markdown, "", &[], &context, none) {
        Ok(html) => html.0,
        Err(never) => match never {},
    }
}

/// The response to a request for a URL without a route.
pub(super) async fn not_found(State(state): State<Arc<ServerState>>, uri: Uri) -> Response {
    let failure = RequestFailure::not_found("page", uri.path(), "search for it above");
    failure::page(&state, failure)
}
