//! `contents.bin` of a generation: its documents and sections, with hashes. The next generation is compared with it to
//! find what is new.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::crawl::BlobId;
use crate::disk;

/// A document of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentsEntry {
    pub path: String,
    pub blob: BlobId,
    pub title: Option<String>,
    /// Each section's id with a hash of its text.
    pub sections: Vec<(u64, u64)>,
}

impl ContentsEntry {
    /// The ids of its sections, in the order of the document.
    pub(crate) fn ids(&self) -> impl Iterator<Item = u64> {
        self.sections.iter().map(|(id, _)| *id)
    }
}

/// The documents of a generation by source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationContents {
    pub sources: BTreeMap<String, Vec<ContentsEntry>>,
}

impl GenerationContents {
    /// The contents in the file `path`.
    pub fn read(path: &Path) -> anyhow::Result<GenerationContents> {
        let bytes = disk::read(path)?;
        postcard::from_bytes(&bytes).with_context(|| format!("cannot decode {}", path.display()))
    }

    /// Writes the contents to the file `path`.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        Ok(disk::write(path, &postcard::to_stdvec(self)?)?)
    }
}
