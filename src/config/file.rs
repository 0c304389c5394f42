//! Reads the configuration files: the file that the user named, or else the user's own file, overridden by a file found
//! in the current folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use toml::{Table, Value};

use super::environment::env;
use super::faults::ConfigText;
use super::found::{ConfinedFolder, MOST_BYTES, PathTrust, UntrustedPath, is_short_file};
use super::keys::{ConfigFile, refused_keys, start_paths_at};
use super::user_folders::own_folder;
use super::values::wrong_value;

/// The name of a configuration file.
pub(super) const SETTINGS: &str = "cairn.toml";

/// The content of the configuration files.
#[derive(Default)]
pub(super) struct FileSettings {
    pub file: ConfigFile,
    /// Whether the user's own file or a found file sets `index`.
    pub index: PathTrust,
    /// Whether the user's own file or a found file sets `sources`.
    pub sources: PathTrust,
}

/// Reads the settings from the file `named`, or else from the file that `CAIRN_CONFIG` names. If neither is given,
/// reads the user's own file, overridden by `cairn.toml` in the current folder.
///
/// `Err` for an unreadable file, for unknown keys, and for a found file that sets keys that only the user may set.
pub(super) fn read(named: Option<&Path>, home: &ConfinedFolder) -> anyhow::Result<FileSettings> {
    let named = named.map(Path::to_owned).or_else(|| env("CAIRN_CONFIG").map(PathBuf::from));
    if let Some(path) = named {
        return Ok(FileSettings { file: table(&path)?.try_into()?, ..FileSettings::default() });
    }
    let own = own_file();
    let here = Path::new(SETTINGS);
    let base = own.as_deref().map(table).transpose()?.unwrap_or_default();
    let is_own = own.is_some_and(|own| is_same(&own, here));
    if is_own || here.symlink_metadata().is_err() {
        return Ok(FileSettings { file: base.try_into()?, ..FileSettings::default() });
    }
    let found = found_table(here, home)?;
    let trust = |key| if found.contains_key(key) { PathTrust::Found } else { PathTrust::Named };
    let (index, sources) = (trust("index"), trust("sources"));
    Ok(FileSettings { file: merged(base, found).try_into()?, index, sources })
}

/// The path of the user's own configuration file, if it exists.
fn own_file() -> Option<PathBuf> {
    let path = own_folder()?.join(SETTINGS);
    path.is_file().then_some(path)
}

/// Whether `one` and `other` are the same file or folder. `false` if one of them does not exist.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Parses the file at `path`. Its relative paths start at its folder ([`start_paths_at`]). `Err` if it can't be read, is not valid TOML, or contains unknown keys or invalid values.
fn table(path: &Path) -> anyhow::Result<Table> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration {}", path.display()))?;
    let file = ConfigText { path, text: &text };
    toml::from_str::<ConfigFile>(&text).map_err(|error| file.unreadable(&error))?;
    let mut table = toml::from_str(&text).map_err(|error| file.unreadable(&error))?;
    if let Some((key, says)) = wrong_value(&table) {
        return Err(file.wrong_value(key, &says));
    }
    start_paths_at(path.parent().unwrap_or(Path::new("")), &mut table);
    Ok(table)
}

/// Parses the file `path`, which was found in `home`. `Err` if it is invalid, sets keys that a found file must not set,
/// is a link that leads outside `home`, or is longer than [`MOST_BYTES`].
fn found_table(path: &Path, home: &ConfinedFolder) -> anyhow::Result<Table> {
    let name = path.display();
    let refused = |why: String| UntrustedPath { why, option: "--config", value: name.to_string() };
    if !home.holds(path) {
        bail!(refused(format!("{name} was found in the current folder and leads out of it")));
    }
    if !is_short_file(path) {
        bail!(
            "{name} was found in the current folder and is not a file of at most {MOST_BYTES} bytes; remove it"
        );
    }
    let found = table(path)?;
    let keys = refused_keys(&found, home);
    if !keys.is_empty() {
        bail!(refused(format!(
            "{name} was found in the current folder, where anybody may have put it, and sets {}: such a file may set \
             only times, amounts, a loopback address to listen on, and paths inside the folder",
            keys.join(", ")
        )));
    }
    Ok(found)
}

/// `base`, overridden by the keys of `over`. If `over` sets a key of the schedule, all keys of the schedule in `base`
/// are removed, because parts of two schedules are not a valid schedule.
fn merged(mut base: Table, over: Table) -> Table {
    const SCHEDULE: [&str; 3] = ["every", "cron", "time_zone"];
    for (name, value) in over {
        match (base.get_mut(&name), value) {
            (Some(Value::Table(base)), Value::Table(over)) => {
                if SCHEDULE.iter().any(|key| over.contains_key(*key)) {
                    base.retain(|key, _| !SCHEDULE.contains(&key));
                }
                base.extend(over);
            }
            (_, value) => {
                base.insert(name, value);
            }
        }
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_found_file_overrides_the_users_own() {
        let table = |text: &str| toml::from_str::<Table>(text).unwrap();
        let own = "[refresh]\ncron = \"0 4 * * *\"\njobs = 2\n[github]\napi = \"https://git.corp/api/v3\"\n";
        let over = merged(table(own), table("[refresh]\nevery = \"1h\"\n"));
        let expected =
            "[refresh]\nevery = \"1h\"\njobs = 2\n[github]\napi = \"https://git.corp/api/v3\"\n";
        assert_eq!(over, table(expected), "the token still goes to the user's own host");
    }
}
