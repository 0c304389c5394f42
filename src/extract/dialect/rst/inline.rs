//! The markup inside a paragraph.
//!
//! The whole paragraph is converted in a single pass, since a link may span lines. A construct is written on the line
//! where it starts; its inner line ends are written at the next white space, so that no line end is lost. If an end
//! mark was not found, it is not searched for again, so that the pass is linear.

use super::marks::{literal_end, role_name, tick_end};
use super::names::{NotePlace, RstNames};
use super::roles;

/// Converts the paragraph `text` to Markdown with the same number of line ends.
pub(super) fn convert(text: &str, names: &mut RstNames) -> String {
    scan(text, names, SubstitutionMode::Replaced)
}

fn scan(text: &str, names: &mut RstNames, phrases: SubstitutionMode) -> String {
    let out = String::with_capacity(text.len() + text.len() / 4);
    let ends = EndMarks { literal: true, tick: true };
    let mut scan = InlineScanner { text, pos: 0, out, names, owed: 0, ends, phrases, bare: false };
    while let Some(c) = scan.rest().chars().next() {
        if !scan.special(c) {
            scan.copy(c);
        }
    }
    scan.out.extend(std::iter::repeat_n('\n', scan.owed));
    scan.out
}

/// Which end marks may still follow in the paragraph: the end mark of a literal, and that of interpreted text. A field
/// is false after a search for that end mark failed.
struct EndMarks {
    literal: bool,
    tick: bool,
}

/// What happens to substitutions (`|name|`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum SubstitutionMode {
    Replaced,
    /// Inside a substitution's text, so that substitutions that refer to each other don't loop.
    Kept,
}

/// Converts one paragraph.
struct InlineScanner<'a> {
    text: &'a str,
    pos: usize,
    out: String,
    names: &'a mut RstNames,
    /// The number of line ends from the constructs already written that are still to be written.
    owed: usize,
    ends: EndMarks,
    phrases: SubstitutionMode,
    /// Whether the interpreted text that follows is an inline target (`` _`name` ``), not emphasis.
    bare: bool,
}

