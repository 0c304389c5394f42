//! Finds what of a query stands where in a text.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, Stemmer, TextAnalyzer, TokenStream,
    Tokenizer,
};

use super::code;
use crate::search::analysis::{self, Terms};
use crate::search::tokens::Words;

/// Matches of one text that are looked at.
const MOST_MATCHES: usize = 500;

/// What is marked: stems, and stems one behind the other, parted by spaces, which no stem holds.
#[derive(Clone, Debug, Default)]
pub(in crate::search) struct Marks<'v> {
    /// Each with the unit of the query that it serves.
    phrases: Vec<(Cow<'v, str>, usize)>,
    unit: usize,
}

impl<'v> Marks<'v> {
    /// Adds words that are marked where they stand one behind the other, and what punctuation joins of them.
    pub fn add(&mut self, terms: &Terms) {
        for phrase in phrases(terms) {
            self.phrases.push((Cow::Owned(phrase), self.unit));
        }
    }

    /// Adds what [`phrases`] made of words.
    pub fn add_all(&mut self, phrases: &'v [String]) {
        let unit = self.unit;
        self.phrases.extend(phrases.iter().map(|phrase| (Cow::Borrowed(phrase.as_str()), unit)));
    }

    /// What is added from here on serves the next unit of the query.
    pub fn next_unit(&mut self) {
        self.unit += 1;
    }

    /// Puts the marks in order: each once, for the first unit that it serves.
    pub fn finish(&mut self) {
        self.phrases.sort_unstable();
        self.phrases.dedup_by(|next, kept| next.0 == kept.0);
    }
}

/// What is marked of `terms`: the pieces one behind the other, and each compound.
pub(in crate::search) fn phrases(terms: &Terms) -> impl Iterator<Item = String> {
    let pieces = (!terms.pieces.is_empty()).then(|| terms.pieces.join(" "));
    pieces.into_iter().chain(terms.compounds.iter().cloned())
}

/// A place of the text that matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Match {
    /// In bytes.
    pub start: usize,
    pub end: usize,
    /// The unit of the query that it serves.
    pub unit: usize,
}

/// Finds marks in texts of one language.
pub(in crate::search) struct Finder<'m> {
    /// By first stem: what may follow it, and the unit that it serves.
    phrases: HashMap<&'m str, Vec<(&'m str, usize)>>,
    stems: HashSet<&'m str>,
    /// How the stems begin: a word that begins otherwise needs no stemming.
    begins: Begins,
    words: Words,
    stemmer: TextAnalyzer,
    /// The stems of words that were met before, where they are marked: texts repeat their words.
    known: HashMap<String, Option<&'m str>>,
}

/// A token of the text whose stem is marked somewhere.
struct Stem<'m> {
    text: &'m str,
    position: usize,
    start: usize,
    end: usize,
}

