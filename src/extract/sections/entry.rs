//! The entries of an outline, and the kinds of headings that are recognised by their words alone.

use crate::extract::pattern::patterns;

/// The level of a question that serves as a heading: below all headings of the file.
pub(super) const QUESTION_LEVEL: u8 = 7;

patterns! {
    /// The number of a heading, with the word before it, if any: `Chapter 2: …`, `2.1 …`, `3) …`.
    NUMBER = r"(?i)^\W*(chapter|part|section|week|lesson|module|day|step|unit)?\s*(\d{1,3}(?:\.\d{1,3}){0,3})(?:[.):]|\s|$)";
    /// A table of contents.
    CONTENTS = r"(?i)^[^\p{L}\p{N}]*(?:table of contents?|contents|toc|main contents?|index)[^\p{L}\p{N}]*$";
    /// A heading that names no subject of the document, so it should not be the parent of many later headings.
    SUBJECTLESS = r"(?i)^[^\p{L}\p{N}]*(?:acknowledge?ments?|credits|motivation|contributing|contributors|how to contribute|contribution guidelines|licen[sc]e|copyright|disclaimer|citation|sponsors|support|about(?: me| us| the authors?| your instructors?)?|contact|star history|changelog)[^\p{L}\p{N}]*$";
    /// The part of a notebook that installs and imports packages.
    IMPORTS = r"(?i)^[^\p{L}\p{N}]*(?:package installation|(?:(?:package |library )?(?:installation|installs?|setup) (?:and|&) )?imports?|(?:installing|importing|import|install)(?: the| all)?(?: necessary| required)? (?:packages|libraries))[^\p{L}\p{N}]*$";
    /// A generic heading of a text that begins with its subject.
    OVERVIEW = r"(?i)^[^\p{L}\p{N}]*(?:introduction|overview|background|motivation|examples?|discussion)[^\p{L}\p{N}]*$";
    /// A link word at the end of a heading, such as `[src]`.
    SOURCE = r"(?i)\s*\[(?:src|source|link|ref)\]\s*$";
    /// A heading that many documents have, whatever they are about.
    GENERIC = {
        let headings = [
            r"(?:package |library )?(?:installation|installing|setup|imports?)(?: (?:and|&) (?:imports?|installation|setup|set ?up|setting \w+))?(?: (?:guide|instructions|dependencies|packages|libraries))?",
            r"(?:install|import|load|set up|setting up)(?: the| all| and import)?(?: necessary| required| needed)? (?:packages?|librar(?:y|ies)|dependencies|modules|requirements|environment|data(?:set)?|keys?)",
            r"module registration|prerequisites?|requirements|getting started|quick ?start|usage|introduction|overview|background|motivation|dataset|code|examples?|exercises?|homework|practice|solutions?",
            r"conclusions?|summary|recap|key takeaways?|takeaways|next steps?|what'?s next|further reading|references?|additional (?:references|resources|links)|bibliography|resources|(?:useful |external )?links|sources|appendix|footnotes|see also|related(?: \w+)?",
            r"(?:community |additional )?notes?|comments|navigation|feedback|faqs?|questions|discussion|nav|previous and next",
        ];
        format!(r"(?i)^[^\p{{L}}\p{{N}}]*(?:{})[^\p{{L}}\p{{N}}]*$", headings.join("|"))
    };
}

/// Whether `heading` names no subject of the document: "Contents", "License".
pub(super) fn is_subjectless(heading: &str) -> bool {
    CONTENTS.is_match(heading) || SUBJECTLESS.is_match(heading)
}

/// Whether many documents have `heading`, whatever they are about.
pub(super) fn is_generic(heading: &str) -> bool {
    is_subjectless(heading) || GENERIC.is_match(heading)
}

/// Whether `heading` is the generic heading of a text that begins with its subject.
pub(super) fn is_overview(heading: &str) -> bool {
    OVERVIEW.is_match(heading)
}

/// `heading` without a link word such as `[src]` at its end; unchanged if it has nothing else.
pub(super) fn without_source(heading: &str) -> &str {
    let end = SOURCE.find(heading).map_or(heading.len(), |found| found.start());
    if end == 0 { heading } else { &heading[..end] }
}

/// A heading of a document, or the end of an answer.
pub(super) struct OutlineEntry {
    pub level: u8,
    pub text: String,
    /// The number of words directly below.
    pub words: usize,
    pub kind: EntryKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    Heading,
    /// A heading that is an HTML element.
    Html,
    /// Not a heading: the end of the answer to a question. The text after it belongs to the heading above the question.
    Resumed,
}

impl OutlineEntry {
    pub fn is_heading(&self) -> bool {
        self.kind != EntryKind::Resumed
    }

    /// Whether it is a heading and no question.
    pub fn is_author_heading(&self) -> bool {
        self.level < QUESTION_LEVEL
    }

    /// The parts of the heading's number: 2 and 1 for `2.1 Labels`; none if it has no number.
    pub fn numbers(&self) -> Vec<u32> {
        let number = NUMBER.captures(&self.text).and_then(|found| found.get(2));
        number.map_or_else(Vec::new, |number| {
            number.as_str().split('.').filter_map(|part| part.parse().ok()).collect()
        })
    }

    /// Whether it is the heading of a table of contents.
    pub fn is_contents(&self) -> bool {
        CONTENTS.is_match(&self.text)
    }

    /// Whether it is the heading of the part that imports packages.
    pub fn is_of_imports(&self) -> bool {
        IMPORTS.is_match(&self.text)
    }

    /// Whether many documents have this heading. Such a heading can't be a title, and belongs below the title.
    pub fn is_generic(&self) -> bool {
        is_generic(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_word_at_the_end_of_a_heading_is_removed() {
        assert_eq!(without_source("What is a van? [src]"), "What is a van?");
        for heading in ["[src]", "Vans [of the depot]", "Vans"] {
            assert_eq!(without_source(heading), heading);
        }
    }

    #[test]
    fn generic_headings_are_distinguished_from_subjects() {
        let is_generic = |text: &str| {
            let text = text.to_owned();
            OutlineEntry { level: 1, text, words: 0, kind: EntryKind::Heading }.is_generic()
        };
        for text in
            ["Package Installation and Imports", "🛠️ Setup", "References", "Notes", "License"]
        {
            assert!(is_generic(text), "{text}");
        }
        for text in ["Setup costs of a depot", "Recall", "Import of goods", "2.1 Labels"] {
            assert!(!is_generic(text), "{text}");
        }
    }
}