impl<'a> InlineScanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.pos..).unwrap_or("")
    }

    fn before(&self) -> Option<char> {
        self.text.get(..self.pos).and_then(|before| before.chars().next_back())
    }

    /// Whether markup may start here: not in the middle of a word.
    fn boundary(&self) -> bool {
        !self.before().is_some_and(char::is_alphanumeric)
    }

    fn copy(&mut self, c: char) {
        if c == '\n' {
            self.owed += 1;
        }
        if c.is_whitespace() && self.owed > 0 {
            self.out.extend(std::iter::repeat_n('\n', self.owed));
            self.owed = 0;
        } else {
            self.out.push(c);
        }
        self.pos += c.len_utf8();
    }

    /// Writes `text` instead of the next `length` bytes.
    fn replace(&mut self, length: usize, text: &str) {
        let taken = self.rest().get(..length).unwrap_or("");
        self.owed += taken.bytes().filter(|b| *b == b'\n').count();
        self.pos += length;
        if text.is_empty() {
            self.close_gap();
        }
        self.out.push_str(text);
    }

    /// Closes the gap that a removed construct leaves: removes the brackets around it if they are empty now, and the
    /// space before it if a space, punctuation or the end follows.
    fn close_gap(&mut self) {
        let next = self.rest().chars().next();
        if self.out.ends_with('(') && next == Some(')') {
            self.out.pop();
            self.pos += 1;
        }
        let stop = self.rest().chars().next().is_none_or(|c| " .,;\n".contains(c));
        if self.out.ends_with(' ') && stop {
            self.out.pop();
        }
    }

    /// Handles markup that starts with `c`, the next character. Returns false if there is none.
    fn special(&mut self, c: char) -> bool {
        match c {
            '`' if self.rest().starts_with("``") => self.literal(),
            '`' => self.boundary() && self.interpreted(0, ""),
            ':' => self.role(),
            '\\' => self.escape(),
            '[' => self.note(),
            '|' => self.phrases == SubstitutionMode::Replaced && self.phrase(),
            '_' => self.underscore(),
            '<' => self.angle(),
            c if c.is_alphanumeric() => self.word(),
            _ => false,
        }
    }

    fn literal(&mut self) -> bool {
        let rest = self.rest();
        let run = rest.len() - rest.trim_start_matches('`').len();
        let end = if self.ends.literal && self.boundary() { literal_end(rest, run) } else { None };
        let Some(end) = end else {
            self.ends.literal &= !self.boundary();
            // A run of backticks without an end must not open a Markdown code span.
            let ticks = "\\`".repeat(run);
            self.replace(run, &ticks);
            return true;
        };
        let content = rest.get(2..end).unwrap_or("");
        let code = roles::code(content);
        self.replace(end + 2, &code);
        true
    }

    /// Handles interpreted text or a link that starts `skip` bytes ahead, after the role `role` if that isn't
    /// empty.
    fn interpreted(&mut self, skip: usize, role: &str) -> bool {
        let rest = self.rest();
        let inner = rest.get(skip + 1..).unwrap_or("");
        let starts = !inner.starts_with(char::is_whitespace) || !role.is_empty();
        let end = if self.ends.tick && starts { tick_end(inner) } else { None };
        let Some(end) = end else {
            self.ends.tick &= !starts;
            if role.is_empty() {
                self.replace(1, "\\`");
            }
            return role.is_empty();
        };
        let content = inner.get(..end).unwrap_or("");
        let tail = inner.get(end + 1..).unwrap_or("");
        let mut length = skip + 1 + end + 1;
        let bare = std::mem::take(&mut self.bare);
        let text = if !role.is_empty() {
            roles::role(role, content)
        } else if tail.starts_with('_') {
            let anonymous = tail.starts_with("__");
            length += if anonymous { 2 } else { 1 };
            roles::reference(content, anonymous, self.names)
        } else if let Some(role) = role_name(tail).filter(|_| !tail.starts_with(":: ")) {
            length += role.len() + 2;
            roles::role(role, content)
        } else if bare {
            roles::label(content)
        } else {
            roles::emphasis(content)
        };
        self.replace(length, &text);
        true
    }

    fn role(&mut self) -> bool {
        let rest = self.rest();
        let Some(name) = role_name(rest) else { return false };
        let skip = name.len() + 2;
        // A space after the `math` role is a common mistake.
        let spaced = name == "math" && rest.get(skip..).is_some_and(|tail| tail.starts_with(" `"));
        let skip = skip + usize::from(spaced);
        rest.get(skip..).is_some_and(|tail| tail.starts_with('`'))
            && self.boundary()
            && self.interpreted(skip, name)
    }

    fn escape(&mut self) -> bool {
        match self.rest().chars().nth(1) {
            Some(c) if c.is_whitespace() => {
                self.owed += usize::from(c == '\n');
                self.pos += 1 + c.len_utf8();
            }
            Some(c) if c.is_ascii_punctuation() => {
                self.out.extend(['\\', c]);
                self.pos += 2;
            }
            _ => return false,
        }
        true
    }

    fn note(&mut self) -> bool {
        let rest = self.rest();
        let head = rest.bytes().take(72).position(|b| b == b']').unwrap_or(0);
        let label = rest.get(1..head).unwrap_or("");
        let marked = rest.get(head + 1..).is_some_and(|tail| tail.starts_with('_'));
        if label.is_empty() || !marked || label.contains(char::is_whitespace) {
            return false;
        }
        let number = self.names.note(label, NotePlace::Reference);
        self.replace(head + 2, &format!("[{number}]"));
        true
    }

    fn phrase(&mut self) -> bool {
        let rest = self.rest();
        let end = rest.bytes().skip(1).take(100).position(|b| b == b'|').unwrap_or(0);
        let Some(name) = rest.get(1..=end).filter(|name| !name.is_empty()) else { return false };
        let Some(phrase) = self.names.phrase(name) else { return false };
        let text = scan(&phrase, self.names, SubstitutionMode::Kept);
        let tail = rest.get(end + 2..).unwrap_or("");
        let marks = tail.bytes().take(2).take_while(|b| *b == b'_').count();
        self.replace(end + 2 + marks, &text);
        true
    }

    /// Handles an underscore. Before a backtick, it marks an inline target and is removed. Before a word, it is
    /// escaped, because it would start emphasis in Markdown. Returns false in other cases.
    fn underscore(&mut self) -> bool {
        let next = self.rest().chars().nth(1);
        if self.boundary() && next == Some('`') {
            self.pos += 1;
            self.bare = true;
            return true;
        }
        let opens = self.boundary() && next.is_some_and(|c| c.is_alphanumeric() || c == '_');
        if opens {
            self.replace(1, "\\_");
        }
        opens
    }

    /// Escapes a tag, which is text in reStructuredText and markup in Markdown.
    fn angle(&mut self) -> bool {
        let next = self.rest().chars().nth(1);
        let tag = next.is_some_and(|c| c.is_ascii_alphabetic() || "/!?".contains(c));
        let address = self.rest().get(1..9).is_some_and(|head| head.contains("://"));
        if tag && !address {
            self.replace(1, "\\<");
        }
        tag && !address
    }

    /// Handles a whole word: it is a URL, a reference, or text that is copied.
    fn word(&mut self) -> bool {
        let rest = self.rest();
        let inside = |c: char| c.is_alphanumeric() || "_-.+".contains(c);
        let length = rest.find(|c| !inside(c)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or("").trim_end_matches(['.', '-', '+']);
        if rest.get(length..).is_some_and(|tail| tail.starts_with("://")) {
            let end = rest.find(|c: char| c.is_whitespace() || "<>`".contains(c));
            let end = end.unwrap_or(rest.len());
            self.replace(end, rest.get(..end).unwrap_or(""));
            return true;
        }
        let free = self.before().is_none_or(|c| c.is_whitespace() || "([{'\"".contains(c));
        let found = if free { self.named(word) } else { None };
        self.replace(word.len(), found.as_deref().unwrap_or(word));
        true
    }

    fn named(&mut self, word: &str) -> Option<String> {
        if let Some(text) = word.strip_suffix("__").filter(|text| !text.ends_with('_')) {
            let address = self.names.anonymous()?;
            return Some(roles::link(text, &address));
        }
        let name = word.strip_suffix('_')?;
        let address = self.names.target(name)?;
        Some(roles::link(name, &address))
    }
}
