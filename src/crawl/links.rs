//! Looks whether cited addresses still lead somewhere.
//!
//! Politely: one request at a time and host, a pause between two, HEAD first and GET only where HEAD is
//! not understood, nothing of the body read. Private addresses are refused as everywhere.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Method, StatusCode, Url};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::hosts::{self, Hosts};
use crate::config::Config;

/// Hosts that are asked at once.
const HOSTS_AT_ONCE: usize = 8;
/// The pause between two requests to one host.
const PAUSE: Duration = Duration::from_secs(1);
/// Addresses of one host that are asked in one run.
const MOST_PER_HOST: usize = 300;
/// The longest that one address may take, redirects and all.
const LONGEST: Duration = Duration::from_secs(20);
const MOST_REDIRECTS: usize = 8;

/// What became of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    Alive,
    /// 404, 410, or a host that is not there any more.
    Dead,
    /// It may be either: refused, limited, failing, or not to be asked.
    Unknown,
}

/// Looks at `urls`, canonical addresses, and sends what became of each, until `stop`. What is more than
/// one run asks of a host is left out.
pub async fn check(
    config: &Config,
    urls: Vec<String>,
    stop: &CancellationToken,
    answers: &UnboundedSender<(String, LinkState)>,
) -> anyhow::Result<()> {
    let checker = Checker::new(config)?;
    let mut by_host: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for url in urls {
        let host = Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let asked = by_host.entry(host.unwrap_or_default()).or_default();
        if asked.len() < MOST_PER_HOST {
            asked.push(url);
        }
    }
    let hosts = futures_util::stream::iter(by_host.into_values());
    let all = hosts.for_each_concurrent(HOSTS_AT_ONCE, |urls| checker.host(urls, answers));
    tokio::select! {
        () = all => {}
        () = stop.cancelled() => {}
    }
    Ok(())
}

struct Checker {
    http: reqwest::Client,
    hosts: Hosts,
}

impl Checker {
    fn new(config: &Config) -> anyhow::Result<Checker> {
        // An earlier session in this process may have installed it: that one serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let hosts = Hosts::new(config);
        let allowed = hosts.clone();
        let redirects = Policy::custom(move |attempt: Attempt| {
            if attempt.previous().len() > MOST_REDIRECTS {
                return attempt.error(format!("more than {MOST_REDIRECTS} redirects"));
            }
            match allowed.refusal(attempt.url()) {
                Some(why) => attempt.error(why),
                None => attempt.follow(),
            }
        });
        let http = reqwest::Client::builder()
            .user_agent(concat!("cairn/", env!("CARGO_PKG_VERSION"), " (link checker)"))
            .redirect(redirects)
            .dns_resolver(hosts::resolver(&hosts))
            .connect_timeout(Duration::from_secs(10))
            .timeout(LONGEST)
            .pool_max_idle_per_host(1)
            .build()?;
        Ok(Checker { http, hosts })
    }

    /// Asks one host after all of its addresses.
    async fn host(&self, urls: Vec<String>, answers: &UnboundedSender<(String, LinkState)>) {
        for (at, url) in urls.into_iter().enumerate() {
            if at > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let state = self.one(&url).await;
            if answers.send((url, state)).is_err() {
                return;
            }
        }
    }

    async fn one(&self, url: &str) -> LinkState {
        let Ok(secure) = Url::parse(url) else { return LinkState::Unknown };
        if self.hosts.refusal(&secure).is_some() {
            return LinkState::Unknown;
        }
        // Canonical addresses are https; what was cited may know http only.
        let mut plain = secure.clone();
        let asked = match self.ask(&secure).await {
            Err(error) if error.is_connect() && plain.set_scheme("http").is_ok() => {
                self.ask(&plain).await
            }
            asked => asked,
        };
        match asked {
            Ok(status) => state_of(status),
            Err(error) if is_unknown_host(&error) => LinkState::Dead,
            Err(_) => LinkState::Unknown,
        }
    }

    async fn ask(&self, url: &Url) -> reqwest::Result<StatusCode> {
        let send = |method: Method| self.http.request(method, url.clone()).send();
        let status = send(Method::HEAD).await?.status();
        // Many servers answer HEAD wrongly; a page is only gone if GET says so.
        if status.is_success() {
            return Ok(status);
        }
        Ok(send(Method::GET).await?.status())
    }
}

fn state_of(status: StatusCode) -> LinkState {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => LinkState::Dead,
        status if status.is_success() => LinkState::Alive,
        _ => LinkState::Unknown,
    }
}

/// Whether `error` is the resolver's word that there is no such host; that it could not be asked is
/// another matter, and in doubt a link lives.
fn is_unknown_host(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = cause {
        let words = inner.to_string();
        if words.contains("Name or service not known") || words.contains("nodename nor servname") {
            return true;
        }
        cause = inner.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_surely_gone_is_dead() {
        for (status, state) in [
            (200, LinkState::Alive),
            (404, LinkState::Dead),
            (410, LinkState::Dead),
            (403, LinkState::Unknown),
            (429, LinkState::Unknown),
            (503, LinkState::Unknown),
        ] {
            assert_eq!(state_of(StatusCode::from_u16(status).unwrap()), state, "{status}");
        }
    }
}
