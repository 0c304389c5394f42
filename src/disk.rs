//! Reads and writes files of the index. Every account may read the written files, as far as the umask allows.
//!
//! The message of a [`DiskError`] names the operation and the file. If permission was denied, the message also names
//! the file or folder with its owner and mode, and the account of this program.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The number of bytes that [`probe`] tries to write.
const PROBE_BYTES: usize = 1_000_000;

/// Files with fewer bytes are not shared by several names: writing them costs nothing.
pub const LEAST_SHARED: u64 = 50_000;

/// An operation on a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskOperation {
    Read,
    Write,
    Lock,
    Remove,
}

/// The error of an operation on a file or folder.
#[derive(Debug)]
pub struct DiskError {
    operation: DiskOperation,
    path: PathBuf,
    cause: io::Error,
}

impl DiskError {
    /// The error for an `operation` on `path` that failed because of `cause`.
    pub fn new(operation: DiskOperation, path: &Path, cause: io::Error) -> DiskError {
        DiskError { operation, path: path.to_owned(), cause }
    }

    /// Whether the file does not exist.
    pub fn is_missing(&self) -> bool {
        self.cause.kind() == ErrorKind::NotFound
    }

    /// Whether the cause is that the operating system denied permission, or that the file system is read-only.
    pub fn is_denied(&self) -> bool {
        matches!(self.cause.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
    }

    /// Whether the cause is that the disk is full or that the account's disk quota is used up.
    pub fn is_full(&self) -> bool {
        is_full(&self.cause)
    }
}

/// Whether the cause of `error` is that the disk is full or that the account's disk quota is used up.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

impl std::error::Error for DiskError {}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = match self.operation {
            DiskOperation::Read => "read",
            DiskOperation::Write => "write",
            DiskOperation::Lock => "lock",
            DiskOperation::Remove => "remove",
        };
        write!(f, "cannot {operation} {}: ", self.path.display())?;
        match self.cause.kind() {
            ErrorKind::NotFound => f.write_str("it is missing"),
            ErrorKind::StorageFull => f.write_str("the disk is full"),
            ErrorKind::QuotaExceeded => f.write_str("the disk quota is used up"),
            ErrorKind::ReadOnlyFilesystem => f.write_str("the file system is read-only"),
            ErrorKind::PermissionDenied => {
                write!(f, "permission denied{}", refusal(&self.path).unwrap_or_default())
            }
            _ => write!(f, "{}", self.cause),
        }
    }
}

/// The part of a message that explains a denied permission. It contains the owner and mode of `path`, or of the closest
/// accessible folder above it, and the account of this program.
#[cfg(unix)]
fn refusal(path: &Path) -> Option<String> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let seen = |at: &Path| fs::metadata(at).ok().map(|metadata| (at.to_owned(), metadata));
    let (refuser, metadata) = path.ancestors().find_map(seen)?;
    let own = rustix::process::geteuid().as_raw();
    Some(format!(
        ": {} {} belongs to {} (mode {:04o}), and this program runs as {}",
        if metadata.is_dir() { "the folder" } else { "the file" },
        refuser.display(),
        account(metadata.uid()),
        metadata.permissions().mode() & 0o7777,
        account(own),
    ))
}

#[cfg(not(unix))]
fn refusal(_path: &Path) -> Option<String> {
    None
}

/// The account with the user id `number`, as text: the id, and the account's name if `/etc/passwd` contains it.
#[cfg(unix)]
fn account(number: u32) -> String {
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(number)).then(|| name.to_owned())
    });
    name.map_or_else(|| format!("user {number}"), |name| format!("{name} (user {number})"))
}

/// The content of the file `path`.
pub fn read(path: &Path) -> Result<Vec<u8>, DiskError> {
    fs::read(path).map_err(|cause| DiskError::new(DiskOperation::Read, path, cause))
}

/// Checks that the folder `path` can be listed.
pub fn list(path: &Path) -> Result<(), DiskError> {
    fs::read_dir(path).map(|_| ()).map_err(|cause| DiskError::new(DiskOperation::Read, path, cause))
}

/// Whether the file or folder `path` exists. `Err` if that can't be determined.
pub fn is_there(path: &Path) -> Result<bool, DiskError> {
    path.try_exists().map_err(|cause| DiskError::new(DiskOperation::Read, path, cause))
}

/// Whether `one` and `other` are the same file under two names.
#[cfg(unix)]
pub fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    identity(one).is_some() && identity(one) == identity(other)
}

#[cfg(not(unix))]
pub fn is_same(_one: &Path, _other: &Path) -> bool {
    false
}

