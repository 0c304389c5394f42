//! The user's own folders for configuration and data. They follow the convention of the platform: the XDG Base
//! Directory Specification on Linux and other Unix systems, `Library/Application Support` on macOS, and `%APPDATA%` on
//! Windows.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The user's own folder for settings and data files of Cairn, such as `~/.config/cairn`. It may not exist. `None` if it
/// can't be determined.
pub fn own_folder() -> Option<PathBuf> {
    of_platform("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("cairn"))
}

/// The folder in which programs keep the user's data, such as `~/.local/share`; `None` if it can't be determined.
pub(super) fn data_folder() -> Option<PathBuf> {
    of_platform("XDG_DATA_HOME", ".local/share")
}

fn of_platform(variable: &str, below_home: &str) -> Option<PathBuf> {
    let home = env::home_dir();
    if cfg!(windows) {
        folder(env::var_os("APPDATA"), home, "AppData/Roaming")
    } else if cfg!(target_os = "macos") {
        folder(None, home, "Library/Application Support")
    } else {
        folder(env::var_os(variable), home, below_home)
    }
}

/// The folder `named`, or else the folder `below_home` in `home`; `None` if there is neither. Ignores a relative
/// `named` or `home`: a relative path starts at the current folder, which may belong to somebody else.
fn folder(named: Option<OsString>, home: Option<PathBuf>, below_home: &str) -> Option<PathBuf> {
    let home = home.filter(|home| home.is_absolute()).map(|home| home.join(below_home));
    named.map(PathBuf::from).filter(|named| named.is_absolute()).or(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_user_folder_is_ignored() {
        let root = env::current_dir().unwrap();
        let named = |name: &str| Some(OsString::from(root.join(name)));
        let home = Some(root.join("home"));
        assert_eq!(folder(named("xdg"), home.clone(), ".config"), Some(root.join("xdg")));
        for ignored in [None, Some("".into()), Some("xdg".into())] {
            assert_eq!(folder(ignored, home.clone(), "a/b"), Some(root.join("home/a/b")));
        }
        assert_eq!(folder(None, Some("home".into()), ".config"), None);
        assert_eq!(folder(None, None, ".config"), None);
    }
}
