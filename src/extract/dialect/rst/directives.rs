//! Explicit markup: directives, footnotes, targets, substitutions, comments.

use super::blocks::{ArgumentEnd, BlockConverter, LineBreak};
use super::kinds::{DirectiveKind, kind};
use super::lines::{bullet, explicit, field};
use super::names::{NotePlace, note, substitution};
use super::roles;
use crate::extract::dialect::pictures::{link_to_file, picture};

/// The name and the argument of the directive `body`, if it is one.
fn directive(body: &str) -> Option<(&str, &str)> {
    let (name, argument) = body.split_once("::")?;
    let name = name.trim_end();
    let word = |c: char| c.is_alphanumeric() || "-_+.:".contains(c);
    let fits = name.starts_with(char::is_alphabetic) && name.chars().all(word);
    let apart = argument.is_empty() || argument.starts_with(' ');
    (fits && apart && !name.ends_with(':')).then_some((name, argument.trim()))
}

impl BlockConverter<'_> {
    /// Reads the explicit markup that starts with `..` in column `col` of line `i`. Returns the next line to read.
    pub(super) fn explicit(&mut self, i: usize, col: usize) -> usize {
        let lines = self.lines;
        let rest = lines.from(i, col);
        let body = rest.get(2..).unwrap_or("").trim_start();
        if body.is_empty() && lines.blank(i + 1) {
            return i + 1;
        }
        if let Some((label, text)) = note(rest) {
            self.head = false;
            let number = self.names.note(label, NotePlace::Definition);
            self.open(col, 0);
            return self.argument(
                i,
                col,
                format!("[{number}] {text}").trim_end(),
                ArgumentEnd::Separate,
            );
        }
        if substitution(rest).is_none()
            && let Some((name, argument)) = directive(body)
        {
            return self.directive(i, col, name, argument);
        }
        lines.extent(i, col)
    }

    fn directive(&mut self, i: usize, col: usize, name: &str, argument: &str) -> usize {
        let lines = self.lines;
        let kind = kind(name);
        if let DirectiveKind::Picture = kind {
            return self.picture(i, col, name, argument);
        }
        if let DirectiveKind::Include = kind
            && let Some(link) = link_to_file(argument)
        {
            self.head = false;
            self.open(col, 0);
            self.put(i, &link);
            return lines.extent(i, col);
        }
        if matches!(kind, DirectiveKind::Gone | DirectiveKind::Include) {
            return lines.extent(i, col);
        }
        self.head = false;
        let after = self.options(i, col);
        let start = lines.filled(after);
        let content = start < lines.len() && lines.indent(start) > col;
        match kind {
            DirectiveKind::Math => return self.math(i, after, col, argument),
            DirectiveKind::Listing if content => {
                return self.code(i, start, col, &language(argument));
            }
            DirectiveKind::Code(info) if content => return self.code(i, start, col, info),
            DirectiveKind::Lines => return self.rows(i, after, col, argument),
            _ => {}
        }
        self.open(col, 0);
        match kind {
            DirectiveKind::Content | DirectiveKind::Listing | DirectiveKind::Code(_) => after,
            DirectiveKind::Object => {
                let signature = roles::code(argument);
                self.put(i, &signature);
                after
            }
            _ if after > i + 1 => {
                self.prose(i, argument, 1, LineBreak::Soft);
                after
            }
            _ => self.argument(i, col, argument, ArgumentEnd::Separate),
        }
    }

    /// Writes the picture at `path` on line `i`, where the directive `name` starts in column `col`. The content of a
    /// figure, its caption, is read as text.
    fn picture(&mut self, i: usize, col: usize, name: &str, path: &str) -> usize {
        let after = self.options(i, col);
        if !path.is_empty() {
            let lines = self.lines;
            let options = (i + 1..after).map(|j| lines.get(j).trim());
            let alt = options.filter_map(|option| option.strip_prefix(":alt:")).next();
            self.head = false;
            self.open(col, 0);
            self.put(i, &picture(path, alt.unwrap_or_default().trim()));
        }
        if name == "figure" { after } else { self.lines.extent(i, col) }
    }

    /// The index of the line after the options that directly follow line `i`.
    fn options(&self, i: usize, col: usize) -> usize {
        let lines = self.lines;
        let indent = lines.indent(i + 1);
        let mut end = i + 1;
        while !lines.blank(end) && indent > col && lines.indent(end) >= indent {
            let option = field(lines.from(end, indent)).is_some();
            let continued = end > i + 1 && lines.indent(end) > indent;
            if !option && !continued {
                break;
            }
            end += 1;
        }
        end
    }

    /// Writes the text after a mark in column `mark` of line `i`, with the lines that continue it. Returns the next
    /// line to read.
    pub(super) fn argument(
        &mut self,
        i: usize,
        mark: usize,
        text: &str,
        after: ArgumentEnd,
    ) -> usize {
        if text.is_empty() {
            return i + 1;
        }
        let lines = self.lines;
        let mut end = i + 1;
        while !lines.blank(end) && lines.indent(end) > mark {
            let rest = lines.get(end).trim_start();
            if explicit(rest) || bullet(rest).is_some() {
                break;
            }
            end += 1;
        }
        let below = (i + 1..end).map(|j| lines.get(j).trim_start());
        let whole = std::iter::once(text).chain(below).collect::<Vec<_>>().join("\n");
        let whole = whole.strip_suffix(':').filter(|head| head.ends_with(':')).unwrap_or(&whole);
        let listed = bullet(lines.get(end).trim_start()).is_some();
        let is_hard = after == ArgumentEnd::Separate && !listed && !lines.blank(end);
        self.prose(i, whole, end - i, if is_hard { LineBreak::Hard } else { LineBreak::Soft });
        end
    }

    /// Writes each formula on one line, the line where it starts. On lines of their own, signs at the start of its
    /// other lines (`=`, `+`, `-`) would be Markdown markup.
    fn math(&mut self, i: usize, after: usize, col: usize, argument: &str) -> usize {
        let lines = self.lines;
        let end = lines.extent(after - 1, col);
        let mut formula = uncommented(argument).to_owned();
        let mut first = i;
        for j in after..end {
            if !lines.blank(j) {
                first = if formula.is_empty() { j } else { first };
                formula.push(' ');
                formula.push_str(uncommented(lines.get(j).trim()));
            }
            if lines.blank(j + 1) || j + 1 == end {
                self.formula(first, &formula);
                formula.clear();
            }
        }
        self.formula(first, &formula);
        end
    }

    fn formula(&mut self, i: usize, formula: &str) {
        if !formula.trim().is_empty() {
            self.put(i, &format!("$${}$$", formula.trim()));
        }
    }

    /// Writes the lines of verses or of a CSV table, each as a separate line; a table's header is among its
    /// options.
    fn rows(&mut self, i: usize, after: usize, col: usize, argument: &str) -> usize {
        let lines = self.lines;
        let end = lines.extent(after - 1, col);
        self.verse(i, argument);
        for j in i + 1..end {
            let row = lines.get(j).trim_start();
            let row = if j < after { row.strip_prefix(":header:").unwrap_or("") } else { row };
            if !row.is_empty() {
                self.verse(j, row.trim_start());
            }
        }
        end
    }
}

/// The first word of `argument` if it may be the name of a language, for a fence's info string; otherwise empty.
fn language(argument: &str) -> String {
    let word = argument.split_whitespace().next().unwrap_or("");
    let fits =
        word.len() <= 40 && word.chars().all(|c| c.is_ascii_alphanumeric() || "+-#._".contains(c));
    if fits { word.to_owned() } else { String::new() }
}

/// `line` without its TeX comment. When lines are joined, the comment would include all lines after it.
fn uncommented(line: &str) -> &str {
    let mut escaped = false;
    let comment = line.bytes().position(|b| {
        let found = b == b'%' && !escaped;
        escaped = b == b'\\' && !escaped;
        found
    });
    comment.and_then(|end| line.get(..end)).unwrap_or(line)
}
