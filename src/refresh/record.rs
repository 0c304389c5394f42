//! What the search index keeps of a section, put together from the document and its annotation.

use super::Inputs;
use super::wanted::Item;
use crate::annotate::Annotation;
use crate::crawl::BlobId;
use crate::extract::{Document, Section};
use crate::search::{self, Record, SectionId, TopicMention};

/// The record of the section `at` of `document`, whose sections are named `ids`.
pub(super) fn record(
    inputs: &Inputs,
    item: &Item,
    (document, annotation): (&Document, &Annotation),
    ids: &[SectionId],
    at: usize,
) -> Record {
    let section = &document.sections[at];
    let vocabulary = &inputs.vocabulary;
    let notes = annotation.sections.get(at);
    let mentions = notes.map(|notes| notes.mentions.as_slice()).unwrap_or_default();
    let step = notes.and_then(|notes| vocabulary.steps.get(usize::from(notes.step?)));
    let name = item.path.rsplit('/').next().unwrap_or(&item.path);
    Record {
        source: item.source.id.0.clone(),
        path: item.path.clone(),
        title: document.title.clone().unwrap_or_else(|| name.to_owned()),
        headings: section.headings.clone(),
        anchor: section.anchor.clone(),
        address: section.address,
        text: section.text.clone(),
        code: section.code.clone(),
        links: section.links.clone(),
        kind: document.kind,
        language: item.source.language.clone().or_else(|| annotation.language.clone()),
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
        previous: at.checked_sub(1).map(|before| ids[before]),
        next: ids.get(at + 1).copied(),
    }
}

/// A number equal for the same part of files with the same content.
pub(super) fn part_of(blob: &BlobId, at: usize) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(blob.0.as_bytes()).update(&at.to_le_bytes());
    search::first_u64(&hash.finalize())
}

/// A number that changes with what `section` says.
pub(super) fn text_hash(section: &Section) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(section.text.as_bytes()).update(b"\0").update(section.code.as_bytes());
    search::first_u64(&hash.finalize())
}
