//! Limits the number of open connections, in total and for each address.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::network;

/// Connections at the same time.
const MOST: usize = 1_024;
/// Default limit for each address beyond loopback; a browser opens six connections.
const PER_ADDRESS: usize = 64;

/// The open connections of one server.
pub(super) struct Connections {
    places: Arc<Semaphore>,
    per_address: usize,
    /// Whether the limit applies to loopback too.
    everybody: bool,
    /// Open connections of each network. There are never more entries than slots.
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// The slot of one connection; dropping it frees the slot.
pub(super) struct ConnectionSlot {
    _place: OwnedSemaphorePermit,
    of: Option<(Arc<Connections>, IpAddr)>,
}

impl Connections {
    /// Limits every address to `set` connections; if `None`, applies a default to addresses beyond loopback.
    pub fn new(set: Option<NonZeroUsize>) -> Arc<Connections> {
        Arc::new(Connections {
            places: Arc::new(Semaphore::new(MOST)),
            per_address: set.map_or(PER_ADDRESS, NonZeroUsize::get),
            everybody: set.is_some(),
            open: Mutex::default(),
        })
    }

    /// Accepts the next connection to `listener` as soon as a slot is free. The slot is `None` if the address has
    /// reached its limit. Dropping the future loses no connection.
    pub async fn accept(
        self: &Arc<Connections>,
        listener: &TcpListener,
    ) -> std::io::Result<(TcpStream, SocketAddr, Option<ConnectionSlot>)> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(std::io::Error::other)?;
        let (stream, peer) = listener.accept().await?;
        Ok((stream, peer, self.seat(peer.ip(), place)))
    }

    fn seat(
        self: &Arc<Connections>,
        peer: IpAddr,
        place: OwnedSemaphorePermit,
    ) -> Option<ConnectionSlot> {
        let peer = network(peer);
        if peer.is_loopback() && !self.everybody {
            return Some(ConnectionSlot { _place: place, of: None });
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(peer).or_default();
        if *count >= self.per_address {
            return None;
        }
        *count += 1;
        Some(ConnectionSlot { _place: place, of: Some((Arc::clone(self), peer)) })
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

    fn seats(connections: &Arc<Connections>, peer: &str, wanted: usize) -> Vec<ConnectionSlot> {
        let peer = peer.parse().unwrap();
        let place = || Arc::clone(&connections.places).try_acquire_owned().unwrap();
        (0..wanted).filter_map(|_| connections.seat(peer, place())).collect()
    }

    #[test]
    fn one_peer_can_not_hold_all_connections() {
        let connections = Connections::new(None);
        let held = seats(&connections, "198.51.100.7", 100);
        assert_eq!(held.len(), PER_ADDRESS);
        assert_eq!(seats(&connections, "198.51.100.8", 10).len(), 10, "another peer");
        assert_eq!(seats(&connections, "127.0.0.1", 100).len(), 100, "this machine");
        drop(held);
        assert_eq!(connections.places.available_permits(), MOST);
        assert!(connections.open.lock().unwrap().is_empty(), "nobody is remembered");
        assert_eq!(seats(&connections, "198.51.100.7", 10).len(), 10);
    }

    #[test]
    fn a_network_of_ipv6_has_the_places_of_one_peer_and_a_limit_that_is_set_is_everybody_s() {
        let connections = Connections::new(NonZeroUsize::new(2));
        let _one = seats(&connections, "2001:db8::1", 1);
        assert_eq!(seats(&connections, "2001:db8::2", 2).len(), 1);
        assert_eq!(seats(&connections, "2001:db8:0:1::1", 2).len(), 2);
        assert_eq!(seats(&connections, "::ffff:127.0.0.1", 3).len(), 2);
    }
}
