//! The errors of pulling and publishing, and their remedies.

use crate::disk::DiskError;
use crate::generation::damage::IndexDamage;

/// Why a generation could not be pulled or published. The reader's or the place's previous generation stays.
#[derive(Debug, thiserror::Error)]
pub enum ReplicateError {
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The index or the pulled generation is damaged.
    #[error(transparent)]
    Damage(#[from] IndexDamage),
    /// Another process writes the index, or a file of it can't be written.
    #[error("{0}")]
    Index(String),
    /// The place can't be used at all, for example because its credentials are missing.
    #[error("cannot use {place}: {cause}")]
    Unusable { place: String, cause: String },
    #[error("{place} has no {path}")]
    Missing { place: String, path: String },
    #[error("{place} refuses access to {path}: {cause}")]
    Denied { place: String, path: String, cause: String },
    /// A request failed. It may succeed later if it is passing.
    #[error("cannot transfer {path} of {place}: {cause}")]
    Transfer { place: String, path: String, cause: String, passing: bool },
    #[error("{path} of {place} is larger than {limit} bytes")]
    TooLong { place: String, path: String, limit: u64 },
    #[error("{path} of {place} ends after {found} of {expected} bytes")]
    Short { place: String, path: String, found: u64, expected: u64 },
    #[error("{path} of {place} does not have the checksum in the manifest")]
    Checksum { place: String, path: String },
    #[error("{path} of {place} comes too slowly")]
    TooSlow { place: String, path: String },
    /// The manifest or `current` can't be right.
    #[error("{path} of {place} is damaged or hostile: {cause}")]
    Hostile { place: String, path: String, cause: String },
    #[error(
        "{place} has generation {number} of {built_at}, which is older than generation {own} of this replica"
    )]
    Older { place: String, number: u64, built_at: String, own: u64 },
    #[error("{place} changes faster than it can be pulled")]
    Moving { place: String },
    #[error("the generation needs {needed} bytes, and the disk has {free} left")]
    Full { needed: u64, free: u64 },
    #[error("{index} is refreshed on this machine, so it can't be a replica")]
    OwnIndex { index: String },
    #[error("{index} is the place itself")]
    Itself { index: String },
    #[error("{index} has no generation yet")]
    NoGeneration { index: String },
    #[error("{place} gets its generations from another index ({owner})")]
    OtherPublisher { place: String, owner: String },
    #[error("{sources} of the index are private, and {place} would hold their text")]
    Private { place: String, sources: String },
}

impl ReplicateError {
    /// What the user can do about it; `None` if only the place's operator can do something.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            ReplicateError::Unusable { place, .. } | ReplicateError::Transfer { place, .. }
                if place.starts_with("s3://") =>
            {
                "for S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL name the account and \
                 the server; AWS_ALLOW_HTTP=true allows a server without TLS"
            }
            ReplicateError::Missing { path, .. } if path == "current" => {
                "the address must be that of the folder with the file `current`: an index, or what \
                 `cairn refresh --publish` wrote"
            }
            ReplicateError::Denied { .. } => {
                "check the credentials, and what they may read and write"
            }
            ReplicateError::Damage(IndexDamage::Format { .. }) => {
                "use the same version of Cairn here as where the index is refreshed"
            }
            ReplicateError::Damage(IndexDamage::Length { .. } | IndexDamage::Checksum { .. }) => {
                "`cairn refresh --offline` rebuilds the index from its store; then publish again"
            }
            ReplicateError::Older { .. } => {
                "a cache may be in between, or the place was restored from a backup; to go back to its generation, \
                 remove the folder of this replica and pull again"
            }
            ReplicateError::Full { .. } => "free space on that disk; nothing was changed",
            ReplicateError::OwnIndex { .. } => "name another folder with --index",
            ReplicateError::OtherPublisher { .. } => {
                "publish to another place; if that index is gone, add --take-over once"
            }
            ReplicateError::Private { .. } => {
                "if only people who may read them can reach that place, add --private"
            }
            ReplicateError::NoGeneration { .. } => "`cairn refresh` builds the first",
            ReplicateError::Checksum { .. } | ReplicateError::Short { .. } => {
                "if this stays, publish again from the index, or check its storage with `cairn doctor --deep` there"
            }
            _ => return None,
        })
    }

    /// Whether the same request may succeed a moment later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            ReplicateError::Transfer { passing, .. } => *passing,
            ReplicateError::Short { .. } | ReplicateError::Checksum { .. } => true,
            _ => false,
        }
    }

    /// Whether the place may have published another generation in the meantime, which replaced what was requested.
    pub(super) fn may_have_moved(&self) -> bool {
        let lacks = matches!(self, ReplicateError::Missing { .. } | ReplicateError::Hostile { .. });
        lacks || matches!(self, ReplicateError::Short { .. } | ReplicateError::Checksum { .. })
    }
}
