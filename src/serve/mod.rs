//! The server: JSON API and pages over the library, and the schedule of refreshes.
//!
//! [`router`] is a function of its state, so that tests can call it without a socket. Handlers only format what the
//! library returns. Each search runs on its own thread behind a bounded [`queue`], so that slow searches don't block
//! other requests. [`schedule`] runs refreshes in a child process, so that a crawl can neither exhaust nor crash the
//! server.
//!
//! Imports have one direction. [`state`] imports the types that it holds from [`clock`], [`queue`], [`hosts`] and
//! others. [`middleware`], the handlers ([`api`], [`pages`] and others) and [`schedule`] import [`state`]. [`routes`]
//! imports the handlers, and [`run`] imports [`routes`].

mod api;
mod asked;
mod assets;
mod attempts;
mod base_path;
pub mod clock;
mod connections;
mod crawlers;
mod downloads;
mod engine_metrics;
mod error;
mod exposure;
mod feed;
mod forwarded;
mod history;
mod home;
mod hosts;
mod index_metrics;
mod limits;
mod listen;
mod mcp;
mod metrics;
mod middleware;
mod monitoring;
mod opensearch;
mod pages;
mod process_metrics;
mod queue;
mod reading;
mod redirect;
mod routes;
mod run;
mod schedule;
pub mod signals;
mod state;
mod token;
mod watch;

pub use base_path::check_url;
pub use pages::document_html;
pub use routes::router;
pub use run::serve;
pub use state::{RefreshPolicy, ServerState};
