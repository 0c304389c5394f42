//! The matrix of cases and steps: what the sources say about each case study at each step of a design answer.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::place::SectionPlace;
use crate::catalogue::Voice;
use crate::extract::Link;
use crate::vocabulary::Vocabulary;

/// A voice says enough about a case at a step if its sections in this cell have at least this many words in total.
const ENOUGH_WORDS: u32 = 80;
/// A voice also says enough about a case at a step if its sections in this cell have at least this many list items in
/// total.
const ENOUGH_ITEMS: u32 = 5;
/// A cell is strong if at least this many independent voices say enough.
const ENOUGH_VOICES: usize = 2;
/// The maximum number of sections that a cell lists; further sections are left out.
const MOST_PASSAGES: usize = 12;
/// The maximum number of sections of one voice that a cell lists; further sections are left out.
const MOST_OF_A_VOICE: usize = 3;
/// A document that covers at least this many steps of one case is a whole answer.
const WHOLE: usize = 3;

/// How much is said about one case at one step.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Coverage {
    /// No voice says anything.
    #[default]
    Empty,
    /// At least one voice says something, but too few voices say enough for `Strong`.
    Thin,
    /// At least two independent voices each say at least 80 words or five list items.
    Strong,
}

/// The size of a section's text: the number of words, and the number of list items with at least three words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextExtent {
    pub words: u32,
    pub items: u32,
}

impl TextExtent {
    /// The extent of `text`, which contains `links`. Zero if most of its words are link texts: a list of titles is a
    /// reading list and not an answer. O(length).
    pub fn of(text: &str, links: &[Link]) -> TextExtent {
        let mut extent = TextExtent::default();
        for line in text.lines() {
            let words = count(line);
            extent.words = extent.words.saturating_add(words);
            let is_item = line.trim_start().starts_with(['-', '•', '*']);
            extent.items += u32::from(is_item && words >= 3);
        }
        let linked: u32 = links.iter().map(|link| count(&link.text)).sum();
        if linked > extent.words / 2 { TextExtent::default() } else { extent }
    }

    fn is_enough(self) -> bool {
        self.words >= ENOUGH_WORDS || self.items >= ENOUGH_ITEMS
    }
}

/// The number of words in `text`.
fn count(text: &str) -> u32 {
    let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
    u32::try_from(words.count()).unwrap_or(u32::MAX)
}

/// A cell of the matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixCell {
    pub coverage: Coverage,
    /// The number of independent voices that have at least one section in this cell.
    pub said_by: u32,
    /// Ids of sections, as numbers: first the best section of each voice, then the second best of each, then the third.
    pub passages: Vec<u64>,
}

/// A document that covers several steps of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeAnswer {
    pub source: String,
    pub path: String,
    /// The id of its first section.
    pub section: u64,
    /// The number of steps that it covers.
    pub steps: u32,
}

/// What is said about one case study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseStudy {
    /// The case's index in the vocabulary.
    pub topic: u32,
    /// One cell for each step, in the order of the steps in a design answer.
    pub cells: Vec<MatrixCell>,
    /// The documents that are whole answers, those with the most steps first.
    pub whole: Vec<WholeAnswer>,
}

/// A section about a case at a step.
#[derive(Debug)]
struct CasePassage {
    voice: Voice,
    section: u64,
    extent: TextExtent,
}

