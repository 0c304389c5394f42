//! Levels of numbered headings: `2.3.1` is below `2.3`, whatever their type sizes are.

use crate::extract::lines::{PdfLine, is_title};

/// The deepest level of a heading.
const DEEPEST: u8 = 6;
/// A numbered heading in the type of the text has at most this many words after its number.
const MOST_WORDS: usize = 9;
/// A heading in the type of the text ends before this share of the column.
const SHORT: f64 = 0.85;

/// The headings above the current text, outermost first.
#[derive(Default)]
pub(super) struct NumberedHeadings {
    open: Vec<OpenNumber>,
}

/// An open heading: its numbers, empty if it has none, and its level.
struct OpenNumber {
    numbers: Vec<u16>,
    level: u8,
}

impl NumberedHeadings {
    /// The level of the heading `text` whose type size gives `level`: deeper than the heading whose number is a part of
    /// its number. The heading is open from now on. O(1), because at most [`DEEPEST`] headings are open.
    pub fn open(&mut self, text: &str, level: u8) -> u8 {
        let numbers = numbers(text).unwrap_or_default();
        let level = match self.by_number(&numbers) {
            Some(numbered) if numbered > level => numbered,
            _ => level,
        };
        self.open.retain(|above| above.level < level);
        self.open.push(OpenNumber { numbers, level });
        level
    }

    /// The level of `line`, a line in the type of the text, if its number is that of a subsection: the heading above it
    /// or beside it is open, and the line is short or apart from `next`, the line after it.
    pub fn level_of_text(&self, line: &PdfLine, next: Option<&PdfLine>) -> Option<u8> {
        let numbers = numbers(&line.text).filter(|numbers| numbers.len() > 1)?;
        let title = line.text.split_once(' ')?.1.trim_start();
        let is_apart = next.is_none_or(|next| next.starts_block || next.is_code);
        let is_short = line.end - line.x < SHORT * (line.column_end - line.x);
        let is_heading = !(line.is_row || line.is_code)
            && (is_apart || is_short)
            && title.split(' ').count() <= MOST_WORDS
            && (title.starts_with(char::is_uppercase) && is_title(&line.text)
                || title.chars().all(char::is_alphabetic))
            && !title.ends_with([',', ';', ':']);
        self.by_number(&numbers).filter(|_| is_heading)
    }

    /// The level of a heading with `numbers`, if the heading that its number continues is open, or one before it.
    fn by_number(&self, numbers: &[u16]) -> Option<u8> {
        let (own, above) = numbers.split_last()?;
        if above.is_empty() {
            return None;
        }
        let mut open = self.open.iter().rev();
        open.find_map(|open| match open.numbers.split_last() {
            _ if open.numbers == above => Some((open.level + 1).min(DEEPEST)),
            Some((last, before)) if before == above && last < own => Some(open.level),
            _ => None,
        })
    }
}

/// The numbers before a heading: `[2, 3, 1]` of `2.3.1 Losses`. `None` if it has none.
fn numbers(text: &str) -> Option<Vec<u16>> {
    let (number, title) = text.split_once(' ')?;
    let number = number.strip_suffix('.').unwrap_or(number);
    let is_number = |part: &str| (1..=3).contains(&part.len()) && part.parse::<u16>().is_ok();
    let parts: Vec<&str> = number.split('.').collect();
    let is_numbered = parts.len() <= DEEPEST.into() && parts.iter().all(|part| is_number(part));
    let is_titled = is_numbered && !title.trim().is_empty();
    is_titled.then(|| parts.iter().filter_map(|part| part.parse::<u16>().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> PdfLine {
        let (end, column_end) = (200.0, 500.0);
        PdfLine { text: text.to_owned(), end, column_end, ..PdfLine::default() }
    }

    #[test]
    fn a_numbered_heading_is_below_the_heading_with_the_number_above_it() {
        let mut headings = NumberedHeadings::default();
        assert_eq!(headings.open("2 Vans", 1), 1);
        assert_eq!(headings.open("2.1 Doors", 1), 2);
        assert_eq!(headings.open("2.1.1 Bells", 1), 3);
        assert_eq!(headings.open("2.2 Fuel", 1), 2);
        assert_eq!(headings.open("3 Depots", 1), 1);
        assert_eq!(headings.open("Summary", 1), 1);
    }

    #[test]
    fn a_numbered_line_in_the_type_of_the_text_is_a_heading_below_an_open_one() {
        let mut headings = NumberedHeadings::default();
        headings.open("2 Vans", 2);
        assert_eq!(headings.level_of_text(&text("2.1 Doors"), None), Some(3));
        assert_eq!(headings.level_of_text(&text("2.1 for"), None), Some(3));
        for line in ["3.1 Doors", "2.1 of 9", "2.1 vans, which the depot has,", "2 Vans"] {
            assert_eq!(headings.level_of_text(&text(line), None), None, "{line}");
        }
        let long = PdfLine { end: 490.0, ..text("2.1 Doors are closed by") };
        let next = text("the driver.");
        assert_eq!(headings.level_of_text(&long, Some(&next)), None);
    }
}
