//! What trusted proxies say about a request: the client's address, and the host and scheme that the client used.
//!
//! A proxy appends to `Forwarded` (RFC 7239) or to `X-Forwarded-For`; whatever stands further left may come from the
//! client. The entries are therefore read from the right, and the first one that is not a trusted proxy is the client.
//! Only headers of requests from a [trusted peer](TrustedProxies) are read. Clients can't invent an address, unless the
//! proxy passes on a header of the client that it does not set itself.

use std::net::{IpAddr, SocketAddr};

use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderMap, HeaderName, header};

use crate::config::TrustedProxies;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestClient {
    /// The client has this address: the peer's, or the one that a trusted proxy names.
    Known(IpAddr),
    /// The peer with this address is a trusted proxy, and its headers are malformed, contradict each other or hide the
    /// client.
    Hidden(IpAddr),
}

impl RequestClient {
    /// The client's address, or the proxy's address if the client's is hidden.
    pub fn address(self) -> IpAddr {
        match self {
            RequestClient::Known(address) | RequestClient::Hidden(address) => address,
        }
    }
}

/// Where a request comes from, and what its client asked for. Stored in the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequestOrigin {
    pub client: RequestClient,
    /// The host that the client used; `None` if no trusted proxy names one.
    pub host: Option<Authority>,
    pub scheme: Scheme,
}

impl RequestOrigin {
    /// The origin of a request with `headers` from `peer`. Malformed hosts and schemes are ignored.
    pub fn of(headers: &HeaderMap, peer: IpAddr, proxies: &TrustedProxies) -> RequestOrigin {
        let peer = peer.to_canonical();
        let mut origin =
            RequestOrigin { client: RequestClient::Known(peer), host: None, scheme: Scheme::HTTP };
        if !proxies.include(peer) {
            return origin;
        }
        let old = by_x_forwarded(headers, proxies);
        let standard = by_forwarded(headers, proxies);
        let ForwardedBy { client, host, scheme } = match (&old.client, &standard.client) {
            (NamedClient::Nobody, _) => standard.or(old),
            (_, NamedClient::Nobody) => old.or(standard),
            (one, other) if one == other => old.or(standard),
            // The proxy sets one of the two and passes on the client's other.
            _ => ForwardedBy { client: NamedClient::Unreadable, ..old },
        };
        origin.client = match client {
            NamedClient::Nobody => RequestClient::Known(peer),
            NamedClient::Unreadable => RequestClient::Hidden(peer),
            NamedClient::Address(address) => RequestClient::Known(address),
        };
        origin.host = host;
        origin.scheme = scheme.unwrap_or(Scheme::HTTP);
        origin
    }
}

#[derive(Debug, PartialEq, Eq)]
enum NamedClient {
    Nobody,
    Unreadable,
    Address(IpAddr),
}

/// What one family of headers says.
struct ForwardedBy {
    client: NamedClient,
    host: Option<Authority>,
    scheme: Option<Scheme>,
}

impl ForwardedBy {
    /// `self`, with the host and scheme of `other` where `self` names none.
    fn or(self, other: ForwardedBy) -> ForwardedBy {
        ForwardedBy { host: self.host.or(other.host), scheme: self.scheme.or(other.scheme), ..self }
    }
}

/// The client among `entries`, which begin with the one nearest to this server, and the position of its entry. If all
/// entries are trusted proxies, the client is the farthest one.
fn client<'a>(
    entries: impl Iterator<Item = &'a str>,
    proxies: &TrustedProxies,
) -> (NamedClient, usize) {
    let mut found = (NamedClient::Nobody, 0);
    for (at, entry) in entries.enumerate() {
        let Some(address) = address(entry) else { return (NamedClient::Unreadable, at) };
        found = (NamedClient::Address(address), at);
        if !proxies.include(address) {
            break;
        }
    }
    found
}

/// The address in `entry`, which may also have a port.
fn address(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = entry.parse().ok().or_else(with_port).or_else(in_brackets);
    address.map(|address: IpAddr| address.to_canonical())
}

fn scheme(text: &str) -> Option<Scheme> {
    [Scheme::HTTP, Scheme::HTTPS]
        .into_iter()
        .find(|scheme| text.eq_ignore_ascii_case(scheme.as_str()))
}

/// The host and optional port in `text`.
fn host(text: &str) -> Option<Authority> {
    text.parse::<Authority>().ok().filter(super::hosts::is_host_and_port)
}

/// The values of the list in the headers `name`, the last one first. A value that is not ASCII is empty.
fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default());
    let lines: Vec<&str> = lines.collect();
    lines.into_iter().rev().flat_map(|line| line.rsplit(',').map(str::trim))
}

fn by_x_forwarded(headers: &HeaderMap, proxies: &TrustedProxies) -> ForwardedBy {
    let (client, at) = client(values(headers, &FOR), proxies);
    // Each proxy may append to these lists as well, or replace them by one value.
    let of_hop = |name| values(headers, name).take(at + 1).last();
    ForwardedBy {
        client,
        host: of_hop(&HOST).and_then(host),
        scheme: of_hop(&PROTO).and_then(scheme),
    }
}

/// One element of `Forwarded`.
#[derive(Default)]
struct ForwardedElement {
    client: String,
    host: Option<Authority>,
    scheme: Option<Scheme>,
}

fn by_forwarded(headers: &HeaderMap, proxies: &TrustedProxies) -> ForwardedBy {
    let nobody = ForwardedBy { client: NamedClient::Nobody, host: None, scheme: None };
    let lines: Vec<_> = headers.get_all(header::FORWARDED).iter().collect();
    if lines.is_empty() {
        return nobody;
    }
    let parsed = lines.iter().map(|line| elements(line.to_str().ok()?));
    let Some(elements) = parsed.collect::<Option<Vec<_>>>() else {
        return ForwardedBy { client: NamedClient::Unreadable, ..nobody };
    };
    let mut elements: Vec<ForwardedElement> = elements.into_iter().flatten().collect();
    elements.reverse();
    let (client, at) = client(elements.iter().map(|element| &*element.client), proxies);
    match elements.into_iter().nth(at) {
        Some(ForwardedElement { host, scheme, .. }) => ForwardedBy { client, host, scheme },
        None => ForwardedBy { client, ..nobody },
    }
}

/// The elements of one line of `Forwarded` (RFC 7239, 4). `None` if it is malformed.
fn elements(line: &str) -> Option<Vec<ForwardedElement>> {
    let mut elements = vec![ForwardedElement::default()];
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after)?;
        let element = elements.last_mut()?;
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => element.client = value,
            "host" => element.host = host(&value),
            "proto" => element.scheme = scheme(&value),
            _ => {}
        }
        let after = after.trim_start();
        rest = match (after.strip_prefix(';'), after.strip_prefix(',')) {
            (Some(rest), _) => rest.trim_start(),
            (_, Some(rest)) => {
                elements.push(ForwardedElement::default());
                rest.trim_start()
            }
            _ if after.is_empty() => after,
            _ => return None,
        };
    }
    Some(elements)
}

/// The token or quoted string at the start of `text`, unquoted, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        let (token, rest) = text.split_at(end);
        let token = token.trim_end();
        let is_token = !token.contains(['"', ' ', '\t', '=']);
        return is_token.then(|| (token.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, quoted.get(at + 1..)?)),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests;
