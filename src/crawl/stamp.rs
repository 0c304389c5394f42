//! Detects whether a folder changed, without reading its files: by their sizes, times and numbers in the file system.

use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A file that changed less than this time ago can change again without getting another time.
const SETTLED: Duration = Duration::from_secs(2);

/// A hash of the sizes, times and numbers of files.
#[derive(Default)]
pub(super) struct FolderStamp {
    hash: blake3::Hasher,
    /// When one of the files changed last.
    newest: Option<SystemTime>,
    /// Whether the state of a file is not known.
    is_unknown: bool,
}

impl FolderStamp {
    /// Adds the file `path`. `metadata` is `None` if the path alone matters.
    pub fn add(&mut self, path: &Path, metadata: Option<&Metadata>) {
        self.hash.update(path.as_os_str().as_encoded_bytes()).update(b"\0");
        let Some(metadata) = metadata else { return };
        match state(metadata) {
            Some((state, changed_at)) => {
                self.hash.update(state.as_bytes());
                self.newest = self.newest.max(Some(changed_at));
            }
            None => self.is_unknown = true,
        }
    }

    /// The hash. `None` if the files may have changed without a trace by the time `now`: a file changed just before, or
    /// the system does not tell enough about files.
    pub fn validator(&self, now: SystemTime) -> Option<String> {
        let is_settled = |newest| now.duration_since(newest).is_ok_and(|age| age > SETTLED);
        let is_known = !self.is_unknown && self.newest.is_none_or(is_settled);
        is_known.then(|| self.hash.finalize().to_hex()[..40].to_owned())
    }
}

/// Everything that changes with the content of a file, and when it changed last. A program can set the time of a file's
/// modification, but not that of the last change of its state.
#[cfg(unix)]
fn state(metadata: &Metadata) -> Option<(String, SystemTime)> {
    use std::os::unix::fs::MetadataExt;
    let seconds = Duration::from_secs(u64::try_from(metadata.ctime()).ok()?);
    let part = Duration::from_nanos(u64::try_from(metadata.ctime_nsec()).ok()?);
    let changed_at = SystemTime::UNIX_EPOCH.checked_add(seconds)?.checked_add(part)?;
    let modified_at = metadata.modified().ok()?;
    let numbers = (metadata.dev(), metadata.ino(), metadata.len());
    Some((format!("{numbers:?} {modified_at:?} {changed_at:?}"), changed_at))
}

#[cfg(not(unix))]
fn state(_metadata: &Metadata) -> Option<(String, SystemTime)> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    fn validator(paths: &[&Path], now: SystemTime) -> Option<String> {
        let mut stamp = FolderStamp::default();
        paths.iter().for_each(|path| stamp.add(path, fs::metadata(path).ok().as_ref()));
        stamp.validator(now)
    }

    #[test]
    fn a_changed_replaced_or_new_file_changes_the_validator_and_a_fresh_file_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("1.md"), folder.path().join("2.md"));
        fs::write(&one, "one").unwrap();
        fs::write(&two, "two").unwrap();
        let later = SystemTime::now() + Duration::from_secs(60);
        let before = validator(&[&one], later);
        assert!(before.is_some());
        assert_eq!(validator(&[&one], later), before);
        assert_ne!(validator(&[&one, &two], later), before);
        assert_eq!(validator(&[&one], SystemTime::now()), None, "it may change again");
        fs::rename(&two, &one).unwrap();
        assert_ne!(validator(&[&one], later), before, "the same length, and another file");
        let replaced = validator(&[&one], later);
        std::thread::sleep(Duration::from_millis(20));
        fs::write(&one, "six").unwrap();
        assert_ne!(validator(&[&one], later), replaced, "the same file and length");
    }
}
