//! Turns text into the terms of the index: tokens, lower-cased, stemmed by language, without accents.
//!
//! English text, and text whose language is unknown or has no stemmer here, is stemmed with Porter's second algorithm.
//! It does not change Chinese, Japanese and Korean words. Text in other languages uses the Snowball stemmer of its
//! language (<https://snowballstem.org>). Accents are removed after stemming, because stemmers need them.

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, RemoveLongFilter, Stemmer, TextAnalyzer,
};

use crate::search::text::greek::GreekLetterFilter;
use crate::search::text::tokens::{WordTokenizer, is_compound};

/// Terms of this many bytes or more are discarded: they are data, not words.
const LONGEST_TERM: usize = 64;

/// The stemmer for the language with this ISO 639-1 code, if there is one.
pub(in crate::search) fn stemmer(code: &str) -> Option<Language> {
    Some(match code {
        "en" => Language::English,
        "ar" => Language::Arabic,
        "da" => Language::Danish,
        "de" => Language::German,
        "el" => Language::Greek,
        "es" => Language::Spanish,
        "fi" => Language::Finnish,
        "fr" => Language::French,
        "hu" => Language::Hungarian,
        "it" => Language::Italian,
        "nl" => Language::Dutch,
        "no" | "nb" | "nn" => Language::Norwegian,
        "pt" => Language::Portuguese,
        "ro" => Language::Romanian,
        "ru" => Language::Russian,
        "sv" => Language::Swedish,
        "ta" => Language::Tamil,
        "tr" => Language::Turkish,
        _ => return None,
    })
}

/// The analyzer of fields with unstemmed words: lower-cased, without accents.
pub(in crate::search) fn words() -> TextAnalyzer {
    TextAnalyzer::builder(WordTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_TERM))
        .filter(LowerCaser)
        .filter(GreekLetterFilter)
        .filter(AsciiFoldingFilter)
        .build()
}

/// The analyzer of the stemmed fields for text in `language`.
pub(in crate::search) fn stemmed(language: Language) -> TextAnalyzer {
    TextAnalyzer::builder(WordTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_TERM))
        .filter(LowerCaser)
        .filter(GreekLetterFilter)
        .filter(Stemmer::new(language))
        .filter(AsciiFoldingFilter)
        .build()
}

/// The first half of [`stemmed`], which does not depend on the language: the words of a text, lower-cased.
pub(in crate::search) fn lowered() -> TextAnalyzer {
    TextAnalyzer::builder(WordTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_TERM))
        .filter(LowerCaser)
        .filter(GreekLetterFilter)
        .build()
}

/// The second half of [`stemmed`]: the term of one word of [`lowered`], which is the whole text.
pub(in crate::search) fn stem_of_word(language: Language) -> TextAnalyzer {
    TextAnalyzer::builder(RawTokenizer::default())
        .filter(Stemmer::new(language))
        .filter(AsciiFoldingFilter)
        .build()
}

/// The end of [`words`]: the term of one word of [`lowered`], which is the whole text.
pub(in crate::search) fn folded_word() -> TextAnalyzer {
    TextAnalyzer::builder(RawTokenizer::default()).filter(AsciiFoldingFilter).build()
}

/// The terms of a word or phrase: its words (pieces), and the compounds that contain them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::search) struct Terms {
    pub pieces: Vec<String>,
    pub compounds: Vec<String>,
}

/// The terms that `analyzer` makes of `text`.
pub(in crate::search) fn terms(text: &str, analyzer: &mut TextAnalyzer) -> Terms {
    let mut terms = Terms::default();
    analyzer.token_stream(text).process(&mut |token| {
        let into = if is_compound(token) { &mut terms.compounds } else { &mut terms.pieces };
        into.push(token.text.clone());
    });
    terms
}

/// For each of `texts`, the stems of its words, in order. All texts are treated as English. Compounds are represented
/// by their pieces. Used by small indexes beside the search index, such as the index of papers. O(length).
pub(crate) fn english_stems<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<Vec<String>> {
    let mut analyzer = stemmed(Language::English);
    texts.into_iter().map(|text| terms(text, &mut analyzer).pieces).collect()
}

/// The phrases to highlight for `terms`: all pieces in order, joined by spaces, and each compound.
pub(in crate::search) fn phrases(terms: &Terms) -> impl Iterator<Item = String> {
    let pieces = (!terms.pieces.is_empty()).then(|| terms.pieces.join(" "));
    pieces.into_iter().chain(terms.compounds.iter().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_stemmed_by_its_language() {
        let of = |text: &str, code: &str| terms(text, &mut stemmed(stemmer(code).unwrap())).pieces;
        assert_eq!(of("Rankings ranked naïvely", "en"), ["rank", "rank", "naiv"]);
        assert_eq!(of("Empfehlungen", "de"), of("Empfehlung", "de"));
        assert_eq!(of("recomendações", "pt"), of("recomendação", "pt"));
        assert_eq!(terms("k-NN", &mut words()).compounds, ["knn"]);
        assert_eq!(stemmer("ja"), None);
    }

    #[test]
    fn greek_letters_have_the_terms_of_their_names() {
        let of = |text: &str| terms(text, &mut stemmed(Language::English)).pieces;
        assert_eq!(of("Σ σ μ η λ"), of("Sigma sigma mu eta lambda"));
        assert_eq!(of("ŷ = σ(w^T x)"), ["y", "sigma", "w", "t", "x"]);
        assert_eq!(terms("β", &mut words()).pieces, ["beta"]);
        assert_eq!(of("λόγος").len(), 1, "a Greek word is no letter");
    }

    #[test]
    fn eight_languages_that_are_detected_by_three_letters_have_their_stemmers() {
        use crate::annotate::language_code;
        for code in ["dan", "ell", "fin", "hun", "nob", "ron", "swe", "tam"] {
            assert!(stemmer(&language_code(code)).is_some(), "{code}");
        }
    }
}
