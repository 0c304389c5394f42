//! Generations on disk: immutable folders, and `current`, which names the one that readers open.

use std::path::{Path, PathBuf};

use super::damage::IndexDamage;
use super::manifest::Manifest;
use super::withdrawal::withdraws;
use crate::disk::{self, DiskError, DiskOperation};

/// The end of the name of a folder that is not a generation yet, or not any more.
const UNFINISHED: &str = ".building";

/// The number in the file `current`, or `None` before the first generation. `Err` if the file can't be read, is missing
/// although there are generations, or names none of them. In the last two cases, readers use
/// [`super::open::newest_intact`].
pub fn current(index: &Path) -> Result<Option<u64>, IndexDamage> {
    let path = index.join("current");
    let text = match disk::read(&path) {
        Err(error) if error.is_missing() && numbers(index).is_empty() => return Ok(None),
        Err(error) if error.is_missing() => String::new(),
        result => String::from_utf8_lossy(&result?).into_owned(),
    };
    let number = text.trim().parse().ok().filter(|number| folder(index, *number).exists());
    number.map(Some).ok_or(IndexDamage::Current { path })
}

/// The folder of the generation `number`.
pub fn folder(index: &Path, number: u64) -> PathBuf {
    index.join("generations").join(format!("{number:04}"))
}

/// The manifest of the generation `number`.
pub fn manifest(index: &Path, number: u64) -> Result<Manifest, IndexDamage> {
    Manifest::read(&folder(index, number).join("manifest.json"))
}

/// The numbers of the generations of `index`, ascending.
pub fn numbers(index: &Path) -> Vec<u64> {
    let Ok(entries) = std::fs::read_dir(index.join("generations")) else { return Vec::new() };
    let mut numbers: Vec<u64> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

/// Creates the folder in which the next generation is built. Returns the folder and the generation's number, which is
/// above `above` and the number of every other generation.
pub(crate) fn begin(index: &Path, above: u64) -> anyhow::Result<(PathBuf, u64)> {
    let last = numbers(index).last().copied().max(current(index).ok().flatten());
    let number = last.unwrap_or(0).max(above) + 1;
    let building = staging(index, number);
    disk::create_folder(&building)?;
    Ok((building, number))
}

/// The folder in which the generation `number` is prepared. [`clean`] removes it.
pub(crate) fn staging(index: &Path, number: u64) -> PathBuf {
    index.join("generations").join(format!("{number:04}{UNFINISHED}"))
}

/// Moves the folder of the generation `number` out of the way, if there is one, so that another can take its place.
/// [`clean`] removes it. If it is the current one, readers use another intact generation until [`publish`] returns.
pub(crate) fn make_room(index: &Path, number: u64) -> Result<(), DiskError> {
    let old = folder(index, number);
    if !disk::is_there(&old)? {
        return Ok(());
    }
    let away = index.join("generations").join(format!("{number:04}.replaced{UNFINISHED}"));
    disk::remove_folder(&away)?;
    std::fs::rename(&old, &away).map_err(|cause| DiskError::new(DiskOperation::Write, &old, cause))
}

/// Renames the folder `building` to the folder of the generation `number`, and makes this generation the current one.
///
/// The files are synced before the rename, so that `current` never names an incomplete generation, even after a power
/// failure.
pub(crate) fn publish(index: &Path, building: &Path, number: u64) -> anyhow::Result<()> {
    for entry in walkdir::WalkDir::new(building) {
        let entry = entry?;
        disk::sync(entry.path())
            .map_err(|cause| DiskError::new(DiskOperation::Write, entry.path(), cause))?;
    }
    std::fs::rename(building, folder(index, number))
        .map_err(|cause| DiskError::new(DiskOperation::Write, building, cause))?;
    disk::sync(&index.join("generations"))?;
    make_current(index, number)?;
    clean(index)
}

/// Makes the generation `number` the one that readers open.
pub(super) fn make_current(index: &Path, number: u64) -> Result<(), DiskError> {
    disk::replace(&index.join("current"), format!("{number}\n").as_bytes())
}

/// Removes the unfinished generations of killed runs, and old generations. Keeps the current generation, and one more,
/// which readers may still have open. Does not keep that one if material was withdrawn from it. Windows does not remove
/// files that a server has open; the next call tries again.
pub(crate) fn clean(index: &Path) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(index.join("generations")) else { return Ok(()) };
    // Without a valid `current` it is not known which generation is needed. The next refresh will clean up.
    let Ok(current) = current(index) else { return Ok(()) };
    let mut others = numbers(index).into_iter().rev().filter(|number| Some(*number) != current);
    let previous = others.next().filter(|previous| {
        let withdrawn = current.is_some_and(|current| is_withdrawn(index, *previous, current));
        !withdrawn
    });
    for entry in entries.flatten() {
        let name = entry.file_name().into_string().unwrap_or_default();
        let is_old = name
            .parse()
            .is_ok_and(|number: u64| Some(number) != current && Some(number) != previous);
        if name.ends_with(UNFINISHED) || is_old {
            match disk::remove_folder(&entry.path()) {
                Err(error) if cfg!(windows) && error.is_denied() => tracing::debug!("{error}"),
                removed => removed?,
            }
        }
    }
    Ok(())
}

/// Whether the generation `current` withdraws material of `previous`. False if a manifest can't be read: what readers can't
/// open, they don't show.
fn is_withdrawn(index: &Path, previous: u64, current: u64) -> bool {
    let read = |number| manifest(index, number).ok();
    read(previous).zip(read(current)).is_some_and(|(older, newer)| withdraws(&older, &newer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_follow_each_other_and_the_last_two_stay() {
        let index = tempfile::tempdir().unwrap();
        let index = index.path();
        assert_eq!(current(index).unwrap(), None);
        for expected in 1..=4 {
            let (building, number) = begin(index, 0).unwrap();
            assert_eq!(number, expected);
            std::fs::write(building.join("x"), "y").unwrap();
            publish(index, &building, number).unwrap();
            assert_eq!(current(index).unwrap(), Some(expected));
        }
        assert_eq!(numbers(index), [3, 4]);
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_current_stays() {
        let index = tempfile::tempdir().unwrap();
        let index = index.path();
        let (building, number) = begin(index, 0).unwrap();
        publish(index, &building, number).unwrap();
        begin(index, 0).unwrap();
        // The run was killed after the rename and before `current` was written:
        std::fs::create_dir(folder(index, 2)).unwrap();
        clean(index).unwrap();
        assert_eq!(current(index).unwrap(), Some(1));
        assert!(folder(index, 1).exists());
        assert_eq!(begin(index, 0).unwrap().1, 3);
        assert_eq!(begin(index, 9).unwrap().1, 10);
    }
}
