//! Defines the keys of the configuration file, and which of them a file found in the current folder may set.
//!
//! A found file may be part of somebody else's archive or repository, so it may set only harmless keys. Only the user
//! may set keys that name hosts, credentials or paths outside the current folder.

use std::fmt;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::cors::CorsSetting;
use super::engines::{EngineName, FallbackName};
use super::found::ConfinedFolder;
use super::images::Images;
use super::size::SizeSetting;

/// The values to which a found file may set a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyClass {
    /// A found file may set the key to any value: the key sets a number or a time.
    Harmless,
    /// A found file may set the key only to a path inside the current folder.
    PathInside,
    /// A found file may set the key only to a loopback address.
    Loopback,
    /// A found file must not set the key: the key makes Cairn contact other hosts, names credentials, or gives other
    /// people access.
    UserOnly,
    /// The key is a table (a section of the file). Each key in the table has its own class.
    Section,
}

/// A key of the configuration file.
pub(super) struct ConfigKey {
    /// The name of the table that contains the key; empty if the key is not in a table.
    pub section: &'static str,
    pub name: &'static str,
    class: KeyClass,
    /// The type of the value, as declared below.
    pub kind: &'static str,
}

/// A folder, or an address with a scheme such as `s3://BUCKET/PREFIX`.
type FolderOrAddress = String;

/// Declares the tables of the file and their keys. Each key needs a class, or the code does not compile.
macro_rules! tables {
    ($($name:ident in $section:literal { $($key:ident: $kind:ty => $class:ident,)* })*) => {
        $(
            #[derive(Clone, Default, Deserialize)]
            #[serde(deny_unknown_fields, default)]
            pub(super) struct $name { $(pub $key: $kind,)* }
        )*

        /// Every key with its class.
        pub(super) const KEYS: &[ConfigKey] = &[$($(
            ConfigKey {
                section: $section,
                name: stringify!($key),
                class: KeyClass::$class,
                kind: stringify!($kind),
            },
        )*)*];
    };
}

tables! {
    ConfigFile in "" {
        index: Option<PathBuf> => PathInside,
        sources: Option<PathBuf> => PathInside,
        refresh: RefreshFile => Section,
        serve: ServeFile => Section,
        github: GitHubFile => Section,
        search: SearchFile => Section,
    }
    RefreshFile in "refresh" {
        every: Option<String> => Harmless,
        cron: Option<String> => Harmless,
        time_zone: Option<String> => Harmless,
        jitter: Option<String> => Harmless,
        jobs: Option<NonZeroUsize> => Harmless,
        jobs_per_host: Option<NonZeroUsize> => Harmless,
        longest_wait: Option<String> => Harmless,
        run_megabytes: Option<NonZeroU64> => Harmless,
        private_hosts: Vec<String> => UserOnly,
        gone_after: Option<NonZeroU32> => Harmless,
        drop_after: Option<String> => Harmless,
        max_bytes: Option<SizeSetting> => Harmless,
        check_links: bool => UserOnly,
        publish: Option<FolderOrAddress> => UserOnly,
        arxiv_api: Option<String> => UserOnly,
    }
    ServeFile in "serve" {
        listen: Option<String> => Loopback,
        url: Option<String> => UserOnly,
        public: bool => UserOnly,
        hosts: Vec<String> => UserOnly,
        trusted_proxies: Vec<String> => UserOnly,
        requests_per_second: Option<NonZeroU32> => Harmless,
        connections_per_address: Option<NonZeroUsize> => Harmless,
        admin_token_file: Option<PathBuf> => UserOnly,
        share_private: bool => UserOnly,
        images: Images => UserOnly,
        report_url: Option<String> => UserOnly,
        security_contact: Option<String> => UserOnly,
        search_engines: bool => UserOnly,
        cors: CorsSetting => UserOnly,
        mcp: bool => UserOnly,
        query_log: bool => UserOnly,
    }
    GitHubFile in "github" {
        api: Option<String> => UserOnly,
        codeload: Option<String> => UserOnly,
        raw: Option<String> => UserOnly,
        web: Option<String> => UserOnly,
        token_file: Option<PathBuf> => UserOnly,
    }
    SearchFile in "search" {
        engine: Option<EngineName> => UserOnly,
        urls: Vec<String> => UserOnly,
        prefix: Option<String> => UserOnly,
        user: Option<String> => UserOnly,
        password_file: Option<PathBuf> => UserOnly,
        token_file: Option<PathBuf> => UserOnly,
        ca_file: Option<PathBuf> => UserOnly,
        shards: Option<u32> => UserOnly,
        replicas: Option<u32> => UserOnly,
        timeout: Option<String> => UserOnly,
        fallback: Option<FallbackName> => UserOnly,
    }
}

