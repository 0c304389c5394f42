//! The lock: one writer at a time. It goes with the process that holds it, however that ends.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};

/// A run that was killed this instant may take a moment to let go.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(40);

/// Takes the lock of the index folder `index`; it is let go when the file is dropped.
///
/// `Err` names who holds it.
pub(crate) fn take(index: &Path) -> anyhow::Result<File> {
    let path = index.join("lock");
    let mut file = open(&path)?;
    for attempt in 0.. {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if attempt < TRIES => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => bail!(
                "another refresh is under way ({}); wait for it, or stop it",
                holder_of(&mut file)
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(
        file,
        "process {}, since {}",
        std::process::id(),
        chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    )?;
    Ok(file)
}

/// Who holds the lock of `index`, or `None` if it is free. Changes nothing.
pub fn holder(index: &Path) -> anyhow::Result<Option<String>> {
    if !index.join("lock").exists() {
        return Ok(None);
    }
    let mut file = open(&index.join("lock"))?;
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(holder_of(&mut file))),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn open(path: &Path) -> anyhow::Result<File> {
    let mut options = File::options();
    let options = options.read(true).write(true).create(true).truncate(false);
    options.open(path).with_context(|| format!("cannot open the lock {}", path.display()))
}

fn holder_of(file: &mut File) -> String {
    let mut holder = String::new();
    let _ = file.read_to_string(&mut holder);
    holder.trim().to_owned()
}
