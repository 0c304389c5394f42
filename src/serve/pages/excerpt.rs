//! Excerpts of passages, rendered as their authors set them.

use std::collections::HashMap;
use std::sync::Arc;

use maud::{Markup, PreEscaped};
use url::Url;

use super::prose::{self, LinkTargets, PictureMode, ProseContext};
use crate::library::Library;
use crate::library::view::HitView;
use crate::search::{SearchError, SectionId};
use crate::serve::reading::ReadingRoom;

/// Rendered excerpts, by the ids of their sections.
#[derive(Default)]
pub(super) struct RenderedExcerpts {
    by_section: HashMap<String, Arc<str>>,
}

impl RenderedExcerpts {
    /// The excerpts of `hits`. Keeps them in `room` for the next request. A section without Markdown, or whose text may not
    /// be shown in full, has none.
    pub fn of<'a>(
        hits: impl Iterator<Item = &'a HitView>,
        library: &Library,
        room: &ReadingRoom,
    ) -> Result<RenderedExcerpts, SearchError> {
        let generation = (library.manifest.built_at.clone(), library.manifest.generation);
        let mut excerpts = RenderedExcerpts::default();
        for hit in hits {
            let Some(id) = SectionId::parse(&hit.passage.id) else { continue };
            let key = (generation.clone(), id);
            let known = room.excerpts.get(&key);
            let html = match known {
                Some(known) => known,
                None => {
                    let made: Arc<str> = Arc::from(rendered(hit, id, library, room)?);
                    room.excerpts.insert(key, Arc::clone(&made), made.len());
                    made
                }
            };
            if !html.is_empty() {
                excerpts.by_section.insert(hit.passage.id.clone(), html);
            }
        }
        Ok(excerpts)
    }

    /// The excerpt of `hit`, if it has one.
    pub fn get(&self, hit: &HitView) -> Option<Markup> {
        self.by_section.get(&hit.passage.id).map(|html| PreEscaped(html.to_string()))
    }
}

/// The excerpt of `hit`, the section `id`, as HTML; empty if it has none.
fn rendered(
    hit: &HitView,
    id: SectionId,
    library: &Library,
    room: &ReadingRoom,
) -> Result<String, SearchError> {
    let Some(markdown) = library.excerpt_markdown(id)? else { return Ok(String::new()) };
    let (source, path) = (&hit.passage.source, &hit.passage.path);
    let base = Url::parse(&hit.passage.url).ok();
    let near = |written: &str| library.near_document(source, path, written);
    let context = ProseContext {
        targets: LinkTargets { base: base.as_ref(), near: Some(&near) },
        pictures: PictureMode::Linked,
        typesetter: &room.typesetter,
    };
    let none = |texts: &[String]| Ok::<_, SearchError>(vec![Vec::new(); texts.len()]);
    Ok(prose::excerpt(&markdown, &context, none)?.0)
}
