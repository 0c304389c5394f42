//! The catalogue: which repositories, archives and folders are gathered, which of their files, and why.
//!
//! The catalogue is read from `sources/catalogue.toml`. All faults are reported together, each with its line; an
//! unknown key is a fault. [`builtin`] adds the list inside the program to a user's own catalogue. [`policy`] defines
//! what is never indexed, which licences allow what, and which repositories are refused. [`refusal`] lists the reasons
//! why a file is left out. [`rights`] makes the quotes that may be shown. [`edit`] adds and removes entries. [`similar`] finds what a mistyped id may mean. [`voice`]
//! determines which sources count as one voice.

mod builtin;
pub mod edit;
mod entries;
mod fields;
mod licence_file;
mod load;
pub mod names;
mod parse;
pub mod policy;
pub mod refusal;
mod refused;
mod repository;
pub mod rights;
pub mod selection;
mod similar;
mod source;
mod threads;
mod visibility;
pub mod voice;

pub use builtin::extends_builtin;
pub use licence_file::LicenceFile;
pub use load::load;
pub use parse::parse;
pub use policy::Policy;
pub(crate) use repository::is_github_name;
pub use repository::{named_repository, repository};
pub use rights::Shown;
pub use selection::{Selection, SelectionRules};
pub use similar::similar_ids;
pub use source::{Catalogue, Origin, OriginKind, Source, SourceId, SourceList, SourceStanding};
pub use threads::{IssueSelection, ThreadSelection};
pub use visibility::Visibility;
pub(crate) use voice::OWN_NOTES;
pub use voice::{Voice, Voices};
