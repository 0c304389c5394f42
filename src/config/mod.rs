//! Settings, such as the paths of the index and the data files, GitHub's base URLs, the schedule, and the search engine.
//!
//! Order of precedence: command line, environment, configuration file, default. Nothing here uses the network. Tokens
//! are stored as secrets, so `Debug` and `Display` don't show them.
//!
//! The command line, the environment and the user's own configuration folder are trusted. `cairn.toml`, `sources/` and
//! `index/` in the current folder are not, because anybody may have put them there. [`found`] confines them to the
//! current folder, and [`keys`] defines which settings a found file may set.

mod addresses;
mod contacts;
mod cors;
mod engines;
mod environment;
mod faults;
mod file;
mod found;
mod images;
mod keys;
mod paths;
mod proxies;
mod schedule;
mod search;
mod secret;
mod size;
mod sources;
mod template;
mod user_folders;
mod values;

use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use secrecy::SecretString;
use url::Url;

pub use addresses::{ARXIV_API, GitHubHosts};
use addresses::{arxiv, hosts};
pub use cors::CorsPolicy;
pub use found::{ConfinedFolder, PathTrust, UntrustedPath};
pub use images::Images;
use keys::{ConfigFile, GitHubFile, RefreshFile};
pub use paths::ConfigOverrides;
use paths::{ConfigPaths, on_disk, paths};
pub use proxies::TrustedProxies;
use schedule::period;
pub use schedule::{Schedule, Timetable};
pub use search::{ClusterCredentials, ClusterSettings, SearchEngine, SearchSettings};
pub use secret::DeniedSecret;
pub(crate) use secret::is_loopback;
use size::SizeSetting;
pub use sources::DataFiles;
pub use template::{SETTINGS_TEMPLATE, settings_for_folder};
pub use user_folders::own_folder;

/// All settings of one invocation.
#[derive(Clone, Debug)]
pub struct Config {
    /// The configuration file named on the command line. `serve` passes it to the refreshes that it starts.
    pub file: Option<PathBuf>,
    /// The path of this program, for starting the child processes that read documents under limits; `None` in tests and
    /// benchmarks.
    pub program: Option<PathBuf>,
    /// The index folder. It may not exist yet, and is created when it is needed.
    pub index: PathBuf,
    /// Whether the user named the index folder, or Cairn found it.
    pub index_trust: PathTrust,
    pub sources: DataFiles,
    /// The folder of web assets that `serve --web` names. If `None`, the copy inside the program is used.
    pub web_folder: Option<PathBuf>,
    pub github: GitHubHosts,
    /// The token for GitHub; `None` if there is none. `Err` if this account may not read its file.
    pub token: Result<Option<SecretString>, DeniedSecret>,
    /// The base URL of arXiv's API, without a trailing slash.
    pub arxiv_api: String,
    /// Whether every refresh checks cited links and fetches the metadata of cited papers.
    pub check_links: bool,
    /// Where every refresh publishes the generation, as `cairn refresh --publish` names it.
    pub publish: Option<String>,
    pub timetable: Timetable,
    /// The maximum number of sources fetched concurrently.
    pub jobs: usize,
    /// The maximum number of sources fetched concurrently from one host.
    pub jobs_per_host: usize,
    /// The maximum total time that a run waits for one host that asks it to wait. If a further wait would exceed this
    /// time, the host's remaining sources are deferred.
    pub longest_wait: Duration,
    /// The most bytes that the index folder may take: a refresh that would make it larger publishes nothing. `None` for
    /// no limit.
    pub max_bytes: Option<u64>,
    /// The byte budget of a run. When it is spent, the remaining sources are deferred.
    pub run_bytes: u64,
    /// Hosts to which requests are allowed even if they have a private or loopback address, in addition to the hosts of
    /// configured base URLs.
    pub private_hosts: Vec<String>,
    /// A source counts as gone after this number of runs with a 404, each at least a day after the one before.
    pub gone_after: u32,
    /// The time for which the indexed documents of a gone source are kept.
    pub drop_after: Duration,
    /// The address and port that the server listens on.
    pub listen: String,
    /// The public URL of the server, such as `https://cairn.example.org`; if `None`, the host of each request is used.
    pub url: Option<String>,
    /// Whether other machines may connect.
    pub public: bool,
    /// The maximum number of requests per second from one peer, including this machine. If `None`, a default limit
    /// applies, but only to other machines.
    pub requests_per_second: Option<NonZeroU32>,
    /// The maximum number of connections from one address, including this machine's. If `None`, a default limit
    /// applies, but only to other machines.
    pub connections_per_address: Option<NonZeroUsize>,
    /// Further host names of the server, in addition to this machine's addresses and the host of `url`.
    pub hosts: Vec<String>,
    /// The proxies whose headers about the client, the host and the scheme of a request are believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether feeds and downloads include the text of private sources.
    pub share_private: bool,
    /// Whether pages may load pictures from other hosts.
    pub images: Images,
    /// Where readers report what is wrong; `None` if no address is known.
    pub report_url: Option<Url>,
    /// Which other sites may read the API from their visitors' browsers.
    pub cors: CorsPolicy,
    /// Whether `/mcp` offers the tools for assistants.
    pub mcp: bool,
    /// Whom to tell about a security fault; `None` if nobody is named.
    pub security_contact: Option<Url>,
    /// Whether the crawlers of search engines may read the pages.
    pub search_engines: bool,
    /// Whether the server counts what readers search for.
    pub query_log: bool,
    /// The token that is required to start a refresh over HTTP. If `None`, a refresh can't be started over HTTP. Only
    /// [`Config::with_admin_token`] reads it.
    pub admin_token: Option<SecretString>,
    /// The file from which [`Config::with_admin_token`] reads the token.
    pub admin_token_file: Option<PathBuf>,
    pub search: SearchSettings,
}

