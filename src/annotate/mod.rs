//! What a section is about: topics mentioned, the step it serves, its language, what it copies,
//! and the resources that all sections together cite.
//!
//! Pure. [`annotate`] looks at one document and depends on nothing but it and the vocabulary, so
//! its answer is kept until either changes. [`copies`] and [`resources`] look at the whole corpus
//! and are computed for each generation.

pub mod case;
mod company;
pub mod copies;
mod document;
mod folded;
mod language;
pub mod licence;
mod mentions;
mod notes;
pub mod resources;
mod role;
mod salience;
mod steps;
mod stop;
mod tagger;
pub mod terms;

pub use document::{VERSION, annotate};
pub use language::language_code;
pub use notes::{Annotation, Cited, CoMention, Mention, Role, Salience, SectionNotes};
pub use tagger::Tagger;
