//! HTTP/1.1 over TCP, with limits on what a peer may occupy.
//!
//! The server closes a connection if the peer sends its request slowly, reads its response slowly, or is idle. A
//! connection beyond the total limit waits until another ends. A connection beyond the limit of its address is refused.

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::AddExtension;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tower::Layer;

use super::connections::Connections;

/// How long a peer may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(10);
/// How long a peer may take to send the next piece of a request, to receive the next piece of a response, or to send
/// the next request.
const IDLE: Duration = Duration::from_secs(60);
/// The maximum size in bytes of the head of a request; a request with a longer head gets 431.
const LONGEST_HEAD: usize = 32 * 1_024;
/// The size of the read buffer in bytes. It is larger than [`LONGEST_HEAD`], so that a head that is slightly too long
/// can be read and gets its response.
const BUFFER: usize = 64 * 1_024;
/// The maximum number of headers of a request; a request with more headers gets 431.
const MOST_HEADERS: usize = 64;
/// How long running requests may take to finish when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// The response to a refused connection, sent without waiting.
const REFUSAL: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\nretry-after: 1\r\n\
    content-type: application/json\r\n\r\n{\"error\":{\"code\":\"too_many\",\
    \"message\":\"too many connections from your address\",\"hint\":\"close some, or reuse them\"}}";

/// The two addresses of the connection of a request, stored in the request's extensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConnectionEnds {
    pub peer: SocketAddr,
    /// This machine's address, even if the server listens on all addresses.
    pub local: Option<SocketAddr>,
}

/// Serves connections to `listener` with `router` until `stopped` resolves, then gives running requests up to
/// [`STOP_TIMEOUT`] to finish. Each request carries the [`ConnectionEnds`] of its connection.
pub(super) async fn listen(
    listener: TcpListener,
    router: Router,
    connections: Arc<Connections>,
    stopped: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let mut stopped = pin!(stopped);
    loop {
        let accepted = tokio::select! {
            accepted = connections.accept(&listener) => accepted,
            () = &mut stopped => break,
        };
        let Ok((stream, peer, slot)) = accepted else {
            // The peer has closed the connection, or too many files are open. Retry, because other connections may end.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let Some(slot) = slot else {
            refuse(stream);
            continue;
        };
        let connection = graceful.watch(connection(stream, peer, &router));
        tokio::spawn(async move {
            // The peer causes these errors, so they are logged only at the debug level.
            if let Err(error) = connection.await {
                tracing::debug!(%peer, "a connection ended early: {error}");
            }
            drop(slot);
        });
    }
    let _ = tokio::time::timeout(STOP_TIMEOUT, graceful.shutdown()).await;
}

type ConnectionIo = TokioIo<std::pin::Pin<Box<TimeoutStream<TcpStream>>>>;
type ConnectionService = TowerToHyperService<AddExtension<Router, ConnectionEnds>>;

/// Sends [`REFUSAL`] and closes `stream`. Does not wait until it is sent, because that would block other connections.
fn refuse(stream: TcpStream) {
    let _ = stream.into_std().and_then(|mut stream| stream.write_all(REFUSAL));
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: &Router,
) -> http1::Connection<ConnectionIo, ConnectionService> {
    // Each response is written as a whole, so waiting for more data would only delay it.
    let _ = stream.set_nodelay(true);
    let ends = ConnectionEnds { peer, local: stream.local_addr().ok() };
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(IDLE));
    stream.set_write_timeout(Some(IDLE));
    let service = Extension(ends).layer(router.clone());
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER)
        .max_header_size(LONGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(service))
}
