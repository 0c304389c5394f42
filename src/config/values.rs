//! Checks the values of a configuration file when it is read. A wrong value is reported with its line then, and not by
//! the command that uses it first.

use toml::{Table, Value};

use super::addresses::{BASES, normalised};
use super::keys::{ConfigKey, KEYS};

/// The first key of `table` that has a wrong value, and what is wrong: text that follows the name of the key. The values
/// have the right types.
pub(super) fn wrong_value(table: &Table) -> Option<(&'static ConfigKey, String)> {
    KEYS.iter().find_map(|key| {
        let section =
            if key.section.is_empty() { table } else { table.get(key.section)?.as_table()? };
        Some((key, fault(key, section.get(key.name)?)?))
    })
}

/// What is wrong with `value` as the value of `key`.
fn fault(key: &ConfigKey, value: &Value) -> Option<String> {
    let base = BASES.iter().find(|base| (base.section, base.name) == (key.section, key.name));
    if let Some(base) = base {
        return normalised(value.as_str()?, base.default).err();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fault of the file with `text`, with the name of the key.
    fn said(text: &str) -> String {
        let found = wrong_value(&toml::from_str(text).unwrap());
        found.map_or_else(String::new, |(key, says)| format!("{key}{says}"))
    }

    #[test]
    fn a_wrong_base_url_is_named_with_its_key_and_without_a_password() {
        assert_eq!(
            said("[github]\napi = \"api.github.com\"\n"),
            "[github] api = \"api.github.com\": expected an address that begins with https:// or http://, such as \
             \"https://api.github.com\""
        );
        for (section, keys) in
            [("github", &["codeload", "raw", "web"][..]), ("refresh", &["arxiv_api"])]
        {
            for (key, wrong) in keys.iter().flat_map(|key| [(key, "a.b"), (key, "ftp://a.b")]) {
                let said = said(&format!("[{section}]\n{key} = {wrong:?}\n"));
                assert!(said.starts_with(&format!("[{section}] {key} = {wrong:?}: ")), "{said}");
            }
        }
        for wrong in ["https://me:s3cret@a.b", "https://s3cret@a.b", "https://me:s3cret@a:port"] {
            let said = said(&format!("[github]\nweb = {wrong:?}\n"));
            assert!(said.starts_with("[github] web: ") && !said.contains("s3cret"), "{said}");
        }
        assert_eq!(said("[github]\napi = \"HTTPS://git.corp/api/v3/\"\n"), "");
    }
}
