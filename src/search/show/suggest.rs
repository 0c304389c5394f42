//! Suggestions while a user types: topics, headings and sources that match the unfinished text.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::Serialize;
use tantivy::Term;
use tantivy::columnar::StrColumn;
use tantivy::schema::IndexRecordOption;

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::levels::HEADING;
use crate::search::index::opened::IndexSegment;
use crate::search::index::postings::each_block;
use crate::search::query::grammar::{MOST_CHARS, MOST_UNITS, parse};
use crate::search::query::understand::understood::{LastWord, Understanding, corrected};
use crate::search::rank::embedded::EmbeddedIndex;
use crate::search::text::analysis;
use crate::vocabulary::{Vocabulary, label};

/// A text with fewer letters and digits than this gets no suggestions, because it would match too much.
const SHORTEST: usize = 2;
/// The last word is completed to at most this many words of the index.
const COMPLETIONS: usize = 12;
/// Headings with more characters than this are not suggested, because they are usually sentences.
const LONGEST_HEADING: usize = 80;

/// The kind of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Suggested {
    /// A case study that has a guide.
    Case,
    Topic,
    Heading,
    Source,
}

/// A suggested completion of the typed text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Suggestion {
    pub text: String,
    pub kind: Suggested,
    /// The slug of the topic or case, or the source's id; a heading has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How many sections mention the topic, have the heading, or belong to the source; for a case, how many steps its
    /// guide covers.
    pub count: u32,
}

/// The suggestions of each kind, best first.
struct FoundSuggestions {
    topics: Vec<Suggestion>,
    headings: Vec<Suggestion>,
    sources: Vec<Suggestion>,
}

impl FoundSuggestions {
    /// Distributes `limit` places: topics first, then headings that don't repeat these topics, then sources. Topics get
    /// at most half of the places (rounded up), and also the places that headings and sources leave free. Of the other
    /// places, up to two are reserved for sources.
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

/// A topic that matches the typed text.
struct SuggestedTopic {
    suggestion: Suggestion,
    /// Whether a whole label of the topic, and not only a word inside a label, begins with the typed text.
    is_whole_label: bool,
}

impl SuggestedTopic {
    /// The number of sections that mention the topic, times four if `is_whole_label`.
    fn weight(&self) -> u64 {
        u64::from(self.suggestion.count) * if self.is_whole_label { 4 } else { 1 }
    }
}

/// Makes suggestions from an opened index.
pub(in crate::search) struct Suggester<'a> {
    pub index: &'a EmbeddedIndex,
    pub vocabulary: &'a Vocabulary,
    pub budget: &'a Budget,
}

