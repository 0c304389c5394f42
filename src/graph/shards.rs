//! The resources of a graph on disk, in files of about a thousand resources each. The hash of its URL decides in which
//! file a resource is. So a change of a few resources changes only a few files, and the next generation shares the
//! others with this one.

use std::cmp::Reverse;
use std::path::Path;

use foldhash::{HashMap, HashSet};
use serde::{Deserialize, Serialize};

use super::error::GraphError;
use crate::annotate::resources::{CitedResource, CitingSentence, ResourceKind};
use crate::disk;

/// The folder of the files, beside `graph.bin`.
const FOLDER: &str = "resources";
/// The average number of resources in a file is between this number and its double, unless there are very many.
const IN_A_SHARD: usize = 500;
/// The maximum number of files.
const MOST_SHARDS: usize = 256;

/// The content of a file.
#[derive(Serialize, Deserialize)]
struct Shard<'a> {
    /// The ids of the citing sources, sorted.
    #[serde(borrow)]
    sources: Vec<&'a str>,
    #[serde(borrow)]
    resources: Vec<StoredResource<'a>>,
}

/// A resource. Sources are indices in the list of the file.
#[derive(Serialize, Deserialize)]
struct StoredResource<'a> {
    url: &'a str,
    #[serde(borrow)]
    also: Vec<&'a str>,
    title: &'a str,
    kind: ResourceKind,
    year: Option<u16>,
    voices: u32,
    sources: Vec<u32>,
    topics: Vec<u32>,
    #[serde(borrow)]
    said: Vec<(u32, &'a str)>,
    #[serde(borrow)]
    dead_since: Option<&'a str>,
}

/// Writes `resources` beside the file `path` of their graph. The same resources give the same files.
pub(super) fn write(path: &Path, resources: &[CitedResource]) -> Result<(), GraphError> {
    let folder = path.with_file_name(FOLDER);
    disk::create_folder(&folder)?;
    let count = (resources.len() / IN_A_SHARD).clamp(1, MOST_SHARDS);
    // A power of two: when the number of resources grows, most changes do not change the number of files.
    let count = 1 << count.ilog2();
    let mut shards: Vec<Vec<&CitedResource>> = vec![Vec::new(); count];
    for resource in resources {
        let first = blake3::hash(resource.url.as_bytes()).as_bytes()[0];
        shards[usize::from(first) % count].push(resource);
    }
    for (number, resources) in shards.into_iter().enumerate() {
        let path = folder.join(format!("{number:03}.bin"));
        let bytes = postcard::to_stdvec(&shard(&resources))
            .map_err(|cause| GraphError::Decode { path: path.display().to_string(), cause })?;
        disk::write(&path, &bytes)?;
    }
    Ok(())
}

fn shard<'a>(resources: &[&'a CitedResource]) -> Shard<'a> {
    let citing = resources.iter().flat_map(|resource| &resource.sources);
    let known: HashSet<&str> = citing.map(String::as_str).collect();
    let mut sources: Vec<&str> = known.into_iter().collect();
    sources.sort_unstable();
    let numbers: HashMap<&str, u32> = sources.iter().copied().zip(0..).collect();
    let number = |source: &str| numbers.get(source).copied().unwrap_or(u32::MAX);
    let stored = |resource: &&'a CitedResource| StoredResource {
        url: &resource.url,
        also: resource.also.iter().map(String::as_str).collect(),
        title: &resource.title,
        kind: resource.kind,
        year: resource.year,
        voices: resource.voices,
        sources: resource.sources.iter().map(|source| number(source)).collect(),
        topics: resource.topics.clone(),
        said: resource.said.iter().map(|said| (number(&said.source), &*said.sentence)).collect(),
        dead_since: resource.dead_since.as_deref(),
    };
    let resources = resources.iter().map(stored).collect();
    Shard { sources, resources }
}

/// The resources beside the file `path` of their graph, the most cited first. `None` if there are no such files: in
/// the previous format, the graph itself contains its resources.
pub(super) fn read(path: &Path) -> Result<Option<Vec<CitedResource>>, GraphError> {
    let folder = path.with_file_name(FOLDER);
    if !disk::is_there(&folder)? {
        return Ok(None);
    }
    let mut resources = Vec::new();
    for number in 0.. {
        let path = folder.join(format!("{number:03}.bin"));
        if !disk::is_there(&path)? {
            break;
        }
        let bytes = disk::read(&path)?;
        let shard: Shard = postcard::from_bytes(&bytes)
            .map_err(|cause| GraphError::Decode { path: path.display().to_string(), cause })?;
        resources.extend(shard.resources.iter().map(|stored| resource(stored, &shard.sources)));
    }
    // Each file is sorted in this order, so this is one merge.
    resources.sort_by(|a, b| Reverse(a.voices).cmp(&Reverse(b.voices)).then(a.url.cmp(&b.url)));
    Ok(Some(resources))
}

fn resource(stored: &StoredResource, sources: &[&str]) -> CitedResource {
    let name = |number: &u32| sources.get(*number as usize).copied().unwrap_or_default().to_owned();
    let said = stored.said.iter().map(|(source, sentence)| CitingSentence {
        source: name(source),
        sentence: (*sentence).to_owned(),
    });
    CitedResource {
        url: stored.url.to_owned(),
        also: stored.also.iter().map(|url| (*url).to_owned()).collect(),
        title: stored.title.to_owned(),
        kind: stored.kind,
        year: stored.year,
        voices: stored.voices,
        sources: stored.sources.iter().map(name).collect(),
        topics: stored.topics.clone(),
        said: said.collect(),
        dead_since: stored.dead_since.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resources(count: usize) -> Vec<CitedResource> {
        let resource = |at: usize| CitedResource {
            url: format!("https://example.org/{at:05}"),
            also: vec![format!("https://example.com/{at}")],
            title: format!("Title {at}"),
            kind: ResourceKind::Paper,
            year: Some(2020),
            voices: u32::from(at < 5) + 1,
            sources: vec![format!("a/{}", at % 7), "b/b".into()],
            topics: vec![at as u32],
            said: vec![CitingSentence { source: "b/b".into(), sentence: format!("Says {at}") }],
            dead_since: (at == 3).then(|| "2026-01-02".into()),
        };
        (0..count).map(resource).collect()
    }

    fn files(folder: &Path) -> HashMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(folder.join(FOLDER)).unwrap().map(Result::unwrap);
        let file = |entry: std::fs::DirEntry| {
            (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
        };
        entries.map(file).collect()
    }

    #[test]
    fn resources_are_read_back_and_a_changed_one_changes_one_file() {
        for (count, shards) in [(0, 1), (999, 1), (5_000, 8)] {
            let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let mut resources = resources(count);
            let path = one.path().join("graph.bin");
            assert_eq!(read(&path).unwrap(), None, "the previous format");
            write(&path, &resources).unwrap();
            assert_eq!(read(&path).unwrap().unwrap(), resources);
            let before = files(one.path());
            assert_eq!(before.len(), shards);
            if let Some(last) = resources.last_mut() {
                last.title = "Another title".into();
            }
            write(&two.path().join("graph.bin"), &resources).unwrap();
            let after = files(two.path());
            let changed = after.iter().filter(|(name, bytes)| before.get(*name) != Some(bytes));
            assert_eq!(changed.count(), usize::from(count > 0));
        }
    }
}
