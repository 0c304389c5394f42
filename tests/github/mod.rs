//! A fake GitHub: a local HTTP server that responds to a crawler's API, archive and raw-file
//! requests like GitHub. Each test starts its own and changes it (renames, removals, faults);
//! `examples/github.rs` serves a folder of tarballs with it.
#![allow(
    dead_code,
    unused_imports,
    reason = "shared by the test suite and an example, and neither needs all of it"
)]
#![allow(clippy::expect_used, reason = "a test that configures the server wrongly must fail")]

mod api;
mod archive;
mod body;
mod documents;
mod errors;
mod faults;
mod folder;
mod graphql;
mod hostile;
mod http;
mod issues;
mod log;
mod model;
mod pages;
mod quota;
mod routes;
mod search;
mod shapes;
mod state;
mod switches;
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
#[cfg(test)]
mod tests_hosts;
#[cfg(test)]
mod tests_issues;
#[cfg(test)]
mod tests_octocrab;
#[cfg(test)]
mod tests_repository;
#[cfg(test)]
mod tests_search;
mod threads;
mod users;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub use archive::{archive, sha_of};
pub use folder::load_folder;
pub use hostile::{RawArchive, RawEntry, raw_archive};
pub use model::{Archive, Fault, Repo, Request};
pub use threads::{Comment, Discussion, Issue};
pub use users::{AccountKind, User};

use state::Shared;

/// A running server. It stops, open connections included, when this is dropped.
pub struct GitHub {
    shared: Arc<Shared>,
    // A runtime of its own, so that the server responds while a test blocks on the program that it runs.
    runtime: Option<Runtime>,
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
                // Dropping a runtime inside another one panics; a background shutdown doesn't.
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

    /// `http://127.0.0.1:PORT`, the base URL of the API, archives, raw files and web pages. As at GitHub
    /// Enterprise, the API is also at `/api/v3`, and archives at `/_codeload`.
    pub fn base(&self) -> String {
        self.shared.base.clone()
    }

    /// All requests so far, in the order of their responses.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().log.requests()
    }

    /// The maximum number of requests with unfinished responses at the same time.
    pub fn most_at_once(&self) -> usize {
        self.shared.lock().log.most_at_once()
    }

    pub fn forget_requests(&self) {
        self.shared.lock().log.clear();
    }

    /// Removes the finished requests from the log and returns them.
    pub fn take_finished(&self) -> Vec<Request> {
        self.shared.lock().log.take_finished()
    }

    /// Adds a repository, or replaces the one with this name (same id, new content).
    pub fn put(&self, repo: Repo) {
        self.shared.lock().put(repo);
    }

    /// Removes a repository: 404 from now on.
    pub fn remove(&self, full_name: &str) {
        self.shared.lock().remove(full_name);
    }

    /// Renames a repository; the old name redirects. The top folder in its archive stays the same.
    pub fn rename(&self, from: &str, to: &str) {
        self.shared.lock().rename(from, to);
    }

    /// Renames an account and with it all of its repositories. The old names of the repositories
    /// redirect, that of the account doesn't.
    pub fn rename_owner(&self, from: &str, to: &str) {
        self.shared.lock().rename_owner(from, to);
    }

    /// Adds an account, or replaces the one with this login. Without it, owners of repositories have an
    /// account without a display name.
    pub fn put_user(&self, user: User) {
        self.shared.lock().put_user(user);
    }

    /// Compresses a repository's archive again, from the same commit: other bytes, another ETag.
    pub fn repack(&self, full_name: &str) {
        self.shared.lock().repack(full_name);
    }
}

impl Drop for GitHub {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A plain drop would block, which isn't allowed inside a test's own runtime.
            runtime.shutdown_background();
        }
    }
}
