//! Discussions and issues: which are wanted, and how they come into the store.

use crate::catalogue::{Issues, Source};
use crate::crawl::github::thread::ThreadKind;
use crate::store::{Store, StoredThread};

/// Whether the entry of `source` asks for `thread`.
pub(super) fn is_wanted(source: &Source, thread: &StoredThread) -> bool {
    match thread.kind {
        ThreadKind::Discussion => source.threads.discussions,
        ThreadKind::Issue => source.threads.issues.take(&thread.labels),
    }
}

/// Whether the entry of `source` asks for threads of `kind`.
fn asks(source: &Source, kind: ThreadKind) -> bool {
    match kind {
        ThreadKind::Discussion => source.threads.discussions,
        ThreadKind::Issue => source.threads.issues != Issues::None,
    }
}

/// Drops from `store` the kinds of threads that the entry of `source` no longer asks for.
pub(super) fn drop_unasked(source: &Source, store: &mut Store) -> anyhow::Result<()> {
    for kind in ThreadKind::ALL.into_iter().filter(|kind| !asks(source, *kind)) {
        store.remove_threads((&source.id, kind))?;
    }
    Ok(())
}
