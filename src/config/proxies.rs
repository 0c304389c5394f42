//! The reverse proxies whose word about a request is taken.

use std::net::IpAddr;

use anyhow::{Context, bail};
use ipnet::IpNet;

/// The networks of trusted proxies. By default there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Parses the key `[serve] trusted_proxies`. Each of `entries` is an address such as `127.0.0.1` or a network such
    /// as `10.0.0.0/8` or `fd00::/8`.
    ///
    /// `Err` if an entry is neither, or if a network contains every address: then each client could invent its address.
    pub(super) fn parse(entries: &[String]) -> anyhow::Result<TrustedProxies> {
        let networks = entries.iter().map(|entry| {
            let address = entry.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
            let network = address.or_else(|_| entry.parse::<IpNet>()).ok().with_context(|| {
                format!(
                    "[serve] trusted_proxies: {entry:?} is neither an address nor a network; write 127.0.0.1 or 10.0.0.0/8"
                )
            })?;
            if network.prefix_len() == 0 {
                bail!(
                    "[serve] trusted_proxies: {entry:?} contains every address, so each client could invent its own; \
                     name only the addresses of your proxies"
                );
            }
            Ok(network.trunc())
        });
        networks.collect::<anyhow::Result<_>>().map(TrustedProxies)
    }

    /// Whether `address` is a trusted proxy. An IPv4 address counts as the same inside IPv6 (`::ffff:10.0.0.1`).
    pub fn include(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(entries: &[&str]) -> anyhow::Result<TrustedProxies> {
        let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
        TrustedProxies::parse(&entries)
    }

    #[test]
    fn addresses_and_networks_of_both_versions_are_trusted() {
        let proxies = parsed(&["127.0.0.1", "10.1.2.3/8", "::1", "fd00::/8"]).unwrap();
        let include = |address: &str| proxies.include(address.parse().unwrap());
        for own in ["127.0.0.1", "10.200.0.9", "::ffff:10.0.0.1", "::1", "fd12::7"] {
            assert!(include(own), "{own}");
        }
        for other in ["127.0.0.2", "11.0.0.1", "::2", "2001:db8::1", "::ffff:192.0.2.1"] {
            assert!(!include(other), "{other}");
        }
        assert!(!TrustedProxies::default().include("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn names_ranges_and_the_whole_internet_are_refused() {
        for wrong in ["proxy.lan", "10.0.0.1-9", "10.0.0.0/33", "", "0.0.0.0/0", "::/0"] {
            let problem = format!("{:#}", parsed(&["127.0.0.1", wrong]).unwrap_err());
            assert!(problem.contains("trusted_proxies") && problem.contains(wrong), "{problem}");
        }
    }
}