/// A folder that `serve` can find in the current folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundPart {
    Index,
    Sources,
}

/// Loads the settings from `overrides`, the environment and the configuration files.
///
/// Reads the configuration files and the files of secrets that they name, except that of the admin token, and checks
/// whether the current folder is a checkout. If `--config` or else `CAIRN_CONFIG` names a configuration file, reads
/// only this file; it must exist. Else reads the file in the platform's configuration folder, overridden by
/// `cairn.toml` in the current folder; both are optional.
///
/// `Err` for an unreadable file, unknown keys, invalid values, and a token or password that would be sent unencrypted
/// over a network. For files found in the current folder that require the user's trust, the error is an [`UntrustedPath`].
pub fn load(overrides: &ConfigOverrides) -> anyhow::Result<Config> {
    let home = ConfinedFolder::here().context("cannot read the current folder")?;
    let settings = file::read(overrides.config.as_deref(), &home)?;
    let ConfigPaths { index, index_trust, sources } = paths(overrides, &settings, &home)?;
    let ConfigFile { refresh, serve, github: github_file, search: search_file, .. } = settings.file;
    let github = hosts(github_file.clone())?;
    let arxiv_api = arxiv(&refresh)?;
    let token = github_token(&github, &github_file)?;
    Ok(Config {
        file: overrides.config.clone(),
        program: None,
        index,
        index_trust,
        sources,
        web_folder: None,
        github,
        token,
        arxiv_api,
        check_links: refresh.check_links,
        publish: refresh.publish.clone(),
        timetable: timetable(&refresh)?,
        gone_after: refresh.gone_after.map_or(3, NonZeroU32::get),
        drop_after: period("drop_after", refresh.drop_after.as_deref().unwrap_or("90d"))?,
        jobs: refresh.jobs.map_or(6, NonZeroUsize::get),
        jobs_per_host: refresh.jobs_per_host.map_or(4, NonZeroUsize::get),
        longest_wait: period("longest_wait", refresh.longest_wait.as_deref().unwrap_or("2m"))?,
        max_bytes: refresh.max_bytes.as_ref().map(SizeSetting::bytes).transpose()?,
        run_bytes: refresh.run_megabytes.map_or(5_000, NonZeroU64::get).saturating_mul(1_000_000),
        private_hosts: refresh.private_hosts,
        admin_token: None,
        admin_token_file: serve.admin_token_file,
        search: search::settings(&search_file)?,
        url: serve.url.map(|url| url.trim_end_matches('/').to_owned()),
        public: serve.public,
        share_private: serve.share_private,
        images: serve.images,
        report_url: contacts::reports(serve.report_url.as_deref())?,
        security_contact: contacts::security(serve.security_contact.as_deref())?,
        search_engines: serve.search_engines,
        cors: CorsPolicy::of(serve.cors)?,
        mcp: serve.mcp,
        query_log: serve.query_log,
        requests_per_second: serve.requests_per_second,
        connections_per_address: serve.connections_per_address,
        hosts: serve.hosts,
        trusted_proxies: TrustedProxies::parse(&serve.trusted_proxies)?,
        listen: serve.listen.unwrap_or_else(|| "127.0.0.1:7878".to_owned()),
    })
}

