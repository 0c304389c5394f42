//! Titles, paragraphs, fields, verses and code.

use super::blocks::{ArgumentEnd, BlockConverter, LineBreak, TitleStyle};
use super::inline;
use super::lines::{adornment, bullet, explicit, field};
use super::roles::longest_run;

/// Two spaces at the end of a line are a hard line break in Markdown.
const BREAK: &str = "  ";

impl BlockConverter<'_> {
    /// Whether line `i` is a title with an underline.
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

    /// Reads a title or a transition at line `i`. Returns the next line to read; `None` if there is neither.
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
        // Markdown would take a `#` at the end for the heading's closing mark.
        let text = text.strip_suffix('#').map_or_else(|| text.clone(), |head| format!("{head}\\#"));
        self.put(i, &format!("{} {text}", "#".repeat((level + 1).min(6))));
    }

    /// Writes `text`, at most `count` lines, from line `i` on. If the conversion leaves a line empty, the lines after
    /// it move up, because an empty line would end the paragraph.
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

    /// Whether a block starts at line `j`, although there is no blank line before it. By the specification, the line
    /// belongs to the paragraph. But if authors forget the blank line, they mean a block.
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

    /// Writes the code from line `start` on that is indented deeper than `mark`. Nothing is written on the lines
    /// `from..start` yet: if one of them is free for the opening fence, writes fenced code, else indented code. Returns
    /// the next line to read.
    pub(super) fn code(&mut self, from: usize, start: usize, mark: usize, info: &str) -> usize {
        let lines = self.lines;
        self.head = false;
        let end = lines.extent(start, mark);
        let content = lines.dedented(start, end);
        let ticks = content.iter().map(|line| longest_run(line)).max().unwrap_or(0);
        let fence = "`".repeat((ticks + 1).max(3));
        let last = end >= lines.len();
        let bare = lines.get(end).trim() == ".." && lines.blank(end + 1);
        // The closing fence needs a line: the blank one after the code, or the code moves up by one.
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

    /// Writes an interactive Python session, which ends before a blank line or a line indented less than `col`. Writes
    /// it as fenced code if the lines around it are free, else as indented code. Returns the next line to read.
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

    /// Writes the lines of a line block (`| verse`), each as a separate line; it ends at a blank or less
    /// indented line.
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

    /// Writes one line, separate from the next.
    pub(super) fn verse(&mut self, i: usize, text: &str) {
        let end = if self.lines.blank(i + 1) { LineBreak::Soft } else { LineBreak::Hard };
        self.prose(i, text, 1, end);
    }

    /// Reads a field at line `i`, if there is one, and returns the next line to read. At the head of the document
    /// it is metadata and left out; elsewhere it becomes a list item.
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

/// `row`, escaped if its start would be block markup in Markdown.
fn guarded(row: &str) -> String {
    let adorned = adornment(row).is_some_and(|(mark, _)| "=-*_~`".contains(mark));
    let named = row.starts_with('[') && row.contains("]:");
    if adorned || named || row.starts_with(['#', '>']) || row.starts_with("~~~") {
        return format!("\\{row}");
    }
    row.to_owned()
}