/// Collects the sections about cases.
#[derive(Debug, Default)]
pub struct CaseCollector {
    /// The sections about each case and step. The key is the case's index in the vocabulary and the step's index.
    cells: BTreeMap<(u32, u8), Vec<CasePassage>>,
    documents: BTreeMap<CaseDocument, CoveredSteps>,
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
    /// Adds a section about the case `topic` at `step`. Ignored if `extent` has no words.
    pub fn add(&mut self, place: SectionPlace, topic: u32, step: u8, extent: TextExtent) {
        if extent.words == 0 {
            return;
        }
        let passage = CasePassage { voice: place.voice.clone(), section: place.section, extent };
        self.cells.entry((topic, step)).or_default().push(passage);
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

/// The cell for `passages`, the sections about one case at one step.
fn cell(mut passages: Vec<CasePassage>) -> MatrixCell {
    let mut voices: BTreeMap<&Voice, TextExtent> = BTreeMap::new();
    for passage in &passages {
        let extent = voices.entry(&passage.voice).or_default();
        extent.words = extent.words.saturating_add(passage.extent.words);
        extent.items = extent.items.saturating_add(passage.extent.items);
    }
    let enough = voices.values().filter(|extent| extent.is_enough()).count();
    let coverage = match (enough, voices.len()) {
        (ENOUGH_VOICES.., _) => Coverage::Strong,
        (_, 1..) => Coverage::Thin,
        _ => Coverage::Empty,
    };
    let said_by = u32::try_from(voices.len()).unwrap_or(u32::MAX);
    // The longest passages come first. The length is the number of words, plus eight for each list item. Lengths above
    // 300 count as 300.
    passages.sort_by_key(|p| std::cmp::Reverse((p.extent.words + 8 * p.extent.items).min(300)));
    // `ranked` has each passage with its turn: the number of earlier passages of the same voice.
    let mut turns: BTreeMap<&Voice, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, u64)> = Vec::new();
    for passage in &passages {
        let turn = turns.entry(&passage.voice).or_insert(0);
        ranked.push((*turn, passage.section));
        *turn += 1;
    }
    ranked.retain(|(turn, _)| *turn < MOST_OF_A_VOICE);
    ranked.sort_by_key(|(turn, _)| *turn);
    ranked.truncate(MOST_PASSAGES);
    MatrixCell { coverage, said_by, passages: ranked.into_iter().map(|(_, id)| id).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DataFiles;
    use crate::extract::Address;
    use crate::vocabulary;

    fn coverage(said: &[(&str, TextExtent)]) -> MatrixCell {
        let passages = said.iter().enumerate().map(|(at, (source, extent))| CasePassage {
            voice: Voice::Owner((*source).to_owned()),
            section: at as u64,
            extent: *extent,
        });
        cell(passages.collect())
    }

    #[test]
    fn a_cell_is_strong_only_if_two_voices_say_enough_each() {
        let words = |words| TextExtent { words, items: 0 };
        let items = |items| TextExtent { words: 4 * items, items };
        assert_eq!(coverage(&[]).coverage, Coverage::Empty);
        assert_eq!(coverage(&[("a", words(500))]).coverage, Coverage::Thin);
        assert_eq!(coverage(&[("a", words(500)), ("b", words(79))]).coverage, Coverage::Thin);
        assert_eq!(coverage(&[("a", words(80)), ("b", items(5))]).coverage, Coverage::Strong);
        let parts = [("a", words(50)), ("b", words(90)), ("a", words(40))];
        assert_eq!(coverage(&parts).coverage, Coverage::Strong, "a voice's sections add up");
        assert_eq!(coverage(&parts).passages, [1, 0, 2], "voices in turn, the fullest first");
        assert_eq!(coverage(&parts).said_by, 2);
    }

    #[test]
    fn empty_headings_and_bullets_without_words_do_not_count() {
        assert_eq!(TextExtent::of("", &[]), TextExtent::default());
        assert_eq!(TextExtent::of("- \n- ?\n", &[]), TextExtent::default());
        let text = "Two words.\n- one\n- an item of five words\n";
        assert_eq!(TextExtent::of(text, &[]), TextExtent { words: 8, items: 1 });
        let (url, sentence) = (String::new(), String::new());
        let link = Link { url, text: "an item of five words".into(), sentence };
        assert_eq!(TextExtent::of(text, &[link]), TextExtent::default(), "links say where to read");
    }

    #[test]
    fn a_document_that_covers_three_steps_is_a_whole_answer() {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let cases: Vec<usize> = vocabulary.cases().collect();
        let topic = u32::try_from(cases[1]).unwrap();
        let mut gathered = CaseCollector::default();
        for (path, steps) in [("part.md", 0..2), ("whole.md", 0..5)] {
            for step in steps {
                let (address, section) = (Address::Lines(1, 1), u64::from(step));
                let place = SectionPlace {
                    source: "a/a",
                    voice: &Voice::Owner("a".into()),
                    path,
                    address,
                    section,
                };
                gathered.add(place, topic, step, TextExtent { words: 9, items: 0 });
                gathered.add(place, topic, 7, TextExtent::default());
            }
        }
        let found = gathered.finish(&vocabulary);
        assert_eq!(found.len(), cases.len());
        let case = found.iter().find(|case| case.topic == topic).unwrap();
        assert_eq!(case.whole.len(), 1);
        assert_eq!((case.whole[0].path.as_str(), case.whole[0].steps), ("whole.md", 5));
        assert_eq!(case.cells[0].coverage, Coverage::Thin);
        assert_eq!(case.cells[7], MatrixCell::default());
    }
}
