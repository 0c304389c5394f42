//! Takes files from a place. Length, time and checksum of each file are bounded by what the reader knows before it asks.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;

use super::error::ReplicateError;
use super::remote::Remote;
use crate::disk::{self, DiskError, DiskOperation};
use crate::generation::checksums::FileMark;

/// The maximum number of attempts for a file, including the first.
const TRIES: u32 = 4;
/// The wait before the second attempt. It doubles with each further attempt.
const FIRST_WAIT: Duration = Duration::from_millis(300);
/// The least bytes per second, averaged over what came of a file so far, at which a transfer goes on.
const LEAST_RATE: u64 = 8_192;

/// How patient a transfer is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// How long a place may send nothing.
    pub timeout: Duration,
}

impl Patience {
    /// How long an answer may take to begin, with the requests that object_store repeats.
    fn for_answer(self) -> Duration {
        self.timeout * 5
    }

    /// How long `bytes` may take after that.
    fn for_bytes(self, bytes: u64) -> Duration {
        Duration::from_secs_f64(bytes as f64 / LEAST_RATE as f64)
    }
}

/// The whole content of the small file `path`, of at most `limit` bytes. Repeats the request after passing failures.
pub(super) async fn content(
    remote: &Remote,
    path: &str,
    limit: u64,
    patience: Patience,
) -> Result<Vec<u8>, ReplicateError> {
    let mut attempts = Attempts::default();
    loop {
        let mut content = Vec::new();
        let read = read(remote, path, limit, patience, |chunk| {
            content.extend_from_slice(chunk);
            Ok(())
        });
        match read.await {
            Ok(_) => return Ok(content),
            Err(error) => attempts.wait(error).await?,
        }
    }
}

/// Takes the file `path` of the place into the new file `target`, and checks that it has the length and the checksum of
/// `mark`. Writes no more bytes than that. Repeats the request after passing failures and wrong content.
///
/// Returns the number of bytes that came in all attempts. Holds one chunk in memory. `Err` leaves a file that must not be
/// used.
pub(super) async fn file(
    remote: &Remote,
    path: &str,
    mark: &FileMark,
    target: &Path,
    patience: Patience,
) -> Result<u64, ReplicateError> {
    if let Some(folder) = target.parent() {
        disk::create_folder(folder)?;
    }
    let mut attempts = Attempts::default();
    let mut bytes = 0;
    loop {
        match attempt(remote, path, mark, target, patience, &mut bytes).await {
            Ok(()) => return Ok(bytes),
            Err(error) => attempts.wait(error).await?,
        }
    }
}

/// One attempt of [`file()`]. Adds the bytes that come to `bytes`.
async fn attempt(
    remote: &Remote,
    path: &str,
    mark: &FileMark,
    target: &Path,
    patience: Patience,
    bytes: &mut u64,
) -> Result<(), ReplicateError> {
    let failed = |cause| DiskError::new(DiskOperation::Write, target, cause);
    let mut file = File::create(target).map_err(failed)?;
    let mut hash = blake3::Hasher::new();
    let found = read(remote, path, mark.bytes, patience, |chunk| {
        *bytes += chunk.len() as u64;
        hash.update(chunk);
        Ok(file.write_all(chunk).map_err(failed)?)
    });
    let found = found.await?;
    let (place, path) = (remote.place.clone(), path.to_owned());
    if found != mark.bytes {
        return Err(ReplicateError::Short { place, path, found, expected: mark.bytes });
    }
    match hash.finalize().to_hex().as_str() == mark.blake3 {
        true => Ok(()),
        false => Err(ReplicateError::Checksum { place, path }),
    }
}

/// Passes the content of the file `path` to `take`, chunk by chunk, and returns its length. `Err` as soon as it has more
/// than `limit` bytes, or if it takes too long.
async fn read(
    remote: &Remote,
    path: &str,
    limit: u64,
    patience: Patience,
    mut take: impl FnMut(&Bytes) -> Result<(), ReplicateError>,
) -> Result<u64, ReplicateError> {
    let too_slow =
        || ReplicateError::TooSlow { place: remote.place.clone(), path: path.to_owned() };
    let started = Instant::now();
    let opened = tokio::time::timeout(patience.for_answer(), remote.get(path)).await;
    let mut chunks = opened.map_err(|_| too_slow())??;
    let mut length = 0;
    loop {
        let next = tokio::time::timeout(patience.timeout, chunks.next()).await;
        let Some(chunk) = next.map_err(|_| too_slow())? else { return Ok(length) };
        let chunk = chunk?;
        length += chunk.len() as u64;
        if length > limit {
            let (place, path) = (remote.place.clone(), path.to_owned());
            return Err(ReplicateError::TooLong { place, path, limit });
        }
        if started.elapsed() > patience.for_answer() + patience.for_bytes(length) {
            return Err(too_slow());
        }
        take(&chunk)?;
    }
}

/// Counts the attempts for a file.
#[derive(Default)]
struct Attempts(u32);

impl Attempts {
    /// Waits before the next attempt after `error`. `Err` with it if another attempt is useless, or was the last.
    async fn wait(&mut self, error: ReplicateError) -> Result<(), ReplicateError> {
        self.0 += 1;
        if self.0 >= TRIES || !error.is_passing() {
            return Err(error);
        }
        let wait = FIRST_WAIT * 2_u32.pow(self.0 - 1);
        tracing::debug!(%error, ?wait, "trying again");
        // A random part of the wait, so that many readers do not come back at the same moment.
        tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
        Ok(())
    }
}
