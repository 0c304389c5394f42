//! The base URL at which users reach this server, for links that are opened outside its pages.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::forwarded::RequestOrigin;
use super::listen::ConnectionEnds;
use super::middleware::hosts::named;
use super::state::ServerState;

/// Base of our own URLs, such as `http://127.0.0.1:7878`.
pub(super) struct BaseUrl(pub String);

impl FromRequestParts<Arc<ServerState>> for BaseUrl {
    type Rejection = std::convert::Infallible;

    /// The first of these that exists: the configured URL; the host that the request names, which
    /// [`super::middleware::hosts`] has checked; the local address of the connection; the configured listen address.
    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<ServerState>,
    ) -> Result<BaseUrl, Self::Rejection> {
        if let Some(url) = &state.config.url {
            return Ok(BaseUrl(url.clone()));
        }
        if let Ok(Some(host)) = named(parts) {
            let origin = parts.extensions.get::<RequestOrigin>();
            let scheme = origin.map_or("http", |origin| origin.scheme.as_str());
            return Ok(BaseUrl(format!("{scheme}://{host}")));
        }
        let local = parts.extensions.get::<ConnectionEnds>().and_then(|ends| ends.local);
        let host = local.map_or_else(|| state.config.listen.clone(), |local| local.to_string());
        Ok(BaseUrl(format!("http://{host}")))
    }
}
