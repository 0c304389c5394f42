//! How every HTTP client of Cairn is made. Callers add redirects and timeouts.

use std::time::Duration;

use reqwest::ClientBuilder;

use super::hosts::{self, AllowedHosts};

/// A client builder that names this program and `purpose` as its user agent and resolves only what `hosts` allows.
pub(super) fn builder(hosts: &AllowedHosts, purpose: &str) -> ClientBuilder {
    // Fails if another client in this process has installed a provider; that provider works too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(format!("cairn/{} ({purpose})", env!("CARGO_PKG_VERSION")))
        .dns_resolver(hosts::resolver(hosts))
        .connect_timeout(Duration::from_secs(10))
}
