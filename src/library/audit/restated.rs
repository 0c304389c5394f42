//! Sections of a source that say nearly the same as a section of another author, in other words. Folding does not find
//! them, because it compares words.

use crate::library::Library;
use crate::library::view::{RestatedPlaceView, RestatedView};
use crate::search::{SearchError, SectionId, SectionRecord};

/// The least cosine. Of the pairs of the corpus above it, nine of ten that were read explain the same thing; below 0.86, many
/// only have the same subject.
const LEAST: f32 = 0.88;
/// The least number of words of both sections.
const WORDS: usize = 40;
/// The number of nearest sections that are examined for each section.
const EXAMINED: usize = 8;
/// The maximum number of pairs.
const MOST: usize = 20;

/// The pairs of a section of `source` and the nearest section of another author, at most [`MOST`], the nearest first.
/// Empty if the index has no vectors.
///
/// Compares each section of the source with all sections of the index: O(sections of the source · sections).
pub(super) fn restated(library: &Library, source: &str) -> Result<Vec<RestatedView>, SearchError> {
    let searcher = &library.searcher;
    let mut own = Vec::new();
    searcher.each(|id, section| {
        if section.source == source && is_long(&section) {
            own.push((id, section));
        }
    })?;
    let mut pairs = Vec::new();
    for (id, section) in own {
        if let Some((cosine, other)) = other_author(library, id, &section)? {
            pairs.push(RestatedView {
                cosine: (f64::from(cosine) * 1_000.0).round() / 1_000.0,
                section: place(section),
                other: place(other),
            });
        }
    }
    pairs.sort_by(|one, two| two.cosine.total_cmp(&one.cosine));
    pairs.truncate(MOST);
    Ok(pairs)
}

/// The section of another author that is nearest to the section `id`, if it is near enough.
fn other_author(
    library: &Library,
    id: SectionId,
    section: &SectionRecord,
) -> Result<Option<(f32, SectionRecord)>, SearchError> {
    let voice = library.voices.of(&section.source);
    for near in library.searcher.near(id, EXAMINED)? {
        if near.cosine < LEAST {
            break;
        }
        let record = library.searcher.section(near.id)?;
        if let Some(record) = record.filter(|record| library.voices.of(&record.source) != voice)
            && is_long(&record)
        {
            return Ok(Some((near.cosine, record)));
        }
    }
    Ok(None)
}

/// Whether it is content with at least [`WORDS`] words of text.
fn is_long(section: &SectionRecord) -> bool {
    section.role.has_content() && section.text.split_whitespace().count() >= WORDS
}

fn place(section: SectionRecord) -> RestatedPlaceView {
    RestatedPlaceView {
        source: section.source,
        path: section.path,
        place: section.address.into(),
        headings: section.headings,
    }
}
