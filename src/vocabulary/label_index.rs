//! An index of all labels of a vocabulary, compiled once. All code that looks up topics by their labels uses this
//! index: the tagger of texts, the understanding of queries, the search for missing terms, and the look-up of a topic
//! by name.
//!
//! Texts are searched with a tree of the words of all labels ([`LabelTree`]). Queries and names are looked up in an
//! ordered map of keys. Both look-ups follow the same rules: the longest label counts, and a slash or a hyphen in a label
//! matches a slash, a hyphen, a space, the underscore of an identifier or nothing. The rules `capitals` and `headingOnly` apply to texts only, because a query is usually typed
//! in lower case and names topics on purpose.

use std::collections::BTreeMap;
use std::ops::Bound::{Included, Unbounded};
use std::sync::OnceLock;

use super::folded::FoldedText;
use super::label::{self, Joint, Spelling};
use super::label_rule::CompiledRule;
use super::label_tree::LabelTree;
use super::model::{Topic, Vocabulary};

/// The maximum number of words of a query that are looked up as one label.
pub(crate) const LONGEST: usize = 7;

/// A topic that has the label of a pattern.
#[derive(Debug)]
pub(crate) struct LabelOwner {
    /// The topic's index in the vocabulary.
    pub topic: u32,
    pub rule: Option<CompiledRule>,
    /// What may separate the words of the label in a text.
    joints: Vec<Joint>,
}

impl LabelOwner {
    /// Whether the label has no rule, and any characters may separate its words.
    fn is_unrestricted(&self) -> bool {
        self.rule.is_none() && self.joints.iter().all(|joint| *joint == Joint::Loose)
    }
}

/// Labels with the same words in their normal forms.
#[derive(Debug, Default)]
struct LabelPattern {
    /// The topics that have such a label, ascending; a topic may occur several times. Empty if the words are only an
    /// exception in a rule.
    owners: Vec<LabelOwner>,
    /// The vocabulary indices of the topics that have a label with exactly these separate words, ascending. Empty for a
    /// pattern that exists only because words may be joined at a slash or a hyphen, or as an exception in a rule.
    topics: Vec<usize>,
}

/// A pattern found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LabelMatch {
    /// The pattern's index in `LabelIndex::patterns`.
    pub pattern: usize,
    /// The index of the pattern's first word in the text.
    pub first: usize,
    /// The index of the pattern's last word in the text.
    pub last: usize,
}

/// A label at the beginning of the words of a query.
#[derive(Debug)]
pub(crate) struct QueryLabel<'a> {
    /// The number of words of the query that the label covers.
    pub length: usize,
    /// The topics that have the label. Empty if the words are an exception in a rule.
    pub owners: Vec<&'a LabelOwner>,
}

/// The labels of a vocabulary, ready to be looked up.
pub struct LabelIndex {
    /// For each key (see [`label::key`]), the index of its pattern in `patterns`.
    keys: BTreeMap<String, usize>,
    patterns: Vec<LabelPattern>,
    /// The keys by their words. Built by the first search in a text, because many commands only look up names.
    tree: OnceLock<LabelTree>,
}

impl LabelIndex {
    /// Compiles the labels of all topics of `vocabulary`. O(total length of the labels), some milliseconds.
    pub fn new(vocabulary: &Vocabulary) -> LabelIndex {
        LabelIndex::of_topics(vocabulary, 0..vocabulary.topics.len())
    }

    /// Compiles the labels of some topics of `vocabulary`. `places` are their vocabulary indices, which must be
    /// ascending.
    pub fn of_topics(
        vocabulary: &Vocabulary,
        places: impl IntoIterator<Item = usize>,
    ) -> LabelIndex {
        let (keys, patterns) = (BTreeMap::new(), Vec::new());
        let mut index = LabelIndex { keys, patterns, tree: OnceLock::new() };
        for at in places {
            index.add(at, &vocabulary.topics[at]);
        }
        index
    }

    /// Adds the labels of `topic`; `at` is its vocabulary index. Each exception in the topic's rules becomes a pattern
    /// without owners. Such a pattern is longer than the label that it contains, so it is found instead of the label.
    fn add(&mut self, at: usize, topic: &Topic) {
        for except in topic.rules.iter().flat_map(|rule| &rule.except) {
            self.pattern(label::key(except));
        }
        let topic_at = u32::try_from(at).unwrap_or(u32::MAX);
        for text in topic.labels() {
            let rule = topic.rule(text);
            // A label with a rule about capitals counts only as written, so it has no joined spellings: "AB" is not
            // "A/B".
            let is_fixed = rule.is_some_and(|rule| rule.capitals);
            let most = if is_fixed { 1 } else { usize::MAX };
            let spellings = label::spellings(text).into_iter().take(most);
            for (number, Spelling { words, joints }) in spellings.enumerate() {
                let normals: Vec<String> = words.into_iter().map(|word| word.normal).collect();
                let Some(pattern) = self.pattern(normals.join(" ")) else { continue };
                // The first spelling is the one with all words separate.
                if number == 0 && pattern.topics.last() != Some(&at) {
                    pattern.topics.push(at);
                }
                // If the topic already owns the pattern without restrictions, this spelling would allow no further
                // text.
                let owns = |owner: &LabelOwner| owner.topic == topic_at && owner.is_unrestricted();
                if !pattern.owners.iter().any(owns) {
                    let rule = rule.map(CompiledRule::new);
                    pattern.owners.push(LabelOwner { topic: topic_at, rule, joints });
                }
            }
        }
    }

