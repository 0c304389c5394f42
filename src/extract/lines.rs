//! Lines and pages of a PDF, and what a line's text says about it.

use super::words::{is_cjk, words};

/// A heading has at most this many words.
const HEADING_WORDS: usize = 14;
/// A copyright line has at most this many words.
const COPYRIGHT_WORDS: usize = 30;
/// Characters that start a list item.
pub(super) const BULLETS: [char; 14] =
    ['•', '◦', '▪', '●', '○', '■', '□', '❒', '➤', '–', '·', '✓', '‣', '∙'];

/// A line of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PdfLine {
    pub text: String,
    /// The position of its start and its baseline, in points from the page's left and upper edge.
    pub x: f64,
    pub y: f64,
    /// The position of its end, in points from the page's left edge.
    pub end: f64,
    /// The type size of most of its characters, in points.
    pub size: f64,
    /// The right edge of its column, in points from the page's left edge.
    pub column_end: f64,
    /// Whether a gap or the start of a column precedes it.
    pub starts_block: bool,
    /// Whether it is a row of a table.
    pub is_row: bool,
    /// Whether it is a line of code. Its text then starts with its indentation.
    pub is_code: bool,
}

/// A page with its lines in reading order.
pub(super) struct PdfPage {
    /// 1-based.
    pub number: u32,
    /// In points.
    pub width: f64,
    pub height: f64,
    pub lines: Vec<PdfLine>,
}

/// Appends a line to a paragraph and rejoins a word that was hyphenated at the line's end.
pub(super) fn join(text: &mut String, line: &str) {
    let parted = text.ends_with('-')
        && text.trim_end_matches('-').ends_with(char::is_lowercase)
        && line.starts_with(char::is_lowercase);
    let is_compound =
        text.ends_with('-') && !text.ends_with(" -") && line.starts_with(char::is_alphanumeric);
    if parted {
        text.pop();
    } else {
        let is_cjk_pair = text.ends_with(is_cjk) && line.starts_with(is_cjk);
        if !(is_compound || text.is_empty() || is_cjk_pair) {
            text.push(' ');
        }
    }
    text.push_str(line);
}

/// Whether `text` may be a heading: it is short and has a word in it, so that it isn't only a formula.
pub(super) fn is_title(text: &str) -> bool {
    let is_word = |word: &str| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        letters >= 3 || word.chars().any(is_cjk)
    };
    words(text) <= HEADING_WORDS && text.split_whitespace().any(is_word)
}

/// Whether `text` starts a list item, with a bullet, a number or the number of a reference.
pub(super) fn is_item(text: &str) -> bool {
    text.starts_with(BULLETS)
        || text.starts_with("- ")
        || text == "-"
        || is_numbered(text)
        || is_reference(text)
}

/// Whether `text` starts with a number in square brackets.
fn is_reference(text: &str) -> bool {
    let rest =
        text.strip_prefix('[').map(|text| text.trim_start_matches(|c: char| c.is_ascii_digit()));
    rest.is_some_and(|rest| rest.starts_with("] ")) && !text.starts_with("[]")
}

/// Whether `text` starts with a number and a full stop or bracket: `2. Losses`, `3) Data`.
pub(super) fn is_numbered(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - rest.len();
    (1..=2).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") "))
}

/// Whether `text` has no letters and at most nine bytes, like a page number.
pub(super) fn is_number(text: &str) -> bool {
    !text.chars().any(char::is_alphabetic) && text.len() <= 9
}

/// Whether `text` is a copyright line.
pub(super) fn is_copyright(text: &str) -> bool {
    if words(text) > COPYRIGHT_WORDS {
        return false;
    }
    let lower = text.to_lowercase();
    let has_year = lower.split(|c: char| !c.is_ascii_digit()).any(|year| year.len() == 4);
    let starts = ["©", "(c) ", "copyright"].iter().any(|mark| lower.starts_with(mark));
    lower.contains("all rights reserved")
        || starts && (has_year || lower.starts_with('©'))
        || lower.contains('©') && has_year
}

/// Whether `text` names only the author: `Created by Ann`.
pub(super) fn is_credit(text: &str) -> bool {
    const VERBS: [&str; 8] =
        ["created", "made", "written", "prepared", "designed", "presented", "compiled", "authored"];
    let mut start = text.split([' ', ':']).filter(|word| !word.is_empty()).map(str::to_lowercase);
    let verb = start.next().is_some_and(|verb| VERBS.contains(&verb.as_str()));
    verb && start.next().is_some_and(|by| by == "by") && words(text) <= 8
}

/// Whether `text` is a date: a month and a year, and little else.
pub(super) fn is_date(text: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = text.to_lowercase();
    let mut parts = lower.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let is_month = |part: &str| MONTHS.iter().any(|month| part.starts_with(month));
    let is_year = |part: &str| {
        part.len() == 4 && part.starts_with(['1', '2']) && part.bytes().all(|b| b.is_ascii_digit())
    };
    words(text) <= 12 && parts.clone().any(is_month) && parts.any(is_year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copyright_lines_are_distinguished_from_text_about_copyright() {
        for line in ["© 2024 Ann", "Copyright 2023, Ann and Bob", "Ann 2021. All rights reserved."]
        {
            assert!(is_copyright(line), "{line}");
        }
        for line in ["Copyright of training data is disputed.", "In 2023 the model was trained."] {
            assert!(!is_copyright(line), "{line}");
        }
    }

    #[test]
    fn a_hyphenated_word_is_rejoined_and_a_compound_is_kept() {
        let mut text = "A clas-".to_owned();
        join(&mut text, "sifier with Fine-");
        join(&mut text, "Tuning");
        assert_eq!(text, "A classifier with Fine-Tuning");
    }
}
