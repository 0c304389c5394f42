//! `cairn healthcheck`: asks a running server whether it is ready. For containers and monitors on machines without an HTTP
//! client. One plain request over a socket: the HTTP clients of this program are for the crawl, and have its rules.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;

use super::{Exit, output};
use crate::config::Config;

/// How long connecting, sending and each read may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The number of bytes of the response that are read. The status line is at its beginning.
const HEAD_BYTES: usize = 12;

#[derive(Debug, Args)]
pub(super) struct HealthcheckArguments {
    /// Address and port of the server [default: where `serve` listens by the configuration]
    #[arg(value_name = "ADDR")]
    address: Option<String>,
}

/// Prints `ready` if the server is ready. Else `Err`, which says why.
pub(super) fn run(config: &Config, arguments: &HealthcheckArguments) -> anyhow::Result<Exit> {
    let address = arguments.address.as_deref().unwrap_or(&config.listen);
    match status(address)? {
        200 => output::line("ready")?,
        503 => bail!("the server at {address} runs, but has no index open yet (503)"),
        status => bail!("the server at {address} answered {status} instead of 200; is it Cairn?"),
    }
    Ok(Exit::Done)
}

/// The status with which the server at `address` answers a request for `/readyz`.
fn status(address: &str) -> anyhow::Result<u16> {
    let nothing = || format!("no server answers at {address}; `cairn serve` starts one");
    let mut addresses = address.to_socket_addrs().map_err(|cause| unresolved(address, &cause))?;
    let first = addresses.next().with_context(nothing)?;
    let connected = std::iter::once(first)
        .chain(addresses)
        .map(reachable)
        .find_map(|address| TcpStream::connect_timeout(&address, PATIENCE).ok());
    let mut stream = connected.with_context(nothing)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = [0; HEAD_BYTES];
    let exchange = stream
        .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .and_then(|()| stream.read_exact(&mut head));
    exchange.with_context(|| {
        format!("the server at {address} accepts connections, but does not answer")
    })?;
    status_of(&head).with_context(|| format!("what answers at {address} is no web server"))
}

/// The status in `head`, the beginning of the response of an HTTP/1 server.
fn status_of(head: &[u8]) -> Option<u16> {
    let version_and_status = str::from_utf8(head).ok()?.strip_prefix("HTTP/1.")?;
    version_and_status.split_once(' ')?.1.parse().ok()
}

/// The error for `address`, for which no IP address was found because of `cause`.
fn unresolved(address: &str, cause: &io::Error) -> anyhow::Error {
    match address.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()) {
        Some((name, _)) if !name.is_empty() => anyhow!(
            "cannot find the IP address of {name:?} ({cause}); correct the name, or write the IP address, such as \
             127.0.0.1:7878"
        ),
        _ => anyhow!("{address:?} is not an address with a port, such as 127.0.0.1:7878"),
    }
}

/// `address`, or this machine's loopback address if `address` means all addresses of this machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_of_http_1_has_a_status() {
        assert_eq!(status_of(b"HTTP/1.1 200"), Some(200));
        assert_eq!(status_of(b"HTTP/1.0 404"), Some(404));
        assert_eq!(status_of(b"SSH-2.0-Open"), None);
    }

    #[test]
    fn a_name_without_an_address_is_not_taken_for_a_wrong_form() {
        let said = |address| unresolved(address, &io::Error::other("unknown")).to_string();
        assert!(said("example.invalid:80").contains("IP address of \"example.invalid\""));
        for wrong in ["example.invalid", "7878", ":80", "a:b"] {
            assert!(said(wrong).contains("is not an address with a port"), "{wrong}");
        }
    }

    #[test]
    fn an_address_of_all_interfaces_is_asked_over_loopback() {
        let of = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(of("0.0.0.0:7878"), "127.0.0.1:7878");
        assert_eq!(of("[::]:1"), "[::1]:1");
        assert_eq!(of("10.0.0.1:80"), "10.0.0.1:80");
    }
}
