//! `copies.bin` of a generation: for each section, the copies of it that search results fold under it.

use std::path::Path;

use super::damage::IndexDamage;
use crate::disk;
use crate::search::FoldedCopies;

/// Reads the copies from the file `path`.
pub(super) fn read(path: &Path) -> Result<FoldedCopies, IndexDamage> {
    let bytes = disk::read(path)?;
    postcard::from_bytes(&bytes)
        .map_err(|error| IndexDamage::Decode { path: path.to_owned(), cause: error.to_string() })
}

/// Writes `copies` to the file `path`.
pub(crate) fn write(path: &Path, copies: &FoldedCopies) -> anyhow::Result<()> {
    Ok(disk::write(path, &postcard::to_stdvec(copies)?)?)
}
