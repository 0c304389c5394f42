//! [`SectionId`]: identifies a section in the index, in generations, links and the API.

use std::fmt;
use std::num::NonZeroU64;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::extract::Address;

/// Identifies a section: 64 bits of a hash. For a file, the hash covers source, path, headings, ordinal and chunk.
/// Displayed in hex.
///
/// The id doesn't change when other text of the document changes, so links to the section keep working. For a post of a
/// thread, the hash covers neither headings nor ordinal, because a title may be edited, and votes change the order.
/// Instead, it covers GitHub's id of a comment, and a fixed word for the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SectionId(pub u64);

impl SectionId {
    /// The id of a section of the file `path` in `source`.
    pub fn of(source: &str, path: &str, section: &crate::extract::Section) -> SectionId {
        let mut hash = blake3::Hasher::new();
        for part in [source, path] {
            hash.update(part.as_bytes()).update(b"\0");
        }
        match section.address {
            Address::Question => hash.update(b"question\0"),
            Address::Comment(id) => return SectionId::of_comment(source, path, id, section.chunk),
            _ => {
                for heading in &section.headings {
                    hash.update(heading.as_bytes()).update(b"\0");
                }
                hash.update(&section.ordinal.to_le_bytes())
            }
        };
        hash.update(&section.chunk.to_le_bytes());
        SectionId(first_u64(&hash.finalize()))
    }

    /// The id of a section of a comment. `path` is the thread in `source`, `comment` is GitHub's id of the comment, and
    /// `chunk` is the index of the section in the comment, from 0.
    pub fn of_comment(source: &str, path: &str, comment: NonZeroU64, chunk: u32) -> SectionId {
        let mut hash = blake3::Hasher::new();
        for part in [source, path, "comment"] {
            hash.update(part.as_bytes()).update(b"\0");
        }
        hash.update(&comment.get().to_le_bytes()).update(&chunk.to_le_bytes());
        SectionId(first_u64(&hash.finalize()))
    }

    /// Parses 16 hexadecimal digits; `None` for any other text.
    pub fn parse(text: &str) -> Option<SectionId> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u64::from_str_radix(text, 16).ok().filter(|_| is_hex).map(SectionId)
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for SectionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SectionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        SectionId::parse(&text).ok_or_else(|| serde::de::Error::custom("no section id"))
    }
}

/// The first 64 bits of a hash.
pub(crate) fn first_u64(hash: &blake3::Hash) -> u64 {
    let bytes = hash.as_bytes();
    bytes.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}
