//! The sources of the catalogue and their ids.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Threads, Visibility};

/// The catalogue's name for a source; never changed by what GitHub does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(pub String);

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a source's files come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A repository on GitHub, or on the GitHub Enterprise that the settings name.
    GitHub { owner: String, name: String },
    /// A tar.gz at any address.
    Archive { url: String },
    /// A folder: absolute, or below the sources folder.
    Folder { path: String },
}

impl Origin {
    /// What the files come from, without where that is.
    pub fn kind(&self) -> OriginKind {
        match self {
            Origin::GitHub { .. } => OriginKind::GitHub,
            Origin::Archive { .. } => OriginKind::Archive,
            Origin::Folder { .. } => OriginKind::Folder,
        }
    }
}

/// What a source's files come from: [`Origin`] as manifests and API responses name it.
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
    /// Globs over paths inside the source; empty means the policy's formats.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// The source of which this one is a fork: its copies fold under the original.
    pub fork_of: Option<SourceId>,
    pub visibility: Visibility,
    /// An SPDX id that overrides what the LICENSE file says.
    pub licence: Option<String>,
    /// The language of its text (ISO 639-1), where detection would guess wrong.
    pub language: Option<String>,
    /// Which of its discussions and issues are read, too.
    pub threads: Threads,
    /// Who wrote it, as people search for it.
    pub author: Option<String>,
    /// One line on why it is here.
    pub why: String,
    /// The entry's line in the file, and that of its `repo`, for messages.
    pub line: usize,
    pub repo_line: usize,
}

/// All sources, in the file's order.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub sources: Vec<Source>,
}

impl Catalogue {
    /// The source named `id`, in any case of letters. O(sources).
    pub fn get(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id.0.eq_ignore_ascii_case(id))
    }
}

/// The owner and the name in `owner/name`, if `text` is that.
///
/// ```
/// use cairn::catalogue::repository;
/// assert_eq!(repository("ann/notes"), Some(("ann", "notes")));
/// assert_eq!(repository("ann/notes/issues"), None);
/// ```
pub fn repository(text: &str) -> Option<(&str, &str)> {
    let (owner, name) = text.split_once('/')?;
    (is_github_name(owner) && is_github_name(name)).then_some((owner, name))
}

/// GitHub's own rule for owners and repositories: letters, digits, `-`, `_` and `.`.
pub(crate) fn is_github_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}
