//! Redirects between the addresses of sections and documents.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::RequestFailure;
use super::state::ServerState;
use crate::library::EarlierId;
use crate::search::SectionId;

/// What the id of an earlier section leads to now; `None` if no known section ever had the id `id`.
pub(super) async fn earlier(
    state: &ServerState,
    id: SectionId,
) -> Result<Option<EarlierId>, RequestFailure> {
    state.read(move |library| Ok(library.earlier(id))).await
}

/// A redirect (302) to `address`, a path with an optional query and fragment, in ASCII. Clients must revalidate it.
pub(super) fn found(address: &str) -> Response {
    redirect(StatusCode::FOUND, address, ())
}

/// A redirect with the body `body`. Its target `address` is a path with an optional query, in ASCII. The redirect is
/// permanent (308), but clients must revalidate it: after a later generation, the id can lead elsewhere, and two cached
/// redirects could form a loop.
pub(super) fn moved(address: &str, body: impl IntoResponse) -> Response {
    redirect(StatusCode::PERMANENT_REDIRECT, address, body)
}

fn redirect(status: StatusCode, address: &str, body: impl IntoResponse) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else {
        return RequestFailure::internal("the redirect can't be written").into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (status, headers, body).into_response()
}
