//! Limits of one document: its number of sections and their total bytes. They bound the memory of every
//! stage after the readers, for any file.

use super::{Document, Section};
use crate::problem::{Problem, Stage};

/// The maximum number of sections of one document. The longest documents in the sources examined have a tenth of it.
pub(super) const MOST_SECTIONS: usize = 5_000;
/// The maximum bytes of a document's headings, anchors, text, code, links and tags together. The longest documents in
/// the sources examined have a tenth of it.
pub(super) const MOST_TEXT: usize = 4_000_000;
/// The maximum characters of a document's title, of its licence and of each tag. Longer ones are truncated, because
/// every section repeats them.
const LONGEST_TITLE: usize = 300;
/// The maximum number of problems of one file. One more problem states how many others there are.
const MOST_PROBLEMS: usize = 20;
/// The maximum characters of the message of a problem. Longer messages are truncated.
const LONGEST_PROBLEM: usize = 500;

/// Truncates the document's title, licence and tags, and drops the sections beyond the limits. Returns a
/// problem if sections were dropped.
pub(super) fn bound(document: &mut Document) -> Option<Problem> {
    let repeated = document.title.iter_mut().chain(&mut document.tags).chain(&mut document.licence);
    repeated.for_each(|text| text.truncate(cut(text, LONGEST_TITLE).len()));
    let mut left = MOST_TEXT;
    let fits = |section: &Section| {
        let rest = left.checked_sub(bytes(section));
        rest.map(|rest| left = rest).is_some()
    };
    let all = document.sections.len();
    let kept = document.sections.iter().take(MOST_SECTIONS).map(fits).take_while(|fits| *fits);
    let kept = kept.count();
    if kept == all {
        return None;
    }
    document.sections.truncate(kept);
    let message = format!(
        "too long: the first {kept} sections are kept, the rest is left out (at most {MOST_SECTIONS}, of {MOST_TEXT} bytes together)"
    );
    let problem = Problem::new(Stage::Extract, message);
    Some(problem.hint("a file that was cut into several is read whole"))
}

/// Keeps the first `MOST_PROBLEMS` problems and adds one that counts the others; truncates long messages.
pub(super) fn bound_problems(problems: &mut Vec<Problem>) {
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    if more > 0 {
        problems.truncate(MOST_PROBLEMS);
        problems.push(Problem::new(Stage::Extract, format!("{more} more problems of this file")));
    }
    for problem in problems {
        problem.message.truncate(cut(&problem.message, LONGEST_PROBLEM).len());
    }
}

impl Document {
    /// The total bytes of the document's sections. O(sections).
    pub fn bytes(&self) -> usize {
        self.sections.iter().map(bytes).sum()
    }
}

/// The bytes of the text, code, anchor, links, headings and tags of `section`.
pub(super) fn bytes(section: &Section) -> usize {
    let strings = |strings: &[String]| strings.iter().map(String::len).sum::<usize>();
    let links = section.links.iter();
    let linked: usize =
        links.map(|link| link.url.len() + link.text.len() + link.sentence.len()).sum();
    let own =
        section.text.len() + section.code.len() + section.anchor.as_ref().map_or(0, String::len);
    own + linked + strings(&section.headings) + strings(&section.tags)
}

/// The first `characters` characters of `text`; the whole text if it has fewer.
pub(super) fn cut(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::extract;

    #[test]
    fn sections_beyond_the_limits_are_left_out() {
        let extracted = extract("md", "# A\n\nb c d e f\n\n".repeat(MOST_SECTIONS + 5).as_bytes());
        assert_eq!(extracted.document.unwrap().sections.len(), MOST_SECTIONS);
        assert!(extracted.problems[0].message.contains("too long"));
        let words = "word ".repeat(20_000);
        let long: String = (0..60).map(|at| format!("# {at}\n\n{words}\n\n")).collect();
        let document = extract("txt", long.as_bytes()).document;
        let text: usize = document.map_or(0, |d| d.sections.iter().map(|s| s.text.len()).sum());
        assert!(text <= MOST_TEXT, "{text}");
    }

    #[test]
    fn a_long_title_or_heading_is_not_repeated_in_every_section() {
        let long = "heading ".repeat(1_000);
        let line = "One line of text with enough words for a section of its own.";
        let parts = format!("{line}\n\n## Part\n\n").repeat(4_000);
        let text = format!("---\ntitle: {long}\ntags: [\"{long}\"]\n---\n# {long}\n\n{parts}");
        let document = extract("md", text.as_bytes()).document.unwrap();
        assert!(document.title.unwrap().len() <= LONGEST_TITLE);
        assert!(document.tags[0].len() <= LONGEST_TITLE);
        let headings: usize =
            document.sections.iter().flat_map(|section| &section.headings).map(String::len).sum();
        assert!(document.sections.len() > 3_000 && headings < MOST_TEXT, "{headings}");
    }

    #[test]
    fn links_headings_and_tags_count_towards_the_limit() {
        let link = format!("- [a](https://a.org/{})\n", "x".repeat(1_000));
        let extracted = extract("md", format!("# A\n\n{}", link.repeat(9_000)).as_bytes());
        let sections = extracted.document.unwrap().sections;
        assert!(sections.iter().map(bytes).sum::<usize>() <= MOST_TEXT);
        assert!(extracted.problems[0].message.contains("too long"), "{:?}", extracted.problems);
    }
}
