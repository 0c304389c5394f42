//! `/queries`: what readers searched for, for whoever has the admin token. Without a token or without the setting
//! `query_log`, there is no such page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::failure;
use super::format::number;
use super::frame::layout;
use crate::library::query_log::{QueryCount, QueryWeek};
use crate::serve::error::RequestFailure;
use crate::serve::state::ServerState;
use crate::serve::token::is_sent;

/// The maximum number of queries of each list that are shown.
const SHOWN: usize = 50;

pub(in crate::serve) async fn page(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
) -> Response {
    let mut response = match (state.asked.log(), &state.config.admin_token) {
        (Some(log), Some(token)) if is_sent(&headers, token) => {
            layout(&state, "Queries", body(&log.weeks)).into_response()
        }
        (Some(_), Some(_)) => {
            let failure = RequestFailure::forbidden(
                StatusCode::UNAUTHORIZED,
                "what others searched for is shown only with the admin token",
                "it is the password, with any user name",
            );
            let mut response = failure::page(&state, failure);
            let ask = HeaderValue::from_static("Basic realm=\"Cairn\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, ask);
            response
        }
        _ => {
            let hint = "query_log and admin_token_file under [serve] turn it on";
            failure::page(&state, RequestFailure::not_found("page", "/queries", hint))
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn body(weeks: &[QueryWeek]) -> Markup {
    html! {
        h1 { "Queries" }
        p {
            "What readers searched for here, by week, without who and when. It stays in the index folder. "
            code { "cairn status --queries --json" } " has the whole of it."
        }
        @if weeks.is_empty() { p { "No searches yet." } }
        @for week in weeks {
            h2 { "Week " (week.week) }
            p {
                (number(whole(week.searches))) " searches, " (number(whole(week.empty))) " without results, "
                (number(whole(week.slow))) " slow."
            }
            (list("Without results", &week.without_results))
            (list("Slow", &week.slow_queries))
            (list("Most frequent", &week.frequent))
        }
    }
}

fn whole(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn list(title: &str, queries: &[QueryCount]) -> Markup {
    html! {
        @if !queries.is_empty() {
            details open {
                summary { (title) }
                div.wide tabindex="0" role="region" aria-label=(title) {
                    table {
                        thead { tr { th { "Query" } th.number { "Searches" } th.number { "Longest, ms" } } }
                        tbody {
                            @for query in queries.iter().take(SHOWN) {
                                tr {
                                    td { a href={ "/?" (link(&query.query)) } { (query.query) } }
                                    td.number { (number(whole(query.count))) }
                                    td.number { (number(whole(query.longest_ms))) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The parameters of a search for `query`.
fn link(query: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("q", query).finish()
}
