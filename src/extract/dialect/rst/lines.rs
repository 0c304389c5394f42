//! The lines of a document, and the markup that is recognised from a single line.
//!
//! Tabs are expanded and trailing space is removed, so a column of the indentation is also a byte offset.

/// Lines without tabs and trailing space, with precomputed indentations.
pub(super) struct RstLines {
    text: Vec<String>,
    indent: Vec<usize>,
    /// For every line, the index of the first line from there on that is not blank; the number of lines if there is
    /// none. So blank lines are skipped in constant time.
    filled: Vec<usize>,
}

impl RstLines {
    pub(super) fn new(text: Vec<String>) -> Self {
        let indent = text.iter().map(|line| line.len() - line.trim_start_matches(' ').len());
        let indent = indent.collect();
        let mut filled = vec![text.len(); text.len()];
        let mut last = text.len();
        for (i, (line, slot)) in text.iter().zip(filled.iter_mut()).enumerate().rev() {
            if !line.is_empty() {
                last = i;
            }
            *slot = last;
        }
        Self { text, indent, filled }
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Line `i`; empty beyond the end.
    pub(super) fn get(&self, i: usize) -> &str {
        self.text.get(i).map_or("", String::as_str)
    }

    pub(super) fn blank(&self, i: usize) -> bool {
        self.get(i).is_empty()
    }

    pub(super) fn indent(&self, i: usize) -> usize {
        self.indent.get(i).copied().unwrap_or(0)
    }

    /// The index of the first line from `i` on that is not blank; `len` if there is none.
    pub(super) fn filled(&self, i: usize) -> usize {
        self.filled.get(i).copied().unwrap_or(self.len())
    }

    /// Line `i` from column `col` on; empty if it is shorter.
    pub(super) fn from(&self, i: usize, col: usize) -> &str {
        self.get(i).get(col..).unwrap_or("")
    }

    /// The index of the line after the last line below line `i` that is indented deeper than `mark`. Blank lines
    /// between such lines are included.
    pub(super) fn extent(&self, i: usize, mark: usize) -> usize {
        let mut end = i + 1;
        let mut j = self.filled(end);
        while j < self.len() && self.indent(j) > mark {
            end = j + 1;
            j = self.filled(end);
        }
        end
    }

    /// The lines `from..to` without the indentation they share.
    pub(super) fn dedented(&self, from: usize, to: usize) -> Vec<&str> {
        let shared = (from..to).filter(|&i| !self.blank(i)).map(|i| self.indent(i)).min();
        (from..to).map(|i| self.from(i, shared.unwrap_or(0))).collect()
    }
}

/// `line` with tabs expanded to 8 columns, vertical tabs, form feeds and carriage returns replaced by
/// spaces, and trailing space removed. Markdown takes a lone carriage return for a line end.
pub(super) fn clean(line: &str) -> String {
    let line = line.trim_end();
    let mut out = String::with_capacity(line.len());
    let mut column = 0;
    for c in line.chars() {
        match c {
            '\t' => {
                let width = 8 - column % 8;
                out.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\r' | '\u{b}' | '\u{c}' => {
                out.push(' ');
                column += 1;
            }
            c => {
                out.push(c);
                column += 1;
            }
        }
    }
    out
}

/// The character and the length of a line that only repeats one punctuation character.
pub(super) fn adornment(line: &str) -> Option<(char, usize)> {
    let first = line.chars().next().filter(char::is_ascii_punctuation)?;
    line.chars().all(|c| c == first).then_some((first, line.len()))
}

/// The mark at the start of a list item.
pub(super) struct ListMarker {
    /// The Markdown for it, with the space after it.
    pub(super) lead: String,
    /// The indentation of the item's text in Markdown, relative to the mark.
    pub(super) width: usize,
    /// The indentation of the item's text in the source, relative to the mark.
    pub(super) offset: usize,
    /// Whether it may also be the start of a sentence: "A. Name".
    pub(super) weak: bool,
}

/// The mark of a bullet item at the start of `rest`.
pub(super) fn bullet(rest: &str) -> Option<ListMarker> {
    let mark = rest.chars().next().filter(|c| "*+-•‣⁃".contains(*c))?;
    let offset = text_after(rest, mark.len_utf8())?;
    let mark = if mark.is_ascii() { mark } else { '-' };
    Some(ListMarker { lead: format!("{mark} "), width: 2, offset, weak: false })
}

/// The mark of an enumerated item at the start of `rest`; `None` if there is none. Markdown has only numbered items, so
/// letters and Roman numerals are written as text after a bullet.
pub(super) fn enumerator(rest: &str) -> Option<ListMarker> {
    let open = rest.starts_with('(');
    let inner = rest.get(usize::from(open)..)?;
    let length = inner.bytes().take(10).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#');
    let length = length.count();
    let label = inner.get(..length).filter(|label| !label.is_empty() && length < 10)?;
    let close = inner.get(length..)?.chars().next()?;
    if !(close == ')' || close == '.' && !open) {
        return None;
    }
    let offset = text_after(rest, usize::from(open) + length + 1)?;
    if label == "#" || label.bytes().all(|b| b.is_ascii_digit()) {
        let lead = format!("{}{close} ", if label == "#" { "1" } else { label });
        return Some(ListMarker { width: lead.len(), lead, offset, weak: false });
    }
    let roman =
        label.bytes().all(|b| b"ivx".contains(&b)) || label.bytes().all(|b| b"IVX".contains(&b));
    let letter = length == 1 && label.bytes().all(|b| b.is_ascii_alphabetic());
    let lead = format!("- {}{label}{close} ", if open { "(" } else { "" });
    (roman || letter).then_some(ListMarker { lead, width: 2, offset, weak: true })
}

/// The offset of the text after a mark of `length` bytes, if a space or nothing follows the mark.
fn text_after(rest: &str, length: usize) -> Option<usize> {
    let tail = rest.get(length..)?;
    let text = tail.trim_start_matches(' ');
    (tail.is_empty() || text.len() < tail.len()).then_some(rest.len() - text.len())
}

/// The name and the text of the field at the start of `rest`.
pub(super) fn field(rest: &str) -> Option<(&str, &str)> {
    let inner = rest.strip_prefix(':').filter(|inner| !inner.starts_with([' ', ':']))?;
    let ends = inner.char_indices().take(80);
    let end = ends.filter(|&(_, c)| c == ':').map(|(i, _)| i).find(|&i| {
        inner.get(i + 1..).is_some_and(|tail| tail.is_empty() || tail.starts_with(' '))
    })?;
    let name = inner.get(..end).filter(|name| !name.contains('`'))?;
    Some((name, inner.get(end + 1..)?.trim_start()))
}

/// Whether `rest` starts explicit markup (a directive, a target, a comment).
pub(super) fn explicit(rest: &str) -> bool {
    rest == ".." || rest.starts_with(".. ")
}
