//! Makes the record of a section for the search index from its document and annotation.

use crate::annotate::{Annotation, language_code};
use crate::catalogue::Shown;
use crate::crawl::BlobId;
use crate::extract::{Document, DocumentKind, Section};
use crate::refresh::wanted::inputs::Inputs;
use crate::refresh::wanted::item::Item;
use crate::search::{self, SectionId, SectionRecord, TopicMention};

/// The record of section number `at` of `document`. `around` has its neighbours and Markdown.
pub(in crate::refresh) fn record(
    inputs: &Inputs,
    item: &Item,
    (document, annotation): (&Document, &Annotation),
    around: &Around,
    at: usize,
) -> SectionRecord {
    let section = &document.sections[at];
    let vocabulary = &inputs.vocabulary;
    let notes = annotation.sections.get(at);
    let mentions = notes.map(|notes| notes.mentions.as_slice()).unwrap_or_default();
    let step = notes.and_then(|notes| vocabulary.steps.get(usize::from(notes.step?)));
    let name = item.path.rsplit('/').next().unwrap_or(&item.path);
    SectionRecord {
        source: item.source.id.0.clone(),
        path: item.path.clone(),
        title: document
            .title
            .clone()
            .or_else(|| item.chapter.as_ref().map(|chapter| chapter.title.clone()))
            .unwrap_or_else(|| name.to_owned()),
        headings: section.headings.clone(),
        anchor: section.anchor.clone(),
        address: section.address,
        text: section.text.clone(),
        code: section.code.clone(),
        markup: around.markup.get(at).cloned().unwrap_or_default(),
        links: section.links.clone(),
        date: section
            .posted
            .as_ref()
            .and_then(|posted| posted.date.clone())
            .or_else(|| document.date.clone())
            .or_else(|| Some(item.first_day())),
        kind: if item.chapter.is_some() { DocumentKind::Book } else { document.kind },
        role: notes.map(|notes| notes.role).unwrap_or_default(),
        tags: section.tags.iter().chain(&document.tags).cloned().collect(),
        licence: own_licence(inputs, document),
        language: notes
            .and_then(|notes| notes.language.clone())
            .or_else(|| item.source.language.as_deref().map(language_code))
            .or_else(|| annotation.language.clone()),
        step: step.map(|step| step.slug.clone()),
        mentions: mentions
            .iter()
            .filter_map(|mention| {
                Some(TopicMention {
                    topic: vocabulary.topics.get(mention.topic as usize)?.slug.0.clone(),
                    label: mention.label.clone(),
                    salience: mention.salience,
                })
            })
            .collect(),
        previous: at.checked_sub(1).map_or(around.before, |at| around.ids.get(at).copied()),
        next: around.ids.get(at + 1).copied().or(around.behind),
        posted: section.posted.clone(),
    }
}

/// The context of a document's sections: their ids and Markdown, and the ids of the sections before and after the
/// document in its book.
pub(in crate::refresh) struct Around<'a> {
    pub ids: &'a [SectionId],
    pub before: Option<SectionId>,
    pub behind: Option<SectionId>,
    /// The Markdown of each section as its author wrote it; empty for formats that have none.
    pub markup: Vec<String>,
}

/// The licence that `document` names itself, and how much that allows to be shown.
pub(in crate::refresh) fn own_licence(
    inputs: &Inputs,
    document: &Document,
) -> Option<(String, Shown)> {
    let own = document.licence.clone()?;
    let shown = inputs.policy.shown(Some(&own));
    Some((own, shown))
}

/// A hash that is equal for section number `at` of all files with the same content.
pub(in crate::refresh) fn part_of(blob: &BlobId, at: usize) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(blob.0.as_bytes()).update(&at.to_le_bytes());
    search::first_u64(&hash.finalize())
}

/// A hash of the text and code of `section`.
pub(in crate::refresh) fn text_hash(section: &Section) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(section.text.as_bytes()).update(b"\0").update(section.code.as_bytes());
    search::first_u64(&hash.finalize())
}
