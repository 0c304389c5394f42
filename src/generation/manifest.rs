//! `manifest.json`: the contents of a generation, source by source, and its files with their checksums.
//!
//! The manifest's own checksum is the hash of its text with the digits of that checksum set to zero.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checksums::FileMarks;
use super::damage::IndexDamage;
use super::format::{FORMAT, OLDEST};
use super::left_out::LeftOutGroup;
use crate::catalogue::OriginKind;
use crate::catalogue::names::SourceNames;
use crate::catalogue::voice::VoiceSource;
use crate::catalogue::{Shown, Voices};
use crate::disk;
use crate::printable::time;
use crate::problem::Problem;

/// The placeholder for the manifest's own checksum while the checksum is computed.
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The manifest of a generation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The program's version.
    pub program: String,
    pub generation: u64,
    /// When the generation was built, in RFC 3339 format.
    pub built_at: String,
    /// A hash of everything that shapes the generation. If two fingerprints are equal, readers see no difference.
    pub fingerprint: String,
    #[serde(flatten)]
    pub counts: GenerationCounts,
    /// The maximum length of an excerpt, in characters. Excerpts are shown if the licence does not allow the full text.
    pub excerpt_chars: usize,
    pub sources: Vec<SourceState>,
    /// A hash of the list of people who opted out; empty if the list is.
    #[serde(default)]
    pub opted_out: String,
    /// The index of the OpenSearch cluster that has the sections too; `None` if no cluster is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterCopy>,
    /// Every file of the generation except the manifest.
    pub files: FileMarks,
    /// The checksum of the manifest itself.
    checksum: String,
}

/// Where an OpenSearch cluster has the sections of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterCopy {
    /// The name of the index.
    pub index: String,
    /// The index has the sections of generations from this one on. Material was withdrawn from earlier ones, or they are
    /// too old.
    pub oldest: u64,
}

/// The size of a generation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Counts")]
pub struct GenerationCounts {
    pub documents: usize,
    pub sections: usize,
    /// The number of sections that are folded under another section as its copies.
    pub copies: usize,
    pub topics: usize,
    /// The number of mentions of topics in sections that are not copies.
    pub mentions: usize,
    pub resources: usize,
    /// The size of the plain text and code, in bytes.
    pub text_bytes: u64,
    /// The size of the search index, in bytes.
    pub index_bytes: u64,
    /// The number of documents of each format.
    pub formats: BTreeMap<String, usize>,
}

/// Whether the content of a source could be fetched.
///
/// A generation never records `Failed` and `Deferred`, because they depend only on the last run. In API responses they
/// replace `New` and `Ok`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum SourceCondition {
    /// Never fetched yet.
    New,
    Ok,
    /// The last run could not fetch it; what was indexed before is kept.
    Failed,
    /// The last run deferred it to a later run, because of a limit of its host or of the run.
    Deferred,
    /// It was not found on several days in a row. Its indexed documents are kept for a while.
    Gone,
    /// GitHub blocks access to the repository, so its documents were removed from the index.
    Blocked,
}

impl SourceCondition {
    /// Every condition.
    pub const ALL: [SourceCondition; 6] = [
        SourceCondition::New,
        SourceCondition::Ok,
        SourceCondition::Failed,
        SourceCondition::Deferred,
        SourceCondition::Gone,
        SourceCondition::Blocked,
    ];

    /// Its name in JSON and on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            SourceCondition::New => "new",
            SourceCondition::Ok => "ok",
            SourceCondition::Failed => "failed",
            SourceCondition::Deferred => "deferred",
            SourceCondition::Gone => "gone",
            SourceCondition::Blocked => "blocked",
        }
    }
}

/// The state of one source in a generation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceState {
    pub id: String,
    pub kind: OriginKind,
    /// `owner/name` of a repository on GitHub, the URL of an archive, or the path of a folder.
    pub origin: String,
    /// The names that readers may use for it.
    #[serde(default)]
    pub names: SourceNames,
    pub why: String,
    pub fork_of: Option<String>,
    pub description: Option<String>,
    /// The homepage of the repository, as its owner states it.
    #[serde(default)]
    pub homepage: Option<String>,
    /// The repository's topics on GitHub, as the owner set them. These are not topics of the vocabulary.
    #[serde(default)]
    pub topics: Vec<String>,
    /// The name of the author.
    #[serde(default)]
    pub author: Option<String>,
    /// The number of stars on GitHub, rounded down to two significant digits.
    #[serde(default)]
    pub stars: Option<u64>,
    /// The day of the last push, `YYYY-MM-DD`.
    #[serde(default)]
    pub pushed_at: Option<String>,
    pub licence: Option<String>,
    pub shown: Shown,
    pub revision: Option<String>,
    /// When the source's content was fetched, in RFC 3339 format; `None` if it was never fetched.
    pub fetched_at: Option<String>,
    pub state: SourceCondition,
    pub moved_to: Option<String>,
    /// Whether the source is private. Feeds, exports and decks leave its text out unless the user requests it.
    #[serde(default)]
    pub private: bool,
    /// Whether the repository is archived on GitHub.
    #[serde(default)]
    pub archived: bool,
    /// Whether the catalogue marks the source as outdated, abandoned or thin. Its sections rank lower.
    #[serde(default)]
    pub stale: bool,
    pub documents: usize,
    pub sections: usize,
    pub problems: Vec<Problem>,
    /// The files that the rules leave out, by reason. `None` if they are not known: Cairn does not record these files
    /// for folders, and for archives that have too many of them.
    #[serde(default)]
    pub left_out: Option<Vec<LeftOutGroup>>,
}

