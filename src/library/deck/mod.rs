//! Flash cards as files for Anki, in two formats: Anki's package and Anki's text import.
//!
//! The same cards give the same bytes, and a card keeps its id. So importing a later export updates the cards and
//! keeps the learning progress. The content of cards is escaped text, never HTML.

mod apkg;
mod card;
mod claim;
mod csv;

pub use apkg::apkg;
pub use card::{CardBack, FlashCard};
pub(super) use claim::{CLAIM, claim};
pub use csv::csv;
