//! One node of a cluster: its URL and its HTTP client.

use std::error::Error;
use std::io;
use std::time::Duration;

use futures_util::StreamExt;
use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response};
use secrecy::ExposeSecret;
use url::Url;

use super::fault::{ClusterFault, quoted};
use super::request::{Body, ClusterRequest};
use crate::config::{ClusterCredentials, ClusterSettings, is_loopback};
use crate::http_client;
use crate::problem;

/// The maximum size of an answer. One with a thousand candidates and their payloads has less than 10 MB.
const MOST_BYTES: usize = 64 << 20;
/// The time for establishing a connection, as a share of the time limit of a search: so there is time for another node.
const CONNECT_SHARE: u32 = 3;
/// The bounds of that time. TCP repeats a lost packet after a second at first.
const CONNECT_TIMES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(5)];

/// How long a connection without requests is kept. Load balancers often close it after a minute.
const IDLE_TIME: Duration = Duration::from_secs(30);

/// A node.
pub(super) struct Node {
    /// The URL for messages.
    pub name: String,
    url: Url,
    client: Client,
    credentials: ClusterCredentials,
}

/// An answer with any status.
pub(super) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Node {
    /// The node at `url`. Sends nothing. `Err` if no client can be made.
    pub fn new(url: &Url, settings: &ClusterSettings) -> Result<Node, ClusterFault> {
        let [least, most] = CONNECT_TIMES;
        let mut builder = http_client::builder("search")
            .connect_timeout((settings.timeout / CONNECT_SHARE).clamp(least, most))
            .pool_idle_timeout(IDLE_TIME)
            .redirect(Policy::none());
        // A proxy can't reach this machine's loopback addresses, and would receive the credentials.
        if url.host().is_some_and(is_loopback) {
            builder = builder.no_proxy();
        }
        let failed = |error: reqwest::Error| ClusterFault::Client { cause: causes(error) };
        if let Some(authorities) = &settings.authorities {
            let authorities = Certificate::from_pem_bundle(authorities).map_err(failed)?;
            builder = builder.tls_certs_merge(authorities);
        }
        Ok(Node {
            name: url.as_str().trim_end_matches('/').to_owned(),
            url: url.clone(),
            client: builder.build().map_err(failed)?,
            credentials: settings.credentials.clone(),
        })
    }

    /// Sends `request` and returns the answer, whatever its status. `Err` if there is no complete answer within
    /// `limit`, and for redirects.
    pub async fn ask(
        &self,
        request: &ClusterRequest,
        limit: Duration,
    ) -> Result<Answer, ClusterFault> {
        let answer = tokio::time::timeout(limit, self.exchange(request)).await;
        answer.unwrap_or_else(|_| Err(ClusterFault::TimedOut { node: self.name.clone(), limit }))
    }

    async fn exchange(&self, request: &ClusterRequest) -> Result<Answer, ClusterFault> {
        let response = self.prepared(request)?.send().await.map_err(|error| self.failure(error))?;
        if response.status().is_redirection() {
            return Err(self.redirect(&response));
        }
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| ClusterFault::BrokenOff {
                node: self.name.clone(),
                cause: causes(error),
            })?;
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(ClusterFault::TooLarge { node: self.name.clone(), limit: MOST_BYTES });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }

    /// The HTTP request to this node. The path is appended to the node's URL, so it can't lead to another host.
    fn prepared(&self, request: &ClusterRequest) -> Result<reqwest::RequestBuilder, ClusterFault> {
        let address = format!("{}{}", self.url, request.path.trim_start_matches('/'));
        let url = Url::parse(&address).map_err(|error| ClusterFault::Client {
            cause: format!("the path {} is not valid: {error}", quoted(&request.path)),
        })?;
        let prepared =
            self.client.request(request.method.clone(), url).header(ACCEPT, "application/json");
        let prepared = match &request.body {
            Body::None => prepared,
            Body::Json(json) => {
                prepared.header(CONTENT_TYPE, "application/json").body(json.clone())
            }
            Body::Lines(lines) => {
                prepared.header(CONTENT_TYPE, "application/x-ndjson").body(lines.clone())
            }
        };
        Ok(match &self.credentials {
            ClusterCredentials::Anonymous => prepared,
            ClusterCredentials::Password { user, password } => {
                prepared.basic_auth(user, Some(password.expose_secret()))
            }
            ClusterCredentials::Token(token) => prepared.bearer_auth(token.expose_secret()),
        })
    }

    /// The fault of a request that got no answer.
    fn failure(&self, error: reqwest::Error) -> ClusterFault {
        let (is_tls, is_connect) = (is_tls(&error), error.is_connect());
        let (node, cause) = (self.name.clone(), causes(error));
        if is_tls {
            ClusterFault::Tls { node, cause }
        } else if is_connect {
            ClusterFault::Unreachable { node, cause }
        } else {
            ClusterFault::BrokenOff { node, cause }
        }
    }

    fn redirect(&self, response: &Response) -> ClusterFault {
        let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let target = target.and_then(|target| self.url.join(target).ok());
        let found = match target.as_ref().and_then(Url::host_str) {
            Some(host) => format!("it redirects to {}", quoted(host)),
            None => format!("it redirects (status {})", response.status().as_u16()),
        };
        ClusterFault::NotOpenSearch { node: self.name.clone(), found }
    }
}

/// The messages of `error` and its causes, for a message.
fn causes(error: reqwest::Error) -> String {
    quoted(&problem::chain(&error.without_url().into()))
}

/// Whether one of the causes of `error` is an error of TLS. A connection that ends while it is established was closed
/// during TLS's handshake, because a plain connection exchanges nothing then.
fn is_tls(error: &reqwest::Error) -> bool {
    let is_connect = error.is_connect();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        let has_ended = |error: &io::Error| error.kind() == io::ErrorKind::UnexpectedEof;
        let io = error.downcast_ref::<io::Error>();
        if error.is::<rustls::Error>() || (is_connect && io.is_some_and(has_ended)) {
            return true;
        }
        next = match io.and_then(io::Error::get_ref) {
            // `source` of an `io::Error` leaves out the error that it contains.
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
