//! Understands a query: which topics its words spell, and which words say nothing.
//!
//! A label of the vocabulary that the words spell is one unit, longest labels first: CTR *is*
//! click-through rate. What was understood is returned with the answer, so that a person can see it
//! and undo it.

use std::collections::HashMap;

use serde::Serialize;

use super::query::{Atom, Filter, Query, Unit};
use crate::vocabulary::{Vocabulary, label};

/// Labels of one topic that are tried besides the typed one.
const MOST_ALTERNATIVES: usize = 6;

/// Words of questions that say nothing of what is asked.
const FILLER: [&str; 60] = [
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "be", "best", "by", "can", "could",
    "do", "does", "for", "from", "get", "give", "good", "has", "have", "how", "i", "if", "in",
    "is", "it", "its", "me", "my", "of", "on", "or", "our", "should", "show", "tell", "that",
    "the", "their", "them", "there", "this", "to", "us", "versus", "vs", "was", "we", "what",
    "when", "where", "which", "why", "with", "would", "you", "your",
];

/// Whether a step of understanding is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Understanding {
    /// Labels, filler and all.
    Full,
    /// The words as typed.
    Literal,
}

/// A topic that the query spells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnderstoodTopic {
    pub id: String,
    /// The typed words.
    pub words: String,
    /// The labels that were searched besides.
    pub also: Vec<String>,
}

/// How a query was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Understood {
    pub topics: Vec<UnderstoodTopic>,
    /// Words of the question that were not searched for.
    pub filler: Vec<String>,
    pub filters: Vec<Filter>,
    pub dropped: Vec<String>,
    /// Whether hits need not hold every word, because too few hold all.
    pub relaxed: bool,
}

/// A unit of the plan: some of the query's units, taken as one.
pub(super) struct Span<'q> {
    pub units: Vec<&'q Unit>,
    /// Other labels of the topic that the units spell.
    pub alternatives: Vec<String>,
    /// Words of the index that begin with the word that is still being typed.
    pub completions: Vec<String>,
}

/// Whether the last word of a query is whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastWord {
    #[default]
    Whole,
    /// Somebody is typing it: it may be the beginning of another.
    Unfinished,
}

/// What understanding needs to know.
pub(super) struct Reader<'a> {
    pub vocabulary: &'a Vocabulary,
    /// Topics by the key of each label.
    pub labels: &'a HashMap<String, Vec<usize>>,
}

impl Reader<'_> {
    /// What `query` means, and its units grouped by it.
    pub fn understand<'q>(
        &self,
        query: &'q Query,
        how: Understanding,
    ) -> (Understood, Vec<Span<'q>>) {
        let mut understood = Understood {
            filters: query.filters.clone(),
            dropped: query.dropped.clone(),
            ..Understood::default()
        };
        let spans = match how {
            Understanding::Full => self.spans(query, &mut understood),
            Understanding::Literal => query.units.iter().map(Span::of).collect(),
        };
        (understood, spans)
    }

    /// Groups the units: longest labels first, then single units, without filler.
    fn spans<'q>(&self, query: &'q Query, understood: &mut Understood) -> Vec<Span<'q>> {
        let word = |unit: &'q Unit| match &unit.any[..] {
            [Atom::Word(word)] => Some(word.as_str()),
            _ => None,
        };
        let mut spans = Vec::new();
        let mut at = 0;
        while at < query.units.len() {
            let words: Vec<&str> = query.units[at..].iter().map_while(word).take(6).collect();
            let longest = (1..=words.len()).rev().find_map(|length| {
                let typed = words[..length].join(" ");
                let topics = self.labels.get(&label::key(&typed))?;
                Some((length, typed, topics))
            });
            if let Some((length, typed, topics)) = longest {
                let also = self.alternatives(&typed, topics);
                for topic in topics {
                    understood.topics.push(UnderstoodTopic {
                        id: self.vocabulary.topics[*topic].slug.0.clone(),
                        words: typed.clone(),
                        also: also.clone(),
                    });
                }
                let units = query.units[at..at + length].iter().collect();
                spans.push(Span { units, alternatives: also, completions: Vec::new() });
                at += length;
                continue;
            }
            let unit = &query.units[at];
            match word(unit).map(str::to_lowercase) {
                Some(word) if FILLER.contains(&word.trim_end_matches('?')) => {
                    understood.filler.push(word);
                }
                _ => spans.push(Span::of(unit)),
            }
            at += 1;
        }
        if spans.is_empty() {
            // Nothing but filler ("what is it"): then it is what is searched for.
            understood.filler.clear();
            spans.extend(query.units.iter().map(Span::of));
        }
        spans
    }

    /// The other labels of `topics`, without those of a topic that shares its label with another:
    /// which of them was meant is not known.
    fn alternatives(&self, typed: &str, topics: &[usize]) -> Vec<String> {
        let [topic] = topics else { return Vec::new() };
        let typed = label::key(typed);
        let mut also: Vec<String> = Vec::new();
        for text in self.vocabulary.topics[*topic].labels() {
            let key = label::key(text);
            if key != typed && !also.iter().any(|known| label::key(known) == key) {
                also.push(text.to_owned());
            }
        }
        also.truncate(MOST_ALTERNATIVES);
        also
    }
}

impl<'q> Span<'q> {
    /// The word that the span is, if it is one that may be unfinished.
    pub fn open_word(&self) -> Option<&'q str> {
        match (&self.units[..], self.alternatives.is_empty()) {
            ([Unit { any }], true) => match &any[..] {
                [Atom::Word(word)] => Some(word),
                _ => None,
            },
            _ => None,
        }
    }

    fn of(unit: &'q Unit) -> Span<'q> {
        Span { units: vec![unit], alternatives: Vec::new(), completions: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;
    use crate::search::query::parse;
    use crate::vocabulary;

    fn understood(text: &str) -> (Understood, usize) {
        let vocabulary = vocabulary::load(&Sources::Compiled).unwrap();
        let labels = vocabulary.by_label();
        let query = parse(text);
        let reader = Reader { vocabulary: &vocabulary, labels: &labels };
        let (understood, spans) = reader.understand(&query, Understanding::Full);
        let units = spans.len();
        (understood, units)
    }

    #[test]
    fn the_longest_label_is_one_unit_with_its_other_names() {
        let (understood, units) = understood("click through rates of shoe adverts");
        assert_eq!(understood.topics[0].words, "click through rates");
        assert!(understood.topics[0].also.contains(&"CTR".to_owned()), "{understood:?}");
        assert_eq!(units, 3);
    }

    #[test]
    fn a_question_is_freed_of_its_filler_unless_nothing_else_is_left() {
        let (question, units) = understood("how do I handle users");
        assert_eq!((question.filler, units), (vec!["how".into(), "do".into(), "i".into()], 2));
        let (nothing, units) = understood("what is it");
        assert_eq!((nothing.filler.len(), units), (0, 3));
    }
}
