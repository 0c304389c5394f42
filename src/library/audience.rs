//! Who may read the text of private sources.
//!
//! Pages, API, commands and assistants serve those who may read the index. Feeds, exports, decks and guides are files
//! that others may receive, so they leave out the text of private sources unless the user asks for it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Library;
use crate::graph::Graph;

/// The audience of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Readers of this index. They may read everything that is indexed.
    Reader,
    /// Anyone who may receive a file. They may read nothing that only private sources contain.
    Anyone,
}

impl Audience {
    /// [`Audience::Reader`] if the user asked for the text of private sources, else [`Audience::Anyone`].
    pub fn with_private(is_asked_for: bool) -> Audience {
        if is_asked_for { Audience::Reader } else { Audience::Anyone }
    }
}

impl Library {
    /// The number of indexed private sources. O(sources).
    pub fn private_sources(&self) -> usize {
        self.manifest.held().filter(|source| source.private).count()
    }

    /// The number of private sources that are left out for `audience`. O(sources).
    pub fn withheld(&self, audience: Audience) -> usize {
        if audience == Audience::Anyone { self.private_sources() } else { 0 }
    }

    /// Whether `audience` may read the source `id`. O(sources).
    pub fn may_show(&self, id: &str, audience: Audience) -> bool {
        let is_private = || self.manifest.source(id).is_some_and(|source| source.private);
        audience == Audience::Reader || !is_private()
    }

    /// The graph without the parts that `audience` may not read. Copies the graph only if something is left out.
    pub fn graph_for(&self, audience: Audience) -> Cow<'_, Graph> {
        let sources = self.manifest.sources.iter().filter(|source| source.private);
        let private: HashSet<&str> = sources.map(|source| source.id.as_str()).collect();
        match audience {
            Audience::Anyone if !private.is_empty() => Cow::Owned(self.graph.without(&private)),
            _ => Cow::Borrowed(&self.graph),
        }
    }
}
