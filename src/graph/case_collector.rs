//! Collects the sections about case studies for the matrix of cases and steps.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::case_section::{CaseSection, GuideSection};
use super::cases::{CasePassage, CaseStudy, WholeAnswer, cell};
use super::place::SectionPlace;
use crate::catalogue::Voice;
use crate::extract::Address;
use crate::vocabulary::Vocabulary;

/// A document about a case that covers at least this many of its steps is a whole answer.
const WHOLE: usize = 5;

/// Collects the sections about cases.
#[derive(Debug, Default)]
pub struct CaseCollector {
    /// The sections about each case and step. The key is the case's index in the vocabulary and the step's index.
    cells: BTreeMap<(u32, u8), Vec<CasePassage>>,
    documents: BTreeMap<CaseDocument, CoveredSteps>,
    /// The sections of documents of the current source whose case is not known yet: it may be that of their folder.
    waiting: Vec<WaitingSection>,
    /// The case of each folder of the current source whose README is about one.
    folders: HashMap<String, u32>,
}

/// A section of a document whose case is not known yet.
#[derive(Debug)]
struct WaitingSection {
    source: String,
    voice: Voice,
    path: String,
    address: Address,
    id: u64,
    original: u64,
    section: GuideSection,
}

/// A document about a case.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CaseDocument {
    /// The vocabulary index of the case.
    topic: u32,
    source: String,
    path: String,
}

/// The steps of its case that a document covers.
#[derive(Debug)]
struct CoveredSteps {
    first_section: u64,
    steps: BTreeSet<u8>,
}

impl CaseCollector {
    /// Adds a document of the current source: the README or index of a folder gives its case, `whole`, to the documents of
    /// this folder that name none themselves.
    pub fn document(&mut self, path: &str, whole: Option<u32>) {
        if let (Some(case), Some((folder, file))) = (whole, path.rsplit_once('/')) {
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_lowercase();
            if matches!(stem.as_str(), "readme" | "index" | "_index") {
                self.folders.insert(folder.to_owned(), case);
            }
        }
    }

    /// Adds a section of the current source. `whole` is the case that its document names. `original` is the section of which
    /// it is a copy, or itself: a cell lists only the best of several copies.
    pub fn add(
        &mut self,
        place: SectionPlace,
        original: u64,
        section: &GuideSection,
        whole: Option<u32>,
    ) {
        if whole.is_some() || !place.path.contains('/') {
            section.about(whole).for_each(|about| self.about(place, original, about));
            return;
        }
        self.waiting.push(WaitingSection {
            source: place.source.to_owned(),
            voice: place.voice.clone(),
            path: place.path.to_owned(),
            address: place.address,
            id: place.section,
            original,
            section: section.clone(),
        });
    }

    /// Ends the current source. Must be called after each source.
    pub fn end_source(&mut self) {
        let folders = std::mem::take(&mut self.folders);
        for waiting in std::mem::take(&mut self.waiting) {
            let WaitingSection { source, voice, path, address, id, original, section } = waiting;
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let whole = folders.get(folder).copied();
            let (source, path, voice) = (source.as_str(), path.as_str(), &voice);
            let place = SectionPlace { source, voice, path, address, section: id };
            section.about(whole).for_each(|about| self.about(place, original, about));
        }
    }

    /// Adds a section about a case at the steps that it serves. Ignored if its extent has no words.
    fn about(&mut self, place: SectionPlace, original: u64, section: CaseSection) {
        let (topic, extent) = (section.case, section.section.extent);
        if extent.words == 0 {
            return;
        }
        for (step, rank) in section.served() {
            let (voice, section) = (place.voice.clone(), place.section);
            let passage = CasePassage { voice, section, original, extent, rank };
            self.cells.entry((topic, step)).or_default().push(passage);
        }
        let Some(step) = section.answered() else { return };
        let (source, path) = (place.source.to_owned(), place.path.to_owned());
        let document = self.documents.entry(CaseDocument { topic, source, path });
        let covered = document.or_insert_with(|| CoveredSteps {
            first_section: place.section,
            steps: BTreeSet::new(),
        });
        covered.steps.insert(step);
    }

