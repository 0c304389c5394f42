//! Decides whether a generation withdraws material of an earlier one, because somebody asked for its removal.
//!
//! The previous generation usually stays for readers that still have it open, in an index, in a replica and in a published
//! copy. If an author left, it must go at once ([`super::folders`]), and the segments of the search
//! index must not keep the deleted texts ([`crate::search::write`]).

use super::manifest::{Manifest, SourceState};
use crate::catalogue::Shown;
use crate::catalogue::refusal::LeftOutReason;

/// Whether `newer` withdraws material that `older` has. It does in these cases:
///
/// - A source of `older` has fewer documents, or none any more. It may have left the catalogue, or be blocked or gone; or its
///   author deleted files, excluded them by `.cairnignore`, or marked them as not to be indexed.
/// - More files of a source are left out by its `.cairnignore`.
/// - A source became private, or its licence allows only excerpts now.
/// - The list of people who opted out has changed.
///
/// Manifests do not tell why a document is gone, so this is also true if nobody asked for its removal. Then an older generation
/// is removed earlier than necessary. It is false if a source gained as many documents as it lost. O(sources²).
pub fn withdraws(older: &Manifest, newer: &Manifest) -> bool {
    let is_withdrawn = |source: &SourceState| {
        newer.source(&source.id).is_none_or(|now| {
            let fewer = now.documents < source.documents;
            let ignored = ignored(now) > ignored(source);
            let hidden = now.private && !source.private;
            let cut = source.shown == Shown::Full && now.shown != Shown::Full;
            fewer || ignored || hidden || cut
        })
    };
    older.opted_out != newer.opted_out || older.held().any(is_withdrawn)
}

/// The number of files of `source` that its `.cairnignore` names.
fn ignored(source: &SourceState) -> usize {
    let groups = source.left_out.iter().flatten();
    let groups = groups.filter(|group| group.reason == LeftOutReason::Cairnignore);
    groups.map(|group| group.files).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::left_out::LeftOutGroup;
    use crate::generation::manifest::GenerationCounts;

    fn manifest(sources: &[SourceState]) -> Manifest {
        Manifest::new(GenerationCounts::default(), 300, sources.to_vec())
    }

    fn source(id: &str, documents: usize) -> SourceState {
        let json = serde_json::json!({
            "id": id, "kind": "github", "origin": id, "why": "", "fork_of": null, "description": null,
            "licence": null, "shown": "full", "revision": null, "fetched_at": null, "state": "ok",
            "moved_to": null, "documents": documents, "sections": documents, "problems": [],
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_is_gone_hidden_or_cut_is_withdrawn_and_what_is_new_or_changed_is_not() {
        let older = manifest(&[source("a/b", 5), source("c/d", 3)]);
        let withdrawn = |sources: &[SourceState]| withdraws(&older, &manifest(sources));
        assert!(!withdrawn(&[source("a/b", 5), source("c/d", 3)]));
        assert!(!withdrawn(&[source("a/b", 6), source("c/d", 3), source("e/f", 1)]));
        assert!(withdrawn(&[source("a/b", 5)]), "it left");
        assert!(withdrawn(&[source("a/b", 4), source("c/d", 3)]), "a document is gone");
        let private = SourceState { private: true, ..source("a/b", 5) };
        assert!(withdrawn(&[private, source("c/d", 3)]));
        let excerpt = SourceState { shown: Shown::Excerpt, ..source("a/b", 5) };
        assert!(withdrawn(&[excerpt, source("c/d", 3)]));
        let group = LeftOutGroup {
            reason: LeftOutReason::Cairnignore,
            rule: None,
            files: 1,
            bytes: 1,
            examples: Vec::new(),
        };
        let ignoring = SourceState { left_out: Some(vec![group]), ..source("a/b", 5) };
        assert!(withdrawn(&[ignoring, source("c/d", 3)]));
        let mut newer = manifest(&older.sources);
        newer.opted_out = "0123".into();
        assert!(withdraws(&older, &newer), "somebody opted out");
        assert!(!withdraws(&manifest(&[source("a/b", 0)]), &manifest(&[])), "it had nothing");
    }
}
