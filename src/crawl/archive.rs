//! Streams a response body through the unpacker. The unpacker blocks, so it runs in its own thread.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::CrawlError;
use super::crawler::SourceFetch;
use super::error::chain;
use super::request::without_query;
use super::unpack::{Unpacked, Unpacker};

impl SourceFetch<'_> {
    /// Unpacks the archive in `response`'s body and sends its files to the channel of this fetch. Returns the archive's
    /// revision: the sha of its commit if the archive names one, else a hash of the sent files. If that commit equals
    /// `known`, sends nothing, does not read the rest of the body, and returns `None`.
    pub(super) async fn unpack(
        &mut self,
        response: reqwest::Response,
        known: Option<&str>,
    ) -> Result<Option<String>, CrawlError> {
        let url = without_query(response.url().as_str()).to_owned();
        let transfer = Arc::new(ArchiveTransfer::default());
        let body = watched_body(response, Arc::clone(&transfer));
        let bridge = SyncIoBridge::new(StreamReader::new(Box::pin(body)));
        let unpacker = Unpacker::new(
            self.crawler.limits,
            self.selection.clone(),
            self.files.clone(),
            Arc::clone(&self.crawler.memory),
        )
        .unless(known);
        let joined = tokio::task::spawn_blocking(move || unpacker.run(bridge)).await;
        let received = transfer.received.load(Ordering::Relaxed);
        self.report.traffic.bytes += received;
        self.crawler.session.fetched(received);
        let failed = |cause: String| match transfer.is_broken.load(Ordering::Relaxed) {
            true => CrawlError::Network { url, cause },
            false => CrawlError::Archive { source_id: self.source.id.clone(), cause },
        };
        match joined {
            Ok(Ok(Some(Unpacked { revision, problems, left_out }))) => {
                self.report.problems.extend(problems);
                self.report.left_out = left_out;
                Ok(Some(revision))
            }
            Ok(Ok(None)) => Ok(None),
            Ok(Err(error)) => Err(failed(chain(&error))),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}

/// What is known about the transfer of an archive while its body is read in another thread.
#[derive(Default)]
struct ArchiveTransfer {
    /// The number of bytes of the body received so far.
    received: AtomicU64,
    /// Whether the network failed.
    is_broken: AtomicBool,
}

/// Returns the body of `response` as a stream. While the stream is read, records in `transfer` how many bytes have
/// arrived and whether the network failed.
fn watched_body(
    response: reqwest::Response,
    transfer: Arc<ArchiveTransfer>,
) -> impl Stream<Item = io::Result<Bytes>> {
    let watched = Arc::clone(&transfer);
    response
        .bytes_stream()
        .inspect_ok(move |chunk| {
            watched.received.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        })
        .map_err(move |error| {
            transfer.is_broken.store(true, Ordering::Relaxed);
            io::Error::other(error.without_url())
        })
}
