//! The articles, papers and tools that the sources cite. A work has one entry, however many URLs it has.

mod citation;
mod citing;
mod collect;
mod entry;
mod facts;
mod hosts;
mod kind;
mod merge;
mod no_titles;
mod resource;
mod title;
mod titles;
mod urls;
mod works;

pub use citation::Citation;
pub use citing::CitingSource;
pub use collect::CitationCollector;
pub use facts::LinkFacts;
pub use resource::{CitedResource, CitingSentence, ResourceKind};
pub use works::{CitedWork, CitedWorks};
