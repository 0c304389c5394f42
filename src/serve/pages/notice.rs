//! What readers should know about the state of the index: the first refresh is under way, there is no network, or the
//! index is being rebuilt after an update of Cairn.

use maud::{Markup, html};

use super::format::{plural, time};
use crate::generation::format::FORMAT;
use crate::library::Library;
use crate::serve::state::{RefreshPolicy, ServerState};

/// The notices for the pages of `library`; empty if all is as usual.
pub(super) fn notice(state: &ServerState, library: &Library) -> Markup {
    let next = state.clock.next_run();
    let standing = state.shelf.standing();
    let is_first = state.clock.is_running() && library.lacks_remote_sources();
    html! {
        @if library.manifest.format != FORMAT {
            p.note role="status" {
                "Cairn was updated. This is the index of the version before, and it can be used. "
                @match state.refreshing {
                    RefreshPolicy::Scheduled => { "The new one is being built from what is stored." }
                    RefreshPolicy::Never => { "For whoever runs this server: " code { "cairn refresh --offline" } " builds the new one." }
                }
            }
        }
        @if is_first {
            p.note role="status" {
                "The first refresh is under way: "
                (plural(library.manifest.sources.len(), "source"))
                " are fetched once, which takes a few minutes. Until then, Cairn’s own notes and topics can be used."
            }
        } @else if let Some(unreached) = standing.unreached {
            p.note role="status" {
                "No network: in the last refresh, none of " (plural(unreached, "source"))
                " could be reached. What is indexed can be used."
                @if let Some(next) = &next { " The next refresh starts " (time(next)) "." }
            }
        }
    }
}
