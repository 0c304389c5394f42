//! Finds the current sections of one document to which the ids of its earlier sections lead.

use std::collections::HashMap;

use super::super::nearest::{DocumentText, nearest};
use crate::generation::contents::ContentsEntry;
use crate::generation::earlier::EarlierSection;
use crate::search::SectionLocation;

/// A document in the previous and in the new generation.
#[derive(Clone, Copy)]
pub(super) struct DocumentPair<'a> {
    pub old: &'a ContentsEntry,
    pub new: &'a ContentsEntry,
}

impl DocumentPair<'_> {
    fn text(&self) -> DocumentText {
        match self.old.blob == self.new.blob {
            true => DocumentText::Same,
            false => DocumentText::Edited,
        }
    }

    /// Whether earlier sections may lead to other sections than before, or have other addresses.
    pub fn is_changed(&self) -> bool {
        self.text() == DocumentText::Edited || !self.old.ids().eq(self.new.ids())
    }
}

/// A document that changed, with its current sections in their order.
pub(super) struct ChangedDocument {
    text: DocumentText,
    candidates: Vec<SectionLocation>,
    /// For each section of the previous generation, by id: the hash of its text.
    old: HashMap<u64, u64>,
    /// The current section with each text, by the text's hash; `None` if several sections have the same text.
    with_text: HashMap<u64, Option<u64>>,
}

impl ChangedDocument {
    pub fn new(pair: DocumentPair, candidates: Vec<SectionLocation>) -> ChangedDocument {
        let mut with_text: HashMap<u64, Option<u64>> = HashMap::new();
        for (id, hash) in &pair.new.sections {
            with_text.entry(*hash).and_modify(|known| *known = None).or_insert(Some(*id));
        }
        let old = pair.old.sections.iter().copied().collect();
        ChangedDocument { text: pair.text(), candidates, old, with_text }
    }

    /// Sets the target of each of `sections`, and the address if the text was edited.
    pub fn lead(&self, sections: &mut [EarlierSection]) {
        let mut successors = HashMap::new();
        for section in sections.iter_mut().filter(|section| section.target == section.id) {
            let found = self.with_same_text(section.id).or_else(|| self.nearest(section));
            self.set(section, found);
            successors.insert(section.id, section.target);
        }
        for section in sections.iter_mut().filter(|section| !successors.contains_key(&section.id)) {
            let found = match self.text {
                DocumentText::Same => self.nearest(section),
                DocumentText::Edited => self.after_edit(section, &successors),
            };
            self.set(section, found);
        }
    }

    /// Finds the current section for `section` after an edit. `section` already had a target in the previous
    /// generation. Returns the first of these sections that exists:
    ///
    /// - the previous target, if it is still current; it was found before the edit, while the lines of `section` were
    ///   valid
    /// - the nearest section, if its headings contain the last heading of `section`
    /// - the successor of the previous target
    /// - the nearest section
    ///
    /// `successors` maps sections of the previous generation to their current sections.
    fn after_edit(
        &self,
        section: &EarlierSection,
        successors: &HashMap<u64, u64>,
    ) -> Option<&SectionLocation> {
        let own = section.headings.last();
        let has_own = |near: &&SectionLocation| own.is_some_and(|own| near.headings.contains(own));
        let successor = || self.section(*successors.get(&section.target)?);
        self.section(section.target)
            .or_else(|| self.nearest(section).filter(has_own))
            .or_else(successor)
            .or_else(|| self.nearest(section))
    }

    fn set(&self, section: &mut EarlierSection, found: Option<&SectionLocation>) {
        let Some(found) = found else { return };
        section.target = found.id.0;
        if self.text == DocumentText::Edited {
            section.address = found.address;
        }
    }

    fn section(&self, id: u64) -> Option<&SectionLocation> {
        self.candidates.iter().find(|candidate| candidate.id.0 == id)
    }

    /// The only current section with exactly the text that the section `id` of the previous generation had.
    fn with_same_text(&self, id: u64) -> Option<&SectionLocation> {
        let hash = self.old.get(&id)?;
        self.section(self.with_text.get(hash).copied().flatten()?)
    }

    fn nearest(&self, section: &EarlierSection) -> Option<&SectionLocation> {
        nearest(&section.headings, section.address, &self.candidates, self.text)
    }
}
