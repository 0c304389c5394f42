//! The resources of a graph on disk, in files of about a thousand resources each. The hash of its URL decides in which
//! file a resource is. So a change of a few resources changes only a few files, and the next generation shares the
//! others with this one.

use std::cmp::{Ordering, Reverse};
use std::path::Path;

use foldhash::{HashMap, HashSet};
use serde::{Deserialize, Serialize};

use super::error::GraphError;
use super::version::VERSION;
use crate::annotate::resources::{
    CitedResource, CitedWork, CitedWorks, CitingSentence, ResourceKind,
};
use crate::disk;

/// The folder of the files, beside `graph.bin`.
const FOLDER: &str = "resources";
/// The file in this folder with a hash of what each of the others is made of.
const HASHES: &str = "hashes.bin";
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

/// Writes the resources of `works` beside the file `path` of their graph. The same works give the same files.
///
/// `previous` is the folder of the previous generation, if it is intact. Files whose works say the same as there are not
/// made again, but become links to the previous ones.
pub fn write_resources(
    path: &Path,
    works: &CitedWorks,
    previous: Option<&Path>,
) -> Result<(), GraphError> {
    let folder = path.with_file_name(FOLDER);
    disk::create_folder(&folder)?;
    let shards = sharded(works.all());
    let hashes: Vec<[u8; 32]> = shards.iter().map(|shard| hash(works, shard)).collect();
    let previous = previous.map(|previous| previous.join(FOLDER));
    let known = previous.as_deref().map(known_hashes).unwrap_or_default();
    for (number, works_of) in shards.iter().enumerate() {
        let name = format!("{number:03}.bin");
        let path = folder.join(&name);
        let is_known = known.len() == hashes.len() && known[number] == hashes[number];
        let known = previous.as_ref().filter(|_| is_known);
        if !known.is_some_and(|previous| disk::share(&previous.join(&name), &path)) {
            write_shard(&path, works, works_of)?;
        }
    }
    let path = folder.join(HASHES);
    let bytes = postcard::to_stdvec(&hashes)
        .map_err(|cause| GraphError::Decode { path: path.display().to_string(), cause })?;
    Ok(disk::write(&path, &bytes)?)
}

/// The works of each file.
fn sharded(works: &[CitedWork]) -> Vec<Vec<&CitedWork>> {
    let count = (works.len() / IN_A_SHARD).clamp(1, MOST_SHARDS);
    // A power of two: when the number of resources grows, most changes do not change the number of files.
    let count = 1_usize << count.ilog2();
    let mut shards = vec![Vec::new(); count];
    for work in works {
        let [first, ..] = work.url_hash.to_le_bytes();
        shards[usize::from(first) % count].push(work);
    }
    shards
}

/// A hash of everything that the file with the works `of` depends on.
fn hash(works: &CitedWorks, of: &[&CitedWork]) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    hash.update(env!("CARGO_PKG_VERSION").as_bytes()).update(&VERSION.to_le_bytes());
    for work in of {
        works.hash(work, &mut hash);
    }
    *hash.finalize().as_bytes()
}

/// The hashes of the files in `folder`. Empty if they can't be read: the files are made again then.
fn known_hashes(folder: &Path) -> Vec<[u8; 32]> {
    let bytes = disk::read(&folder.join(HASHES)).unwrap_or_default();
    postcard::from_bytes(&bytes).unwrap_or_default()
}

/// Writes the file `path` with the works `of`.
fn write_shard(path: &Path, works: &CitedWorks, of: &[&CitedWork]) -> Result<(), GraphError> {
    let mut resources: Vec<CitedResource> =
        of.iter().filter_map(|work| works.resource(work)).collect();
    resources.sort_unstable_by(by_voices);
    let bytes = postcard::to_stdvec(&shard(&resources))
        .map_err(|cause| GraphError::Decode { path: path.display().to_string(), cause })?;
    Ok(disk::write(path, &bytes)?)
}

/// The order of resources: the most cited first.
fn by_voices(a: &CitedResource, b: &CitedResource) -> Ordering {
    Reverse(a.voices).cmp(&Reverse(b.voices)).then_with(|| a.url.cmp(&b.url))
}

