//! What a document names in one place and uses in another: link targets, substitutions,
//! footnote numbers.
//!
//! They are collected before anything is written, since a use may come before its definition.
//! A short name can stand for a long text, so what is put in for names has a budget: the output
//! stays linear in the input.

use super::lines::{Lines, explicit};
use std::collections::{HashMap, HashSet, VecDeque};

/// More than this is no name and no phrase.
const LONGEST: usize = 500;

/// Where a footnote or citation is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotePlace {
    Definition,
    Reference,
}

pub(super) struct Names {
    /// An empty address is a place inside the document, to which Markdown has no link.
    targets: HashMap<String, String>,
    anonymous: VecDeque<String>,
    phrases: HashMap<String, String>,
    notes: HashMap<String, usize>,
    /// The numbers of the footnotes without a label, for their own marks and for the references.
    defined: VecDeque<usize>,
    referred: VecDeque<usize>,
    budget: usize,
}

impl Names {
    pub(super) fn collect(lines: &Lines, length: usize) -> Self {
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

    /// Targets in a row without an address of their own share the next one's.
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

    /// Only the last of names in a row keeps a copy of the address where they are many: a copy
    /// each would make the memory grow with the square of the input.
    fn close(&mut self, open: &mut Vec<String>, address: &str) {
        let most = if address.is_empty() { usize::MAX } else { 8 };
        for name in open.drain(..).rev().take(most) {
            self.targets.entry(name).or_insert_with(|| address.to_owned());
        }
    }

    fn add_other(&mut self, lines: &Lines, i: usize, rest: &str, labels: &mut Vec<String>) {
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

    /// Numbers the footnotes that ask for a number, past those that were given by hand.
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

    /// The number or name that replaces the footnote or citation `label`.
    pub(super) fn note(&mut self, label: &str, place: NotePlace) -> String {
        let number = match (label, place) {
            ("#", NotePlace::Definition) => self.defined.pop_front(),
            ("#", NotePlace::Reference) => self.referred.pop_front(),
            (label, _) => self.notes.get(label).copied(),
        };
        number.map_or_else(|| label.trim_start_matches('#').to_owned(), |n| n.to_string())
    }

    /// The web address that `name` leads to, if it is a target; empty within the document.
    pub(super) fn target(&mut self, name: &str) -> Option<String> {
        if name.len() > LONGEST {
            return None;
        }
        let found = self.targets.get(&normal(name))?.clone();
        Some(if self.spend(found.len()) { found } else { String::new() })
    }

    /// A link with a name and an address can be referred to by its name afterwards.
    pub(super) fn learn(&mut self, name: &str, address: &str) {
        if name.len() <= LONGEST {
            self.targets.entry(normal(name)).or_insert_with(|| address.to_owned());
        }
    }

    /// The address for the next anonymous reference.
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

/// Names are compared without regard to case and spacing.
fn normal(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether `address` leads out of the document to somewhere a reader can follow.
pub(super) fn web(address: &str) -> bool {
    let known = ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
    known && address.len() <= 4 * LONGEST && !address.contains(['<', '>', ' ', '\n'])
}

/// The name and the value of the target that `rest` defines; the name `_` is the anonymous one.
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

/// An address may be broken over the lines below its target.
fn url(lines: &Lines, i: usize, value: &str) -> String {
    let below = (i + 1..lines.len()).take(4).take_while(|&j| lines.indent(j) > lines.indent(i));
    let parts = std::iter::once(value).chain(below.map(|j| lines.get(j).trim()));
    let whole: String = parts.collect();
    if whole.starts_with('`') { whole } else { whole.replace(' ', "") }
}

/// The label of the footnote or citation that `rest` defines, and its text.
pub(super) fn note(rest: &str) -> Option<(&str, &str)> {
    let inner = rest.strip_prefix("..")?.trim_start().strip_prefix('[')?;
    let (label, text) = inner.split_once(']')?;
    let fits = !label.is_empty() && label.len() <= 64 && !label.contains(char::is_whitespace);
    (fits && (text.is_empty() || text.starts_with(' '))).then_some((label, text.trim_start()))
}

/// The name of the substitution that `rest` defines, and its definition.
pub(super) fn substitution(rest: &str) -> Option<(&str, &str)> {
    rest.strip_prefix("..")?.trim_start().strip_prefix('|')?.split_once('|')
}
