//! The errors of damaged generations, and their remedies.

use std::path::{Path, PathBuf};

use super::format::{FORMAT, OLDEST};
use crate::disk::{self, DiskError};
use crate::graph::GraphError;
use crate::search::SearchError;

/// Advice with the command that rebuilds a generation of `index`, whatever its damage. Checks whether the index is a
/// replica, and whether a store exists.
pub fn rebuild(index: &Path) -> &'static str {
    if index.join("replica.json").exists() {
        return "`cairn pull --full` takes what is damaged from its source again";
    }
    match index.join("library.db").exists() {
        true => "`cairn refresh --offline` rebuilds it from what is stored",
        false => "`cairn refresh` fetches every source and rebuilds it",
    }
}

/// The value in the JSON file `path` of an index; `None` if there is no such file. `Err` if it can't be read or decoded.
pub fn read_json<T: serde::de::DeserializeOwned>(path: PathBuf) -> Result<Option<T>, IndexDamage> {
    match disk::read(&path) {
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error.into()),
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| IndexDamage::Decode { path, cause: error.to_string() }),
    }
}

/// Advice for when a generation was opened, but reading from it fails.
pub const HOW_TO_REPAIR: &str = "`cairn doctor --deep` shows what is damaged, and `cairn refresh --offline` rebuilds it (in a replica, `cairn pull --full`)";

/// The name of the index folder `index` in messages. The relative path `index` becomes `the index ./index`, because
/// `the index index` would be confusing.
pub fn shown(index: &Path) -> String {
    match index.is_relative() && !index.starts_with(".") && !index.starts_with("..") {
        true => format!("the index {}", Path::new(".").join(index).display()),
        false => format!("the index {}", index.display()),
    }
}

/// Damage of the index or of a generation.
#[derive(Debug, thiserror::Error)]
pub enum IndexDamage {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("{} is missing, or names no generation", .path.display())]
    Current { path: PathBuf },
    #[error("{} has {found} bytes instead of {expected}", .path.display())]
    Length { path: PathBuf, found: u64, expected: u64 },
    #[error("{} is damaged: its checksum differs", .path.display())]
    Checksum { path: PathBuf },
    #[error("cannot decode {}: {cause}", .path.display())]
    Decode { path: PathBuf, cause: String },
    #[error(
        "generation {number} is of format {format}; this program reads formats {OLDEST} to {FORMAT}"
    )]
    Format { number: u64, format: u32 },
    #[error(transparent)]
    Graph(#[from] GraphError),
    #[error(transparent)]
    Search(#[from] SearchError),
}

impl IndexDamage {
    /// Whether this account lacks permission to read the index. The files themselves may be intact.
    pub fn is_denied(&self) -> bool {
        match self {
            IndexDamage::Disk(error)
            | IndexDamage::Graph(GraphError::Disk(error))
            | IndexDamage::Search(SearchError::Disk(error)) => error.is_denied(),
            _ => false,
        }
    }

    /// Advice on how to repair this damage in the index folder `index`.
    pub fn remedy(&self, index: &Path) -> &'static str {
        match self.is_denied() {
            true => "let this account read the folder, or run Cairn as its owner",
            false => rebuild(index),
        }
    }
}
