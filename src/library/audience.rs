//! Who an answer is for: what private sources say is for readers here, and for nobody that a file may reach.
//!
//! Pages, API, commands and assistants answer whoever may read the index. Feeds, exports, decks and guides are carried
//! away, so that they leave out the text of private sources unless the user asks for it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Library;
use crate::graph::Graph;

/// Who an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever reads here: everything that is indexed.
    Reader,
    /// Whoever gets hold of a file: nothing that only private sources say.
    Anyone,
}

impl Audience {
    /// [`Audience::Reader`] where the user asked for the text of private sources, too.
    pub fn with_private(is_asked_for: bool) -> Audience {
        if is_asked_for { Audience::Reader } else { Audience::Anyone }
    }
}

impl Library {
    /// How many private sources are held. O(sources).
    pub fn private_sources(&self) -> usize {
        self.manifest.held().filter(|source| source.private).count()
    }

    /// How many private sources an answer for `audience` leaves out. O(sources).
    pub fn withheld(&self, audience: Audience) -> usize {
        if audience == Audience::Anyone { self.private_sources() } else { 0 }
    }

    /// Whether an answer for `audience` may hold what the source `id` says. O(sources).
    pub fn may_tell(&self, id: &str, audience: Audience) -> bool {
        let is_private = || self.manifest.source(id).is_some_and(|source| source.private);
        audience == Audience::Reader || !is_private()
    }

    /// The graph with what `audience` may read of it; a copy only where something is left out.
    pub fn graph_for(&self, audience: Audience) -> Cow<'_, Graph> {
        let sources = self.manifest.sources.iter().filter(|source| source.private);
        let private: HashSet<&str> = sources.map(|source| source.id.as_str()).collect();
        match audience {
            Audience::Anyone if !private.is_empty() => Cow::Owned(self.graph.without(&private)),
            _ => Cow::Borrowed(&self.graph),
        }
    }
}
