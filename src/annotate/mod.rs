//! What a section is about: topics mentioned, the step it serves, its language, what it copies,
//! and the resources that all sections together cite.
//!
//! Pure. [`annotate`] looks at one document and depends on nothing but it and the vocabulary, so
//! its answer is kept until either changes. [`copies`] and [`resources`] look at the whole corpus
//! and are computed for each generation.

pub mod copies;
mod language;
pub mod licence;
pub mod resources;
mod role;
mod steps;
mod tagger;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use crate::extract::{Document, Section};
pub use role::Role;
pub use tagger::Tagger;

/// Changes when annotation does: what was annotated under another version is annotated anew.
pub const VERSION: u32 = 3;

/// A sentence longer than this many characters is no evidence: nobody would read it.
const EVIDENCE_CHARS: usize = 320;

/// How much a section is about a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Salience {
    /// One of the few topics that the section is about.
    Main,
    /// Said in passing.
    Mentioned,
}

/// A topic that a section speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The topic's place in the vocabulary.
    pub topic: u32,
    /// The words that matched first, as written.
    pub label: String,
    /// Where they stand in the section's text, in bytes; `None` if only in its heading.
    pub at: Option<(u32, u32)>,
    /// How often it is said, heading included.
    pub count: u32,
    pub salience: Salience,
}

/// A sentence that names two topics or more: evidence of an edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoMention {
    pub sentence: String,
    /// Places in the vocabulary, ascending, no repeats.
    pub topics: Vec<u32>,
}

/// What is known of one section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionNotes {
    /// One a topic, the most salient first.
    pub mentions: Vec<Mention>,
    pub co_mentions: Vec<CoMention>,
    /// The step's place in the vocabulary's order.
    pub step: Option<u8>,
    /// ISO 639-1, where it can be told and is not the document's.
    pub language: Option<String>,
    pub role: Role,
    /// Equal for sections that say the same; `None` for those too short to be a copy.
    pub fingerprint: Option<u64>,
    /// What its near-copies are found by; `None` for those too short to have any.
    pub signature: Option<copies::Signature>,
}

/// What is known of one document, its sections in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// ISO 639-1, where it can be told.
    pub language: Option<String>,
    pub sections: Vec<SectionNotes>,
}

/// What `document` is about, by the vocabulary that `tagger` was made from. O(length).
pub fn annotate(document: &Document, tagger: &Tagger) -> Annotation {
    let language = language::of(document);
    let mut sections: Vec<SectionNotes> =
        document.sections.iter().map(|section| notes(section, tagger)).collect();
    for (section, notes) in document.sections.iter().zip(&mut sections) {
        notes.language = language::of_section(section).filter(|own| Some(own) != language.as_ref());
    }
    role::mark_off_topic(document, language.as_deref(), &mut sections);
    Annotation { language, sections }
}

fn notes(section: &Section, tagger: &Tagger) -> SectionNotes {
    let heading = section.headings.last().map_or("", String::as_str);
    let trail = section.headings.join(" \n ");
    let mut mentions = Vec::new();
    let mut scores: Vec<u32> = Vec::new();
    let mut add = |topic: u32, label: &str, at: Option<(u32, u32)>, score: u32| {
        let known = mentions.iter().position(|mention: &Mention| mention.topic == topic);
        let place = known.unwrap_or_else(|| {
            let label = label.to_owned();
            mentions.push(Mention { topic, label, at, count: 0, salience: Salience::Mentioned });
            scores.push(0);
            mentions.len() - 1
        });
        mentions[place].count += 1;
        mentions[place].at = mentions[place].at.or(at);
        scores[place] += score;
    };
    for found in tagger.find(heading, &trail, true) {
        add(found.topic, &heading[found.start..found.end], None, 4);
    }
    let mut co_mentions = Vec::new();
    for (index, (start, sentence)) in sentences(&section.text).enumerate() {
        let mut topics = Vec::new();
        for found in tagger.find(sentence, &trail, false) {
            let at = (start + found.start, start + found.end);
            let at = (u32::try_from(at.0).unwrap_or(0), u32::try_from(at.1).unwrap_or(0));
            let score = if index == 0 { 2 } else { 1 };
            add(found.topic, &sentence[found.start..found.end], Some(at), score);
            topics.push(found.topic);
        }
        topics.sort_unstable();
        topics.dedup();
        if topics.len() >= 2 && sentence.chars().count() <= EVIDENCE_CHARS {
            let sentence = sentence.trim().trim_start_matches("- ").to_owned();
            co_mentions.push(CoMention { sentence, topics });
        }
    }
    let mentions = rank(mentions, scores);
    SectionNotes {
        step: steps::of(section, &mentions, tagger),
        fingerprint: copies::fingerprint(section),
        signature: copies::signature(section),
        role: role::of(section),
        language: None,
        mentions,
        co_mentions,
    }
}

/// The most salient first; of those that score 3 or more, at most three are main.
fn rank(mentions: Vec<Mention>, scores: Vec<u32>) -> Vec<Mention> {
    let mut scored: Vec<(u32, Mention)> = scores.into_iter().zip(mentions).collect();
    scored.sort_by(|(a, left), (b, right)| b.cmp(a).then(left.topic.cmp(&right.topic)));
    for (score, mention) in scored.iter_mut().take(3) {
        if *score >= 3 {
            mention.salience = Salience::Main;
        }
    }
    scored.into_iter().map(|(_, mention)| mention).collect()
}

/// The sentences of `text` with their byte offsets; none crosses a line.
fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let base = text.as_ptr() as usize;
    text.lines()
        .flat_map(|line| line.split_sentence_bounds())
        .filter(|sentence| !sentence.trim().is_empty())
        .map(move |sentence| (sentence.as_ptr() as usize - base, sentence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;
    use crate::vocabulary;

    fn first_section(markdown: &str) -> (SectionNotes, vocabulary::Vocabulary) {
        let vocabulary = vocabulary::load(&Sources::Compiled).unwrap();
        let tagger = Tagger::new(&vocabulary);
        let document = crate::extract::extract("md", markdown.as_bytes()).document.unwrap();
        (annotate(&document, &tagger).sections.remove(0), vocabulary)
    }

    #[test]
    fn topics_steps_and_evidence_are_found() {
        let (notes, vocabulary) = first_section(
            "# Serving\n\nA feature store keeps training-serving skew away. Feature stores cost.\n",
        );
        let found: Vec<(&str, u32)> = notes
            .mentions
            .iter()
            .map(|m| (vocabulary.topics[m.topic as usize].slug.0.as_str(), m.count))
            .collect();
        assert!(found.contains(&("feature-store", 2)), "{found:?}");
        assert!(found.contains(&("training-serving-skew", 1)), "{found:?}");
        assert_eq!(notes.mentions[0].salience, Salience::Main);
        assert_eq!(notes.co_mentions.len(), 1);
        assert_eq!(
            notes.co_mentions[0].sentence,
            "A feature store keeps training-serving skew away."
        );
        assert_eq!(vocabulary.steps[usize::from(notes.step.unwrap())].slug, "serving");
    }

    #[test]
    fn a_mention_says_where_it_stands() {
        let text = "# X\n\nOne line.\n\nThen a Feature  Store here.\n";
        let document = crate::extract::extract("md", text.as_bytes()).document.unwrap();
        let (notes, _) = first_section(text);
        let (start, end) = notes.mentions[0].at.unwrap();
        let found = &document.sections[0].text[start as usize..end as usize];
        assert!(
            found.eq_ignore_ascii_case("feature  store") || found == "Feature Store",
            "{found}"
        );
    }
}
