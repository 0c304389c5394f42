//! Finds out where a request [comes from](crate::serve::forwarded), before anything else looks at it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::serve::forwarded::RequestOrigin;
use crate::serve::listen::ConnectionEnds;
use crate::serve::state::ServerState;

/// Stores the [`RequestOrigin`] in the request's extensions. A request without a connection was made inside this
/// program and has none.
pub(in crate::serve) async fn find(
    State(state): State<Arc<ServerState>>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(ends) = request.extensions().get::<ConnectionEnds>() {
        let peer = ends.peer.ip();
        let origin = RequestOrigin::of(request.headers(), peer, &state.config.trusted_proxies);
        request.extensions_mut().insert(origin);
    }
    next.run(request).await
}
