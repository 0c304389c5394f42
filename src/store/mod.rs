//! Reads and writes `library.db`, a SQLite database in WAL mode that contains the only durable state of refresh. Only
//! refresh opens it for writing; readers use generations. A generation can be rebuilt from `library.db`.
//!
//! Blobs are keyed by git's id. Data derived from a blob is keyed by the blob's id, the file format, and the versions
//! of code and vocabulary. The keys contain no path, so a renamed file or a copy in another repository is not processed
//! again. Each public call is one transaction. If the program is killed between two calls, the store is consistent, and
//! the next refresh continues from there.

mod audit;
mod cells;
mod clock;
mod database;
mod derived;
mod digests;
mod error;
mod files;
mod links;
mod open;
mod papers;
mod passes;
mod repair;
mod sizes;
mod sources;
mod thread_rows;
mod threads;

pub use audit::{DamagedRow, DerivedVersions, MissingBlob, SourcesToFetch, StoreAudit, StoreTable};
pub use clock::is_plausible;
pub use database::Store;
pub use derived::DerivedKey;
pub use digests::{DigestChanges, DigestRow};
pub use error::StoreError;
pub use files::StoredFile;
pub use passes::{KnownResponse, PassPhase, ThreadPass, ThreadState};
pub use sizes::SourceSize;
pub use sources::{FetchState, SourceRow};
pub use thread_rows::{SeenThread, ThreadsOf};
pub use threads::{StoredThread, ThreadPage, WrittenThreads};
