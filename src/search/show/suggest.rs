//! Suggestions while a user types: topics, headings and sources that match the unfinished text.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use tantivy::Term;
use tantivy::schema::IndexRecordOption;

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::{HEADING, Hidden};
use crate::search::index::postings::each_block;
use crate::search::query::grammar::{MOST_CHARS, MOST_UNITS, parse};
use crate::search::query::understand::understood::{LastWord, Understanding, corrected};
use crate::search::rank::embedded::EmbeddedIndex;
use crate::search::text::analysis;
use crate::vocabulary::{Vocabulary, label};

/// The minimum number of letters and digits; fewer match too much.
const SHORTEST: usize = 2;
/// The most words of the index that the last word is completed to.
const COMPLETIONS: usize = 12;
/// The most characters of a suggested heading; longer ones are usually sentences.
const LONGEST_HEADING: usize = 80;

/// The kind of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Suggested {
    Topic,
    Heading,
    Source,
}

/// A suggested completion of the typed text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Suggestion {
    pub text: String,
    pub kind: Suggested,
    /// The topic's slug or the source's id; a heading has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How many sections mention the topic, have the heading, or belong to the source.
    pub count: u32,
}

/// The suggestions of each kind, best first.
struct FoundSuggestions {
    topics: Vec<Suggestion>,
    headings: Vec<Suggestion>,
    sources: Vec<Suggestion>,
}

impl FoundSuggestions {
    /// Distributes `limit` places: topics first, then headings that are not labels of these topics, then sources.
    /// Topics get half of the places and those that the others leave; of the rest, two are reserved for sources.
    fn share(self, limit: usize) -> Vec<Suggestion> {
        let FoundSuggestions { mut topics, headings, sources } = self;
        let keys: Vec<String> = topics.iter().map(|topic| label::key(&topic.text)).collect();
        let is_none_of = |shown: usize, heading: &Suggestion| {
            !keys[..shown].contains(&label::key(&heading.text))
        };
        let others = |shown: usize| {
            let headings = headings.iter().filter(|heading| is_none_of(shown, heading));
            headings.take(limit).count() + sources.len()
        };
        let mut shown = topics.len().min(limit.div_ceil(2));
        while shown < topics.len() && shown + others(shown) < limit {
            shown += 1;
        }
        topics.truncate(shown);
        let kept = (limit - shown).saturating_sub(sources.len().min(2));
        let headings: Vec<Suggestion> =
            headings.into_iter().filter(|heading| is_none_of(shown, heading)).take(kept).collect();
        let mut all = topics;
        all.extend(headings);
        all.extend(sources);
        all.truncate(limit);
        all
    }
}

impl EmbeddedIndex {
    /// See [`Searcher::suggest`](crate::search::Searcher::suggest).
    pub fn suggest(
        &self,
        text: &str,
        limit: usize,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let end = text.char_indices().nth(MOST_CHARS).map_or(text.len(), |(at, _)| at);
        let typed = text[..end].trim();
        if typed.chars().filter(|c| c.is_alphanumeric()).count() < SHORTEST {
            return Ok(Vec::new());
        }
        self.opened.guarded(|| {
            let mut all = self.named(typed, limit, vocabulary, budget)?;
            if all.is_empty()
                && let Some(right) = self.spelt_right(typed, vocabulary, budget)?
            {
                all = self.named(&right, limit, vocabulary, budget)?;
            }
            Ok(all)
        })
    }

    fn named(
        &self,
        typed: &str,
        limit: usize,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let found = FoundSuggestions {
            topics: self.topics(typed, vocabulary, budget)?,
            headings: self.headings(typed, budget)?,
            sources: self.of_sources(typed)?,
        };
        Ok(found.share(limit))
    }

