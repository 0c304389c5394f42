//! Joins the fragments of a paragraph or formula into lines.
//!
//! Subscripts, superscripts, limits of operators, numerators and denominators are drawn above or below a line of text. They
//! become part of that line: `x_i^2`, `∑_{i=1}^m`, `(a + b)/c`.

use super::fragments::PdfFragment;
use super::rows::{BaseFragment, FragmentRow, rows};
use super::scripts::attach;
use crate::extract::lines::PdfLine;
use crate::extract::pattern::patterns;

/// Rows closer than this share of the type size are parts of one formula; lines of text are further apart.
const STACKED: f64 = 0.9;
/// Rows that are beside each other, not above each other, are parts of one formula up to this distance.
const STACKED_BESIDE: f64 = 1.35;
/// Parts of a formula on one row that are closer than this share of the type size belong together.
const RUN: f64 = 0.6;
/// A gap wider than this share of the type size is a space.
const SPACE: f64 = 0.18;
/// The maximum number of rows of one formula; more rows are lines that overlap.
const MOST_ROWS: usize = 5;

patterns! {
    GARBLED = r"√(?:[^\s\w(][^\s\w]*)?\s|√[^\s(]\S*[/(\[]|\^[^\s{}()_]\^|[_^]\{[∈=⩽≤<>]|[∑∏][\^_]\d[\^_]|\^\{[^{}]*\}\^|[⎛⎜⎝⎞⎟⎠⎡⎢⎣⎤⎥⎦⎧⎨⎩]|[(=|] \. |\. ···|··· ···|\./\.|(?:\s[a-zA-Z]){2} [ijkt]=[01]\b|[a-z][.:!?]\)/\(|^\S{0,3}[′=∈]\S{0,3}$";
}

/// Joins `fragments`, the text of a region without columns, into lines, from top to bottom. O(n log n).
pub(super) fn lines(fragments: Vec<PdfFragment>) -> Vec<PdfLine> {
    let rows = attach(rows(fragments));
    let mut lines: Vec<PdfLine> = Vec::new();
    let mut group: Vec<FragmentRow> = Vec::new();
    for row in rows {
        let is_stacked = group.last().is_some_and(|last| {
            let apart = (row.y - last.y) / row.size.min(last.size);
            let is_beside = row.x() >= last.end() || last.x() >= row.end();
            group.len() < MOST_ROWS && (apart < STACKED || is_beside && apart < STACKED_BESIDE)
        });
        if !is_stacked && !group.is_empty() {
            lines.extend(line(std::mem::take(&mut group)));
        }
        group.push(row);
    }
    if !group.is_empty() {
        lines.extend(line(group));
    }
    match as_fraction(&lines) {
        Some(fraction) => vec![fraction],
        None => lines,
    }
}

/// One line of `rows`: a row of text, or the rows of a formula with fractions.
fn line(rows: Vec<FragmentRow>) -> Option<PdfLine> {
    let longest = |row: &FragmentRow| -> usize {
        row.fragments.iter().map(|base| base.fragment.text.len()).sum()
    };
    let base = match rows.len() {
        3.. => rows.get(rows.len() / 2),
        _ => rows.iter().max_by_key(|row| longest(row)),
    }?;
    let (y, size) = (base.y, common_size(&base.fragments).unwrap_or(base.size));
    let mut runs: Vec<FormulaRun> = rows.into_iter().flat_map(runs).collect();
    runs.sort_by(|a, b| a.x.total_cmp(&b.x));
    let (x, mut end) = (runs.first()?.x, f64::NEG_INFINITY);
    let mut text = String::new();
    for stack in stacks(runs) {
        let from = stack.iter().map(|run| run.x).fold(f64::INFINITY, f64::min);
        if !text.is_empty() && from > end + SPACE * size {
            text.push(' ');
        }
        end = stack.iter().map(|run| run.end).fold(end, f64::max);
        text.push_str(&stack_text(&stack, y));
    }
    let text = cleaned(&text);
    (!text.is_empty()).then(|| PdfLine { text, x, y, end, size, ..PdfLine::default() })
}

/// Fragments on one row without a wide gap.
struct FormulaRun {
    x: f64,
    end: f64,
    y: f64,
    size: f64,
    text: String,
}

/// The parts of the row between its wide gaps.
fn runs(row: FragmentRow) -> Vec<FormulaRun> {
    let mut runs: Vec<FormulaRun> = Vec::new();
    for base in row.fragments {
        let (x, end, text) = (base.fragment.x, base.end(), base.text());
        match runs.last_mut() {
            Some(run) if x - run.end < RUN * row.size => {
                if x - run.end > SPACE * row.size {
                    run.text.push(' ');
                }
                run.text.push_str(&text);
                run.end = run.end.max(end);
            }
            _ => runs.push(FormulaRun { x, end, y: row.y, size: row.size, text }),
        }
    }
    runs
}

/// The type size of most characters of `bases`.
fn common_size(bases: &[BaseFragment]) -> Option<f64> {
    let mut sizes: Vec<(f64, usize)> =
        bases.iter().map(|base| (base.fragment.size, base.fragment.text.len())).collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let groups = sizes.chunk_by(|a, b| a.0 == b.0);
    let most = groups.max_by_key(|group| group.iter().map(|(_, length)| length).sum::<usize>())?;
    most.first().map(|(size, _)| *size)
}

