//! Divides a stream of headings and blocks into sections: one file for each pass.
//!
//! [`block`] is what the readers of the formats deliver. [`builder`] joins blocks under their heading and closes a
//! section that is long enough. It splits text that is too long between sentences ([`long`]) and code between its
//! definitions ([`tall`]). At the end, tiny sections are joined to a neighbour ([`tiny`]). [`list`] recognises lists
//! of links by their sections.

mod block;
mod builder;
mod list;
mod long;
mod tall;
mod tiny;

pub(super) use block::{BlockSpan, DocumentBlock, LineStart, MOST_WORDS};
pub(super) use builder::{SectionBuilder, SpanUnit};
pub(super) use list::is_list;
