//! What the sources say about one topic, next to what the vocabulary says: for editors of the vocabulary.

use std::collections::{BTreeSet, HashMap};

use super::Library;
use super::view::{ReliedTopic, ReviewSentence, TopicReview};
use crate::annotate::{Salience, SectionRole};
use crate::catalogue::Voice;
use crate::catalogue::rights::Showable;
use crate::extract::sentences::sentences;
use crate::extract::without_mark;
use crate::search::{SearchError, SectionRecord};
use crate::vocabulary::label;

/// The maximum number of sentences.
const SENTENCES: usize = 5;
/// The maximum number of topics that explaining sections rely on.
const RELIED: usize = 8;
/// A topic is listed only if at least this many voices name it in sections about the reviewed one.
const LEAST_VOICES: usize = 2;
/// The number of words of an explaining sentence.
const WORDS: std::ops::RangeInclusive<usize> = 8..=45;
/// Verbs that follow the name of a topic in sentences that explain it, in the form of [`label::key`]: without a final "s".
const EXPLAINING: [&str; 12] = [
    " is ",
    " are ",
    " mean ",
    " refer to ",
    " measure ",
    " describe ",
    " estimate ",
    " use ",
    " work by ",
    " help ",
    " allow ",
    " combine ",
];

/// A sentence that explains the topic.
struct ExplainingSentence {
    /// How well it explains it.
    rank: u32,
    /// Its length in bytes.
    length: usize,
    voice: Voice,
    quote: Showable,
    source: String,
    path: String,
}

/// What was collected from the sections about the topic.
#[derive(Default)]
struct Collected {
    sections: usize,
    sentences: Vec<ExplainingSentence>,
    /// For each other topic, the voices that name it and the number of sections in which they do.
    named: HashMap<String, (BTreeSet<Voice>, usize)>,
}

impl Library {
    /// The definition and prerequisites of the topic `name` (a slug or label), the sentences that explain it best, and the
    /// topics that sections about it rely on; `None` if there is no such topic. Reads the whole index: seconds.
    pub fn review(&self, name: &str) -> Result<Option<TopicReview>, SearchError> {
        let Some(detail) = self.outline(name) else { return Ok(None) };
        let mut collected = Collected::default();
        self.searcher.each(|_, record| {
            let is_english = record.language.as_deref().is_none_or(|language| language == "en");
            if record.role == SectionRole::Content && is_english {
                let voice = self.voices.of(&record.source);
                collected.add(&record, &detail.topic.id, voice, |sentence| self.quote(sentence));
            }
        })?;
        let Collected { sections, sentences, named } = collected;
        let relied = self.relied(&detail.topic.id, sections, named);
        let quoted = |said: ExplainingSentence| ReviewSentence {
            sentence: said.quote,
            source: said.source,
            path: said.path,
        };
        let sentences = best(sentences).map(quoted).collect();
        Ok(Some(TopicReview { detail, sections, sentences, relied }))
    }

    /// The topics of `named` that the most sections about the topic `slug` rely on, compared with how many sections name
    /// them anyway. Leaves out those above and below it.
    fn relied(
        &self,
        slug: &str,
        sections: usize,
        named: HashMap<String, (BTreeSet<Voice>, usize)>,
    ) -> Vec<ReliedTopic> {
        let vocabulary = &self.graph.vocabulary;
        let Some(at) = vocabulary.position(slug) else { return Vec::new() };
        let is_kin = |other: usize| {
            let is_above = |one: usize, other: usize| {
                vocabulary.above(one).iter().any(|above| *above as usize == other)
            };
            other == at || is_above(at, other) || is_above(other, at)
        };
        let all = self.manifest.counts.sections.max(1) as f64;
        let relied = named.into_iter().filter_map(|(slug, (voices, count))| {
            let other = vocabulary.position(&slug)?;
            let usual = f64::from(*self.graph.mentions.get(other)?) / all;
            let share = count as f64 / sections.max(1) as f64;
            let weight = share * (share / usual.max(f64::MIN_POSITIVE)).ln();
            let is_wanted = voices.len() >= LEAST_VOICES && weight > 0.0 && !is_kin(other);
            let is_required =
                vocabulary.topics[at].requires.iter().any(|known| known.topic.0 == slug);
            let topic = ReliedTopic { id: slug, sections: count, is_required };
            is_wanted.then_some((weight, topic))
        });
        let mut relied: Vec<(f64, ReliedTopic)> = relied.collect();
        relied.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
        relied.into_iter().take(RELIED).map(|(_, topic)| topic).collect()
    }
}

