//! Builds every HTTP client of Cairn. Callers add the redirect policy and the request timeouts.

use std::time::Duration;

use reqwest::ClientBuilder;

use super::hosts::{self, AllowedHosts};

/// A client builder whose user agent names this program and `purpose`. It resolves only the host names and addresses
/// that `hosts` allows.
pub(super) fn builder(hosts: &AllowedHosts, purpose: &str) -> ClientBuilder {
    // An error means that this process already has a provider for TLS; that provider works too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(format!("cairn/{} ({purpose})", env!("CARGO_PKG_VERSION")))
        .dns_resolver(hosts::resolver(hosts))
        .connect_timeout(Duration::from_secs(10))
}
