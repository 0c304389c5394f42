//! The loss rule: a refresh publishes nothing if more than a tenth of the documents would be lost only because their
//! sources could not be read.
//!
//! A source is *unread* if the catalogue lists it and the store has no complete fetch of it. One possible reason: the
//! store is new or was lost, and the source failed, was deferred, or was not requested in this run. The other: a row
//! about one of its files was damaged and deleted. All documents that the current generation has of an unread source
//! count as lost. A source that was fetched once and fails now is not unread, because the store still has its files. A
//! source whose `.cairnignore` is damaged and was not fetched again counts as unread, because nothing of it may be
//! indexed.
//!
//! Discussions and issues are fetched separately. If a list of them was never read completely since the store was
//! created, publishing would lose the threads that are served but not yet stored.
//!
//! A catalogue without sources is assumed to be a damaged file: all documents count as lost.
//!
//! All other removals are intended and are published, however many documents they remove: a source was removed from the
//! catalogue, rules or a policy select less, a source is blocked (451) or was gone for the configured time, an author
//! opted out, or files were deleted in a source that was read.

use crate::catalogue::{Catalogue, Source};
use crate::config::Config;
use crate::crawl::github::thread::ThreadKind;
use crate::generation::contents::GenerationContents;
use crate::generation::loss::DocumentLoss;
use crate::generation::served::{self, ServedDocuments};
use crate::refresh::gather::store_result::is_dropped;
use crate::refresh::wanted::cairnignore::is_unknown;
use crate::refresh::wanted::threads;
use crate::refresh::wanted::versions::document_versions;
use crate::store::{FetchState, SourceRow, Store, ThreadsOf};

/// Counts the documents of the current generation that publishing `store` now would lose, and lists their sources.
/// `None` if no document would be lost.
///
/// Reads the manifest of the current generation and the row of each source. O(sources).
pub(in crate::refresh) fn of(
    config: &Config,
    catalogue: &Catalogue,
    store: &Store,
) -> anyhow::Result<Option<DocumentLoss>> {
    let served = ServedDocuments::read(&config.index);
    let now = chrono::Utc::now().timestamp();
    let mut loss = DocumentLoss::default();
    if catalogue.sources.is_empty() {
        loss.of = served.documents();
        loss.documents = loss.of;
    }
    for source in &catalogue.sources {
        let documents = served.documents_of(&source.id.0);
        loss.of += documents;
        let row = store.source(&source.id)?;
        let lost = match documents {
            0 => 0,
            _ if is_unread(&row, config, now) || is_unknown(&source.id, store)? => documents,
            _ if row.state == FetchState::Blocked => 0,
            // Counts damaged files that were dropped and could not be fetched again, and threads that were not read
            // yet.
            _ => {
                let files = store.lost_files(&source.id, &document_versions())?;
                (files + unread_threads(config, source, store)?).min(documents)
            }
        };
        if lost > 0 {
            loss.documents += lost;
            loss.sources.push(source.id.0.clone());
        }
    }
    Ok((loss.documents > 0).then_some(loss))
}

/// The number of threads of `source` that are served but not yet stored, in lists that were never read completely since
/// the store was created. Reads the contents of the current generation if there is such a list.
fn unread_threads(config: &Config, source: &Source, store: &Store) -> anyhow::Result<usize> {
    let mut lost = 0;
    let mut served: Option<GenerationContents> = None;
    for kind in ThreadKind::ALL.into_iter().filter(|kind| threads::requests(source, *kind)) {
        if store.thread_state(ThreadsOf { source: &source.id, kind })?.swept_at > 0 {
            continue;
        }
        let served = served.get_or_insert_with(|| served::contents(&config.index));
        let entries = served.sources.get(&source.id.0).map(Vec::as_slice).unwrap_or_default();
        let is_such = |path: &str| {
            let number = path.strip_prefix(kind.folder()).and_then(|rest| rest.strip_prefix('/'));
            number.is_some_and(|number| number.parse::<u64>().is_ok())
        };
        let served = entries.iter().filter(|entry| is_such(&entry.path)).count();
        let stored = store.threads(&source.id)?.iter().filter(|thread| thread.kind == kind).count();
        lost += served.saturating_sub(stored);
    }
    Ok(lost)
}

fn is_unread(row: &SourceRow, config: &Config, now: i64) -> bool {
    // The revision is empty if the row of one of the source's files was damaged and deleted.
    let is_whole = row.snapshot.as_ref().is_some_and(|snapshot| !snapshot.revision.is_empty());
    !is_whole && row.state != FetchState::Blocked && !is_dropped(row, config, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::config::{self, ConfigOverrides};
    use crate::crawl::{BlobId, Snapshot};
    use crate::generation::contents::ContentsEntry;
    use crate::generation::folders;
    use crate::store::ThreadState;

    #[test]
    fn threads_that_are_served_and_were_never_read_would_be_lost() {
        let index = tempfile::tempdir().unwrap();
        let mut config = config::load(&ConfigOverrides::default()).unwrap();
        config.index = index.path().to_owned();
        let text = "[[source]]\nrepo = \"a/b\"\nwhy = \"x\"\ndiscussions = true\n";
        let catalogue = catalogue::parse("c", text).unwrap();
        let source = &catalogue.sources[0].id;
        let folder = folders::folder(&config.index, 1);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(config.index.join("current"), "1\n").unwrap();
        let manifest = r#"{"sources": [{"id": "a/b", "documents": 3}]}"#;
        std::fs::write(folder.join("manifest.json"), manifest).unwrap();
        let entry = |path: &str| ContentsEntry {
            path: path.to_owned(),
            blob: BlobId::of(b""),
            title: None,
            sections: Vec::new(),
        };
        let entries = ["discussions/1", "discussions/2", "discussions/notes.md"].map(entry);
        let sources = std::iter::once((source.0.clone(), entries.to_vec())).collect();
        GenerationContents { sources }.write(&folder.join("contents.bin")).unwrap();

        let mut store = Store::open(&config.index.join("library.db")).unwrap();
        let snapshot = Snapshot {
            source: source.clone(),
            revision: "x".into(),
            validator: None,
            fetched_at: 1,
            selection: String::new(),
        };
        let row =
            SourceRow { snapshot: Some(snapshot), state: FetchState::Ok, ..SourceRow::default() };
        store.put_source(source, &row).unwrap();
        let lost = of(&config, &catalogue, &store).unwrap().unwrap();
        assert_eq!((lost.documents, lost.of), (2, 3));
        let state = ThreadState { swept_at: 1, ..ThreadState::default() };
        store
            .end_pass(ThreadsOf { source, kind: ThreadKind::Discussion }, false, &state, 1)
            .unwrap();
        assert_eq!(of(&config, &catalogue, &store).unwrap(), None, "they were read, and are gone");
    }
}