/// The keys in `found` that a found file must not set at all, or must not set to the given value.
pub(super) fn refused_keys(found: &Table, home: &ConfinedFolder) -> Vec<String> {
    let mut refused = Vec::new();
    for (name, value) in found {
        match (class_of("", name), value) {
            (KeyClass::Section, Value::Table(section)) => {
                let keys =
                    section.iter().filter(|(key, value)| !class_of(name, key).allows(value, home));
                refused.extend(keys.map(|(key, _)| format!("[{name}] {key}")));
            }
            (class, value) if class.allows(value, home) => {}
            _ => refused.push(name.clone()),
        }
    }
    refused
}

/// Makes the relative paths in `table` start at `folder`: the folder of the file that the table is from. So a file means
/// the same, whatever the current folder is. Leaves addresses unchanged, and a path if the result is not UTF-8.
pub(super) fn start_paths_at(folder: &Path, table: &mut Table) {
    let may_be_address = |key: &ConfigKey| key.kind == stringify!(Option<FolderOrAddress>);
    let is_path = |key: &&ConfigKey| key.kind == stringify!(Option<PathBuf>) || may_be_address(key);
    for key in KEYS.iter().filter(is_path) {
        let section = match key.section {
            "" => Some(&mut *table),
            section => table.get_mut(section).and_then(Value::as_table_mut),
        };
        let Some(Value::String(path)) = section.and_then(|section| section.get_mut(key.name))
        else {
            continue;
        };
        if may_be_address(key) && path.contains("://") {
            continue;
        }
        if let Some(whole) = folder.join(&*path).to_str() {
            *path = whole.to_owned();
        }
    }
}

/// The key as messages name it, such as `[serve] url`.
impl fmt::Display for ConfigKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.section {
            "" => f.write_str(self.name),
            section => write!(f, "[{section}] {}", self.name),
        }
    }
}

impl ConfigKey {
    /// Whether this is a table of keys.
    pub(super) fn is_section(&self) -> bool {
        self.class == KeyClass::Section
    }
}

/// The class of the key `name` in the table `section`. For unknown keys, it is [`KeyClass::UserOnly`].
fn class_of(section: &str, name: &str) -> KeyClass {
    let key = KEYS.iter().find(|key| key.section == section && key.name == name);
    key.map_or(KeyClass::UserOnly, |key| key.class)
}

impl KeyClass {
    /// Whether a file found in `home` may set a key of this class to `value`.
    fn allows(self, value: &Value, home: &ConfinedFolder) -> bool {
        match self {
            KeyClass::Harmless => true,
            KeyClass::PathInside => value.as_str().is_some_and(|path| home.holds(Path::new(path))),
            KeyClass::Loopback => value.as_str().is_some_and(is_loopback),
            KeyClass::UserOnly | KeyClass::Section => false,
        }
    }
}

