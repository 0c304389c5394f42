//! Blocks that hold no other blocks: titles, paragraphs, fields, verses, code.

use super::blocks::{ArgumentEnd, Blocks, LineBreak, TitleStyle};
use super::inline;
use super::lines::{adornment, bullet, explicit, field};
use super::roles::longest_run;

/// Two spaces at a line's end keep the line apart from the next one of the paragraph.
const BREAK: &str = "  ";

impl Blocks<'_> {
    /// Whether line `i` is a title with a line under it.
    pub(super) fn titled(&self, i: usize) -> bool {
        let (text, under) = (self.lines.get(i), self.lines.get(i + 1));
        let Some((mark, length)) = adornment(under) else { return false };
        let least = if mark == '.' || mark == ':' { 4 } else { 3 };
        self.lines.indent(i) == 0
            && !text.is_empty()
            && adornment(text).is_none_or(|(_, length)| length < 3)
            && !explicit(text)
            && bullet(text).is_none()
            && (length >= least
                || (length >= text.chars().count() && under != ".." && under != "::"))
    }

    /// A title or a transition at line `i`.
    pub(super) fn title(&mut self, i: usize) -> Option<usize> {
        let lines = self.lines;
        if let Some((mark, length)) = adornment(lines.get(i)) {
            let text = lines.get(i + 1).trim();
            let under = adornment(lines.get(i + 2)).filter(|_| !text.is_empty());
            if under.is_some_and(|(other, _)| other == mark)
                && (length >= 3 || length >= text.chars().count())
            {
                self.heading(i + 1, text, TitleStyle { mark, has_overline: true });
                return Some(i + 3);
            }
            let alone = lines.blank(i + 1) && (i == 0 || lines.blank(i - 1));
            return (length >= 4 && alone).then_some(i + 1);
        }
        let (mark, _) = adornment(lines.get(i + 1)).filter(|_| self.titled(i))?;
        self.heading(i, lines.get(i), TitleStyle { mark, has_overline: false });
        Some(i + 2)
    }

    fn heading(&mut self, i: usize, text: &str, style: TitleStyle) {
        let known = self.styles.iter().position(|other| *other == style);
        let level = known.unwrap_or_else(|| {
            self.styles.push(style);
            self.styles.len() - 1
        });
        let text = inline::convert(text, self.names);
        // Markdown would take a mark at the end for the heading's own.
        let text = text.strip_suffix('#').map_or_else(|| text.clone(), |head| format!("{head}\\#"));
        self.put(i, &format!("{} {text}", "#".repeat((level + 1).min(6))));
    }

    /// Writes `text`, of `count` lines at most, from line `i` on. The reader would end the
    /// paragraph at a line that markup left empty, so what follows moves up.
    pub(super) fn prose(&mut self, i: usize, text: &str, count: usize, end: LineBreak) {
        let text = inline::convert(text, self.names);
        let rows = text.split('\n').map(str::trim).filter(|row| !row.is_empty());
        let mut rows: Vec<String> = rows.map(guarded).take(count).collect();
        if let Some(last) = rows.last_mut().filter(|_| end == LineBreak::Hard) {
            last.push_str(BREAK);
        }
        for (offset, row) in rows.iter().enumerate() {
            self.put(i + offset, row);
        }
    }

    /// Whether a block starts at line `j` though no blank line is before it. Strictly taken this
    /// is part of the paragraph; writers who forget the blank line mean the block.
    fn interrupts(&self, j: usize, col: usize) -> bool {
        let rest = self.lines.from(j, col);
        let titled = || {
            let under = adornment(self.lines.get(j + 1)).map_or(0, |(_, length)| length);
            !self.nested() && under >= 4 && under >= rest.chars().count() && self.titled(j)
        };
        explicit(rest) || bullet(rest).is_some() || rest.starts_with("#. ") || titled()
    }

    pub(super) fn paragraph(&mut self, i: usize, col: usize) -> usize {
        let lines = self.lines;
        let mut end = i + 1;
        while !lines.blank(end) && lines.indent(end) == col && !self.interrupts(end, col) {
            end += 1;
        }
        let text: Vec<&str> = (i..end).map(|j| lines.from(j, col)).collect();
        let text = text.join("\n");
        let Some(head) = text.strip_suffix("::").filter(|head| !head.ends_with('\\')) else {
            let term = end == i + 1 && !lines.blank(end) && lines.indent(end) > col;
            self.prose(i, &text, end - i, if term { LineBreak::Hard } else { LineBreak::Soft });
            return end;
        };
        let alone = head.is_empty() || head.ends_with('\n');
        let colon = if head.is_empty() || head.ends_with(char::is_whitespace) { "" } else { ":" };
        self.prose(i, &format!("{head}{colon}"), end - i, LineBreak::Soft);
        let from = if alone { end - 1 } else { end };
        let start = lines.filled(end);
        if start < lines.len() && lines.indent(start) > col && start > from {
            return self.code(from, start, col, "");
        }
        end
    }

    /// Code from line `start` on, indented deeper than `mark`; the lines `from..start` are free.
    pub(super) fn code(&mut self, from: usize, start: usize, mark: usize, info: &str) -> usize {
        let lines = self.lines;
        self.head = false;
        let end = lines.extent(start, mark);
        let content = lines.dedented(start, end);
        let ticks = content.iter().map(|line| longest_run(line)).max().unwrap_or(0);
        let fence = "`".repeat((ticks + 1).max(3));
        let last = end >= lines.len();
        let bare = lines.get(end).trim() == ".." && lines.blank(end + 1);
        // The closing fence needs a line: one behind the code, or the code moves up by one.
        let (open, shift) = if lines.blank(end) || bare || last {
            (start.checked_sub(1).filter(|open| *open >= from), 0)
        } else {
            (start.checked_sub(2).filter(|open| *open >= from), 1)
        };
        if let Some(open) = open {
            self.put(open, &format!("{fence}{info}"));
            for (offset, line) in content.iter().enumerate() {
                self.put(start - shift + offset, line);
            }
            self.put(end - shift, &fence);
            return if bare { end + 1 } else { end };
        }
        for (offset, line) in content.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            self.put(start + offset, &format!("    {line}"));
        }
        end
    }

    /// An interactive session, which ends at a blank line.
    pub(super) fn doctest(&mut self, i: usize, col: usize) -> usize {
        let lines = self.lines;
        let mut end = i + 1;
        while !lines.blank(end) && lines.indent(end) >= col {
            end += 1;
        }
        let rows: Vec<&str> = (i..end).map(|j| lines.from(j, col)).collect();
        let ticks = rows.iter().map(|row| longest_run(row)).max().unwrap_or(0);
        let fence = "`".repeat((ticks + 1).max(3));
        let fenced = i > 0 && self.free(i - 1) && lines.blank(end) && self.free(end);
        if fenced {
            self.put(i - 1, &format!("{fence}python"));
            self.put(end, &fence);
        }
        for (offset, row) in rows.iter().enumerate() {
            let indent = if fenced { "" } else { "    " };
            self.put(i + offset, &format!("{indent}{row}"));
        }
        end
    }

    /// Lines that stay apart, each behind a bar; lines indented deeper continue them.
    pub(super) fn verses(&mut self, i: usize, col: usize) -> usize {
        let lines = self.lines;
        let mut end = i;
        while end == i || !lines.blank(end) && lines.indent(end) >= col {
            let row = lines.from(end, col);
            self.verse(end, row.strip_prefix('|').unwrap_or(row).trim_start());
            end += 1;
        }
        end
    }

    /// One line that stays apart from the next.
    pub(super) fn verse(&mut self, i: usize, text: &str) {
        let end = if self.lines.blank(i + 1) { LineBreak::Soft } else { LineBreak::Hard };
        self.prose(i, text, 1, end);
    }

    /// A field: about the document at its head, and nothing to read there; a list elsewhere.
    pub(super) fn field(&mut self, i: usize, col: usize) -> Option<usize> {
        let (name, text) = field(self.lines.from(i, col))?;
        if self.head && !self.nested() {
            return Some(self.lines.extent(i, col));
        }
        self.head = false;
        let name = inline::convert(name, self.names);
        self.lead(i, &format!("- {name}: "));
        self.open(col, 2);
        Some(self.argument(i, col, text, ArgumentEnd::Joined))
    }
}

/// `row` such that nothing at its start means something to Markdown that it did not mean before.
fn guarded(row: &str) -> String {
    let adorned = adornment(row).is_some_and(|(mark, _)| "=-*_~`".contains(mark));
    let named = row.starts_with('[') && row.contains("]:");
    if adorned || named || row.starts_with(['#', '>']) || row.starts_with("~~~") {
        return format!("\\{row}");
    }
    row.to_owned()
}
