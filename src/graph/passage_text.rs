//! The text of a section as a passage of a guide: how much it is, and how well it is suited.

use serde::{Deserialize, Serialize};

use crate::extract::{Link, Section};

/// Sections with fewer words of text, and with more words of code, only narrate the code.
const NARRATION: u32 = 80;
/// Sections with fewer words are usually only an introduction.
const SHORT: u32 = 40;
/// Beyond this number, more words make a passage no better.
const LONG: u32 = 400;
/// Beyond this number, more list items make a passage no better.
const MANY_ITEMS: u32 = 8;

/// So many words of code count as one word of text, and all code as at most [`MOST_CODE`] words of text.
const CODE_WORDS: u32 = 4;
const MOST_CODE: u32 = 60;

/// The size of a section: the number of words, and the number of list items with at least three words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextExtent {
    pub words: u32,
    pub items: u32,
}

impl TextExtent {
    /// The extent of `section`. Zero if most of the words of its text are link texts: a list of titles is a reading list and
    /// not an answer. O(length).
    pub fn of(section: &Section) -> TextExtent {
        let mut extent = TextExtent::default();
        for line in section.text.lines() {
            let words = count(line);
            extent.words = extent.words.saturating_add(words);
            let is_item = line.trim_start().starts_with(['-', '•', '*']);
            extent.items += u32::from(is_item && words >= 3);
        }
        if linked(&section.links) > extent.words / 2 {
            return TextExtent::default();
        }
        let code = (count(&section.code) / CODE_WORDS).min(MOST_CODE);
        TextExtent { words: extent.words.saturating_add(code), ..extent }
    }
}

/// The number of words in `text`.
pub(super) fn count(text: &str) -> u32 {
    let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
    u32::try_from(words.count()).unwrap_or(u32::MAX)
}

/// The number of words in the texts of `links`.
fn linked(links: &[Link]) -> u32 {
    links.iter().fold(0, |sum, link| sum.saturating_add(count(&link.text)))
}

/// The number of questions in the text of `section`, and of its sentences, at least one.
pub(super) fn questions(section: &Section) -> (usize, usize) {
    let questions = section.text.matches(['?', '？']).count();
    (questions, section.text.matches(['.', '!', '?', '。', '？']).count().max(1))
}

/// How well `section` is suited, in hundredths. The weights are the rounded coefficients of a logistic regression on the
/// passages that readers chose for the steps of eight cases.
pub(super) fn worth(section: &Section, extent: TextExtent, is_english: bool) -> i16 {
    let given = |is: bool, weight: f32| if is { weight } else { 0.0 };
    let words = extent.words.max(1) as f32;
    let text = count(&section.text);
    let (questions, sentences) = questions(section);
    let worth = 18.0 * (extent.words.min(LONG) as f32).sqrt()
        + 20.0 * extent.items.min(MANY_ITEMS) as f32 / MANY_ITEMS as f32
        + given(is_english, 160.0)
        - 250.0 * (questions as f32 / sentences as f32).min(1.0)
        - 1_000.0 * (linked(&section.links) as f32 / words).min(1.0)
        - given(extent.words < SHORT, 100.0)
        // Set by hand, as that of questions: readers find numbers good and narrated code weak.
        + given(section.text.contains(|c: char| c.is_ascii_digit()), 40.0)
        - given(text < NARRATION && count(&section.code) > text, 150.0);
    // Between -1,300 and 1,000.
    worth.round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_headings_and_bullets_without_words_do_not_count() {
        let of = |text: &str, code: &str, links: &[Link]| {
            let (text, code, links) = (text.to_owned(), code.to_owned(), links.to_vec());
            TextExtent::of(&Section { text, code, links, ..section("X", "A text.") })
        };
        assert_eq!(of("", "", &[]), TextExtent::default());
        assert_eq!(of("- \n- ?\n", "", &[]), TextExtent::default());
        let text = "Two words.\n- one\n- an item of five words\n";
        assert_eq!(of(text, "", &[]), TextExtent { words: 8, items: 1 });
        assert_eq!(of(text, "a b c d e f g h", &[]), TextExtent { words: 10, items: 1 });
        assert_eq!(of("", &"a ".repeat(9_999), &[]), TextExtent { words: 60, items: 0 });
        let (url, sentence) = (String::new(), String::new());
        let link = Link { url, text: "an item of five words".into(), sentence };
        assert_eq!(of(text, "", &[link]), TextExtent::default(), "links say where to read");
    }

    fn section(heading: &str, text: &str) -> Section {
        let markdown = format!("# {heading}\n\n{text}\n");
        let document = crate::extract::extract("md", markdown.as_bytes()).document.unwrap();
        document.sections.into_iter().next().unwrap()
    }
}
