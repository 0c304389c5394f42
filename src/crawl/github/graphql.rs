//! GitHub's GraphQL API: an answer is 200 even where it reports a failure, so its `errors` are read first.
//!
//! <https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>

use chrono::Utc;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::hosts::authority;
use super::super::pace::Resource;
use super::super::{CrawlError, Crawler, Traffic};

/// The most that is kept of GitHub's words about a failure, in characters.
const MOST_CHARS: usize = 200;

/// How long a secondary limit lasts that a 200 reports, in seconds: GitHub's advice where it names no time.
const PAUSE: i64 = 60;

/// An answer that holds data: all of it, or all but the fields that failed.
#[derive(Debug)]
pub(in super::super) struct Answered<T> {
    pub data: T,
    /// Fields that GitHub could not answer. They are null in `data`, which does not mean that there is nothing.
    pub failed: Vec<FailedField>,
}

/// A field of a query that GitHub could not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct FailedField {
    /// Names and positions from the root, joined by `.`, as `repository.discussions.nodes.3.answer`.
    pub path: String,
    pub message: String,
}

#[derive(Deserialize)]
struct Body<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<Error>,
}

#[derive(Deserialize)]
struct Error {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    path: Vec<Value>,
}

impl Error {
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
    /// What GitHub answers to `query` with `variables`; needs a token. One request, with what it cost added to
    /// `traffic`.
    ///
    /// `Err` is [`CrawlError::Deferred`] where the quota of points is used up, [`CrawlError::NotFound`] where the
    /// repository is not there, and [`CrawlError::Network`] where the answer holds no data.
    pub(in super::super) async fn graphql<T: DeserializeOwned>(
        &self,
        query: &str,
        variables: Value,
        traffic: &mut Traffic,
    ) -> Result<Answered<T>, CrawlError> {
        let api = self.api();
        let question = json!({ "query": query, "variables": variables });
        let answer = api.octocrab().post::<_, Body<T>>("/graphql", Some(&question)).await;
        *traffic += api.spent();
        let (url, body) = (api.address("/graphql"), api.read("/graphql", answer)?);
        let resets_at = self.session.quota(Resource::GraphQl).map(|quota| quota.resets_at);
        judge(url, body, resets_at)
    }
}

/// The data of `body`, or the failure that it reports.
fn judge<T>(url: String, body: Body<T>, resets_at: Option<i64>) -> Result<Answered<T>, CrawlError> {
    let Body { data, errors } = body;
    if errors.iter().any(|error| error.is("RATE_LIMITED") || error.is("RATE_LIMIT")) {
        let host = host_of(&url);
        let why = "says that the hour's points of the GraphQL API are used up".to_owned();
        return Err(CrawlError::Deferred { host, why, until: resets_at });
    }
    if data.is_none() && errors.iter().any(|error| error.message.contains("secondary rate limit")) {
        let host = host_of(&url);
        let why = "asks for a pause between queries of the GraphQL API".to_owned();
        return Err(CrawlError::Deferred {
            host,
            why,
            until: Some(Utc::now().timestamp() + PAUSE),
        });
    }
    if errors.iter().any(|error| error.is("NOT_FOUND") && error.path.len() == 1) {
        return Err(CrawlError::NotFound(url));
    }
    let failed = errors.iter().map(|e| FailedField { path: e.path(), message: e.message() });
    match data {
        Some(data) => Ok(Answered { data, failed: failed.collect() }),
        None => {
            let said: Vec<String> = errors.iter().map(Error::message).collect();
            let cause = match said.is_empty() {
                true => "the answer holds no data".to_owned(),
                false => format!("GitHub answers: {}", said.join("; ")),
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

    fn read(body: Value) -> Result<Answered<Value>, CrawlError> {
        let body = serde_json::from_value(body).unwrap();
        judge("https://api.example/graphql".to_owned(), body, Some(7))
    }

    #[test]
    fn an_exhausted_quota_in_a_200_defers_until_it_resets() {
        let body = json!({ "errors": [{ "type": "RATE_LIMITED", "message": "API rate limit" }] });
        let error = read(body).unwrap_err();
        assert!(matches!(error, CrawlError::Deferred { until: Some(7), .. }), "{error}");
    }

    #[test]
    fn a_secondary_limit_in_a_200_is_a_deferral() {
        let said = "You have exceeded a secondary rate limit. Please wait a few minutes.";
        let error = read(json!({ "errors": [{ "message": said }] })).unwrap_err();
        assert!(matches!(error, CrawlError::Deferred { until: Some(_), .. }), "{error}");
    }

    #[test]
    fn a_field_that_failed_is_reported_beside_the_rest() {
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
    fn no_data_and_a_missing_repository_are_failures() {
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
