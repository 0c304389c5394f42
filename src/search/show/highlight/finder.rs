//! Finds the marked words and phrases of a query in a text.

use std::ops::Range;

use foldhash::HashMap;
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, Stemmer, TextAnalyzer, TokenStream,
    Tokenizer,
};

use super::begins::Begins;
use super::code;
use super::matches::Match;
use crate::search::rank::marks::Marks;
use crate::search::text::analysis;
use crate::search::text::tokens::Words;

/// Matches of one text that are looked at.
const MOST_MATCHES: usize = 500;

/// Finds marks in texts of one language.
pub(in crate::search) struct Finder<'m> {
    /// The marked stems, each with its number.
    stems: HashMap<&'m str, usize>,
    /// By the number of their first stem.
    phrases: Vec<Vec<Phrase>>,
    /// How the stems begin: a word that begins otherwise needs no stemming.
    begins: Begins<'m>,
    words: Words,
    stemmer: TextAnalyzer,
    /// The stems of words that were met before, where they are marked: texts repeat their words.
    known: HashMap<String, Option<usize>>,
}

/// What is marked where it follows a stem.
struct Phrase {
    rest: Vec<usize>,
    unit: usize,
}

/// A token of the text whose stem is marked somewhere.
struct Stem {
    number: usize,
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
        let mut stems: HashMap<&str, usize> = HashMap::default();
        let mut phrases: Vec<Vec<Phrase>> = Vec::new();
        for (phrase, unit) in &marks.phrases {
            let mut numbers = phrase.split(' ').map(|stem| {
                let next = stems.len();
                *stems.entry(stem).or_insert(next)
            });
            let first = numbers.next().unwrap_or_default();
            let rest = numbers.collect();
            phrases.resize_with(stems.len(), Vec::new);
            phrases[first].push(Phrase { rest, unit: *unit });
        }
        let begins = Begins::of(stems.keys().copied());
        let known = HashMap::default();
        Finder { stems, phrases, begins, words: Words::default(), stemmer, known }
    }

    /// What matches in `text`, ascending; ranges may meet.
    pub(super) fn find(&mut self, text: &str) -> Vec<Match> {
        let stems = self.stems(text);
        let mut matches: Vec<Match> = Vec::new();
        for (at, first) in stems.iter().enumerate() {
            for Phrase { rest, unit } in &self.phrases[first.number] {
                let end = end_of(rest, &stems[at..]);
                let is_one = |end: &usize| is_one_sentence(&text[first.start..*end]);
                if let Some(end) = end.filter(|end| rest.is_empty() || is_one(end)) {
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
    fn stems(&mut self, text: &str) -> Vec<Stem> {
        let mut stems = Vec::new();
        let mut stream = self.words.token_stream(text);
        while stream.step(|word| self.begins.may_hold(word)) {
            stream.write();
            let token = stream.token();
            let known = self.known.get(token.text.as_str()).copied();
            let stem = known.unwrap_or_else(|| {
                let mut stemmed = self.stemmer.token_stream(&token.text);
                let stem = if stemmed.advance() { stemmed.token().text.as_str() } else { "" };
                let stem = self.stems.get(stem).copied();
                self.known.insert(token.text.clone(), stem);
                stem
            });
            if let Some(number) = stem {
                stems.push(Stem {
                    number,
                    position: token.position,
                    start: token.offset_from,
                    end: token.offset_to,
                });
            }
        }
        stems
    }
}

/// Whether no sentence or line ends inside `phrase`: then it is none, however its words stand.
fn is_one_sentence(phrase: &str) -> bool {
    !phrase.contains('\n') && ![". ", "! ", "? "].iter().any(|end| phrase.contains(end))
}

/// Where the phrase ends that begins with the first of `stems` and goes on with `rest`, if they follow.
fn end_of(rest: &[usize], stems: &[Stem]) -> Option<usize> {
    let first = stems.first()?;
    let (mut end, mut behind) = (first.end, stems);
    for (wanted, position) in rest.iter().zip(first.position + 1..) {
        let found = behind
            .iter()
            .take_while(|stem| stem.position <= position)
            .position(|stem| stem.position == position && stem.number == *wanted)?;
        end = behind[found].end;
        behind = &behind[found..];
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;
    use crate::vocabulary;

    #[test]
    fn every_word_is_found_by_its_own_stem() {
        let vocabulary = vocabulary::load(&Sources::Compiled).unwrap();
        let texts =
            vocabulary.topics.iter().flat_map(|topic| topic.labels().chain([&*topic.definition]));
        let more = "capability possibly relational normalization sensitivity frequencies hopping happily tying";
        let mut english = analysis::stemmed(Language::English);
        for text in texts.chain([more]) {
            for word in text.split_whitespace().filter(|word| word.is_ascii()) {
                let terms = analysis::terms(word, &mut english);
                let mut marks = Marks::default();
                marks.add(&terms);
                marks.finish();
                let found = Finder::new(&marks, Some("en")).stems(word).len();
                assert_eq!(found, terms.pieces.len() + terms.compounds.len(), "{word}");
            }
        }
    }
}
