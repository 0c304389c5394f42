//! The loss rule: a refresh publishes nothing if it would lose more than a tenth of the documents
//! only because nobody could read them.
//!
//! A source is *unread* when the catalogue lists it and the store holds no whole fetch of it: the
//! store is new or was lost, and the source failed, was deferred, or was not asked in this run. What
//! the current generation holds of an unread source would be lost. A source that was fetched once and
//! fails now is not unread, because the store still has its files.
//!
//! A catalogue that lists no source at all is taken for a damaged file: all is lost then, too.
//!
//! Everything else that removes documents was asked for and goes through, however much it is: a source
//! that left the catalogue, rules or a policy that take less, a blocked source (451), one that was gone
//! for the configured time, an author's opt-out, files that were deleted in a source that was read.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::settle::is_dropped;
use super::{SourceResult, generation, runs};
use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::problem::{Problem, Stage};
use crate::store::{SourceRow, State, Store};

/// One document in so many may be lost; a refresh that would lose more is refused.
const ONE_IN: usize = 10;
/// Unread sources that a message names.
const NAMED: usize = 3;

/// What a run does when it would lose documents that could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLoss {
    /// Publish nothing.
    #[default]
    Refuse,
    /// Publish anyway: `--accept-loss`.
    Accept,
}

/// Documents that the current generation holds and the next one would not, because their sources
/// could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Loss {
    pub documents: usize,
    /// Documents that the current generation holds of all sources of the catalogue.
    pub of: usize,
    /// The ids of the unread sources; none where the catalogue lists no source.
    pub sources: Vec<String>,
}

impl Loss {
    /// Whether it is more than a run may lose unasked.
    pub fn is_too_much(&self) -> bool {
        self.documents.saturating_mul(ONE_IN) > self.of
    }

    /// What is lost, in words.
    fn says(&self) -> String {
        let share = format!("{} of {} documents", self.documents, self.of);
        if self.sources.is_empty() {
            return format!("{share}: the catalogue lists no source");
        }
        let first = self.sources.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>();
        let more = match self.sources.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let first = first.join(", ");
        format!("{share}: the store has no copy of {first}{more}, and this run did not read them")
    }

    /// As a problem of a run that published nothing: what, and the ways out.
    pub fn refused(&self) -> Problem {
        let message = format!("published nothing, as that would lose {}", self.says());
        Problem::new(Stage::Crawl, message).hint(
            "bring the sources back (is the network up?) and run `cairn refresh`; to publish \
             without them, run `cairn refresh --accept-loss`",
        )
    }

    /// As a problem of a run that publishes all the same.
    pub(super) fn accepted(&self) -> Problem {
        let message = format!("left the index: {}", self.says());
        Problem::new(Stage::Crawl, message).hint("a refresh that reads them brings them back")
    }
}

/// What of the current generation would be lost if `store` were published now; `None` if nothing.
///
/// Reads the manifest of the current generation and the row of each source. O(sources).
pub(super) fn of(
    config: &Config,
    catalogue: &Catalogue,
    store: &Store,
) -> anyhow::Result<Option<Loss>> {
    let served = Served::read(&config.index);
    let now = chrono::Utc::now().timestamp();
    let mut loss = Loss::default();
    if catalogue.sources.is_empty() {
        loss.of = served.sources.iter().map(|source| source.documents).sum();
        loss.documents = loss.of;
    }
    for source in &catalogue.sources {
        let documents = served.documents_of(&source.id.0);
        loss.of += documents;
        if documents > 0 && is_unread(&store.source(&source.id)?, config, now) {
            loss.documents += documents;
            loss.sources.push(source.id.0.clone());
        }
    }
    Ok((loss.documents > 0).then_some(loss))
}

fn is_unread(row: &SourceRow, config: &Config, now: i64) -> bool {
    row.snapshot.is_none() && row.state != State::Blocked && !is_dropped(row, config, now)
}

/// What readers have of each source. Of the manifest only what every format of it has had, so that a
/// generation of an older version counts too.
#[derive(Debug, Default, Deserialize)]
struct Served {
    sources: Vec<ServedSource>,
}

#[derive(Debug, Deserialize)]
struct ServedSource {
    id: String,
    documents: usize,
}

impl Served {
    /// What the current generation of `index` holds. Where its manifest cannot be read, what the last
    /// recorded run says of it; nothing where there is no generation.
    fn read(index: &Path) -> Served {
        let Some(number) = generation::current(index) else { return Served::default() };
        let manifest = generation::folder(index, number).join("manifest.json");
        let manifest = std::fs::read(manifest).ok();
        let served = manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        served.unwrap_or_else(|| Served::recorded(index))
    }

    fn recorded(index: &Path) -> Served {
        let run = runs::read(index).into_iter().find(|run| run.documents > 0).unwrap_or_default();
        let served =
            |source: SourceResult| ServedSource { id: source.source, documents: source.documents };
        Served { sources: run.sources.into_iter().map(served).collect() }
    }

    fn documents_of(&self, id: &str) -> usize {
        self.sources.iter().find(|source| source.id == id).map_or(0, |source| source.documents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refresh::Run;

    #[test]
    fn a_tenth_may_be_lost_and_one_document_more_may_not() {
        let loss = |documents, of| Loss { documents, of, sources: Vec::new() };
        assert!(!loss(10, 100).is_too_much());
        assert!(loss(11, 100).is_too_much());
        assert!(loss(1, 1).is_too_much());
        assert!(!loss(0, 0).is_too_much());
    }

    #[test]
    fn a_message_names_three_sources_and_counts_the_rest() {
        let sources = ["a/b", "c/d", "e/f", "g/h", "i/j"].map(str::to_owned).to_vec();
        let loss = Loss { documents: 9, of: 12, sources };
        let message = loss.refused().to_string();
        assert!(message.contains("9 of 12 documents"), "{message}");
        assert!(message.contains("a/b, c/d, e/f and 2 more"), "{message}");
        assert!(message.contains("--accept-loss"), "{message}");
    }

    #[test]
    fn where_the_manifest_is_damaged_the_record_says_what_was_served() {
        let index = tempfile::tempdir().unwrap();
        let index = index.path();
        let run = Run {
            documents: 7,
            sources: vec![SourceResult {
                source: "a/b".into(),
                documents: 7,
                ..SourceResult::default()
            }],
            ..Run::default()
        };
        runs::append(index, &run).unwrap();
        assert_eq!(Served::read(index).documents_of("a/b"), 0, "nothing is served");
        std::fs::write(index.join("current"), "1\n").unwrap();
        let folder = generation::folder(index, 1);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("manifest.json"), "{ broken").unwrap();
        assert_eq!(Served::read(index).documents_of("a/b"), 7);
        // A manifest of another format, with keys that this version does not know.
        let other = r#"{"format": 1, "sources": [{"id": "a/b", "documents": 5, "old": 1}]}"#;
        std::fs::write(folder.join("manifest.json"), other).unwrap();
        assert_eq!(Served::read(index).documents_of("a/b"), 5);
    }
}
