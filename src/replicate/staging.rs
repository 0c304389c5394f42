//! The folder in which a pulled generation is prepared, beside the other generations.

use std::fs;
use std::path::{Path, PathBuf};

use crate::disk::{self, DiskError, DiskOperation};
use crate::generation::folders;

/// The folder of a generation that is not complete yet. It is removed when this is dropped, unless it was renamed. What a
/// killed pull leaves is removed by the next one.
pub(super) struct Staging(PathBuf);

impl Staging {
    /// An empty folder for the generation `number` of `index`.
    pub fn begin(index: &Path, number: u64) -> Result<Staging, DiskError> {
        let staging = Staging(folders::staging(index, number));
        disk::remove_folder(&staging.0)?;
        disk::create_folder(&staging.0)?;
        Ok(staging)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// Makes the file `name` a hard link to `known`, which never changes; a copy if that fails.
    pub fn link(&self, known: &Path, name: &str) -> Result<(), DiskError> {
        let path = self.0.join(name);
        if let Some(folder) = path.parent() {
            disk::create_folder(folder)?;
        }
        let linked = fs::hard_link(known, &path).or_else(|_| fs::copy(known, &path).map(drop));
        linked.map_err(|cause| DiskError::new(DiskOperation::Write, &path, cause))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // If this fails, the next pull removes it.
        let _ = disk::remove_folder(&self.0);
    }
}