/// The token for GitHub from the environment, else from the file that the settings name: see [`Config::token`].
fn github_token(
    hosts: &GitHubHosts,
    github: &GitHubFile,
) -> anyhow::Result<Result<Option<SecretString>, DeniedSecret>> {
    let file = github.token_file.as_deref();
    let token = match secret::read("GITHUB_TOKEN", "[github] token_file", file) {
        Ok(token) => token,
        Err(error) => return error.downcast().map(Err),
    };
    if token.is_some() {
        secret::may_go_to(&hosts.api)?;
    }
    Ok(Ok(token))
}

/// The timetable from the keys of `[refresh]`.
fn timetable(refresh: &RefreshFile) -> anyhow::Result<Timetable> {
    Timetable::read(
        refresh.every.as_deref(),
        refresh.cron.as_deref(),
        refresh.time_zone.as_deref(),
        refresh.jitter.as_deref(),
    )
}

impl Config {
    /// The token for GitHub; `None` if there is none. `Err` if this account may not read its file.
    ///
    /// Only requests to GitHub need it, so an account that may not read it can still search the index.
    pub fn github_token(&self) -> anyhow::Result<Option<&SecretString>> {
        Ok(self.token.as_ref().map_err(Clone::clone)?.as_ref())
    }

    /// These settings, with the admin token from `CAIRN_ADMIN_TOKEN`, else from the file that the settings name.
    ///
    /// Only a server needs the token. [`load`] does not read it, so that an account that may not read it can use the
    /// index. `Err` if the token can't be read.
    pub fn with_admin_token(mut self) -> anyhow::Result<Config> {
        let (key, file) = ("[serve] admin_token_file", self.admin_token_file.as_deref());
        self.admin_token = secret::read("CAIRN_ADMIN_TOKEN", key, file)?;
        Ok(self)
    }

    /// These settings, with the folders in `found` treated as found, even though the command line names them. When
    /// `serve` starts a refresh, it names all folders on the command line, also those that it only found. This function
    /// can only reduce trust.
    pub fn with_found(mut self, found: &[FoundPart]) -> anyhow::Result<Config> {
        let home = ConfinedFolder::here().context("cannot read the current folder")?;
        if found.contains(&FoundPart::Index) {
            home.check_index(&self.index)?;
            self.index_trust = PathTrust::Found;
        }
        if found.contains(&FoundPart::Sources)
            && let DataFiles::Disk(folder) = &self.sources
        {
            self.sources = on_disk(&folder.clone(), PathTrust::Found, &home)?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_contains_no_token() {
        let token = || Some(SecretString::from("s3cret".to_owned()));
        let config = load(&ConfigOverrides::default()).unwrap();
        let config = Config { token: Ok(token()), admin_token: token(), ..config };
        let printed = format!("{config:?}");
        assert!(printed.contains("admin_token") && !printed.contains("s3cret"), "{printed}");
    }

    #[test]
    fn only_a_server_needs_the_file_of_the_admin_token() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cairn.toml");
        std::fs::write(&file, "[serve]\nadmin_token_file = \"missing\"\n").unwrap();
        let overrides = ConfigOverrides { config: Some(file), ..ConfigOverrides::default() };
        let config = load(&overrides).unwrap();
        assert!(config.clone().with_admin_token().is_err());
        std::fs::write(folder.path().join("missing"), "hush\n").unwrap();
        assert!(config.with_admin_token().unwrap().admin_token.is_some());
    }
}
