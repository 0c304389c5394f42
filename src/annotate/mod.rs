//! What a section is about: topics mentioned, the step it serves, its language, what it copies,
//! and the resources that all sections together cite.
//!
//! Pure. [`annotate`] looks at one document and depends on nothing but it and the vocabulary, so
//! its answer is kept until either changes. [`copies`] and [`resources`] look at the whole corpus
//! and are computed for each generation.

pub mod case;
mod company;
pub mod copies;
mod folded;
mod language;
pub mod licence;
mod mentions;
pub mod resources;
mod role;
mod salience;
mod steps;
mod stop;
mod tagger;
pub mod terms;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::extract::Document;
pub use language::language_code;
use mentions::{Finder, Topics};
pub use role::Role;
pub use tagger::Tagger;

/// Changes when annotation does: what was annotated under another version is annotated anew.
pub const VERSION: u32 = 5;

/// How much a section is about a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// The topics that a link is about: places in the vocabulary, as often as they are named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cited {
    /// Named by its own words.
    pub anchor: Vec<u32>,
    /// Named by the sentence that it stands in.
    pub sentence: Vec<u32>,
    /// Named by the heading above it.
    pub heading: Vec<u32>,
}

/// What is known of one section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionNotes {
    /// One a topic, the most salient first.
    pub mentions: Vec<Mention>,
    pub co_mentions: Vec<CoMention>,
    /// For each of the section's links what it is said to be about.
    pub cited: Vec<Cited>,
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
    let mut finder = Finder::new(document, tagger);
    let mut sections: Vec<SectionNotes> = document
        .sections
        .iter()
        .map(|section| {
            let Topics { mentions, co_mentions, cited } = finder.find(section);
            SectionNotes {
                step: steps::of(section, &mentions, tagger),
                fingerprint: copies::fingerprint(section),
                signature: copies::signature(section),
                role: role::of(section),
                language: None,
                mentions,
                co_mentions,
                cited,
            }
        })
        .collect();
    for (section, notes) in document.sections.iter().zip(&mut sections) {
        notes.language = language::of_section(section, language.as_deref())
            .filter(|own| Some(own) != language.as_ref());
    }
    role::mark_off_topic(document, language.as_deref(), &mut sections);
    Annotation { language, sections }
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
