//! Sends a body in chunks and counts the bytes sent. With the corresponding fault, it breaks the
//! connection, sends slowly or stops sending.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::time::sleep;

use super::Fault;
use super::log::Progress;

const CHUNK: usize = 64 * 1024;
const SLOW_CHUNK: usize = 1024;
/// A delay in which the bytes written so far leave the connection's buffer before it is broken.
const FLUSH: Duration = Duration::from_millis(50);

pub enum Content {
    Nothing,
    Memory(Bytes),
    Disk { file: File, length: u64 },
}

struct Sender {
    content: Content,
    length: u64,
    /// Bytes to send before the fault takes effect.
    left: u64,
    fault: Fault,
    progress: Arc<Progress>,
}

pub fn body(content: Content, fault: Fault, progress: Arc<Progress>) -> Body {
    let length = content.length();
    if length == 0 {
        progress.finished.store(true, Ordering::Release);
        return Body::empty();
    }
    let sender = Sender {
        left: match fault {
            Fault::Truncated | Fault::Stall => length / 2,
            _ => u64::MAX,
        },
        content,
        length,
        fault,
        progress,
    };
    Body::from_stream(stream::unfold(sender, |mut sender| async move {
        let next = sender.next().await?;
        Some((next, sender))
    }))
}

impl Content {
    pub fn length(&self) -> u64 {
        match self {
            Content::Nothing => 0,
            Content::Memory(bytes) => bytes.len() as u64,
            Content::Disk { length, .. } => *length,
        }
    }

    async fn read(&mut self, most: usize) -> io::Result<Bytes> {
        match self {
            Content::Nothing => Ok(Bytes::new()),
            Content::Memory(bytes) => Ok(bytes.split_to(most.min(bytes.len()))),
            Content::Disk { file, .. } => {
                let mut chunk = vec![0; most];
                let count = file.read(&mut chunk).await?;
                chunk.truncate(count);
                Ok(chunk.into())
            }
        }
    }
}

impl Sender {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if self.left == 0 {
            return Some(Err(self.break_off().await));
        }
        let mut most = CHUNK;
        if let Fault::Slow { per_chunk } = self.fault {
            sleep(per_chunk).await;
            most = SLOW_CHUNK;
        }
        let most = most.min(usize::try_from(self.left).unwrap_or(most));
        let chunk = self.content.read(most).await;
        if let Ok(bytes) = &chunk {
            if bytes.is_empty() {
                return None;
            }
            self.left -= bytes.len() as u64;
            let sent = bytes.len() as u64;
            let before = self.progress.sent.fetch_add(sent, Ordering::AcqRel);
            if before + sent == self.length {
                self.progress.finished.store(true, Ordering::Release);
            }
        }
        Some(chunk)
    }

    async fn break_off(&self) -> io::Error {
        if self.fault == Fault::Stall {
            pending::<()>().await;
        }
        // An immediate error would discard the bytes that are still in the buffer.
        sleep(FLUSH).await;
        io::Error::new(io::ErrorKind::ConnectionReset, "broken off on purpose")
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.progress.finished.store(true, Ordering::Release);
    }
}
