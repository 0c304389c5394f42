//! Annotates a document.

use super::mentions::{Finder, Topics};
use super::{Annotation, SectionNotes, Tagger, copies, language, role};
use crate::extract::Document;

/// Incremented when annotation changes: documents annotated under another version are annotated again.
pub const VERSION: u32 = 15;

/// The annotation of `document`, with the topics of the vocabulary that `tagger` was compiled from. O(length).
pub fn annotate(document: &Document, tagger: &Tagger) -> Annotation {
    let language = language::of(document);
    let is_english = language.as_deref().is_none_or(|language| language == "en");
    let mut finder = Finder::new(document, tagger);
    let mut sections: Vec<SectionNotes> = document
        .sections
        .iter()
        .map(|section| {
            // The table of word vectors has only English words.
            let vector = if is_english { tagger.steps.meaning(section) } else { None };
            let Topics { mentions, co_mentions, cited } = finder.find(section, vector.as_ref());
            SectionNotes {
                steps: tagger.steps.of(section, &mentions, vector.as_ref()),
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
    use crate::annotate::Salience;
    use crate::config::DataFiles;
    use crate::vocabulary;

    fn first_section(markdown: &str) -> (SectionNotes, vocabulary::Vocabulary) {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
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
        assert_eq!(vocabulary.steps[usize::from(notes.step().unwrap())].slug, "serving");
    }

    #[test]
    fn a_mention_has_the_position_of_its_label() {
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
