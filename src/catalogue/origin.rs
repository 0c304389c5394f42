//! Where the files of a source come from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
