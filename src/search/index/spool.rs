//! A file that keeps the sections which a refresh adds, until another engine takes them.
//!
//! Which sections are folded copies is known only after all sections were added, so they can't be sent at once. The
//! file is only read by the process that wrote it; a later refresh replaces it.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk::{DiskError, DiskOperation};
use crate::search::index::error::SearchError;
use crate::search::index::values::SectionValues;

/// The maximum size of an entry in bytes; a section is far smaller.
const LONGEST: usize = 256_000_000;

/// A section in the file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::search) struct SpooledSection {
    pub id: u64,
    /// The key of its document.
    pub document: u64,
    pub values: SectionValues,
}

/// The file while it is written.
pub struct SectionSpool {
    path: PathBuf,
    file: BufWriter<File>,
}

impl SectionSpool {
    /// Creates the file `path`, or empties it.
    pub fn create(path: &Path) -> Result<SectionSpool, SearchError> {
        let file = File::create(path)
            .map_err(|cause| DiskError::new(DiskOperation::Write, path, cause))?;
        Ok(SectionSpool { path: path.to_owned(), file: BufWriter::new(file) })
    }

    /// Adds `section`: its length in four bytes, then its content.
    pub(in crate::search) fn add(&mut self, section: &SpooledSection) -> Result<(), SearchError> {
        let bytes = postcard::to_stdvec(section).map_err(SearchError::decode)?;
        let length = u32::try_from(bytes.len()).map_err(SearchError::decode)?;
        self.file
            .write_all(&length.to_le_bytes())
            .and_then(|()| self.file.write_all(&bytes))
            .map_err(|cause| DiskError::new(DiskOperation::Write, &self.path, cause).into())
    }

    /// Writes what is still in memory. Returns the finished file.
    pub(in crate::search) fn finish(mut self) -> Result<FinishedSpool, SearchError> {
        let flushed = self.file.flush();
        flushed.map_err(|cause| DiskError::new(DiskOperation::Write, &self.path, cause))?;
        Ok(FinishedSpool { path: self.path })
    }
}

/// A complete file of sections. It is removed when this is dropped.
pub struct FinishedSpool {
    path: PathBuf,
}

impl FinishedSpool {
    /// Calls `each` for every section, in the order in which they were added. Memory: one section.
    pub(in crate::search) fn each<E: From<SearchError>>(
        &self,
        mut each: impl FnMut(SpooledSection) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |cause| E::from(DiskError::new(DiskOperation::Read, &self.path, cause).into());
        let mut file = BufReader::new(File::open(&self.path).map_err(failed)?);
        loop {
            let mut length = [0; 4];
            if file.read(&mut length[..1]).map_err(failed)? == 0 {
                return Ok(());
            }
            file.read_exact(&mut length[1..]).map_err(failed)?;
            let length = u32::from_le_bytes(length) as usize;
            if length > LONGEST {
                return Err(SearchError::decode("an entry of the spool is too long").into());
            }
            let mut bytes = vec![0; length];
            file.read_exact(&mut bytes).map_err(failed)?;
            let section = postcard::from_bytes(&bytes).map_err(SearchError::decode);
            each(section.map_err(E::from)?)?;
        }
    }
}

impl Drop for FinishedSpool {
    fn drop(&mut self) {
        // A file that stays only takes space, and the next refresh replaces it.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::index::values::FieldValue;

    #[test]
    fn sections_are_read_in_the_order_in_which_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool");
        let section = |id: u64| SpooledSection {
            id,
            document: 1,
            values: SectionValues(vec![(3, FieldValue::Text("x".repeat(id as usize)))]),
        };
        let mut spool = SectionSpool::create(&path).unwrap();
        [300, 0, 7].into_iter().for_each(|id| spool.add(&section(id)).unwrap());
        let spool = spool.finish().unwrap();
        let mut read = Vec::new();
        let each = |section| {
            read.push(section);
            Ok::<(), SearchError>(())
        };
        spool.each(each).unwrap();
        assert_eq!(read, [300, 0, 7].map(section));
        drop(spool);
        assert!(!path.exists());
    }
}
