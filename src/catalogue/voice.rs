//! Voices: which sources count as one independent author when Cairn counts how many authors say, use or cite something.
//!
//! The same rules apply to every such count. All repositories of one owner are one voice. A folder or an archive is a
//! voice of its own, because its author is unknown. A fork has the voice of its original. Copied text counts only for
//! its original: callers count only sections that are not copies. Discussions and issues have the voice of their
//! repository, whoever wrote them.

use std::collections::{BTreeSet, HashMap};

use super::{Catalogue, Origin};

/// The maximum number of sources that are followed in a chain of forks. This also ends a chain that is a cycle.
const MOST_HOPS: usize = 8;

/// The id of the source with the notes inside the program.
pub(crate) const OWN_NOTES: &str = "cairn/notes";

/// An independent author.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Voice {
    /// The owner of repositories on GitHub, lower-cased: names at GitHub are case-insensitive.
    Owner(String),
    /// The id of a folder or an archive.
    Source(String),
}

impl Voice {
    /// Whether these are the notes inside the program. They are shown, but are no independent source.
    pub fn is_own_notes(&self) -> bool {
        matches!(self, Voice::Source(id) if id == OWN_NOTES)
    }
}

/// The properties of a source that determine its voice.
#[derive(Clone, Copy, Debug)]
pub struct VoiceSource<'a> {
    /// The source's id.
    pub id: &'a str,
    /// The owner of the repository; `None` for folders and archives.
    pub owner: Option<&'a str>,
    /// The id of the original source, if this source is a fork.
    pub fork_of: Option<&'a str>,
}

impl VoiceSource<'_> {
    fn voice(self) -> Voice {
        match self.owner {
            Some(owner) => Voice::Owner(owner.to_lowercase()),
            None => Voice::Source(self.id.to_owned()),
        }
    }
}

/// The voice of each source.
#[derive(Clone, Debug, Default)]
pub struct Voices {
    /// The key is a source's id in lower case, because ids in the catalogue are case-insensitive.
    by_source: HashMap<String, Voice>,
}

impl Voices {
    /// The voices of the sources `speakers`. These must include the originals of all forks. O(speakers).
    ///
    /// ```
    /// use cairn::catalogue::voice::{VoiceSource, Voices};
    /// let of = |id, owner, fork_of| VoiceSource { id, owner, fork_of };
    /// let speakers = [
    ///     of("Ann/one", Some("Ann"), None),
    ///     of("ann/two", Some("ann"), None),
    ///     of("bob/one", Some("bob"), Some("ann/one")),
    ///     of("notes", None, None),
    /// ];
    /// assert_eq!(Voices::new(speakers).count(["Ann/one", "ann/two", "bob/one", "notes"]), 2);
    /// ```
    pub fn new<'a>(speakers: impl IntoIterator<Item = VoiceSource<'a>>) -> Voices {
        let speakers: HashMap<String, VoiceSource> =
            speakers.into_iter().map(|speaker| (speaker.id.to_lowercase(), speaker)).collect();
        let original = |speaker: &VoiceSource<'a>| -> Option<VoiceSource<'a>> {
            speakers.get(&speaker.fork_of?.to_lowercase()).copied()
        };
        let mut by_source = HashMap::new();
        for (id, speaker) in &speakers {
            let forks = std::iter::successors(Some(*speaker), original);
            let first = forks.take(MOST_HOPS).last().unwrap_or(*speaker);
            by_source.insert(id.clone(), first.voice());
        }
        Voices { by_source }
    }

    /// The voices of the sources of `catalogue`.
    pub fn of_catalogue(catalogue: &Catalogue) -> Voices {
        Voices::new(catalogue.sources.iter().map(|source| VoiceSource {
            id: &source.id.0,
            owner: match &source.origin {
                Origin::GitHub { owner, .. } => Some(owner),
                Origin::Archive { .. } | Origin::Folder { .. } => None,
            },
            fork_of: source.fork_of.as_ref().map(|original| original.0.as_str()),
        }))
    }

    /// The voice of the source `id`; an unknown source is a voice of its own.
    pub fn of(&self, id: &str) -> Voice {
        let known = self.by_source.get(&id.to_lowercase()).cloned();
        known.unwrap_or_else(|| Voice::Source(id.to_owned()))
    }

    /// The number of independent voices of the sources with these `ids`.
    pub fn count<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> usize {
        ids.into_iter().map(|id| self.of(id)).collect::<BTreeSet<Voice>>().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::parse;

    #[test]
    fn repositories_share_their_owners_voice_forks_their_originals_and_folders_have_their_own() {
        let text = r#"
[[source]]
repo = "Ann/one"
why = "x"
[[source]]
repo = "ann/two"
why = "x"
[[source]]
repo = "bob/one"
why = "x"
fork_of = "ann/ONE"
[[source]]
repo = "cyd/one"
why = "x"
fork_of = "bob/one"
[[source]]
folder = "ann"
why = "x"
[[source]]
archive = "https://git.example/bob.tar.gz"
why = "x"
"#;
        let voices = Voices::of_catalogue(&parse("c.toml", text).unwrap());
        let ann = Voice::Owner("ann".into());
        for id in ["Ann/one", "ANN/TWO", "bob/one", "cyd/one"] {
            assert_eq!(voices.of(id), ann, "{id}");
        }
        assert_eq!(voices.of("ann"), Voice::Source("ann".into()), "a folder is not an owner");
        assert_eq!(voices.of("bob"), Voice::Source("bob".into()));
        assert_eq!(voices.count(["Ann/one", "bob/one", "ann", "ann/two"]), 2);
    }

    #[test]
    fn a_cycle_of_forks_ends() {
        let of = |id, fork_of| VoiceSource { id, owner: Some(id), fork_of: Some(fork_of) };
        let voices = Voices::new([of("a", "b"), of("b", "a")]);
        assert!(matches!(voices.of("a"), Voice::Owner(_)));
    }
}
