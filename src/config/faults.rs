//! Words the faults of a configuration file: file, line, key, and what is expected there.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::ConfigKey;
use crate::problem::line_of;

/// The text of a configuration file, and its path for messages.
#[derive(Clone, Copy)]
pub(super) struct ConfigText<'a> {
    pub path: &'a Path,
    pub text: &'a str,
}

impl ConfigText<'_> {
    /// The error for a wrong value of `key`. `says` follows the name of the key.
    pub fn wrong_value(self, key: &ConfigKey, says: &str) -> anyhow::Error {
        let document = DeTable::parse(self.text).ok();
        let span = document.and_then(|document| Some(value_of(document.get_ref(), key)?.span()));
        anyhow::anyhow!("{}: {key}{says}", self.place(span))
    }

    /// The error for text that is not TOML, for an unknown key, and for a value of another type.
    ///
    /// Does not contain the whole message of the crate toml, because that quotes the line, which may contain a misplaced
    /// token.
    pub fn unreadable(self, error: &toml::de::Error) -> anyhow::Error {
        anyhow::anyhow!("{}: {}", self.place(error.span()), error.message())
    }

    /// The file, and the line on which `span` begins.
    fn place(self, span: Option<Range<usize>>) -> String {
        let line = span.map_or(1, |span| line_of(self.text, span.start));
        format!("{}:{line}", self.path.display())
    }
}

/// The value of `key` in `document`.
fn value_of<'a, 'i>(
    document: &'a DeTable<'i>,
    key: &ConfigKey,
) -> Option<&'a Spanned<DeValue<'i>>> {
    match key.section {
        "" => document.get(key.name),
        section => document.get(section)?.get_ref().as_table()?.get(key.name),
    }
}

/// The text, following the name of a key, that says that its value `text` is not `expected`. Does not contain a text that
/// may contain a password.
pub(super) fn not_as_expected(text: &str, expected: &str) -> String {
    match text.contains('@') {
        true => format!(": expected {expected}"),
        false => format!(" = {text:?}: expected {expected}"),
    }
}
