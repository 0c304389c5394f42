//! The digest of a document: what the document contributes to the results over all documents, such as the graph, the
//! resources and the copies. It is much smaller than the document, and is made only once. So a refresh need not decode
//! the documents that did not change.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::annotate::case::CaseIndex;
use crate::annotate::copies::BandKeys;
use crate::annotate::packed::PackedList;
use crate::annotate::resources::Citation;
use crate::annotate::{Annotation, Salience, SectionNotes, SectionRole};
use crate::catalogue::{Origin, Source};
use crate::crawl::BlobId;
use crate::extract::{Address, Document, DocumentOpening, Extracted, Section};
use crate::graph::SaidSentence;
use crate::graph::case_section::{GuideSection, NamedCases};
use crate::problem::Problem;
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::item::WantedItem;
use crate::refresh::wanted::versions::annotation_versions;
use crate::search::{self, SectionId};

/// Incremented when digests change: those of another version are made again.
const VERSION: u32 = 11;

/// What was extracted from a file or thread, as a digest.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::refresh) struct ItemDigest<'a> {
    pub problems: Vec<Problem>,
    #[serde(borrow)]
    pub document: Option<DocumentDigest<'a>>,
}

/// The digest of a document.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::refresh) struct DocumentDigest<'a> {
    #[serde(borrow)]
    pub title: Option<&'a str>,
    /// The SPDX id of the document's own licence.
    #[serde(borrow)]
    pub licence: Option<&'a str>,
    /// Whether it is a copy of a commercial book, by its first page.
    pub is_book: bool,
    /// The vocabulary index of the case study that its names say it is about.
    pub case: Option<u32>,
    #[serde(borrow)]
    pub sections: Vec<SectionDigest<'a>>,
}

/// The digest of a section.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::refresh) struct SectionDigest<'a> {
    #[serde(with = "postcard::fixint::le")]
    pub id: u64,
    /// A hash of its text and code.
    #[serde(with = "postcard::fixint::le")]
    pub text_hash: u64,
    /// The length of its text and code.
    pub bytes: u64,
    pub address: Address,
    /// `None` if the section was not annotated.
    #[serde(borrow)]
    pub notes: Option<NotesDigest<'a>>,
}

/// The digest of the annotation of a section.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::refresh) struct NotesDigest<'a> {
    /// Equal for exact copies.
    #[serde(with = "postcard::fixint::le")]
    pub fingerprint: u64,
    /// `None` if the section is too short to have near-copies.
    pub bands: Option<BandKeys>,
    #[serde(borrow)]
    topics: PackedList<'a>,
    pub has_content: bool,
    #[serde(borrow)]
    said: PackedList<'a>,
    /// The section as a passage of guides, if it may be one.
    pub guide: Option<GuideSection>,
    #[serde(borrow)]
    cited: PackedList<'a>,
}

impl NotesDigest<'_> {
    /// The topics that the section mentions.
    pub fn topics(&self) -> impl Iterator<Item = u32> {
        self.topics.values()
    }

    /// The sentences that name several topics.
    pub fn said(&self) -> impl Iterator<Item = SaidSentence<'_>> {
        self.said.values()
    }

    /// The works that the section cites; none if its role is not to cite works.
    pub fn cited(&self) -> impl Iterator<Item = Citation<'_>> {
        self.cited.values()
    }
}

impl DocumentDigest<'_> {
    /// The length of the text and code of all sections.
    pub fn bytes(&self) -> u64 {
        self.sections.iter().map(|section| section.bytes).sum()
    }
}

/// Makes digests.
pub(in crate::refresh) struct DigestMaker<'a> {
    inputs: &'a RefreshInputs,
    cases: CaseIndex,
    /// A hash of everything that all digests depend on.
    rules: blake3::Hash,
}

