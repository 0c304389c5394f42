//! Moves subscripts, superscripts and limits to the fragments they belong to.

use super::fragments::PdfFragment;
use super::rows::{FragmentRow, is_accent, is_hanging};

/// A subscript or superscript begins at most this far from the end of its base, as a share of the type size.
const BESIDE: f64 = 0.35;
/// The maximum vertical distance of a subscript or superscript, and of a limit, as a share of the type size.
const RAISED: f64 = 0.75;
const LIMIT: f64 = 2.3;
/// A subscript or superscript is smaller than its base by at least this factor.
const SMALLER: f64 = 0.87;
/// A subscript of a bracket that hangs below its baseline is smaller than the bracket by at least this factor.
const SMALLER_THAN_BRACKET: f64 = 0.65;
/// The number of rows above and below that are searched for the base of a subscript or superscript.
const NEAR_ROWS: usize = 12;

/// Moves subscripts, superscripts, limits and operators to the fragments and rows they belong to.
pub(super) fn attach(mut rows: Vec<FragmentRow>) -> Vec<FragmentRow> {
    for at in 0..rows.len() {
        let mut kept = Vec::new();
        for base in std::mem::take(&mut rows[at].fragments) {
            // A script may have a script of its own, such as a prime.
            let is_movable = base.scripts.iter().all(|script| is_prime(&script.text));
            match is_movable.then(|| owner(&rows, at, &base.fragment)).flatten() {
                Some((row, index)) => {
                    let (text, end) = (base.text(), base.end());
                    let script = PdfFragment { text, end, ..base.fragment };
                    rows[row].fragments[index].scripts.push(script);
                }
                None => kept.push(base),
            }
        }
        // This loses nothing: scripts of this row move to other rows only, because `owner` never returns the row `at`.
        rows[at].fragments = kept;
    }
    for at in 0..rows.len() {
        if rows[at].fragments.iter().all(|base| is_hanging(&base.fragment.text)) {
            let Some(row) = below(&rows, at) else { continue };
            let moved = std::mem::take(&mut rows[at].fragments);
            rows[row].fragments.extend(moved);
            rows[row].fragments.sort_by(|a, b| a.fragment.x.total_cmp(&b.fragment.x));
        }
    }
    rows.retain(|row| !row.fragments.is_empty());
    rows
}

/// The rows near the row `at`.
fn near(rows: &[FragmentRow], at: usize) -> impl Iterator<Item = usize> {
    (at.saturating_sub(NEAR_ROWS)..(at + NEAR_ROWS + 1).min(rows.len()))
        .filter(move |row| *row != at)
}

/// The row and index of the fragment that `script`, on row `at`, is a subscript, superscript or limit of.
fn owner(rows: &[FragmentRow], at: usize, script: &PdfFragment) -> Option<(usize, usize)> {
    let mut best: Option<(f64, (usize, usize))> = None;
    for row in near(rows, at) {
        let bases = &rows[row].fragments;
        let has_text = bases.iter().any(|base| !is_hanging(&base.fragment.text));
        // Fragments on a row don't overlap much, so that only those around this position can be beside the script.
        let from = bases.partition_point(|base| base.fragment.x <= script.end);
        let near = bases.iter().enumerate().take(from).skip(from.saturating_sub(3));
        for (index, base) in near.map(|(index, base)| (index, &base.fragment)) {
            if let Some(distance) = distance(base, script, has_text)
                && best.is_none_or(|(least, _)| distance < least)
            {
                best = Some((distance, (row, index)));
            }
        }
    }
    best.map(|(_, owner)| owner)
}

/// Whether `text` is only primes or stars.
fn is_prime(text: &str) -> bool {
    text.trim().chars().all(|c| matches!(c, '′' | '∗' | '*'))
}

/// How far `script` is from the position of a subscript, superscript or limit of `base`; `None` if it isn't one.
/// `has_text` states whether there is text on the baseline of `base`. If there is, a bracket doesn't hang below it.
fn distance(base: &PdfFragment, script: &PdfFragment, has_text: bool) -> Option<f64> {
    let (raised, size) = ((script.y - base.y).abs(), base.size);
    let is_smaller = script.size < base.size * SMALLER;
    let beside = (script.x - base.end).abs();
    let overlaps = script.x < base.end && base.x < script.end;
    let word = base.text.trim_end();
    let has_limit = ["max", "min", "lim", "sup", "inf"].iter().any(|end| word.ends_with(end));
    if base.is_operator() {
        let middle = |fragment: &PdfFragment| f64::midpoint(fragment.x, fragment.end);
        let is_centred = (middle(base) - middle(script)).abs() < 0.4 * size;
        let fits = is_centred && is_smaller && raised < LIMIT * size;
        return fits.then_some(raised * 0.1);
    }
    if is_accent(&base.text) {
        return None;
    }
    let is_small = match is_hanging(&base.text) && !has_text {
        true => script.size < base.size * SMALLER_THAN_BRACKET,
        false => is_smaller,
    };
    if is_small && beside < BESIDE * size && raised < RAISED * size {
        Some(beside + raised * 0.1)
    } else if is_smaller && has_limit && overlaps && script.y > base.y && raised < 1.2 * size {
        Some(raised * 0.1)
    } else {
        None
    }
}

/// The row of text to which the operator or bracket on row `at` belongs. Fonts draw such a sign below its own position.
fn below(rows: &[FragmentRow], at: usize) -> Option<usize> {
    let (y, size) = (rows[at].y, rows[at].size);
    let distance = |row: &usize| (rows[*row].y - y - 0.9 * size).abs();
    let has_text =
        |row: &usize| rows[*row].fragments.iter().any(|base| !is_hanging(&base.fragment.text));
    let fits = |row: &usize| has_text(row) && rows[*row].y > y && distance(row) < 0.9 * size;
    near(rows, at).filter(fits).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}
