//! What a new generation withdraws must not stay in the files that it shares with the previous one.

use std::path::Path;

use crate::catalogue::policy::Policy;
use crate::crawl::github::thread::OptedOut;
use crate::generation::manifest::Manifest;
use crate::generation::withdrawal::withdraws;
use crate::search::write::DeletedTexts;

/// What happens to the texts of deleted sections in the search index of the generation with `manifest`. `previous` is the
/// folder of the previous generation, if it is intact. Without one, the whole index is written, and has no deleted sections.
pub(super) fn deleted_texts(previous: Option<&Path>, manifest: &Manifest) -> DeletedTexts {
    let read = |folder: &Path| Manifest::read(&folder.join("manifest.json")).ok();
    match previous.and_then(read).is_some_and(|previous| withdraws(&previous, manifest)) {
        true => DeletedTexts::Erased,
        false => DeletedTexts::MayStay,
    }
}

/// A hash of the people in `policy` who opted out; empty if there are none.
pub(super) fn opted_out(policy: &Policy) -> String {
    match policy.opted_out.is_empty() {
        true => String::new(),
        false => OptedOut::new(&policy.opted_out).fingerprint(),
    }
}
