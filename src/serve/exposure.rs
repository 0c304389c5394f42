//! Logs a warning when other machines can read private sources.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Whether other machines can reach the server, and how many private sources it served at the last check.
#[derive(Default)]
pub(super) struct Exposure {
    reaches_others: AtomicBool,
    private: AtomicUsize,
}

impl Exposure {
    /// Records that the server listens on `address`.
    pub fn listens(&self, address: IpAddr) {
        let is_own = address.to_canonical().is_loopback();
        self.reaches_others.store(!is_own, Ordering::Relaxed);
    }

    /// Logs a warning if other machines can reach the server and it now serves more private sources (`private`) than at
    /// the last check. Returns whether it logged one.
    pub fn look(&self, private: usize) -> bool {
        if !self.reaches_others.load(Ordering::Relaxed) {
            return false;
        }
        let is_more = private > self.private.swap(private, Ordering::Relaxed);
        if is_more {
            tracing::warn!(
                "anyone who can reach this server can read the text of private sources ({private}); listen on \
                 127.0.0.1, or remove them from the catalogue"
            );
        }
        is_more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_logged_only_if_others_reach_the_address_and_private_sources_increase() {
        let exposure = Exposure::default();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            exposure.listens(ip(own));
            assert!(!exposure.look(1), "{own}");
        }
        for others in ["0.0.0.0", "192.168.1.7", "::"] {
            exposure.listens(ip(others));
            assert!(!exposure.look(0), "{others}");
            assert!(exposure.look(1), "{others}");
            assert!(!exposure.look(1), "{others}: once");
        }
        assert!(exposure.look(2));
    }
}
