//! Writes `contents.bin` and `news.json` of a generation: the list of its documents, and what is new.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::changes::GenerationDifference;
use super::previous::PreviousGeneration;
use crate::generation::contents::GenerationContents;
use crate::generation::manifest::Manifest;
use crate::generation::news::{self, ChangeCounts, News};
use crate::store::is_plausible;

/// The maximum number of news items that a generation keeps. Older items are dropped.
const MOST_NEWS: usize = 2_000;

/// Writes `contents.bin` and `news.json` of the generation with this `manifest` into `building`. The new news items are
/// the differences from the first readable contents of the generations `before`; the items of their first readable
/// `news.json` follow. Returns the changes by source.
pub(in crate::refresh) fn write(
    contents: &GenerationContents,
    before: &[PreviousGeneration],
    manifest: &Manifest,
    building: &Path,
) -> anyhow::Result<HashMap<String, ChangeCounts>> {
    contents.write(&building.join("contents.bin"))?;
    let nothing = GenerationContents::default();
    let old = match before.iter().find_map(|before| before.contents().ok()) {
        Some(old) => old,
        // In the first generation everything is new. If no earlier contents can be read, nothing is reported as new.
        None if before.is_empty() => &nothing,
        None => {
            tracing::info!("this run reports no news: no earlier list of contents can be read");
            contents
        }
    };
    let read = |before: &PreviousGeneration| news::read(&before.folder.join("news.json")).ok();
    let mut known = before.iter().find_map(read);
    if is_plausible(chrono::Utc::now()) {
        // News items from the future were written while the clock was ahead. With their original times, they would stay
        // the newest items until those times.
        for news in known.iter_mut().flatten().filter(|news| news.at > manifest.built_at) {
            news.at.clone_from(&manifest.built_at);
        }
    }
    let mut difference =
        GenerationDifference::of(old, contents, &manifest.built_at, manifest.generation);
    let changes = std::mem::take(&mut difference.by_source);
    let mut news = difference.news;
    news.extend(known.unwrap_or_default());
    news.truncate(MOST_NEWS);
    mark_private(&mut news, before, manifest);
    news::write(&building.join("news.json"), &news)?;
    Ok(changes)
}

/// Marks the news of sources that are private in `manifest` or in the last manifest before it that can be read. The
/// latter is needed for sources that were removed, which `manifest` does not list.
fn mark_private(news: &mut [News], before: &[PreviousGeneration], manifest: &Manifest) {
    let read =
        |before: &PreviousGeneration| Manifest::read(&before.folder.join("manifest.json")).ok();
    let old = before.iter().find_map(read).map(|old| old.sources).unwrap_or_default();
    let sources = manifest.sources.iter().chain(&old).filter(|source| source.private);
    let private: HashSet<&str> = sources.map(|source| source.id.as_str()).collect();
    for item in news.iter_mut().filter(|item| private.contains(item.source.as_str())) {
        item.private = true;
    }
}
