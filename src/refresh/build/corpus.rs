//! Collects everything that depends on the whole corpus, section by section: the graph, the case studies, the resources
//! and the copies.

use crate::annotate::resources::{CitationCollector, CitingSource};
use crate::catalogue::{Catalogue, Voice, Voices};
use crate::generation::manifest::GenerationCounts;
use crate::graph::build::GraphBuilder;
use crate::graph::place::SectionPlace;
use crate::refresh::derive::digest::{NotesDigest, SectionDigest};
use crate::refresh::wanted::item::WantedItem;
use crate::search::{CopyPlace, FoldedCopies, SectionId};
use crate::vocabulary::Vocabulary;

/// What was collected from the sections so far.
pub(in crate::refresh) struct CorpusCollector {
    pub graph: GraphBuilder,
    pub resources: CitationCollector,
    pub copies: FoldedCopies,
    pub counts: GenerationCounts,
    voices: Voices,
}

/// The author of an item, and the case study that its document names.
pub(in crate::refresh) struct ItemAuthor {
    voice: Voice,
    citing: CitingSource,
    case: Option<u32>,
}

impl CorpusCollector {
    /// An empty collector for the sources of `catalogue`.
    pub fn new(vocabulary: &Vocabulary, catalogue: &Catalogue) -> CorpusCollector {
        CorpusCollector {
            graph: GraphBuilder::new(vocabulary.clone()),
            resources: CitationCollector::default(),
            copies: FoldedCopies::default(),
            counts: GenerationCounts::default(),
            voices: Voices::of_catalogue(catalogue),
        }
    }

    /// Adds the document of `item`, which names this `case`. Returns its author, for [`CorpusCollector::section`].
    pub fn document(&mut self, item: &WantedItem, case: Option<u32>) -> ItemAuthor {
        let source = item.source;
        self.graph.cases.document(&item.path, case);
        let voice = self.voices.of(&source.id.0);
        let citing = self.resources.source(&source.id.0, &voice, source.visibility);
        ItemAuthor { voice, citing, case }
    }

    /// Adds the section to the case studies that it is about.
    fn cases(
        &mut self,
        item: &WantedItem,
        author: &ItemAuthor,
        representative: SectionId,
        section: &SectionDigest,
        notes: &NotesDigest,
    ) {
        let (source, path) = (item.source.id.0.as_str(), item.path.as_str());
        let (voice, address) = (&author.voice, section.address);
        let place = SectionPlace { source, voice, path, address, section: section.id };
        if let Some(guide) = &notes.guide {
            self.graph.cases.add(place, representative.0, guide, author.case);
        }
    }

    /// Adds a `section` with its `notes`. `representative` is the section under which it is folded, or itself if it is
    /// not folded. `author` is the author of `item`, and of the representative if `is_own_copy`. Such a copy counts for its
    /// case only: authors repeat themselves in similar documents on different cases.
    pub fn section(
        &mut self,
        item: &WantedItem,
        author: &ItemAuthor,
        representative: SectionId,
        is_own_copy: bool,
        section: &SectionDigest,
        notes: &NotesDigest,
    ) {
        self.counts.sections += 1;
        self.counts.text_bytes += section.bytes;
        let source = &item.source.id.0;
        if representative.0 != section.id {
            self.counts.copies += 1;
            self.copies.by_representative.entry(representative).or_default().push(CopyPlace {
                id: SectionId(section.id),
                source: source.clone(),
                path: item.path.clone(),
                address: section.address,
            });
            if is_own_copy {
                self.cases(item, author, representative, section, notes);
            }
            return;
        }
        let voice = &author.voice;
        self.counts.mentions += notes.topics().count();
        if notes.has_content {
            let (path, address) = (item.path.as_str(), section.address);
            let place = SectionPlace { source, voice, path, address, section: section.id };
            self.graph.section(place, notes.topics(), notes.said());
        }
        self.cases(item, author, representative, section, notes);
        for citation in notes.cited() {
            self.resources.cite(author.citing, &citation);
        }
    }
}
