//! The language of a document, from its first words, and of sections in another.

use crate::extract::words::words;
use crate::extract::{Document, Section};

/// Characters that are enough to tell by.
const ENOUGH: usize = 2_000;
/// Shorter sections are in their document's language.
const LEAST_WORDS: usize = 30;

/// Words of English that are none in other languages that use its letters alone.
const COMMON: [&str; 14] = [
    "the", "of", "and", "to", "is", "that", "for", "with", "are", "this", "which", "from", "by",
    "can",
];
/// In English prose these are a quarter of all words; in lists of titles some twentieth.
const COMMON_PERCENT: usize = 6;
/// Fewer words say nothing.
const LEAST_COUNTED: usize = 12;

/// ISO 639-1 codes of the languages that study material comes in; others keep their three letters.
const CODES: [(&str, &str); 20] = [
    ("eng", "en"),
    ("cmn", "zh"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("fra", "fr"),
    ("deu", "de"),
    ("spa", "es"),
    ("por", "pt"),
    ("ita", "it"),
    ("rus", "ru"),
    ("ukr", "uk"),
    ("ara", "ar"),
    ("pes", "fa"),
    ("heb", "he"),
    ("hin", "hi"),
    ("tur", "tr"),
    ("vie", "vi"),
    ("ind", "id"),
    ("pol", "pl"),
    ("nld", "nl"),
];

/// The code of `document`'s language, or `None` where it can't be told.
pub(super) fn of(document: &Document) -> Option<String> {
    let mut sample = String::with_capacity(ENOUGH);
    for section in &document.sections {
        sample.push_str(&section.text);
        sample.push('\n');
        if sample.len() >= ENOUGH {
            break;
        }
    }
    code(&sample)
}

/// The code of `section`'s own language in a document of the language `whole`, or `None` where it is too short
/// to be told. In one that is not English, a section is English or as the whole.
pub(super) fn of_section(section: &Section, whole: Option<&str>) -> Option<String> {
    if words(&section.text) < LEAST_WORDS {
        return None;
    }
    let end = section.text.char_indices().nth(ENOUGH).map_or(section.text.len(), |(at, _)| at);
    let sample = &section.text[..end];
    if whole.is_some_and(|whole| whole != "en") {
        return is_plainly_english(sample).then(|| "en".to_owned());
    }
    // Formulas and names are taken for rare languages.
    let code = code(sample)?;
    CODES.iter().any(|(_, two)| *two == code).then_some(code)
}

fn code(sample: &str) -> Option<String> {
    if is_plainly_english(sample) {
        return Some("en".to_owned());
    }
    let detected = whatlang::detect(sample)?;
    if !detected.is_reliable() {
        return None;
    }
    let code = detected.lang().code();
    let known = CODES.iter().find(|(three, _)| *three == code);
    Some(known.map_or(code, |(_, two)| two).to_owned())
}

/// Whether `sample` has as many of English's commonest words as no other language has: nearly all that
/// comes, told at a hundredth of the cost of trigrams. Words with other letters than ASCII's count by length.
fn is_plainly_english(sample: &str) -> bool {
    let mut words = 0;
    let mut common = 0;
    for word in sample.split_ascii_whitespace() {
        words += if word.is_ascii() { 1 } else { word.chars().count() };
        common += usize::from(COMMON.iter().any(|common| word.eq_ignore_ascii_case(common)));
    }
    words >= LEAST_COUNTED && common * 100 >= words * COMMON_PERCENT
}

#[cfg(test)]
mod tests {
    fn of(text: &str) -> Option<String> {
        super::of(&crate::extract::extract("md", text.as_bytes()).document.unwrap())
    }

    #[test]
    fn english_and_japanese_are_told_apart_and_codes_of_no_language_are_none() {
        let english =
            "The model is trained on the clicks of the last month, and it is served from memory.";
        assert_eq!(of(english).as_deref(), Some("en"));
        assert_eq!(
            of("機械学習の仕組みを本番で動かすための考え方をまとめます。").as_deref(),
            Some("ja")
        );
        assert_eq!(
            of("El modelo se entrena con los clics del mes pasado y se sirve desde la memoria, con el fin de dar \
                a cada persona lo que busca en poco tiempo.")
            .as_deref(),
            Some("es")
        );
        assert_eq!(of("x 1 2"), None);
    }
}
