//! Gives formulas in Markdown one notation: `\(…\)`, `\[…\]`, `$ … $` and bare environments such as `\begin{align}`
//! become formulas between dollar signs, which the Markdown parser recognises. Lines of layout commands are emptied.
//!
//! The number of lines doesn't change, so that line numbers stay valid. Code is kept as it is.

use std::borrow::Cow;

use super::commands::is_page_layout;
use super::dollars::is_formula;

/// The maximum bytes of a formula and of a code span. A longer one is read as ordinary text.
const LONGEST: usize = 4 * 1024;
/// The environments that are formulas without any delimiter.
const ENVIRONMENTS: [&str; 6] =
    ["equation", "align", "gather", "multline", "eqnarray", "displaymath"];

/// The Markdown `text` with dollar signs around all formulas. O(length); a text without backslashes and dollar signs is
/// not copied.
pub(in crate::extract) fn with_dollars(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '$']) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    let mut scan = DelimiterScan::new(text, Notation::Markdown);
    let mut at = 0;
    while let Some(step) = scan.step() {
        match step.formula {
            Some(formula) => {
                result.push_str(formula.open);
                result.push_str(&one_paragraph(formula.tex));
                result.push_str(formula.close);
            }
            None if is_page_layout(&text[at..at + step.length]) => {}
            None => result.push_str(&text[at..at + step.length]),
        }
        at += step.length;
    }
    Cow::Owned(result)
}

/// A formula at the start of the unread text, with the delimiters that replace the formula's own delimiters.
pub(super) struct Delimited<'a> {
    open: &'static str,
    pub tex: &'a str,
    close: &'static str,
    /// The number of bytes of the formula with its own delimiters.
    length: usize,
}

/// The notation of a text, which decides what a dollar sign means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    /// The Markdown parser finds formulas between dollar signs by itself, if there are no spaces directly inside the
    /// dollar signs.
    Markdown,
    Plain,
}

/// Walks through a text, from formula to formula.
pub(super) struct DelimiterScan<'a> {
    rest: &'a str,
    notation: Notation,
    is_line_start: bool,
    /// The character before the rest.
    before: Option<char>,
}

/// A part of a text: a formula, or text without one.
pub(super) struct ScanStep<'a> {
    pub formula: Option<Delimited<'a>>,
    /// In bytes.
    pub length: usize,
}

impl<'a> DelimiterScan<'a> {
    pub fn new(text: &'a str, notation: Notation) -> DelimiterScan<'a> {
        DelimiterScan { rest: text, notation, is_line_start: true, before: None }
    }

    /// The next part of the text; `None` at its end.
    pub fn step(&mut self) -> Option<ScanStep<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let formula = self.formula();
        let length = formula.as_ref().map_or_else(|| self.ordinary(), |formula| formula.length);
        self.skip(length);
        Some(ScanStep { formula, length })
    }

    fn skip(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at(bytes);
        let line = taken.rsplit('\n').next().unwrap_or(taken);
        let is_new_line = taken.contains('\n') || self.is_line_start;
        self.is_line_start = is_new_line && line.trim_start_matches(['>', ' ']).is_empty();
        self.before = taken.chars().next_back();
        self.rest = rest;
    }

