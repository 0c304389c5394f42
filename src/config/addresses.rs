//! The base URLs of GitHub and arXiv.

use anyhow::anyhow;
use url::Url;

use super::environment::env;
use super::faults::not_as_expected;
use super::keys::{GitHubFile, RefreshFile};

/// The base URLs of GitHub, without a trailing slash. Settings can replace them with those of a GitHub Enterprise
/// server. Tests replace them with those of a local server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHubHosts {
    pub api: String,
    pub codeload: String,
    pub raw: String,
    /// The base URL of the website. Links in results point to it.
    pub web: String,
}

impl GitHubHosts {
    /// The public base URLs of the API, of archives, of raw files, and of the website, in this order.
    pub const PUBLIC: [&str; 4] = [
        "https://api.github.com",
        "https://codeload.github.com",
        "https://raw.githubusercontent.com",
        "https://github.com",
    ];

    /// The four base URLs, in the order of [`GitHubHosts::PUBLIC`].
    pub fn all(&self) -> [&str; 4] {
        [&self.api, &self.codeload, &self.raw, &self.web]
    }

    /// The base URL of archives on the web host. `None` if the web host and `codeload` do not belong to the same
    /// GitHub, that is if only one of their URLs is the public one. Requests to the web host would then send the names
    /// of an enterprise's repositories to the public GitHub.
    pub fn web_archives(&self) -> Option<&str> {
        let [_, codeload, _, web] = Self::PUBLIC;
        ((self.codeload == codeload) == (self.web == web)).then_some(&*self.web)
    }
}

/// The public base URL of arXiv's API.
pub const ARXIV_API: &str = "https://export.arxiv.org";

/// A setting that is a base URL.
pub(super) struct BaseSetting {
    pub section: &'static str,
    pub name: &'static str,
    variable: &'static str,
    pub default: &'static str,
}

const API: BaseSetting = github("api", "CAIRN_GITHUB_API_URL", GitHubHosts::PUBLIC[0]);
const CODELOAD: BaseSetting =
    github("codeload", "CAIRN_GITHUB_CODELOAD_URL", GitHubHosts::PUBLIC[1]);
const RAW: BaseSetting = github("raw", "CAIRN_GITHUB_RAW_URL", GitHubHosts::PUBLIC[2]);
const WEB: BaseSetting = github("web", "CAIRN_GITHUB_WEB_URL", GitHubHosts::PUBLIC[3]);
const ARXIV: BaseSetting = BaseSetting {
    section: "refresh",
    name: "arxiv_api",
    variable: "CAIRN_ARXIV_URL",
    default: ARXIV_API,
};

/// All settings that are base URLs.
pub(super) const BASES: [BaseSetting; 5] = [API, CODELOAD, RAW, WEB, ARXIV];

const fn github(name: &'static str, variable: &'static str, default: &'static str) -> BaseSetting {
    BaseSetting { section: "github", name, variable, default }
}

impl BaseSetting {
    /// The base URL in the environment variable, else `file`, the value of the key, else the default; [`normalised`].
    /// `Err` if it is invalid or contains a password.
    fn read(&self, file: Option<String>) -> anyhow::Result<String> {
        let BaseSetting { section, name, variable, default } = self;
        if let Some(text) = env(variable) {
            return normalised(&text, default)
                .map_err(|says| anyhow!("the environment variable {variable}{says}"));
        }
        let text = file.unwrap_or_else(|| (*default).to_owned());
        normalised(&text, default).map_err(|says| anyhow!("[{section}] {name}{says}"))
    }
}

/// The base URL `text`: the host is lower-cased, and the default port and a trailing slash are removed.
///
/// `Err` if it is no web address or contains a password, with text that follows the name of the setting; `example` is a
/// right value. The text omits an address that may contain a password.
pub(super) fn normalised(text: &str, example: &str) -> Result<String, String> {
    let expected = || {
        let expected =
            format!("an address that begins with https:// or http://, such as {example:?}");
        not_as_expected(text, &expected)
    };
    let parsed = Url::parse(text).map_err(|_| expected())?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(
            ": the address contains a password; remove it (a token for GitHub goes into GITHUB_TOKEN)"
                .to_owned(),
        );
    }
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(expected());
    }
    Ok(String::from(parsed).trim_end_matches('/').to_owned())
}

/// GitHub's base URLs from the environment, else from `file`. `Err` if one can't be used.
pub(super) fn hosts(file: GitHubFile) -> anyhow::Result<GitHubHosts> {
    Ok(GitHubHosts {
        api: API.read(file.api)?,
        codeload: CODELOAD.read(file.codeload)?,
        raw: RAW.read(file.raw)?,
        web: WEB.read(file.web)?,
    })
}

/// The base URL of arXiv's API from the environment, else from `file`. `Err` if it can't be used.
pub(super) fn arxiv(file: &RefreshFile) -> anyhow::Result<String> {
    ARXIV.read(file.arxiv_api.clone())
}
