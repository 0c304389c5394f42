//! A stand-in for GitHub: one local HTTP server that answers the API, archive and raw-file
//! requests a crawler makes, in the shapes GitHub answers them. Tests start one each and bend it
//! (rename, remove, fault); `examples/github.rs` serves a folder of tarballs with it.
#![allow(
    dead_code,
    unused_imports,
    reason = "shared by the test suite and an example, and neither needs all of it"
)]
#![allow(
    clippy::expect_used,
    reason = "a stand-in that is told nonsense by a test fails that test"
)]

mod api;
mod archive;
mod body;
mod errors;
mod folder;
mod graphql;
mod hostile;
mod http;
mod log;
mod quota;
mod routes;
mod shapes;
mod state;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_archive;
#[cfg(test)]
mod tests_client;
#[cfg(test)]
mod tests_faults;
#[cfg(test)]
mod tests_graphql;
mod threads;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub use archive::{archive, sha_of};
pub use folder::load_folder;
pub use hostile::{RawArchive, RawEntry, raw_archive};
pub use threads::{Comment, Discussion, Issue};

use state::Shared;

/// A running server. It stops, open connections included, when this is dropped.
pub struct GitHub {
    shared: Arc<Shared>,
    // Its own threads, so a test that blocks on the program it runs still gets its answers.
    runtime: Option<Runtime>,
}

/// One request as the server saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// With the query.
    pub path: String,
    /// What was posted; empty for the other methods.
    pub body: String,
    pub status: u16,
    pub if_none_match: Option<String>,
    /// An `Authorization` header came with it, accepted or not.
    pub authorized: bool,
    pub user_agent: Option<String>,
    /// Bytes of the body handed to the connection so far.
    pub bytes_sent: u64,
    /// No more of the body will follow: it is out, or the connection is gone.
    pub finished: bool,
}

/// A repository to serve. An empty `sha` with `Archive::Bytes` is a repository without commits.
#[derive(Clone, Debug)]
pub struct Repo {
    pub full_name: String,
    pub sha: String,
    pub default_branch: String,
    /// An SPDX identifier.
    pub licence: Option<String>,
    pub description: Option<String>,
    pub stars: u64,
    pub archived: bool,
    /// Without a token that is taken, there is nothing of this repository to see.
    pub private: bool,
    pub has_discussions: bool,
    pub archive: Archive,
}

/// Where a repository's tar.gz comes from.
#[derive(Clone, Debug)]
pub enum Archive {
    Bytes(Vec<u8>),
    /// Read again on each request; the repository's sha follows the file when it changes.
    File(PathBuf),
}

/// What goes wrong with the requests for one repository, API and archive alike unless said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    Status(u16),
    /// The next request only.
    StatusOnce(u16),
    /// The API's 403 with no requests left; archives have no such quota and are served. Ends
    /// `reset_in` after the first request it met.
    RateLimited {
        reset_in: Duration,
    },
    /// The API's secondary limit (403), or 429 for an archive. Ends `seconds` after the first
    /// request it met.
    RetryAfter {
        seconds: u64,
    },
    /// GraphQL's secondary limit as a 200 that has only `errors`; elsewhere as `RetryAfter`.
    SecondaryLimitIn200 {
        seconds: u64,
    },
    /// Half of the body, then the connection breaks.
    Truncated,
    /// A web page where the archive should be.
    NotGzip,
    /// Small chunks (1 KiB) with a pause before each.
    Slow {
        per_chunk: Duration,
    },
    /// 200 with the ETag the client already has.
    IgnoresEtag,
    /// Half of the body, then silence on an open connection.
    Stall,
    /// 403 for a repository that GitHub itself has closed.
    AccessBlocked,
    /// 302 to the same path on another port of this machine.
    Elsewhere {
        port: u16,
    },
}

impl Request {
    /// The variables of a GraphQL request; null if there are none.
    pub fn variables(&self) -> serde_json::Value {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["variables"].clone()
    }
}

