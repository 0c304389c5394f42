//! The words of all labels as a tree, in which the labels in a text are found.
//!
//! It takes some milliseconds to build, and a text is searched about as fast as with an automaton over its characters,
//! which takes many times longer to build. Most refreshes search few texts.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::folded::FoldedText;

/// The node from which all labels start.
const ROOT: u32 = 0;
/// The number of a word that is in no label.
const UNKNOWN: u32 = u32::MAX;

/// The labels by their words.
#[derive(Debug)]
pub(super) struct LabelTree {
    /// A number for each word of the labels.
    words: HashMap<Box<str>, u32>,
    /// The node that follows each node by a word with this number.
    next: HashMap<(u32, u32), u32>,
    /// For each node, the pattern that ends there, if one does.
    ends: Vec<Option<usize>>,
}

impl LabelTree {
    /// The tree of `keys` (see [`super::label::key`]), each with the index of its pattern. O(length of all keys).
    pub fn of(keys: &BTreeMap<String, usize>) -> LabelTree {
        let mut tree =
            LabelTree { words: HashMap::default(), next: HashMap::default(), ends: vec![None] };
        for (key, pattern) in keys {
            let node = key.split(' ').fold(ROOT, |node, word| tree.follow(node, word));
            tree.ends[node as usize] = Some(*pattern);
        }
        tree
    }

    /// The node that follows `node` by `word`, added if there is none yet.
    fn follow(&mut self, node: u32, word: &str) -> u32 {
        let next = |known: usize| u32::try_from(known).unwrap_or(UNKNOWN);
        let (new_word, new) = (next(self.words.len()), next(self.ends.len()));
        let number = match self.words.get(word) {
            Some(number) => *number,
            None => *self.words.entry(word.into()).or_insert(new_word),
        };
        let node = *self.next.entry((node, number)).or_insert(new);
        if node == new {
            self.ends.push(None);
        }
        node
    }

    /// The number of each word of `text`. O(length).
    pub fn numbers(&self, text: &FoldedText) -> Vec<u32> {
        text.normals().map(|word| self.words.get(word).copied().unwrap_or(UNKNOWN)).collect()
    }

    /// The labels that words with these `numbers` begin with, the shortest first: for each, its pattern and the number
    /// of its words.
    pub fn labels_at(&self, numbers: &[u32]) -> impl Iterator<Item = (usize, usize)> {
        let step = |node: &mut u32, number: &u32| {
            *node = *self.next.get(&(*node, *number))?;
            Some(self.ends[*node as usize])
        };
        let ends = numbers.iter().scan(ROOT, step).zip(1..);
        ends.filter_map(|(end, words)| Some((end?, words)))
    }
}
