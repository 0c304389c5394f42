//! Refuses requests beyond the [limits](crate::serve::limits), and targets that are too long.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::library::view::ErrorCode;
use crate::serve::error::RequestFailure;
use crate::serve::forwarded::RequestOrigin;
use crate::serve::state::ServerState;

/// The maximum length in bytes of a request's target; a request with a longer target gets 414. The links and messages
/// of the response repeat parts of the target.
const LONGEST_TARGET: usize = 8 * 1_024;

/// Responds with 429 to a client that sends too many requests, with 503 if too many requests are being processed, and
/// with 414 if the target is too long. A request without an address (from a test that calls the router) counts as
/// local.
pub(in crate::serve) async fn limit(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let client = request.extensions().get::<RequestOrigin>().map(|origin| origin.client);
    if let Some((client, wait)) =
        client.and_then(|client| Some((client, state.limits.wait(client)?)))
    {
        tracing::debug!(client = %client.address(), "a request was refused: too many requests");
        return refuse(StatusCode::TOO_MANY_REQUESTS, "too many requests from you", wait);
    }
    let Some(_slot) = state.limits.slot() else {
        let wait = Duration::from_secs(1);
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once", wait);
    };
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > LONGEST_TARGET {
        return too_long(target).into_response();
    }
    next.run(request).await
}

fn too_long(bytes: usize) -> RequestFailure {
    RequestFailure {
        status: StatusCode::URI_TOO_LONG,
        code: ErrorCode::TooLong,
        message: format!("the address is {bytes} bytes long"),
        hint: format!("at most {LONGEST_TARGET} bytes are allowed; shorten the query"),
        near: Vec::new(),
    }
}

fn refuse(status: StatusCode, message: &str, wait: Duration) -> Response {
    let seconds = wait.as_secs().max(1);
    let failure = RequestFailure {
        status,
        code: ErrorCode::TooMany,
        message: message.to_owned(),
        hint: format!("try again in {seconds} s"),
        near: Vec::new(),
    };
    let mut response = failure.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