    /// `typed` with its misspelled words corrected; `None` if there are none.
    fn spelt_right(
        &self,
        typed: &str,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<Option<String>, SearchError> {
        let query = parse(typed);
        let lexicon = self.lexicon(budget);
        let interpreter = self.interpreter(vocabulary, &lexicon);
        let spelling = Understanding { spelling: true, ..Understanding::LITERAL };
        let reading = interpreter.understand(&query, spelling, LastWord::Whole)?;
        Ok(corrected(typed, &reading.understood))
    }

    /// Topics that have a label with a word that begins with `typed`, the most mentioned first.
    fn topics(
        &self,
        typed: &str,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let mut found: Vec<(bool, Suggestion)> = Vec::new();
        for (at, begins) in self.labels.with_word_beginning(&label::key(typed)) {
            let topic = &vocabulary.topics[at];
            let term = Term::from_field_text(self.opened.fields.topic, &topic.slug.0);
            let mut count = 0;
            for segment in &self.opened.segments {
                budget.spend(1)?;
                count += segment.topics.doc_freq(&term)?;
            }
            let (text, id) = (topic.pref_label.clone(), Some(topic.slug.0.clone()));
            found.push((begins, Suggestion { text, kind: Suggested::Topic, id, count }));
        }
        // A topic counts four times if the label itself begins with the typed text.
        let use_of =
            |(begins, topic): &(bool, Suggestion)| topic.count * if *begins { 4 } else { 1 };
        found.sort_by(|a, b| use_of(b).cmp(&use_of(a)).then_with(|| a.1.text.cmp(&b.1.text)));
        Ok(found.into_iter().map(|(_, topic)| topic).collect())
    }

    /// Headings that contain all words of `typed`, the last of which may be unfinished; the most common first.
    fn headings(&self, typed: &str, budget: &Budget) -> Result<Vec<Suggestion>, SearchError> {
        let words = typed.split_whitespace().take(MOST_UNITS);
        let words: Vec<String> = words.map(str::to_lowercase).collect();
        let Some((last, whole)) = words.split_last() else { return Ok(Vec::new()) };
        let mut known: Vec<String> = vec![last.clone()];
        known
            .extend(self.lexicon(budget).beginning(last, COMPLETIONS)?.into_iter().map(|k| k.word));
        let mut wanted: Vec<Vec<String>> = whole.iter().map(|word| vec![word.clone()]).collect();
        wanted.push(known);
        let mut counts: HashMap<String, (String, u32)> = HashMap::new();
        for (at, segment) in self.opened.segments.iter().enumerate() {
            let Some(labels) = &segment.labels else { continue };
            let mut by_label: HashMap<u64, u32> = HashMap::new();
            for doc in self.holding(at, &wanted, budget)? {
                if self.opened.hidden[(segment.base + doc) as usize] == Hidden::No
                    && let Some(label) = labels.ords().first(doc)
                {
                    *by_label.entry(label).or_insert(0) += 1;
                }
            }
            for (ord, count) in by_label {
                // Each label costs reading one block of the dictionary.
                budget.spend(16)?;
                let mut text = String::new();
                if labels.ord_to_str(ord, &mut text)? && text.chars().count() <= LONGEST_HEADING {
                    counts.entry(label::key(&text)).or_insert((text, 0)).1 += count;
                }
            }
        }
        let mut found: Vec<(String, u32)> = counts.into_values().collect();
        found.sort_by(|(a, left), (b, right)| {
            right.cmp(left).then(a.len().cmp(&b.len())).then_with(|| a.cmp(b))
        });
        let heading =
            |(text, count)| Suggestion { text, kind: Suggested::Heading, id: None, count };
        Ok(found.into_iter().map(heading).collect())
    }

    /// The sections of a segment whose own heading contains one word of each of `wanted`, ascending.
    fn holding(
        &self,
        segment: usize,
        wanted: &[Vec<String>],
        budget: &Budget,
    ) -> Result<Vec<u32>, SearchError> {
        let terms = &self.opened.segments[segment].texts[HEADING].terms;
        let mut common: Option<Vec<u32>> = None;
        for words in wanted {
            let mut docs: Vec<u32> = Vec::new();
            for stem in self.stems(words) {
                let term = Term::from_field_text(self.opened.fields.heading, &stem);
                each_block(terms, &term, IndexRecordOption::Basic, budget, |block| {
                    docs.extend_from_slice(block.docs());
                })?;
            }
            docs.sort_unstable();
            docs.dedup();
            common = Some(match common {
                None => docs,
                Some(known) => {
                    known.into_iter().filter(|d| docs.binary_search(d).is_ok()).collect()
                }
            });
        }
        Ok(common.unwrap_or_default())
    }

    fn stems(&self, words: &[String]) -> Vec<String> {
        let mut stems = Vec::new();
        for mut stemmer in self.stemmers.iter().cloned() {
            stems.extend(words.iter().flat_map(|word| analysis::terms(word, &mut stemmer).pieces));
        }
        stems.sort_unstable();
        stems.dedup();
        stems
    }

    fn of_sources(&self, typed: &str) -> Result<Vec<Suggestion>, SearchError> {
        let typed = typed.to_lowercase();
        let mut found = Vec::new();
        let ids = self.sources.iter().map(|source| &source.id);
        for id in ids.filter(|id| id.to_lowercase().contains(&typed)) {
            let term = Term::from_field_text(self.opened.fields.source, id);
            let count = u32::try_from(self.opened.searcher().doc_freq(&term)?).unwrap_or(u32::MAX);
            if count > 0 {
                let (text, id) = (id.clone(), Some(id.clone()));
                found.push(Suggestion { text, kind: Suggested::Source, id, count });
            }
        }
        found.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(kind: Suggested, names: &[&str]) -> Vec<Suggestion> {
        let suggestion =
            |text: &&str| Suggestion { text: (*text).into(), kind, id: None, count: 1 };
        names.iter().map(suggestion).collect()
    }

    fn shared(topics: &[&str], headings: &[&str], sources: &[&str], limit: usize) -> String {
        let found = FoundSuggestions {
            topics: some(Suggested::Topic, topics),
            headings: some(Suggested::Heading, headings),
            sources: some(Suggested::Source, sources),
        };
        let texts: Vec<String> = found.share(limit).into_iter().map(|s| s.text).collect();
        texts.join(" ")
    }

    #[test]
    fn topics_take_half_of_the_room_and_what_the_others_leave() {
        let topics = ["t1", "t2", "t3", "t4", "t5"];
        assert_eq!(shared(&topics, &[], &[], 4), "t1 t2 t3 t4");
        assert_eq!(shared(&topics, &["h1"], &[], 4), "t1 t2 t3 h1");
        assert_eq!(shared(&topics, &[], &["s1"], 4), "t1 t2 t3 s1");
        assert_eq!(shared(&topics, &["h1", "h2", "h3"], &[], 4), "t1 t2 h1 h2");
        assert_eq!(shared(&topics, &["h1"], &["s1"], 9), "t1 t2 t3 t4 t5 h1 s1");
    }

    #[test]
    fn two_places_are_kept_for_sources() {
        let headings = ["h1", "h2", "h3", "h4"];
        assert_eq!(shared(&[], &headings, &["s1", "s2", "s3"], 4), "h1 h2 s1 s2");
        assert_eq!(shared(&[], &headings, &["s1"], 4), "h1 h2 h3 s1");
        assert_eq!(shared(&[], &["h1"], &["s1", "s2", "s3"], 4), "h1 s1 s2 s3");
    }

    #[test]
    fn a_heading_that_names_a_shown_topic_is_not_suggested_again() {
        assert_eq!(shared(&["Data drift"], &["data drift", "h1"], &[], 4), "Data drift h1");
        let topics = ["t1", "t2", "t3"];
        assert_eq!(shared(&topics, &["t3", "h1"], &[], 4), "t1 t2 t3 h1");
        assert_eq!(shared(&topics, &["t3", "h1", "h2"], &[], 4), "t1 t2 t3 h1");
    }
}
