//! Settings: where the index and the data files are, GitHub's base addresses, the schedule.
//!
//! Order of precedence: command line, environment, configuration file, default. Nothing here
//! touches the network. Tokens are held as secrets: they have no `Debug` or `Display` that shows
//! them.
//!
//! Command line, environment and the user's own configuration folder are the user's word. What Cairn finds in the
//! current folder (`cairn.toml`, `sources/`, `index/`) may be anybody's: [`found`] keeps it inside that folder, and
//! [`keys`] says which settings a found file may make.

mod file;
mod found;
mod keys;
mod schedule;
mod secret;
mod sources;
mod user_folders;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use secrecy::SecretString;

use file::Settings;
pub use found::{Home, Refused, Trust};
use keys::GitHubFile;
use schedule::period;
pub use schedule::{Schedule, Timetable};
pub use sources::Sources;

/// GitHub's base addresses, without a trailing slash; GitHub Enterprise and tests set others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHubHosts {
    pub api: String,
    pub codeload: String,
    pub raw: String,
    /// Where people read: the links in answers start here.
    pub web: String,
}

impl GitHubHosts {
    /// The public ones.
    pub const PUBLIC: [&str; 4] = [
        "https://api.github.com",
        "https://codeload.github.com",
        "https://raw.githubusercontent.com",
        "https://github.com",
    ];

    /// All four, in the order of [`GitHubHosts::PUBLIC`].
    pub fn all(&self) -> [&str; 4] {
        [&self.api, &self.codeload, &self.raw, &self.web]
    }

    /// Where the web host has archives, if it belongs to the same GitHub as `codeload`: both are public, or both were
    /// set. Otherwise the names of an enterprise's repositories would be sent to the public GitHub.
    pub fn web_archives(&self) -> Option<&str> {
        let [_, codeload, _, web] = Self::PUBLIC;
        ((self.codeload == codeload) == (self.web == web)).then_some(&*self.web)
    }
}

/// All settings of one invocation.
#[derive(Clone, Debug)]
pub struct Config {
    /// The configuration file that was named, for the refresh that `serve` starts.
    pub file: Option<PathBuf>,
    /// The program's own file, for children that read documents under limits; `None` where this is
    /// not the program but a test or a bench.
    pub program: Option<PathBuf>,
    /// The index folder; created when first needed.
    pub index: PathBuf,
    /// Who says where the index is.
    pub index_trust: Trust,
    pub sources: Sources,
    /// The web assets on disk, if `serve --web` names them; `None` means the copy inside the program.
    pub web_folder: Option<PathBuf>,
    pub github: GitHubHosts,
    pub token: Option<SecretString>,
    pub timetable: Timetable,
    /// Sources fetched at once, in all…
    pub jobs: usize,
    /// …and from one host.
    pub jobs_per_host: usize,
    /// How long a run waits in all for a host that asks it to; then the host's sources are deferred.
    pub longest_wait: Duration,
    /// Bytes that a run fetches in all; the sources that are left then are deferred.
    pub run_bytes: u64,
    /// Hosts that may have a private or loopback address, besides GitHub's base addresses where
    /// they were set.
    pub private_hosts: Vec<String>,
    /// Runs in which GitHub answers 404 after which a source is taken to be gone…
    pub gone_after: u32,
    /// …and how long what is indexed of it is kept then.
    pub drop_after: Duration,
    /// Address and port of the server.
    pub listen: String,
    /// Where people reach the server, such as `https://cairn.example.org`; without it, what they asked for.
    pub url: Option<String>,
    /// Whether other machines may be let in.
    pub public: bool,
    /// Requests a second that one peer may make, this machine's own too; a default for other machines' where
    /// nothing is set.
    pub requests_per_second: Option<NonZeroU32>,
    /// Connections that one address may have, this machine's own too; a default for other machines' where nothing
    /// is set.
    pub connections_per_address: Option<NonZeroUsize>,
    /// Names by which people reach the server, besides this machine's addresses and the host of `url`.
    pub hosts: Vec<String>,
    /// Whether feeds and downloads hold the text of private sources, too.
    pub share_private: bool,
    /// Who knows it may start a refresh over HTTP; without one nobody may.
    pub admin_token: Option<SecretString>,
}

/// What `serve` may have found in the current folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundPart {
    Index,
    Sources,
}

/// What the command line says; `None` falls through to the file, then to the default.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    pub config: Option<PathBuf>,
    pub index: Option<PathBuf>,
    pub sources: Option<PathBuf>,
}

