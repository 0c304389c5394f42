//! What READMEs are about, and the cache for this: `discover.json` in the index folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::repository::RepositoryName;
use crate::annotate::{SectionRole, Tagger, annotate};
use crate::catalogue::Policy;
use crate::disk;
use crate::extract::Document;
use crate::extract::words::words;
use crate::vocabulary::Topic;

/// The maximum number of READMEs in the cache. If there are more, those whose last request is the longest ago are
/// discarded.
const MOST_CACHED: usize = 1_000;
/// The maximum size of a cache file that is read, in bytes. If the file is larger, the cache counts as empty.
const LARGEST_FILE: u64 = 4_000_000;

/// What a README is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadmeContent {
    pub words: usize,
    /// Slugs of the topics that it mentions.
    pub topics: BTreeSet<String>,
    /// The name of a linked file that is a copy of a commercial book; `None` if there is no such file.
    pub book: Option<String>,
}

impl ReadmeContent {
    /// What `document` is about. `tagger` finds mentions of `topics`, the topics of the vocabulary, as it does for
    /// sections. O(length).
    pub(super) fn of(
        document: &Document,
        topics: &[Topic],
        tagger: &Tagger,
        policy: &Policy,
    ) -> ReadmeContent {
        let annotation = annotate(document, tagger);
        let mut content = ReadmeContent::default();
        for (section, notes) in document.sections.iter().zip(&annotation.sections) {
            content.words += words(&section.text);
            let file = |url: &str| url.split(['?', '#']).next().unwrap_or_default().to_owned();
            let mut files = section.links.iter().map(|link| file(&link.url));
            if content.book.is_none() {
                let book = files.find(|path| policy.is_book_copy(path));
                content.book = book.and_then(|path| path.rsplit('/').next().map(str::to_owned));
            }
            if notes.role == SectionRole::Boilerplate {
                continue;
            }
            let named = notes.mentions.iter().filter_map(|m| topics.get(m.topic as usize));
            content.topics.extend(named.map(|topic| topic.slug.0.clone()));
        }
        content
    }
}

/// What a README is about, with the ETag of this README and the version of the vocabulary that tagged it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CachedReadme {
    pub etag: String,
    /// The version of the vocabulary that tagged the README.
    pub vocabulary: String,
    pub reading: ReadmeContent,
    /// When the README was requested last, in Unix time (seconds); 0 in caches of earlier versions.
    #[serde(default)]
    pub requested_at: i64,
}

/// The cached READMEs, by the repository's `owner/name`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct ReadmeCache(BTreeMap<String, CachedReadme>);

impl ReadmeCache {
    /// The cache in the file `path`; empty if the file can't be read or is too large.
    pub fn read(path: &Path) -> ReadmeCache {
        let is_small = std::fs::metadata(path).is_ok_and(|file| file.len() <= LARGEST_FILE);
        let bytes = disk::read(path).ok().filter(|_| is_small);
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Discards the READMEs beyond the maximum number and writes the cache to the file `path`. If writing fails, the
    /// next `cairn sources discover` reads the old file and requests the newer READMEs again.
    pub fn write(mut self, path: &Path) {
        self.drop_oldest();
        let bytes = serde_json::to_vec(&self).map_err(anyhow::Error::from);
        let written = bytes.and_then(|bytes| Ok(disk::replace(path, &bytes)?));
        if let Err(error) = written {
            tracing::debug!("READMEs can't be cached: {error:#}");
        }
    }

    /// Discards the READMEs beyond the maximum number: those whose last request is the longest ago.
    fn drop_oldest(&mut self) {
        let excess = self.0.len().saturating_sub(MOST_CACHED);
        let all = self.0.iter().map(|(name, readme)| (readme.requested_at, name.clone()));
        let mut oldest: Vec<(i64, String)> = all.collect();
        oldest.sort_unstable();
        for (_, name) in oldest.into_iter().take(excess) {
            self.0.remove(&name);
        }
    }

    /// The README of `repository`, if it was tagged with this version of the vocabulary.
    pub fn get(&self, repository: &RepositoryName, vocabulary: &str) -> Option<&CachedReadme> {
        self.0.get(&repository.to_string()).filter(|cached| cached.vocabulary == vocabulary)
    }

    pub fn insert(&mut self, repository: &RepositoryName, readme: CachedReadme) {
        self.0.insert(repository.to_string(), readme);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_cache_discards_the_readmes_that_were_requested_longest_ago() {
        let mut cache = ReadmeCache::default();
        let name = |at: usize| RepositoryName::new("ann", &format!("r{at:04}")).unwrap();
        let readme = |requested_at| CachedReadme {
            etag: "\"e\"".into(),
            vocabulary: "v".into(),
            reading: ReadmeContent::default(),
            requested_at,
        };
        let count = MOST_CACHED + 2;
        for at in 0..count {
            // The names that come first in the alphabet were requested last.
            cache.insert(&name(at), readme((count - at) as i64));
        }
        cache.drop_oldest();
        assert_eq!(cache.0.len(), MOST_CACHED);
        assert!(cache.get(&name(0), "v").is_some());
        assert!(cache.get(&name(count - 3), "v").is_some());
        assert!(cache.get(&name(count - 2), "v").is_none());
        let old = r#"{"etag":"e","vocabulary":"v","reading":{"words":1,"topics":[],"book":null}}"#;
        assert_eq!(serde_json::from_str::<CachedReadme>(old).unwrap().requested_at, 0);
    }
}
