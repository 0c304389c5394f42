//! `earlier.bin` of a generation: the ids of sections of earlier generations, and the current sections to which they
//! lead.
//!
//! A section's id is a hash of its path and headings, so a change in how documents are split, an edited heading or a
//! moved file gives new ids. Links with the old ids are in bookmarks, decks and feeds. When [`crate::refresh`] builds a
//! generation, it decides to which current section each old id leads, so readers only look this up.
//!
//! The file also holds headings and addresses. Later generations need them, because they may split the documents
//! differently again. Headings are kept only for documents that the generation contains. They are not kept for threads,
//! because headings of threads name people. For a document that is gone, only the ids are kept. For a source that left
//! the catalogue or is blocked, nothing is kept.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::damage::IndexDamage;
use crate::disk;
use crate::extract::Address;

/// The name of the file in the folder of a generation.
pub(crate) const EARLIER: &str = "earlier.bin";
/// The maximum number of ids of one source. Above it, the ids that were current longest ago are dropped. Without this
/// limit, a source that changes all of its headings daily would displace the ids of the other sources.
pub(crate) const MOST_OF_SOURCE: usize = 20_000;
/// The maximum number of ids of all sources together. Above it, the ids that were current longest ago are dropped.
pub(crate) const MOST: usize = 200_000;
/// The zstd level. Higher levels make the file only a few percent smaller.
const LEVEL: i32 = 3;

/// A section of an earlier generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierSection {
    pub id: u64,
    /// Its headings when it was current, outermost first; empty for the posts of a thread.
    pub headings: Vec<String>,
    /// The address of the section's text in the document. If the document was edited since the section was current,
    /// this is the address of the section `target` instead.
    pub address: Address,
    /// The number of the last generation in which the section was current.
    pub last: u64,
    /// The id of the current section to which the old id leads, in the same document.
    pub target: u64,
}

/// The earlier sections of a document that the generation contains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierDocument {
    pub source: String,
    /// Its current path.
    pub path: String,
    pub sections: Vec<EarlierSection>,
}

/// An earlier section whose document the generation does not contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedSection {
    pub id: u64,
    /// The number of the last generation in which the section was current.
    pub last: u64,
}

/// The earlier sections that a generation records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierSections {
    pub documents: Vec<EarlierDocument>,
    /// The sections whose documents the generation does not contain, by the ids of their sources.
    pub removed: BTreeMap<String, Vec<RemovedSection>>,
}

impl EarlierSections {
    /// The earlier sections of the generation in `folder`; empty if the generation has no such file, because it has an
    /// old format. `Err` if the file can't be read or decoded. Holds all of it in memory.
    pub fn read(folder: &Path) -> Result<EarlierSections, IndexDamage> {
        let path = folder.join(EARLIER);
        let packed = match disk::read(&path) {
            Err(error) if error.is_missing() => return Ok(EarlierSections::default()),
            result => result?,
        };
        let undecodable = |cause: String| IndexDamage::Decode { path: path.clone(), cause };
        let bytes = zstd::stream::decode_all(&packed[..])
            .map_err(|error| undecodable(error.to_string()))?;
        postcard::from_bytes(&bytes).map_err(|error| undecodable(error.to_string()))
    }

    /// Writes the file into `folder`.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let mut packer = zstd::Encoder::new(Vec::new(), LEVEL)?;
        // The next refresh reads this file even if the manifest is damaged, so the file needs a checksum of its own.
        packer.include_checksum(true)?;
        let packed = postcard::to_io(self, packer)?.finish()?;
        Ok(disk::write(&folder.join(EARLIER), &packed)?)
    }

    /// Keeps at most `most_of_source` ids of each source and `most` ids in total. Drops the ids that were current
    /// longest ago. O(n log n).
    pub(crate) fn limit(&mut self, most_of_source: usize, most: usize) {
        let mut ids: Vec<(u64, &str, u64)> = Vec::new();
        for document in &self.documents {
            let sections = document.sections.iter();
            ids.extend(sections.map(|section| (section.last, &*document.source, section.id)));
        }
        for (source, removed) in &self.removed {
            ids.extend(removed.iter().map(|removed| (removed.last, &**source, removed.id)));
        }
        let mut of_source: BTreeMap<&str, usize> = BTreeMap::new();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        let mut kept = 0;
        let mut is_over = |source| {
            let count = of_source.entry(source).or_default();
            *count += 1;
            kept += usize::from(*count <= most_of_source);
            *count > most_of_source || kept > most
        };
        let over = ids.iter().filter(|(_, source, _)| is_over(*source)).map(|(.., id)| *id);
        let over: std::collections::HashSet<u64> = over.collect();
        if over.is_empty() {
            return;
        }
        for document in &mut self.documents {
            document.sections.retain(|section| !over.contains(&section.id));
        }
        self.documents.retain(|document| !document.sections.is_empty());
        for removed in self.removed.values_mut() {
            removed.retain(|removed| !over.contains(&removed.id));
        }
        self.removed.retain(|_, removed| !removed.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(source: &str, sections: &[(u64, u64)]) -> EarlierDocument {
        let section = |(id, last): &(u64, u64)| EarlierSection {
            id: *id,
            headings: vec!["A".into(), format!("B {id}")],
            address: Address::Lines(1, 9),
            last: *last,
            target: 1,
        };
        let sections = sections.iter().map(section).collect();
        EarlierDocument { source: source.into(), path: "a.md".into(), sections }
    }

    fn ids(earlier: &EarlierSections) -> Vec<u64> {
        let sections = earlier.documents.iter().flat_map(|document| &document.sections);
        let removed = earlier.removed.values().flatten().map(|removed| removed.id);
        sections.map(|section| section.id).chain(removed).collect()
    }

    #[test]
    fn a_written_file_is_read_back_and_a_flipped_bit_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let nothing = EarlierSections::default();
        assert_eq!(EarlierSections::read(folder).unwrap(), nothing, "an old format");
        let removed = vec![RemovedSection { id: 7, last: 2 }];
        let earlier = EarlierSections {
            documents: vec![document("s", &[(5, 3), (6, 4)])],
            removed: [("t".to_owned(), removed)].into(),
        };
        earlier.write(folder).unwrap();
        assert_eq!(EarlierSections::read(folder).unwrap(), earlier);
        let whole = std::fs::read(folder.join(EARLIER)).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(folder.join(EARLIER), bytes).unwrap();
            let read = EarlierSections::read(folder);
            assert!(!read.is_ok_and(|read| read != earlier), "byte {at}");
        }
    }

    #[test]
    fn the_ids_that_were_current_longest_ago_are_dropped_first() {
        let removed = vec![RemovedSection { id: 7, last: 1 }, RemovedSection { id: 8, last: 9 }];
        let whole = EarlierSections {
            documents: vec![document("a", &[(1, 1), (2, 2), (3, 3)]), document("b", &[(4, 2)])],
            removed: [("b".to_owned(), removed)].into(),
        };
        let limited = |most_of_source, most| {
            let mut earlier = whole.clone();
            earlier.limit(most_of_source, most);
            ids(&earlier)
        };
        assert_eq!(limited(3, 6), [1, 2, 3, 4, 7, 8]);
        assert_eq!(limited(2, 6), [2, 3, 4, 8], "a source displaces only its own ids");
        assert_eq!(limited(3, 2), [3, 8]);
        assert_eq!(limited(3, 0), [0; 0]);
    }
}
