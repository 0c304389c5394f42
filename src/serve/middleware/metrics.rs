//! Counts requests for the [metrics](crate::serve::metrics).

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::serve::state::ServerState;

/// Counts a request and measures its duration.
pub(in crate::serve) async fn count(
    State(state): State<Arc<ServerState>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let route = path.map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let started = Instant::now();
    let response = next.run(request).await;
    state.metrics.count(route, response.status().as_u16(), started.elapsed());
    response
}
