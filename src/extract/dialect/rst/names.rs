//! Definitions that other places of a document refer to: link targets, substitutions, footnote
//! numbers.
//!
//! They are collected before anything is written, since a reference may precede its definition. A
//! short name can refer to a long text, so the text inserted for names has a byte budget, which keeps
//! the output linear in the input.

use super::lines::{RstLines, explicit};
use std::collections::{HashMap, HashSet, VecDeque};

/// The maximum bytes of a name that can be looked up, and of a substitution's text.
const LONGEST: usize = 500;

/// Whether the label of a footnote or citation is at its definition or in a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotePlace {
    Definition,
    Reference,
}

/// The definitions of a document.
pub(super) struct RstNames {
    /// The URL of each target, by name. An empty URL means a place inside the document, which Markdown can't link to.
    targets: HashMap<String, String>,
    anonymous: VecDeque<String>,
    phrases: HashMap<String, String>,
    notes: HashMap<String, usize>,
    /// The numbers of auto-numbered footnotes (`#`) whose definitions have not been written yet, in order.
    defined: VecDeque<usize>,
    /// The numbers of auto-numbered footnotes (`#`) whose references have not been written yet, in order.
    referred: VecDeque<usize>,
    /// The number of bytes of URLs and substitution texts that may still be inserted.
    budget: usize,
}

impl RstNames {
    /// The definitions in `lines`; `length` is the byte length of the source, from which the budget follows.
    pub(super) fn collect(lines: &RstLines, length: usize) -> Self {
        let mut names = Self {
            targets: HashMap::new(),
            anonymous: VecDeque::new(),
            phrases: HashMap::new(),
            notes: HashMap::new(),
            defined: VecDeque::new(),
            referred: VecDeque::new(),
            budget: length.saturating_mul(2).saturating_add(4096),
        };
        let mut labels = Vec::new();
        let mut open = Vec::new();
        let mut i = lines.filled(0);
        while i < lines.len() {
            let rest = lines.get(i).trim_start();
            if let Some((name, value)) = target(rest) {
                names.add_target(name, &url(lines, i, value), &mut open);
            } else {
                names.close(&mut open, "");
                names.add_other(lines, i, rest, &mut labels);
            }
            i = lines.filled(i + 1);
        }
        names.close(&mut open, "");
        names.number(&labels);
        names
    }

    /// Adds a target. `open` contains the names of the targets directly above it that have no URL. If this target has a
    /// URL, they get it too.
    fn add_target(&mut self, name: &str, value: &str, open: &mut Vec<String>) {
        if name == "_" {
            self.anonymous.push_back(value.to_owned());
            return;
        }
        open.push(normal(name));
        if web(value) {
            self.close(open, value);
        } else if let Some(other) = value.strip_suffix('_') {
            let address = self.targets.get(&normal(other.trim_matches('`'))).cloned();
            self.close(open, &address.unwrap_or_default());
        }
    }

    /// Gives the targets in `open` the URL `address`, and empties `open`. If `address` isn't empty, only the last 8
    /// targets get it, because a copy for each target could take quadratic memory.
    fn close(&mut self, open: &mut Vec<String>, address: &str) {
        let most = if address.is_empty() { usize::MAX } else { 8 };
        for name in open.drain(..).rev().take(most) {
            self.targets.entry(name).or_insert_with(|| address.to_owned());
        }
    }

    fn add_other(&mut self, lines: &RstLines, i: usize, rest: &str, labels: &mut Vec<String>) {
        if let Some(address) = rest.strip_prefix("__ ") {
            self.anonymous.push_back(address.trim().to_owned());
        } else if let Some((label, _)) = note(rest) {
            labels.push(label.to_owned());
        } else if let Some((name, definition)) = substitution(rest) {
            let text = definition.split_once("::").map_or("", |(kind, text)| match kind.trim() {
                "replace" => text.trim(),
                _ => "",
            });
            let more =
                (i + 1..lines.len()).take(3).take_while(|&j| lines.indent(j) > lines.indent(i));
            let more = more.map(|j| lines.get(j).trim()).filter(|_| !text.is_empty());
            let text = std::iter::once(text).chain(more).collect::<Vec<_>>().join(" ");
            if text.len() <= LONGEST {
                self.phrases.insert(normal(name), text);
            }
        }
    }

