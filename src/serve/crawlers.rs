//! Files for the crawlers of search engines and for people who found a fault: `/robots.txt` and
//! `/.well-known/security.txt`.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, Duration, SecondsFormat, Utc};

use super::error::RequestFailure;
use super::home::BaseUrl;
use super::state::ServerState;

const TEXT: &str = "text/plain; charset=utf-8";
/// How long what `security.txt` says is valid. RFC 9116 recommends less than a year.
const VALID: Duration = Duration::days(90);

pub(super) fn routes() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/robots.txt", get(robots))
        .route("/.well-known/security.txt", get(security))
}

/// `GET /robots.txt` (RFC 9309): nothing may be crawled, unless the settings allow search engines.
async fn robots(State(state): State<Arc<ServerState>>) -> Response {
    let rules = if state.config.search_engines {
        // Pages with parameters are results and choices: endless variations of the pages without.
        let closed = ["/*?", "/api/", "/results", "/report", "/suggestions", "/metrics", "/mcp"];
        closed.iter().map(|path| format!("Disallow: {}\n", state.base.with(path))).collect()
    } else {
        format!("Disallow: {}\n", state.base.with("/"))
    };
    ([(header::CONTENT_TYPE, TEXT)], format!("User-agent: *\n{rules}")).into_response()
}

/// `GET /.well-known/security.txt` (RFC 9116); 404 if the settings name no contact.
async fn security(
    State(state): State<Arc<ServerState>>,
    BaseUrl(home): BaseUrl,
) -> Result<Response, RequestFailure> {
    let Some(contact) = &state.config.security_contact else {
        let hint = "whoever runs this server has not said whom to tell about faults";
        return Err(RequestFailure::not_found("file", "security.txt", hint));
    };
    let text = security_text(contact.as_str(), &home, Utc::now());
    Ok(([(header::CONTENT_TYPE, TEXT)], text).into_response())
}

fn security_text(contact: &str, home: &str, now: DateTime<Utc>) -> String {
    let expires = (now + VALID).to_rfc3339_opts(SecondsFormat::Secs, true);
    let canonical = match home.starts_with("https://") {
        true => format!("Canonical: {home}/.well-known/security.txt\n"),
        false => String::new(),
    };
    format!("Contact: {contact}\nExpires: {expires}\n{canonical}Preferred-Languages: en\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn security_txt_has_a_contact_and_expires_within_a_year() {
        let now = "2026-12-01T10:00:00Z".parse().unwrap();
        let text = security_text("mailto:ann@example.org", "https://example.org/cairn", now);
        let expected = "Contact: mailto:ann@example.org\nExpires: 2027-03-01T10:00:00Z\n\
            Canonical: https://example.org/cairn/.well-known/security.txt\nPreferred-Languages: en\n";
        assert_eq!(text, expected);
        let local = security_text("mailto:ann@example.org", "http://127.0.0.1:7878", now);
        assert!(!local.contains("Canonical"), "RFC 9116 allows only https: {local}");
    }
}
