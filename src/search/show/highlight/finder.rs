//! Finds the words and phrases of a query in a text.

use std::ops::Range;

use foldhash::HashMap;
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, Stemmer, TextAnalyzer, TokenStream,
    Tokenizer,
};

use super::begins::StemPrefilter;
use super::code;
use super::matches::TextMatch;
use crate::search::rank::marks::{MarkPhrase, Marks};
use crate::search::text::analysis;
use crate::search::text::greek::GreekLetterFilter;
use crate::search::text::tokens::WordTokenizer;

/// The search for matches in a text stops when it has found at least this many.
const MOST_MATCHES: usize = 500;

/// Finds the phrases of `Marks` in texts of one language.
pub(in crate::search) struct Finder<'m> {
    /// The stems of all phrases, each with its number.
    stems: HashMap<&'m str, usize>,
    /// The phrases by the number of their first stem.
    phrases: Vec<Vec<MarkedPhrase>>,
    /// Prefilter: words that it rejects are not stemmed.
    begins: StemPrefilter<'m>,
    words: WordTokenizer,
    stemmer: TextAnalyzer,
    /// Cache: for each word that was read, the number of its stem; `None` if no phrase contains the stem.
    known: HashMap<String, Option<usize>>,
}

/// A phrase without its first stem. `rest` contains the numbers of the other stems.
struct MarkedPhrase {
    rest: Vec<usize>,
    unit: usize,
}

/// A token whose stem occurs in a phrase.
struct StemToken {
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
            .filter(GreekLetterFilter)
            .filter(Stemmer::new(language))
            .filter(AsciiFoldingFilter)
            .build();
        let mut stems: HashMap<&str, usize> = HashMap::default();
        let mut phrases: Vec<Vec<MarkedPhrase>> = Vec::new();
        for MarkPhrase { stems: phrase, unit } in &marks.phrases {
            let mut numbers = phrase.split(' ').map(|stem| {
                let next = stems.len();
                *stems.entry(stem).or_insert(next)
            });
            let first = numbers.next().unwrap_or_default();
            let rest = numbers.collect();
            phrases.resize_with(stems.len(), Vec::new);
            phrases[first].push(MarkedPhrase { rest, unit: *unit });
        }
        let begins = StemPrefilter::of(stems.keys().copied());
        let known = HashMap::default();
        Finder { stems, phrases, begins, words: WordTokenizer::default(), stemmer, known }
    }

    /// The matches in `text`, ascending. They may overlap.
    pub(super) fn find(&mut self, text: &str) -> Vec<TextMatch> {
        let stems = self.stems(text);
        let mut matches: Vec<TextMatch> = Vec::new();
        for (at, first) in stems.iter().enumerate() {
            for MarkedPhrase { rest, unit } in &self.phrases[first.number] {
                let end = end_of(rest, &stems[at..]);
                let is_one = |end: &usize| is_one_sentence(&text[first.start..*end]);
                if let Some(end) = end.filter(|end| rest.is_empty() || is_one(end)) {
                    matches.push(TextMatch { start: first.start, end, unit: *unit });
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

    /// The byte ranges of the matches in `text`, ascending. They may overlap.
    pub fn ranges(&mut self, text: &str) -> impl Iterator<Item = Range<usize>> {
        self.find(text).into_iter().map(|found| found.start..found.end)
    }

    /// The tokens of `text` whose stem is in a phrase.
    fn stems(&mut self, text: &str) -> Vec<StemToken> {
        let mut stems = Vec::new();
        let mut stream = self.words.token_stream(text);
        while stream.step(|word| self.begins.may_match(word)) {
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
                stems.push(StemToken {
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

/// Whether no sentence or line ends inside `phrase`. Words on different sides of such an end do not form a phrase.
fn is_one_sentence(phrase: &str) -> bool {
    !phrase.contains('\n') && ![". ", "! ", "? "].iter().any(|end| phrase.contains(end))
}

/// The byte offset of the end of the phrase that consists of the first of `stems` and then `rest`; `None` if `rest`
/// does not follow directly.
fn end_of(rest: &[usize], stems: &[StemToken]) -> Option<usize> {
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
    use crate::config::DataFiles;
    use crate::vocabulary;

    #[test]
    fn every_word_is_found_by_its_own_stem() {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
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
