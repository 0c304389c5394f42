//! Limits how many requests one client, and all peers together, may send.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::forwarded::RequestClient;

/// The default limit of requests per second for each peer except loopback. A page and its files take eight requests.
const PER_SECOND: u32 = 20;
/// A burst may have as many requests as are allowed in this many seconds.
const BURST: u32 = 3;
/// The maximum number of requests that are processed at the same time; further requests get 503.
const AT_ONCE: usize = 256;
/// If more peers than this are remembered, inactive peers are dropped.
const PEERS: usize = 10_000;

/// The request limits of one server.
pub(super) struct RequestLimits {
    rate: DefaultKeyedRateLimiter<IpAddr>,
    /// Whether the rate limit applies to loopback too.
    includes_loopback: bool,
    slots: Semaphore,
}

impl RequestLimits {
    /// Limits every peer, including loopback, to `set` requests per second. If `set` is `None`, limits every peer
    /// except loopback to [`PER_SECOND`].
    pub fn new(set: Option<NonZeroU32>) -> RequestLimits {
        let per_second = set.or(NonZeroU32::new(PER_SECOND)).unwrap_or(NonZeroU32::MIN);
        let burst = per_second.saturating_mul(NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN));
        let quota = Quota::per_second(per_second).allow_burst(burst);
        RequestLimits {
            rate: DefaultKeyedRateLimiter::keyed(quota),
            includes_loopback: set.is_some(),
            slots: Semaphore::new(AT_ONCE),
        }
    }

    /// How long `client` must wait before its next request; `None` if it may send one now. All hidden clients of one
    /// proxy count as one client, also if the proxy is on this machine.
    pub fn wait(&self, client: RequestClient) -> Option<Duration> {
        let peer = network(client.address());
        let is_exempt = peer.is_loopback() && matches!(client, RequestClient::Known(_));
        if is_exempt && !self.includes_loopback {
            return None;
        }
        if self.rate.len() > PEERS {
            self.rate.retain_recent();
        }
        let refused = self.rate.check_key(&peer).err()?;
        Some(refused.wait_time_from(DefaultClock::default().now()))
    }

    /// A slot for one request; dropping it frees the slot. `None` if [`AT_ONCE`] requests are being processed.
    pub fn slot(&self) -> Option<SemaphorePermit<'_>> {
        self.slots.try_acquire().ok()
    }
}

/// The address that stands for `peer` in limits. A household or a company usually has a whole IPv6 network (/64), so
/// all addresses of such a network count as one peer.
pub(super) fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(limits: &RequestLimits, peer: &str, requests: usize) -> usize {
        let peer: IpAddr = peer.parse().unwrap();
        let client = RequestClient::Known(peer);
        (0..requests).filter(|_| limits.wait(client).is_some()).count()
    }

    #[test]
    fn remote_peers_are_limited_by_default_and_loopback_only_if_configured() {
        let limits = RequestLimits::new(None);
        assert!(refused(&limits, "198.51.100.7", 200) > 100);
        assert_eq!(refused(&limits, "198.51.100.8", 10), 0, "another peer");
        assert_eq!(refused(&limits, "127.0.0.1", 500), 0);
        assert_eq!(refused(&limits, "::ffff:127.0.0.1", 500), 0);
        let proxy = RequestClient::Hidden("127.0.0.1".parse().unwrap());
        let hidden = (0..500).filter(|_| limits.wait(proxy).is_some()).count();
        assert!(hidden > 400, "clients that their proxy hides are no local ones: {hidden}");
        let set = RequestLimits::new(NonZeroU32::new(1));
        assert_eq!(refused(&set, "127.0.0.1", 10), 7);
    }

    #[test]
    fn an_ipv6_network_counts_as_one_peer() {
        let limits = RequestLimits::new(NonZeroU32::new(1));
        assert_eq!(refused(&limits, "2001:db8::1", 3), 0);
        assert_eq!(refused(&limits, "2001:db8::2", 1), 1);
        assert_eq!(refused(&limits, "2001:db8:0:1::2", 1), 0);
    }
}
