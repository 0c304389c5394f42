//! `copies.bin` of a generation: for each section, the copies of it that search results fold under it.

use std::path::Path;

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use super::damage::IndexDamage;
use crate::disk;
use crate::extract::Address;
use crate::search::{CopyPlace, FoldedCopies, SectionId};

/// The last format in which the file contains the source and the path of each copy.
const WITH_PATHS: u32 = 4;

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct StoredCopies<'a> {
    /// The source and the path of each document with copies.
    #[serde(borrow)]
    documents: Vec<(&'a str, &'a str)>,
    /// The sections with copies by their ids, ascending, each with its copies.
    sections: Vec<(u64, Vec<StoredCopy>)>,
}

/// A copy.
#[derive(Serialize, Deserialize)]
struct StoredCopy {
    id: u64,
    /// The index of its document.
    document: u32,
    address: Address,
}

/// Reads the copies from the file `path` of a generation of this `format`. `Err` if it can't be read or decoded.
/// O(copies).
pub fn read(path: &Path, format: u32) -> Result<FoldedCopies, IndexDamage> {
    let bytes = disk::read(path)?;
    let undecodable = |error: postcard::Error| {
        let cause = error.to_string();
        IndexDamage::Decode { path: path.to_owned(), cause }
    };
    if format <= WITH_PATHS {
        return postcard::from_bytes(&bytes).map_err(undecodable);
    }
    let StoredCopies { documents, sections } = postcard::from_bytes(&bytes).map_err(undecodable)?;
    let place = |StoredCopy { id, document, address }: StoredCopy| {
        let (source, path) = documents.get(document as usize).copied().unwrap_or_default();
        CopyPlace { id: SectionId(id), source: source.to_owned(), path: path.to_owned(), address }
    };
    let folded = |(id, copies): (u64, Vec<StoredCopy>)| {
        (SectionId(id), copies.into_iter().map(place).collect())
    };
    Ok(FoldedCopies { by_representative: sections.into_iter().map(folded).collect() })
}

/// Writes `copies` to the file `path`. The same copies give the same bytes.
pub(crate) fn write(path: &Path, copies: &FoldedCopies) -> anyhow::Result<()> {
    let mut sorted: Vec<(&SectionId, &Vec<CopyPlace>)> = copies.by_representative.iter().collect();
    sorted.sort_unstable_by_key(|(id, _)| **id);
    let mut numbers: HashMap<(&str, &str), u32> = HashMap::default();
    let mut documents = Vec::new();
    let mut sections = Vec::with_capacity(sorted.len());
    for (id, places) in sorted {
        let mut stored = Vec::with_capacity(places.len());
        for CopyPlace { id, source, path, address } in places {
            let document = *numbers.entry((source, path)).or_insert_with(|| {
                documents.push((source.as_str(), path.as_str()));
                u32::try_from(documents.len() - 1).unwrap_or(u32::MAX)
            });
            stored.push(StoredCopy { id: id.0, document, address: *address });
        }
        sections.push((id.0, stored));
    }
    Ok(disk::write(path, &postcard::to_stdvec(&StoredCopies { documents, sections })?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::format::FORMAT;

    #[test]
    fn copies_are_read_back_in_both_formats() {
        let place = |id, source: &str| CopyPlace {
            id: SectionId(id),
            source: source.to_owned(),
            path: "a.md".into(),
            address: Address::Lines(1, 2),
        };
        let by_representative = [
            (SectionId(9), vec![place(1, "a/a"), place(2, "b/b")]),
            (SectionId(3), vec![place(4, "a/a")]),
        ];
        let copies = FoldedCopies { by_representative: by_representative.into_iter().collect() };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copies.bin");
        write(&path, &copies).unwrap();
        assert_eq!(read(&path, FORMAT).unwrap(), copies);
        std::fs::write(&path, postcard::to_stdvec(&copies).unwrap()).unwrap();
        assert_eq!(read(&path, WITH_PATHS).unwrap(), copies);
    }
}
