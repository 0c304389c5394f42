//! Encrypted connections.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use url::Url;

use super::{search, settings};
use crate::config::ClusterSettings;
use crate::search::cluster::{Cluster, ClusterFault};

const AUTHORITY: &[u8] = include_bytes!("../../../../tests/fixtures/tls/authority.pem");
const NODE: &[u8] = include_bytes!("../../../../tests/fixtures/tls/node.pem");
const KEY: &[u8] = include_bytes!("../../../../tests/fixtures/tls/node-key.pem");

/// Starts a node with TLS, and returns its port. It answers every request with an empty object.
fn node() -> u16 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificates = CertificateDer::pem_slice_iter(NODE).map(|it| it.unwrap()).collect();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates, PrivateKeyDer::from_pem_slice(KEY).unwrap())
        .unwrap();
    let (config, listener) = (Arc::new(config), TcpListener::bind("127.0.0.1:0").unwrap());
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let config = config.clone();
            thread::spawn(move || serve(config, stream.unwrap()));
        }
    });
    port
}

/// Reads the beginning of a request, which small requests fit into, and answers it. Clients may refuse the certificate.
fn serve(config: Arc<ServerConfig>, stream: TcpStream) {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    if stream.read(&mut [0; 4_000]).is_ok() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
        let _ = stream.write_all(answer);
        stream.conn.send_close_notify();
        let _ = stream.flush();
    }
}

/// What a search gets from the node at `address`, which is asked only over TLS.
fn answer(address: &str, authorities: Option<&[u8]>) -> Result<(), ClusterFault> {
    let url: Url = address.parse().unwrap();
    let authorities = authorities.map(<[u8]>::to_vec);
    let cluster = Cluster::new(&ClusterSettings { authorities, ..settings(&[&url]) }).unwrap();
    search(&cluster).map(drop)
}

#[test]
fn a_certificate_is_accepted_only_from_an_authority_that_is_trusted_and_for_its_host() {
    let port = node();
    answer(&format!("https://127.0.0.1:{port}"), Some(AUTHORITY)).unwrap();
    let unknown = answer(&format!("https://127.0.0.1:{port}"), None).unwrap_err();
    assert!(matches!(unknown, ClusterFault::Tls { .. }), "{unknown:?}");
    assert!(unknown.hint().unwrap().contains("ca_file"));
    let other_host = answer(&format!("https://localhost:{port}"), Some(AUTHORITY)).unwrap_err();
    assert!(matches!(other_host, ClusterFault::Tls { .. }), "{other_host:?}");
}

#[test]
fn an_address_without_tls_of_a_node_with_tls_says_what_to_try() {
    let fault = answer(&format!("http://127.0.0.1:{}", node()), None).unwrap_err();
    assert!(matches!(fault, ClusterFault::BrokenOff { .. }), "{fault:?}");
    assert!(fault.hint().unwrap().contains("https://"));
}
