//! Failed requests as pages.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::frame::layout;
use crate::library::view::ErrorCode;
use crate::serve::error::RequestFailure;
use crate::serve::state::ServerState;

/// The page that shows `failure`.
pub(super) fn page(state: &ServerState, failure: RequestFailure) -> Response {
    let title = match failure.status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::SERVICE_UNAVAILABLE if failure.code == ErrorCode::NotReady => "Not ready yet",
        StatusCode::SERVICE_UNAVAILABLE => "Not now",
        _ => "That did not work",
    };
    let body = html! {
        h1 { (title) }
        p { (sentence(&failure.message)) "." }
        @if !failure.near.is_empty() {
            p { "Did you mean:" }
            ul { @for near in &failure.near { li { a href=(near.url) { (near.name) } } } }
        }
        p.quiet { (sentence(&failure.hint)) "." }
    };
    let mut response = (failure.status, layout(state, title, body)).into_response();
    let retry_after = failure.retry_after().map(|after| (header::RETRY_AFTER, after));
    response.headers_mut().extend(retry_after);
    response
}

/// `message` with a capital letter at its beginning.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The response with the page in `made`. If `made` is a failure, the response with a page that shows the failure.
pub(super) fn answer(state: &ServerState, made: Result<Markup, RequestFailure>) -> Response {
    match made {
        Ok(markup) => markup.into_response(),
        Err(failure) => page(state, failure),
    }
}
