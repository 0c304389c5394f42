//! Collects everything that depends on the whole corpus, section by section: the graph, the case studies, the resources
//! and the copies.

use crate::annotate::case::CaseIndex;
use crate::annotate::resources::{CitationCollector, CitingSource};
use crate::annotate::{SectionNotes, SectionRole};
use crate::catalogue::{Catalogue, Origin, Source, Voices};
use crate::extract::{Document, Section};
use crate::generation::manifest::GenerationCounts;
use crate::graph::build::GraphBuilder;
use crate::graph::cases::TextExtent;
use crate::graph::place::SectionPlace;
use crate::refresh::wanted::item::WantedItem;
use crate::search::{CopyPlace, FoldedCopies, SectionId};
use crate::vocabulary::Vocabulary;

/// What was collected from the sections so far.
pub(in crate::refresh) struct CorpusCollector {
    pub graph: GraphBuilder,
    pub resources: CitationCollector,
    pub copies: FoldedCopies,
    pub counts: GenerationCounts,
    cases: CaseIndex,
    voices: Voices,
}

impl CorpusCollector {
    /// An empty collector for the sources of `catalogue`.
    pub fn new(vocabulary: &Vocabulary, catalogue: &Catalogue) -> CorpusCollector {
        CorpusCollector {
            graph: GraphBuilder::new(vocabulary.clone()),
            resources: CitationCollector::default(),
            copies: FoldedCopies::default(),
            counts: GenerationCounts::default(),
            cases: CaseIndex::new(vocabulary),
            voices: Voices::of_catalogue(catalogue),
        }
    }

    /// The vocabulary index of the case study that `document` as a whole is about; `None` if there is none.
    pub fn case(&self, document: &Document, path: &str) -> Option<u32> {
        self.cases.of_document(document, path)
    }

    /// Adds the section `id`. `representative` is the section under which it is folded, or `id` if it is not folded.
    /// `case` is the vocabulary index of the document's case study.
    pub fn section(
        &mut self,
        item: &WantedItem,
        id: SectionId,
        representative: SectionId,
        section: &Section,
        notes: &SectionNotes,
        case: Option<u32>,
    ) {
        self.counts.sections += 1;
        self.counts.text_bytes += (section.text.len() + section.code.len()) as u64;
        let source = &item.source.id.0;
        if representative != id {
            self.counts.copies += 1;
            self.copies.by_representative.entry(representative).or_default().push(CopyPlace {
                id,
                source: source.clone(),
                path: item.path.clone(),
                address: section.address,
            });
            return;
        }
        self.counts.mentions += notes.mentions.len();
        let voice = &self.voices.of(source);
        if notes.role.has_content() {
            let (path, address) = (item.path.as_str(), section.address);
            let place = SectionPlace { source, voice, path, address, section: id.0 };
            self.graph.section(place, notes);
            let case = self.cases.of_section(section.subject(), case);
            if let (Some(case), Some(step)) = (case, notes.step) {
                let extent = TextExtent::of(&section.text, &section.links);
                self.graph.cases.add(place, case, step, extent);
            }
        }
        if !matches!(notes.role, SectionRole::Boilerplate | SectionRole::OffTopic) {
            let visibility = item.source.visibility;
            let citing = CitingSource { source, voice, visibility };
            let links = section.links.iter().zip(&notes.cited);
            for (link, cited) in links.filter(|(link, _)| !is_own(item.source, &link.url)) {
                self.resources.cite(citing, link, cited);
            }
        }
    }
}

/// Whether `url` is in the repository of `source` itself.
fn is_own(source: &Source, url: &str) -> bool {
    let Origin::GitHub { owner, name } = &source.origin else { return false };
    let own = format!("https://github.com/{owner}/{name}").to_lowercase();
    let rest = url.get(..own.len()).filter(|head| head.eq_ignore_ascii_case(&own));
    rest.is_some_and(|head| {
        matches!(url.as_bytes().get(head.len()), None | Some(b'/' | b'#' | b'?'))
    })
}
