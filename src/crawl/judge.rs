//! Interprets responses by their status codes (as GitHub uses them), headers, and the first bytes of their bodies.

use std::time::Duration;

use chrono::Utc;
use futures_util::StreamExt;
use reqwest::header::{self, HeaderMap};
use reqwest::{Response, StatusCode, Url};

use super::CrawlError;
use super::error::network;
use super::pace::ApiQuota;

/// The wait after a rate-limit response of GitHub's API that contains no duration. GitHub recommends this wait.
/// <https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api>
pub(super) const DEFAULT_API_WAIT: Duration = Duration::from_secs(60);
/// The wait after a rate-limit response that contains no duration, from a host other than GitHub's API. Archive hosts
/// limit each IP address for longer than the API does, and a request that is sent too early extends the limit.
pub(super) const DEFAULT_WAIT: Duration = Duration::from_secs(30 * 60);
/// The maximum number of bytes that [`short_body`] reads.
const SHORT_BODY: usize = 1_000_000;

/// What a response means.
pub(super) enum Verdict {
    /// The request succeeded. Holds the response (`None` for 304) and the last URL of the redirect chain.
    Usable(Option<Response>, Url),
    /// Rate limited: the host asks for a wait of this length.
    Limited(Duration),
    Failed(CrawlError),
}

/// Interprets the response to a request for `url`. `default_wait` is the wait after a rate-limit response without a
/// duration.
pub(super) async fn judge(url: &str, default_wait: Duration, response: Response) -> Verdict {
    let at = response.url().clone();
    let url = url.to_owned();
    let limited = |headers: &HeaderMap| Verdict::Limited(wait(headers, default_wait));
    let error = match response.status() {
        StatusCode::NOT_MODIFIED => return Verdict::Usable(None, at),
        status if status.is_success() => return Verdict::Usable(Some(response), at),
        StatusCode::TOO_MANY_REQUESTS => return limited(response.headers()),
        StatusCode::SERVICE_UNAVAILABLE if response.headers().contains_key(header::RETRY_AFTER) => {
            return limited(response.headers());
        }
        StatusCode::FORBIDDEN => return forbidden(&url, default_wait, response).await,
        StatusCode::NOT_FOUND => CrawlError::NotFound(url),
        StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => CrawlError::Blocked { url, status: 451 },
        StatusCode::CONFLICT => CrawlError::Empty(url),
        StatusCode::UNAUTHORIZED => CrawlError::Unauthorised(url),
        status => CrawlError::Status { url, status: status.as_u16() },
    };
    Verdict::Failed(error)
}

/// Interprets a 403. GitHub sends it for an exhausted quota, for a secondary rate limit (recognised by `retry-after` or
/// by the message), for a repository that GitHub has disabled, and for other refusals.
/// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>
async fn forbidden(url: &str, default_wait: Duration, response: Response) -> Verdict {
    let (headers, url) = (response.headers().clone(), url.to_owned());
    let used_up = number(&headers, "x-ratelimit-remaining") == Some(0);
    if used_up || headers.contains_key(header::RETRY_AFTER) {
        return Verdict::Limited(wait(&headers, default_wait));
    }
    let body = short_body(response).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&body).to_lowercase();
    if said.contains("rate limit") || said.contains("abuse") {
        return Verdict::Limited(default_wait);
    }
    Verdict::Failed(if said.contains("repository access blocked") {
        CrawlError::Blocked { url, status: 403 }
    } else {
        CrawlError::Status { url, status: 403 }
    })
}

/// How long to wait after a rate-limit response: the seconds in `retry-after`, if it is there; else until
/// `x-ratelimit-reset`, if the quota is used up; else `default_wait`.
fn wait(headers: &HeaderMap, default_wait: Duration) -> Duration {
    let seconds = |seconds: i64| Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    if let Some(wait) = number(headers, "retry-after") {
        return seconds(wait);
    }
    match (number(headers, "x-ratelimit-remaining"), number(headers, "x-ratelimit-reset")) {
        (Some(0), Some(at)) => seconds(at - Utc::now().timestamp()),
        _ => default_wait,
    }
}

/// The quota in the response's headers; `None` if a header is missing or invalid.
pub(super) fn quota(headers: &HeaderMap) -> Option<ApiQuota> {
    let count = |name| u64::try_from(number(headers, name)?).ok();
    Some(ApiQuota {
        limit: count("x-ratelimit-limit")?,
        remaining: count("x-ratelimit-remaining")?,
        resets_at: number(headers, "x-ratelimit-reset")?,
    })
}

/// The header `name` as a whole number; `None` if it is missing or not a number.
pub(super) fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    text_header(headers, name)?.trim().parse().ok()
}

/// The header `name` as text; `None` if it is missing or not ASCII text.
pub(super) fn text_header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The first [`SHORT_BODY`] bytes of a body. Callers use this function for responses that should be short.
pub(super) async fn short_body(response: Response) -> Result<Vec<u8>, reqwest::Error> {
    beginning(response, SHORT_BODY).await
}

/// The first `most` bytes of a body; the rest is not read.
pub(super) async fn beginning(response: Response, most: usize) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk?);
        if body.len() > most {
            body.truncate(most);
            break;
        }
    }
    Ok(body)
}

/// The whole body of the response from `url`. `Err` if it is longer than `most` bytes or truncated.
pub(super) async fn whole_body(
    url: &str,
    response: Response,
    most: usize,
) -> Result<Vec<u8>, CrawlError> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| network(url, error))?;
        if body.len() + chunk.len() > most {
            let cause = format!("the response is longer than {most} bytes");
            return Err(CrawlError::Refused { url: url.to_owned(), cause });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
