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
    // Its own threads, so a test that blocks on the program it runs still gets its answers.
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

    /// Gives an account a new name, and so all of its repositories; these redirect, the account
    /// does not.
    pub fn rename_owner(&self, from: &str, to: &str) {
        self.shared.lock().rename_owner(from, to);
    }

    /// Adds an account, or replaces the one of that login. Owners of repositories have one without
    /// a display name anyway.
    pub fn put_user(&self, user: User) {
        self.shared.lock().put_user(user);
    }

    /// Makes a repository's archive anew from the same commit: other bytes, another ETag.
    pub fn repack(&self, full_name: &str) {
        self.shared.lock().repack(full_name);
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
