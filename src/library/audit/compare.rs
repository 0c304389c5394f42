//! Compares the sections of a repository with those of an index: which of them are copies, and of which source.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::convert::Infallible;

use super::tally::percent;
use super::traits::SectionTraits;
use crate::annotate::copies::{
    BandKeys, CopyFold, Representative, ShingleSketch, fingerprint, signature,
};
use crate::extract::Section;
use crate::library::Library;
use crate::library::view::{ComparedView, DuplicatedSourceView};
use crate::search::{SearchError, SectionId, SectionRecord};

/// The maximum number of sources that a comparison names.
const MOST_SOURCES: usize = 5;
/// The number of the compared repository. It differs from the numbers of all sources of the index.
const OWN: u32 = u32::MAX;

/// Identifies a section that was added to a `SectionComparer`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct ComparedSection {
    /// The number of its source: the source's index in the list of sources, or `OWN`.
    source: u32,
    /// Its number in the order in which sections were added, counted from 1.
    number: u32,
}

/// Compares the sections of `trial`, an index with one source, with the sections of `index`, except those of the source
/// `known_as`. Copies are found as in a refresh, except that sections of fewer than eight words are never copies.
///
/// Reads both indexes completely. For each section, a sketch of about 400 bytes is kept in memory.
pub(super) fn compare(
    trial: &Library,
    index: &Library,
    known_as: Option<&str>,
) -> Result<ComparedView, SearchError> {
    let mut fold = SectionComparer::default();
    let mut sources: Vec<String> = Vec::new();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut add = |_: SectionId, section: SectionRecord| {
        if known_as != Some(&*section.source) {
            let number = *numbers.entry(section.source.clone()).or_insert_with(|| {
                sources.push(section.source.clone());
                u32::try_from(sources.len() - 1).unwrap_or(OWN - 1)
            });
            fold.representative(number, section);
        }
    };
    index.searcher.each(&mut add)?;
    if known_as.is_some() {
        // If copies in other sources are folded under a section of the omitted source, they are needed too. This second
        // pass adds them. It also reads all other sections again, but they are copies of sections that were added
        // before.
        index.searcher.each_with_copies(&mut add)?;
    }
    let (mut all, mut added, mut sound) = (0, 0, 0);
    let mut duplicates = vec![0; sources.len()];
    trial.searcher.each_with_copies(|_, section| {
        all += 1;
        let is_suspect = SectionTraits::of(&section).is_suspect();
        match fold.representative(OWN, section) {
            Some(first) if first.source == OWN => {}
            Some(first) => duplicates[first.source as usize] += 1,
            None => {
                added += 1;
                sound += usize::from(!is_suspect);
            }
        }
    })?;
    let of_sources = sources.into_iter().zip(&duplicates).filter(|(_, sections)| **sections > 0);
    let mut of_sources: Vec<DuplicatedSourceView> = of_sources
        .map(|(source, sections)| DuplicatedSourceView { source, sections: *sections })
        .collect();
    of_sources.sort_by_key(|source| Reverse(source.sections));
    of_sources.truncate(MOST_SOURCES);
    let duplicates = duplicates.iter().sum();
    Ok(ComparedView {
        generation: index.manifest.generation,
        duplicates,
        duplicates_percent: percent(duplicates, all),
        added,
        added_sound: sound,
        sources: of_sources,
    })
}

/// Finds copies among the sections that are added to it.
#[derive(Default)]
struct SectionComparer {
    fold: CopyFold<ComparedSection>,
    number: u32,
    /// The sketches of the sections that are not copies, by their numbers.
    sketches: HashMap<u32, ShingleSketch>,
}

impl SectionComparer {
    /// Adds `section` of the source with the number `source`. Returns the earlier section that it is a copy of; `None`
    /// if it is not a copy.
    fn representative(&mut self, source: u32, section: SectionRecord) -> Option<ComparedSection> {
        let section = extracted(section);
        let fingerprint = fingerprint(&section)?;
        self.number += 1;
        let own = ComparedSection { source, number: self.number };
        let signature = signature(&section);
        let sketch = signature.as_ref().and_then(|_| ShingleSketch::of(&section));
        let is_alike = |one: ComparedSection, _| -> Result<bool, Infallible> {
            let known = self.sketches.get(&one.number).zip(sketch.as_ref());
            Ok(known.is_some_and(|(one, own)| one.is_alike(own)))
        };
        let bands = signature.as_ref().map(BandKeys::of);
        let found = self.fold.representative(fingerprint, bands.as_ref(), own, &mut None, is_alike);
        let Ok(Representative { section: found, .. }) = found;
        if found == own {
            self.sketches.extend(sketch.map(|sketch| (own.number, sketch)));
        }
        (found != own).then_some(found)
    }
}

/// The extracted section of `record`. Fields that do not matter for finding copies are left empty.
fn extracted(record: SectionRecord) -> Section {
    Section {
        headings: record.headings,
        anchor: None,
        address: record.address,
        text: record.text,
        code: record.code,
        links: Vec::new(),
        formulas: Vec::new(),
        tags: Vec::new(),
        inner: 0,
        ordinal: 0,
        chunk: 0,
        posted: record.posted,
    }
}
