//! The settings of `[search]`: which engine searches, and how to reach an OpenSearch cluster.

use std::collections::HashSet;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use secrecy::SecretString;
use url::Url;

use super::engines::{EngineName, FallbackName};
use super::keys::SearchFile;
use super::secret;

/// The maximum length of an index prefix. OpenSearch allows 255 bytes for the name of an index, which is longer.
const LONGEST_PREFIX: usize = 64;
/// The maximum length of the file of certificates, in bytes. The bundle of all public authorities has 230 KB.
const LONGEST_AUTHORITIES: u64 = 4_000_000;
/// The maximum number of shards of an index: OpenSearch refuses more by default.
const MOST_SHARDS: u32 = 1_024;
/// The maximum number of copies of a shard. More than one for each node are never allocated.
const MOST_REPLICAS: u32 = 100;
/// The allowed time limits of a search.
const TIMEOUTS: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(60)];
/// The time limit of a search, if none is set.
const DEFAULT_TIMEOUT: &str = "2s";

/// The settings of searches.
#[derive(Clone, Debug)]
pub struct SearchSettings {
    pub engine: SearchEngine,
}

/// The engine that finds candidates for queries.
#[derive(Clone, Debug)]
pub enum SearchEngine {
    /// The index inside each generation, with tantivy.
    Embedded,
    /// An OpenSearch cluster.
    OpenSearch(Box<ClusterSettings>),
}

/// How to reach an OpenSearch cluster, and how to create indexes there.
#[derive(Clone, Debug)]
pub struct ClusterSettings {
    /// The base URLs of nodes: at least one, without duplicates and credentials. The path of each ends with a slash.
    pub urls: Vec<Url>,
    /// The beginning of the names of all indexes of this instance.
    pub prefix: String,
    pub credentials: ClusterCredentials,
    /// Certificates of authorities in PEM format. They are trusted in addition to those of the system.
    pub authorities: Option<Vec<u8>>,
    /// The number of shards of a new index; at least 1.
    pub shards: u32,
    /// The number of copies of each shard, in addition to the first one.
    pub replicas: u32,
    /// The time limit of one search request.
    pub timeout: Duration,
    /// Whether the embedded engine searches while the cluster can't.
    pub fallback: bool,
}

/// How Cairn identifies itself to the cluster.
#[derive(Clone)]
pub enum ClusterCredentials {
    /// Requests have no credentials.
    Anonymous,
    /// HTTP basic authentication.
    Password { user: String, password: SecretString },
    /// Sent as `Authorization: Bearer`.
    Token(SecretString),
}

/// Shows which kind of credentials there are, without secrets.
impl fmt::Debug for ClusterCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ClusterCredentials::Anonymous => "Anonymous",
            ClusterCredentials::Password { .. } => "Password(REDACTED)",
            ClusterCredentials::Token(_) => "Token(REDACTED)",
        })
    }
}

/// The settings from the keys of `[search]`.
///
/// With `engine = "embedded"`, the other keys are ignored, so a user can switch between the engines by changing one
/// line. If `engine` is missing and `urls` is there, the user surely forgot the engine: this is an error.
///
/// Reads the files that the keys name, but only for OpenSearch. `Err` for an unreadable file, invalid values, and
/// credentials that would be sent unencrypted over a network.
pub(super) fn settings(file: &SearchFile) -> anyhow::Result<SearchSettings> {
    let engine = match file.engine {
        Some(EngineName::OpenSearch) => SearchEngine::OpenSearch(Box::new(cluster(file)?)),
        None if !file.urls.is_empty() => bail!(
            "[search] has `urls` but no `engine`; add engine = \"opensearch\", or engine = \"embedded\" to ignore the cluster"
        ),
        Some(EngineName::Embedded) | None => SearchEngine::Embedded,
    };
    Ok(SearchSettings { engine })
}

fn cluster(file: &SearchFile) -> anyhow::Result<ClusterSettings> {
    let urls = urls(&file.urls)?;
    let credentials = credentials(file)?;
    if !matches!(credentials, ClusterCredentials::Anonymous)
        && let Some(url) = urls.iter().find(|url| !secret::is_confidential(url))
    {
        bail!(
            "the credentials of [search] are not sent to {url}: plain http can be intercepted; use https in [search] \
             urls, or remove user, password_file and token_file"
        );
    }
    Ok(ClusterSettings {
        urls,
        prefix: prefix(file.prefix.as_deref().unwrap_or("cairn"))?,
        credentials,
        authorities: file.ca_file.as_deref().map(authorities).transpose()?,
        shards: within("shards", file.shards.unwrap_or(1), 1, MOST_SHARDS)?,
        replicas: within("replicas", file.replicas.unwrap_or(1), 0, MOST_REPLICAS)?,
        timeout: timeout(file.timeout.as_deref().unwrap_or(DEFAULT_TIMEOUT))?,
        fallback: file.fallback == Some(FallbackName::Embedded),
    })
}