    /// Numbers the auto-numbered footnotes with the numbers that no explicit label uses.
    fn number(&mut self, labels: &[String]) {
        let taken: HashSet<usize> = labels.iter().filter_map(|label| label.parse().ok()).collect();
        let mut free = (1..).filter(|number| !taken.contains(number));
        for label in labels.iter().filter(|label| label.starts_with('#')) {
            let Some(number) = free.next() else { return };
            if label == "#" {
                self.defined.push_back(number);
                self.referred.push_back(number);
            } else {
                self.notes.entry(label.clone()).or_insert(number);
            }
        }
    }

    /// The text that is written for the label of the footnote or citation `label`: its number or name.
    pub(super) fn note(&mut self, label: &str, place: NotePlace) -> String {
        let number = match (label, place) {
            ("#", NotePlace::Definition) => self.defined.pop_front(),
            ("#", NotePlace::Reference) => self.referred.pop_front(),
            (label, _) => self.notes.get(label).copied(),
        };
        number.map_or_else(|| label.trim_start_matches('#').to_owned(), |n| n.to_string())
    }

    /// The URL of the target `name`; empty if it is a place inside the document or the budget is spent. `None` if
    /// there is no such target.
    pub(super) fn target(&mut self, name: &str) -> Option<String> {
        if name.len() > LONGEST {
            return None;
        }
        let found = self.targets.get(&normal(name))?.clone();
        Some(if self.spend(found.len()) { found } else { String::new() })
    }

    /// Adds the target of a named link with a URL, which later references may use.
    pub(super) fn learn(&mut self, name: &str, address: &str) {
        if name.len() <= LONGEST {
            self.targets.entry(normal(name)).or_insert_with(|| address.to_owned());
        }
    }

    /// The URL for the next anonymous reference.
    pub(super) fn anonymous(&mut self) -> Option<String> {
        self.anonymous.pop_front()
    }

    pub(super) fn phrase(&mut self, name: &str) -> Option<String> {
        let found = self.phrases.get(&normal(name))?.clone();
        self.spend(found.len()).then_some(found)
    }

    fn spend(&mut self, length: usize) -> bool {
        let left = self.budget.checked_sub(length);
        self.budget = left.unwrap_or(self.budget);
        left.is_some()
    }
}

/// The form in which names are compared: case and spacing don't matter.
fn normal(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether `address` is an http(s) or mailto URL that Markdown can link to.
pub(super) fn web(address: &str) -> bool {
    let known = ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
    known && address.len() <= 4 * LONGEST && !address.contains(['<', '>', ' ', '\n'])
}

/// The name and the value of the target that `rest` defines; an anonymous target has the name `_`.
fn target(rest: &str) -> Option<(&str, &str)> {
    let inner = rest.strip_prefix(".. _").filter(|_| explicit(rest))?;
    let (name, value) = match inner.strip_prefix('`') {
        Some(quoted) => quoted.split_once("`:")?,
        None => {
            inner.split_once(": ").or_else(|| inner.strip_suffix(':').map(|name| (name, "")))?
        }
    };
    Some((name, value.trim()))
}

/// The URL of a target on line `i`, which may continue on up to four indented lines below.
fn url(lines: &RstLines, i: usize, value: &str) -> String {
    let below = (i + 1..lines.len()).take(4).take_while(|&j| lines.indent(j) > lines.indent(i));
    let parts = std::iter::once(value).chain(below.map(|j| lines.get(j).trim()));
    let whole: String = parts.collect();
    if whole.starts_with('`') { whole } else { whole.replace(' ', "") }
}

/// The label and the text of the footnote or citation that `rest` defines.
pub(super) fn note(rest: &str) -> Option<(&str, &str)> {
    let inner = rest.strip_prefix("..")?.trim_start().strip_prefix('[')?;
    let (label, text) = inner.split_once(']')?;
    let fits = !label.is_empty() && label.len() <= 64 && !label.contains(char::is_whitespace);
    (fits && (text.is_empty() || text.starts_with(' '))).then_some((label, text.trim_start()))
}

/// The name and the definition of the substitution that `rest` defines.
pub(super) fn substitution(rest: &str) -> Option<(&str, &str)> {
    rest.strip_prefix("..")?.trim_start().strip_prefix('|')?.split_once('|')
}
