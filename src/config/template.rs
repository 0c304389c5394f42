//! The commented configuration files that `cairn init` writes, and that packages install.

use super::keys::KEYS;

/// A configuration file with every key, its default and what it is for. All keys are commented out, so reading it changes
/// nothing.
pub const SETTINGS_TEMPLATE: &str = include_str!("cairn.toml");

/// [`SETTINGS_TEMPLATE`] for a folder that has everything: the index is `index` and the data files are `sources`, both next
/// to the file.
///
/// ```
/// use cairn::config::settings_for_folder;
/// assert!(settings_for_folder().contains("\nindex = \"index\"\n"));
/// ```
pub fn settings_for_folder() -> String {
    let top = KEYS.iter().filter(|key| key.section.is_empty() && !key.is_section());
    top.fold(SETTINGS_TEMPLATE.to_owned(), |text, key| {
        let begin = format!("\n#{} = ", key.name);
        let Some((before, after)) = text.split_once(&begin) else { return text };
        let rest = after.split_once('\n').map_or("", |(_, rest)| rest);
        format!("{before}\n{0} = \"{0}\"\n{rest}", key.name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, ConfigOverrides, load};

    /// A line `#key = value` of the template.
    struct TemplateKey<'a> {
        section: &'a str,
        name: &'a str,
        /// The comment lines above it, joined.
        says: String,
        line: &'a str,
    }

    fn template_keys() -> Vec<TemplateKey<'static>> {
        let (mut keys, mut section, mut says) = (Vec::new(), "", String::new());
        for line in SETTINGS_TEMPLATE.lines() {
            if let Some(text) = line.strip_prefix("# ") {
                says.push_str(text);
            } else if let Some(line) = line.strip_prefix('#') {
                let (name, _) = line.split_once(" = ").unwrap();
                keys.push(TemplateKey { section, name, says: std::mem::take(&mut says), line });
            } else {
                says.clear();
                section = line.strip_prefix('[').map_or(section, |name| name.trim_end_matches(']'));
            }
        }
        keys
    }

    /// The settings that a file with `text` makes.
    fn loaded(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cairn.toml");
        std::fs::write(&file, text).unwrap();
        let overrides = ConfigOverrides { config: Some(file), ..ConfigOverrides::default() };
        format!("{:#?}", Config { file: None, ..load(&overrides).unwrap() })
    }

    #[test]
    fn the_template_has_every_key_once_in_order_and_explains_each() {
        let shown: Vec<[&str; 2]> =
            template_keys().iter().map(|key| [key.section, key.name]).collect();
        let known = KEYS.iter().filter(|key| !key.is_section());
        assert_eq!(shown, known.map(|key| [key.section, key.name]).collect::<Vec<_>>());
        for key in template_keys() {
            assert!(key.says.ends_with(['.', ':']), "{} is explained by {:?}", key.name, key.says);
        }
    }

    #[test]
    fn values_in_the_template_are_the_defaults_or_examples_that_are_read() {
        let (mut defaults, mut examples) = (String::new(), String::new());
        let mut section = "";
        for key in template_keys() {
            for text in [&mut defaults, &mut examples] {
                if key.section != section {
                    text.push_str(&format!("[{}]\n", key.section));
                }
            }
            section = key.section;
            let is_example = key.says.ends_with("Example:");
            let text = if is_example { &mut examples } else { &mut defaults };
            text.push_str(&format!("{}\n", key.line));
        }
        assert_eq!(loaded(&defaults), loaded(""));
        assert_eq!(loaded(SETTINGS_TEMPLATE), loaded(""), "everything is commented out");
        toml::from_str::<crate::config::keys::ConfigFile>(&examples).unwrap_or_else(|error| {
            panic!("{error}");
        });
    }

    #[test]
    fn the_settings_for_a_folder_set_index_and_data_files_only() {
        let text = settings_for_folder();
        let set: Vec<&str> =
            text.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty()).collect();
        assert_eq!(set, ["index = \"index\"", "sources = \"sources\""]);
        assert_eq!(text.lines().count(), SETTINGS_TEMPLATE.lines().count());
    }
}
