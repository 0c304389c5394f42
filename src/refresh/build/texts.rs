//! Collects the documents that readers may read in full, and writes their texts.

use std::path::Path;

use crate::catalogue::Shown;
use crate::catalogue::rights::Rights;
use crate::extract;
use crate::extract::reading;
use crate::generation::texts::{self, WantedText};
use crate::refresh::wanted::item::WantedItem;
use crate::search::first_u64;
use crate::search::write::document_key;
use crate::store::Store;

/// The documents of a generation whose format can be read.
#[derive(Debug, Default)]
pub(super) struct TextCollector {
    found: Vec<FoundText>,
}

/// A document whose text may belong to the generation.
#[derive(Clone, Copy, Debug)]
struct FoundText {
    /// The index of its item.
    item: usize,
    /// How much of the text its own licence allows to show; `None` if it has none.
    own: Option<Shown>,
}

impl TextCollector {
    /// Adds the document of `item`, which is number `at`. `own` is how much of the text its own licence allows to show.
    pub fn document(&mut self, at: usize, item: &WantedItem, own: Option<Shown>) {
        if reading::has_text(&item.format) {
            self.found.push(FoundText { item: at, own });
        }
    }

    /// Writes the texts that may be shown in full into the folder `building`. `shown_of` returns how much of a source's
    /// texts its licence allows to show. `previous` is the folder of the previous generation, if it is intact. Reads
    /// from `store` only the documents that are new or changed.
    pub fn write(
        self,
        items: &[WantedItem],
        shown_of: impl Fn(&str) -> Option<Shown>,
        store: &Store,
        building: &Path,
        previous: Option<&Path>,
    ) -> anyhow::Result<()> {
        let may_be_shown = |found: &FoundText| {
            let source = shown_of(&items[found.item].source.id.0);
            Rights::Licence { own: found.own, source }.shown() == Shown::Full
        };
        let found = self.found.into_iter().filter(may_be_shown);
        let wanted = found.map(|found| wanted(found.item, &items[found.item])).collect();
        texts::write(building, wanted, previous, |at| {
            let item = &items[at];
            let bytes = store.blob(&item.blob)?;
            Ok(bytes.and_then(|bytes| reading::of_file(&item.format, &bytes)))
        })
    }
}

fn wanted(at: usize, item: &WantedItem) -> WantedText {
    let mut hash = blake3::Hasher::new();
    hash.update(item.blob.0.as_bytes()).update(b"\0").update(item.format.as_bytes());
    for version in [extract::VERSION, reading::VERSION, u32::from(item.is_stored)] {
        hash.update(&version.to_le_bytes());
    }
    WantedText {
        key: document_key(&item.source.id.0, &item.path),
        identity: first_u64(&hash.finalize()),
        item: at,
    }
}
