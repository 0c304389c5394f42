//! Copies generations to where many readers take them, and from there into the readers' indexes.
//!
//! A published copy has the layout of an index: `generations/`, `current` and `runs.json`. So the folder of an index,
//! served by any static web server, is a source of replicas, and `cairn serve --no-refresh` can open a published folder.
//!
//! [`mod@pull`] takes the current generation of a [`place`] into an index; [`mod@publish`] puts that of an index to a place.
//! Both transfer only files that the other side does not have in the previous generation, and replace `current` last. Files
//! are immutable, so a transfer that ends in the middle is repeated and leaves nothing that readers see.
//!
//! # What is checked
//!
//! Whatever a place sends is hostile: it may be truncated, wrong, slow, endless or made by somebody else. [`mod@take`] bounds
//! length and time of each file and compares its checksum with the manifest; [`plan`] bounds the manifest and refuses paths
//! that lead out of the generation. A pulled generation is opened before it becomes the current one. Checksums find decay
//! and accidents. They are no signature: whoever can write to a place decides what its readers show.
//!
//! # Layers
//!
//! [`error`], [`place`]; [`web`] (static servers) and [`objects`] (folders and S3, through object_store, with our own
//! [`connector`]); [`remote`], which is one of the two; [`mod@take`], [`plan`], [`records`]; [`target`] with [`mod@publish`],
//! and [`staging`] with [`mod@pull`].

mod connector;
mod error;
mod objects;
mod place;
mod plan;
mod publish;
mod pull;
mod records;
mod remote;
mod staging;
mod take;
mod target;
mod web;

pub use error::ReplicateError;
pub use place::{Place, PlaceError};
pub(crate) use plan::fault as manifest_fault;
pub use publish::{PrivateSources, PublishOptions, PublishReport, Takeover, publish};
pub use pull::{PullOptions, PullReport, pull};
