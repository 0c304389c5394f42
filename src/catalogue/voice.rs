//! Independent voices: whose word counts where Cairn says how many say, use or cite something.
//!
//! One rule, for every such count: a voice is an author. A repository speaks with the voice of its owner, so that
//! three repositories of one owner are one voice. A folder or an archive, whose author nobody names, is a voice of
//! its own. A fork speaks with the voice of its original. Text that is copied counts for its original: callers count
//! only sections that stand for themselves. What belongs to a repository without being a file of it (its
//! discussions and issues) is of the same source, and so of the same voice, whoever wrote it.

use std::collections::{BTreeSet, HashMap};

use super::{Catalogue, Origin};

/// Forks of forks are followed so far, which also ends a circle.
const MOST_HOPS: usize = 8;

/// Who is heard as one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Voice {
    /// Owner of repositories on GitHub, in lower case: GitHub ignores the case of names.
    Owner(String),
    /// The id of a folder or an archive.
    Source(String),
}

/// What of a source decides whose voice it is.
#[derive(Clone, Copy, Debug)]
pub struct Speaker<'a> {
    /// The source's id.
    pub id: &'a str,
    /// The owner of the repository; `None` for folders and archives.
    pub owner: Option<&'a str>,
    /// The id of the source that it is a fork of.
    pub fork_of: Option<&'a str>,
}

impl Speaker<'_> {
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
    /// By source's id in lower case, as the catalogue ignores the case of ids.
    by_source: HashMap<String, Voice>,
}

impl Voices {
    /// The voices of `speakers`, which are all sources. O(speakers).
    ///
    /// ```
    /// use cairn::catalogue::voice::{Speaker, Voices};
    /// let of = |id, owner, fork_of| Speaker { id, owner, fork_of };
    /// let speakers = [
    ///     of("Ann/one", Some("Ann"), None),
    ///     of("ann/two", Some("ann"), None),
    ///     of("bob/one", Some("bob"), Some("ann/one")),
    ///     of("notes", None, None),
    /// ];
    /// assert_eq!(Voices::new(speakers).count(["Ann/one", "ann/two", "bob/one", "notes"]), 2);
    /// ```
    pub fn new<'a>(speakers: impl IntoIterator<Item = Speaker<'a>>) -> Voices {
        let speakers: HashMap<String, Speaker> =
            speakers.into_iter().map(|speaker| (speaker.id.to_lowercase(), speaker)).collect();
        let original = |speaker: &Speaker<'a>| -> Option<Speaker<'a>> {
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
        Voices::new(catalogue.sources.iter().map(|source| Speaker {
            id: &source.id.0,
            owner: match &source.origin {
                Origin::GitHub { owner, .. } => Some(owner),
                Origin::Archive { .. } | Origin::Folder { .. } => None,
            },
            fork_of: source.fork_of.as_ref().map(|original| original.0.as_str()),
        }))
    }

    /// The voice of the source `id`; a source that is not known is a voice of its own.
    pub fn of(&self, id: &str) -> Voice {
        let known = self.by_source.get(&id.to_lowercase()).cloned();
        known.unwrap_or_else(|| Voice::Source(id.to_owned()))
    }

    /// How many independent voices the sources with these `ids` are.
    pub fn count<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> usize {
        ids.into_iter().map(|id| self.of(id)).collect::<BTreeSet<Voice>>().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::parse;

    #[test]
    fn a_voice_is_an_owner_a_fork_its_originals_and_a_folder_its_own() {
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
    fn forks_that_name_each_other_end() {
        let of = |id, fork_of| Speaker { id, owner: Some(id), fork_of: Some(fork_of) };
        let voices = Voices::new([of("a", "b"), of("b", "a")]);
        assert!(matches!(voices.of("a"), Voice::Owner(_)));
    }
}
