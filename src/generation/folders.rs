//! Generations on disk: immutable folders, and `current`, which names the one that readers open.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::manifest::Manifest;

/// How many generations stay: the current one and the one that readers may still have open.
const KEPT: usize = 2;

/// The number that `current` names, or `None` before the first generation.
pub fn current(index: &Path) -> Option<u64> {
    std::fs::read_to_string(index.join("current")).ok()?.trim().parse().ok()
}

/// Where the generation `number` is.
pub fn folder(index: &Path, number: u64) -> PathBuf {
    index.join("generations").join(format!("{number:04}"))
}

/// The manifest of the generation `number`.
pub fn manifest(index: &Path, number: u64) -> anyhow::Result<Manifest> {
    let path = folder(index, number).join("manifest.json");
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("cannot read {}", path.display()))
}

/// Where the next generation is being built, and its number.
pub(crate) fn begin(index: &Path) -> anyhow::Result<(PathBuf, u64)> {
    let generations = index.join("generations");
    std::fs::create_dir_all(&generations)?;
    let number = numbers(&generations).last().map_or(1, |last| last + 1);
    let building = generations.join(format!("{number:04}.building"));
    std::fs::create_dir_all(&building)
        .with_context(|| format!("cannot create {}", building.display()))?;
    Ok((building, number))
}

/// Makes what was built in `building` the generation `number`, and then the current one.
///
/// The files are synced before the rename, so that `current` never names half a generation, even
/// after a power cut.
pub(crate) fn publish(index: &Path, building: &Path, number: u64) -> anyhow::Result<()> {
    for entry in walkdir::WalkDir::new(building) {
        let entry = entry?;
        std::fs::File::open(entry.path())?.sync_all()?;
    }
    let target = folder(index, number);
    std::fs::rename(building, &target)
        .with_context(|| format!("cannot rename {}", building.display()))?;
    std::fs::File::open(index.join("generations"))?.sync_all()?;
    replace(&index.join("current"), format!("{number}\n").as_bytes())
        .context("cannot write `current`")?;
    clean(index)
}

/// Removes what a killed run left half built, and generations that nobody needs.
pub(crate) fn clean(index: &Path) -> anyhow::Result<()> {
    let generations = index.join("generations");
    let Ok(entries) = std::fs::read_dir(&generations) else { return Ok(()) };
    let current = current(index);
    let old: Vec<u64> = numbers(&generations)
        .into_iter()
        .rev()
        .filter(|number| Some(*number) != current)
        .skip(KEPT - 1)
        .collect();
    for entry in entries.flatten() {
        let name = entry.file_name().into_string().unwrap_or_default();
        let is_old = name.parse().is_ok_and(|number| old.contains(&number));
        if name.ends_with(".building") || is_old {
            std::fs::remove_dir_all(entry.path())
                .with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}

/// Writes `bytes` to `path` so that a reader sees the old content or the new, never a part.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// The numbers of the generations in `generations`, ascending.
fn numbers(generations: &Path) -> Vec<u64> {
    let Ok(entries) = std::fs::read_dir(generations) else { return Vec::new() };
    let mut numbers: Vec<u64> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_follow_each_other_and_the_last_two_stay() {
        let index = tempfile::tempdir().unwrap();
        let index = index.path();
        assert_eq!(current(index), None);
        for expected in 1..=4 {
            let (building, number) = begin(index).unwrap();
            assert_eq!(number, expected);
            std::fs::write(building.join("x"), "y").unwrap();
            publish(index, &building, number).unwrap();
            assert_eq!(current(index), Some(expected));
        }
        assert_eq!(numbers(&index.join("generations")), [3, 4]);
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_current_stays() {
        let index = tempfile::tempdir().unwrap();
        let index = index.path();
        let (building, number) = begin(index).unwrap();
        publish(index, &building, number).unwrap();
        begin(index).unwrap();
        // Killed behind the rename, before `current` was written:
        std::fs::create_dir(folder(index, 2)).unwrap();
        clean(index).unwrap();
        assert_eq!(current(index), Some(1));
        assert!(folder(index, 1).exists());
        assert_eq!(begin(index).unwrap().1, 3);
    }
}
