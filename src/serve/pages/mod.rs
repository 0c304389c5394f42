//! Renders the pages on the server. The pages work without JavaScript; scripts only add convenience.
//!
//! [`frame`] surrounds each page. Most other files render one or two pages; [`prose`] and [`map`] render parts of
//! pages. Templates escape all untrusted text; only the output of [`prose`] is inserted as HTML.

mod about;
mod cases;
mod failure;
mod format;
mod frame;
mod learn;
mod map;
mod news;
mod path;
mod prose;
mod resources;
mod search;
mod section;
mod sources;
mod topics;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;

use super::error::RequestFailure;
use super::state::ServerState;

pub(super) fn routes() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/", get(search::page))
        .route("/results", get(search::results))
        .route("/sections/{id}", get(section::page))
        .route("/topics", get(topics::list))
        .route("/topics/{id}", get(topics::page))
        .route("/topics/{id}/learn", get(learn::page))
        .route("/cases", get(cases::list))
        .route("/cases/{id}", get(cases::page))
        .route("/path", get(path::page))
        .route("/resources", get(resources::page))
        .route("/sources", get(sources::page))
        .route("/sources/{*id}", get(sources::one))
        .route("/new", get(news::page))
        .route("/about", get(about::page))
}

/// The response to a request for a URL without a route.
pub(super) async fn not_found(State(state): State<Arc<ServerState>>, uri: Uri) -> Response {
    let failure = RequestFailure::not_found("page", uri.path(), "search for it above");
    failure::page(&state, failure)
}
