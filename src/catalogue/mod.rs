//! The catalogue: which repositories, archives and folders are gathered, which of their files, and why.
//!
//! Read from `sources/catalogue.toml`. All faults are reported together, each with its line; an unknown key is a fault.
//! [`policy`] defines what is never indexed and which licences allow what, [`rights`] makes the texts that may be shown,
//! [`refusal`] says why a file is left out, [`edit`] adds and removes entries, [`voice`] determines which sources count
//! as one voice.

pub mod edit;
mod entries;
mod fields;
mod load;
pub mod names;
pub mod policy;
pub mod refusal;
pub mod rights;
pub mod selection;
mod source;
mod threads;
mod visibility;
pub mod voice;

pub(crate) use entries::is_github_name;
pub use entries::{parse, repository};
pub use load::load;
pub use policy::Policy;
pub use rights::Shown;
pub use selection::{Selection, SelectionRules};
pub use source::{Catalogue, Origin, OriginKind, Source, SourceId};
pub use threads::{IssueSelection, ThreadSelection};
pub use visibility::Visibility;
pub use voice::{Voice, Voices};
