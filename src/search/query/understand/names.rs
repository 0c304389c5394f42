//! An index of the names of all sources, matched against runs of query words.
//!
//! The names of a source are the owner's login and the repository's name (each alone, and both together), the owner's
//! display name, the authors and the title. Every run of consecutive words in a name is a key. For a title, only the
//! whole title is a key. A key joins its words without separators, so word boundaries don't matter. Case, accents and
//! plurals don't matter either.

use std::collections::{BTreeSet, HashMap};

use tantivy::Term;
use tantivy::tokenizer::TextAnalyzer;

use super::filler;
use crate::catalogue::names::{SourceNames, words};
use crate::search::index::error::SearchError;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::record::IndexedSource;
use crate::search::text::analysis;
use crate::vocabulary::label;

/// The maximum number of words of a name that are matched, and the maximum number of units of a query that one name may
/// span. Further words of a name are ignored. A longer title is not matched at all.
pub(super) const LONGEST: usize = 10;
/// The maximum number of authors of one catalogue entry that are matched; the others are ignored.
const MOST_AUTHORS: usize = 4;

/// The names of all sources, indexed by their runs of words.
pub(in crate::search) struct SourceIndex {
    pub(super) sources: Vec<KnownSource>,
    /// For each key: the sources with a name that contains this run of words, each source once.
    runs: HashMap<String, Vec<NameOccurrence>>,
}

/// A source, with the data that matching its names needs.
pub(super) struct KnownSource {
    pub id: String,
    /// Its number in the index, if it has sections there.
    pub number: Option<usize>,
    pub sections: usize,
    /// A number that identifies its owner: see [`holders`].
    pub holder: usize,
}

/// A source with a name that contains a given run of words.
#[derive(Clone, Copy)]
pub(super) struct NameOccurrence {
    /// The index of the source.
    pub source: usize,
    /// Whether the run is the whole of one of the source's names.
    pub is_whole: bool,
}

/// Sources whose sections are preferred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct Preference {
    /// Their numbers in the index.
    pub sources: Vec<usize>,
    /// The number of sections that they have together.
    pub sections: usize,
}

impl SourceIndex {
    /// The index of the names of `sources`. `opened` contains the sections of these sources. O(words of all names):
    /// stores about a hundred strings per source.
    pub fn new(
        sources: &[IndexedSource],
        opened: &OpenedIndex,
    ) -> Result<SourceIndex, SearchError> {
        let mut index = SourceIndex { sources: Vec::new(), runs: HashMap::new() };
        let mut analyzer = analysis::words();
        let holders = holders(sources);
        for ((at, source), holder) in sources.iter().enumerate().zip(holders) {
            let term = Term::from_field_text(opened.fields.source, &source.id);
            let sections = opened.searcher().doc_freq(&term)?;
            index.sources.push(KnownSource {
                id: source.id.clone(),
                number: opened.values.source(&source.id),
                sections: usize::try_from(sections).unwrap_or(usize::MAX),
                holder,
            });
            index.add(at, &source.names, &mut analyzer);
        }
        Ok(index)
    }

    fn add(&mut self, source: usize, names: &SourceNames, analyzer: &mut TextAnalyzer) {
        let own = words(&names.name);
        let login = names.login.as_deref().map(words).unwrap_or_default();
        let both = [login.as_slice(), &own].concat();
        let owner = names.owner.iter().chain(&names.author).flat_map(|name| people(name));
        for name in [login, own, both].into_iter().chain(owner) {
            let name = &name[..name.len().min(LONGEST)];
            for from in 0..name.len() {
                for to in from + 1..=name.len() {
                    let is_whole = to - from == name.len();
                    self.add_run(&name[from..to], NameOccurrence { source, is_whole }, analyzer);
                }
            }
        }
        // Parts of a title and titles of one word are often plain English. Only a whole title with at least two telling
        // words is a key.
        let title = names.title.as_deref().map(title_words).unwrap_or_default();
        let telling = title.iter().filter(|word| is_telling(&word.to_lowercase())).count();
        if telling > 1 && title.len() <= LONGEST {
            self.add_run(&title, NameOccurrence { source, is_whole: true }, analyzer);
        }
    }

    fn add_run(&mut self, words: &[&str], occurrence: NameOccurrence, analyzer: &mut TextAnalyzer) {
        let keys: BTreeSet<String> = NameKey::of(words, analyzer).all().into();
        for key in keys.into_iter().filter(|key| !key.is_empty()) {
            let known = self.runs.entry(key).or_default();
            match known.last_mut().filter(|last| last.source == occurrence.source) {
                Some(last) => last.is_whole |= occurrence.is_whole,
                None => known.push(occurrence),
            }
        }
    }

    /// The sources whose names contain the run of words `key`.
    pub(super) fn get(&self, key: &NameKey) -> Option<&[NameOccurrence]> {
        key.all().into_iter().find_map(|key| self.runs.get(&key)).map(Vec::as_slice)
    }

    /// `occurrences` are the names that contain a run of words. Returns the sources for which the run is a whole name.
    /// If there are none, returns the sources for which the run is a part of a name.
    pub(super) fn best<'a>(
        &'a self,
        occurrences: &'a [NameOccurrence],
    ) -> impl Iterator<Item = &'a KnownSource> {
        let has_whole = occurrences.iter().any(|occurrence| occurrence.is_whole);
        let best = occurrences.iter().filter(move |occurrence| occurrence.is_whole || !has_whole);
        best.filter_map(|occurrence| self.sources.get(occurrence.source))
    }
}

/// Whether `word` (lower-case) helps to distinguish names.
pub(super) fn is_telling(word: &str) -> bool {
    !filler::is_filler(word) && !filler::is_kind(word)
}

