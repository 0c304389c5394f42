//! Annotates sections with topics, design step, language, role and fingerprints, and derives data from all sections
//! together: copies, cited resources and candidate terms.
//!
//! The module reads and writes no files. [`annotate`] depends only on one document, the vocabulary and the table of
//! word vectors, so its result is cached until one of them changes. [`copies`] and [`resources`] depend on the whole corpus and are computed for each
//! generation.

pub mod case;
pub mod copies;
mod document;
mod language;
pub mod licence;
mod mentions;
mod notes;
pub mod packed;
pub mod resources;
mod role;
mod salience;
mod step_vectors;
mod steps;
mod tagger;
pub mod terms;
mod trail;

pub use document::{VERSION, annotate};
pub use language::language_code;
pub use notes::{
    Annotation, CoMention, LinkTopics, Mention, Salience, SectionNotes, SectionRole, SectionStep,
};
pub use tagger::Tagger;
