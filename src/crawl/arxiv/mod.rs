//! Metadata of papers from arXiv's API: title, authors, year and abstract.
//!
//! [`id`] recognises arXiv identifiers, [`feed`] parses the Atom feed of a response, [`client`] sends the requests. The
//! API and its rules: <https://info.arxiv.org/help/api/user-manual.html> and
//! <https://info.arxiv.org/help/api/tou.html>, which allow one request every three seconds over a single connection.

mod client;
mod feed;
mod id;

pub use client::{ArxivClient, ArxivError, ArxivPace, BATCH, PaperResponse};
pub use feed::{FeedError, PaperMetadata};
pub use id::ArxivId;
