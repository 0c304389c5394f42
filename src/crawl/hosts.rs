//! Defines which hosts Cairn may contact: the source's own hosts, but no private or loopback address unless the
//! settings name it.
//!
//! A crawled host may redirect to any URL, and a DNS name may later resolve to an address inside the user's network
//! (DNS rebinding). So only redirects to the source's own hosts are followed, and addresses are checked whenever a name
//! is resolved.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{ClientBuilder, Url};
use url::Host;

use crate::config::{ARXIV_API, Config, GitHubHosts};
use crate::http_client;

/// The maximum number of redirects in a chain; a longer chain is an error.
const MOST_REDIRECTS: usize = 5;

/// The hosts that one run may contact.
#[derive(Clone, Debug, Default)]
pub(super) struct AllowedHosts {
    /// The host and port of each base URL of GitHub, as [`authority`] formats them.
    github: Vec<String>,
    /// The hosts that may have private addresses, in lower case.
    private: HashSet<String>,
}

impl AllowedHosts {
    /// The hosts that `config` allows. These may have private addresses: the hosts of GitHub's and arXiv's base URLs,
    /// if the settings changed these URLs; the hosts that the settings list as private; the proxies in the environment.
    pub fn new(config: &Config) -> AllowedHosts {
        let bases = config.github.all();
        let arxiv = Some(&*config.arxiv_api).filter(|base| *base != ARXIV_API);
        let set = bases.into_iter().filter(|base| !GitHubHosts::PUBLIC.contains(base)).chain(arxiv);
        let proxies = ["http_proxy", "https_proxy", "all_proxy"].into_iter().flat_map(|name| {
            [name.to_owned(), name.to_uppercase()].into_iter().filter_map(|n| std::env::var(n).ok())
        });
        let named = set.map(str::to_owned).chain(proxies).filter_map(|base| {
            let url = Url::parse(&base).or_else(|_| Url::parse(&format!("http://{base}"))).ok()?;
            url.host_str().map(str::to_lowercase)
        });
        let set = config.private_hosts.iter().map(|host| match host.parse::<Ipv6Addr>() {
            // As in URLs.
            Ok(address) => format!("[{address}]"),
            Err(_) => host.to_lowercase(),
        });
        let private = named.chain(set);
        let github = bases.into_iter().filter_map(|base| Url::parse(base).ok());
        AllowedHosts {
            github: github.map(|url| authority(&url)).collect(),
            private: private.collect(),
        }
    }

