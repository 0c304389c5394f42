//! The one durable truth of refresh: `library.db`, SQLite in WAL mode. Opened by refresh alone;
//! readers have generations. Everything below it can be rebuilt from it.
//!
//! Blobs are keyed by git's id. What is derived from a blob is keyed by (content, format, versions)
//! and holds no path, so that a renamed file or a copy in another repository costs nothing. Each
//! public call is one transaction; a kill between any two leaves a store that the next refresh
//! rolls forward from.

mod audit;
mod clock;
mod database;
mod derived;
mod error;
mod files;
mod links;
mod open;
mod passes;
mod sources;
mod threads;

pub use audit::{Audit, Damaged, Table, Versions};
pub use clock::is_plausible;
pub use database::Store;
pub use derived::DerivedKey;
pub use error::StoreError;
pub use files::StoredFile;
pub use passes::{Answered, Pass, Phase, ThreadState};
pub use sources::{SourceRow, State};
pub use threads::{Seen, StoredThread, ThreadPage, Written};
