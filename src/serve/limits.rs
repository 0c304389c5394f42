//! Limits how many requests one peer, and all peers together, may send.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use tokio::sync::Semaphore;

use super::ServerState;
use super::error::Failure;
use super::listen::Ends;
use crate::library::view::ErrorCode;

/// Default requests per second for each peer beyond loopback; a page with its files makes eight.
const PER_SECOND: u32 = 20;
/// Seconds' worth of requests that may arrive as one burst.
const BURST: u32 = 3;
/// Requests that are processed at the same time; more get 503.
const AT_ONCE: usize = 256;
/// Peers that are remembered before inactive ones are dropped.
const PEERS: usize = 10_000;
/// Bytes of a request's target. Its parts are repeated in the links and messages of the response.
const LONGEST_TARGET: usize = 8 * 1_024;

/// The request limits of one server.
pub(super) struct Limits {
    rate: DefaultKeyedRateLimiter<IpAddr>,
    /// Whether the limit applies to loopback too.
    everybody: bool,
    places: Semaphore,
}

impl Limits {
    /// Limits every peer to `set` requests per second; if `None`, applies a default to peers beyond this machine.
    pub fn new(set: Option<NonZeroU32>) -> Limits {
        let per_second = set.or(NonZeroU32::new(PER_SECOND)).unwrap_or(NonZeroU32::MIN);
        let burst = per_second.saturating_mul(NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN));
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Limits {
            rate: DefaultKeyedRateLimiter::keyed(quota),
            everybody: set.is_some(),
            places: Semaphore::new(AT_ONCE),
        }
    }

    /// How long `peer` must wait before its next request; `None` if it may send one now.
    fn wait(&self, peer: IpAddr) -> Option<Duration> {
        let peer = network(peer);
        if peer.is_loopback() && !self.everybody {
            return None;
        }
        if self.rate.len() > PEERS {
            self.rate.retain_recent();
        }
        let refused = self.rate.check_key(&peer).err()?;
        Some(refused.wait_time_from(DefaultClock::default().now()))
    }
}

/// A household or a company usually has a whole IPv6 network, so the network counts as one peer.
pub(super) fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        other => other,
    }
}

/// Responds with 429 to a peer that sends too many requests, with 503 if too many arrive at once, and with 414 if the
/// target is too long. A request without an address (from a test that calls the router) counts as local.
pub(super) async fn limit(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<Ends>().map(|ends| ends.peer.ip());
    if let Some(wait) = peer.and_then(|peer| state.limits.wait(peer)) {
        return refuse(StatusCode::TOO_MANY_REQUESTS, "too many requests from you", wait);
    }
    let Ok(_place) = state.limits.places.try_acquire() else {
        let wait = Duration::from_secs(1);
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once", wait);
    };
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > LONGEST_TARGET {
        return too_long(target).into_response();
    }
    next.run(request).await
}

fn too_long(bytes: usize) -> Failure {
    Failure {
        status: StatusCode::URI_TOO_LONG,
        code: ErrorCode::TooLong,
        message: format!("the address is {bytes} bytes long"),
        hint: format!("it may have {LONGEST_TARGET}: leave something out"),
    }
}

fn refuse(status: StatusCode, message: &str, wait: Duration) -> Response {
    let seconds = wait.as_secs().max(1);
    let failure = Failure {
        status,
        code: ErrorCode::TooMany,
        message: message.to_owned(),
        hint: format!("ask again in {seconds} s"),
    };
    let mut response = failure.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(limits: &Limits, peer: &str, requests: usize) -> usize {
        let peer: IpAddr = peer.parse().unwrap();
        (0..requests).filter(|_| limits.wait(peer).is_some()).count()
    }

    #[test]
    fn strangers_are_limited_and_this_machine_only_if_that_is_set() {
        let limits = Limits::new(None);
        assert!(refused(&limits, "198.51.100.7", 200) > 100);
        assert_eq!(refused(&limits, "198.51.100.8", 10), 0, "another peer");
        assert_eq!(refused(&limits, "127.0.0.1", 500), 0);
        assert_eq!(refused(&limits, "::ffff:127.0.0.1", 500), 0);
        let set = Limits::new(NonZeroU32::new(1));
        assert_eq!(refused(&set, "127.0.0.1", 10), 7);
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_peer() {
        let limits = Limits::new(NonZeroU32::new(1));
        assert_eq!(refused(&limits, "2001:db8::1", 3), 0);
        assert_eq!(refused(&limits, "2001:db8::2", 1), 1);
        assert_eq!(refused(&limits, "2001:db8:0:1::2", 1), 0);
    }
}