    /// The reason not to request `url`: its host is a private IP address that the settings don't allow. `None` if there
    /// is no such reason. Host names are not checked here, but when they are resolved.
    pub fn refusal(&self, url: &Url) -> Option<String> {
        let address = match url.host()? {
            Host::Domain(_) => return None,
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        let allowed = !is_private(address) || self.may_be_private(url.host_str()?);
        (!allowed).then(|| refused(&address.to_string()))
    }

    fn may_be_private(&self, host: &str) -> bool {
        self.private.contains(&host.to_lowercase())
    }

    /// Why the redirect from `from` (the first URL of the chain) to `to` must not be followed; `None` if it may be.
    pub fn redirect_refusal(&self, from: &Url, to: &Url) -> Option<String> {
        if from.scheme() == "https" && to.scheme() != "https" {
            return Some("a redirect from https to http".to_owned());
        }
        let (home, there) = (authority(from), authority(to));
        let upgrade = from.host_str() == to.host_str()
            && (from.port_or_known_default(), to.port_or_known_default()) == (Some(80), Some(443));
        let among_github = self.github.contains(&home) && self.github.contains(&there);
        if home != there && !upgrade && !among_github {
            return Some(format!("a redirect away from the source's hosts, to {there}"));
        }
        self.refusal(to)
    }

    /// A client builder for `purpose` that resolves only the host names and addresses that are allowed. Callers add the
    /// redirect policy and the time limits of requests.
    pub fn client(&self, purpose: &str) -> ClientBuilder {
        http_client::builder(purpose).dns_resolver(Arc::new(self.clone()))
    }

    /// The redirect policy for an HTTP client.
    pub fn redirects(self) -> Policy {
        Policy::custom(move |attempt: Attempt| {
            if attempt.previous().len() > MOST_REDIRECTS {
                return attempt.error(format!("more than {MOST_REDIRECTS} redirects"));
            }
            let refusal = attempt
                .previous()
                .first()
                .and_then(|from| self.redirect_refusal(from, attempt.url()));
            match refusal {
                Some(why) => attempt.error(why),
                None => attempt.follow(),
            }
        })
    }
}

/// Resolves a name to its allowed addresses; `Err` if it has none.
impl Resolve for AllowedHosts {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.may_be_private(name.as_str());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> =
                found.filter(|address| allowed || !is_private(address.ip())).collect();
            if found.is_empty() {
                return Err(refused(name.as_str()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn refused(host: &str) -> String {
    format!(
        "{host} has a private or loopback address; if that is intended, name it in [refresh] private_hosts"
    )
}

/// The host and port of `url`, as `host:port`.
pub(super) fn authority(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or(0);
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

/// Whether `address` is not on the public internet, according to the special-purpose registries of RFC 6890.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(inner) => is_private_v4(inner),
            None => is_private_v6(address),
        },
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19))
        || (a, b, c) == (192, 0, 0)
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let first = address.segments()[0];
    // No address outside 2000::/3 is public, except some with the NAT64 prefix 64:ff9b::/96. Such an address contains
    // an IPv4 address, and is public if the IPv4 address is public.
    let [.., high, low] = address.segments();
    if address.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        return is_private_v4(Ipv4Addr::new(a, b, c, d));
    }
    let documentation = first == 0x2001 && address.segments()[1] == 0xdb8;
    // A 6to4 address (2002::/16) can contain any IPv4 address, so all of them count as private. No study material is
    // served there.
    !(0x2000..0x4000).contains(&first) || documentation || first == 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> AllowedHosts {
        AllowedHosts {
            github: vec!["api.github.com:443".into(), "codeload.github.com:443".into()],
            private: HashSet::from(["gitlab.corp".to_owned(), "127.0.0.1".to_owned()]),
        }
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn private_and_public_addresses_are_distinguished() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "::",
            "2002:7f00:1::",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in ["140.82.121.4", "8.8.8.8", "2606:50c0:8000::153", "::ffff:8.8.8.8"] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn redirects_are_followed_only_to_the_sources_own_hosts() {
        let hosts = hosts();
        let follows = |from: &str, to: &str| hosts.redirect_refusal(&url(from), &url(to)).is_none();
        assert!(follows(
            "https://api.github.com/repos/a/b",
            "https://api.github.com/repositories/1"
        ));
        assert!(follows("https://api.github.com/a", "https://codeload.github.com/a"));
        assert!(follows("http://git.example/a", "https://git.example/a"), "an upgrade");
        assert!(follows("http://127.0.0.1:9/a", "http://127.0.0.1:9/b"), "as configured");
        assert!(!follows("https://git.example/a", "http://git.example/a"), "a downgrade");
        assert!(!follows("https://git.example/a", "https://codeload.github.com/a"));
        assert!(!follows("https://api.github.com/a", "https://evil.example/a"));
        assert!(!follows("http://192.168.1.1/a", "http://192.168.1.1/b"), "private");
        assert!(!follows("http://git.example/a", "http://git.example:8080/a"), "another port");
    }

    #[test]
    fn private_addresses_are_refused_unless_the_settings_name_them() {
        let hosts = hosts();
        assert!(hosts.refusal(&url("http://127.0.0.1:8080/x")).is_none());
        assert!(
            hosts.refusal(&url("https://git.example/x")).is_none(),
            "checked when it is resolved"
        );
        let refusal = hosts.refusal(&url("http://[::1]/x")).unwrap();
        assert!(refusal.contains("private_hosts"), "{refusal}");
    }

    #[test]
    fn a_private_ipv6_address_is_allowed_with_and_without_brackets() {
        for set in ["::1", "[::1]"] {
            let mut config = crate::config::load(&Default::default()).unwrap();
            config.private_hosts = vec![set.to_owned()];
            assert_eq!(AllowedHosts::new(&config).refusal(&url("http://[::1]/x")), None, "{set}");
        }
    }

    #[tokio::test]
    async fn a_name_with_a_private_address_is_not_resolved() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(hosts().resolve(name()).await.is_err());
        let allowed = AllowedHosts { private: HashSet::from(["localhost".to_owned()]), ..hosts() };
        assert!(allowed.resolve(name()).await.is_ok());
    }
}
