//! The builder of every HTTP client of Cairn: user agent, TLS and the time to connect are the same for all.
//!
//! [`crate::crawl`] adds its rules for hosts and its pace, because it follows addresses that others wrote.
//! [`crate::replicate`] and [`crate::search::cluster`] contact only addresses that the user names. No other module uses a
//! client; a test enforces this.

use std::time::Duration;

use reqwest::ClientBuilder;

/// How long a connection may take to be established.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A client builder whose user agent names this program and `purpose`. Callers add the redirect policy, the rules for
/// hosts and the other time limits. Uses the proxies that the environment names. Sends nothing.
pub(crate) fn builder(purpose: &str) -> ClientBuilder {
    // An error means that this process already has a provider for TLS; that provider works too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(format!("cairn/{} ({purpose})", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
}
