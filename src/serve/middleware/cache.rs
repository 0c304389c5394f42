//! Conditional requests: an unchanged response is not computed again.
//!
//! A response depends on its URL, the open generation, the last, the current and the next run, this server process, the day, and the
//! start of the time window that the URL asks for. The ETag (RFC 9110) is a hash of these. A client that sends the
//! current ETag gets 304 before any search runs. Because the URL is part of the hash, the ETag of another page does not
//! match. Only successful responses have an ETag. `Cache-Control: no-cache` makes clients revalidate each time.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use crate::library::since;
use crate::serve::state::ServerState;

/// Sets ETag and Cache-Control on successful responses of `next` to GET and HEAD requests; responds with 304 if the
/// client has the response. Does nothing while there is no generation.
pub(in crate::serve) async fn validate(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(tag) = tag(&state, request.uri(), Utc::now()).filter(|_| is_read) else {
        return next.run(request).await;
    };
    let asks_for_change = is_any(request.headers());
    let mut response = if is_known(request.headers(), &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        next.run(request).await
    };
    if asks_for_change && response.status().is_success() {
        response = StatusCode::NOT_MODIFIED.into_response();
    }
    let status = response.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        let headers = response.headers_mut();
        headers.insert(header::ETAG, tag);
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    }
    response
}

/// The ETag of the response at `address` at the time `now`; `None` before there is a generation.
fn tag(state: &ServerState, address: &Uri, now: DateTime<Utc>) -> Option<HeaderValue> {
    let library = state.shelf.library()?;
    let standing = state.shelf.standing();
    let mut hash = blake3::Hasher::new();
    let last_run = standing.last_run.as_ref().map(|run| run.ended_at.as_str());
    let next_run = state.clock.next_run();
    // The default time windows of pages start at midnight, so the ETag must change each day.
    let day = now.date_naive().to_string();
    let window = window_start(address, now);
    let times = [Some(day.as_str()), window.as_deref()];
    let known = [Some(state.started.as_str()), last_run, next_run.as_deref()];
    // Pages say when the first refresh is under way.
    let is_running = state.clock.is_running().then_some("running");
    let address = address.path_and_query().map(|address| address.as_str());
    for part in known
        .into_iter()
        .chain(times)
        .chain([address, is_running])
        .chain([Some(library.manifest.built_at.as_str())])
    {
        hash.update(part.unwrap_or_default().as_bytes()).update(b"\0");
    }
    let hash = hash.finalize().to_hex();
    let tag = format!("W/\"{}-{}\"", library.manifest.generation, hash.get(..16)?);
    HeaderValue::from_str(&tag).ok()
}

/// The start of the time window in the parameter `since` of `address`.
fn window_start(address: &Uri, now: DateTime<Utc>) -> Option<String> {
    let parameters = url::form_urlencoded::parse(address.query()?.as_bytes());
    let window = parameters.filter(|(name, _)| name == "since").last()?;
    Some(since(&window.1, now).ok()?.to_rfc3339())
}

/// Whether the client sends `If-None-Match: *`. This matches every successful response, so the client gets 304 instead
/// of such a response.
pub(in crate::serve) fn is_any(headers: &HeaderMap) -> bool {
    headers.get_all(header::IF_NONE_MATCH).iter().any(|value| value.as_bytes().trim_ascii() == b"*")
}

/// Whether the client has the response with the ETag `tag`.
pub(in crate::serve) fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(tag) = tag.to_str() else { return false };
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    known.into_iter().any(|known| weak(known) == weak(tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, ConfigOverrides};
    use crate::serve::run::first_start;
    use crate::serve::state::RefreshPolicy;

    #[test]
    fn an_etag_changes_when_the_time_window_of_its_url_moves() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("index");
        let overrides = ConfigOverrides { index: Some(index), ..ConfigOverrides::default() };
        let config = config::load(&overrides).unwrap();
        first_start(&config).unwrap();
        let state = ServerState::new(config, RefreshPolicy::Never).unwrap();
        state.renew();
        let noon: DateTime<Utc> = "2026-03-01T12:00:30Z".parse().unwrap();
        let tag_at = |address: &'static str, seconds: i64| {
            let now = noon + chrono::Duration::seconds(seconds);
            tag(&state, &Uri::from_static(address), now).unwrap()
        };
        for address in ["/new?since=7d", "/new", "/feed.atom", "/api/v1/new?topic=x&since=30d"] {
            assert_eq!(tag_at(address, 0), tag_at(address, 11 * 60 * 60), "{address}");
            assert_ne!(tag_at(address, 0), tag_at(address, 12 * 60 * 60), "{address}");
        }
        let hour = "/new?since=1h";
        assert_eq!(tag_at(hour, 0), tag_at(hour, 29));
        assert_ne!(tag_at(hour, 0), tag_at(hour, 30));
    }
}
