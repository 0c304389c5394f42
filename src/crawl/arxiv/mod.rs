//! Metadata of papers from arXiv's API: title, authors, year and abstract.
//!
//! [`id`] recognises arXiv identifiers, [`feed`] parses the Atom feed of a response, [`client`] sends the requests. The
//! manual of the API: <https://info.arxiv.org/help/api/user-manual.html>. Its terms of use allow one request every
//! three seconds over a single connection: <https://info.arxiv.org/help/api/tou.html>.

mod client;
mod feed;
mod id;

pub use client::{ArxivClient, ArxivError, ArxivPace, BATCH, PaperResponse};
pub use feed::{FeedError, PaperMetadata, read_feed};
pub use id::ArxivId;
