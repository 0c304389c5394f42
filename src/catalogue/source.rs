//! The sources of the catalogue and their ids.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ThreadSelection, Visibility};
use crate::problem::Fault;

/// The catalogue's name for a source. It stays the same if the repository is renamed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(pub String);

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The place that a source's files come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A repository on GitHub, or on the configured GitHub Enterprise server.
    GitHub { owner: String, name: String },
    /// A tar.gz file at any URL.
    Archive { url: String },
    /// A folder: an absolute path, or a path below the sources folder.
    Folder { path: String },
}

impl Origin {
    /// The kind of the origin, without its location.
    pub fn kind(&self) -> OriginKind {
        match self {
            Origin::GitHub { .. } => OriginKind::GitHub,
            Origin::Archive { .. } => OriginKind::Archive,
            Origin::Folder { .. } => OriginKind::Folder,
        }
    }

    /// `owner/name` of a repository on GitHub; `None` for other origins.
    pub fn repository(&self) -> Option<String> {
        match self {
            Origin::GitHub { owner, name } => Some(format!("{owner}/{name}")),
            Origin::Archive { .. } | Origin::Folder { .. } => None,
        }
    }
}

/// The list that an entry belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceList {
    /// A catalogue on disk, which the user may edit.
    Own,
    /// The list inside the program.
    Builtin,
}

/// Whether the catalogue's editor still recommends a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceStanding {
    #[default]
    Current,
    /// The source is outdated, abandoned or thin. It is still indexed, but ranked lower.
    Stale,
}

/// The kind of a source's [`Origin`], for manifests and API responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OriginKind {
    GitHub,
    Archive,
    Folder,
}

/// One entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub id: SourceId,
    pub origin: Origin,
    /// Globs of the paths inside the source that are indexed. If empty, all files of the policy's formats are.
    pub include: Vec<String>,
    /// Globs of the paths inside the source that are not indexed.
    pub exclude: Vec<String>,
    /// The id of the original source, if this source is a fork. Texts that the fork copies are grouped under the
    /// original.
    pub fork_of: Option<SourceId>,
    pub visibility: Visibility,
    /// The SPDX id of the source's licence, if the entry has one. It overrides the licence in the LICENSE file.
    pub licence: Option<String>,
    /// The language of the source's text (ISO 639-1), if the entry sets it. An entry sets it if detection would be
    /// wrong.
    pub language: Option<String>,
    /// Which of the repository's discussions and issues are also read.
    pub threads: ThreadSelection,
    /// The name of the source's author, in the form that people search for.
    pub author: Option<String>,
    pub standing: SourceStanding,
    /// One line on why the source is in the catalogue.
    pub why: String,
    pub list: SourceList,
    /// The number of the line on which the entry begins, for messages.
    pub line: usize,
    /// The line number of the entry's `repo`, for messages; that of the entry if it has no `repo`.
    pub repo_line: usize,
}

/// All sources, in the order of the file. The sources of the list inside the program come last.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub sources: Vec<Source>,
    /// A fault for each id in `without` that the list inside the program does not have. The catalogue is valid in spite
    /// of these faults.
    pub unknown: Vec<Fault>,
}

impl Catalogue {
    /// The source `id` (case-insensitive). O(sources).
    pub fn get(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id.0.eq_ignore_ascii_case(id))
    }
}