/// Groups those of `runs` that are above each other. `runs` is sorted by the left end.
fn stacks(runs: Vec<FormulaRun>) -> Vec<Vec<FormulaRun>> {
    let mut stacks: Vec<Vec<FormulaRun>> = Vec::new();
    let mut end = f64::NEG_INFINITY;
    for run in runs {
        let overlap = end - run.x;
        let is_above = stacks
            .last()
            .and_then(|stack| stack.last())
            .is_some_and(|other| (other.y - run.y).abs() > 0.3 * run.size);
        end = end.max(run.end);
        match stacks.last_mut() {
            Some(stack) if is_above && overlap > 0.1 * run.size => stack.push(run),
            _ => stacks.push(vec![run]),
        }
    }
    stacks
}

/// The text of a stack, in a line with the baseline `y`: `(a + b)/c` if it has parts above and below the baseline but
/// none on it. Otherwise its parts from top to bottom, separated by spaces.
fn stack_text(stack: &[FormulaRun], y: f64) -> String {
    let part = |fits: &dyn Fn(f64) -> bool| -> String {
        let runs = stack.iter().filter(|run| fits((run.y - y) / run.size.max(1.0)));
        runs.map(|run| run.text.trim()).collect::<Vec<_>>().join(" ")
    };
    let top = part(&|apart| apart < -0.3);
    let middle = part(&|apart| apart.abs() <= 0.3);
    let bottom = part(&|apart| apart > 0.3);
    if middle.is_empty() && !top.is_empty() && !bottom.is_empty() {
        return format!("{}/{}", operand(&top), operand(&bottom));
    }
    let parts = [top, middle, bottom].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// The fraction that `lines` form: two short formulas, centred one above the other. `None` if they aren't a fraction.
fn as_fraction(lines: &[PdfLine]) -> Option<PdfLine> {
    let [top, bottom] = lines else { return None };
    let middle = |line: &PdfLine| f64::midpoint(line.x, line.end);
    let apart = (bottom.y - top.y) / top.size.max(1.0);
    let has_operator =
        [top, bottom].iter().any(|line| line.text.contains(['+', '−', '=', '(', '^', '_']));
    let is_short = [top, bottom].iter().all(|line| line.text.chars().count() < 40);
    let is_prose = [top, bottom].iter().any(|line| has_word(&line.text));
    let is_centred = (middle(top) - middle(bottom)).abs() < 0.2 * top.size;
    if !is_centred || !has_operator || !is_short || is_prose || !(1.2..1.65).contains(&apart) {
        return None;
    }
    let text = format!("{}/{}", operand(&top.text), operand(&bottom.text));
    let (x, end) = (top.x.min(bottom.x), top.end.max(bottom.end));
    Some(PdfLine { text, x, end, ..bottom.clone() })
}

/// `text` in parentheses if it has several terms.
fn operand(text: &str) -> String {
    let is_single = !text.contains(' ') && !text.contains(['+', '−', '/']);
    if is_single { text.to_owned() } else { format!("({text})") }
}

/// Whether `text` has a word of more than three letters in lower case (the first letter may be upper case), except
/// names of functions and words that are usual in formulas, such as `otherwise`.
pub(super) fn has_word(text: &str) -> bool {
    let is_function = |word: &str| {
        matches!(
            word,
            "log"
                | "exp"
                | "max"
                | "min"
                | "argmax"
                | "argmin"
                | "sin"
                | "cos"
                | "tanh"
                | "otherwise"
                | "such"
                | "that"
                | "where"
                | "with"
        )
    };
    let mut words = text.split(|c: char| !c.is_alphabetic());
    words.any(|word| {
        word.len() > 3 && word.chars().skip(1).all(char::is_lowercase) && !is_function(word)
    })
}

/// `text` with single spaces. A combining accent that was drawn before its letter follows it.
fn cleaned(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut accent: Option<char> = None;
    for word in text.split_whitespace() {
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        let mut follows_letter = false;
        for c in word.chars() {
            if matches!(c, '\u{300}'..='\u{36f}') && !follows_letter {
                accent = Some(c);
                continue;
            }
            cleaned.push(c);
            follows_letter = c.is_alphabetic();
            cleaned.extend(accent.take());
        }
    }
    cleaned.trim().to_owned()
}

/// Whether `text` is a formula without prose around it.
pub(super) fn is_formula(text: &str) -> bool {
    const SIGNS: &str = "=≈≠≤≥⩽⩾<>∑∏∫⋃⋂√∈∼←→⟶∝±×·^_∞∂∇";
    text.chars().any(|c| SIGNS.contains(c)) && !has_word(text) && text.chars().count() < 160
}

/// Whether `text` has a formula that was not written well: a script without its base or beside another script, a script
/// alone, a root whose bar was drawn, so that its extent is unknown, the dots of a matrix, or sentences as a fraction.
pub(super) fn is_garbled(text: &str) -> bool {
    GARBLED.is_match(text)
}
