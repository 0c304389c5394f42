//! Finds the topics of the vocabulary that the words of a query name.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use tantivy::tokenizer::Language;

use crate::search::text::analysis;
use crate::search::text::analysis::phrases;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::folded::FoldedText;
use crate::vocabulary::label;
use crate::vocabulary::label_index::{LONGEST, LabelIndex, LabelOwner};

/// An unfinished label is completed only if at most this many topics have a label that begins with it.
const MOST_BEGUN: usize = 4;

/// The labels of the vocabulary, with the data about them that understanding a query needs.
pub(in crate::search) struct Labels {
    pub index: LabelIndex,
    /// All words of labels, each with the number of labels that contain it. Used for spelling.
    words: BTreeMap<String, u32>,
    /// For each topic: its labels, computed at first use.
    names: Vec<OnceLock<TopicLabels>>,
}

/// The labels of a topic.
#[derive(Debug, Default)]
pub(in crate::search) struct TopicLabels {
    /// The labels. Of several labels with the same key, only the first.
    pub written: Vec<WrittenLabel>,
    /// The phrases of stems that the highlighter looks for.
    pub phrases: Vec<String>,
}

/// A label of a topic.
#[derive(Debug)]
pub(in crate::search) struct WrittenLabel {
    /// See [`label::key`].
    pub key: String,
    /// The label as written in the vocabulary.
    pub text: String,
}

/// A topic with a label that contains a word with a given beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::search) struct BegunTopic {
    /// Its index in the vocabulary.
    pub topic: usize,
    /// Whether the first word of one of its labels has that beginning.
    pub is_whole_label: bool,
}

/// Words of a query that name topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamedTopics {
    /// The index of the first word.
    pub at: usize,
    /// The number of words.
    pub length: usize,
    /// Indices of the topics; more than one if the label is ambiguous.
    pub topics: Vec<usize>,
    /// Whether the query certainly means the topic.
    pub is_sure: bool,
}

/// Labels that begin with the last words of a query.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::search) struct BegunLabels {
    /// The index of the first of these words.
    pub from: usize,
    /// The topics that have such a label.
    pub topics: Vec<usize>,
    /// What the last word of the query becomes in these labels.
    pub last_words: Vec<String>,
}

impl Labels {
    /// The labels of `vocabulary`. O(labels): some milliseconds.
    pub fn new(vocabulary: &Vocabulary) -> Labels {
        let index = LabelIndex::new(vocabulary);
        let mut words = BTreeMap::new();
        for word in index.keys_from("").flat_map(|(key, _)| key.split(' ')) {
            *words.entry(word.to_owned()).or_insert(0) += 1;
        }
        let names = vocabulary.topics.iter().map(|_| OnceLock::new()).collect();
        Labels { index, words, names }
    }

    /// The labels of the topic with index `at`. Takes some microseconds per label the first time.
    pub fn of(&self, at: usize, vocabulary: &Vocabulary) -> &TopicLabels {
        static NONE: TopicLabels = TopicLabels { written: Vec::new(), phrases: Vec::new() };
        let (Some(names), Some(topic)) = (self.names.get(at), vocabulary.topics.get(at)) else {
            return &NONE;
        };
        names.get_or_init(|| {
            let mut english = analysis::stemmed(Language::English);
            let mut names = TopicLabels::default();
            for text in topic.labels() {
                let key = label::key(text);
                if names.written.iter().all(|known| known.key != key) {
                    names.written.push(WrittenLabel { key, text: text.to_owned() });
                }
                names.phrases.extend(phrases(&analysis::terms(text, &mut english)));
            }
            names.phrases.sort_unstable();
            names.phrases.dedup();
            names
        })
    }

    /// The topics that have a label in which a word begins with `key`, sorted by index. O(labels): some hundred
    /// microseconds.
    pub fn with_word_beginning(&self, key: &str) -> Vec<BegunTopic> {
        let mut found: BTreeMap<usize, bool> = BTreeMap::new();
        let inner = memchr::memmem::Finder::new(key);
        for (own, topics) in self.index.keys_from("") {
            let own = own.as_bytes();
            let begins_word = |at: &usize| *at == 0 || own[at - 1] == b' ';
            let Some(at) = inner.find_iter(own).find(begins_word) else { continue };
            topics.iter().for_each(|topic| *found.entry(*topic).or_insert(false) |= at == 0);
        }
        let begun = |(topic, is_whole_label)| BegunTopic { topic, is_whole_label };
        found.into_iter().map(begun).collect()
    }

    /// Whether `word` is a word of a label.
    pub fn has_word(&self, word: &str) -> bool {
        self.words.contains_key(&label::key(word))
    }

    /// Those words of labels that begin with `first`, each with the number of labels that contain the word.
    pub fn words_with(&self, first: char) -> impl Iterator<Item = (&str, u32)> {
        let from = first.to_string();
        let words = self.words.range(from..).take_while(move |(word, _)| word.starts_with(first));
        words.map(|(word, count)| (word.as_str(), *count))
    }

