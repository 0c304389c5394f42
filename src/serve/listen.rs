//! The socket: HTTP/1.1 over TCP, with limits on what a peer may hold.
//!
//! A peer that is slow to send its request, or to take its answer, is cut off; so is one that is idle. Connections
//! beyond the most are accepted when others end, and those beyond the most of one address are refused.

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

/// How long a peer may take over the head of a request…
const HEAD: Duration = Duration::from_secs(10);
/// …and over a piece of anything else, or between requests.
const IDLE: Duration = Duration::from_secs(60);
/// Bytes of one request's head, and headers in it; 431 beyond. What is read at once may be longer, so that a head
/// that is a little too long gets its answer.
const LONGEST_HEAD: usize = 32 * 1_024;
const BUFFER: usize = 64 * 1_024;
const MOST_HEADERS: usize = 64;
/// How long answers under way have when the server ends.
const FAREWELL: Duration = Duration::from_secs(3);

/// The answer to a refused connection, sent without waiting.
const REFUSAL: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\nretry-after: 1\r\n\
    content-type: application/json\r\n\r\n{\"error\":{\"code\":\"too_many\",\
    \"message\":\"too many connections from your address\",\"hint\":\"close some, or reuse them\"}}";

/// The two ends of the connection that a request came over, among its extensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub peer: SocketAddr,
    /// This machine's own, also where the server listens on all of them.
    pub local: Option<SocketAddr>,
}

/// Answers what comes to `listener` with `router` until `stopped` ends; then lets what is under way end, for
/// [`FAREWELL`] at most. Each request holds the [`Ends`] of its connection.
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
        let Ok((stream, peer, place)) = accepted else {
            // The peer has gone, or there are no more files to open: others may end meanwhile.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let Some(place) = place else {
            refuse(stream);
            continue;
        };
        let connection = graceful.watch(connection(stream, peer, &router));
        tokio::spawn(async move {
            // What a peer does wrong is its own affair.
            if let Err(error) = connection.await {
                tracing::debug!(%peer, "a connection ended early: {error}");
            }
            drop(place);
        });
    }
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
}

type Io = TokioIo<std::pin::Pin<Box<TimeoutStream<TcpStream>>>>;
type Service = TowerToHyperService<AddExtension<Router, Ends>>;

/// Closes `stream` with [`REFUSAL`]; without waiting, since that would hold up others.
fn refuse(stream: TcpStream) {
    let _ = stream.into_std().and_then(|mut stream| stream.write_all(REFUSAL));
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: &Router,
) -> http1::Connection<Io, Service> {
    // An answer is written whole: waiting for more of it would only delay it.
    let _ = stream.set_nodelay(true);
    let ends = Ends { peer, local: stream.local_addr().ok() };
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
