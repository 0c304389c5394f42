//! Limits the number of open connections, in total and for each address. An IPv6 network (/64) counts as one address:
//! see [`network`]. A trusted proxy has only the total limit, because it connects for many clients.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::network;
use crate::config::TrustedProxies;

/// The maximum number of connections that are open at the same time; further connections wait.
const MOST: usize = 1_024;
/// The default maximum number of open connections for each address except loopback. A browser opens six connections.
const PER_ADDRESS: usize = 64;

/// The open connections of one server.
pub(super) struct Connections {
    slots: Arc<Semaphore>,
    per_address: usize,
    /// Whether `per_address` applies to loopback too.
    includes_loopback: bool,
    proxies: TrustedProxies,
    /// The number of open connections of each address, as [`network`] returns it. There are never more entries than
    /// slots.
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// The slot of one connection; dropping it frees the slot.
pub(super) struct ConnectionSlot {
    _permit: OwnedSemaphorePermit,
    of: Option<(Arc<Connections>, IpAddr)>,
}

impl Connections {
    /// Limits every address, including loopback, to `set` connections. If `set` is `None`, limits every address except
    /// loopback to [`PER_ADDRESS`] connections. Never limits `proxies`.
    pub fn new(set: Option<NonZeroUsize>, proxies: TrustedProxies) -> Arc<Connections> {
        Arc::new(Connections {
            slots: Arc::new(Semaphore::new(MOST)),
            per_address: set.map_or(PER_ADDRESS, NonZeroUsize::get),
            includes_loopback: set.is_some(),
            proxies,
            open: Mutex::default(),
        })
    }

    /// Accepts the next connection to `listener` as soon as a slot is free. The slot is `None` if the address has
    /// reached its limit. Dropping the future loses no connection.
    pub async fn accept(
        self: &Arc<Connections>,
        listener: &TcpListener,
    ) -> std::io::Result<(TcpStream, SocketAddr, Option<ConnectionSlot>)> {
        let permit = Arc::clone(&self.slots).acquire_owned().await;
        let permit = permit.map_err(std::io::Error::other)?;
        let (stream, peer) = listener.accept().await?;
        Ok((stream, peer, self.slot(peer.ip(), permit)))
    }

    fn slot(
        self: &Arc<Connections>,
        peer: IpAddr,
        permit: OwnedSemaphorePermit,
    ) -> Option<ConnectionSlot> {
        let is_proxy = self.proxies.include(peer);
        let peer = network(peer);
        if is_proxy || (peer.is_loopback() && !self.includes_loopback) {
            return Some(ConnectionSlot { _permit: permit, of: None });
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(peer).or_default();
        if *count >= self.per_address {
            return None;
        }
        *count += 1;
        Some(ConnectionSlot { _permit: permit, of: Some((Arc::clone(self), peer)) })
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let Some((connections, peer)) = &self.of else { return };
        let mut open = connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(peer) {
            *count -= 1;
            if *count == 0 {
                open.remove(peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(connections: &Arc<Connections>, peer: &str, wanted: usize) -> Vec<ConnectionSlot> {
        let peer = peer.parse().unwrap();
        let permit = || Arc::clone(&connections.slots).try_acquire_owned().unwrap();
        (0..wanted).filter_map(|_| connections.slot(peer, permit())).collect()
    }

    #[test]
    fn one_peer_can_not_hold_all_connections() {
        let connections = Connections::new(None, TrustedProxies::default());
        let held = slots(&connections, "198.51.100.7", 100);
        assert_eq!(held.len(), PER_ADDRESS);
        assert_eq!(slots(&connections, "198.51.100.8", 10).len(), 10, "another peer");
        assert_eq!(slots(&connections, "127.0.0.1", 100).len(), 100, "this machine");
        drop(held);
        assert_eq!(connections.slots.available_permits(), MOST);
        assert!(connections.open.lock().unwrap().is_empty(), "no peer is remembered");
        assert_eq!(slots(&connections, "198.51.100.7", 10).len(), 10);
    }

    #[test]
    fn an_ipv6_network_counts_as_one_peer_and_a_configured_limit_applies_to_loopback() {
        let connections = Connections::new(NonZeroUsize::new(2), TrustedProxies::default());
        let _one = slots(&connections, "2001:db8::1", 1);
        assert_eq!(slots(&connections, "2001:db8::2", 2).len(), 1);
        assert_eq!(slots(&connections, "2001:db8:0:1::1", 2).len(), 2);
        assert_eq!(slots(&connections, "::ffff:127.0.0.1", 3).len(), 2);
    }
}
