//! The catalogue: which repositories and folders are gathered, what of each, and why.
//!
//! Read from `sources/catalogue.toml`. Unknown keys are faults; every fault is reported at once
//! with its line. [`policy`] says what is never indexed and what may be shown, [`edit`] adds and
//! removes entries, [`voice`] says which sources count as one voice.

pub mod edit;
mod fields;
pub mod names;
pub mod policy;
mod read;
pub mod selection;
mod source;
mod threads;
mod visibility;
pub mod voice;

pub use policy::{Policy, Shown};
pub use read::{load, parse};
pub use selection::{Rules, Selection};
pub(crate) use source::is_github_name;
pub use source::{Catalogue, Origin, OriginKind, Source, SourceId, repository};
pub use threads::{Issues, Threads};
pub use visibility::Visibility;
pub use voice::{Voice, Voices};
