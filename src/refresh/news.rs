//! `contents.bin` and `news.json` of a generation: what it holds, and what of it is new.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;

use super::changes::{Changes, Contents, Difference, News};
use super::manifest::Manifest;
use crate::store::is_plausible;

/// Pieces of news that a generation keeps.
const MOST: usize = 2_000;

/// The news in the file `path`, newest first.
pub fn read(path: &Path) -> anyhow::Result<Vec<News>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("cannot decode {}", path.display()))
}

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
    let mut known = before.and_then(|folder| read(&folder.join("news.json")).ok());
    if is_plausible(chrono::Utc::now()) {
        // Told by a clock that was ahead: it would stay the newest for as long.
        for news in known.iter_mut().flatten().filter(|news| news.at > manifest.built_at) {
            news.at.clone_from(&manifest.built_at);
        }
    }
    let mut difference = Difference::of(&old, contents, &manifest.built_at, manifest.generation);
    let changes = std::mem::take(&mut difference.by_source);
    let mut news = difference.news;
    news.extend(known.unwrap_or_default());
    news.truncate(MOST);
    let news = serde_json::to_vec(&news)?;
    std::fs::write(building.join("news.json"), news).context("cannot write news.json")?;
    Ok(changes)
}
