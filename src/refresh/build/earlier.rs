//! Writes `earlier.bin` of a generation: finds the current section to which the id of each earlier section leads.
//!
//! The sections of the previous generation that are not in the new one are added. Their headings and addresses come
//! from the previous search index, so this works for every format of generations that the program reads. Ids that the
//! previous generation already listed are carried over. If a document changed, the targets of all its earlier sections
//! are determined again from their own headings and addresses. So if a section was joined to another one and is
//! separate again, its old id leads to the separate section, not to the other one.

mod changed;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use anyhow::Context;

use self::changed::{ChangedDocument, DocumentPair};
use super::changes::moved;
use super::previous::PreviousGeneration;
use crate::extract::Address;
use crate::generation::checksums::SEARCH;
use crate::generation::contents::{ContentsEntry, GenerationContents};
use crate::generation::earlier::{
    EarlierDocument, EarlierSection, EarlierSections, MOST, MOST_OF_SOURCE, RemovedSection,
};
use crate::generation::manifest::{Manifest, SourceCondition};
use crate::search::{self, SectionLocation};

/// Writes `earlier.bin` into `building`, the folder of the generation with these `contents` and this `manifest`. The
/// folder must already contain the generation's search index. The first of the generations `before` that can be read is
/// the previous one.
///
/// Decodes the stored records of the sections that are gone. For each changed document with earlier sections, also
/// decodes the records of its current sections. Takes O(earlier sections × current sections) for each changed document,
/// and O(earlier sections) for each of the others.
pub(in crate::refresh) fn write(
    contents: &GenerationContents,
    before: &[PreviousGeneration],
    manifest: &Manifest,
    building: &Path,
) -> anyhow::Result<()> {
    let read = |before| match PreviousSections::read(before, contents) {
        Ok(previous) => Some(previous),
        Err(error) => {
            let folder = before.folder.display();
            tracing::warn!("the section ids of {folder} are not carried over: {error:#}");
            None
        }
    };
    let mut earlier = match before.iter().find_map(read) {
        Some(previous) => previous.carry(contents, manifest, building)?,
        None => EarlierSections::default(),
    };
    earlier.limit(MOST_OF_SOURCE, MOST);
    earlier.write(building)
}

/// The data of the previous generation about sections that are not current.
struct PreviousSections<'a> {
    contents: &'a GenerationContents,
    /// The sources whose earlier sections may differ from those of the previous generation, or that have any.
    sources: HashSet<String>,
    /// The ids of the current sections of these sources.
    current: HashSet<u64>,
    /// The sections that were no longer current in the previous generation.
    earlier: EarlierSections,
    /// The sections that were current in the previous generation and are not in the new one.
    gone: Vec<SectionLocation>,
    /// The number of the previous generation.
    number: u64,
}

/// The documents that both generations contain, by source and previous path.
type DocumentPairs<'a> = HashMap<(&'a str, &'a str), DocumentPair<'a>>;

impl<'a> PreviousSections<'a> {
    /// Reads the generation `before`. `contents` are those of the new generation.
    fn read(
        before: &'a PreviousGeneration,
        contents: &GenerationContents,
    ) -> anyhow::Result<PreviousSections<'a>> {
        let folder = &before.folder;
        let name = folder.file_name().and_then(|name| name.to_str());
        let number = name.and_then(|name| name.parse().ok()).context("its name is no number")?;
        let old = before.contents()?;
        let earlier = EarlierSections::read(folder)?;
        let sources = touched(old, contents, &earlier);
        let ids = |contents: &GenerationContents| -> HashSet<u64> {
            let entries = contents.sources.iter().filter(|(source, _)| sources.contains(*source));
            entries.flat_map(|(_, entries)| entries).flat_map(ContentsEntry::ids).collect()
        };
        let current = ids(contents);
        let gone: HashSet<u64> = ids(old).difference(&current).copied().collect();
        let gone = locations(folder, &gone)?;
        Ok(PreviousSections { contents: old, sources, current, earlier, gone, number })
    }

    /// The earlier sections of the new generation, whose contents are `contents`.
    fn carry(
        self,
        contents: &GenerationContents,
        manifest: &Manifest,
        building: &Path,
    ) -> anyhow::Result<EarlierSections> {
        let PreviousSections { contents: old, sources, current, earlier, gone, number } = self;
        let pairs = pairs(old, contents, &sources);
        let mut collected = CollectedSections::new(manifest, &pairs);
        for EarlierDocument { source, path, sections } in earlier.documents {
            for section in sections.into_iter().filter(|section| !current.contains(&section.id)) {
                collected.add(&source, &path, section);
            }
        }
        for SectionLocation { id, source, path, headings, address } in gone {
            let is_post = matches!(address, Address::Question | Address::Comment(_));
            let headings = if is_post { Vec::new() } else { headings };
            // The section's own id as the target means that the target is not known yet.
            let section =
                EarlierSection { id: id.0, headings, address, last: number, target: id.0 };
            collected.add(&source, &path, section);
        }
        for (source, removed) in earlier.removed {
            for section in removed.into_iter().filter(|section| !current.contains(&section.id)) {
                collected.remove(&source, section);
            }
        }
        collected.finish(building)
    }
}