    /// The labels that occur in `words`, from left to right, without overlaps. Of several labels that begin at the same
    /// word, only the longest is returned. Exceptions in rules of labels count as labels here, but are not returned. No
    /// label spans a `None`.
    pub(super) fn named(&self, words: &[Option<&str>]) -> Vec<NamedTopics> {
        let mut named = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let run: Vec<&str> = words[at..].iter().map_while(|word| *word).take(LONGEST).collect();
            let Some(longest) = self.index.longest(&run) else {
                at += 1;
                continue;
            };
            let span = at..at + longest.length;
            let others: Vec<&str> = (0..words.len())
                .filter(|other| !span.contains(other))
                .filter_map(|other| words[other])
                .collect();
            if !longest.owners.is_empty() {
                let ChosenTopics { topics, is_sure } = choose(&longest.owners, &others);
                named.push(NamedTopics { at, length: longest.length, topics, is_sure });
            }
            at = span.end;
        }
        named
    }

    /// Finds labels that begin with the last words of `words`. Tries the suffixes of `words`, the longest first. Returns
    /// the first suffix that begins labels of at least one and at most `MOST_BEGUN` topics; `None` if there is none.
    pub fn begun(&self, words: &[&str]) -> Option<BegunLabels> {
        for from in words.len().saturating_sub(LONGEST)..words.len() {
            let begin = label::key(&words[from..].join(" "));
            // A short prefix of one word matches too many labels.
            if words.len() - from < 2 && begin.chars().count() < 4 {
                continue;
            }
            let last = begin.split(' ').count() - 1;
            let keys = self.index.keys_from(&begin);
            let keys = keys.take_while(|(key, _)| key.starts_with(&begin));
            let mut found = BegunLabels { from, topics: Vec::new(), last_words: Vec::new() };
            for (key, topics) in keys.take(40) {
                found.last_words.extend(key.split(' ').nth(last).map(str::to_owned));
                found.topics.extend_from_slice(topics);
            }
            found.topics.sort_unstable();
            found.topics.dedup();
            found.last_words.sort_unstable();
            found.last_words.dedup();
            if (1..=MOST_BEGUN).contains(&found.topics.len()) {
                return Some(found);
            }
        }
        None
    }
}

/// The topics that a label in a query means.
struct ChosenTopics {
    topics: Vec<usize>,
    is_sure: bool,
}

/// Chooses which topics a label in a query means. `owners` are the topics that have the label, and `others` are the
/// other words of the query. If `others` contain a word that the rule of an owner requires nearby, the label certainly
/// means the owners for which this is so. Otherwise it may mean every owner.
fn choose(owners: &[&LabelOwner], others: &[&str]) -> ChosenTopics {
    let others = others.join(" ");
    let company = FoldedText::of(&others);
    let topics_of = |is_meant: &dyn Fn(&LabelOwner) -> bool| {
        let meant = owners.iter().filter(|owner| is_meant(owner));
        let mut topics: Vec<usize> = meant.map(|owner| owner.topic as usize).collect();
        topics.dedup();
        topics
    };
    let near = topics_of(&|owner| {
        let rule = owner.rule.as_ref();
        rule.is_some_and(|r| r.near().iter().any(|n| n.are_in(&company, 0..company.folded.len())))
    });
    if !near.is_empty() {
        return ChosenTopics { topics: near, is_sure: true };
    }
    let topics = topics_of(&|_| true);
    // A query that is only a label certainly means the topic, if only one topic has the label. If the query has other
    // words, a label that needs certain words nearby may be plain English.
    let needs_company =
        |o: &&LabelOwner| o.rule.as_ref().is_some_and(|rule| !rule.near().is_empty());
    let is_sure = topics.len() == 1 && (others.is_empty() || !owners.iter().any(needs_company));
    ChosenTopics { topics, is_sure }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{Topic, TopicSlug};

    fn labels(slug: &str, pref_label: &str) -> Labels {
        let topic = Topic {
            slug: TopicSlug(slug.into()),
            pref_label: pref_label.into(),
            alt_labels: Vec::new(),
            definition: String::new(),
            broader: Vec::new(),
            related: Vec::new(),
            requires: Vec::new(),
            steps: Vec::new(),
            rules: Vec::new(),
            exact_match: Vec::new(),
            top: false,
        };
        Labels::new(&Vocabulary { topics: vec![topic], ..Vocabulary::default() })
    }

    #[test]
    fn a_word_that_begins_a_later_word_of_a_label_is_found_although_an_earlier_one_contains_it() {
        let labels = labels("subnet-network", "subnet network");
        let begun = labels.with_word_beginning("net");
        assert_eq!(begun.len(), 1);
        assert!(!begun[0].is_whole_label && labels.with_word_beginning("work").is_empty());
    }

    #[test]
    fn a_shorter_label_is_found_if_the_longer_run_sorts_after_every_label() {
        let labels = labels("epsilon-greedy", "ϵ greedy");
        let named = labels.named(&[Some("ϵ"), Some("greedy"), Some("policy")]);
        let found: Vec<_> = named.iter().map(|named| (named.at, named.length)).collect();
        assert_eq!(found, [(0, 2)], "not \"ϵ greedy policy\", and not nothing");
    }
}
