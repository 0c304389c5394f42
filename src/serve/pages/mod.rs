//! The pages: rendered on the server. They work without JavaScript, which adds comfort only.
//!
//! [`frame`] surrounds each page. The other files have a page or two each; [`prose`] and [`map`] render what they
//! share. Templates escape all texts of others; only the output of [`prose`] is inserted as HTML.

mod about;
mod cases;
mod frame;
mod learn;
mod map;
mod news;
mod path;
mod prose;
mod resources;
mod search;
mod section;
mod sources;
mod topics;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};

use super::ServerState;
use super::error::Failure;
use crate::library::view::{ErrorCode, SnippetView};
use crate::printable::thousands;
use frame::layout;

pub(super) fn routes() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/", get(search::page))
        .route("/results", get(search::results))
        .route("/sections/{id}", get(section::page))
        .route("/topics", get(topics::list))
        .route("/topics/{id}", get(topics::page))
        .route("/topics/{id}/learn", get(learn::page))
        .route("/cases", get(cases::list))
        .route("/cases/{id}", get(cases::page))
        .route("/path", get(path::page))
        .route("/resources", get(resources::page))
        .route("/sources", get(sources::page))
        .route("/sources/{*id}", get(sources::one))
        .route("/new", get(news::page))
        .route("/about", get(about::page))
}

/// Any URL without a route.
pub(super) async fn not_found(State(state): State<Arc<ServerState>>, uri: Uri) -> Response {
    let failure = Failure::not_found("page", uri.path(), "search for it above");
    FailurePage(&state, failure).into_response()
}

/// A [`Failure`] as a page.
pub(super) struct FailurePage<'a>(&'a ServerState, Failure);

impl IntoResponse for FailurePage<'_> {
    fn into_response(self) -> Response {
        let FailurePage(state, failure) = self;
        let title = match failure.status {
            StatusCode::NOT_FOUND => "Not found",
            StatusCode::SERVICE_UNAVAILABLE if failure.code == ErrorCode::NotReady => {
                "Not ready yet"
            }
            StatusCode::SERVICE_UNAVAILABLE => "Not now",
            _ => "That did not work",
        };
        let body = html! {
            h1 { (title) }
            p { (failure.message) "." }
            p.quiet { (failure.hint) }
        };
        let mut response = (failure.status, layout(state, title, body)).into_response();
        response
            .headers_mut()
            .extend(failure.retry_after().map(|after| (header::RETRY_AFTER, after)));
        response
    }
}

/// The page, or the page of its failure.
fn answer(state: &ServerState, page: Result<Markup, Failure>) -> Response {
    match page {
        Ok(page) => page.into_response(),
        Err(failure) => FailurePage(state, failure).into_response(),
    }
}

/// `snippet` with its matches highlighted.
fn marked(snippet: &SnippetView) -> Markup {
    let chars: Vec<char> = snippet.text.chars().collect();
    let cut = |from: usize, to: usize| -> String { chars[from..to].iter().collect() };
    let mut parts = Vec::new();
    let mut at = 0;
    for (from, to) in &snippet.highlights {
        if *from < at || *to > chars.len() {
            continue;
        }
        parts.push((cut(at, *from), cut(*from, *to)));
        at = *to;
    }
    html! {
        @for (plain, hit) in parts { (plain) mark { (hit) } }
        (cut(at, chars.len()))
    }
}

/// Links to topics, given as ids and labels.
fn chips<'a>(topics: impl IntoIterator<Item = (&'a str, &'a str)>) -> Markup {
    html! {
        p.topics {
            @for (id, label) in topics { a.chip href={ "/topics/" (id) } { (label) } " " }
        }
    }
}

/// An RFC 3339 timestamp for people: the day and the minute, in UTC.
fn time(rfc3339: &str) -> Markup {
    let shown = rfc3339.get(..16).unwrap_or(rfc3339).replace('T', " ");
    html! { time datetime=(rfc3339) { (shown) " UTC" } }
}

/// `12345` as `12,345`.
fn number(number: usize) -> String {
    thousands(number as u64)
}

/// `1` and `source` as `1 source`, `2` as `2 sources`.
fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", number(count))
}

/// `path` with the pairs as its query string; empty values are left out.
fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Shown;
    use crate::catalogue::rights::show;

    #[test]
    fn matches_are_highlighted_and_text_is_escaped() {
        let snippet =
            |text: &str, highlights| SnippetView { text: show(text, Shown::Full, 0), highlights };
        let escaped = snippet("é <b> bias", vec![(6, 10)]);
        assert_eq!(marked(&escaped).into_string(), "é &lt;b&gt; <mark>bias</mark>");
        let broken = snippet("ab", vec![(1, 9), (0, 1)]);
        assert_eq!(marked(&broken).into_string(), "<mark>a</mark>b");
    }

    #[test]
    fn numbers_are_grouped_and_query_strings_are_encoded() {
        assert_eq!(
            (number(7), number(1234), number(1234567)),
            ("7".into(), "1,234".into(), "1,234,567".into())
        );
        assert_eq!(address("/", &[("q", "a&b"), ("step", "")]), "/?q=a%26b");
    }
}