/// For each of `sources`, a number that identifies its owner. Sources with the same login or a common author have the
/// same owner; a fork has the owner of its original. Usually O(sources), in the worst case O(sources²).
fn holders(sources: &[IndexedSource]) -> Vec<usize> {
    let places: HashMap<String, usize> =
        sources.iter().enumerate().map(|(at, source)| (source.id.to_lowercase(), at)).collect();
    let mut holders: Vec<usize> = (0..sources.len()).collect();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (at, source) in sources.iter().enumerate() {
        let original = source.fork_of.as_ref().and_then(|id| places.get(&id.to_lowercase()));
        let original = &sources[original.copied().unwrap_or(at)];
        for key in keys(original) {
            let one = holders[*known.entry(key).or_insert(at)];
            let other = holders[at];
            if other == at {
                holders[at] = one;
            } else if other != one {
                holders.iter_mut().filter(|own| **own == other).for_each(|own| *own = one);
            }
        }
    }
    holders
}

/// The keys by which sources of the same owner are recognised.
fn keys(source: &IndexedSource) -> Vec<String> {
    let SourceNames { login, author, .. } = &source.names;
    let authors = author.iter().flat_map(|names| people(names)).map(|words| words.join(" "));
    let mut keys: Vec<String> = authors.map(|author| author.to_lowercase()).collect();
    keys.push(login.as_ref().unwrap_or(&source.id).to_lowercase());
    keys
}

/// The people listed in `names` ("Ann Bee and Cy Dee"), each as the words of the person's name.
fn people(names: &str) -> Vec<Vec<&str>> {
    let apart = names.split([',', ';', '&']).flat_map(|part| part.split(" and "));
    apart.map(words).filter(|words| !words.is_empty()).take(MOST_AUTHORS).collect()
}

/// The words of `title`, without a leading article and without the subtitle.
fn title_words(title: &str) -> Vec<&str> {
    let ends = [": ", " (", " | ", " - ", " \u{2013} ", " \u{2014} "];
    let end = ends.iter().filter_map(|end| title.find(end)).min().unwrap_or(title.len());
    let mut words = words(&title[..end]);
    if words.len() > 1 && ["the", "a", "an"].contains(&words[0].to_lowercase().as_str()) {
        words.remove(0);
    }
    words
}

/// A run of words, joined without separators so that word boundaries don't matter.
#[derive(Clone, Default)]
pub(super) struct NameKey {
    /// Lower-cased, without accents.
    plain: String,
    /// The same, with each word in its normal form (singular).
    normal: String,
}

impl NameKey {
    fn of(words: &[&str], analyzer: &mut TextAnalyzer) -> NameKey {
        let mut key = NameKey::default();
        words.iter().for_each(|word| key.push(word, analyzer));
        key
    }

    /// Appends `word`.
    pub fn push(&mut self, word: &str, analyzer: &mut TextAnalyzer) {
        for piece in analysis::terms(word, analyzer).pieces {
            self.normal.push_str(&label::key(&piece));
            self.plain.push_str(&piece);
        }
    }

    /// The keys of this run in the index. "machine learning" is often abbreviated to "ml", so these two have the same
    /// key.
    fn all(&self) -> [String; 2] {
        [&self.plain, &self.normal].map(|key| key.replace("machinelearning", "ml"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_one_key_however_its_words_are_separated() {
        let key = |words: &[&str]| NameKey::of(words, &mut analysis::words()).all()[1].clone();
        for (a, b) in [
            (&["applied", "ml"][..], &["applied-ML"][..]),
            (&["Made", "With", "ML"], &["madewithml"]),
            (&["Designing", "Machine", "Learning", "Systems"], &["designing", "ml", "system"]),
            (&["G\u{e9}ron"], &["geron"]),
        ] {
            assert_eq!(key(a), key(b), "{a:?} {b:?}");
        }
        assert_ne!(key(&["ml", "survey"]), key(&["ml", "survivor"]));
    }

    #[test]
    fn sources_of_one_login_or_author_and_forks_have_one_owner() {
        let source = |id: &str, author: Option<&str>, fork_of: Option<&str>| IndexedSource {
            id: id.to_owned(),
            fork_of: fork_of.map(str::to_owned),
            names: SourceNames {
                login: id.split_once('/').map(|(login, _)| login.to_owned()),
                author: author.map(str::to_owned),
                ..SourceNames::default()
            },
            ..IndexedSource::default()
        };
        let sources = [
            source("ann/a", Some("Ann Bee"), None),
            source("club/b", Some("Cy Dee"), None),
            source("Ann/c", None, None),
            source("cy/d", Some("Ann Bee, Cy Dee"), None),
            source("eve/a", None, Some("ANN/a")),
            source("eve/e", None, None),
            source("notes", None, None),
        ];
        let holders = holders(&sources);
        assert!(holders[..5].iter().all(|holder| *holder == holders[0]), "{holders:?}");
        assert_ne!(holders[5], holders[0]);
        assert!(!holders[..6].contains(&holders[6]));
    }

    #[test]
    fn people_and_titles_are_split_into_words() {
        assert_eq!(
            people("Ann Bee, Cy Dee and Eve F. & Co"),
            [vec!["Ann", "Bee"], vec!["Cy", "Dee"], vec!["Eve", "F"], vec!["Co"]]
        );
        assert_eq!(people(&"x,".repeat(99)).len(), MOST_AUTHORS);
        assert_eq!(title_words("The System Design Primer"), ["System", "Design", "Primer"]);
        assert_eq!(title_words("\u{1f9e0} ML: a guide (2024)"), ["ML"]);
    }
}
