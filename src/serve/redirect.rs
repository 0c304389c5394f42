//! The redirect from the id of an earlier section to the current section.

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

/// A redirect with the body `body`. Its target `address` is a path with an optional query, in ASCII. The redirect is
/// permanent (308), but clients must revalidate it: after a later generation, the id can lead elsewhere, and two cached
/// redirects could form a loop.
pub(super) fn moved(address: &str, body: impl IntoResponse) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else {
        return RequestFailure::internal("the redirect can't be written").into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (StatusCode::PERMANENT_REDIRECT, headers, body).into_response()
}
