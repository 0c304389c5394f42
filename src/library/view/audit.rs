//! Audits of sources, for editors of the catalogue. They are printed by commands only; the HTTP API does not have them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalogue::Shown;
use crate::generation::left_out::LeftOutGroup;
use crate::problem::Stage;

/// What the sources of a generation consist of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditView {
    pub generation: u64,
    /// Those with the most suspect sections first.
    pub sources: Vec<SourceAuditView>,
}

/// What one source consists of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceAuditView {
    pub source: String,
    pub documents: usize,
    #[serde(flatten)]
    pub total: SectionsAuditView,
    /// Sections of other sources that are folded under a section of this one.
    pub copied_by_others: usize,
    /// Sections by language code; `?` if it was not detected.
    pub languages: BTreeMap<String, usize>,
    /// Documents by format.
    pub formats: BTreeMap<String, usize>,
    /// The files that the rules leave out; `null` if they are not known.
    pub left_out: Option<Vec<LeftOutGroup>>,
    /// Its problems, grouped by their message, the most frequent first.
    pub problems: Vec<ProblemGroupView>,
    /// By folder, two levels deep, those with the most suspect sections first; empty if all sources are audited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<FolderAuditView>,
    /// The documents with the most suspect sections; empty if all sources are audited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub worst: Vec<DocumentAuditView>,
}

/// What some sections consist of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SectionsAuditView {
    pub sections: usize,
    /// Words of text, without code.
    pub words: usize,
    /// Mentions of topics per thousand words. A topic counts once in a section.
    pub topics_per_thousand_words: f64,
    /// Sections with at least one of the first eight properties in `shares`.
    pub suspect: usize,
    pub shares: SectionSharesView,
    /// Sections that are folded under a section of another source, and under one of the same source.
    pub copies: usize,
    pub own_copies: usize,
}

/// Shares of sections in percent, with one decimal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SectionSharesView {
    /// With code and hardly any text.
    pub code: f64,
    /// At least half of whose words are numbers.
    pub numbers: f64,
    /// Mostly rows of tables.
    pub rows: f64,
    /// With fewer than 15 words and no code.
    pub tiny: f64,
    pub navigation: f64,
    pub boilerplate: f64,
    pub off_topic: f64,
    /// With more than one character in eight in TeX commands.
    pub tex: f64,
    /// With at least one of the properties above.
    pub suspect: f64,
    /// Folded under a section of another source.
    pub copies: f64,
    /// Folded under a section of the same source.
    pub own_copies: f64,
}

/// What the documents of one folder consist of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FolderAuditView {
    /// A glob of the files that are counted, such as `docs/old/**`, or `*` for those in the top folder.
    pub glob: String,
    pub documents: usize,
    #[serde(flatten)]
    pub total: SectionsAuditView,
}

/// What one document consists of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DocumentAuditView {
    pub path: String,
    /// Where its first suspect section begins and its last one ends, both counted from 1.
    pub first: u32,
    pub last: u32,
    /// What `first` and `last` count.
    pub unit: PlaceUnit,
    #[serde(flatten)]
    pub total: SectionsAuditView,
}

/// What the numbers of places in a document count.
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

/// Problems with the same message, apart from its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemGroupView {
    pub stage: Stage,
    /// The message of the first of them.
    pub message: String,
    pub count: usize,
    /// The first of their paths.
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

/// A number of files and their size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FilesView {
    pub files: usize,
    pub bytes: u64,
}

/// What a repository would add to the index.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrialView {
    /// `owner/name` as GitHub writes it.
    pub repo: String,
    /// The id of the source, if the catalogue already has the repository.
    pub known_as: Option<String>,
    pub description: Option<String>,
    pub stars: Option<u64>,
    pub archived: bool,
    pub licence: Option<String>,
    pub licence_from: Option<LicenceOrigin>,
    pub shown: Shown,
    /// All files of the repository; `null` if they are too many to list.
    pub all: Option<FilesView>,
    /// The files that are indexed.
    pub taken: FilesView,
    /// Bytes of responses over the network.
    pub downloaded_bytes: u64,
    pub audit: SourceAuditView,
    /// The comparison with the open index; `null` if there is none.
    pub compared: Option<ComparedView>,
    /// The entry to paste; `null` if the catalogue already has the repository.
    pub entry: Option<String>,
}

/// Which sections of a repository an index already has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedView {
    pub generation: u64,
    /// Sections that would fold under a section of another source.
    pub duplicates: usize,
    pub duplicates_percent: f64,
    /// Sections that neither another source has nor the repository itself, earlier.
    pub added: usize,
    /// Those of them that are not suspect.
    pub added_sound: usize,
    /// The sources with the most of these duplicates.
    pub sources: Vec<DuplicatedSourceView>,
}

/// A source that already has sections of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DuplicatedSourceView {
    pub source: String,
    pub sections: usize,
}
