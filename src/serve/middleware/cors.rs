//! Lets the scripts of other sites read the API, if the settings allow it (CORS, as the Fetch standard defines it).
//!
//! Only GET, only below `/api/v1` and `/openapi.json`, and without credentials. A preflight passes the same limits and
//! checks as any request.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::config::CorsPolicy;
use crate::serve::state::ServerState;

/// How long a browser may keep the response to a preflight, in seconds.
const KEPT: HeaderValue = HeaderValue::from_static("86400");

/// Adds the headers that let the origin of the request read the response of `next`, and answers preflights.
pub(in crate::serve) async fn allow(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let policy = &state.config.cors;
    let path = request.uri().path();
    let is_api = path.starts_with("/api/v1/") || path == "/openapi.json";
    if *policy == CorsPolicy::OwnOnly || !is_api {
        return next.run(request).await;
    }
    let asks = AskedMethod::of(&request);
    let origin = request.headers().get(header::ORIGIN).cloned();
    let origin = origin.filter(|origin| origin.to_str().is_ok_and(|origin| policy.allows(origin)));
    let mut response = next.run(request).await;
    if matches!(policy, CorsPolicy::Origins(_)) {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    }
    let Some(origin) = origin else { return response };
    let origin = match policy {
        CorsPolicy::Everyone => HeaderValue::from_static("*"),
        CorsPolicy::Origins(_) | CorsPolicy::OwnOnly => origin,
    };
    match asks {
        AskedMethod::Other => return response,
        AskedMethod::Read => add(response.headers_mut(), &READ),
        AskedMethod::Preflight if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            let vary = response.headers_mut().remove(header::VARY);
            response = StatusCode::NO_CONTENT.into_response();
            response.headers_mut().extend(vary.map(|vary| (header::VARY, vary)));
            add(response.headers_mut(), &PREFLIGHT);
            response.headers_mut().insert(header::ACCESS_CONTROL_MAX_AGE, KEPT);
        }
        AskedMethod::Preflight => {}
    }
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    response
}

const READ: [(header::HeaderName, &str); 1] =
    [(header::ACCESS_CONTROL_EXPOSE_HEADERS, "etag, retry-after")];
const PREFLIGHT: [(header::HeaderName, &str); 2] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "if-none-match"),
];

fn add(headers: &mut HeaderMap, parts: &[(header::HeaderName, &'static str)]) {
    for (name, value) in parts {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// What a request of another site asks for.
enum AskedMethod {
    Read,
    /// Whether a request may be sent.
    Preflight,
    Other,
}

impl AskedMethod {
    fn of(request: &Request) -> AskedMethod {
        let is_preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        match *request.method() {
            Method::GET | Method::HEAD => AskedMethod::Read,
            Method::OPTIONS if is_preflight => AskedMethod::Preflight,
            _ => AskedMethod::Other,
        }
    }
}