fn shard<'a>(resources: &'a [CitedResource]) -> Shard<'a> {
    let citing = resources.iter().flat_map(|resource| &resource.sources);
    let known: HashSet<&str> = citing.map(String::as_str).collect();
    let mut sources: Vec<&str> = known.into_iter().collect();
    sources.sort_unstable();
    let numbers: HashMap<&str, u32> = sources.iter().copied().zip(0..).collect();
    let number = |source: &str| numbers.get(source).copied().unwrap_or(u32::MAX);
    let stored = |resource: &'a CitedResource| StoredResource {
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
    resources.sort_by(by_voices);
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
    use crate::annotate::LinkTopics;
    use crate::annotate::resources::{Citation, CitationCollector, LinkFacts};
    use crate::catalogue::{Visibility, Voice};
    use crate::extract::Link;

    /// A collector with the citations of `count` works; the last one by a link with the text `last`.
    fn collected(count: usize, last: &str) -> CitationCollector {
        let mut collector = CitationCollector::default();
        for source in ["a/b", "b/b"] {
            let voice = Voice::Owner(source.to_owned());
            let citing = collector.source(source, &voice, Visibility::Public);
            for at in 0..count {
                let text = if at + 1 == count { last.to_owned() } else { format!("Title {at}") };
                let url = format!("https://example.org/{at:05}");
                let sentence = format!("In {source}, something is said about {text}.");
                let topics = LinkTopics { anchor: vec![at as u32], ..LinkTopics::default() };
                let citation = Citation::of(&Link { url, text, sentence }, &topics).unwrap();
                collector.cite(citing, &citation);
            }
        }
        collector
    }

    fn files(folder: &Path) -> HashMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(folder.join(FOLDER)).unwrap().map(Result::unwrap);
        let file = |entry: std::fs::DirEntry| {
            (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
        };
        entries.map(file).filter(|(name, _)| name != HASHES).collect()
    }

    #[test]
    fn resources_are_read_back_and_a_changed_one_changes_one_file() {
        let facts = LinkFacts::default();
        for (count, shards) in [(0, 1), (999, 1), (5_000, 8)] {
            let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
            let [one, two, clean] = folders.each_ref().map(|folder| folder.path());
            let path = one.join("graph.bin");
            assert_eq!(read(&path).unwrap(), None, "the previous format");
            let works = collected(count, "Last").finish(&facts);
            write_resources(&path, &works, None).unwrap();
            let mut resources: Vec<CitedResource> =
                works.all().iter().filter_map(|work| works.resource(work)).collect();
            resources.sort_by(by_voices);
            assert_eq!(read(&path).unwrap().unwrap(), resources);
            let before = files(one);
            assert_eq!(before.len(), shards);

            let works = collected(count, "Another").finish(&facts);
            write_resources(&two.join("graph.bin"), &works, Some(one)).unwrap();
            write_resources(&clean.join("graph.bin"), &works, None).unwrap();
            let after = files(two);
            assert!(after == files(clean), "files are shared only if they are equal");
            let changed = after.iter().filter(|(name, bytes)| before.get(*name) != Some(bytes));
            assert_eq!(changed.count(), usize::from(count > 0));
            let is_shared = |name: &&String| {
                let [one, two] = [one, two].map(|folder| folder.join(FOLDER).join(name));
                disk::is_same(&one, &two)
            };
            assert_eq!(after.keys().filter(is_shared).count(), shards - 1);
        }
    }

    #[test]
    fn a_file_is_made_again_if_a_fact_about_one_of_its_works_is_new() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let facts = LinkFacts::default();
        let works = collected(9, "Last").finish(&facts);
        write_resources(&one.path().join("graph.bin"), &works, None).unwrap();
        let dead = [("https://example.org/00003".to_owned(), "2026-01-02".to_owned())];
        let facts = LinkFacts { dead: dead.into_iter().collect(), ..LinkFacts::default() };
        let works = collected(9, "Last").finish(&facts);
        let path = two.path().join("graph.bin");
        write_resources(&path, &works, Some(one.path())).unwrap();
        let dead: Vec<_> = read(&path).unwrap().unwrap();
        assert_eq!(dead.iter().filter(|resource| resource.dead_since.is_some()).count(), 1);
    }
}