    /// The formula at the start of the rest.
    fn formula(&self) -> Option<Delimited<'a>> {
        if let Some(inner) = self.rest.strip_prefix('$') {
            return match inner.strip_prefix('$') {
                Some(inner) => self.display(inner),
                None => self.inline(inner),
            };
        }
        let rest = self.rest.strip_prefix('\\')?;
        // In some files the backslash itself is escaped.
        let escape = if rest.starts_with("\\(") || rest.starts_with("\\[") { "\\\\" } else { "\\" };
        let inner = self.rest.strip_prefix(escape)?;
        if let Some(inner) = inner.strip_prefix('(') {
            // A formula between `` $` `` and `` `$ `` may begin and end with spaces, and may contain dollar signs and
            // backslashes.
            let tex = enclosed(inner, &format!("{escape})"))?;
            let is_inline = !tex.contains('`') && !tex.contains("\n\n") && !tex.trim().is_empty();
            let length = 2 * escape.len() + 2 + tex.len();
            return is_inline.then_some(Delimited { open: "$`", tex, close: "`$", length });
        }
        if let Some(inner) = inner.strip_prefix('[') {
            let tex = enclosed(inner, &format!("{escape}]"))?;
            let is_formula = !tex.contains("$$") && !tex.trim().is_empty() && is_tex(tex);
            let length = 2 * escape.len() + 2 + tex.len();
            return is_formula.then_some(Delimited { open: "$$", tex, close: "$$", length });
        }
        let name = rest.strip_prefix("begin{")?.split_once('}')?.0;
        if !self.is_line_start || !ENVIRONMENTS.contains(&name.trim_end_matches('*')) {
            return None;
        }
        let end = format!("\\end{{{name}}}");
        let length = enclosed(self.rest, &end)?.len() + end.len();
        let tex = &self.rest[..length];
        (!tex.contains("$$")).then_some(Delimited { open: "$$", tex, close: "$$", length })
    }

    /// The display formula whose opening `$$` is directly before `inner`. In Markdown, returned only if it has several
    /// lines: the parser finds a formula on one line itself, but might read further lines as list items or paragraphs.
    fn display(&self, inner: &'a str) -> Option<Delimited<'a>> {
        let tex = enclosed(inner, "$$")?;
        let is_formula = is_tex(tex) && !tex.contains("```") && !tex.contains("\n#");
        let is_wanted = self.notation == Notation::Plain || tex.contains('\n');
        let length = tex.len() + 4;
        (is_formula && is_wanted).then_some(Delimited { open: "$$", tex, close: "$$", length })
    }

    /// The formula whose opening dollar sign is directly before `inner`. If `inner` starts with a line end, it is a
    /// formula on lines of its own; see `lines`. Otherwise it is an inline formula. In Markdown, an inline formula is
    /// returned only if there is a space directly inside one of its dollar signs, because the parser finds the others
    /// itself.
    fn inline(&self, inner: &'a str) -> Option<Delimited<'a>> {
        if inner.starts_with('\n') {
            return self.lines(inner);
        }
        let line = inner.split('\n').next().unwrap_or(inner);
        let tex = &line[..closing_dollar(line)?];
        let next = line[tex.len() + 1..].chars().next();
        let is_apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '$');
        let is_wanted =
            self.notation == Notation::Plain || tex.starts_with(' ') || tex.ends_with(' ');
        let is_formula = is_wanted && is_apart(self.before) && is_apart(next) && is_formula(tex);
        let length = tex.len() + 2;
        is_formula.then(|| Delimited { open: "$`", tex: tex.trim(), close: "`$", length })
    }

    /// The formula on lines of its own, whose opening dollar sign is directly before `inner`; `None` if one of its two
    /// dollar signs is not alone on its line, or if the text between them doesn't look like TeX.
    fn lines(&self, inner: &'a str) -> Option<Delimited<'a>> {
        let tex = enclosed(inner, "$")?;
        let next = inner[tex.len() + 1..].split('\n').next().unwrap_or_default();
        let is_alone = self.is_line_start
            && tex.trim_end_matches(' ').ends_with('\n')
            && next.trim().is_empty();
        let is_formula = is_tex(tex)
            && !tex.trim().is_empty()
            && !tex.trim().contains("\n\n")
            && !tex.contains(['`', '#']);
        let length = tex.len() + 2;
        (is_alone && is_formula).then_some(Delimited { open: "$$", tex, close: "$$", length })
    }

    /// The number of bytes up to the next place where a formula may start. Code spans, fenced blocks, lines of layout
    /// commands, and formulas that the Markdown parser finds by itself are skipped as a whole.
    fn ordinary(&self) -> usize {
        let rest = self.rest;
        if let Some(mark) = self.fence() {
            return fenced(rest, mark);
        }
        let line = rest.split('\n').next().unwrap_or(rest);
        if self.is_line_start && is_page_layout(line) {
            return line.len();
        }
        match rest.as_bytes()[0] {
            b'`' => run_with_content(rest, '`'),
            b'$' if self.notation == Notation::Markdown => dollars(rest),
            b'\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => {
                let special = |c: char| matches!(c, '`' | '$' | '\\' | '\n' | '~');
                match rest.find(special) {
                    Some(0) => 1,
                    Some(at) => at,
                    None => rest.len(),
                }
            }
        }
    }

    /// The mark of the fence that opens at the start of the rest; `None` if no fence opens there.
    fn fence(&self) -> Option<&'static str> {
        let opens = |mark: &&&str| self.rest.starts_with(**mark);
        ["```", "~~~"].iter().filter(|_| self.is_line_start).find(opens).copied()
    }
}

