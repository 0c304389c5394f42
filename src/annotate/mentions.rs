//! Finds the topics that a section mentions, how salient each is, and the sentences that name several topics.

use std::collections::HashMap;

use super::salience::{RatedMention, TopicSignals, rank};
use super::tagger::{Tagger, TopicMatch};
use super::trail::Trail;
use super::{CoMention, LinkTopics, Mention, Salience};
use crate::extract::sentences::sentences;
use crate::extract::{Document, Section, without_mark};
use crate::meaning::MeaningVector;
use crate::vocabulary::label_rule::TextPlace;

/// The maximum length of a sentence that is used as evidence, in characters. Longer sentences are hard to read, and
/// some licences do not allow quotations of that length.
const EVIDENCE_CHARS: usize = 280;

/// The maximum number of topics of a sentence that are assigned to the links in it. If a sentence has more, none of
/// them are assigned: it is a list, which does not show which topic a link is about.
const MOST_TOPICS: usize = 5;

/// The topics found in a section.
pub(super) struct Topics {
    /// The most salient first.
    pub mentions: Vec<Mention>,
    /// The section's sentences that name at least two topics and are short enough to be used as evidence.
    pub co_mentions: Vec<CoMention>,
    /// The topics of each link of the section, in the order of the links.
    pub cited: Vec<LinkTopics>,
}

/// A topic that a heading names, with the words that name it.
struct HeadingTopic {
    topic: u32,
    label: String,
}

/// Finds the topics of a document's sections. The topics of each heading are cached, because sections share the
/// headings above them.
pub(super) struct Finder<'a> {
    tagger: &'a Tagger,
    /// A cache of the topics that each heading names.
    headings: HashMap<&'a str, Vec<HeadingTopic>>,
    title: Option<&'a str>,
}

impl<'a> Finder<'a> {
    pub fn new(document: &'a Document, tagger: &'a Tagger) -> Finder<'a> {
        Finder { tagger, headings: HashMap::new(), title: document.title.as_deref() }
    }

    /// The topics of `section`, whose meaning is `vector`, if it is known.
    pub fn find(&mut self, section: &'a Section, vector: Option<&MeaningVector>) -> Topics {
        let mut tally = SectionTally::default();
        let trail = Trail::of(section.subject().iter().map(String::as_str));
        let mut headings = section.subject().iter().rev();
        if let Some(own) = headings.next() {
            for found in self.tagger.find_in_heading(own, &trail, &section.text) {
                tally.heading(found.topic, &own[found.start..found.end], 0);
            }
        }
        for (above, heading) in headings.enumerate() {
            for HeadingTopic { topic, label } in self.heading(heading) {
                tally.heading(*topic, label, above + 1);
            }
        }
        if let Some(title) = self.title {
            for HeadingTopic { topic, label } in self.heading(title) {
                tally.title(*topic, label);
            }
        }
        let mut co_mentions = Vec::new();
        let length = section.text.len().max(1);
        for (start, sentence) in sentences_of(&section.text) {
            let found = self.tagger.find(sentence, &trail, TextPlace::Body);
            for found in &found {
                tally.sentence(found, sentence, SentencePosition { start, length });
            }
            let said = co_mention(sentence, &found);
            co_mentions.extend(said.map(|said| self.with_nearness(said, vector.is_some())));
        }
        let cited = self.cited(section, &trail);
        for topic in cited.iter().flat_map(|cited| &cited.anchor) {
            tally.anchor(*topic);
        }
        Topics { mentions: rank(tally.topics, vector, self.tagger), co_mentions, cited }
    }

    /// `said` with the nearness of its sentence to its topics, if the meaning of its section `is_known`.
    fn with_nearness(&self, said: CoMention, is_known: bool) -> CoMention {
        let vector = if is_known { self.tagger.steps.text_meaning(&said.sentence) } else { None };
        let of = |topic: &u32| Some(vector.as_ref()?.cosine(self.tagger.meaning(*topic)?));
        let known: Option<Vec<f32>> = said.topics.iter().map(of).collect();
        // A cosine is at most one.
        let hundredths = |cosine: f32| (100.0 * cosine).round() as i8;
        let nearness = known.into_iter().flatten().map(hundredths).collect();
        CoMention { nearness, ..said }
    }

    /// For each link of `section`, the topics named by the link's text, by its sentence, and by the section's own
    /// heading. The topics of a sentence with more than [`MOST_TOPICS`] are left out.
    fn cited(&mut self, section: &'a Section, trail: &Trail) -> Vec<LinkTopics> {
        let heading = section.subject().last().map_or(&[][..], |heading| self.heading(heading));
        let heading: Vec<u32> = heading.iter().map(|named| named.topic).collect();
        let tagger = self.tagger;
        let named = |text: &str| -> Vec<u32> {
            let found = tagger.find(text, trail, TextPlace::Body).into_iter();
            found.map(|found| found.topic).collect()
        };
        // Links of one sentence are adjacent, so the topics of the last sentence are reused.
        let mut last_sentence = "";
        let mut last_topics: Vec<u32> = Vec::new();
        let cited = section.links.iter().map(|link| {
            if last_sentence != link.sentence {
                last_sentence = &link.sentence;
                last_topics = named(&link.sentence);
            }
            let is_list = last_topics.len() > MOST_TOPICS;
            let sentence = if is_list { Vec::new() } else { last_topics.clone() };
            let anchor = match link.text == link.sentence {
                true => last_topics.clone(),
                false => named(&link.text),
            };
            LinkTopics { anchor, sentence, heading: heading.clone() }
        });
        cited.collect()
    }

    /// The topics that `heading` names.
    fn heading(&mut self, heading: &'a str) -> &[HeadingTopic] {
        let tagger = self.tagger;
        self.headings.entry(heading).or_insert_with(|| {
            let found = tagger.find(heading, &Trail::of([]), TextPlace::Heading).into_iter();
            found
                .map(|f| HeadingTopic { topic: f.topic, label: heading[f.start..f.end].to_owned() })
                .collect()
        })
    }
}

