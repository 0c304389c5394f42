//! How much disk space an index takes, and which part of it takes what.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parts with their sizes.
impl fmt::Display for IndexUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts().map(|(name, bytes)| format!("{name} {}", size(bytes)));
        f.write_str(&parts.join(", "))
    }
}

/// How long a measurement of a [`UsageMeter`] is used.
const FRESH: Duration = Duration::from_secs(30);

/// The bytes of an index folder by part. A file under several names, as generations share them, counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IndexUsage {
    /// `library.db` with its log: what was fetched, and what was derived from it.
    pub store: u64,
    /// The published generations.
    pub generations: u64,
    /// What the writer of the search index has that no published generation shares, and unfinished generations.
    pub building: u64,
    /// Everything else, such as the record of runs.
    pub other: u64,
}

impl IndexUsage {
    /// Measures the folder `index`: the lengths of its files. Files that vanish meanwhile or can't be read don't count.
    /// Costs one `stat` for each file.
    pub fn of(index: &Path) -> IndexUsage {
        IndexUsage::measure(index, &part)
    }

    /// Measures the folder `index` as it will be when the generation in the folder `building` is published: of the other
    /// generations, only `kept` stays.
    pub fn when_published(index: &Path, building: &Path, kept: Option<u64>) -> IndexUsage {
        let new = building.strip_prefix(index).unwrap_or(building);
        let stays = |path: &Path| {
            let name = path.iter().nth(1).map(|name| name.to_string_lossy().parse::<u64>());
            name.is_none_or(|number| number.ok() == kept)
        };
        IndexUsage::measure(index, &|path| match part(path) {
            Some(IndexPart::Building) if path.starts_with(new) => Some(IndexPart::Generations),
            Some(IndexPart::Generations) if !stays(path) => None,
            part => part,
        })
    }

    /// Measures the folder `index`. `part_of` assigns paths, relative to the index, to parts; `None` does not count.
    fn measure(index: &Path, part_of: &dyn Fn(&Path) -> Option<IndexPart>) -> IndexUsage {
        let mut usage = IndexUsage::default();
        let mut seen = HashSet::new();
        // Generations come first: what they share with the writer is theirs.
        for first in [true, false] {
            for entry in walkdir::WalkDir::new(index).into_iter().flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                let path = entry.path().strip_prefix(index).unwrap_or(entry.path());
                let Some(part) = part_of(path) else { continue };
                if metadata.is_file()
                    && (part == IndexPart::Generations) == first
                    && is_new(&mut seen, &metadata)
                {
                    *usage.bytes_mut(part) += metadata.len();
                }
            }
        }
        usage
    }

    /// The bytes of all parts.
    pub fn total(&self) -> u64 {
        self.parts().iter().map(|(_, bytes)| bytes).sum()
    }

    /// The parts by name, with their bytes.
    pub fn parts(&self) -> [(&'static str, u64); 4] {
        [
            ("store", self.store),
            ("generations", self.generations),
            ("building", self.building),
            ("other", self.other),
        ]
    }

    fn bytes_mut(&mut self, part: IndexPart) -> &mut u64 {
        match part {
            IndexPart::Store => &mut self.store,
            IndexPart::Generations => &mut self.generations,
            IndexPart::Building => &mut self.building,
            IndexPart::Other => &mut self.other,
        }
    }
}

/// Measures an index folder again and again, but not more often than every half minute.
#[derive(Debug)]
pub struct UsageMeter {
    index: PathBuf,
    last: Mutex<Option<UsageReading>>,
}

#[derive(Clone, Copy, Debug)]
struct UsageReading {
    at: Instant,
    usage: IndexUsage,
}

impl UsageMeter {
    /// A meter of the folder `index`. Measures nothing yet.
    pub fn new(index: &Path) -> UsageMeter {
        UsageMeter { index: index.to_owned(), last: Mutex::default() }
    }

    /// The usage now, or that of the last measurement if it is not older than half a minute.
    pub fn measured(&self) -> IndexUsage {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match *last {
            Some(UsageReading { at, usage }) if at.elapsed() < FRESH => usage,
            _ => {
                let usage = IndexUsage::of(&self.index);
                *last = Some(UsageReading { at: Instant::now(), usage });
                usage
            }
        }
    }
}

/// `bytes` for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        1_000_000_000.. => format!("{:.2} GB", bytes as f64 / 1e9),
        1_000_000.. => format!("{:.1} MB", bytes as f64 / 1e6),
        1_000.. => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{bytes} B"),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum IndexPart {
    Store,
    Generations,
    Building,
    Other,
}

/// The part that the file `path`, relative to the index, belongs to.
fn part(path: &Path) -> Option<IndexPart> {
    let mut names = path.iter().map(|name| name.to_string_lossy());
    let first = names.next().unwrap_or_default();
    let is_unfinished = names.next().is_some_and(|name| name.ends_with(".building"));
    Some(match &*first {
        "generations" if is_unfinished => IndexPart::Building,
        "generations" => IndexPart::Generations,
        "building" | "engine.spool" => IndexPart::Building,
        name if name.starts_with("library.db") => IndexPart::Store,
        _ => IndexPart::Other,
    })
}

/// Whether no name of this file was seen before.
#[cfg(unix)]
fn is_new(seen: &mut HashSet<(u64, u64)>, file: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.nlink() == 1 || seen.insert((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn is_new(_seen: &mut HashSet<(u64, u64)>, _file: &std::fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn each_file_counts_once_and_belongs_to_its_part() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: usize| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, vec![1; bytes]).unwrap();
        };
        write("library.db", 1000);
        write("library.db-wal", 200);
        write("generations/0001/search/a", 40);
        write("generations/0002.building/b", 5);
        write("building/c", 6);
        write("runs.json", 7);
        for name in ["building/a", "generations/0002.building/a"] {
            fs::hard_link(
                folder.path().join("generations/0001/search/a"),
                folder.path().join(name),
            )
            .unwrap();
        }
        let usage = IndexUsage::of(folder.path());
        let expected = IndexUsage {
            store: 1200,
            generations: 40,
            building: if cfg!(unix) { 11 } else { 91 },
            other: 7,
        };
        assert_eq!(usage, expected);
        assert_eq!(usage.total(), usage.parts().iter().map(|(_, bytes)| bytes).sum::<u64>());
        // When the second generation is published, the first goes, but for what they share.
        let building = folder.path().join("generations/0002.building");
        let after = IndexUsage::when_published(folder.path(), &building, None);
        assert_eq!((after.generations, after.building), (45, if cfg!(unix) { 6 } else { 46 }));
        write("generations/0001/b", 300);
        let both = IndexUsage::when_published(folder.path(), &building, Some(1));
        assert_eq!(both.generations, if cfg!(unix) { 345 } else { 385 });
        assert_eq!(IndexUsage::of(Path::new("/nowhere")), IndexUsage::default());
    }
}
