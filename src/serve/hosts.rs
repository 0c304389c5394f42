//! The host that a request names, and which hosts this server answers for.
//!
//! A page of any site can point its own name at 127.0.0.1 (DNS rebinding), and its scripts then read what is served
//! there as their own. Their requests carry that name in `Host`: a name that is neither this machine's nor set is
//! refused with 421. Addresses of this machine can't be rebound. The port is not compared: a proxy or a container
//! may map it, and rebinding does not depend on it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::ServerState;
use super::error::Failure;
use super::listen::Ends;
use crate::config::Config;
use crate::library::view::ErrorCode;

/// What is asked by whoever watches over the server, by whatever name it knows it.
const FOR_ANY_HOST: [&str; 2] = ["/healthz", "/readyz"];

/// The names that a server answers for, besides those of loopback and the addresses of its connections.
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    /// Those that `config` names: `hosts`, and the hosts of `url` and `listen`.
    pub fn new(config: &Config) -> Hosts {
        let url = config.url.as_ref().and_then(|url| url::Url::parse(url).ok());
        let url = url.and_then(|url| url.host_str().map(str::to_owned));
        let named = config.hosts.iter().cloned().chain(url).chain([config.listen.clone()]);
        Hosts(named.map(|name| plain(&name)).collect())
    }

    /// Whether the server answers for `host`, which came over a connection to the address `local`.
    fn include(&self, host: &str, local: Option<IpAddr>) -> bool {
        let host = plain(host);
        if let Ok(address) = host.parse::<IpAddr>() {
            let address = address.to_canonical();
            if address.is_loopback() || local.is_some_and(|local| local.to_canonical() == address) {
                return true;
            }
        }
        host == "localhost" || host.ends_with(".localhost") || self.0.contains(&host)
    }
}

/// A host as it is compared: in lower case, without port, brackets and the dot of the root.
fn plain(host: &str) -> String {
    let named = match host.parse::<Authority>() {
        // Without brackets, an address of IPv6 reads like a host with a port.
        Ok(authority) if host.parse::<IpAddr>().is_err() => authority.host().to_owned(),
        _ => host.to_owned(),
    };
    let named = named.trim_start_matches('[').trim_end_matches(']');
    named.strip_suffix('.').unwrap_or(named).to_ascii_lowercase()
}

/// The host, and port, that a request names: that of its target where it has one, else that of its `Host` header
/// (RFC 9112 3.2.2). `None` for a request without, which HTTP/1.0 allows; `Err` for one that makes no sense.
pub(super) fn named(parts: &Parts) -> Result<Option<Authority>, Failure> {
    let wrong = || {
        Failure::bad_request("the Host header names no host", "send one, such as localhost:7878")
    };
    let authority = match parts.uri.authority() {
        Some(authority) => Some(authority.clone()),
        None => {
            let mut sent = parts.headers.get_all(header::HOST).iter();
            match (sent.next(), sent.next()) {
                (None, _) => None,
                (Some(host), None) if host.is_empty() => None,
                (Some(host), None) => {
                    Some(Authority::try_from(host.as_bytes()).map_err(|_| wrong())?)
                }
                (Some(_), Some(_)) => return Err(wrong()),
            }
        }
    };
    match authority {
        Some(authority) if !is_host_and_port(&authority) => Err(wrong()),
        authority => Ok(authority),
    }
}

/// Whether `authority` is a host, with or without a port, and nothing else. Its parser takes `[::1].example` for
/// `[::1]`, and `127.0.0.1:1.example` for `127.0.0.1`.
fn is_host_and_port(authority: &Authority) -> bool {
    let host = authority.host();
    let Some(port) = authority.as_str().strip_prefix(host) else { return false };
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    let is_host = match host.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').is_some_and(|inner| !inner.contains(']')),
        None => true,
    };
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// Whether the request breaks the rule that HTTP/1.1 has a `Host` header, whatever is asked for (RFC 9112 3.2). A
/// request that came over no connection was made inside this program.
fn lacks_host(request: &Request) -> bool {
    let came_over = request.extensions().get::<Ends>().is_some();
    came_over
        && request.version() == Version::HTTP_11
        && !request.headers().contains_key(header::HOST)
}

/// Answers 421 to a request for another host, 400 to one that names none or whose host makes no sense.
pub(super) async fn check(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    if lacks_host(&request) {
        let hint = "send one, such as localhost:7878";
        return Failure::bad_request("the request has no Host header", hint).into_response();
    }
    if FOR_ANY_HOST.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let local = parts.extensions.get::<Ends>().and_then(|ends| ends.local);
    match named(&parts) {
        Err(failure) => failure.into_response(),
        Ok(Some(host)) if !state.hosts.include(host.host(), local.map(|local| local.ip())) => {
            wrong(host.host()).into_response()
        }
        Ok(_) => next.run(Request::from_parts(parts, body)).await,
    }
}

fn wrong(host: &str) -> Failure {
    Failure {
        status: StatusCode::MISDIRECTED_REQUEST,
        code: ErrorCode::WrongHost,
        message: format!("this server does not answer for the host {host:?}"),
        hint: format!(
            "if it is meant to, add hosts = [{host:?}] under [serve] in its cairn.toml and start it again"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_what_is_listened_on_and_what_is_set_are_this_server_s() {
        let set = ["Cairn.lan", "192.0.2.9:8080", "cairn.example.org", "2001:db8::2", "[::]:7878"];
        let hosts = Hosts(set.iter().map(|name| plain(name)).collect());
        let local = Some("198.51.100.7".parse().unwrap());
        for own in [
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "127.0.0.1",
            "127.8.9.10",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "cairn.lan",
            "CAIRN.example.org.",
            "192.0.2.9",
            "198.51.100.7",
            "[2001:db8::2]",
        ] {
            assert!(hosts.include(own, local), "{own}");
        }
        for other in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil-localhost",
            "cairn.lan.evil.example",
            "192.0.2.10",
            "[2001:db8::1]",
            "",
        ] {
            assert!(!hosts.include(other, local), "{other}");
        }
        assert!(!hosts.include("198.51.100.7", None), "another connection's address");
    }

    #[test]
    fn the_host_of_a_request_is_one() {
        let host = |target: &str, headers: &[&str]| {
            let mut request = Request::get(target);
            for value in headers {
                request = request.header(header::HOST, *value);
            }
            named(&request.body(()).unwrap().into_parts().0).map_err(|failure| failure.status)
        };
        let is = |name: &str| Ok(Some(name.parse::<Authority>().unwrap()));
        assert_eq!(host("/a", &["localhost:7878"]), is("localhost:7878"));
        assert_eq!(host("http://evil.example/a", &["localhost"]), is("evil.example"));
        assert_eq!((host("/a", &[]), host("/a", &[""])), (Ok(None), Ok(None)));
        for wrong in [
            &["localhost", "evil.example"][..],
            &["evil@localhost"],
            &["a b"],
            &["[::1].evil.example"],
            &["127.0.0.1:7878.evil.example"],
            &["localhost:evil"],
            &["[::1"],
        ] {
            assert_eq!(host("/a", wrong), Err(StatusCode::BAD_REQUEST), "{wrong:?}");
        }
    }
}
