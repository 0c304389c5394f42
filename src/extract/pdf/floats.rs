//! Moves figures, tables and footnotes out of the sentences that they interrupt at page borders, and removes the labels
//! of figures.

use super::formula::is_formula;
use super::headings::{LARGER, body_size};
use crate::extract::lines::{PdfLine, PdfPage, is_item};
use crate::extract::pattern::patterns;
use crate::extract::words::words;

/// A label of a figure has at most this many words.
const LABEL_WORDS: usize = 5;
/// Footnotes are in type that is smaller than that of the text by this factor.
const SMALLER: f64 = 0.93;

patterns! {
    /// The caption of a figure or table.
    CAPTION = r"^(?:Figure|Fig\.|FIGURE|Table|TABLE|Abbildung|Tabelle|Tableau)\s*\d{1,3}(?:\.\d{1,3})*\s*[:.]\s*\S";
    /// The caption of a figure.
    FIGURE = r"^(?:Figure|Fig\.|FIGURE|Abbildung)\s";
}

/// Whether `text` begins with the caption of a figure or table.
pub(super) fn is_caption(text: &str) -> bool {
    CAPTION.is_match(text)
}

/// Removes the labels of figures and the footnotes that are only an address, and moves what is between the two halves of a paragraph on two pages behind the
/// paragraph. O(lines).
pub(super) fn settle(pages: &mut [PdfPage]) {
    let body = body_size(pages);
    let is_link = |line: &PdfLine| {
        let text = line.text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        line.size < body * SMALLER && text.starts_with("http") && !text.contains(' ')
    };
    for page in pages.iter_mut() {
        page.lines.retain(|line| !is_link(line));
        remove_labels(&mut page.lines, body);
    }
    for at in 1..pages.len() {
        let (before, behind) = pages.split_at_mut(at);
        if let (Some(before), Some(page)) = (before.last_mut(), behind.first_mut()) {
            join_halves(&mut before.lines, &mut page.lines, body);
        }
    }
}

/// Removes the labels that are directly above the caption of a figure.
fn remove_labels(lines: &mut Vec<PdfLine>, body: f64) {
    let is_label = |line: &PdfLine| {
        let is_short = words(&line.text) <= LABEL_WORDS || line.is_row;
        let is_other_type = line.is_row || (line.size - body).abs() > 0.05 * body;
        let is_heading = line.size > body * LARGER;
        is_short
            && is_other_type
            && !is_heading
            && !line.is_code
            && (line.text.ends_with("...") || !line.text.ends_with(['.', ':']))
            && !is_item(&line.text)
            && !is_formula(&line.text)
    };
    let mut kept: Vec<PdfLine> = Vec::with_capacity(lines.len());
    for line in lines.drain(..) {
        if FIGURE.is_match(&line.text) && is_caption(&line.text) {
            while kept.last().is_some_and(is_label) {
                kept.pop();
            }
        }
        kept.push(line);
    }
    *lines = kept;
}

/// If the text of `before`, the lines of a page, ends in the middle of a sentence that goes on in `lines`, the lines of
/// the next page: moves the footnotes of the first page and the figures at the top of the second behind that sentence's
/// paragraph.
fn join_halves(before: &mut Vec<PdfLine>, lines: &mut Vec<PdfLine>, body: f64) {
    let is_note = |line: &&PdfLine| line.size < body * SMALLER && !line.is_code && !line.is_row;
    let notes = before.iter().rev().take_while(is_note).count();
    let text = before.len() - notes;
    let Some(last) = text.checked_sub(1).map(|at| &before[at]) else { return };
    let is_open = !last.text.ends_with(['.', ':', '!', '?', ';', '。']);
    if !is_open || last.is_code || last.is_row || is_caption(&last.text) {
        return;
    }
    let floats = floats(lines);
    let goes_on = lines.get(floats).is_some_and(|line| {
        let is_same_type = (line.size - last.size).abs() < 0.05 * line.size;
        line.text.starts_with(char::is_lowercase) && is_same_type && !line.is_code
    });
    if !goes_on || notes + floats == 0 {
        return;
    }
    let is_next = |line: &PdfLine| line.starts_block || line.is_code || is_item(&line.text);
    let rest = lines[floats + 1..].iter().position(is_next);
    let end = rest.map_or(lines.len(), |rest| floats + 1 + rest);
    lines[..end].rotate_left(floats);
    let mut notes = before.split_off(text);
    if let Some(first) = notes.first_mut() {
        first.starts_block = true;
    }
    lines.splice(end - floats..end - floats, notes);
}

/// The number of lines at the start of a page that are figures or tables with their captions.
fn floats(lines: &[PdfLine]) -> usize {
    let is_part = |line: &PdfLine| line.is_row || words(&line.text) <= LABEL_WORDS;
    let mut end = 0;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if is_caption(&line.text) {
            let rest = lines[at + 1..].iter().position(|line| line.starts_block);
            at = rest.map_or(lines.len(), |rest| at + 1 + rest);
            end = at;
        } else if is_part(line) {
            at += 1;
        } else {
            break;
        }
    }
    end
}
