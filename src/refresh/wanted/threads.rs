//! Which discussions and issues the catalogue entry of a source requests.

use crate::catalogue::{IssueSelection, Source};
use crate::crawl::github::thread::ThreadKind;
use crate::store::StoredThread;

/// Whether the entry of `source` requests `thread`.
pub(in crate::refresh) fn is_wanted(source: &Source, thread: &StoredThread) -> bool {
    match thread.kind {
        ThreadKind::Discussion => source.threads.discussions,
        ThreadKind::Issue => source.threads.issues.includes(&thread.labels),
    }
}

/// Whether the entry of `source` requests threads of `kind`.
pub(in crate::refresh) fn requests(source: &Source, kind: ThreadKind) -> bool {
    match kind {
        ThreadKind::Discussion => source.threads.discussions,
        ThreadKind::Issue => source.threads.issues != IssueSelection::None,
    }
}
