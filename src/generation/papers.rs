//! `papers.bin` of a generation: the metadata of cited papers, by the URLs of their resources.
//!
//! A generation without metadata has no such file. Generations of earlier program versions, which did not fetch
//! metadata, don't have it either. So the file needs no format number of its own.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::damage::IndexDamage;
use crate::annotate::resources::CitedWorks;
use crate::crawl::arxiv::PaperMetadata;
use crate::disk;

/// The name of the file in the folder of a generation.
pub(crate) const PAPERS: &str = "papers.bin";

/// The metadata of the papers among the resources of a generation, by the URLs of the resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GenerationPapers {
    pub by_url: BTreeMap<String, PaperMetadata>,
}

impl GenerationPapers {
    /// The metadata that is known about `works`. O(works · log papers).
    pub(crate) fn of(works: &CitedWorks) -> GenerationPapers {
        let known = works.papers().map(|(url, paper)| (url.to_owned(), paper.clone()));
        GenerationPapers { by_url: known.collect() }
    }

    /// Reads the metadata from the file `path`. If the file is missing, returns no metadata.
    pub(super) fn read(path: &Path) -> Result<GenerationPapers, IndexDamage> {
        if !disk::is_there(path)? {
            return Ok(GenerationPapers::default());
        }
        let bytes = disk::read(path)?;
        postcard::from_bytes(&bytes).map_err(|error| IndexDamage::Decode {
            path: path.to_owned(),
            cause: error.to_string(),
        })
    }

    /// Writes the metadata to the file `path`. If there is no metadata, writes no file.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        if self.by_url.is_empty() {
            return Ok(());
        }
        Ok(disk::write(path, &postcard::to_stdvec(self)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_without_the_file_has_no_papers_and_a_broken_file_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PAPERS);
        assert_eq!(GenerationPapers::read(&path).unwrap(), GenerationPapers::default());
        GenerationPapers::default().write(&path).unwrap();
        assert!(!path.exists());
        let paper = PaperMetadata { title: "A title".into(), ..PaperMetadata::default() };
        let by_url = BTreeMap::from([("https://arxiv.org/abs/2003.00001".to_owned(), paper)]);
        let papers = GenerationPapers { by_url };
        papers.write(&path).unwrap();
        assert_eq!(GenerationPapers::read(&path).unwrap(), papers);
        std::fs::write(&path, [0xff; 20]).unwrap();
        assert!(matches!(GenerationPapers::read(&path), Err(IndexDamage::Decode { .. })));
    }
}
