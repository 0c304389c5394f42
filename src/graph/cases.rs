//! The matrix of cases and steps: what the sources say about each case study at each step of a design answer.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::passage_text::TextExtent;
use crate::catalogue::Voice;

/// A voice says enough about a case at a step if its sections in this cell have at least this many words in total.
const ENOUGH_WORDS: u32 = 80;
/// A voice also says enough about a case at a step if its sections in this cell have at least this many list items in
/// total.
const ENOUGH_ITEMS: u32 = 5;
/// A cell is strong if at least this many independent voices say enough.
const ENOUGH_VOICES: usize = 2;
/// The maximum number of sections that a cell lists; further sections are left out.
const MOST_PASSAGES: usize = 12;
/// The maximum number of sections of one voice that come before sections of other voices.
const FIRST_OF_A_VOICE: usize = 2;

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

/// A cell of the matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixCell {
    pub coverage: Coverage,
    /// The number of independent voices that have at least one section in this cell, without Cairn's own notes.
    pub said_by: u32,
    /// Ids of sections, as numbers, the best first. At most two sections of a voice come before all other voices, and at
    /// most one of Cairn's own notes is listed.
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
pub(super) struct CasePassage {
    pub voice: Voice,
    pub section: u64,
    /// The section of which it is a copy, or itself.
    pub original: u64,
    pub extent: TextExtent,
    /// The greater, the better.
    pub rank: i32,
}

/// The cell for `passages`, the sections about one case at one step.
pub(super) fn cell(mut passages: Vec<CasePassage>) -> MatrixCell {
    passages.sort_by_key(|passage| std::cmp::Reverse(passage.rank));
    let mut originals = BTreeSet::new();
    passages.retain(|passage| originals.insert(passage.original));
    let mut voices: BTreeMap<&Voice, TextExtent> = BTreeMap::new();
    for passage in passages.iter().filter(|passage| !passage.voice.is_own_notes()) {
        let extent = voices.entry(&passage.voice).or_default();
        extent.words = extent.words.saturating_add(passage.extent.words);
        extent.items = extent.items.saturating_add(passage.extent.items);
    }
    let is_enough =
        |extent: &&TextExtent| extent.words >= ENOUGH_WORDS || extent.items >= ENOUGH_ITEMS;
    let enough = voices.values().filter(is_enough).count();
    let coverage = match (enough, voices.len()) {
        (ENOUGH_VOICES.., _) => Coverage::Strong,
        (_, 1..) => Coverage::Thin,
        _ => Coverage::Empty,
    };
    let said_by = u32::try_from(voices.len()).unwrap_or(u32::MAX);
    MatrixCell { coverage, said_by, passages: in_turn(&passages) }
}

/// The ids of the passages that a cell lists. `passages` are in descending order of their ranks.
fn in_turn(passages: &[CasePassage]) -> Vec<u64> {
    let mut listed: BTreeMap<&Voice, usize> = BTreeMap::new();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for passage in passages {
        let number = listed.entry(&passage.voice).or_insert(0);
        *number += 1;
        match (*number, passage.voice.is_own_notes()) {
            (1, true) | (..=FIRST_OF_A_VOICE, false) => first.push(passage.section),
            (_, true) => {}
            (_, false) => rest.push(passage.section),
        }
    }
    first.extend(rest);
    first.truncate(MOST_PASSAGES);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(said: &[(&str, TextExtent)]) -> MatrixCell {
        let passages = said.iter().enumerate().map(|(at, (source, extent))| CasePassage {
            voice: match *source {
                "cairn/notes" => Voice::Source("cairn/notes".to_owned()),
                owner => Voice::Owner(owner.to_owned()),
            },
            section: at as u64,
            original: at as u64,
            extent: *extent,
            rank: i32::try_from(extent.words).unwrap(),
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
        let parts = [("a", words(50)), ("b", words(90)), ("a", words(40)), ("a", words(30))];
        assert_eq!(coverage(&parts).coverage, Coverage::Strong, "a voice's sections add up");
        assert_eq!(coverage(&parts).said_by, 2);
    }

    #[test]
    fn two_passages_of_a_voice_come_before_the_others_and_one_of_our_own() {
        let words = |words| TextExtent { words, items: 0 };
        let own = "cairn/notes";
        let said = [
            ("a", words(90)),
            ("a", words(80)),
            ("a", words(70)),
            (own, words(60)),
            (own, words(50)),
            ("b", words(40)),
        ];
        let cell = coverage(&said);
        assert_eq!((cell.passages, cell.said_by), (vec![0, 1, 3, 5, 2], 2));
        let cell = coverage(&said[3..5]);
        assert_eq!((cell.passages, cell.said_by, cell.coverage), (vec![0], 0, Coverage::Empty));
    }
}
