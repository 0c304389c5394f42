//! Audits sources for the editors of the catalogue. An audit shows what a source consists of, how many of its sections
//! are poor search results, which folders and documents contain these sections, and which files are left out. Editors
//! use it to write `include` and `exclude`.
//!
//! An audit of a source reads only the open generation. [`traits`] finds the properties of one section, [`tally`]
//! counts them, and [`collect`] counts them for each source and document. [`restated`] finds sections that say the same as
//! others in other words. [`trial`] audits a repository that is not in the catalogue yet, and [`compare`] compares it with
//! an index.

mod collect;
mod compare;
mod restated;
mod tally;
mod traits;
mod trial;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Library;
use super::documents::SectionMarkdown;
use super::view::{
    AuditView, DocumentAuditView, FolderAuditView, ProblemGroupView, SourceAuditView,
};
use crate::catalogue::selection::format_of;
use crate::catalogue::similar_ids;
use crate::crawl::github::name::ThreadName;
use crate::generation::manifest::SourceState;
use crate::problem::Problem;
use crate::search::SearchError;
use collect::{AuditCollector, AuditFolds, CollectedDocument, CollectedSource};
use tally::SectionTally;
pub use trial::{TrialRequest, try_source};

/// The maximum number of documents that an audit of one source names.
const MOST_DOCUMENTS: usize = 10;
/// The maximum number of folders that an audit of one source names.
const MOST_FOLDERS: usize = 40;
/// The maximum number of paths that a group of problems names.
const MOST_EXAMPLES: usize = 3;

impl Library {
    /// Audits the source with the id `only` (case-insensitive), including its folders and documents. If `only` is
    /// `None`, audits all sources, without their folders and documents. Returns `None` if no source has the id `only`.
    ///
    /// Reads every section of the index, which takes seconds for a large index. Keeps the counts of each document in
    /// memory. The audit of one source also compares each of its sections with all others by meaning, about 0.3 ms each
    /// at 50,000 sections.
    pub fn audit(&self, only: Option<&str>) -> Result<Option<AuditView>, SearchError> {
        let one = match only.map(|id| self.manifest.source(id)) {
            Some(None) => return Ok(None),
            one => one.flatten(),
        };
        let searcher = &self.searcher;
        let source_of = |id| Ok(searcher.section(id)?.map(|section| section.source));
        let folds = AuditFolds::of::<SearchError>(searcher.copies(), source_of)?;
        let mut collected = AuditCollector::new(folds);
        let mut markdown = SectionMarkdown::new(self);
        searcher.each_with_copies(|id, mut section| {
            if one.is_none_or(|one| one.id == section.source) {
                section.markup = markdown.of(&section);
                collected.add(id, &section);
            }
        })?;
        let states = self.manifest.sources.iter();
        let states = states.filter(|state| one.is_none_or(|one| one.id == state.id));
        let mut sources: Vec<SourceAuditView> = states
            .map(|state| {
                let collected = collected.take(&state.id);
                match one {
                    Some(_) => detailed(state, collected),
                    None => overview(state, &collected),
                }
            })
            .collect();
        for source in sources.iter_mut().filter(|_| one.is_some()) {
            source.restated = restated::restated(self, &source.source)?;
        }
        sources.sort_by_key(|source| Reverse(source.total.suspect));
        Ok(Some(AuditView { generation: self.manifest.generation, sources }))
    }

    /// The ids of sources that `name` may mean, as [`similar_ids`] finds them.
    pub fn sources_like(&self, name: &str) -> Vec<&str> {
        similar_ids(name, self.manifest.sources.iter().map(|source| &*source.id))
    }
}

/// The audit of a source without its folders and documents.
fn overview(state: &SourceState, collected: &CollectedSource) -> SourceAuditView {
    let mut formats: BTreeMap<String, usize> = BTreeMap::new();
    for path in collected.documents.keys() {
        *formats.entry(format(path)).or_default() += 1;
    }
    SourceAuditView {
        source: state.id.clone(),
        documents: state.documents,
        total: collected.total.view(),
        copied_by_others: collected.copied_by_others,
        languages: collected.languages.clone(),
        formats,
        left_out: state.left_out.clone(),
        problems: grouped(&state.problems),
        folders: Vec::new(),
        worst: Vec::new(),
        restated: Vec::new(),
    }
}

/// The audit of a source with its folders and documents.
fn detailed(state: &SourceState, collected: CollectedSource) -> SourceAuditView {
    let view = overview(state, &collected);
    let folders = folders(&collected.documents);
    SourceAuditView { folders, worst: worst(collected.documents), ..view }
}

fn format(path: &str) -> String {
    if ThreadName::parse(path).is_some() { "thread".to_owned() } else { format_of(path) }
}

/// The folders that contain `documents`, those with the most suspect sections first; at most `MOST_FOLDERS`.
fn folders(documents: &BTreeMap<String, CollectedDocument>) -> Vec<FolderAuditView> {
    let mut folders: BTreeMap<String, (usize, SectionTally)> = BTreeMap::new();
    for (path, document) in documents {
        let (number, total) = folders.entry(folder_glob(path)).or_default();
        *number += 1;
        *total += document.total;
    }
    let view = |(glob, (documents, total)): (String, (usize, SectionTally))| FolderAuditView {
        glob,
        documents,
        total: total.view(),
    };
    let mut folders: Vec<FolderAuditView> = folders.into_iter().map(view).collect();
    folders.sort_by_key(|folder| Reverse((folder.total.suspect, folder.total.sections)));
    folders.truncate(MOST_FOLDERS);
    folders
}

/// The glob of the group of files in which `path` is counted. The files at the top level are one group. For each
/// top-level folder, the files directly in it are one group. All other files are grouped by the first two folders of
/// their paths.
fn folder_glob(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        [] | [_] => "*".to_owned(),
        [first, _] => format!("{first}/*"),
        [first, second, ..] => format!("{first}/{second}/**"),
    }
}

/// The documents with suspect sections, those with the most first; at most `MOST_DOCUMENTS`.
fn worst(documents: BTreeMap<String, CollectedDocument>) -> Vec<DocumentAuditView> {
    let view = |(path, document): (String, CollectedDocument)| {
        let (first, last) = document.suspects?;
        let total = document.total.view();
        Some(DocumentAuditView { path, first, last, unit: document.unit, total })
    };
    let mut worst: Vec<DocumentAuditView> = documents.into_iter().filter_map(view).collect();
    worst.sort_by_key(|document| Reverse((document.total.suspect, document.total.sections)));
    worst.truncate(MOST_DOCUMENTS);
    worst
}

/// Groups `problems` that have the same stage, and messages that differ only in digits. The largest groups come first.
fn grouped(problems: &[Problem]) -> Vec<ProblemGroupView> {
    let mut groups: Vec<(String, ProblemGroupView)> = Vec::new();
    for Problem { stage, path, message, .. } in problems {
        let key = message.replace(|c: char| c.is_ascii_digit(), "");
        let known = groups.iter().position(|(own, group)| *own == key && group.stage == *stage);
        let at = known.unwrap_or_else(|| {
            let (message, examples) = (message.clone(), Vec::new());
            groups.push((key, ProblemGroupView { stage: *stage, message, count: 0, examples }));
            groups.len() - 1
        });
        let group = &mut groups[at].1;
        group.count += 1;
        let room = MOST_EXAMPLES.saturating_sub(group.examples.len());
        group.examples.extend(path.iter().take(room).cloned());
    }
    groups.sort_by_key(|(_, group)| Reverse(group.count));
    groups.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests;
