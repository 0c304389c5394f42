//! Passages of other authors that say something similar to a section.

use std::collections::HashSet;

use super::Library;
use super::view::PassageView;
use crate::search::{SearchError, SectionId, SectionRecord};

/// The maximum number of related passages of a section.
const RELATED: usize = 5;
/// The number of nearest sections among which they are chosen.
const EXAMINED: usize = 60;
/// The least cosine of a related passage.
const LEAST: f32 = 0.55;
/// Passages with a greater cosine are probably copies, which are not worth reading again.
const COPIES: f32 = 0.97;

impl Library {
    /// The passages that are nearest in meaning to the section `id` with `record`, nearest first: at most [`RELATED`],
    /// each of another author. None if the index has no vectors.
    ///
    /// Compares the section with all others, which takes a few nanoseconds each, and reads at most [`EXAMINED`] of them.
    pub(super) fn similar(
        &self,
        id: SectionId,
        record: &SectionRecord,
    ) -> Result<Vec<PassageView>, SearchError> {
        let mut voices = HashSet::from([self.voices.of(&record.source)]);
        let mut related = Vec::new();
        for near in self.searcher.near(id, EXAMINED)? {
            if near.cosine < LEAST || related.len() == RELATED {
                break;
            }
            if near.cosine > COPIES {
                continue;
            }
            let Some(record) = self.searcher.section(near.id)? else { continue };
            if record.role.has_content() && voices.insert(self.voices.of(&record.source)) {
                related.push(self.passage(near.id, &record));
            }
        }
        Ok(related)
    }
}