/// The earlier sections of the new generation, while they are collected.
struct CollectedSections<'a> {
    /// The ids of the sources whose earlier sections are kept: those in the manifest that are not blocked.
    sources: HashSet<&'a str>,
    pairs: &'a DocumentPairs<'a>,
    /// The earlier sections of each document, by the source and the previous path.
    documents: BTreeMap<(String, String), Vec<EarlierSection>>,
    removed: BTreeMap<String, Vec<RemovedSection>>,
}

impl<'a> CollectedSections<'a> {
    fn new(manifest: &'a Manifest, pairs: &'a DocumentPairs<'a>) -> CollectedSections<'a> {
        let listed = manifest.sources.iter();
        let listed = listed.filter(|source| source.state != SourceCondition::Blocked);
        CollectedSections {
            sources: listed.map(|source| source.id.as_str()).collect(),
            pairs,
            documents: BTreeMap::new(),
            removed: BTreeMap::new(),
        }
    }

    /// Adds `section` of the document that was at `path` of `source`. If the document is gone, keeps only the section's
    /// id.
    fn add(&mut self, source: &str, path: &str, section: EarlierSection) {
        if !self.pairs.contains_key(&(source, path)) {
            return self.remove(source, RemovedSection { id: section.id, last: section.last });
        }
        if self.sources.contains(source) {
            let key = (source.to_owned(), path.to_owned());
            self.documents.entry(key).or_default().push(section);
        }
    }

    /// Adds a section whose document is gone.
    fn remove(&mut self, source: &str, section: RemovedSection) {
        if self.sources.contains(source) {
            self.removed.entry(source.to_owned()).or_default().push(section);
        }
    }

    /// Finds the current section to which each collected section leads. Reads the search index in `building`.
    fn finish(self, building: &Path) -> anyhow::Result<EarlierSections> {
        let CollectedSections { pairs, documents, removed, .. } = self;
        let pair_of = |(source, path): &(String, String)| pairs.get(&(&**source, &**path)).copied();
        let changed = documents.keys().filter_map(pair_of).filter(DocumentPair::is_changed);
        let wanted: HashSet<u64> = changed.flat_map(|pair| pair.new.ids()).collect();
        let found = locations(building, &wanted)?;
        let mut found: HashMap<u64, SectionLocation> =
            found.into_iter().map(|location| (location.id.0, location)).collect();
        let lead = |(key, mut sections): ((String, String), Vec<EarlierSection>)| {
            let pair = pair_of(&key)?;
            if pair.is_changed() {
                let candidates = pair.new.ids().filter_map(|id| found.remove(&id)).collect();
                ChangedDocument::new(pair, candidates).lead(&mut sections);
                // Drop sections for which no target was found. This happens only if the index lacks the document's
                // sections.
                sections.retain(|section| section.target != section.id);
            }
            Some(EarlierDocument { source: key.0, path: pair.new.path.clone(), sections })
        };
        Ok(EarlierSections { documents: documents.into_iter().filter_map(lead).collect(), removed })
    }
}

/// The ids of the sources whose documents differ in `old` and `new`, or that have sections in `earlier`.
fn touched(
    old: &GenerationContents,
    new: &GenerationContents,
    earlier: &EarlierSections,
) -> HashSet<String> {
    let sources = old.sources.keys().chain(new.sources.keys());
    let changed = sources.filter(|source| old.sources.get(*source) != new.sources.get(*source));
    let documents = earlier.documents.iter().map(|document| &document.source);
    changed.chain(documents).chain(earlier.removed.keys()).cloned().collect()
}

/// The documents of `sources` in `old` that are also in `new`, at the same path or moved, and have sections there.
fn pairs<'a>(
    old: &'a GenerationContents,
    new: &'a GenerationContents,
    sources: &HashSet<String>,
) -> DocumentPairs<'a> {
    let mut pairs = DocumentPairs::new();
    for (source, now) in new.sources.iter().filter(|(source, _)| sources.contains(*source)) {
        let Some(before) = old.sources.get(source) else { continue };
        let at_path: HashMap<&str, &ContentsEntry> =
            before.iter().map(|entry| (entry.path.as_str(), entry)).collect();
        let moved = moved(before, now);
        for new in now.iter().filter(|entry| !entry.sections.is_empty()) {
            let path = new.path.as_str();
            if let Some(old) = at_path.get(path).or_else(|| moved.get(path)) {
                pairs.insert((source, &old.path), DocumentPair { old, new });
            }
        }
    }
    pairs
}

/// The locations of the sections `ids` in the search index of the generation in `folder`. Does not open the index if
/// `ids` is empty.
fn locations(folder: &Path, ids: &HashSet<u64>) -> anyhow::Result<Vec<SectionLocation>> {
    match ids.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(search::locations(&folder.join(SEARCH), |id| ids.contains(&id.0))?),
    }
}

#[cfg(test)]
mod tests;