/// The byte offset of the first dollar sign of `line` that has no backslash before it; `None` if it isn't within the
/// first [`LONGEST`] bytes.
fn closing_dollar(line: &str) -> Option<usize> {
    let near = &line[..line.floor_char_boundary(LONGEST)];
    let mut dollars = near.match_indices('$').map(|(at, _)| at);
    dollars.find(|at| !near[..*at].ends_with('\\'))
}

/// The part of `text` before `end`; `None` if `end` is not within the first [`LONGEST`] bytes.
fn enclosed<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    let near = &text[..text.floor_char_boundary(LONGEST)];
    near.find(end).map(|at| &text[..at])
}

/// Whether `text`, between delimiters, looks like TeX. This is checked because the delimiters may also be something
/// else: in Markdown, `\[` may be an escaped bracket.
fn is_tex(text: &str) -> bool {
    text.contains(['\\', '=', '^', '_', '+', '<', '>'])
}

/// `tex` with `\,` on its blank lines, and with `{}` before marks at the start of its lines that Markdown reads as list
/// items or underlines of headings. Without this, the paragraph that contains the formula would end there.
fn one_paragraph(tex: &str) -> Cow<'_, str> {
    let is_mark = |line: &str| {
        let rest = line.trim_start().strip_prefix(['-', '+', '*', '=']);
        rest.is_some_and(|rest| rest.trim().is_empty() || rest.starts_with([' ', '-', '=']))
    };
    let mut lines: Vec<Cow<str>> = tex.split('\n').map(Cow::Borrowed).collect();
    let last = lines.len() - 1;
    let mut is_changed = false;
    for (at, line) in lines.iter_mut().enumerate().skip(1) {
        if line.trim().is_empty() && at < last {
            *line = Cow::Borrowed("\\,");
        } else if is_mark(line) {
            *line = Cow::Owned(format!("{{}}{line}"));
        } else {
            continue;
        }
        is_changed = true;
    }
    if is_changed { Cow::Owned(lines.join("\n")) } else { Cow::Borrowed(tex) }
}

/// The number of bytes of the fenced block at the start of `text`. A block that is not closed extends to the end of the
/// text.
fn fenced(text: &str, mark: &str) -> usize {
    let length = text.bytes().take_while(|byte| *byte == mark.as_bytes()[0]).count();
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        let line = line.trim().trim_start_matches(['>', ' ']);
        let closes = line.len() >= length && line.bytes().all(|byte| byte == mark.as_bytes()[0]);
        if index > 0 && closes {
            break;
        }
    }
    at
}

/// The number of bytes of the code span at the start of `text`; if it is not closed, that of its opening marks.
fn run_with_content(text: &str, mark: char) -> usize {
    let length = text.len() - text.trim_start_matches(mark).len();
    let (open, inner) = text.split_at(length);
    let near = &inner[..inner.floor_char_boundary(LONGEST)];
    let mut from = 0;
    while let Some(at) = near[from..].find(open).map(|at| at + from) {
        let run = near[at..].len() - near[at..].trim_start_matches(mark).len();
        if run == length {
            return length + at + length;
        }
        from = at + run;
    }
    length
}

/// The number of bytes of the formula between dollar signs at the start of `text`. If no formula starts there, the
/// number of bytes of the opening dollar signs.
fn dollars(text: &str) -> usize {
    let is_display = text.starts_with("$$");
    let mark = if is_display { "$$" } else { "$" };
    let inner = &text[mark.len()..];
    let near = &inner[..inner.floor_char_boundary(LONGEST)];
    let paragraph = near.find("\n\n").map_or(near, |end| &near[..end]);
    match enclosed(paragraph, mark) {
        Some(tex) if is_display || !tex.contains('\n') && !tex.starts_with(' ') => {
            2 * mark.len() + tex.len()
        }
        _ => mark.len(),
    }
}

#[cfg(test)]
mod tests;
