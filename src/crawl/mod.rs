//! Brings in the bytes of the files that the catalogue lists; the only HTTP client.
//!
//! [`Crawler::fetch`] asks whether a source is new in one conditional request, and streams what it
//! holds, file by file, to the caller. Nothing is written here: what is fetched goes through the
//! channel, and a truncated or hostile archive ends in an error that loses nothing which the caller
//! already has. [`github`] knows GitHub's addresses and answers, [`archive`] unpacks in memory,
//! [`folder`] reads local folders, [`metadata`] asks GitHub's API what a repository says of itself.

mod archive;
mod folder;
mod github;
pub mod metadata;

use std::fmt::Write as _;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use tokio::sync::mpsc;

use crate::catalogue::policy::Limits;
use crate::catalogue::{Origin, Selection, Source, SourceId};
use crate::config::{Config, GitHubHosts, Sources};
use crate::problem::Problem;

/// Git's name for a file's content: the SHA-1 of `blob <length>\0` and the bytes, in hex.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlobId(pub String);

impl BlobId {
    /// The id of `bytes`, as `git hash-object` gives it. O(length).
    ///
    /// ```
    /// use cairn::crawl::BlobId;
    /// assert_eq!(BlobId::of(b"").0, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    /// ```
    pub fn of(bytes: &[u8]) -> BlobId {
        let mut hash = Sha1::new();
        hash.update(format!("blob {}\0", bytes.len()));
        hash.update(bytes);
        let mut hex = String::with_capacity(40);
        for byte in hash.finalize() {
            // Writing to a String can't fail.
            let _ = write!(hex, "{byte:02x}");
        }
        BlobId(hex)
    }
}

/// One file of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawFile {
    /// Inside the source, `/`-separated, without `..` and never absolute.
    pub path: String,
    pub blob: BlobId,
    pub bytes: Vec<u8>,
}

/// What is known of a source from the last time that it was fetched whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub source: SourceId,
    /// The commit's sha; for folders and archives without one, a hash of the content.
    pub revision: String,
    /// The ETag to ask with next time.
    pub validator: Option<String>,
    /// Seconds since 1970.
    pub fetched_at: i64,
    /// [`Selection::fingerprint`] under which it was fetched.
    pub selection: String,
}

/// How a source stands against its [`Snapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Nothing new; nothing was sent.
    Unchanged,
    /// All files were sent.
    Changed {
        revision: String,
        validator: Option<String>,
        /// GitHub's new `owner/name`, where it answered with a redirect.
        moved_to: Option<String>,
    },
}

/// Why a source could not be fetched; what is indexed of it stays, save [`CrawlError::Blocked`].
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    #[error("{0} answers 404: the repository is gone, private, or misspelt")]
    NotFound(String),
    #[error("{0} answers 451: blocked for legal reasons")]
    Blocked(String),
    #[error("{0} answers 409: the repository is empty")]
    Empty(String),
    #[error("{url} answers {status}: asked too often; free again in {wait_s} s")]
    RateLimited { url: String, status: u16, wait_s: u64 },
    #[error("{url} answers {status}")]
    Status { url: String, status: u16 },
    #[error("{url}: {cause}")]
    Network { url: String, cause: String },
    #[error("the archive of {source_id}: {cause}")]
    Archive { source_id: SourceId, cause: String },
    #[error("the folder {path}: {cause}")]
    Folder { path: String, cause: String },
    #[error("the run was ended")]
    Ended,
}

impl CrawlError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            CrawlError::NotFound(_) => "if it stays away, remove it from the catalogue".into(),
            CrawlError::RateLimited { .. } => {
                "set GITHUB_TOKEN for a larger quota, or wait for the next run".into()
            }
            CrawlError::Network { .. } => "is the network up? the next run tries again".into(),
            CrawlError::Archive { .. } => "the next run fetches it again".into(),
            CrawlError::Folder { .. } => "mend `folder` in the catalogue".into(),
            _ => return None,
        })
    }

    fn is_passing(&self) -> bool {
        match self {
            CrawlError::Network { .. } => true,
            CrawlError::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

/// What asking cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    pub requests: u64,
    /// Bytes of bodies, as sent.
    pub bytes: u64,
}

/// The end of one fetch: its result, what went wrong softly on the way, and what it cost.
#[derive(Debug)]
pub struct Report {
    pub result: Result<Fetched, CrawlError>,
    pub problems: Vec<Problem>,
    pub traffic: Traffic,
}

/// An HTTP client with the settings of one run.
#[derive(Clone)]
pub struct Crawler {
    http: reqwest::Client,
    hosts: GitHubHosts,
    token: Option<SecretString>,
    limits: Limits,
    sources: Sources,
}

/// How often a request is tried when the failure may pass.
const TRIES: usize = 3;

impl Crawler {
    /// A crawler with `config`'s addresses and token under `limits`. No request is made.
    ///
    /// `Err` if the TLS of this machine can't be set up.
    pub fn new(config: &Config, limits: Limits) -> anyhow::Result<Crawler> {
        // An earlier crawler in this process may have installed it: that one serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let hosts = config.github.clone();
        let allowed = github::hosts_of(&hosts);
        let redirects = reqwest::redirect::Policy::custom(move |attempt| {
            let host = github::authority(attempt.url());
            let at_home = attempt.previous().first().map(github::authority);
            if attempt.previous().len() > 5 {
                attempt.error("more than five redirects")
            } else if allowed.contains(&host) || at_home == Some(host) {
                attempt.follow()
            } else {
                attempt.error("a redirect away from the source's hosts")
            }
        });
        let http = reqwest::Client::builder()
            .user_agent(concat!("cairn/", env!("CARGO_PKG_VERSION"), " (study-material indexer)"))
            .redirect(redirects)
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(4)
            .build()?;
        let token = config.token.clone();
        Ok(Crawler { http, hosts, token, limits, sources: config.sources.clone() })
    }

    /// Asks whether `source` is newer than `known` and, if so, sends each file that `selection`
    /// keeps to `files`, in the order in which it comes.
    ///
    /// One conditional request where nothing is new; with a token, a second one where something is.
    /// Failures that may pass are tried again with back-off. Memory: the file in hand and the
    /// channel's. Entries that must not be used (links, absolute paths, too large) are problems.
    pub async fn fetch(
        &self,
        source: &Source,
        selection: &Selection,
        known: Option<&Snapshot>,
        files: mpsc::Sender<RawFile>,
    ) -> Report {
        let known = known.filter(|snapshot| snapshot.selection == selection.fingerprint());
        let mut report = Report {
            result: Ok(Fetched::Unchanged),
            problems: Vec::new(),
            traffic: Traffic::default(),
        };
        let mut fetch = Fetch { crawler: self, source, selection, files, report: &mut report };
        let result = match &source.origin {
            Origin::GitHub { owner, name } => fetch.github(owner, name, known).await,
            Origin::Archive { url } => fetch.archive_at(url, known).await,
            Origin::Folder { path } => fetch.folder(path).await,
        };
        report.result = result;
        for problem in &mut report.problems {
            problem.source = Some(source.id.0.clone());
        }
        report
    }
}

/// One fetch under way.
struct Fetch<'a> {
    crawler: &'a Crawler,
    source: &'a Source,
    selection: &'a Selection,
    files: mpsc::Sender<RawFile>,
    report: &'a mut Report,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blob_ids_are_those_of_git() {
        assert_eq!(BlobId::of(b"hello\n").0, "ce013625030ba8dba906f756967f9e9ca394464a");
    }
}
