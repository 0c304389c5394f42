//! `POST /mcp`: the [tools](crate::assistant) for assistants over streamable HTTP (MCP), if the settings offer them.
//!
//! Stateless: there are no sessions and no streams, and each request gets one JSON response. Questions go through the
//! queue of searches, under the limits of every request. Pages of other sites may not ask: a request with an `Origin`
//! must come from a host of this server.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use url::Url;

use super::error::RequestFailure;
use super::listen::ConnectionEnds;
use super::state::ServerState;
use crate::assistant::{Assistant, DeskFuture, DeskQuestion, LibraryDesk};
use crate::search::SearchError;

/// The maximum size of a request's body in bytes. Real requests have a few hundred.
const LONGEST: usize = 64 * 1_024;

/// The route `/mcp`; no route if the settings don't offer it.
pub(super) fn routes(state: &Arc<ServerState>) -> Router<Arc<ServerState>> {
    if !state.config.mcp {
        return Router::new();
    }
    let assistant = Assistant::at(Arc::new(QueueDesk { state: Arc::clone(state) }));
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(LONGEST)
        // `middleware::hosts` checks the host of each request.
        .disable_allowed_hosts()
        .with_cancellation_token(state.stopping.child_token());
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(assistant.clone()), sessions, config);
    Router::new()
        .route_service("/mcp", service)
        .layer(from_fn_with_state(Arc::clone(state), check_origin))
}

/// Responds with 403 to a request from a page of another site.
async fn check_origin(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let local = request.extensions().get::<ConnectionEnds>().and_then(|ends| ends.local);
    let is_own = |origin: &str| {
        let origin = Url::parse(origin).ok();
        let host = origin.as_ref().and_then(Url::host_str);
        host.is_some_and(|host| state.hosts.include(host, local.map(|local| local.ip())))
    };
    let mut origins = request.headers().get_all(header::ORIGIN).iter();
    if origins.all(|origin| origin.to_str().is_ok_and(is_own)) {
        return next.run(request).await;
    }
    let hint = "[serve] hosts and url name this server's own";
    RequestFailure::forbidden(StatusCode::FORBIDDEN, "pages of other sites may not ask here", hint)
        .into_response()
}

/// Answers through the server's queue of searches.
struct QueueDesk {
    state: Arc<ServerState>,
}

impl LibraryDesk for QueueDesk {
    fn ask(&self, question: DeskQuestion) -> DeskFuture<'_> {
        Box::pin(async move {
            let asked = self.state.ask(move |library, budget| {
                question(library, budget);
                Ok(())
            });
            asked.await.map_err(told)
        })
    }

    fn explain(&self, error: SearchError) -> String {
        told(RequestFailure::from(error))
    }
}

/// `failure` in words.
fn told(failure: RequestFailure) -> String {
    format!("{}; {}", failure.message, failure.hint)
}