/// The position of a sentence in its section's text: the byte offset of the sentence (`start`), and the length of the
/// whole text in bytes (`length`).
#[derive(Clone, Copy)]
struct SentencePosition {
    start: usize,
    length: usize,
}

/// The topics that have been found so far in one section.
#[derive(Default)]
struct SectionTally {
    topics: Vec<RatedMention>,
    /// For each topic, its index in `topics`.
    places: HashMap<u32, usize>,
}

impl SectionTally {
    /// The entry of `topic`. If there is none, adds one with `label`.
    fn entry(&mut self, topic: u32, label: &str) -> &mut RatedMention {
        let next = self.topics.len();
        let place = *self.places.entry(topic).or_insert(next);
        if place == next {
            let salience = Salience::Mentioned;
            let mention = Mention { topic, label: label.to_owned(), at: None, count: 0, salience };
            self.topics.push(RatedMention { mention, signals: TopicSignals::default() });
        }
        &mut self.topics[place]
    }

    /// Records that a heading names `topic`. `above` is the number of levels between that heading and the section's own
    /// heading: 0 for the section's own, 1 for the heading directly above it.
    fn heading(&mut self, topic: u32, label: &str, above: usize) {
        let RatedMention { mention, signals } = self.entry(topic, label);
        match above {
            0 => {
                mention.count += 1;
                signals.own = true;
            }
            1 => signals.parent = true,
            _ => signals.outer = true,
        }
    }

    fn title(&mut self, topic: u32, label: &str) {
        self.entry(topic, label).signals.outer = true;
    }

    fn sentence(&mut self, found: &TopicMatch, sentence: &str, place: SentencePosition) {
        let label = &sentence[found.start..found.end];
        let RatedMention { mention, signals } = self.entry(found.topic, label);
        let at = (place.start + found.start, place.start + found.end);
        let at = (u32::try_from(at.0).unwrap_or(0), u32::try_from(at.1).unwrap_or(0));
        mention.count += 1;
        if mention.at.is_none() {
            mention.at = Some(at);
            signals.early = 1.0 - at.0 as f32 / place.length as f32;
        }
        signals.body += 1;
    }

    /// Records that the text of a link names `topic`. Does not count a mention: `SectionTally::sentence` has counted
    /// it, because the link is part of a sentence.
    fn anchor(&mut self, topic: u32) {
        if let Some(place) = self.places.get(&topic) {
            self.topics[*place].signals.anchors += 1;
        }
    }
}

/// `sentence` as evidence for the topics in `found`, if it names at least two and is short enough.
fn co_mention(sentence: &str, found: &[TopicMatch]) -> Option<CoMention> {
    let bare = without_mark(sentence.trim());
    let cut = bare.as_ptr() as usize - sentence.as_ptr() as usize;
    let mut named: Vec<(u32, (u32, u32))> = found
        .iter()
        .filter_map(|found| {
            let place = |at: usize| u32::try_from(at.checked_sub(cut)?).ok();
            Some((found.topic, (place(found.start)?, place(found.end)?)))
        })
        .collect();
    named.sort_unstable();
    named.dedup_by_key(|(topic, _)| *topic);
    let is_evidence = named.len() >= 2 && sentence.chars().count() <= EVIDENCE_CHARS;
    let (topics, spans) = named.into_iter().unzip();
    is_evidence.then(|| CoMention {
        sentence: bare.to_owned(),
        topics,
        spans,
        nearness: Vec::new(),
    })
}

/// The sentences of `text` that are not blank, with their byte offsets. A line end also ends a sentence.
fn sentences_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let base = text.as_ptr() as usize;
    text.lines()
        .flat_map(|line| sentences(line).map(|(_, sentence)| sentence))
        .filter(|sentence| !sentence.trim().is_empty())
        .map(move |sentence| (sentence.as_ptr() as usize - base, sentence))
}
