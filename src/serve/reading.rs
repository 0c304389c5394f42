//! Rendered documents, kept for the next requests.

use std::sync::Arc;

use crate::library::DocumentId;
use crate::recent::RecentCache;
use crate::search::SectionId;
use crate::typeset::Typesetter;

/// The maximum bytes of the rendered texts that are kept.
const BYTES: usize = 48 * 1_024 * 1_024;

/// The maximum bytes of the rendered excerpts that are kept.
const EXCERPT_BYTES: usize = 8 * 1_024 * 1_024;

/// Identifies a generation: when it was built, and its number.
pub(super) type GenerationKey = (String, u64);

/// Identifies a rendered text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RenderedKey {
    pub generation: GenerationKey,
    pub document: DocumentId,
    /// The number of the page of a long document, from 0.
    pub page: usize,
    /// Whether pictures are loaded.
    pub has_pictures: bool,
}

/// What requests for documents share.
pub(super) struct ReadingRoom {
    pub typesetter: Typesetter,
    /// The HTML of texts without highlighted matches.
    pub rendered: RecentCache<RenderedKey, Arc<str>>,
    /// The HTML of excerpts, by generation and section. Empty for a section without Markdown.
    pub excerpts: RecentCache<(GenerationKey, SectionId), Arc<str>>,
}

impl Default for ReadingRoom {
    fn default() -> ReadingRoom {
        ReadingRoom {
            typesetter: Typesetter::default(),
            rendered: RecentCache::new(BYTES),
            excerpts: RecentCache::new(EXCERPT_BYTES),
        }
    }
}
