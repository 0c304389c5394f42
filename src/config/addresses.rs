//! The base URLs of GitHub and arXiv.

use anyhow::{Context, bail};
use url::Url;

use super::environment::env;
use super::keys::GitHubFile;

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

/// The base URL in the environment variable `variable`, else in `setting`, else `default`. Normalises it: the host is
/// lower-cased, and the default port and a trailing slash are removed. `Err` if it is invalid or contains a password.
pub(super) fn base_url(
    variable: &str,
    setting: Option<String>,
    default: &str,
) -> anyhow::Result<String> {
    let address = env(variable).or(setting).unwrap_or_else(|| default.to_owned());
    // The message omits the URL, because the URL may contain a password.
    let parsed = Url::parse(&address)
        .with_context(|| format!("the address of the setting {variable} can't be read"))?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        bail!(
            "the address of the setting {variable} contains a password; remove it (a token for GitHub goes into GITHUB_TOKEN)"
        );
    }
    if !matches!(parsed.scheme(), "http" | "https") {
        bail!("the address {address:?} (setting {variable}) must begin with http or https");
    }
    Ok(String::from(parsed).trim_end_matches('/').to_owned())
}

/// The base URLs from the environment, else from `file`. `Err` if one can't be used.
pub(super) fn hosts(file: GitHubFile) -> anyhow::Result<GitHubHosts> {
    let [api, codeload, raw, web] = GitHubHosts::PUBLIC;
    Ok(GitHubHosts {
        api: base_url("CAIRN_GITHUB_API_URL", file.api, api)?,
        codeload: base_url("CAIRN_GITHUB_CODELOAD_URL", file.codeload, codeload)?,
        raw: base_url("CAIRN_GITHUB_RAW_URL", file.raw, raw)?,
        web: base_url("CAIRN_GITHUB_WEB_URL", file.web, web)?,
    })
}
