//! Reads the host that a request names, and refuses the request if this server does not
//! [serve](crate::serve::hosts) that host.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::library::view::ErrorCode;
use crate::serve::error::RequestFailure;
use crate::serve::forwarded::RequestOrigin;
use crate::serve::hosts::is_host_and_port;
use crate::serve::listen::ConnectionEnds;
use crate::serve::state::ServerState;

/// Routes for monitoring. Requests for them may name any host.
const FOR_ANY_HOST: [&str; 2] = ["/healthz", "/readyz"];

/// The host and port that a request names: the ones that a trusted proxy names; else those in its target; else those in
/// its `Host` header (RFC 9112 3.2.2). `None` if none of them names a host, as HTTP/1.0 allows. `Err` if the host is invalid, or if there are several
/// `Host` headers.
pub(in crate::serve) fn named(parts: &Parts) -> Result<Option<Authority>, RequestFailure> {
    let wrong = || {
        RequestFailure::bad_request(
            "the request does not name exactly one valid host",
            "send one, such as localhost:7878",
        )
    };
    let forwarded = parts.extensions.get::<RequestOrigin>().and_then(|origin| origin.host.as_ref());
    let authority = match forwarded.or(parts.uri.authority()) {
        Some(authority) => Some(authority.clone()),
        None => {
            let mut sent = parts.headers.get_all(header::HOST).iter();
            match (sent.next(), sent.next()) {
                (None, _) => None,
                (Some(host), None) if host.is_empty() => None,
                (Some(host), None) => {
                    Some(Authority::try_from(host.as_bytes()).map_err(|_| wrong())?)
                }
                (Some(_), Some(_)) => return Err(wrong()),
            }
        }
    };
    match authority {
        Some(authority) if !is_host_and_port(&authority) => Err(wrong()),
        authority => Ok(authority),
    }
}

/// Whether an HTTP/1.1 request lacks the `Host` header, which RFC 9112 3.2 requires. Requests without a connection
/// were made inside this program and may omit it.
fn lacks_host(request: &Request) -> bool {
    let has_connection = request.extensions().get::<ConnectionEnds>().is_some();
    has_connection
        && request.version() == Version::HTTP_11
        && !request.headers().contains_key(header::HOST)
}

/// Responds with 421 to a request for a host that this server doesn't serve, and with 400 if the host is invalid, or if
/// an HTTP/1.1 request has no `Host` header. Requests for [`FOR_ANY_HOST`] only need the header.
pub(in crate::serve) async fn check(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    if lacks_host(&request) {
        let hint = "send one, such as localhost:7878";
        return RequestFailure::bad_request("the request has no Host header", hint).into_response();
    }
    if FOR_ANY_HOST.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let local = parts.extensions.get::<ConnectionEnds>().and_then(|ends| ends.local);
    match named(&parts) {
        Err(failure) => failure.into_response(),
        Ok(Some(host)) if !state.hosts.include(host.host(), local.map(|local| local.ip())) => {
            wrong(host.host()).into_response()
        }
        Ok(_) => next.run(Request::from_parts(parts, body)).await,
    }
}

fn wrong(host: &str) -> RequestFailure {
    RequestFailure {
        status: StatusCode::MISDIRECTED_REQUEST,
        code: ErrorCode::WrongHost,
        message: format!("this server does not serve the host {host:?}"),
        hint: format!(
            "if it is meant to, add hosts = [{host:?}] under [serve] in its cairn.toml and start it again"
        ),
        near: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_at_most_one_valid_host() {
        let host = |target: &str, headers: &[&str]| {
            let mut request = Request::get(target);
            for value in headers {
                request = request.header(header::HOST, *value);
            }
            named(&request.body(()).unwrap().into_parts().0).map_err(|failure| failure.status)
        };
        let is = |name: &str| Ok(Some(name.parse::<Authority>().unwrap()));
        assert_eq!(host("/a", &["localhost:7878"]), is("localhost:7878"));
        assert_eq!(host("http://evil.example/a", &["localhost"]), is("evil.example"));
        assert_eq!((host("/a", &[]), host("/a", &[""])), (Ok(None), Ok(None)));
        for wrong in [
            &["localhost", "evil.example"][..],
            &["evil@localhost"],
            &["a b"],
            &["[::1].evil.example"],
            &["127.0.0.1:7878.evil.example"],
            &["localhost:evil"],
            &["[::1"],
        ] {
            assert_eq!(host("/a", wrong), Err(StatusCode::BAD_REQUEST), "{wrong:?}");
        }
    }
}
