//! Rows of fragments on one baseline, whose fragments have subscripts and superscripts.

use super::fragments::{PdfFragment, is_operator};

/// Fragments whose baselines differ by less than this share of the type size are on one row.
const SAME_ROW: f64 = 0.1;
/// If the same text is drawn twice, and the positions differ by less than this share of the type size, it looks bold.
const SAME_POSITION: f64 = 0.15;
/// Brackets that fonts for formulas draw below their baseline, in parts if they are tall.
const BRACKETS: &str = "()[]{}|‖√⌊⌋⌈⌉⎛⎜⎝⎞⎟⎠⎡⎢⎣⎤⎥⎦⎧⎨⎩⎪⎫⎬⎭";

/// Fragments on one baseline, from left to right.
pub(super) struct FragmentRow {
    pub y: f64,
    pub size: f64,
    pub fragments: Vec<BaseFragment>,
}

impl FragmentRow {
    pub fn x(&self) -> f64 {
        self.fragments.first().map_or(f64::INFINITY, |base| base.fragment.x)
    }

    pub fn end(&self) -> f64 {
        self.fragments.iter().map(BaseFragment::end).fold(f64::NEG_INFINITY, f64::max)
    }
}

/// A fragment with its subscripts and superscripts.
pub(super) struct BaseFragment {
    pub fragment: PdfFragment,
    pub scripts: Vec<PdfFragment>,
}

impl BaseFragment {
    pub fn end(&self) -> f64 {
        self.scripts.iter().map(|script| script.end).fold(self.fragment.end, f64::max)
    }

    /// Its text with its subscripts and superscripts.
    pub fn text(&self) -> String {
        let mut text = self.fragment.text.trim_end().to_owned();
        for script in &self.scripts {
            let is_above = script.y
                < self.fragment.y + is_hanging_bracket(&self.fragment) * self.fragment.size;
            text.push_str(&script_text(&text, script.text.trim(), is_above));
        }
        text
    }
}

/// The rows that `fragments` form, from top to bottom. Text that is drawn twice to look bold appears once. Accents that
/// are drawn without a letter are left out.
pub(super) fn rows(mut fragments: Vec<PdfFragment>) -> Vec<FragmentRow> {
    fragments.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<FragmentRow> = Vec::new();
    for fragment in fragments {
        let base = BaseFragment { fragment, scripts: Vec::new() };
        let size = base.fragment.size;
        match rows.last_mut() {
            Some(row) if base.fragment.y - row.y < SAME_ROW * size.max(row.size) => {
                row.size = row.size.max(size);
                row.fragments.push(base);
            }
            _ => rows.push(FragmentRow { y: base.fragment.y, size, fragments: vec![base] }),
        }
    }
    for row in &mut rows {
        row.fragments.sort_by(|a, b| a.fragment.x.total_cmp(&b.fragment.x));
        let starts: Vec<f64> = row
            .fragments
            .iter()
            .filter(|base| !is_accent(&base.fragment.text))
            .map(|base| base.fragment.x)
            .collect();
        row.fragments.retain(|base| {
            let accent = &base.fragment;
            let at = starts.partition_point(|x| *x < accent.x - 0.3 * accent.size);
            !is_accent(&accent.text)
                || starts.get(at).is_some_and(|x| x - accent.x < 0.3 * accent.size)
        });
        row.fragments.dedup_by(|next, last| {
            let (next, last) = (&next.fragment, &last.fragment);
            next.text == last.text && next.x - last.x < SAME_POSITION * last.size
        });
    }
    rows
}

/// How far below the baseline the middle of a bracket is, as a share of its size; 0 for other text.
fn is_hanging_bracket(base: &PdfFragment) -> f64 {
    if !base.is_operator() && is_hanging(&base.text) { 0.6 } else { 0.0 }
}

/// Whether `text` is only combining accents, which some fonts draw before their letter.
pub(super) fn is_accent(text: &str) -> bool {
    text.trim().chars().all(|c| matches!(c, '\u{300}'..='\u{36f}' | 'ˆ' | '˜' | '¯'))
}

/// Whether `text` is an operator or bracket that a font for formulas draws below its baseline.
pub(super) fn is_hanging(text: &str) -> bool {
    is_operator(text) || text.trim().chars().all(|c| BRACKETS.contains(c))
}

/// The text that is written for `script` after `base`: `_i`, `^2`, `_{i=1}`. Ordinals and signs such as `*` are written
/// as they are. The number of a note, after a word or a punctuation mark, is left out.
fn script_text(base: &str, script: &str, is_above: bool) -> String {
    let count = script.chars().count();
    let is_plain =
        script.chars().all(|c| matches!(c, '∗' | '*' | '†' | '‡' | '′' | '°' | '™' | '®'));
    if is_plain || matches!(script, "st" | "nd" | "rd" | "th") {
        return script.to_owned();
    }
    let word: String = base.chars().rev().take_while(|c| c.is_alphabetic()).collect();
    let ends_word = word.chars().count() > 3 || base.ends_with(['.', ',', '”', '"']);
    let is_note = script.chars().all(|c| c.is_ascii_digit() || c == ',');
    if is_above && is_note && ends_word {
        return String::new();
    }
    let sign = if is_above { '^' } else { '_' };
    let in_brackets = script.starts_with('(') && script.ends_with(')');
    match count == 1 || in_brackets || script.chars().all(|c| c.is_ascii_digit()) {
        true => format!("{sign}{script}"),
        false => format!("{sign}{{{script}}}"),
    }
}
