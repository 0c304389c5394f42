//! Divides a stream of headings and blocks into sections: one file for each pass.
//!
//! [`block`] defines the blocks that the readers of the formats pass on. [`builder`] joins the blocks under a heading
//! ([`open`]). If they are too long together for one section, they are cut where it does the least harm ([`cut`], [`size`]); cuts
//! between blocks that belong together are avoided ([`lead`]). Single blocks that are too long are split first: text
//! between sentences ([`long`]) and code between its definitions ([`tall`]). At the end, the heading trail is repaired
//! ([`outline`], [`title`], [`entry`]), tiny sections are joined to a neighbour ([`tiny`]), and short introductions are
//! joined to what they introduce ([`introduction`], [`announce`]). [`list`] recognises documents that are lists of
//! links, by their sections.

mod announce;
mod block;
mod builder;
mod cut;
mod entry;
mod introduction;
mod lead;
mod list;
mod long;
mod open;
mod outline;
mod size;
mod tall;
mod tiny;
mod title;

pub(super) use block::{BlockFormula, BlockKind, BlockSpan, DocumentBlock, LineStart, MOST_WORDS};
pub(super) use builder::{SectionBuilder, SpanUnit};
pub(super) use lead::{LONGEST_QUESTION, is_label, is_question};
pub(super) use list::is_list;
