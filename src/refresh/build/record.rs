//! Makes the records of a document's sections for the search index, and the hashes by which changes are found.

use crate::annotate::{Annotation, Mention, SectionNotes, language_code};
use crate::catalogue::{Shown, SourceStanding};
use crate::extract::{Document, DocumentKind};
use crate::refresh::wanted::chapter::NeighbourChapter;
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::item::WantedItem;
use crate::search::{self, SectionId, SectionRecord, TopicMention};
use crate::store::Store;
use crate::vocabulary::Vocabulary;

/// A document that is added to a generation.
#[derive(Clone, Copy)]
pub(in crate::refresh) struct AddedDocument<'a> {
    pub item: &'a WantedItem<'a>,
    pub document: &'a Document,
    pub annotation: &'a Annotation,
    /// The ids of its sections.
    pub ids: &'a [SectionId],
}

/// The sections before and after a document in its book.
pub(in crate::refresh) struct SectionContext {
    before: Option<SectionId>,
    after: Option<SectionId>,
}

impl SectionContext {
    /// The context of the sections of `added`. Reads the neighbouring chapters from `store`.
    pub fn read(added: &AddedDocument, store: &Store) -> anyhow::Result<SectionContext> {
        let (item, source) = (added.item, &added.item.source.id.0);
        let ends = |neighbour: Option<&NeighbourChapter>| match neighbour {
            Some(neighbour) => neighbour.ends(source, store),
            None => Ok(None),
        };
        let chapter = item.chapter.as_ref();
        let before = ends(chapter.and_then(|chapter| chapter.previous.as_ref()))?;
        let after = ends(chapter.and_then(|chapter| chapter.next.as_ref()))?;
        Ok(SectionContext {
            before: before.map(|(_, last)| last),
            after: after.map(|(first, _)| first),
        })
    }
}

/// The record of section number `at` of `added`.
pub(in crate::refresh) fn record(
    inputs: &RefreshInputs,
    added: &AddedDocument,
    context: &SectionContext,
    at: usize,
) -> SectionRecord {
    let AddedDocument { item, document, annotation, ids } = *added;
    let section = &document.sections[at];
    let vocabulary = &inputs.vocabulary;
    let notes = annotation.sections.get(at);
    let steps = notes.into_iter().flat_map(SectionNotes::certain_steps);
    let steps = steps.filter_map(|step| vocabulary.steps.get(usize::from(step)));
    SectionRecord {
        source: item.source.id.0.clone(),
        path: item.path.clone(),
        title: title(item, document),
        headings: section.headings.clone(),
        anchor: section.anchor.clone(),
        address: section.address,
        text: section.text.clone(),
        code: section.code.clone(),
        formulas: section.formulas.clone(),
        markup: String::new(),
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
        licence: own_licence(inputs, document.licence.as_deref()),
        language: notes
            .and_then(|notes| notes.language.clone())
            .or_else(|| item.source.language.as_deref().map(language_code))
            .or_else(|| annotation.language.clone()),
        steps: steps.map(|step| step.slug.clone()).collect(),
        mentions: notes.map(|notes| mentions(vocabulary, notes)).unwrap_or_default(),
        previous: at.checked_sub(1).map_or(context.before, |at| ids.get(at).copied()),
        next: ids.get(at + 1).copied().or(context.after),
        posted: section.posted.clone(),
        standing: item.source.standing,
    }
}

/// The title of `document`: its own, that of its chapter in a table of chapters, or its file name.
fn title(item: &WantedItem, document: &Document) -> String {
    let name = item.path.rsplit('/').next().unwrap_or(&item.path);
    document
        .title
        .clone()
        .or_else(|| item.chapter.as_ref().map(|chapter| chapter.title.clone()))
        .filter(|title| !title.is_empty())
        .unwrap_or_else(|| name.to_owned())
}

/// The mentions in `notes`, with the slugs of their topics.
fn mentions(vocabulary: &Vocabulary, notes: &SectionNotes) -> Vec<TopicMention> {
    let mention = |mention: &Mention| {
        Some(TopicMention {
            topic: vocabulary.topics.get(mention.topic as usize)?.slug.0.clone(),
            label: mention.label.clone(),
            salience: mention.salience,
        })
    };
    notes.mentions.iter().filter_map(mention).collect()
}

/// A hash over everything that the records of the document of `item` depend on.
/// `licence` is the document's own licence. `versions` are the versions of its annotation.
pub(in crate::refresh) fn document_hash(
    inputs: &RefreshInputs,
    item: &WantedItem,
    licence: Option<&str>,
    versions: &str,
) -> blake3::Hasher {
    let language = item.source.language.as_deref().unwrap_or_default();
    let licence = format!("{:?}", own_licence(inputs, licence));
    let chapter = item.chapter.as_ref().map(|chapter| {
        let neighbours = [&chapter.previous, &chapter.next]
            .map(|neighbour| neighbour.as_ref().map(NeighbourChapter::version));
        format!("{} {neighbours:?}", chapter.title)
    });
    let chapter = chapter.unwrap_or_default();
    let search = search::VERSION.to_string();
    let day = item.first_day();
    let mut hash = blake3::Hasher::new();
    for part in [&item.blob.0, &item.format, versions, &search, language, &licence, &chapter, &day]
    {
        hash.update(part.as_bytes()).update(b"\0");
    }
    if item.source.standing == SourceStanding::Stale {
        hash.update(b"stale");
    }
    hash
}

/// The document's own `licence`, and how much of the text this licence allows to show.
pub(in crate::refresh) fn own_licence(
    inputs: &RefreshInputs,
    licence: Option<&str>,
) -> Option<(String, Shown)> {
    let own = licence?.to_owned();
    let shown = inputs.policy.shown(Some(&own));
    Some((own, shown))
}
