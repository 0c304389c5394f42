//! The terms of texts by numbers. The term of each word is remembered, because stemming a word takes many times longer
//! than looking it up, and texts of one corpus use the same words again and again.

use std::collections::HashMap as LanguageMap;

use foldhash::HashMap;
use tantivy::tokenizer::{Language, TextAnalyzer};

use crate::search::text::analysis;

/// The maximum number of words that are remembered.
const MOST_WORDS: usize = 200_000;

/// The terms that were made so far, by their numbers.
pub(in crate::search) struct StemTable {
    /// Splits a text into words.
    words: TextAnalyzer,
    /// Removes accents from a word.
    folder: TextAnalyzer,
    languages: LanguageMap<Language, LanguageStems>,
    terms: TermNumbers,
}

/// The words of one language.
struct LanguageStems {
    stemmer: TextAnalyzer,
    /// The terms of each word.
    known: HashMap<Box<str>, WordTerms>,
}

/// The numbers of the terms of a word.
#[derive(Clone, Copy)]
struct WordTerms {
    stem: u32,
    /// The word itself, without accents.
    word: u32,
}

#[derive(Default)]
struct TermNumbers {
    numbers: HashMap<Box<str>, u32>,
    terms: Vec<Box<str>>,
}

/// A term in a text.
pub(in crate::search) struct StemToken<'a> {
    pub term: &'a str,
    /// The number of the term; equal terms have equal numbers.
    pub number: u32,
    /// The number of the unstemmed word, which is a term of [`analysis::words`].
    pub word: u32,
    pub position: usize,
}

impl StemTable {
    pub fn new() -> StemTable {
        StemTable {
            words: analysis::lowered(),
            folder: analysis::folded_word(),
            languages: LanguageMap::new(),
            terms: TermNumbers::default(),
        }
    }

    /// Calls `each` for the terms of `text`, which is stemmed by `language`, in order. They are those of
    /// [`analysis::stemmed`].
    pub fn each(&mut self, language: Language, text: &str, mut each: impl FnMut(StemToken)) {
        let StemTable { words, folder, languages, terms } = self;
        let stems = languages.entry(language).or_insert_with(|| LanguageStems {
            stemmer: analysis::stem_of_word(language),
            known: HashMap::default(),
        });
        words.token_stream(text).process(&mut |token| {
            let WordTerms { stem: number, word } = match stems.known.get(token.text.as_str()) {
                Some(known) => *known,
                None => stems.add(&token.text, folder, terms),
            };
            let term = &terms.terms[number as usize];
            each(StemToken { term, number, word, position: token.position });
        });
    }

    /// The term with this `number`.
    pub fn term(&self, number: u32) -> &str {
        &self.terms.terms[number as usize]
    }

    /// Forgets all terms if there are very many. Their numbers are not valid any more.
    pub fn limit(&mut self) {
        let words: usize = self.languages.values().map(|language| language.known.len()).sum();
        if words > MOST_WORDS {
            *self = StemTable::new();
        }
    }
}

impl LanguageStems {
    /// The terms of `word`, which are remembered. `folder` removes accents.
    fn add(&mut self, word: &str, folder: &mut TextAnalyzer, terms: &mut TermNumbers) -> WordTerms {
        let stem = terms.of_word(word, &mut self.stemmer);
        let known = WordTerms { stem, word: terms.of_word(word, folder) };
        self.known.insert(word.into(), known);
        known
    }
}

impl TermNumbers {
    /// The number of the term that `analyzer` makes of `word`.
    fn of_word(&mut self, word: &str, analyzer: &mut TextAnalyzer) -> u32 {
        let mut number = None;
        analyzer.token_stream(word).process(&mut |token| number = Some(self.of(&token.text)));
        number.unwrap_or_else(|| self.of(word))
    }

    /// The number of `term`.
    fn of(&mut self, term: &str) -> u32 {
        if let Some(number) = self.numbers.get(term) {
            return *number;
        }
        let number = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
        self.numbers.insert(term.into(), number);
        self.terms.push(term.into());
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terms_are_those_of_the_analyzer_with_their_positions() {
        let mut table = StemTable::new();
        let text = "Rankings ranked naïvely: k-NN, σ and 系统设计, rankings.";
        for language in [Language::English, Language::German, Language::English] {
            let (mut expected, mut found) = (Vec::new(), Vec::new());
            let (mut expected_words, mut words) = (Vec::new(), Vec::new());
            analysis::words()
                .token_stream(text)
                .process(&mut |token| expected_words.push(token.text.clone()));
            analysis::stemmed(language)
                .token_stream(text)
                .process(&mut |token| expected.push((token.text.clone(), token.position)));
            let mut numbers = Vec::new();
            table.each(language, text, |token| {
                found.push((token.term.to_owned(), token.position));
                numbers.push(token.number);
                words.push(token.word);
            });
            assert_eq!(found, expected);
            let words: Vec<&str> = words.into_iter().map(|word| table.term(word)).collect();
            assert_eq!(words, expected_words);
            assert!(
                numbers.iter().zip(&found).all(|(number, (term, _))| table.term(*number) == term)
            );
        }
    }
}