/// Makes the new file `path` the same as the file `known`, which never changes: a hard link if it is large, else a copy.
/// Returns whether that succeeded.
pub fn share(known: &Path, path: &Path) -> bool {
    let shared = fs::metadata(known).and_then(|file| match file.len() {
        LEAST_SHARED.. => fs::hard_link(known, path),
        _ => fs::copy(known, path).map(drop),
    });
    shared.is_ok()
}

/// Makes the content of the file `path`, or the names in the folder `path`, durable: they survive a power failure.
#[cfg(unix)]
pub fn sync(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

/// Makes the content of the file `path` durable. Windows syncs only files that are open for writing, and no folders.
#[cfg(not(unix))]
pub fn sync(path: &Path) -> io::Result<()> {
    match path.is_dir() {
        true => Ok(()),
        false => fs::File::options().write(true).open(path)?.sync_all(),
    }
}

/// Creates or overwrites the file `path` with `bytes`.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    fs::write(path, bytes).map_err(|cause| DiskError::new(DiskOperation::Write, path, cause))
}

/// Writes `bytes` to `path` atomically and durably: a reader sees either the old or the new content, even after a power
/// failure. Every account may read the file, as far as the umask allows.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    replace_with(&public(), path, bytes)
}

/// A builder of files that every account may read, as far as the umask allows.
#[cfg(unix)]
fn public() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

/// A builder of files. The folder decides who may read them.
#[cfg(not(unix))]
fn public() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

/// Like [`replace`], but on Unix, only this account may read the file.
pub fn replace_private(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    replace_with(&tempfile::Builder::new(), path, bytes)
}

/// Replaces the file `path` by one that `builder` makes beside it.
fn replace_with(
    builder: &tempfile::Builder<'_, '_>,
    path: &Path,
    bytes: &[u8],
) -> Result<(), DiskError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = || -> io::Result<()> {
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        sync(folder)
    };
    written().map_err(|cause| DiskError::new(DiskOperation::Write, path, cause))
}

/// Creates the folder `path` and the missing folders above it.
pub fn create_folder(path: &Path) -> Result<(), DiskError> {
    fs::create_dir_all(path).map_err(|cause| DiskError::new(DiskOperation::Write, path, cause))
}

/// Deletes the folder `path` and its content. `Ok` if it does not exist.
pub fn remove_folder(path: &Path) -> Result<(), DiskError> {
    match fs::remove_dir_all(path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => {
            Err(DiskError::new(DiskOperation::Remove, path, cause))
        }
        _ => Ok(()),
    }
}

/// Tries to write a temporary file of a megabyte in `folder`, and deletes it. Returns the error if this fails, else
/// `None`.
///
/// SQLite and tantivy hide the errors of the operating system, so this is called to find the cause of their errors.
pub fn probe(folder: &Path) -> Option<DiskError> {
    let written = || -> io::Result<()> {
        let mut file = tempfile::tempfile_in(folder)?;
        file.write_all(&vec![1; PROBE_BYTES])?;
        file.sync_all()
    };
    written().err().map(|cause| DiskError::new(DiskOperation::Write, folder, cause))
}

/// The bytes that this account can still write to the disk of `folder`; `None` if the system does not report it.
#[cfg(unix)]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
pub fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

/// Whether this program has permission to create files in `folder`. Writes nothing.
#[cfg(unix)]
pub fn is_writable(folder: &Path) -> bool {
    use rustix::fs::Access;
    rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
pub fn is_writable(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|metadata| !metadata.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(kind: ErrorKind) -> String {
        DiskError::new(DiskOperation::Write, Path::new("/i/current"), kind.into()).to_string()
    }

    #[test]
    fn messages_name_a_full_disk_and_a_used_up_quota() {
        assert_eq!(says(ErrorKind::StorageFull), "cannot write /i/current: the disk is full");
        // The error numbers of ENOSPC (28), EDQUOT (122 on Linux) and EIO (5).
        for (number, is) in [(28, true), (122, cfg!(target_os = "linux")), (5, false)] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(is_full(&error), is, "{error}");
        }
        assert!(says(ErrorKind::QuotaExceeded).ends_with("the disk quota is used up"));
    }

    #[cfg(unix)]
    #[test]
    fn the_error_of_a_refused_permission_names_the_file_and_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("current");
        fs::write(&path, "1").unwrap();
        let error = DiskError::new(DiskOperation::Read, &path, ErrorKind::PermissionDenied.into());
        let (text, path) = (error.to_string(), path.display().to_string());
        assert!(text.contains(&format!("permission denied: the file {path} belongs to")), "{text}");
        assert!(text.contains("this program runs as"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_can_be_read_by_every_account() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        replace(&ours, b"1").unwrap();
        fs::write(&plain, b"1").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain), "as the umask allows");
    }
}
