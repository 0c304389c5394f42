//! Audits of sources, for editors of the catalogue. They are printed by commands only; the HTTP API does not have them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::PlaceView;
use crate::catalogue::Shown;
use crate::generation::left_out::LeftOutGroup;
use crate::problem::Stage;

/// What the sources of a generation consist of, for editors of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditView {
    pub generation: u64,
    /// The audited sources, those with the most suspect sections first.
    pub sources: Vec<SourceAuditView>,
}

/// What one source consists of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceAuditView {
    pub source: String,
    pub documents: usize,
    #[serde(flatten)]
    pub total: SectionsAuditView,
    /// The number of sections of other sources that are folded under sections of this source.
    pub copied_by_others: usize,
    /// The number of sections in each language, by language code. The code is `?` if no language was detected.
    pub languages: BTreeMap<String, usize>,
    /// The number of documents in each format.
    pub formats: BTreeMap<String, usize>,
    /// The files that the rules leave out; `null` if they are not known.
    pub left_out: Option<Vec<LeftOutGroup>>,
    /// Its problems, grouped by their message, the most frequent first.
    pub problems: Vec<ProblemGroupView>,
    /// The folders, at most two levels deep, those with the most suspect sections first. Empty if all sources are
    /// audited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<FolderAuditView>,
    /// The documents with the most suspect sections; empty if all sources are audited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub worst: Vec<DocumentAuditView>,
    /// Sections that say nearly the same as a section of another author in other words, the nearest pairs first. Empty
    /// if all sources are audited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restated: Vec<RestatedView>,
}

/// A section of the audited source, and a section of another author that says nearly the same in other words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RestatedView {
    /// The cosine of the angle between their vectors, rounded to three decimals: 1 for the same meaning.
    pub cosine: f64,
    pub section: RestatedPlaceView,
    pub other: RestatedPlaceView,
}

/// One of the sections of a [`RestatedView`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RestatedPlaceView {
    pub source: String,
    pub path: String,
    #[serde(flatten)]
    pub place: PlaceView,
    pub headings: Vec<String>,
}

/// The counts and shares of a set of sections.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SectionsAuditView {
    pub sections: usize,
    /// The number of words of text, without code.
    pub words: usize,
    /// The number of topics that are mentioned, per thousand words. A topic counts once for each section that mentions
    /// it.
    pub topics_per_thousand_words: f64,
    /// The number of sections with at least one of the first eight properties in `shares`.
    pub suspect: usize,
    pub shares: SectionSharesView,
    /// The number of sections that are folded under a section of another source.
    pub copies: usize,
    /// The number of sections that are folded under another section of the same source.
    pub own_copies: usize,
}

/// For each property: the share of sections that have it, in percent, with one decimal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SectionSharesView {
    /// Sections that have code and hardly any text.
    pub code: f64,
    /// Sections in which at least half of the words are numbers.
    pub numbers: f64,
    /// Sections in which more than half of the lines are rows of a table.
    pub rows: f64,
    /// Sections that have fewer than 15 words and no code.
    pub tiny: f64,
    pub navigation: f64,
    pub boilerplate: f64,
    pub off_topic: f64,
    /// Sections in which more than one in eight characters belongs to TeX.
    pub tex: f64,
    /// Sections that have at least one of the properties above.
    pub suspect: f64,
    /// Sections that are folded under a section of another source.
    pub copies: f64,
    /// Sections that are folded under another section of the same source.
    pub own_copies: f64,
}

/// What the documents of one folder consist of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FolderAuditView {
    /// A glob that matches the counted files, such as `docs/old/**`, or `*` for the files in the top folder.
    pub glob: String,
    pub documents: usize,
    #[serde(flatten)]
    pub total: SectionsAuditView,
}

/// What one document consists of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DocumentAuditView {
    pub path: String,
    /// Where its first suspect section begins, in `unit`, counted from 1.
    pub first: u32,
    /// Where its last suspect section ends, in `unit`, counted from 1.
    pub last: u32,
    /// The unit of `first` and `last`.
    pub unit: PlaceUnit,
    #[serde(flatten)]
    pub total: SectionsAuditView,
}

/// The unit of the numbers of positions in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceUnit {
    #[default]
    Lines,
    Cells,
    Pages,
    Cards,
    Posts,
}

impl PlaceUnit {
    /// Its name in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            PlaceUnit::Lines => "lines",
            PlaceUnit::Cells => "cells",
            PlaceUnit::Pages => "pages",
            PlaceUnit::Cards => "cards",
            PlaceUnit::Posts => "posts",
        }
    }
}

/// Problems of one stage whose messages differ only in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemGroupView {
    pub stage: Stage,
    /// The message of the first of these problems.
    pub message: String,
    pub count: usize,
    /// The first paths of these problems; at most three.
    pub examples: Vec<String>,
}

/// Where the licence of a source is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenceOrigin {
    /// The entry of the catalogue.
    Entry,
    /// The LICENSE file.
    File,
    /// GitHub's metadata.
    GitHub,
}

/// The number of files, and their size in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FilesView {
    pub files: usize,
    pub bytes: u64,
}

/// What a repository would add to the index.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrialView {
    /// `owner/name` as GitHub spells it.
    pub repo: String,
    /// The id of the source, if the catalogue already has the repository.
    pub known_as: Option<String>,
    pub description: Option<String>,
    pub stars: Option<u64>,
    pub archived: bool,
    pub licence: Option<String>,
    pub licence_from: Option<LicenceOrigin>,
    pub shown: Shown,
    /// The number and size of all files of the repository; `null` if they are too many to list.
    pub all: Option<FilesView>,
    /// The number and size of the files that are indexed.
    pub taken: FilesView,
    /// The number of bytes that were received over the network.
    pub downloaded_bytes: u64,
    pub audit: SourceAuditView,
    /// The comparison with the user's index; `null` if there is no index, or if it can't be opened.
    pub compared: Option<ComparedView>,
    /// The entry to paste; `null` if the catalogue already has the repository.
    pub entry: Option<String>,
}

/// Which sections of a repository an index already has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedView {
    pub generation: u64,
    /// The number of sections that would be folded under a section of another source.
    pub duplicates: usize,
    pub duplicates_percent: f64,
    /// The number of sections of the repository that are copies neither of a section of another source nor of a section
    /// that precedes them in the repository.
    pub added: usize,
    /// The number of these added sections that are not suspect.
    pub added_sound: usize,
    /// The sources that have the most of the duplicates, at most five.
    pub sources: Vec<DuplicatedSourceView>,
}

/// A source that already has sections of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DuplicatedSourceView {
    pub source: String,
    pub sections: usize,
}