/// The URLs of `[search] urls`. `Err` if there is none, and for a URL that is invalid, has credentials or a query, or
/// is there twice. Messages omit URLs that may contain a password.
fn urls(texts: &[String]) -> anyhow::Result<Vec<Url>> {
    let advice =
        "write addresses of the cluster's nodes, such as [\"https://search-1.example.org:9200\"]";
    if texts.is_empty() {
        bail!("[search] engine = \"opensearch\" needs `urls`: {advice}");
    }
    let mut seen = HashSet::new();
    texts
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let place = format!("address {} of [search] urls", at + 1);
            let mut url =
                Url::parse(text).with_context(|| format!("{place} can't be read: {advice}"))?;
            if !url.username().is_empty() || url.password().is_some() {
                bail!(
                    "{place} contains a user or a password; remove it, and set user and password_file under [search]"
                );
            }
            if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
                bail!("{place} must begin with http:// or https://: {advice}");
            }
            if url.query().is_some() || url.fragment().is_some() {
                bail!("{place} has a query or a fragment; {advice}");
            }
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            if !seen.insert(url.clone()) {
                bail!("{place}, {url}, is there twice; remove one");
            }
            Ok(url)
        })
        .collect()
}

fn credentials(file: &SearchFile) -> anyhow::Result<ClusterCredentials> {
    let SearchFile { user, password_file, token_file, .. } = file;
    match (user, password_file, token_file) {
        (None, None, None) => Ok(ClusterCredentials::Anonymous),
        (None, None, Some(path)) => {
            Ok(ClusterCredentials::Token(secret::from_file("[search] token_file", path)?))
        }
        (Some(user), Some(path), None) => {
            if user.is_empty() || user.contains(|c: char| c == ':' || c.is_control()) {
                bail!("[search] user must not be empty or contain a colon or a control character");
            }
            let password = secret::from_file("[search] password_file", path)?;
            Ok(ClusterCredentials::Password { user: user.clone(), password })
        }
        (Some(_), None, None) => bail!(
            "[search] has `user` but no `password_file`; add the path of a file that contains the password"
        ),
        (None, Some(_), None) => {
            bail!("[search] has `password_file` but no `user`; add the user's name")
        }
        (_, _, Some(_)) => bail!(
            "[search] has `token_file` and also `user` or `password_file`; keep one way to log in"
        ),
    }
}

/// Checks that `prefix` can begin the name of an index.
fn prefix(prefix: &str) -> anyhow::Result<String> {
    let is_allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
    let begins = prefix.starts_with(|c: char| c.is_ascii_lowercase());
    if !begins || !prefix.chars().all(is_allowed) || prefix.len() > LONGEST_PREFIX {
        bail!(
            "[search] prefix = {prefix:?} can't begin the name of an index; use at most {LONGEST_PREFIX} lower-case \
             letters, digits, - and _, and begin with a letter"
        );
    }
    Ok(prefix.to_owned())
}

/// The content of the file of certificates at `path`. `Err` if it can't be read or contains no certificate. Messages
/// do not contain the file's text, because it may be a private key.
fn authorities(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST_AUTHORITIES + 1).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read [search] ca_file {}", path.display()))?;
    if bytes.len() as u64 > LONGEST_AUTHORITIES {
        bail!(
            "[search] ca_file {} has more than {LONGEST_AUTHORITIES} bytes; name a file with certificates in PEM format",
            path.display()
        );
    }
    if !String::from_utf8_lossy(&bytes).contains("-----BEGIN CERTIFICATE-----") {
        bail!(
            "[search] ca_file {} contains no certificate; name a file in PEM format, which has the line \
             -----BEGIN CERTIFICATE-----",
            path.display()
        );
    }
    Ok(bytes)
}

fn within(key: &str, value: u32, least: u32, most: u32) -> anyhow::Result<u32> {
    if !(least..=most).contains(&value) {
        bail!("[search] {key} = {value} must be between {least} and {most}");
    }
    Ok(value)
}

fn timeout(text: &str) -> anyhow::Result<Duration> {
    let timeout = humantime::parse_duration(text)
        .with_context(|| format!("[search] timeout = {text:?} is not a duration such as \"2s\""))?;
    let [least, most] = TIMEOUTS;
    if !(least..=most).contains(&timeout) {
        bail!("[search] timeout = {text:?} must be between {least:?} and {most:?}");
    }
    Ok(timeout)
}

#[cfg(test)]
mod tests;