    /// The pattern of `key`, added if there is none yet. `None` if `key` is empty.
    fn pattern(&mut self, key: String) -> Option<&mut LabelPattern> {
        if key.is_empty() {
            return None;
        }
        let next = self.patterns.len();
        let place = *self.keys.entry(key).or_insert(next);
        if place == next {
            self.patterns.push(LabelPattern::default());
        }
        self.patterns.get_mut(place)
    }

    /// The vocabulary indices of the topics with the label `name`, ascending.
    pub fn topics(&self, name: &str) -> Vec<usize> {
        let text = FoldedText::of(name);
        let Some(last) = text.words.len().checked_sub(1) else { return Vec::new() };
        let found = self.match_at(&text, 0, last);
        found.map_or_else(Vec::new, |found| self.topics_of(&found, &text))
    }

    /// The keys of all labels that are equal to `begin` or greater, in order, each with the vocabulary indices of the
    /// topics that have the label. Keys of joined spellings are left out.
    pub fn keys_from(&self, begin: &str) -> impl Iterator<Item = (&str, &[usize])> {
        let keys = self.keys.range::<str, _>((Included(begin), Unbounded));
        let keys = keys.map(|(key, place)| (key.as_str(), self.patterns[*place].topics.as_slice()));
        keys.filter(|(_, topics)| !topics.is_empty())
    }

    /// The longest label that `words` of a query begin with. O(words · log labels).
    pub(crate) fn longest(&self, words: &[&str]) -> Option<QueryLabel<'_>> {
        let words = &words[..words.len().min(LONGEST)];
        let written = words.join(" ");
        let text = FoldedText::of(&written);
        let (mut longest, mut end, mut known) = (None, 0, 0);
        for (at, word) in words.iter().enumerate() {
            end += word.len() + usize::from(at > 0);
            let count = text.words.partition_point(|word| word.end <= end);
            if count == known {
                break;
            }
            known = count;
            let key = text.key(0, count - 1);
            let from = (Included(key.as_str()), Unbounded);
            // If no key is equal or greater, or if the next key doesn't begin with `key`, no label begins with these
            // words. The result is the longest label that was found before, if any.
            let Some((next, _)) = self.keys.range::<str, _>(from).next() else { break };
            if !next.starts_with(&key) {
                break;
            }
            if let Some(found) = self.match_at(&text, 0, count - 1) {
                longest = Some((at + 1, found));
            }
        }
        let (length, found) = longest?;
        Some(QueryLabel { length, owners: self.owners(&found, &text).collect() })
    }

    /// The patterns in `text` from left to right, the longest at each position, without overlaps. If the words of the
    /// longest pattern are separated in a way that no label allows, a shorter pattern that begins with the same word is
    /// used instead. If there is none, the search continues with the next word. O(length).
    pub(crate) fn matches(&self, text: &FoldedText) -> Vec<LabelMatch> {
        let tree = self.tree.get_or_init(|| LabelTree::of(&self.keys));
        let numbers = tree.numbers(text);
        let mut matches = Vec::new();
        let mut first = 0;
        while first < numbers.len() {
            let ends = tree.labels_at(&numbers[first..]);
            let label = |(pattern, words): (usize, usize)| LabelMatch {
                pattern,
                first,
                last: first + words - 1,
            };
            let found = ends.map(label).filter(|found| self.fits(found, text)).last();
            first = found.map_or(first, |found| found.last) + 1;
            matches.extend(found);
        }
        matches
    }

    /// The pattern that consists of exactly the words `first..=last` of `text`. `None` if there is none, or if the
    /// words are separated in a way that none of its labels allows.
    fn match_at(&self, text: &FoldedText, first: usize, last: usize) -> Option<LabelMatch> {
        let pattern = *self.keys.get(&text.key(first, last))?;
        Some(LabelMatch { pattern, first, last }).filter(|found| self.fits(found, text))
    }

    /// Whether `found` counts as a match: it is an exception, or its words are separated in `text` in a way that one of
    /// its labels allows.
    fn fits(&self, found: &LabelMatch, text: &FoldedText) -> bool {
        let is_exception = self.patterns[found.pattern].owners.is_empty();
        is_exception || self.owners(found, text).next().is_some()
    }

    /// The topics with the label `found` in `text`, ascending. Their rules are not applied yet. A topic with several
    /// such labels occurs several times.
    pub(crate) fn owners<'a, 't>(
        &'a self,
        found: &LabelMatch,
        text: &'t FoldedText<'t>,
    ) -> impl Iterator<Item = &'a LabelOwner> + use<'a, 't> {
        let first = found.first;
        let owners = self.patterns[found.pattern].owners.iter();
        owners.filter(move |owner| text.allows(first, &owner.joints))
    }

    /// The vocabulary indices of the topics with the label `found` in `text`, ascending. Rules are not applied.
    pub(crate) fn topics_of(&self, found: &LabelMatch, text: &FoldedText) -> Vec<usize> {
        let mut topics: Vec<usize> =
            self.owners(found, text).map(|owner| owner.topic as usize).collect();
        topics.dedup();
        topics
    }
}

#[cfg(test)]
mod tests;
