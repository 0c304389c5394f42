//! The hosts that this server serves; [`super::middleware::hosts`] refuses requests for others.
//!
//! A page of any site can let its own name resolve to 127.0.0.1 (DNS rebinding); its scripts could then read this
//! server's responses. Such requests carry that name in `Host`, so a request for a name that is neither this
//! machine's nor configured gets 421. IP addresses of this machine can't be rebound. The port is not compared: a
//! proxy or a container may map it, and rebinding does not depend on it.

use std::net::IpAddr;

use axum::http::uri::Authority;

use crate::config::Config;

/// The configured hosts. The server also serves loopback names and the local addresses of its connections.
pub(super) struct ServedHosts(Vec<String>);

impl ServedHosts {
    /// The hosts that `config` names in `hosts`, `url` and `listen`.
    pub fn new(config: &Config) -> ServedHosts {
        let url = config.url.as_ref().and_then(|url| url::Url::parse(url).ok());
        let url = url.and_then(|url| url.host_str().map(str::to_owned));
        let named = config.hosts.iter().cloned().chain(url).chain([config.listen.clone()]);
        ServedHosts(named.map(|name| plain(&name)).collect())
    }

    /// Whether the server serves `host`, the host that a request names. `local` is the local address of the request's
    /// connection.
    pub fn include(&self, host: &str, local: Option<IpAddr>) -> bool {
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

/// Whether `authority` is exactly a host with an optional port. The parser does not check this: it reads
/// `[::1].example` as `[::1]`, and `127.0.0.1:1.example` as `127.0.0.1`.
pub(super) fn is_host_and_port(authority: &Authority) -> bool {
    let host = authority.host();
    let Some(port) = authority.as_str().strip_prefix(host) else { return false };
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    let is_host = match host.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').is_some_and(|inner| !inner.contains(']')),
        None => true,
    };
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// Normalises a host for comparison: lower case, without port, brackets and trailing dot.
fn plain(host: &str) -> String {
    let named = match host.parse::<Authority>() {
        // Without brackets, an IPv6 address looks like a host with a port.
        Ok(authority) if host.parse::<IpAddr>().is_err() => authority.host().to_owned(),
        _ => host.to_owned(),
    };
    let named = named.trim_start_matches('[').trim_end_matches(']');
    named.strip_suffix('.').unwrap_or(named).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_the_listen_address_and_configured_hosts_are_served() {
        let set = ["Cairn.lan", "192.0.2.9:8080", "cairn.example.org", "2001:db8::2", "[::]:7878"];
        let hosts = ServedHosts(set.iter().map(|name| plain(name)).collect());
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
}
