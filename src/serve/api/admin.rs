//! The one request over HTTP that needs the admin token: a refresh.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::generation::replica;
use crate::library::view::RefreshAnswer;
use crate::serve::clock::RunScope;
use crate::serve::error::RequestFailure;
use crate::serve::state::{RefreshPolicy, ServerState};
use crate::serve::token::is_sent;

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
            "this server runs no refreshes: it was started with --no-refresh, or it can't write the index",
            "run cairn refresh as the account that the index belongs to",
        ));
    }
    let refresh = state.clock.ask_for(RunScope::All);
    Ok((StatusCode::ACCEPTED, Json(RefreshAnswer { refresh })))
}
