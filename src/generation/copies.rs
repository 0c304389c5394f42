//! `copies.bin` of a generation: for each section, the copies of it that search results fold under it.

use std::collections::BTreeMap;
use std::path::Path;

use super::damage::IndexDamage;
use crate::disk;
use crate::search::{CopyPlace, FoldedCopies, SectionId};

/// Reads the copies from the file `path`.
pub(super) fn read(path: &Path) -> Result<FoldedCopies, IndexDamage> {
    let bytes = disk::read(path)?;
    postcard::from_bytes(&bytes)
        .map_err(|error| IndexDamage::Decode { path: path.to_owned(), cause: error.to_string() })
}

/// Writes `copies` to the file `path`. The same copies give the same bytes.
pub(crate) fn write(path: &Path, copies: &FoldedCopies) -> anyhow::Result<()> {
    let sorted: BTreeMap<SectionId, &Vec<CopyPlace>> =
        copies.by_representative.iter().map(|(id, places)| (*id, places)).collect();
    Ok(disk::write(path, &postcard::to_stdvec(&sorted)?)?)
}
