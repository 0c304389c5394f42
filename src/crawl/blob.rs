//! Files of a source, and their ids.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

/// Git's id of a file's content: the SHA-1 hash, in hex, of `blob <length>\0` followed by the bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlobId(pub String);

impl BlobId {
    /// The id of `bytes`, the same as the output of `git hash-object`. O(length).
    ///
    /// ```
    /// use cairn::crawl::BlobId;
    /// assert_eq!(BlobId::of(b"").0, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    /// ```
    pub fn of(bytes: &[u8]) -> BlobId {
        let mut hash = Sha1::new();
        hash.update(format!("blob {}\0", bytes.len()));
        hash.update(bytes);
        let mut hex = String::with_capacity(40);
        for byte in hash.finalize() {
            // Writing to a String can't fail.
            let _ = write!(hex, "{byte:02x}");
        }
        BlobId(hex)
    }
}

/// One file of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawFile {
    /// The path within the source: relative, `/`-separated, without `..`.
    pub path: String,
    pub blob: BlobId,
    pub bytes: Vec<u8>,
}

/// A file that the selection or the size limit left out when its source was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub path: String,
    /// The file's size in bytes.
    pub size: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blob_ids_are_those_of_git() {
        assert_eq!(BlobId::of(b"hello\n").0, "ce013625030ba8dba906f756967f9e9ca394464a");
    }
}
