//! A sentence that names several topics, with how likely it states the relation of each two of them.

use serde::{Deserialize, Serialize};

use super::name_place::NamePlace;
use super::relation::relations;
use super::sentence_words::SentenceWords;
use crate::annotate::CoMention;
use crate::annotate::packed::PackedList;

/// A sentence with more topics than this is a list and does not support a tie.
const MOST_TOPICS: usize = 8;

/// A sentence that names several topics, with what is needed to choose between sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidSentence<'a> {
    /// The text; empty if it is no evidence for any pair of topics.
    pub sentence: &'a str,
    /// A hash of the sentence.
    #[serde(with = "postcard::fixint::le")]
    hash: u64,
    /// The indices of the topics in the vocabulary, ascending, without duplicates.
    #[serde(borrow)]
    topics: PackedList<'a>,
    /// For each pair of topics, how likely the sentence states their relation ([`relations`]). Empty if it is no evidence.
    #[serde(borrow)]
    relations: PackedList<'a>,
}

impl<'a> SaidSentence<'a> {
    /// The sentence of `said`, in a section that is mainly about the topics `main`. `None` if it names so many topics that it
    /// does not support a tie. O(length · pairs of topics).
    pub fn of(said: &'a CoMention, main: &[u32]) -> Option<SaidSentence<'a>> {
        if said.topics.len() > MOST_TOPICS {
            return None;
        }
        let hash = blake3::hash(said.sentence.as_bytes());
        let hash = hash.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let words = SentenceWords::of(&said.sentence);
        let named = said.topics.iter().zip(&said.spans).enumerate();
        let places = named.map(|(at, (topic, (start, end)))| NamePlace {
            words: words.numbers(*start as usize, *end as usize),
            is_main: main.contains(topic),
            nearness: said.nearness.get(at).map(|hundredths| f32::from(*hundredths) / 100.0),
        });
        let relations = relations(&said.sentence, &places.collect::<Vec<_>>());
        let is_evidence = relations.iter().any(Option::is_some);
        Some(SaidSentence {
            // Most sentences are only counted: nobody needs their text.
            sentence: if is_evidence { &said.sentence } else { "" },
            hash,
            topics: PackedList::of(&said.topics),
            relations: PackedList::of(relations.into_iter().filter(|_| is_evidence)),
        })
    }

    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    /// The vocabulary indices of its topics, ascending.
    pub(super) fn topics(&self) -> impl Iterator<Item = u32> {
        self.topics.values()
    }

    /// For each pair of its topics, in their order, how likely it states their relation: log odds in hundredths. `None` for a
    /// pair for which it is no evidence; nothing at all if it is none for any.
    pub(super) fn relations(&self) -> impl Iterator<Item = Option<i16>> {
        self.relations.values()
    }
}