/// The fields that the manifests of all formats have.
#[derive(Deserialize)]
struct ManifestHead {
    format: u32,
    generation: u64,
}

impl Manifest {
    /// A manifest with the given fields, this program's format and version, and the current time. The caller sets the
    /// rest.
    pub(crate) fn new(
        counts: GenerationCounts,
        excerpt_chars: usize,
        sources: Vec<SourceState>,
    ) -> Manifest {
        Manifest {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            generation: 0,
            built_at: time::rfc3339(chrono::Utc::now()),
            fingerprint: String::new(),
            counts,
            excerpt_chars,
            sources,
            opted_out: String::new(),
            cluster: None,
            files: FileMarks::new(),
            checksum: String::new(),
        }
    }

    /// The manifest in the file `path`. `Err` if it can't be read or decoded, has a format that this program does not
    /// know, or does not have its recorded checksum.
    pub fn read(path: &Path) -> Result<Manifest, IndexDamage> {
        Manifest::parse(&disk::read(path)?, path)
    }

    /// The manifest with the text `bytes`. `path` is its name in errors. `Err` as for [`Manifest::read`]. O(bytes).
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Manifest, IndexDamage> {
        let text = String::from_utf8_lossy(bytes);
        let undecodable = |error: serde_json::Error| IndexDamage::Decode {
            path: path.into(),
            cause: error.to_string(),
        };
        let ManifestHead { format, generation } =
            serde_json::from_str(&text).map_err(undecodable)?;
        if !(OLDEST..=FORMAT).contains(&format) {
            return Err(IndexDamage::Format { number: generation, format });
        }
        let manifest: Manifest = serde_json::from_str(&text).map_err(undecodable)?;
        if !manifest.is_sealed(&text) {
            return Err(IndexDamage::Checksum { path: path.into() });
        }
        Ok(manifest)
    }

    /// Writes the manifest to `path`, with its checksum.
    pub(crate) fn write(&mut self, path: &Path) -> anyhow::Result<()> {
        self.checksum = ZEROS.to_owned();
        let text = serde_json::to_string_pretty(self)?;
        self.checksum = blake3::hash(text.as_bytes()).to_hex().to_string();
        // The checksum is the last field, so the last match is the checksum.
        let at = text.rfind(ZEROS).unwrap_or(text.len());
        let sealed = format!("{}{}{}", &text[..at], self.checksum, &text[at + ZEROS.len()..]);
        Ok(disk::write(path, sealed.as_bytes())?)
    }

    /// The checksum of the manifest. Two manifests with the same checksum are equal.
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// Whether the manifest has the correct checksum for `text`, the text from which it was read.
    fn is_sealed(&self, text: &str) -> bool {
        let Some(at) = text.rfind(&self.checksum).filter(|_| self.checksum.len() == ZEROS.len())
        else {
            return false;
        };
        let (head, tail) = (&text[..at], &text[at + ZEROS.len()..]);
        let mut hash = blake3::Hasher::new();
        hash.update(head.as_bytes()).update(ZEROS.as_bytes()).update(tail.as_bytes());
        hash.finalize().to_hex().as_str() == self.checksum
    }

    /// The state of the source `id`.
    pub fn source(&self, id: &str) -> Option<&SourceState> {
        self.sources.iter().find(|source| source.id.eq_ignore_ascii_case(id))
    }

    /// The voices of its sources. O(sources).
    pub fn voices(&self) -> Voices {
        Voices::new(self.sources.iter().map(|source| {
            VoiceSource {
                id: &source.id,
                owner: (source.kind == OriginKind::GitHub)
                    .then(|| source.origin.split('/').next().unwrap_or_default()),
                fork_of: source.fork_of.as_deref(),
            }
        }))
    }

    /// The sources that have documents in the generation. O(sources).
    pub fn held(&self) -> impl Iterator<Item = &SourceState> {
        self.sources.iter().filter(|source| source.documents > 0)
    }

    /// The problems of all sources.
    pub fn problems(&self) -> Vec<Problem> {
        self.sources.iter().flat_map(|source| source.problems.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_with_a_changed_digit_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.json");
        let counts = GenerationCounts { documents: 41, ..GenerationCounts::default() };
        let mut manifest = Manifest::new(counts, 300, Vec::new());
        manifest.write(&path).unwrap();
        assert_eq!(Manifest::read(&path).unwrap(), manifest);
        let text = std::fs::read_to_string(&path).unwrap();
        let changes = [
            text.replace("\"documents\": 41", "\"documents\": 40"),
            text.replace(&manifest.checksum, ZEROS),
            text.replace(&manifest.checksum, ""),
        ];
        for changed in changes {
            assert_ne!(changed, text);
            std::fs::write(&path, changed).unwrap();
            assert!(matches!(Manifest::read(&path), Err(IndexDamage::Checksum { .. })));
        }
    }

    #[test]
    fn the_previous_format_is_read_and_other_formats_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.json");
        let mut manifest = Manifest::new(GenerationCounts::default(), 300, Vec::new());
        manifest.format = OLDEST;
        manifest.write(&path).unwrap();
        assert_eq!(Manifest::read(&path).unwrap().format, OLDEST);
        for format in [OLDEST - 1, FORMAT + 1] {
            std::fs::write(&path, format!("{{\"format\":{format},\"generation\":7}}")).unwrap();
            let message = Manifest::read(&path).unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("generation 7 is of format {format}")),
                "{message}"
            );
        }
    }
}
