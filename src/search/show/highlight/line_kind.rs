//! What a line of a section's text is: prose, a formula or a row of a table.
//!
//! In the text of a section, formulas have their readable form ("L = α ∑_i w_i"), and the row of a table is a list of
//! its cells with their columns ("Model: Teacher; AUC: 0.80").

use std::ops::Range;

/// A line longer than this, in bytes, is judged by the part around a position in it.
const LONGEST: usize = 400;
/// A word with at least this many letters is a word of prose, not a name in a formula.
const WORD: usize = 4;
/// A line with fewer signs than this is no formula.
const SIGNS: usize = 2;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    Prose,
    Formula,
    /// A row of a table.
    Row,
}

/// The line of `text` that contains the byte offset `at`, without its line break. At most about twice [`LONGEST`] bytes.
pub(super) fn line_at(text: &str, at: usize) -> Range<usize> {
    let first = text.floor_char_boundary(at.saturating_sub(LONGEST));
    let last = text.ceil_char_boundary((at + LONGEST).min(text.len()));
    let from = text[first..at].rfind('\n').map_or(first, |found| first + found + 1);
    let to = text[at..last].find('\n').map_or(last, |found| at + found);
    from..to
}

/// What `line` is. O(length).
pub(super) fn line_kind(line: &str) -> LineKind {
    if is_row(line) {
        LineKind::Row
    } else if is_formula(line) {
        LineKind::Formula
    } else {
        LineKind::Prose
    }
}

/// Whether `line` consists of cells with their columns.
fn is_row(line: &str) -> bool {
    let mut cells = line.trim().split("; ");
    let has_column = |cell: &str| cell.contains(": ");
    cells.next().is_some_and(has_column) && cells.next().is_some_and(has_column) && {
        let (named, all) = cells
            .fold((0, 0), |(named, all), cell| (named + usize::from(has_column(cell)), all + 1));
        named * 2 >= all
    }
}

/// Whether `line` has as many signs of formulas as words.
fn is_formula(line: &str) -> bool {
    let signs = line.chars().filter(|c| is_sign(*c)).count();
    if signs < SIGNS {
        return false;
    }
    let words = line.split(|c: char| !c.is_alphabetic() || is_sign(c));
    signs >= words.filter(|word| word.len() >= WORD).count()
}

fn is_sign(c: char) -> bool {
    matches!(c, '=' | '_' | '^' | '\\' | '√' | '‖' | '·' | '×')
        || ('\u{2200}'..='\u{22ff}').contains(&c)
        || ('α'..='ω').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_rows_are_recognised() {
        for formula in [
            "MRR = (1 / |U|) ∑_(u ∈ U) (1 / rank_u)",
            "w_i = 1 / p(examined | position_i)",
            "\\frac{bias}{\\sum \\alpha}",
        ] {
            assert_eq!(line_kind(formula), LineKind::Formula, "{formula}");
        }
        for row in ["Model: Teacher; Parameters: 1B; AUC: 0.80", "Metric: Recall; Use: retrieval"] {
            assert_eq!(line_kind(row), LineKind::Row, "{row}");
        }
        for prose in [
            "Train a small student from a large teacher: L = α L_hard + (1-α) L_soft",
            "The student imitates the teacher; this helps: it is smaller.",
            "Two steps: retrieval and ranking; then blending.",
            "",
        ] {
            assert_eq!(line_kind(prose), LineKind::Prose, "{prose}");
        }
    }

    #[test]
    fn a_long_line_is_judged_by_a_part_of_it() {
        let text = format!("one\n{}two\nthree", "é".repeat(1_000));
        let line = line_at(&text, 1_500);
        assert!(line.len() <= 2 * LONGEST + 4 && text.is_char_boundary(line.start));
        assert_eq!(&text[line_at(&text, text.len())], "three");
        assert_eq!(&text[line_at(&text, 1)], "one");
    }
}
