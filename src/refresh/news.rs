//! `contents.bin` and `news.json` of a generation: what it holds, and what of it is new.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;

use super::changes::Difference;
use crate::generation::contents::Contents;
use crate::generation::manifest::Manifest;
use crate::generation::news::{self, Changes};

/// Pieces of news that a generation keeps.
const MOST: usize = 2_000;

/// Writes what the generation `manifest` in `building` holds, and what of it is new since the one in
/// `before`; returns the changes by source.
pub(super) fn tell(
    contents: &Contents,
    before: Option<&Path>,
    manifest: &Manifest,
    building: &Path,
) -> anyhow::Result<HashMap<String, Changes>> {
    contents.write(&building.join("contents.bin"))?;
    let old = match before.map(|folder| Contents::read(&folder.join("contents.bin"))) {
        Some(Ok(old)) => old,
        // Without anything before, all is new; against what can't be read, nothing is.
        None => Contents::default(),
        Some(Err(error)) => {
            tracing::info!("what is new can't be told in this run: {error:#}");
            contents.clone()
        }
    };
    let known = before.and_then(|folder| news::read(&folder.join("news.json")).ok());
    let mut difference = Difference::of(&old, contents, &manifest.built_at, manifest.generation);
    let changes = std::mem::take(&mut difference.by_source);
    let mut told = difference.news;
    told.extend(known.unwrap_or_default());
    told.truncate(MOST);
    let json = serde_json::to_vec(&told)?;
    std::fs::write(building.join("news.json"), json).context("cannot write news.json")?;
    Ok(changes)
}
