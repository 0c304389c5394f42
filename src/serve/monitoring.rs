//! Routes for monitoring: `/healthz`, `/readyz` and `/metrics`.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::error::RequestFailure;
use super::index_metrics::IndexFigures;
use super::state::ServerState;

pub(super) fn routes() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// `GET /readyz`
async fn ready(State(state): State<Arc<ServerState>>) -> Result<&'static str, RequestFailure> {
    state.library().map(|_| "ready\n")
}

/// `GET /metrics`: all metrics as OpenMetrics text.
async fn metrics(State(state): State<Arc<ServerState>>) -> Result<Response, RequestFailure> {
    let index = Arc::clone(&state);
    let usage = tokio::task::spawn_blocking(move || index.usage.measured()).await?;
    let status = state.shelf.library().map(|library| state.status(&library));
    let standing = state.shelf.standing();
    let (attempts, most) = (&state.attempts, state.config.max_bytes);
    let figures = IndexFigures::of(status.as_ref(), &standing, attempts, usage, most);
    state.metrics.set_index(figures);
    state.metrics.set_searches(state.searches.running(), state.searches.waiting());
    let text = state.metrics.encoded().map_err(|error| {
        tracing::error!(%error, "the metrics could not be written");
        RequestFailure::internal("the metrics could not be written")
    })?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], text).into_response())
}
