//! The meaning of a text as a vector, so that texts that say the same thing in other words are near each other.
//!
//! A table ([`MeaningTable`], the file `sources/meaning/table.bin`) has a vector for each word piece. The vector of a text
//! is the sum of those of its pieces. The table was fitted so that this sum comes close to what a sentence encoder
//! returns for the text; `sources/meaning/README.md` says how. So Cairn needs no model, neither to index nor to search.
//!
//! All sums are integers, so a text has the same vector on every machine. This module is pure, apart from
//! [`MeaningTable::load`], which reads the file.
//!
//! [`pieces`] splits a text, [`table`] looks up the pieces by [`numbers`], [`vector`] adds up and compares, [`signs`] shortens a vector to
//! bits for a fast first comparison.

mod numbers;
mod pieces;
mod signs;
pub(crate) mod table;
mod vector;

pub use signs::{SIGN_WORDS, SignBits};
pub use table::{DIMENSIONS, MeaningError, MeaningTable};
pub use vector::{MeaningVector, VECTOR_WORDS};
