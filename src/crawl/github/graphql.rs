//! GitHub's GraphQL API. A response can have the status 200 even if it reports a failure, so its `errors` are checked
//! first.
//!
//! <https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>

use chrono::Utc;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::hosts::authority;
use super::super::pace::ApiResource;
use super::super::{CrawlError, Crawler, DeferralCause, Traffic};

/// The maximum length of GitHub's message about a failure, in characters; a longer message is truncated.
const MOST_CHARS: usize = 200;

/// How long to wait, in seconds, after a response with status 200 that reports a secondary rate limit. GitHub
/// recommends this wait if the response contains no duration.
const PAUSE: i64 = 60;

/// The data of a response, which may be incomplete.
#[derive(Debug)]
pub(in super::super) struct GraphQlData<T> {
    pub data: T,
    /// The fields that GitHub could not provide. They are null in `data`, although their values may exist.
    pub failed: Vec<FailedField>,
}

/// A field of a query that GitHub could not provide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct FailedField {
    /// The field names and list positions from the root to the field, joined by `.`, such as
    /// `repository.discussions.nodes.3.answer`.
    pub path: String,
    pub message: String,
}

#[derive(Deserialize)]
struct GraphQlBody<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<GraphQlError>,
}

#[derive(Deserialize)]
struct GraphQlError {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    path: Vec<Value>,
}

impl GraphQlError {
    fn path(&self) -> String {
        let part = |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
        self.path.iter().map(part).collect::<Vec<_>>().join(".")
    }

    fn message(&self) -> String {
        self.message.chars().take(MOST_CHARS).collect()
    }

    fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }
}

impl Crawler {
    /// Sends `query` with `variables`, and returns the data of the response. Requires a token. Sends one request, and
    /// adds its traffic to `traffic`.
    ///
    /// `Err` is [`CrawlError::Deferred`] if the quota of points is used up or a secondary rate limit applies,
    /// [`CrawlError::NotFound`] if the repository or node of the query does not exist, and [`CrawlError::Network`] if
    /// the response contains no data.
    pub(in super::super) async fn graphql<T: DeserializeOwned>(
        &self,
        query: &str,
        variables: Value,
        traffic: &mut Traffic,
    ) -> Result<GraphQlData<T>, CrawlError> {
        let api = self.api_with_token();
        let request = json!({ "query": query, "variables": variables });
        let response = api.octocrab().post::<_, GraphQlBody<T>>("/graphql", Some(&request)).await;
        *traffic += api.spent();
        let (url, body) = (api.address("/graphql"), api.read("/graphql", response)?);
        let resets_at = self.session.quota(ApiResource::GraphQl).map(|quota| quota.resets_at);
        judge(url, body, resets_at)
    }
}

/// The data in `body`, or the error for the failure that `body` reports. `resets_at` is when the quota of points
/// resets, in Unix time (seconds); `None` if it is unknown.
fn judge<T>(
    url: String,
    body: GraphQlBody<T>,
    resets_at: Option<i64>,
) -> Result<GraphQlData<T>, CrawlError> {
    let GraphQlBody { data, errors } = body;
    if errors.iter().any(|error| error.is("RATE_LIMITED") || error.is("RATE_LIMIT")) {
        let host = host_of(&url);
        let why = "reports that this hour's points of the GraphQL API are used up".to_owned();
        let cause = DeferralCause::Wait;
        return Err(CrawlError::Deferred { host, why, cause, until: resets_at });
    }
    if data.is_none() && errors.iter().any(|error| error.message.contains("secondary rate limit")) {
        let host = host_of(&url);
        let why = "asks for a pause between queries of the GraphQL API".to_owned();
        return Err(CrawlError::Deferred {
            host,
            why,
            cause: DeferralCause::Wait,
            until: Some(Utc::now().timestamp() + PAUSE),
        });
    }
    if errors.iter().any(|error| error.is("NOT_FOUND") && error.path.len() == 1) {
        return Err(CrawlError::NotFound(url));
    }
    let failed = errors.iter().map(|e| FailedField { path: e.path(), message: e.message() });
    match data {
        Some(data) => Ok(GraphQlData { data, failed: failed.collect() }),
        None => {
            let messages: Vec<String> = errors.iter().map(GraphQlError::message).collect();
            let cause = match messages.is_empty() {
                true => "the response contains no data".to_owned(),
                false => format!("GitHub responds: {}", messages.join("; ")),
            };
            Err(CrawlError::Network { url, cause })
        }
    }
}

fn host_of(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| authority(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: Value) -> Result<GraphQlData<Value>, CrawlError> {
        let body = serde_json::from_value(body).unwrap();
        judge("https://api.example/graphql".to_owned(), body, Some(7))
    }

    #[test]
    fn a_used_up_quota_in_a_200_defers_until_it_resets() {
        let body = json!({ "errors": [{ "type": "RATE_LIMITED", "message": "API rate limit" }] });
        let error = read(body).unwrap_err();
        assert!(matches!(error, CrawlError::Deferred { until: Some(7), .. }), "{error}");
    }

    #[test]
    fn a_secondary_rate_limit_in_a_200_defers() {
        let said = "You have exceeded a secondary rate limit. Please wait a few minutes.";
        let error = read(json!({ "errors": [{ "message": said }] })).unwrap_err();
        assert!(matches!(error, CrawlError::Deferred { until: Some(_), .. }), "{error}");
    }

    #[test]
    fn a_field_that_failed_is_reported_with_the_rest_of_the_data() {
        let body = json!({
            "data": { "repository": { "discussions": { "nodes": [null] } } },
            "errors": [{ "message": "timeout", "path": ["repository", "discussions", "nodes", 0] }],
        });
        let answered = read(body).unwrap();
        let failed = answered.failed.first().unwrap();
        assert_eq!(failed.path, "repository.discussions.nodes.0");
        assert_eq!(failed.message, "timeout");
    }

    #[test]
    fn a_missing_repository_and_a_response_without_data_are_errors() {
        let gone = json!({
            "data": { "repository": null },
            "errors": [{ "type": "NOT_FOUND", "message": "x", "path": ["repository"] }],
        });
        assert!(matches!(read(gone), Err(CrawlError::NotFound(_))));
        let nothing = json!({ "data": null, "errors": [{ "message": "something went wrong" }] });
        let error = read(nothing).unwrap_err().to_string();
        assert!(error.contains("something went wrong"), "{error}");
        assert!(matches!(read(json!({})), Err(CrawlError::Network { .. })));
    }
}
