//! Reads from static web servers with plain GET requests. Works with any server that sends files: no WebDAV, no listing.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, StatusCode};
use secrecy::ExposeSecret;
use url::Url;

use super::error::ReplicateError;
use super::place::Login;
use crate::http_client;

/// The maximum number of redirects of one request.
const MOST_REDIRECTS: usize = 5;
/// The maximum length of a cause in a message.
const MOST_CAUSE_CHARS: usize = 400;

/// A folder on a web server.
pub(super) struct WebFolder {
    client: Client,
    /// Ends with a slash.
    address: Url,
    login: Option<Login>,
}

impl WebFolder {
    /// The folder at `address`. A server may send nothing for `timeout`. Sends no request. `Err` if no client can be
    /// made.
    pub fn new(
        address: &Url,
        login: Option<&Login>,
        timeout: Duration,
    ) -> Result<WebFolder, ReplicateError> {
        let unusable = |error: reqwest::Error| ReplicateError::Unusable {
            place: address.to_string(),
            cause: chain(&error.without_url()),
        };
        let client = http_client::builder("replicas")
            .read_timeout(timeout)
            .redirect(redirects())
            .build()
            .map_err(unusable)?;
        Ok(WebFolder { client, address: address.clone(), login: login.cloned() })
    }

    /// The body of the file `path`, as it arrives. `Err` for every status but 200.
    pub async fn get(
        &self,
        path: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, ReplicateError>>, ReplicateError> {
        let (place, path) = (self.address.to_string(), path.to_owned());
        let url = self.address.join(&path).map_err(|error| failed(&place, &path, &error, false))?;
        let mut request = self.client.get(url);
        if let Some(login) = &self.login {
            request = request.basic_auth(&login.user, Some(login.password.expose_secret()));
        }
        let response = request.send().await.map_err(|error| interrupted(&place, &path, error))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                return Err(ReplicateError::Missing { place, path });
            }
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                let cause = status.to_string();
                return Err(ReplicateError::Denied { place, path, cause });
            }
            status => {
                let passing = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
                let cause = format!("the server responds with {status}");
                return Err(ReplicateError::Transfer { place, path, cause, passing });
            }
        }
        let chunks = response.bytes_stream();
        let chunks =
            chunks.map(move |chunk| chunk.map_err(|error| interrupted(&place, &path, error)));
        Ok(chunks.boxed())
    }
}

/// Follows redirects to the same host only, and never from https to http.
fn redirects() -> Policy {
    Policy::custom(|attempt: Attempt| {
        let Some(from) = attempt.previous().first() else { return attempt.stop() };
        let to = attempt.url();
        let ports = (from.port_or_known_default(), to.port_or_known_default());
        let is_same = from.scheme() == to.scheme() && ports.0 == ports.1;
        let is_upgrade = to.scheme() == "https" && ports == (Some(80), Some(443));
        if from.host() != to.host() || !(is_same || is_upgrade) {
            let there = to.host_str().unwrap_or_default().to_owned();
            return attempt.error(format!("a redirect to another server, {there}"));
        }
        if attempt.previous().len() > MOST_REDIRECTS {
            return attempt.error(format!("more than {MOST_REDIRECTS} redirects"));
        }
        attempt.follow()
    })
}

/// The failure of a request. Redirects that are not followed are the only kind that does not pass.
fn interrupted(place: &str, path: &str, error: reqwest::Error) -> ReplicateError {
    let passing = !error.is_redirect() && !error.is_builder();
    failed(place, path, &error.without_url(), passing)
}

fn failed(
    place: &str,
    path: &str,
    error: &(dyn std::error::Error + 'static),
    passing: bool,
) -> ReplicateError {
    let (place, path, cause) = (place.to_owned(), path.to_owned(), chain(error));
    ReplicateError::Transfer { place, path, cause, passing }
}

/// The messages of `error` and of its causes, cut after [`MOST_CAUSE_CHARS`]: S3 servers respond to a wrong signature with all
/// that they know about it.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = error.source();
    }
    match text.char_indices().nth(MOST_CAUSE_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
