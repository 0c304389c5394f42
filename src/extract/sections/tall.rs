//! Cuts code blocks with more lines than a section may have: before an unindented line that follows a blank
//! one, or else after any blank line, or else at the limit.

use super::block::{BlockSpan, DocumentBlock, MOST_LINES};

/// The minimum number of lines of a part, except the last.
const LEAST_LINES: usize = 15;

/// The parts of `block`, a code block with line numbers as its position; `block` alone if it is short enough.
pub(super) fn parts(block: DocumentBlock) -> Vec<DocumentBlock> {
    let lines: Vec<&str> = block.code.split('\n').collect();
    let most = MOST_LINES as usize - 2;
    let span = (block.span.last + 1).saturating_sub(block.span.first) as usize;
    // A fenced block spans two lines more than its code. If a block spans fewer lines than its code has, its lines
    // are not lines of the file, so it can't be cut.
    if lines.len() <= most || span < lines.len() {
        return vec![block];
    }
    let first = block.span.first + u32::from(span > lines.len());
    let mut parts = Vec::new();
    let mut from = 0;
    while from < lines.len() {
        let to = if lines.len() - from <= most { lines.len() } else { cut(&lines, from, most) };
        let number = |line: usize| first + u32::try_from(line).unwrap_or(0);
        parts.push(DocumentBlock {
            span: BlockSpan {
                first: if from == 0 { block.span.first } else { number(from) },
                last: if to == lines.len() { block.span.last } else { number(to - 1) },
            },
            code: lines[from..to].join("\n"),
            ..DocumentBlock::default()
        });
        from = to;
    }
    if let Some(first) = parts.first_mut() {
        (first.text, first.links, first.inner) = (block.text, block.links, block.inner);
    }
    parts
}

/// The end (exclusive) of the part that starts at line `from`: the last unindented line after a blank one, or
/// else the last line after a blank one, or else `most` lines on.
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
        let parts = parts(block);
        let whole: Vec<&str> = parts.iter().map(|part| part.code.as_str()).collect();
        assert_eq!(whole.join("\n"), code);
        parts.into_iter().map(|part| [part.span.first, part.span.last]).collect()
    }

    #[test]
    fn tall_code_is_cut_between_definitions() {
        let code = format!("{}\n{}", "def a():\n    x\n\n    y\n\n".repeat(11), "z\n".repeat(30));
        let lines = u32::try_from(code.split('\n').count()).unwrap();
        // Fenced, from line 10 on: the code begins with line 11.
        assert_eq!(parted(&code, 10, 11 + lines), [[10, 66], [67, 11 + lines]]);
    }

    #[test]
    fn code_without_blank_lines_is_cut_at_the_limit_and_short_code_is_not() {
        assert_eq!(parted(&vec!["x"; 100].join("\n"), 1, 100), [[1, 58], [59, 100]]);
        assert_eq!(parted("x\ny", 1, 4), [[1, 4]]);
    }
}