    /// The case studies of `vocabulary` (the topics below `case-studies`), in the vocabulary's order.
    pub(super) fn finish(mut self, vocabulary: &Vocabulary) -> Vec<CaseStudy> {
        let steps = u8::try_from(vocabulary.steps.len()).unwrap_or(u8::MAX);
        let mut whole: BTreeMap<u32, Vec<WholeAnswer>> = BTreeMap::new();
        for (document, covered) in std::mem::take(&mut self.documents) {
            if covered.steps.len() >= WHOLE {
                whole.entry(document.topic).or_default().push(WholeAnswer {
                    source: document.source,
                    path: document.path,
                    section: covered.first_section,
                    steps: u32::try_from(covered.steps.len()).unwrap_or(u32::MAX),
                });
            }
        }
        let mut cases = Vec::new();
        for at in vocabulary.cases() {
            let topic = u32::try_from(at).unwrap_or(u32::MAX);
            let cell = |step| cell(self.cells.remove(&(topic, step)).unwrap_or_default());
            let cells = (0..steps).map(cell).collect();
            let mut whole = whole.remove(&topic).unwrap_or_default();
            whole.sort_by(|a, b| b.steps.cmp(&a.steps).then(a.path.cmp(&b.path)));
            cases.push(CaseStudy { topic, cells, whole });
        }
        cases
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::SectionStep;
    use crate::config::DataFiles;
    use crate::graph::case_section::NamedCases;
    use crate::graph::cases::{Coverage, MatrixCell};
    use crate::graph::passage_text::TextExtent;
    use crate::vocabulary;

    #[test]
    fn a_document_that_covers_four_steps_is_a_whole_answer() {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let cases: Vec<usize> = vocabulary.cases().collect();
        let topic = u32::try_from(cases[1]).unwrap();
        let mut gathered = CaseCollector::default();
        for (path, steps) in [("part.md", 0..3), ("whole.md", 0..5), ("other.md", 0..5)] {
            for step in steps {
                let (address, section) = (Address::Lines(1, 1), u64::from(step));
                let place = SectionPlace {
                    source: "a/a",
                    voice: &Voice::Owner("a".into()),
                    path,
                    address,
                    section,
                };
                let guide = |words| GuideSection {
                    steps: vec![SectionStep { step, support: 400 }],
                    extent: TextExtent { words, items: 0 },
                    worth: 0,
                    cases: NamedCases { heading: Some(topic), main: Vec::new() },
                    is_english: false,
                };
                let whole = Some(topic).filter(|_| path != "other.md");
                gathered.add(place, place.section, &guide(9), whole);
                let steps = vec![SectionStep { step: 7, support: 400 }];
                let empty = GuideSection { steps, ..guide(0) };
                gathered.add(place, place.section, &empty, whole);
            }
            gathered.end_source();
        }
        let found = gathered.finish(&vocabulary);
        assert_eq!(found.len(), cases.len());
        let case = found.iter().find(|case| case.topic == topic).unwrap();
        assert_eq!(case.whole.len(), 1);
        assert_eq!((case.whole[0].path.as_str(), case.whole[0].steps), ("whole.md", 5));
        assert_eq!(case.cells[0].coverage, Coverage::Thin);
        assert_eq!(case.cells[7], MatrixCell::default());
    }

    #[test]
    fn a_document_takes_the_case_of_its_folders_readme_if_it_names_none() {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let case = vocabulary.cases().next().unwrap();
        let topic = u32::try_from(case).unwrap();
        let voice = &Voice::Owner("a".into());
        let mut gathered = CaseCollector::default();
        let mut add = |path: &str, section: u64, readme: Option<&str>| {
            if let Some(readme) = readme {
                gathered.document(readme, Some(topic));
            }
            let guide = GuideSection {
                steps: vec![SectionStep { step: 3, support: 400 }],
                extent: TextExtent { words: 90, items: 0 },
                worth: 0,
                cases: NamedCases::default(),
                is_english: false,
            };
            let address = Address::Lines(1, 1);
            let place = SectionPlace { source: "a/a", voice, path, address, section };
            gathered.add(place, section, &guide, None);
        };
        // The README may come after the chapters.
        add("book/case/01-model.md", 1, None);
        add("book/other/01-model.md", 2, Some("book/case/README.md"));
        add("book/01-model.md", 3, Some("book/case/notes.md"));
        gathered.end_source();
        let found = gathered.finish(&vocabulary);
        let cells = &found.iter().find(|found| found.topic == topic).unwrap().cells;
        assert_eq!(cells[3].passages, [1]);
        assert!(
            found
                .iter()
                .filter(|found| found.topic != topic)
                .all(|other| { other.cells.iter().all(|cell| cell.passages.is_empty()) })
        );
    }
}
