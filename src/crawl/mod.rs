//! Fetches the files of the sources in the catalogue. All its requests go through clients with its own rules for hosts.
//!
//! [`Crawler::fetch`] checks with one conditional request whether a repository or an archive changed. If it changed,
//! the crawler streams its files to the caller through a channel. The files of a folder are streamed unless their sizes
//! and times are the same as before ([`mod@stamp`]). This module writes nothing to disk. If an archive is truncated or
//! exceeds a limit, the fetch fails, and the caller keeps the files of the previous fetch.
//!
//! [`mod@session`] sends each [`request`] with one of the [`clients`], [`judge`] interprets the responses, [`pace`] enforces rate limits, [`retry`]
//! sets the backoff, and [`hosts`] defines which hosts may be contacted. [`github`] implements GitHub's URLs and API
//! (octocrab, over the same session). [`archive`] and [`unpack`] unpack archives in memory, [`folder`] reads local
//! folders, and [`path_rules`] defines which paths in archives and folders can be used. [`links`] checks cited URLs,
//! and [`arxiv`] fetches the metadata of cited papers.

mod archive;
pub mod arxiv;
mod blob;
mod clients;
mod crawler;
mod error;
mod fetch;
mod fetched;
pub mod folder;
pub mod github;
mod hosts;
mod judge;
pub mod links;
mod pace;
mod path_rules;
mod request;
mod retry;
mod session;
mod stamp;
mod tar_headers;
mod unpack;

pub use blob::{BlobId, LeftOut, RawFile};
pub use crawler::Crawler;
pub use error::{CrawlError, DeferralCause};
pub use fetched::{
    FetchMessage, FetchReport, Fetched, MemoryShare, RepositoryMove, Snapshot, Traffic,
};
pub use pace::{ApiQuota, ApiResource};