impl<'m> Finder<'m> {
    /// A finder of `marks` in text of `language`.
    pub fn new(marks: &'m Marks<'_>, language: Option<&str>) -> Finder<'m> {
        let language = language.and_then(analysis::stemmer).unwrap_or(Language::English);
        let stemmer = TextAnalyzer::builder(RawTokenizer::default())
            .filter(LowerCaser)
            .filter(Stemmer::new(language))
            .filter(AsciiFoldingFilter)
            .build();
        let mut phrases: HashMap<&str, Vec<(&str, usize)>> = HashMap::new();
        let mut stems: HashSet<&str> = HashSet::new();
        for (phrase, unit) in &marks.phrases {
            let (first, rest) = phrase.split_once(' ').unwrap_or((phrase, ""));
            phrases.entry(first).or_default().push((rest, *unit));
            stems.extend(phrase.split(' '));
        }
        let begins = Begins::of(&stems);
        let known = HashMap::new();
        Finder { phrases, stems, begins, words: Words::default(), stemmer, known }
    }

    /// What matches in `text`, ascending; ranges may meet.
    pub(super) fn find(&mut self, text: &str) -> Vec<Match> {
        let stems = self.stems(text);
        let mut matches: Vec<Match> = Vec::new();
        for (at, first) in stems.iter().enumerate() {
            for (rest, unit) in self.phrases.get(first.text).into_iter().flatten() {
                let end = end_of(rest, &stems[at..]);
                if let Some(end) = end.filter(|end| is_one_sentence(&text[first.start..*end])) {
                    matches.push(Match { start: first.start, end, unit: *unit });
                }
            }
            if matches.len() >= MOST_MATCHES {
                break;
            }
        }
        matches.sort_unstable();
        matches.dedup();
        code::leave_out(text, &mut matches);
        matches
    }

    /// Where `text` matches, in bytes, ascending.
    pub fn ranges(&mut self, text: &str) -> impl Iterator<Item = Range<usize>> {
        self.find(text).into_iter().map(|found| found.start..found.end)
    }

    /// The tokens of `text` that are marked, alone or with others.
    fn stems(&mut self, text: &str) -> Vec<Stem<'m>> {
        let mut stems = Vec::new();
        let mut stream = self.words.token_stream(text);
        while stream.advance() {
            let token = stream.token();
            if !self.begins.may_hold(&token.text) {
                continue;
            }
            let known = self.known.get(token.text.as_str()).copied();
            let stem = known.unwrap_or_else(|| {
                let mut stemmed = self.stemmer.token_stream(&token.text);
                let stem = if stemmed.advance() { stemmed.token().text.as_str() } else { "" };
                let stem = self.stems.get(stem).copied();
                self.known.insert(token.text.clone(), stem);
                stem
            });
            if let Some(text) = stem {
                stems.push(Stem {
                    text,
                    position: token.position,
                    start: token.offset_from,
                    end: token.offset_to,
                });
            }
        }
        stems
    }
}

/// The first three letters of some stems, as marks in a table: a word may seem to begin like one and not
/// do so, but never the other way round.
struct Begins(Vec<bool>);

impl Begins {
    /// Letters of the alphabet and all else, to the third power.
    const PLACES: usize = 32 * 32 * 32;

    fn of(stems: &HashSet<&str>) -> Begins {
        let mut marks = vec![false; Begins::PLACES];
        for stem in stems {
            let place = Begins::place(stem);
            match stem.len() {
                // Behind a short stem a word may go on with any letter.
                0 => {}
                1 => marks[place..place + 32 * 32].fill(true),
                2 => marks[place..place + 32].fill(true),
                _ => marks[place] = true,
            }
        }
        Begins(marks)
    }

    /// Stemming leaves the first letters of English words as they are; words in other letters are looked at.
    fn may_hold(&self, word: &str) -> bool {
        !word.is_ascii() || self.0[Begins::place(word)]
    }

    fn place(word: &str) -> usize {
        let mut bytes = word.bytes();
        let mut next = || match bytes.next() {
            Some(byte) if byte.is_ascii_alphabetic() => {
                usize::from(byte.to_ascii_lowercase() - b'a') + 1
            }
            Some(byte) => 27 + usize::from(byte) % 5,
            None => 0,
        };
        (next() * 32 + next()) * 32 + next()
    }
}

/// Whether no sentence or line ends inside `phrase`: then it is none, however its words stand.
fn is_one_sentence(phrase: &str) -> bool {
    !phrase.contains('\n') && ![". ", "! ", "? "].iter().any(|end| phrase.contains(end))
}

/// Where the phrase ends that begins with the first of `stems` and goes on with `rest`, if they follow.
fn end_of(rest: &str, stems: &[Stem]) -> Option<usize> {
    let first = stems.first()?;
    let (mut end, mut behind) = (first.end, stems);
    for (wanted, position) in rest.split_ascii_whitespace().zip(first.position + 1..) {
        let found = behind
            .iter()
            .take_while(|stem| stem.position <= position)
            .position(|stem| stem.position == position && stem.text == wanted)?;
        end = behind[found].end;
        behind = &behind[found..];
    }
    Some(end)
}
