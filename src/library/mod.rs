//! One opened generation: all that readers see.
//!
//! [`Library`] answers questions with [`view`] objects, which are the API's; `commands` and `serve`
//! only format them. [`Shelf`] holds the current generation for a server and swaps it whole when a
//! refresh has made another: a request goes on with the one that it began with.

mod answers;
mod audience;
mod cards;
pub mod deck;
pub mod discover;
mod guide;
pub mod markdown;
mod moment;
mod news;
mod open;
mod rescue;
mod shelf;
mod terms;
mod topics;
pub mod view;
mod ways;

pub use answers::Spot;
pub use audience::Audience;
pub use cards::Deck;
pub use moment::since;
pub use news::NewsRequest;
pub use open::Library;
pub use rescue::Rescue;
pub use shelf::Shelf;
pub use topics::ResourceRequest;
