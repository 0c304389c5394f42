//! Checks whether cited URLs still work.
//!
//! The checker sends one request at a time to each host. It pauses between two URLs of a host, and reads no response
//! bodies.
//! It sends HEAD first, and GET only if HEAD fails. It refuses private addresses, as the crawler does.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Method, StatusCode, Url};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::hosts::AllowedHosts;
use crate::config::Config;

/// The number of hosts that are checked concurrently.
const HOSTS_AT_ONCE: usize = 8;
/// The pause between checking two URLs of one host.
const PAUSE: Duration = Duration::from_secs(1);
/// The maximum number of URLs of one host that are checked in one run; further URLs are skipped.
const MOST_PER_HOST: usize = 300;
/// The timeout for one request, including its redirects.
const LONGEST: Duration = Duration::from_secs(20);
const MOST_REDIRECTS: usize = 8;

/// The result of checking one URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    Alive,
    /// 404, 410, or a host name that no longer exists.
    Dead,
    /// Any other failure, for example 403, 429, 5xx, a network failure, or an address that Cairn must not contact.
    Unknown,
}

/// Checks the canonical URLs `urls` and sends each result to `results`. Ends early when `stop` is cancelled. Checks at
/// most `MOST_PER_HOST` URLs of each host and skips its other URLs.
pub async fn check(
    config: &Config,
    urls: Vec<String>,
    stop: &CancellationToken,
    results: &UnboundedSender<(String, LinkState)>,
) -> anyhow::Result<()> {
    let checker = LinkChecker::new(config)?;
    let mut by_host: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for url in urls {
        let host = Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let of_host = by_host.entry(host.unwrap_or_default()).or_default();
        if of_host.len() < MOST_PER_HOST {
            of_host.push(url);
        }
    }
    let hosts = futures_util::stream::iter(by_host.into_values());
    let all = hosts.for_each_concurrent(HOSTS_AT_ONCE, |urls| checker.host(urls, results));
    tokio::select! {
        () = all => {}
        () = stop.cancelled() => {}
    }
    Ok(())
}

struct LinkChecker {
    http: reqwest::Client,
    hosts: AllowedHosts,
}

impl LinkChecker {
    fn new(config: &Config) -> anyhow::Result<LinkChecker> {
        let hosts = AllowedHosts::new(config);
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
        let http = hosts
            .client("link checker")
            .redirect(redirects)
            .timeout(LONGEST)
            .pool_max_idle_per_host(1)
            .build()?;
        Ok(LinkChecker { http, hosts })
    }

    /// Checks all URLs of one host, one after another.
    async fn host(&self, urls: Vec<String>, results: &UnboundedSender<(String, LinkState)>) {
        for (at, url) in urls.into_iter().enumerate() {
            if at > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let state = self.one(&url).await;
            if results.send((url, state)).is_err() {
                return;
            }
        }
    }

    /// Checks one URL. If no connection over https can be made, tries http.
    async fn one(&self, url: &str) -> LinkState {
        let Ok(secure) = Url::parse(url) else { return LinkState::Unknown };
        if self.hosts.refusal(&secure).is_some() {
            return LinkState::Unknown;
        }
        // Canonical URLs use https, but the cited site may support only http.
        let mut plain = secure.clone();
        let result = match self.status(&secure).await {
            Err(error) if error.is_connect() && plain.set_scheme("http").is_ok() => {
                self.status(&plain).await
            }
            result => result,
        };
        match result {
            Ok(status) => state_of(status),
            Err(error) if is_unknown_host(&error) => LinkState::Dead,
            Err(_) => LinkState::Unknown,
        }
    }

    /// Sends a HEAD request for `url`, and also a GET request if the status is not a success. Returns the last status.
    async fn status(&self, url: &Url) -> reqwest::Result<StatusCode> {
        let send = |method: Method| self.http.request(method, url.clone()).send();
        let status = send(Method::HEAD).await?.status();
        // Many servers answer HEAD incorrectly, so a page counts as gone only if GET confirms it.
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

/// Whether `error` means that the host name does not exist. A failure of the resolver does not count, because it does
/// not show that the link is dead.
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
    fn only_404_and_410_mean_that_a_link_is_dead() {
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
