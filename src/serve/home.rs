//! The address of this server as its user wrote it, for links that are read elsewhere.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{header, uri::Authority};

use super::State;

/// `http://127.0.0.1:7878`: what addresses of our own begin with.
pub(super) struct Home(pub String);

impl FromRequestParts<Arc<State>> for Home {
    type Rejection = std::convert::Infallible;

    /// The configuration's; else the host that the request names, if it is one; else what is listened on.
    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<State>,
    ) -> Result<Home, Self::Rejection> {
        if let Some(url) = &state.config.url {
            return Ok(Home(url.clone()));
        }
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.and_then(|host| host.parse::<Authority>().ok());
        let host = host.filter(|host| !host.as_str().contains('@'));
        let host = host.map_or_else(|| state.config.listen.clone(), |host| host.to_string());
        Ok(Home(format!("http://{host}")))
    }
}
