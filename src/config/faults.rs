//! Words the faults of a configuration file: file, line, key, and what is expected there.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{ConfigKey, KEYS};
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
        let document = DeTable::parse(self.text).ok();
        let place = self.place(error.span());
        let key = document.zip(error.span()).filter(|_| is_about_value(error.message()));
        match key.and_then(|(document, span)| key_at(document.get_ref(), span.start)) {
            Some(key) => {
                let found = found(error.message()).map(|found| format!(", not {found}"));
                let (expected, found) = (expected(key), found.unwrap_or_default());
                anyhow::anyhow!("{place}: {key}: expected {expected}{found}")
            }
            None => anyhow::anyhow!("{place}: {}", error.message()),
        }
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

/// The key whose value contains the byte at `offset`.
fn key_at(document: &DeTable, offset: usize) -> Option<&'static ConfigKey> {
    KEYS.iter().find(|key| {
        value_of(document, key).is_some_and(|value| {
            let is_table_of_keys = key.is_section() && value.get_ref().is_table();
            value.span().contains(&offset) && !is_table_of_keys
        })
    })
}

/// Whether `message`, a message of serde, is about the value of a key that is known.
fn is_about_value(message: &str) -> bool {
    !["unknown field", "duplicate"].iter().any(|begin| message.starts_with(begin))
}

/// What `message`, a message of serde, says was found: `invalid type: string "5", expected u64`.
fn found(message: &str) -> Option<String> {
    let (kind, rest) = message.split_once(' ')?;
    let (_, rest) = rest.split_once(' ')?;
    let (found, _) = rest.rsplit_once(", expected")?;
    if kind == "unknown" {
        return Some(format!("the text {:?}", found.trim_matches('`')));
    }
    let plain = found.rsplit(' ').next().unwrap_or_default().trim_matches('`');
    Some(match found.split_once(' ').map_or(found, |(kind, _)| kind) {
        "string" => found.replacen("string", "the text", 1),
        "integer" | "floating" => format!("the number {plain}"),
        "boolean" => plain.to_owned(),
        "sequence" => "a list".to_owned(),
        "map" => "a table".to_owned(),
        _ => found.to_owned(),
    })
}

/// What the value of `key` must be.
fn expected(key: &ConfigKey) -> &'static str {
    match key.kind {
        _ if key.is_section() => "a table of keys, such as [serve]",
        "Option<PathBuf>" => "a path in quotes",
        "Option<FolderOrAddress>" => "a folder or an address, in quotes",
        "Vec<String>" => "a list such as [\"a\"]",
        "bool" => "true or false",
        "Option<u32>" => "a whole number",
        "Option<SizeSetting>" => "a size such as \"20GB\"",
        "CorsSetting" => "a list such as [\"https://app.example\"], or \"*\"",
        "Images" => "\"ask\" or \"never\"",
        "Option<EngineName>" => "\"embedded\" or \"opensearch\"",
        "Option<FallbackName>" => "\"embedded\"",
        kind if kind.starts_with("Option<NonZero") => "a whole number above 0",
        _ => "text in quotes",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys::ConfigFile;

    /// What is said about the file with `text`.
    fn said(text: &str) -> String {
        let error = toml::from_str::<ConfigFile>(text).err().unwrap();
        ConfigText { path: Path::new("c.toml"), text }.unreadable(&error).to_string()
    }

    /// Files with a wrong value in the second line, and what is said about it.
    const WRONG: &[(&str, &str)] = &[
        (
            "[refresh]\njobs = \"5\"",
            "[refresh] jobs: expected a whole number above 0, not the text \"5\"",
        ),
        (
            "[refresh]\njobs = 0",
            "[refresh] jobs: expected a whole number above 0, not the number 0",
        ),
        (
            "[refresh]\njobs = -1",
            "[refresh] jobs: expected a whole number above 0, not the number -1",
        ),
        (
            "[refresh]\ngone_after = 1.5",
            "[refresh] gone_after: expected a whole number above 0, not the number 1.5",
        ),
        (
            "[refresh]\nrun_megabytes = 0",
            "[refresh] run_megabytes: expected a whole number above 0, not the number 0",
        ),
        (
            "[serve]\nrequests_per_second = 0",
            "[serve] requests_per_second: expected a whole number above 0, not the number 0",
        ),
        ("[search]\nreplicas = true", "[search] replicas: expected a whole number, not true"),
        (
            "[github]\ntoken_file = 5",
            "[github] token_file: expected a path in quotes, not the number 5",
        ),
        (
            "[serve]\nhosts = \"a\"",
            "[serve] hosts: expected a list such as [\"a\"], not the text \"a\"",
        ),
        (
            "[serve]\nhosts = [7]",
            "[serve] hosts: expected a list such as [\"a\"], not the number 7",
        ),
        ("[serve]\nmcp = \"yes\"", "[serve] mcp: expected true or false, not the text \"yes\""),
        (
            "[serve]\nimages = \"no\"",
            "[serve] images: expected \"ask\" or \"never\", not the text \"no\"",
        ),
        ("[serve]\nurl = [\"a\"]", "[serve] url: expected text in quotes, not a list"),
        ("[refresh]\nmax_bytes = [5]", "[refresh] max_bytes: expected a size such as \"20GB\""),
        (
            "[serve]\ncors = 5",
            "[serve] cors: expected a list such as [\"https://app.example\"], or \"*\"",
        ),
    ];

    #[test]
    fn a_value_of_another_type_is_named_with_its_key_and_what_is_expected() {
        for (text, says) in WRONG {
            assert_eq!(said(text), format!("c.toml:2: {says}"));
        }
        assert_eq!(
            said("\nindex = 5"),
            "c.toml:2: index: expected a path in quotes, not the number 5"
        );
        assert_eq!(
            said("refresh = 5"),
            "c.toml:1: refresh: expected a table of keys, such as [serve], not the number 5"
        );
        assert!(said("[serve]\nport = 1").starts_with("c.toml:2: unknown field `port`"));
    }
}
