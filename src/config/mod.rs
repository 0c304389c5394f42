//! Settings: where the index and the data files are, GitHub's base addresses, the schedule.
//!
//! Order of precedence: command line, environment, configuration file, default. Nothing here
//! touches the network. Tokens are held as secrets: they have no `Debug` or `Display` that shows
//! them.

mod schedule;
mod sources;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use secrecy::SecretString;
use serde::Deserialize;

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
    pub sources: Sources,
    /// The web assets on disk, in a checkout; `None` means the copy inside the program.
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
    /// Who knows it may start a refresh over HTTP; without one nobody may.
    pub admin_token: Option<SecretString>,
}

/// What the command line says; `None` falls through to the file, then to the default.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    pub config: Option<PathBuf>,
    pub index: Option<PathBuf>,
    pub sources: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    index: Option<PathBuf>,
    sources: Option<PathBuf>,
    refresh: RefreshFile,
    serve: ServeFile,
    github: GitHubFile,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RefreshFile {
    every: Option<String>,
    cron: Option<String>,
    time_zone: Option<String>,
    jitter: Option<String>,
    jobs: Option<usize>,
    jobs_per_host: Option<usize>,
    longest_wait: Option<String>,
    run_megabytes: Option<u64>,
    private_hosts: Vec<String>,
    gone_after: Option<u32>,
    drop_after: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ServeFile {
    listen: Option<String>,
    url: Option<String>,
    public: bool,
    requests_per_second: Option<NonZeroU32>,
    connections_per_address: Option<NonZeroUsize>,
    hosts: Vec<String>,
    admin_token_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct GitHubFile {
    api: Option<String>,
    codeload: Option<String>,
    raw: Option<String>,
    web: Option<String>,
    token_file: Option<PathBuf>,
}

/// The settings that `overrides`, the environment and the configuration file add up to.
///
/// Reads the configuration file (`--config`, else `CAIRN_CONFIG`, else `cairn.toml` in the current
/// folder, else the platform's configuration folder; none need exist but a named one), the token
/// file if one is set, and looks whether the current folder is a checkout.
///
/// `Err` for a named file that can't be read, unknown keys, and values that make no sense.
pub fn load(overrides: &Overrides) -> anyhow::Result<Config> {
    let file = read_file(overrides)?;
    let checkout = Path::new("sources/catalogue.toml").is_file();
    let data = || dirs::data_dir().unwrap_or_else(|| PathBuf::from(".")).join("cairn");

    let index =
        overrides.index.clone().or(file.index).unwrap_or_else(|| {
            if checkout { PathBuf::from("index") } else { data().join("index") }
        });
    let sources = match overrides.sources.clone().or(file.sources) {
        Some(folder) if folder.is_dir() => Sources::Disk(folder),
        Some(folder) => bail!(
            "the sources folder {} does not exist; name another with --sources",
            folder.display()
        ),
        None if checkout => Sources::Disk(PathBuf::from("sources")),
        None => Sources::Compiled,
    };
    let refresh = file.refresh;
    Ok(Config {
        file: overrides.config.clone(),
        program: None,
        index,
        sources,
        web_folder: (checkout && Path::new("web/cairn.css").is_file())
            .then(|| PathBuf::from("web")),
        token: secret("GITHUB_TOKEN", file.github.token_file.as_deref())?,
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
        admin_token: secret("CAIRN_ADMIN_TOKEN", file.serve.admin_token_file.as_deref())?,
        url: file.serve.url.map(|url| url.trim_end_matches('/').to_owned()),
        public: file.serve.public,
        requests_per_second: file.serve.requests_per_second,
        connections_per_address: file.serve.connections_per_address,
        hosts: file.serve.hosts,
        listen: file.serve.listen.unwrap_or_else(|| "127.0.0.1:7878".to_owned()),
        github: hosts(file.github)?,
    })
}

fn read_file(overrides: &Overrides) -> anyhow::Result<File> {
    let named = overrides.config.clone().or_else(|| env("CAIRN_CONFIG").map(PathBuf::from));
    let path = match named {
        Some(path) => path,
        None => {
            let here = PathBuf::from("cairn.toml");
            let platform = dirs::config_dir().map(|dir| dir.join("cairn").join("cairn.toml"));
            match [Some(here), platform].into_iter().flatten().find(|path| path.is_file()) {
                Some(path) => path,
                None => return Ok(File::default()),
            }
        }
    };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read the configuration {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("in the configuration {}", path.display()))
}

fn hosts(file: GitHubFile) -> anyhow::Result<GitHubHosts> {
    let pick = |variable: &str, setting: Option<String>, default: &str| {
        let address = env(variable).or(setting).unwrap_or_else(|| default.to_owned());
        let parsed = url::Url::parse(&address)
            .with_context(|| format!("the address {address:?} (setting {variable})"))?;
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

/// The secret in the environment's `variable`, else in `file`.
fn secret(variable: &str, file: Option<&Path>) -> anyhow::Result<Option<SecretString>> {
    let text = match (env(variable), file) {
        (Some(token), _) => token,
        (None, Some(path)) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the token file {}", path.display()))?,
        (None, None) => return Ok(None),
    };
    let text = text.trim();
    Ok((!text.is_empty()).then(|| SecretString::from(text.to_owned())))
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
