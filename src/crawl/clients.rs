//! The HTTP clients of a run. The first request that needs one builds it: a client reads the certificates of the system,
//! which takes longer than refreshing a folder.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;

use super::hosts::AllowedHosts;

/// How to handle a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RedirectHandling {
    Followed,
    /// The redirect is not followed, but returned as the response.
    Shown,
}

/// One client for each way to handle redirects.
pub(super) struct HttpClients {
    hosts: AllowedHosts,
    /// The maximum number of idle connections to a host.
    idle: usize,
    following: OnceLock<Client>,
    unfollowing: OnceLock<Client>,
}

impl HttpClients {
    /// Clients that contact `hosts` only, and keep at most `idle` idle connections to each.
    pub fn new(hosts: AllowedHosts, idle: usize) -> HttpClients {
        HttpClients { hosts, idle, following: OnceLock::new(), unfollowing: OnceLock::new() }
    }

    /// The client that handles redirects as `redirects` says. `Err` if it can't be built.
    pub fn get(&self, redirects: RedirectHandling) -> Result<&Client, reqwest::Error> {
        let (client, policy) = match redirects {
            RedirectHandling::Followed => (&self.following, self.hosts.clone().redirects()),
            RedirectHandling::Shown => (&self.unfollowing, Policy::none()),
        };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        let built = self
            .hosts
            .client("study-material indexer")
            .redirect(policy)
            .read_timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(self.idle)
            .build()?;
        Ok(client.get_or_init(|| built))
    }
}
