//! Cuts long code blocks: before an unindented line that follows a blank one, or else after any blank line, or else at
//! the limit.

use std::ops::Range;

use super::block::{BlockSpan, DocumentBlock};

/// The maximum number of lines of a part, except the last. It is large, because code that is cut is harder to understand than a long
/// section.
const MOST_LINES: usize = 80;
/// Code of at most this many lines is not cut, because a short rest would have no meaning alone.
const WHOLE_LINES: usize = 100;
/// The minimum number of lines of a part, except the last.
const LEAST_LINES: usize = 30;

/// The parts of `block`, the code of a cell. If it is short enough, it is the only part. All parts have the position of
/// `block`, and the text of each part after the first is `introduction`.
pub(super) fn parts_of_cell(
    block: DocumentBlock,
    introduction: Option<&str>,
) -> Vec<DocumentBlock> {
    let span = block.span;
    parts_at(block, introduction, |_| span)
}

/// The parts of `block`, a code block whose position is line numbers. If it is short enough, it is the only part. The
/// text of each part after the first is `introduction`, the sentence before the code.
pub(super) fn parts(block: DocumentBlock, introduction: Option<&str>) -> Vec<DocumentBlock> {
    let (whole, count) = (block.span, block.code.split('\n').count());
    let span = (whole.last + 1).saturating_sub(whole.first) as usize;
    // A fenced block spans two lines more than its code. If a block spans fewer lines than its code has, the lines of
    // its code are not lines of the file, so it can't be cut.
    if span < count {
        return vec![block];
    }
    let first = whole.first + u32::from(span > count);
    let number = |line: usize| first + u32::try_from(line).unwrap_or(0);
    parts_at(block, introduction, |lines| BlockSpan {
        first: if lines.start == 0 { whole.first } else { number(lines.start) },
        last: if lines.end == count { whole.last } else { number(lines.end - 1) },
    })
}

/// Cuts the code of `block`. `span` returns the position of a part with these lines of the code.
fn parts_at(
    block: DocumentBlock,
    introduction: Option<&str>,
    span: impl Fn(Range<usize>) -> BlockSpan,
) -> Vec<DocumentBlock> {
    let lines: Vec<&str> = block.code.split('\n').collect();
    if lines.len() <= WHOLE_LINES {
        return vec![block];
    }
    let mut parts = Vec::new();
    let mut from = 0;
    while from < lines.len() {
        let is_last = lines.len() - from <= WHOLE_LINES;
        let to = if is_last { lines.len() } else { cut(&lines, from, MOST_LINES) };
        parts.push(DocumentBlock {
            span: span(from..to),
            code: lines[from..to].join("\n"),
            text: introduction.unwrap_or_default().to_owned(),
            ..DocumentBlock::default()
        });
        from = to;
    }
    if let Some(first) = parts.first_mut() {
        (first.text, first.links, first.inner) = (block.text, block.links, block.inner);
    }
    parts
}

/// The end (exclusive) of the part that starts at line `from`: before the last unindented line that follows a blank
/// one, else before the last line that follows a blank one, else `most` lines after `from`.
fn cut(lines: &[&str], from: usize, most: usize) -> usize {
    let is_blank = |at: usize| lines[at].trim().is_empty();
    let begins = |at: &usize| is_blank(at - 1) && !is_blank(*at);
    let is_outer = |at: &usize| !lines[*at].starts_with([' ', '\t']);
    let candidates = || (from + LEAST_LINES..=from + most).rev().filter(begins);
    let outer = candidates().find(is_outer);
    outer.or_else(|| candidates().next()).unwrap_or(from + most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(code: &str, first: u32, last: u32) -> Vec<[u32; 2]> {
        let span = BlockSpan { first, last };
        let block = DocumentBlock { span, code: code.to_owned(), ..DocumentBlock::default() };
        let parts = parts(block, None);
        let whole: Vec<&str> = parts.iter().map(|part| part.code.as_str()).collect();
        assert_eq!(whole.join("\n"), code);
        parts.into_iter().map(|part| [part.span.first, part.span.last]).collect()
    }

    #[test]
    fn tall_code_is_cut_between_definitions() {
        let code = format!("{}\n{}", "def a():\n    x\n\n    y\n\n".repeat(19), "z\n".repeat(30));
        let lines = u32::try_from(code.split('\n').count()).unwrap();
        // Fenced, from line 10 on: the code begins with line 11.
        assert_eq!(parted(&code, 10, 11 + lines), [[10, 90], [91, 11 + lines]]);
    }

    #[test]
    fn code_without_blank_lines_is_cut_at_the_limit_and_short_code_is_not() {
        assert_eq!(parted(&vec!["x"; 150].join("\n"), 1, 150), [[1, 80], [81, 150]]);
        assert_eq!(parted("x\ny", 1, 4), [[1, 4]]);
        assert_eq!(parted(&vec!["x"; 95].join("\n"), 1, 95), [[1, 95]], "no short rest");
    }

    #[test]
    fn each_part_of_a_listing_has_the_sentence_before_it() {
        let code = vec!["x"; 150].join("\n");
        let span = BlockSpan { first: 1, last: 150 };
        let block = DocumentBlock { span, code, ..DocumentBlock::default() };
        let texts: Vec<String> =
            parts(block, Some("The trainer:")).into_iter().map(|part| part.text).collect();
        assert_eq!(texts, ["", "The trainer:"]);
    }
}
