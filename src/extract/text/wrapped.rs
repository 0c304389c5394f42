//! Paragraphs of plain text: hard-wrapped lines are joined, and tables of numbers are found.

use std::ops::Range;

use super::line::TextLine;
use crate::extract::lines::is_item;

/// A paragraph is hard-wrapped if it has at least `LEAST_LINES` lines, and most of them have at least `WRAPPED`
/// characters.
const WRAPPED: usize = 60;
const LEAST_LINES: usize = 3;
/// A line shorter than this share of the longest one may end a paragraph.
const SHORT_PERCENT: usize = 80;
/// The least lines of a table of numbers, and the most lines without numbers between two of its rows.
const TABLE_LINES: usize = 4;
const TABLE_GAP: usize = 2;
/// A row of a table of numbers ends with at least `ROW_NUMBERS` numbers, and at least `ROW_PERCENT` percent of its
/// words are numbers.
const ROW_NUMBERS: usize = 2;
const ROW_PERCENT: usize = 40;

/// Divides `lines` into paragraphs if they are hard-wrapped: at list items, and after short lines that end a sentence.
/// `None` if they are not hard-wrapped, so that each line stays a line.
pub(super) fn paragraphs(lines: &[TextLine]) -> Option<Vec<Range<usize>>> {
    let length = |line: &TextLine| line.text.chars().count();
    let long = lines.iter().filter(|line| length(line) >= WRAPPED).count();
    if lines.len() < LEAST_LINES || long * 10 < (lines.len() - 1) * 6 {
        return None;
    }
    let longest = lines.iter().map(length).max().unwrap_or(0);
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let ends = |before: &TextLine| {
            let is_short = length(before) * 100 < longest * SHORT_PERCENT;
            before.text.ends_with(['.', ':', '!', '?', ';']) && is_short
        };
        let begins = at == 0 || is_item(line.text) || ends(&lines[at - 1]);
        match paragraphs.last_mut() {
            Some(open) if !begins => open.end = at + 1,
            _ => paragraphs.push(at..at + 1),
        }
    }
    Some(paragraphs)
}

/// The ranges of `lines` that are tables of numbers. O(length).
pub(super) fn tables(lines: &[TextLine]) -> Vec<Range<usize>> {
    let mut tables: Vec<(Range<usize>, usize)> = Vec::new();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| is_number_row(line.text)) {
        match tables.last_mut() {
            Some((table, rows)) if at - table.end <= TABLE_GAP => {
                table.end = at + 1;
                *rows += 1;
            }
            _ => tables.push((at..at + 1, 1)),
        }
    }
    tables.retain(|(_, rows)| *rows >= TABLE_LINES);
    tables.into_iter().map(|(table, _)| table).collect()
}

/// Whether `text` is a row of a table of numbers: it ends with numbers and is not a sentence.
fn is_number_row(text: &str) -> bool {
    let is_mark = |word: &&str| matches!(*word, "$" | "—" | "–" | "-" | "%" | "€" | "£");
    let is_number = |word: &&str| {
        word.chars().any(|c| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || "().,%$€£+-−".contains(c))
    };
    let all = text.split_whitespace().filter(|word| !is_mark(word)).count();
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let numbers = words.iter().filter(|word| is_number(word)).count();
    // Prose may be full of numbers, but it doesn't end with two of them.
    words.retain(|word| !is_mark(word));
    let ends = words.iter().rev().take_while(|word| is_number(word)).count();
    let is_sentence = text.ends_with(['.', '?', '!', ':']);
    !is_sentence && ends >= ROW_NUMBERS && numbers * 100 >= all * ROW_PERCENT
}
