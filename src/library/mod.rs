//! One open generation: everything that readers see.
//!
//! [`Library`] returns [`view`] objects, the objects of the JSON API. `commands` and `serve` only format them.
//! [`Shelf`] holds the current generation of a server and replaces it as a whole after a refresh. A running request
//! keeps the generation that it started with.

mod answers;
mod audience;
mod audit;
mod cards;
mod compare;
pub mod deck;
pub mod discover;
mod documents;
mod earlier;
mod engine;
mod guide;
mod links;
pub mod markdown;
mod moment;
mod near_names;
mod news;
mod open;
mod papers;
mod place;
pub mod query_log;
mod rescue;
mod resources;
mod review;
mod rights;
mod shelf;
mod similar;
mod state;
mod suggest;
mod terms;
mod topics;
pub mod view;
mod ways;

pub use audience::Audience;
pub use audit::{TrialRequest, try_source};
pub use cards::CardDeck;
pub use documents::DocumentId;
pub use earlier::EarlierId;
pub use moment::since;
pub use news::NewsRequest;
pub use open::Library;
pub use place::{DocumentPosition, NamedPlace, PlaceFault};
pub use rescue::QueryRescue;
pub use resources::ResourceRequest;
pub use shelf::Shelf;