impl GitHub {
    /// Starts a server on a free local port.
    pub async fn start(repos: Vec<Repo>) -> io::Result<GitHub> {
        Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), repos).await
    }

    /// Starts a server on `addr`.
    pub async fn start_on(addr: SocketAddr, repos: Vec<Repo>) -> io::Result<GitHub> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("github")
            .enable_all()
            .build()?;
        let bound = runtime.spawn(TcpListener::bind(addr)).await;
        let listener = match bound.map_err(io::Error::other).flatten() {
            Ok(listener) => listener,
            Err(error) => {
                // Dropping a runtime inside another one panics; this does not.
                runtime.shutdown_background();
                return Err(error);
            }
        };
        let base = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::new(base, repos));
        let app = Router::new().fallback(routes::handle).with_state(Arc::clone(&shared));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Ok(GitHub { shared, runtime: Some(runtime) })
    }

    /// `http://127.0.0.1:PORT`, the one base for the API, archives, raw files and web pages. As with
    /// GitHub Enterprise the API is below `/api/v3` too, and archives are below `/_codeload`.
    pub fn base(&self) -> String {
        self.shared.base.clone()
    }

    /// Every request so far, in the order they were answered.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().log.requests()
    }

    /// The most requests whose answers were under way at one time.
    pub fn most_at_once(&self) -> usize {
        self.shared.lock().log.most_at_once()
    }

    pub fn forget_requests(&self) {
        self.shared.lock().log.clear();
    }

    /// Hands over the finished requests and forgets them.
    pub fn take_finished(&self) -> Vec<Request> {
        self.shared.lock().log.take_finished()
    }

    /// Adds a repository, or replaces the one of that name (same id, new content).
    pub fn put(&self, repo: Repo) {
        self.shared.lock().put(repo);
    }

    /// Takes a repository away: 404 from now on.
    pub fn remove(&self, full_name: &str) {
        self.shared.lock().remove(full_name);
    }

    /// Gives a repository a new name; the old one redirects. Its archive keeps its top folder.
    pub fn rename(&self, from: &str, to: &str) {
        self.shared.lock().rename(from, to);
    }

    /// Makes requests for `full_name` go wrong from now on; `Fault::None` ends it.
    pub fn fault(&self, full_name: &str, fault: Fault) {
        self.shared.lock().set_fault(full_name, fault, 0);
    }

    /// As `fault`, after `served` more requests for `full_name` (API and archive alike) were served.
    pub fn fault_after(&self, full_name: &str, served: u32, fault: Fault) {
        self.shared.lock().set_fault(full_name, fault, served);
    }

    /// Makes one field of a GraphQL answer about `full_name` fail, where the answer has it, until
    /// this is called with `None`. `path` is that of the answer's data, such as
    /// `repository.discussions.nodes.1.comments`.
    pub fn fail_field(&self, full_name: &str, path: Option<&str>) {
        let fields = &mut self.shared.lock().failing_fields;
        match path {
            Some(path) => fields.insert(full_name.to_lowercase(), path.to_owned()),
            None => fields.remove(&full_name.to_lowercase()),
        };
    }

    /// Puts the web pages that threads name below `base` instead of this server.
    pub fn web_pages_at(&self, base: &str) {
        self.shared.lock().web = Some(base.to_owned());
    }

    /// The only token the API takes; anonymous requests stay allowed. `None`: any token will do.
    pub fn require_token(&self, token: Option<&str>) {
        self.shared.lock().token = token.map(str::to_owned);
    }

    /// Leaves the API this many requests in the running hour, for both kinds of client.
    pub fn leave_quota(&self, remaining: u64) {
        let mut state = self.shared.lock();
        state.anonymous.core().leave(remaining);
        state.signed_in.core().leave(remaining);
    }

    /// Leaves GraphQL this many points in the running hour.
    pub fn leave_points(&self, remaining: u64) {
        self.shared.lock().signed_in.graphql().leave(remaining);
    }
}

impl Drop for GitHub {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Not a plain drop: that blocks, which a test inside another runtime may not.
            runtime.shutdown_background();
        }
    }
}

impl Repo {
    /// A repository with the usual settings; for others: `Repo { stars: 5, ..Repo::new(..) }`.
    pub fn new(full_name: &str, sha: &str, archive: Archive) -> Repo {
        Repo {
            full_name: full_name.to_owned(),
            sha: sha.to_owned(),
            default_branch: "main".to_owned(),
            licence: None,
            description: None,
            stars: 0,
            archived: false,
            private: false,
            has_discussions: true,
            archive,
        }
    }
}