/// The settings that `overrides`, the environment and the configuration files add up to.
///
/// Reads the configuration file (`--config`, else `CAIRN_CONFIG`, else `cairn.toml` in the current folder over the
/// one in the platform's configuration folder; none need exist but a named one), the token files if they are set,
/// and looks whether the current folder is a checkout.
///
/// `Err` for a named file that can't be read, unknown keys, values that make no sense, a token that would cross a
/// network unencrypted, and, as [`Refused`], what was found in the current folder and asks for more than it may.
pub fn load(overrides: &Overrides) -> anyhow::Result<Config> {
    let home = Home::here().context("cannot read the current folder")?;
    let settings = file::read(overrides.config.as_deref(), &home)?;
    let Places { index, index_trust, sources } = places(overrides, &settings, &home)?;
    let file = settings.file;
    let github = hosts(file.github.clone())?;
    let token =
        secret::read("GITHUB_TOKEN", "[github] token_file", file.github.token_file.as_deref())?;
    if token.is_some() {
        secret::may_go_to(&github.api)?;
    }
    let refresh = file.refresh;
    Ok(Config {
        file: overrides.config.clone(),
        program: None,
        index,
        index_trust,
        sources,
        web_folder: None,
        token,
        timetable: Timetable::read(
            refresh.every.as_deref(),
            refresh.cron.as_deref(),
            refresh.time_zone.as_deref(),
            refresh.jitter.as_deref(),
        )?,
        gone_after: refresh.gone_after.unwrap_or(3).max(1),
        drop_after: period("drop_after", refresh.drop_after.as_deref().unwrap_or("90d"))?,
        jobs: refresh.jobs.unwrap_or(6).clamp(1, 32),
        jobs_per_host: refresh.jobs_per_host.unwrap_or(4).clamp(1, 32),
        longest_wait: period("longest_wait", refresh.longest_wait.as_deref().unwrap_or("2m"))?,
        run_bytes: refresh.run_megabytes.unwrap_or(5_000).saturating_mul(1_000_000),
        private_hosts: refresh.private_hosts,
        admin_token: secret::read(
            "CAIRN_ADMIN_TOKEN",
            "[serve] admin_token_file",
            file.serve.admin_token_file.as_deref(),
        )?,
        url: file.serve.url.map(|url| url.trim_end_matches('/').to_owned()),
        public: file.serve.public,
        share_private: file.serve.share_private,
        requests_per_second: file.serve.requests_per_second,
        connections_per_address: file.serve.connections_per_address,
        hosts: file.serve.hosts,
        listen: file.serve.listen.unwrap_or_else(|| "127.0.0.1:7878".to_owned()),
        github,
    })
}

/// Where the index and the data files are, and who says so.
struct Places {
    index: PathBuf,
    index_trust: Trust,
    sources: Sources,
}

/// By the command line, else the files, else what is in the current folder, else the platform's folder.
fn places(overrides: &Overrides, settings: &Settings, home: &Home) -> anyhow::Result<Places> {
    let is_checkout = Path::new("sources/catalogue.toml").is_file();
    let (index, index_trust) = match (&overrides.index, &settings.file.index) {
        (Some(index), _) => (index.clone(), Trust::Named),
        (None, Some(index)) => (index.clone(), settings.index),
        (None, None) if is_checkout => (PathBuf::from("index"), Trust::Found),
        (None, None) => (data_folder().join("index"), Trust::Named),
    };
    let sources = match (&overrides.sources, &settings.file.sources) {
        (Some(folder), _) => on_disk(folder, Trust::Named, home)?,
        (None, Some(folder)) => on_disk(folder, settings.sources, home)?,
        (None, None) if is_checkout => on_disk(Path::new("sources"), Trust::Found, home)?,
        (None, None) => Sources::Compiled,
    };
    if index_trust == Trust::Found {
        home.check_index(&index)?;
    }
    Ok(Places { index, index_trust, sources })
}

impl Config {
    /// The same settings with what was `found` held to the rules for found things, whoever named it: a refresh that
    /// `serve` starts is given the folders that `serve` found. Trust is only ever taken away.
    pub fn with_found(mut self, found: &[FoundPart]) -> anyhow::Result<Config> {
        let home = Home::here().context("cannot read the current folder")?;
        if found.contains(&FoundPart::Index) {
            home.check_index(&self.index)?;
            self.index_trust = Trust::Found;
        }
        if found.contains(&FoundPart::Sources)
            && let Sources::Disk(folder) = &self.sources
        {
            self.sources = on_disk(&folder.clone(), Trust::Found, &home)?;
        }
        Ok(self)
    }
}

fn data_folder() -> PathBuf {
    user_folders::data_folder().unwrap_or_else(|| PathBuf::from(".")).join("cairn")
}

/// The data files in `folder`, which must exist; inside `home`, if it was found there.
fn on_disk(folder: &Path, trust: Trust, home: &Home) -> anyhow::Result<Sources> {
    let name = folder.display().to_string();
    if !folder.is_dir() {
        bail!("the sources folder {name} does not exist; name another with --sources");
    }
    if trust == Trust::Named {
        return Ok(Sources::Disk(folder.to_owned()));
    }
    if !home.holds(folder) {
        let why = format!("the folder {name} was found in the current folder and leads out of it");
        bail!(Refused { why, option: "--sources", value: name });
    }
    Ok(Sources::Found { folder: folder.to_owned(), home: home.clone() })
}

fn hosts(file: GitHubFile) -> anyhow::Result<GitHubHosts> {
    let pick = |variable: &str, setting: Option<String>, default: &str| {
        let address = env(variable).or(setting).unwrap_or_else(|| default.to_owned());
        // The address itself is not told: it may hold a password.
        let parsed = url::Url::parse(&address)
            .with_context(|| format!("the address of the setting {variable} can't be read"))?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            bail!("the address of the setting {variable} holds a password; use GITHUB_TOKEN");
        }
        if !matches!(parsed.scheme(), "http" | "https") {
            bail!("the address {address:?} (setting {variable}) must begin with http or https");
        }
        // As answers tell it: in lower case, without the default port.
        Ok(String::from(parsed).trim_end_matches('/').to_owned())
    };
    let [api, codeload, raw, web] = GitHubHosts::PUBLIC;
    Ok(GitHubHosts {
        api: pick("CAIRN_GITHUB_API_URL", file.api, api)?,
        codeload: pick("CAIRN_GITHUB_CODELOAD_URL", file.codeload, codeload)?,
        raw: pick("CAIRN_GITHUB_RAW_URL", file.raw, raw)?,
        web: pick("CAIRN_GITHUB_WEB_URL", file.web, web)?,
    })
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_in_what_debug_prints() {
        let token = || Some(SecretString::from("s3cret".to_owned()));
        let config = load(&Overrides::default()).unwrap();
        let config = Config { token: token(), admin_token: token(), ..config };
        let printed = format!("{config:?}");
        assert!(printed.contains("admin_token") && !printed.contains("s3cret"), "{printed}");
    }
}
