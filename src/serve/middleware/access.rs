//! The access log: one line for each request, at level debug.
//!
//! A line has no address of a client and no query, so it tells neither who asked nor what was searched for.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

/// The target of the lines in the log, for `CAIRN_LOG`.
const TARGET: &str = "cairn::access";
/// The maximum number of characters of a path that are logged.
const MOST_CHARS: usize = 200;

/// Logs a request when its response has been sent, or when the client has left.
pub(in crate::serve) async fn log(request: Request, next: Next) -> Response {
    if !tracing::enabled!(target: TARGET, tracing::Level::DEBUG) {
        return next.run(request).await;
    }
    let mut line = AccessLine {
        method: request.method().clone(),
        path: request.uri().path().chars().take(MOST_CHARS).collect(),
        started: Instant::now(),
        status: None,
        bytes: 0,
    };
    let response = next.run(request).await;
    line.status = Some(response.status().as_u16());
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, Body::new(CountedBody { body, line }))
}

/// What is known of a request. It is logged when this is dropped.
struct AccessLine {
    method: Method,
    path: String,
    started: Instant,
    /// `None` if the client left before there was a response.
    status: Option<u16>,
    /// The bytes of the response's body that were sent, after compression.
    bytes: u64,
}

impl Drop for AccessLine {
    fn drop(&mut self) {
        let AccessLine { method, path, status, bytes, .. } = self;
        let ms = (self.started.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
        match status {
            Some(status) => {
                tracing::debug!(target: TARGET, %method, %path, status, ms, bytes, "request")
            }
            None => tracing::debug!(target: TARGET, %method, %path, ms, "request cancelled"),
        }
    }
}

/// A body that counts its bytes.
struct CountedBody {
    body: Body,
    line: AccessLine,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame {
            self.line.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
