//! The lock, which allows one writer at a time. The system releases it when the process ends, even after a crash.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::bail;

use super::restored;
use crate::disk::{DiskError, DiskOperation};
use crate::printable::time;

/// The number of retries if the lock is held: a process that was just killed may take a moment to release it.
const TRIES: u32 = 5;
/// The pause before each retry.
const PAUSE: Duration = Duration::from_millis(40);

/// Takes the lock of the index folder `index`. Dropping the file releases it. Completes a restore that was killed
/// ([`restored::finish`]), so that nobody writes into half of it.
///
/// `Err` if another process holds it; the message names that process.
pub(crate) fn take(index: &Path) -> anyhow::Result<File> {
    let path = index.join("lock");
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    let denied = |cause| DiskError::new(DiskOperation::Lock, &path, cause);
    let mut file = options.open(&path).map_err(denied)?;
    for attempt in 0.. {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if attempt < TRIES => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => bail!(
                "another refresh is under way ({}); wait for it, or stop it",
                holder_of(&mut file)
            ),
            Err(TryLockError::Error(error)) => {
                return Err(denied(error).into());
            }
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {}, since {}", std::process::id(), time::rfc3339(chrono::Utc::now()))?;
    restored::finish(index)?;
    Ok(file)
}

/// A description of the process that holds the lock of `index`; `None` if the lock is free. Changes nothing.
pub fn holder(index: &Path) -> anyhow::Result<Option<String>> {
    let path = index.join("lock");
    let mut file = match File::open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        result => result.map_err(|cause| DiskError::new(DiskOperation::Read, &path, cause))?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(holder_of(&mut file))),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn holder_of(file: &mut File) -> String {
    let mut holder = String::new();
    let _ = file.read_to_string(&mut holder);
    holder.trim().to_owned()
}