/// Whether `address` (host and port) is a loopback address.
fn is_loopback(address: &str) -> bool {
    let is_local = |(host, port): (&str, &str)| host == "localhost" && port.parse::<u16>().is_ok();
    address.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback())
        || address.split_once(':').is_some_and(is_local)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys that serde knows in `section`, extracted from its message "expected one of `a`, `b`".
    fn known_to_serde(section: &str) -> Vec<String> {
        let head = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
        let error =
            toml::from_str::<ConfigFile>(&format!("{head}no_such_key = 1\n")).err().unwrap();
        let (_, expected) = error.message().split_once("expected one of").unwrap();
        expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_key_of_the_configuration_has_a_class() {
        let in_table = |section: &str| -> Vec<String> {
            let keys = KEYS.iter().filter(|key| key.section == section);
            keys.map(|key| key.name.to_owned()).collect()
        };
        let mut sections = vec![String::new()];
        for name in known_to_serde("") {
            let is_table = toml::from_str::<ConfigFile>(&format!("[{name}]\n")).is_ok();
            assert_eq!(class_of("", &name) == KeyClass::Section, is_table, "{name}");
            sections.extend(is_table.then_some(name));
        }
        assert!(sections.len() > 3, "{sections:?}");
        for section in sections {
            assert_eq!(known_to_serde(&section), in_table(&section), "[{section}]");
        }
        assert_eq!(class_of("github", "an_unknown_key"), KeyClass::UserOnly);
    }

    #[test]
    fn relative_paths_start_at_the_folder_of_the_file() {
        let mut table: Table = toml::from_str(
            "index = \"index\"\nsources = \"/else/where\"\n[serve]\nurl = \"x\"\nadmin_token_file = \"a/b\"\n",
        )
        .unwrap();
        start_paths_at(Path::new("/etc/cairn"), &mut table);
        assert_eq!(table["index"].as_str(), Some("/etc/cairn/index"));
        assert_eq!(table["sources"].as_str(), Some("/else/where"));
        assert_eq!(table["serve"]["admin_token_file"].as_str(), Some("/etc/cairn/a/b"));
        assert_eq!(table["serve"]["url"].as_str(), Some("x"), "no path");
        for (target, expected) in [
            ("pub", "/etc/cairn/pub"),
            ("/srv/cairn", "/srv/cairn"),
            ("s3://bucket/cairn", "s3://bucket/cairn"),
        ] {
            let mut table: Table =
                toml::from_str(&format!("[refresh]\npublish = {target:?}")).unwrap();
            start_paths_at(Path::new("/etc/cairn"), &mut table);
            assert_eq!(table["refresh"]["publish"].as_str(), Some(expected));
        }
        let paths = KEYS.iter().filter(|key| key.kind.contains("PathBuf"));
        let known = KEYS.iter().filter(|key| key.kind == stringify!(Option<PathBuf>));
        assert_eq!(paths.count(), known.count(), "each path is recognised");
    }

    #[test]
    fn a_found_file_may_set_only_harmless_keys() {
        let folder = tempfile::tempdir().unwrap();
        let home = ConfinedFolder::at(folder.path()).unwrap();
        let inside = folder.path().join("notes");
        let refused = |text: &str| refused_keys(&toml::from_str(text).unwrap(), &home);
        let harmless = format!(
            "index = {:?}\n[refresh]\nevery = \"1h\"\njobs = 2\n[serve]\nlisten = \"127.0.0.1:0\"\n",
            inside.display().to_string()
        );
        assert_eq!(refused(&harmless), [""; 0]);
        for (text, key) in [
            ("index = \"/etc\"", "index"),
            ("sources = \"../x\"", "sources"),
            ("sources = 3", "sources"),
            ("[github]\napi = \"https://evil.example\"", "[github] api"),
            ("[github]\nweb = \"https://evil.example\"", "[github] web"),
            ("[github]\ntoken_file = \"/home/me/.ssh/id_ed25519\"", "[github] token_file"),
            ("[refresh]\nprivate_hosts = [\"10.0.0.1\"]", "[refresh] private_hosts"),
            ("[refresh]\ncheck_links = true", "[refresh] check_links"),
            ("[refresh]\npublish = \"s3://evil/x\"", "[refresh] publish"),
            ("[refresh]\narxiv_api = \"https://evil.example\"", "[refresh] arxiv_api"),
            ("[serve]\nlisten = \"0.0.0.0:80\"", "[serve] listen"),
            ("[serve]\nlisten = \"evil.example:80\"", "[serve] listen"),
            ("[serve]\npublic = true", "[serve] public"),
            ("[serve]\nurl = \"https://evil.example\"", "[serve] url"),
            ("[serve]\ntrusted_proxies = [\"10.0.0.0/8\"]", "[serve] trusted_proxies"),
            ("[serve]\nadmin_token_file = \"known\"", "[serve] admin_token_file"),
            ("[serve]\nshare_private = true", "[serve] share_private"),
            ("[serve]\nimages = \"ask\"", "[serve] images"),
            ("[search]\nengine = \"opensearch\"", "[search] engine"),
            ("[search]\nurls = [\"https://evil.example\"]", "[search] urls"),
            ("[search]\ntoken_file = \"/home/me/.ssh/id_ed25519\"", "[search] token_file"),
            ("[search]\nshards = 1000", "[search] shards"),
            ("[serve]\nsecurity_contact = \"mailto:a@b.org\"", "[serve] security_contact"),
            ("[serve]\nmcp = true", "[serve] mcp"),
            ("[serve]\ncors = \"*\"", "[serve] cors"),
            ("[serve]\nsearch_engines = true", "[serve] search_engines"),
            ("[serve]\nquery_log = true", "[serve] query_log"),
            ("[serve]\nreport_url = \"mailto:a@b.org\"", "[serve] report_url"),
        ] {
            assert_eq!(refused(text), [key]);
        }
        let two =
            refused("index = \"/etc\"\n[github]\nraw = \"http://x\"\ncodeload = \"http://x\"");
        assert_eq!(two.len(), 3, "all are reported together: {two:?}");
    }
}
