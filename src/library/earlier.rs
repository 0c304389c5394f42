//! Finds the section that replaces a section of an earlier generation, by the id of the earlier section.

use std::path::Path;
use std::sync::OnceLock;

use crate::generation::earlier::{EarlierDocument, EarlierSection, EarlierSections};
use crate::search::SectionId;

/// The target of the id of an earlier section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EarlierId {
    /// The current section that replaces the earlier section.
    Section(SectionId),
    /// No current section replaces it, because the document of the earlier section is no longer in this source.
    Removed { source: String },
}

/// The ids of the sections of earlier generations. The first lookup reads them from a file. Takes 32 bytes of memory
/// for each id.
#[derive(Default)]
pub(super) struct EarlierIds(OnceLock<IdTable>);

/// The ids of earlier sections, sorted, and their sources.
struct IdTable {
    ids: Vec<IdRow>,
    sources: Vec<String>,
}

struct IdRow {
    id: u64,
    target: Option<u64>,
    /// The index of the section's source in `IdTable::sources`.
    source: u32,
}

impl IdTable {
    fn of(earlier: EarlierSections) -> IdTable {
        let mut table = IdTable { ids: Vec::new(), sources: Vec::new() };
        for EarlierDocument { source, sections, .. } in earlier.documents {
            let source = table.source(source);
            let row = |section: EarlierSection| IdRow {
                id: section.id,
                target: Some(section.target),
                source,
            };
            table.ids.extend(sections.into_iter().map(row));
        }
        for (source, removed) in earlier.removed {
            let source = table.source(source);
            let row = |id| IdRow { id, target: None, source };
            table.ids.extend(removed.iter().map(|removed| row(removed.id)));
        }
        table.ids.sort_unstable_by_key(|row| row.id);
        table
    }

    /// The index of `source`, which is added unless it is the last source in the list. All documents of a source follow
    /// each other. So the list names a source at most twice: for its documents, and for its removed sections.
    fn source(&mut self, source: String) -> u32 {
        if self.sources.last() != Some(&source) {
            self.sources.push(source);
        }
        u32::try_from(self.sources.len()).unwrap_or(u32::MAX) - 1
    }

    fn find(&self, id: SectionId) -> Option<EarlierId> {
        let at = self.ids.binary_search_by_key(&id.0, |row| row.id).ok()?;
        let row = self.ids.get(at)?;
        Some(match row.target {
            Some(target) => EarlierId::Section(SectionId(target)),
            None => EarlierId::Removed { source: self.sources.get(row.source as usize)?.clone() },
        })
    }
}

impl EarlierIds {
    /// The target of the earlier section `id` in the generation in `folder`; `None` as in `Library::earlier`.
    pub fn find(&self, folder: &Path, id: SectionId) -> Option<EarlierId> {
        if let Some(table) = self.0.get() {
            return table.find(id);
        }
        match EarlierSections::read(folder) {
            Ok(earlier) => self.0.get_or_init(|| IdTable::of(earlier)).find(id),
            Err(error) => {
                tracing::warn!("the ids of earlier sections can't be read: {error}");
                None
            }
        }
    }
}
