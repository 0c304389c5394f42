//! The documents that an index currently serves, whatever its format. A refresh uses them to check how many documents
//! it would lose.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::contents::GenerationContents;
use super::run::SourceResult;
use super::{folders, runs};

/// The number of served documents of each source, by its id. Uses only the keys of the manifest that every format has,
/// so that it also works for a generation that this program can't open.
#[derive(Debug, Default)]
pub(crate) struct ServedDocuments(HashMap<String, usize>);

#[derive(Debug, Deserialize)]
struct ServedManifest {
    sources: Vec<ServedSource>,
}

#[derive(Debug, Deserialize)]
struct ServedSource {
    id: String,
    documents: usize,
}

impl ServedDocuments {
    /// Reads the manifest of the current generation of `index`. If the manifest can't be read, uses the last recorded
    /// run with documents. Empty if there is no generation.
    pub fn read(index: &Path) -> ServedDocuments {
        let number = match folders::current(index) {
            Ok(Some(number)) => number,
            Ok(None) => return ServedDocuments::default(),
            Err(_) => return ServedDocuments::recorded(index),
        };
        let manifest = folders::folder(index, number).join("manifest.json");
        let manifest = std::fs::read(manifest).ok();
        let served = manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(ServedManifest { sources }) = served else {
            return ServedDocuments::recorded(index);
        };
        let documents = sources.into_iter().map(|source| (source.id, source.documents));
        ServedDocuments(documents.collect())
    }

    fn recorded(index: &Path) -> ServedDocuments {
        let run = runs::read(index).into_iter().find(|run| run.documents > 0).unwrap_or_default();
        let documents = |source: SourceResult| (source.source, source.documents);
        ServedDocuments(run.sources.into_iter().map(documents).collect())
    }

    /// The number of documents of all sources together.
    pub fn documents(&self) -> usize {
        self.0.values().sum()
    }

    /// The number of documents of the source `id`; 0 if there is no such source.
    pub fn documents_of(&self, id: &str) -> usize {
        self.0.get(id).copied().unwrap_or(0)
    }
}

/// The list of documents of the current generation of `index`; empty if it can't be read.
pub(crate) fn contents(index: &Path) -> GenerationContents {
    let number = folders::current(index).ok().flatten();
    let path = number.map(|number| folders::folder(index, number).join("contents.bin"));
    path.and_then(|path| GenerationContents::read(&path).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::run::RunRecord;

    #[test]
    fn where_the_manifest_is_damaged_the_record_says_what_was_served() {
        let index = tempfile::tempdir().unwrap();
        let index = index.path();
        let run = RunRecord {
            documents: 7,
            sources: vec![SourceResult {
                source: "a/b".into(),
                documents: 7,
                ..SourceResult::default()
            }],
            ..RunRecord::default()
        };
        runs::append(index, &run).unwrap();
        assert_eq!(ServedDocuments::read(index).documents_of("a/b"), 0, "nothing is served");
        std::fs::write(index.join("current"), "1\n").unwrap();
        let folder = folders::folder(index, 1);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("manifest.json"), "{ broken").unwrap();
        assert_eq!(ServedDocuments::read(index).documents_of("a/b"), 7);
        // A manifest of another format, with keys that this version does not know.
        let other = r#"{"format": 1, "sources": [{"id": "a/b", "documents": 5, "old": 1}]}"#;
        std::fs::write(folder.join("manifest.json"), other).unwrap();
        assert_eq!(ServedDocuments::read(index).documents_of("a/b"), 5);
    }
}
