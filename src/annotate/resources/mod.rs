//! The articles, papers and tools that the sources cite. A work has one entry, however many URLs it has.

mod collect;
mod entry;
mod facts;
mod hosts;
mod kind;
mod merge;
mod resource;
mod title;

pub use collect::{Citation, CitationCollector, CitingSource};
pub use facts::LinkFacts;
pub use resource::{CitedResource, CitingSentence, ResourceKind};