impl<'a> DigestMaker<'a> {
    /// A maker for documents that are annotated with the vocabulary of `inputs`.
    pub fn new(inputs: &'a RefreshInputs) -> anyhow::Result<DigestMaker<'a>> {
        let policy = &inputs.policy;
        let versions = annotation_versions(&inputs.vocabulary.version, inputs.meaning.as_deref());
        let rules = (VERSION, versions, &policy.books, &policy.book_formats);
        let hash = postcard::to_io(&rules, blake3::Hasher::new()).context("cannot hash rules")?;
        let cases = CaseIndex::new(&inputs.vocabulary);
        Ok(DigestMaker { inputs, cases, rules: hash.finalize() })
    }

    /// A hash of everything that the digest of `item` depends on, except the id of the source and the path. A stored
    /// digest with this version can be used.
    pub fn version(&self, item: &WantedItem) -> u64 {
        let mut hash = blake3::Hasher::new();
        hash.update(self.rules.as_bytes());
        for part in [item.blob.0.as_str(), &item.format, &own_address(item.source)] {
            hash.update(part.as_bytes()).update(b"\0");
        }
        search::first_u64(&hash.finalize())
    }

    /// The digest of `item`, of which `extracted` was extracted and annotated with `annotation`. O(length).
    pub fn digest<'d>(
        &self,
        item: &WantedItem,
        extracted: &'d Extracted,
        annotation: &'d Annotation,
    ) -> ItemDigest<'d> {
        let document = extracted.document.as_ref();
        ItemDigest {
            problems: extracted.problems.clone(),
            document: document.map(|document| self.document(item, document, annotation)),
        }
    }

    fn document<'d>(
        &self,
        item: &WantedItem,
        document: &'d Document,
        annotation: &'d Annotation,
    ) -> DocumentDigest<'d> {
        let DocumentOpening { title, heading, text } = document.opening();
        let own = own_address(item.source);
        let section = |(at, section): (usize, &'d Section)| SectionDigest {
            id: SectionId::of(&item.source.id.0, &item.path, section).0,
            text_hash: text_hash(section),
            bytes: (section.text.len() + section.code.len()) as u64,
            address: section.address,
            notes: annotation.sections.get(at).map(|notes| NotesDigest {
                // Short sections have no fingerprint: they are copies only if their whole files are equal.
                fingerprint: notes.fingerprint.unwrap_or_else(|| identity_hash(&item.blob, at)),
                bands: notes.signature.as_ref().map(BandKeys::of),
                topics: PackedList::of(notes.mentions.iter().map(|mention| mention.topic)),
                has_content: notes.role.has_content(),
                said: said(notes),
                guide: self.guide(section, notes, is_english(annotation, notes)),
                cited: cited(section, notes, &own),
            }),
        };
        DocumentDigest {
            title: document.title.as_deref(),
            licence: document.licence.as_deref(),
            is_book: self.inputs.policy.is_book(&item.format, title, heading, text),
            case: self.cases.of_document(document, &item.path),
            sections: document.sections.iter().enumerate().map(section).collect(),
        }
    }

    /// `section` as a passage of guides, if it may be one.
    fn guide(
        &self,
        section: &Section,
        notes: &SectionNotes,
        is_english: bool,
    ) -> Option<GuideSection> {
        if !notes.role.has_content() {
            return None;
        }
        let main = notes.mentions.iter().filter(|mention| mention.salience == Salience::Main);
        let is_case = |topic: &u32| self.cases.topics.contains(topic);
        let mut main: Vec<u32> = main.map(|mention| mention.topic).filter(is_case).collect();
        main.sort_unstable();
        let heading = self.cases.of_headings(section.subject());
        let cases = NamedCases { heading, main };
        GuideSection::new(section, &notes.steps, cases, is_english)
    }
}

/// The sentences of a section that name several topics.
fn said(notes: &SectionNotes) -> PackedList<'static> {
    let main = notes.mentions.iter().filter(|mention| mention.salience == Salience::Main);
    let main: Vec<u32> = main.map(|mention| mention.topic).collect();
    PackedList::of(notes.co_mentions.iter().filter_map(|said| SaidSentence::of(said, &main)))
}

/// Whether a section of a document is in English, or its language is not known.
fn is_english(document: &Annotation, section: &SectionNotes) -> bool {
    let language = section.language.as_deref().or(document.language.as_deref());
    language.is_none_or(|language| language == "en")
}

/// The citations in `section`. Links to the repository itself, whose address is `own`, cite nothing.
fn cited(section: &Section, notes: &SectionNotes, own: &str) -> PackedList<'static> {
    if matches!(notes.role, SectionRole::Boilerplate | SectionRole::OffTopic) {
        return PackedList::default();
    }
    let links = section.links.iter().zip(&notes.cited);
    let links = links.filter(|(link, _)| !is_below(&link.url, own));
    PackedList::of(links.filter_map(|(link, cited)| Citation::of(link, cited)))
}

/// The address of the repository of `source`; empty for other sources.
fn own_address(source: &Source) -> String {
    match &source.origin {
        Origin::GitHub { owner, name } => format!("https://github.com/{owner}/{name}"),
        Origin::Archive { .. } | Origin::Folder { .. } => String::new(),
    }
}

/// Whether `url` is the address `own` or below it. No URL is below the empty address.
fn is_below(url: &str, own: &str) -> bool {
    let is_own = |head: &str| !own.is_empty() && head.eq_ignore_ascii_case(own);
    url.get(..own.len()).is_some_and(is_own)
        && matches!(url.as_bytes().get(own.len()), None | Some(b'/' | b'#' | b'?'))
}

/// A hash that is equal for section number `at` of all files with the same content.
fn identity_hash(blob: &BlobId, at: usize) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(blob.0.as_bytes()).update(&at.to_le_bytes());
    search::first_u64(&hash.finalize())
}

/// A hash of the text and code of `section`.
fn text_hash(section: &Section) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(section.text.as_bytes()).update(b"\0").update(section.code.as_bytes());
    search::first_u64(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_repository_is_compared_whole() {
        let own = "https://github.com/Ann/notes";
        for url in
            [own, "https://github.com/ann/Notes/blob/main/a.md", "https://github.com/ann/notes#x"]
        {
            assert!(is_below(url, own), "{url}");
        }
        for url in ["https://github.com/ann/notes2", "https://github.com/ann", "https://a.org/"] {
            assert!(!is_below(url, own), "{url}");
        }
        assert!(!is_below("", "") && !is_below("/a", ""));
    }
}
