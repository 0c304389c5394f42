//! Cuts blocks of code that are taller than a section may be: between the definitions at the left margin
//! where there are some, else at an empty line.

use super::piece::{MOST_LINES, Piece};

/// A part is no shorter than this many lines, unless it is the last.
const LEAST_LINES: usize = 15;

/// The parts of `piece`, a block of code that stands in a file of lines; itself where it is not too tall.
pub(super) fn parts(piece: Piece) -> Vec<Piece> {
    let lines: Vec<&str> = piece.code.split('\n').collect();
    let most = MOST_LINES as usize - 2;
    let span = (piece.at.1 + 1).saturating_sub(piece.at.0) as usize;
    // What stands between two fences has two lines more; what has fewer lines than its code is no block of lines.
    if lines.len() <= most || span < lines.len() {
        return vec![piece];
    }
    let first = piece.at.0 + u32::from(span > lines.len());
    let mut parts = Vec::new();
    let mut from = 0;
    while from < lines.len() {
        let to = if lines.len() - from <= most { lines.len() } else { cut(&lines, from, most) };
        let number = |line: usize| first + u32::try_from(line).unwrap_or(0);
        parts.push(Piece {
            at: (
                if from == 0 { piece.at.0 } else { number(from) },
                if to == lines.len() { piece.at.1 } else { number(to - 1) },
            ),
            code: lines[from..to].join("\n"),
            ..Piece::default()
        });
        from = to;
    }
    if let Some(first) = parts.first_mut() {
        (first.text, first.links, first.inner) = (piece.text, piece.links, piece.inner);
    }
    parts
}

/// Where the part that begins with the line `from` ends: behind it comes a line at the left margin, with an
/// empty one before it, or else any line behind an empty one.
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

    fn parted(code: &str, at: (u32, u32)) -> Vec<(u32, u32)> {
        let piece = Piece { at, code: code.to_owned(), ..Piece::default() };
        let parts = parts(piece);
        let whole: Vec<&str> = parts.iter().map(|part| part.code.as_str()).collect();
        assert_eq!(whole.join("\n"), code);
        parts.into_iter().map(|part| part.at).collect()
    }

    #[test]
    fn tall_code_is_cut_between_definitions() {
        let code = format!("{}\n{}", "def a():\n    x\n\n    y\n\n".repeat(11), "z\n".repeat(30));
        let lines = u32::try_from(code.split('\n').count()).unwrap();
        // Fenced, from line 10 on: the code begins with line 11.
        assert_eq!(parted(&code, (10, 11 + lines)), [(10, 66), (67, 11 + lines)]);
    }

    #[test]
    fn what_has_no_empty_line_is_cut_all_the_same_and_short_code_is_not() {
        assert_eq!(parted(&vec!["x"; 100].join("\n"), (1, 100)), [(1, 58), (59, 100)]);
        assert_eq!(parted("x\ny", (1, 4)), [(1, 4)]);
    }
}
