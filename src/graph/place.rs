//! The place of a section: its source, voice, file and address.

use crate::catalogue::Voice;
use crate::extract::Address;

/// The place of a section.
#[derive(Clone, Copy, Debug)]
pub struct SectionPlace<'a> {
    pub source: &'a str,
    pub voice: &'a Voice,
    pub path: &'a str,
    pub address: Address,
    /// The section's id as a number.
    pub section: u64,
}