impl Collected {
    /// Adds `record` if it names the topic `slug`. Only if it is about the topic, the other topics that it names count. `quote`
    /// makes an excerpt of a sentence.
    fn add(
        &mut self,
        record: &SectionRecord,
        slug: &str,
        voice: Voice,
        quote: impl Fn(&str) -> Showable,
    ) {
        let own = record.mentions.iter().find(|mention| mention.topic == slug);
        let Some(own) = own else { return };
        if own.salience == Salience::Main {
            self.sections += 1;
            for mention in record.mentions.iter().filter(|mention| mention.topic != slug) {
                let (voices, count) = self.named.entry(mention.topic.clone()).or_default();
                voices.insert(voice.clone());
                *count += 1;
            }
        }
        let name = label::key(&own.label);
        let text = record.text.lines().flat_map(sentences);
        for sentence in text.map(|(_, sentence)| without_mark(sentence.trim())) {
            let Some(rank) = explains(sentence, &name) else { continue };
            self.sentences.push(ExplainingSentence {
                rank,
                length: sentence.len(),
                voice: voice.clone(),
                quote: quote(sentence),
                source: record.source.clone(),
                path: record.path.clone(),
            });
        }
    }
}

/// How well `sentence` explains the topic that it calls `name` (a label key); `None` if it does not.
fn explains(sentence: &str, name: &str) -> Option<u32> {
    let words = sentence.split_whitespace().count();
    let key = format!(" {} ", label::key(sentence));
    let (before, after) = key.split_once(&format!(" {name} "))?;
    if !WORDS.contains(&words) || !sentence.ends_with('.') {
        return None;
    }
    let after = format!(" {after}");
    let follows = EXPLAINING.iter().any(|verb| after.starts_with(verb));
    let has_verb = EXPLAINING.iter().any(|verb| after.contains(verb));
    let begins = before.split_whitespace().count() <= 2;
    Some(match (begins, follows, has_verb) {
        (true, true, _) => 3,
        (_, true, _) => 2,
        (true, _, true) => 1,
        _ => return None,
    })
}

/// The best of `sentences`, the best of each voice first. Shorter ones are better.
fn best(mut sentences: Vec<ExplainingSentence>) -> impl Iterator<Item = ExplainingSentence> {
    sentences.sort_by(|a, b| {
        let place = |s: &ExplainingSentence| (s.length, s.source.clone(), s.path.clone());
        b.rank.cmp(&a.rank).then_with(|| place(a).cmp(&place(b)))
    });
    sentences.dedup_by(|a, b| a.quote == b.quote);
    let mut heard = BTreeSet::new();
    let (first, rest): (Vec<_>, Vec<_>) =
        sentences.into_iter().partition(|said| heard.insert(said.voice.clone()));
    first.into_iter().chain(rest).take(SENTENCES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_defines_a_topic_explains_it_best() {
        let name = label::key("position bias");
        let rank = |sentence: &str| explains(sentence, &name);
        let defining = rank("Position bias is the tendency of users to click what stands first.");
        assert_eq!(defining, Some(3));
        assert!(
            rank("To learn from clicks, position bias is corrected with a shallow tower first.")
                < defining
        );
        let measuring = "Position bias measures how much more users click what stands first.";
        assert_eq!(rank(measuring), Some(3));
        assert!(EXPLAINING.iter().all(|verb| label::key(verb) == verb.trim()));
        assert_eq!(explains("Retraining is what keeps a model close to the world.", "ai"), None);
        assert_eq!(rank("Position bias is bad."), None);
        assert_eq!(rank("Users click what stands first on the page, whatever it is."), None);
        assert_eq!(
            rank("Selection bias, position bias, popularity bias and many other kinds of bias"),
            None
        );
    }
}
