//! Cards as files for Anki: its package, and its text import.
//!
//! The same cards give the same bytes, and a card keeps its id, so that importing a later export updates what is
//! there and keeps what was learnt. What stands on a card is text: it is escaped, and nothing of it is HTML.

mod apkg;
mod card;
mod csv;

pub use apkg::apkg;
pub use card::Card;
pub use csv::csv;
