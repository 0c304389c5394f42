//! The language of a document, from its first words, and of sections in another.

use crate::extract::words::words;
use crate::extract::{Document, Section};

/// Characters that are enough to tell by.
const ENOUGH: usize = 2_000;
/// Shorter sections are in their document's language.
const LEAST_WORDS: usize = 30;

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

/// The code of `section`'s own language, or `None` where it is too short to be told.
pub(super) fn of_section(section: &Section) -> Option<String> {
    // Formulas and names are taken for rare languages.
    let code = (words(&section.text) >= LEAST_WORDS).then(|| code(&section.text))??;
    CODES.iter().any(|(_, two)| *two == code).then_some(code)
}

fn code(sample: &str) -> Option<String> {
    let detected = whatlang::detect(sample)?;
    if !detected.is_reliable() {
        return None;
    }
    let code = detected.lang().code();
    let known = CODES.iter().find(|(three, _)| *three == code);
    Some(known.map_or(code, |(_, two)| two).to_owned())
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
        assert_eq!(of("x 1 2"), None);
    }
}
