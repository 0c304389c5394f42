//! The articles, papers and tools that the sources cite: one entry a work, whatever its addresses.

mod collect;
mod entry;
mod kind;
mod merge;
mod resource;
mod title;

pub use collect::{Citing, Collector};
pub use kind::ResourceKind;
pub use resource::{Resource, Said};
