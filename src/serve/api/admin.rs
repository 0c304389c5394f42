//! The one request over HTTP that needs the admin token: a refresh.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};

use crate::generation::replica;
use crate::library::view::RefreshAnswer;
use crate::serve::clock::RunScope;
use crate::serve::error::RequestFailure;
use crate::serve::state::{RefreshPolicy, ServerState};

/// `POST /api/v1/refresh`: requests a run over all sources. Responds with 202 and whether the run starts at once or
/// follows one that is running.
pub(super) async fn refresh(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<RefreshAnswer>), RequestFailure> {
    let token = state.config.admin_token.as_ref();
    if !token.is_some_and(|token| is_sent(&headers, token)) {
        return Err(RequestFailure::forbidden(
            StatusCode::UNAUTHORIZED,
            "the admin token is missing or wrong",
            "send it as Authorization: Bearer TOKEN",
        ));
    }
    if replica::is_one(&state.config.index) {
        return Err(RequestFailure::forbidden(
            StatusCode::CONFLICT,
            "this index is a replica, which is never refreshed",
            "run cairn pull",
        ));
    }
    if state.refreshing == RefreshPolicy::Never {
        return Err(RequestFailure::forbidden(
            StatusCode::CONFLICT,
            "this server runs no refreshes (--no-refresh)",
            "run cairn refresh",
        ));
    }
    let refresh = state.clock.ask_for(RunScope::All);
    Ok((StatusCode::ACCEPTED, Json(RefreshAnswer { refresh })))
}

/// Whether the request carries `token`. Compares hashes in constant time, so that the response time reveals nothing
/// about the token.
fn is_sent(headers: &HeaderMap, token: &SecretString) -> bool {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    blake3::hash(sent.trim().as_bytes()) == blake3::hash(token.expose_secret().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_token_is_accepted() {
        let token = SecretString::from("t0p".to_owned());
        let sent = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            is_sent(&headers, &token)
        };
        assert!(sent("Bearer t0p"));
        assert!(!sent("Bearer t0") && !sent("Basic t0p") && !sent("Bearer "));
        assert!(!is_sent(&HeaderMap::new(), &token));
    }
}
