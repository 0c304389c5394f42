//! Counts the sections of each source, document by document.

use std::collections::{BTreeMap, HashMap};

use super::tally::{CountedSection, SectionFold, SectionTally};
use super::traits::SectionTraits;
use crate::extract::Address;
use crate::extract::words::words;
use crate::library::view::PlaceUnit;
use crate::search::{FoldedCopies, SectionId, SectionRecord};

/// The language of sections for which none was detected.
const UNKNOWN_LANGUAGE: &str = "?";

/// Which sections are folded under which source.
#[derive(Debug, Default)]
pub(super) struct AuditFolds {
    /// Of each folded section.
    folds: HashMap<SectionId, SectionFold>,
    /// By source: how many sections of other sources are folded under its sections.
    copied_by_others: HashMap<String, usize>,
}

impl AuditFolds {
    /// The folds in `copies`. `source_of` returns the source of a section that has copies.
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

/// What was counted of each source.
#[derive(Debug, Default)]
pub(super) struct AuditCollector {
    folds: AuditFolds,
    sources: BTreeMap<String, CollectedSource>,
}

/// What was counted of one source.
#[derive(Debug, Default)]
pub(super) struct CollectedSource {
    pub total: SectionTally,
    pub copied_by_others: usize,
    pub languages: BTreeMap<String, usize>,
    /// By path.
    pub documents: BTreeMap<String, CollectedDocument>,
}

/// What was counted of one document.
#[derive(Debug, Default)]
pub(super) struct CollectedDocument {
    pub total: SectionTally,
    /// Where its first suspect section begins and its last one ends.
    pub suspects: Option<(u32, u32)>,
    pub unit: PlaceUnit,
}

impl AuditCollector {
    /// Nothing yet, for an index with these folds.
    pub fn new(folds: AuditFolds) -> AuditCollector {
        AuditCollector { folds, sources: BTreeMap::new() }
    }

    /// Adds a section. The order does not matter. O(length).
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

    /// What was counted of the source `id`; nothing if no section of it was added.
    pub fn take(&mut self, id: &str) -> CollectedSource {
        let mut source = self.sources.remove(id).unwrap_or_default();
        source.copied_by_others = self.folds.copied_by_others.get(id).copied().unwrap_or(0);
        source
    }
}

/// The first and the last number of `address`, and what they count.
fn span(address: Address) -> (u32, u32, PlaceUnit) {
    match address {
        Address::Lines(first, last) => (first, last, PlaceUnit::Lines),
        Address::Cell(at) => (at, at, PlaceUnit::Cells),
        Address::Page(at) => (at, at, PlaceUnit::Pages),
        Address::Card(at) => (at, at, PlaceUnit::Cards),
        Address::Question | Address::Comment(_) => (1, 1, PlaceUnit::Posts),
    }
}
