//! The socket: HTTP/1.1 over TCP, with limits on what a peer may hold.
//!
//! A peer that is slow to send its request, or to take its answer, is cut; so is one that is idle. Connections
//! beyond the most are taken when others end.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;

/// How long a peer may take over the head of a request…
const HEAD: Duration = Duration::from_secs(10);
/// …and over a piece of anything else, or between requests.
const IDLE: Duration = Duration::from_secs(60);
/// Connections at once, and bytes of one request's head.
const MOST: usize = 1_024;
const LONGEST_HEAD: usize = 64 * 1_024;
/// How long answers under way have when the server ends.
const FAREWELL: Duration = Duration::from_secs(3);

/// Answers what comes to `listener` with `router`, each request knowing its peer, until `stopped` ends; then lets
/// what is under way end.
pub(super) async fn listen(
    listener: TcpListener,
    router: Router,
    stopped: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(MOST));
    let graceful = GracefulShutdown::new();
    let mut stopped = pin!(stopped);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => break,
        };
        let Ok((stream, peer)) = accepted else {
            // The peer has gone, or there are no more files to open: others may end meanwhile.
            tokio::time::sleep(Duration::from_millis(20)).await;
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
type Service = TowerToHyperService<Router>;

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: &Router,
) -> http1::Connection<Io, Service> {
    // An answer is written whole: waiting for more of it would only delay it.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(IDLE));
    stream.set_write_timeout(Some(IDLE));
    let service = router.clone().layer(Extension(ConnectInfo(peer)));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(service))
}
