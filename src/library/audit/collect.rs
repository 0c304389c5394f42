//! Counts the sections of each source, document by document.

use std::collections::{BTreeMap, HashMap};

use super::tally::{CountedSection, SectionFold, SectionTally};
use super::traits::SectionTraits;
use crate::extract::Address;
use crate::extract::words::words;
use crate::library::view::PlaceUnit;
use crate::search::{FoldedCopies, SectionId, SectionRecord};

/// The placeholder for the language of a section if no language was detected.
const UNKNOWN_LANGUAGE: &str = "?";

/// How sections are folded under other sections as their copies.
#[derive(Debug, Default)]
pub(super) struct AuditFolds {
    /// How each folded section is folded. Other sections have no entry.
    folds: HashMap<SectionId, SectionFold>,
    /// For each source: the number of sections of other sources that are folded under its sections.
    copied_by_others: HashMap<String, usize>,
}

impl AuditFolds {
    /// Collects the folds in `copies`. `source_of` returns the source of a section that has copies. If it returns
    /// `None`, the copies of that section are skipped.
    pub fn of<E>(
        copies: &FoldedCopies,
        source_of: impl Fn(SectionId) -> Result<Option<String>, E>,
    ) -> Result<AuditFolds, E> {
        let mut found = AuditFolds::default();
        for (representative, places) in &copies.by_representative {
            let Some(source) = source_of(*representative)? else { continue };
            for place in places {
                let is_own = place.source == source;
                let fold = if is_own {
                    SectionFold::UnderOwnSource
                } else {
                    SectionFold::UnderOtherSource
                };
                found.folds.insert(place.id, fold);
                if !is_own {
                    *found.copied_by_others.entry(source.clone()).or_default() += 1;
                }
            }
        }
        Ok(found)
    }

    fn fold_of(&self, id: SectionId) -> SectionFold {
        self.folds.get(&id).copied().unwrap_or(SectionFold::No)
    }
}

/// Counts the sections of each source.
#[derive(Debug, Default)]
pub(super) struct AuditCollector {
    folds: AuditFolds,
    sources: BTreeMap<String, CollectedSource>,
}

/// The counts of one source.
#[derive(Debug, Default)]
pub(super) struct CollectedSource {
    pub total: SectionTally,
    pub copied_by_others: usize,
    pub languages: BTreeMap<String, usize>,
    /// The counts of each document, by its path.
    pub documents: BTreeMap<String, CollectedDocument>,
}

/// The counts of one document.
#[derive(Debug, Default)]
pub(super) struct CollectedDocument {
    pub total: SectionTally,
    /// The numbers, in `unit`, at which its first suspect section begins and its last one ends; `None` if it has no
    /// suspect section.
    pub suspects: Option<(u32, u32)>,
    pub unit: PlaceUnit,
}

impl AuditCollector {
    /// A collector without counts, for an index with these `folds`.
    pub fn new(folds: AuditFolds) -> AuditCollector {
        AuditCollector { folds, sources: BTreeMap::new() }
    }

    /// Adds a section. Sections may be added in any order. O(length of the section).
    pub fn add(&mut self, id: SectionId, section: &SectionRecord) {
        let traits = SectionTraits::of(section);
        let (words, mentions) = (words(&section.text), section.mentions.len());
        let (counted, fold) = (CountedSection { traits, words, mentions }, self.folds.fold_of(id));
        let source = self.sources.entry(section.source.clone()).or_default();
        source.total.add(&counted, fold);
        let language = section.language.as_deref().unwrap_or(UNKNOWN_LANGUAGE);
        *source.languages.entry(language.to_owned()).or_default() += 1;
        let document = source.documents.entry(section.path.clone()).or_default();
        document.total.add(&counted, fold);
        let (first, last, unit) = span(section.address);
        document.unit = unit;
        if traits.is_suspect() {
            let (from, to) = document.suspects.unwrap_or((first, last));
            document.suspects = Some((from.min(first), to.max(last)));
        }
    }

    /// Removes and returns the counts of the source `id`. If no section of it was added, only `copied_by_others` may
    /// exceed 0.
    pub fn take(&mut self, id: &str) -> CollectedSource {
        let mut source = self.sources.remove(id).unwrap_or_default();
        source.copied_by_others = self.folds.copied_by_others.get(id).copied().unwrap_or(0);
        source
    }
}

/// The first and the last number of `address`, and their unit. Posts of threads have no numbers and get 1.
fn span(address: Address) -> (u32, u32, PlaceUnit) {
    match address {
        Address::Lines(first, last) => (first, last, PlaceUnit::Lines),
        Address::Cell(at) => (at, at, PlaceUnit::Cells),
        Address::Page(at) => (at, at, PlaceUnit::Pages),
        Address::Card(at) => (at, at, PlaceUnit::Cards),
        Address::Question | Address::Comment(_) => (1, 1, PlaceUnit::Posts),
    }
}
