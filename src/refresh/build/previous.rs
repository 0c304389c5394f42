//! An earlier generation, with which a new one is compared.

use std::cell::OnceCell;
use std::path::PathBuf;

use anyhow::anyhow;

use crate::generation::contents::GenerationContents;

/// An earlier generation. Its contents are read at most once.
pub(in crate::refresh) struct PreviousGeneration {
    pub folder: PathBuf,
    contents: OnceCell<Result<GenerationContents, String>>,
}

impl PreviousGeneration {
    /// The generation in `folder`.
    pub fn new(folder: PathBuf) -> PreviousGeneration {
        PreviousGeneration { folder, contents: OnceCell::new() }
    }

    /// Its contents. `Err` if they can't be read.
    pub fn contents(&self) -> anyhow::Result<&GenerationContents> {
        let read = || {
            let contents = GenerationContents::read(&self.folder.join("contents.bin"));
            contents.map_err(|error| format!("{error:#}"))
        };
        self.contents.get_or_init(read).as_ref().map_err(|error| anyhow!(error.clone()))
    }
}
