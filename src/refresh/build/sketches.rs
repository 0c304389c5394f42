//! Compares sections for near-copies. Their documents are read from the store only if they must be compared.

use std::collections::{HashMap, VecDeque};

use crate::annotate::copies::ShingleSketch;
use crate::extract::Document;
use crate::refresh::wanted::item::WantedItem;
use crate::refresh::wanted::versions::document_versions;
use crate::search::SectionId;
use crate::store::{DerivedKey, Store};

/// The sketches that are kept in memory may have this many bytes.
const MOST_BYTES: usize = 64_000_000;

/// A section of a generation under construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FoldedSection {
    pub id: SectionId,
    /// The index of its item.
    pub item: u32,
    /// Its index in the document.
    pub at: u32,
}

/// Compares sections. Keeps the sketches of the documents that were read last.
pub(super) struct SketchReader<'a> {
    items: &'a [WantedItem<'a>],
    versions: String,
    /// The sketches of the sections of documents, by the index of the item.
    known: HashMap<u32, Vec<Option<ShingleSketch>>>,
    /// The keys of `known`, the oldest first.
    order: VecDeque<u32>,
    bytes: usize,
}

impl<'a> SketchReader<'a> {
    /// A reader for the sections of `items`.
    pub fn new(items: &'a [WantedItem<'a>]) -> SketchReader<'a> {
        let versions = document_versions();
        let (known, order) = (HashMap::new(), VecDeque::new());
        SketchReader { items, versions, known, order, bytes: 0 }
    }

    /// Whether `one` and `other` are near-copies. `document` is the document of `other`, if it was read already.
    /// Otherwise the documents are read from `store`.
    pub fn are_alike(
        &mut self,
        one: FoldedSection,
        other: FoldedSection,
        document: Option<&Document>,
        store: &Store,
    ) -> anyhow::Result<bool> {
        self.drop_oldest([one.item, other.item]);
        self.read(other.item, document, store)?;
        self.read(one.item, None, store)?;
        let sketch = |of: FoldedSection| self.known.get(&of.item)?.get(of.at as usize)?.as_ref();
        Ok(sketch(one).zip(sketch(other)).is_some_and(|(one, other)| one.is_alike(other)))
    }

    /// Reads the sketches of `item`, unless they are known.
    fn read(
        &mut self,
        item: u32,
        document: Option<&Document>,
        store: &Store,
    ) -> anyhow::Result<()> {
        if self.known.contains_key(&item) {
            return Ok(());
        }
        let sketches = match (document, self.items.get(item as usize)) {
            (Some(document), _) => sketches(document),
            (None, Some(WantedItem { blob, format, .. })) => {
                let key = DerivedKey { blob, format, versions: &self.versions };
                let document = store.document(&key)?.and_then(|extracted| extracted.document);
                document.as_ref().map(sketches).unwrap_or_default()
            }
            (None, None) => Vec::new(),
        };
        self.bytes += bytes(&sketches);
        self.known.insert(item, sketches);
        self.order.push_back(item);
        Ok(())
    }

    /// Drops the sketches of the documents that were read longest ago, but not those of `needed`, until the limit is
    /// kept.
    fn drop_oldest(&mut self, needed: [u32; 2]) {
        for _ in 0..self.order.len() {
            if self.bytes <= MOST_BYTES {
                return;
            }
            let Some(oldest) = self.order.pop_front() else { return };
            if needed.contains(&oldest) {
                self.order.push_back(oldest);
            } else if let Some(sketches) = self.known.remove(&oldest) {
                self.bytes -= bytes(&sketches);
            }
        }
    }
}

fn sketches(document: &Document) -> Vec<Option<ShingleSketch>> {
    document.sections.iter().map(ShingleSketch::of).collect()
}

fn bytes(sketches: &[Option<ShingleSketch>]) -> usize {
    let of_sketch = |sketch: &Option<ShingleSketch>| {
        size_of_val(sketch) + sketch.as_ref().map_or(0, ShingleSketch::bytes)
    };
    sketches.iter().map(of_sketch).sum()
}