impl Suggester<'_> {
    /// At most `limit` suggestions for `text`; none for fewer than two letters and digits.
    pub fn suggest(&self, text: &str, limit: usize) -> Result<Vec<Suggestion>, SearchError> {
        let end = text.char_indices().nth(MOST_CHARS).map_or(text.len(), |(at, _)| at);
        let typed = text[..end].trim();
        if typed.chars().filter(|c| c.is_alphanumeric()).count() < SHORTEST {
            return Ok(Vec::new());
        }
        let mut all = self.matching(typed, limit)?;
        if all.is_empty()
            && let Some(corrected) = self.corrected(typed)?
        {
            all = self.matching(&corrected, limit)?;
        }
        Ok(all)
    }

    /// At most `limit` suggestions for `typed`, without correcting it.
    fn matching(&self, typed: &str, limit: usize) -> Result<Vec<Suggestion>, SearchError> {
        let found = FoundSuggestions {
            topics: self.topics(typed)?,
            headings: self.headings(typed)?,
            sources: self.sources(typed)?,
        };
        Ok(found.share(limit))
    }

    /// `typed` with its misspelled words corrected; `None` if no word was corrected.
    pub fn corrected(&self, typed: &str) -> Result<Option<String>, SearchError> {
        let query = parse(typed);
        let lexicon = self.index.lexicon(self.budget);
        let interpreter = self.index.interpreter(self.vocabulary, &lexicon);
        let spelling = Understanding { spelling: true, ..Understanding::LITERAL };
        let reading = interpreter.understand(&query, spelling, LastWord::Whole)?;
        Ok(corrected(typed, &reading.understood))
    }

    /// Topics that have a label in which a word begins with `typed`, sorted by `SuggestedTopic::weight`, highest first.
    fn topics(&self, typed: &str) -> Result<Vec<Suggestion>, SearchError> {
        let opened = &self.index.opened;
        let mut found: Vec<SuggestedTopic> = Vec::new();
        for begun in self.index.labels.with_word_beginning(&label::key(typed)) {
            let topic = &self.vocabulary.topics[begun.topic];
            let term = Term::from_field_text(opened.fields.topic, &topic.slug.0);
            let mut count = 0;
            for segment in &opened.segments {
                self.budget.spend(1)?;
                count += segment.topics.doc_freq(&term)?;
            }
            let (text, id) = (topic.pref_label.clone(), Some(topic.slug.0.clone()));
            let suggestion = Suggestion { text, kind: Suggested::Topic, id, count };
            found.push(SuggestedTopic { suggestion, is_whole_label: begun.is_whole_label });
        }
        found.sort_by(|a, b| {
            b.weight().cmp(&a.weight()).then_with(|| a.suggestion.text.cmp(&b.suggestion.text))
        });
        Ok(found.into_iter().map(|topic| topic.suggestion).collect())
    }

    /// Headings that contain all words of `typed`, the most common first. The last word may be unfinished. Headings
    /// with the same key (see [`label::key`]) count as one heading.
    fn headings(&self, typed: &str) -> Result<Vec<Suggestion>, SearchError> {
        let words = typed.split_whitespace().take(MOST_UNITS).map(str::to_lowercase);
        let mut wanted: Vec<Vec<String>> = words.map(|word| vec![word]).collect();
        let Some(last) = wanted.last_mut() else { return Ok(Vec::new()) };
        let completions = self.index.lexicon(self.budget).beginning(&last[0], COMPLETIONS)?;
        last.extend(completions.into_iter().map(|known| known.word));
        let mut by_key: HashMap<String, Suggestion> = HashMap::new();
        for segment in &self.index.opened.segments {
            let Some(labels) = &segment.labels else { continue };
            for (ord, count) in self.count_headings(segment, labels, &wanted)? {
                // Reading a label decodes one block of the dictionary, so it counts as 16 units of work.
                self.budget.spend(16)?;
                let mut text = String::new();
                if labels.ord_to_str(ord, &mut text)? && text.chars().count() <= LONGEST_HEADING {
                    let key = label::key(&text);
                    let kind = Suggested::Heading;
                    let none = || Suggestion { text, kind, id: None, count: 0 };
                    by_key.entry(key).or_insert_with(none).count += count;
                }
            }
        }
        let mut found: Vec<Suggestion> = by_key.into_values().collect();
        found.sort_by(|a, b| {
            let by_length = || a.text.len().cmp(&b.text.len());
            b.count.cmp(&a.count).then_with(by_length).then_with(|| a.text.cmp(&b.text))
        });
        Ok(found)
    }

    /// For each heading of `segment` that contains at least one word of each element of `wanted`: the number of shown
    /// sections with this heading. The keys are the numbers of the headings in the column `labels`.
    fn count_headings(
        &self,
        segment: &IndexSegment,
        labels: &StrColumn,
        wanted: &[Vec<String>],
    ) -> Result<BTreeMap<u64, u32>, SearchError> {
        let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
        for doc in self.with_heading(segment, wanted)? {
            if self.index.opened.shown.contains(segment.base + doc)
                && let Some(label) = labels.ords().first(doc)
            {
                *counts.entry(label).or_insert(0) += 1;
            }
        }
        Ok(counts)
    }

    /// The sections of `segment`, ascending, whose own heading contains at least one word of each element of `wanted`.
    fn with_heading(
        &self,
        segment: &IndexSegment,
        wanted: &[Vec<String>],
    ) -> Result<Vec<u32>, SearchError> {
        let terms = &segment.texts[HEADING].terms;
        let mut common: Option<Vec<u32>> = None;
        for words in wanted {
            let mut docs: Vec<u32> = Vec::new();
            for stem in self.stems(words) {
                let term = Term::from_field_text(self.index.opened.fields.heading, &stem);
                each_block(terms, &term, IndexRecordOption::Basic, self.budget, |block| {
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

    /// The stems of `words` in all languages of the index.
    fn stems(&self, words: &[String]) -> Vec<String> {
        let mut stems = Vec::new();
        for mut stemmer in self.index.stemmers.iter().cloned() {
            stems.extend(words.iter().flat_map(|word| analysis::terms(word, &mut stemmer).pieces));
        }
        stems.sort_unstable();
        stems.dedup();
        stems
    }

    /// Sources whose id contains `typed`, case-insensitive, the largest first.
    fn sources(&self, typed: &str) -> Result<Vec<Suggestion>, SearchError> {
        let typed = typed.to_lowercase();
        let mut found = Vec::new();
        let ids = self.index.sources.iter().map(|source| &source.id);
        for id in ids.filter(|id| id.to_lowercase().contains(&typed)) {
            let opened = &self.index.opened;
            let term = Term::from_field_text(opened.fields.source, id);
            let count = u32::try_from(opened.searcher().doc_freq(&term)?).unwrap_or(u32::MAX);
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
mod tests;
