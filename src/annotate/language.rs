//! Detects the language of a document from the beginning of its text, and finds sections in another language than their
//! document.

use crate::extract::words::words;
use crate::extract::{Document, Section};

/// The length of the sample from which the language is detected: in bytes for a document (rounded up to whole
/// sections), in characters for a section.
const SAMPLE: usize = 2_000;
/// Sections with fewer words are assumed to be in their document's language.
const LEAST_WORDS: usize = 30;

/// Common English words that are rare in other languages written in ASCII letters.
const COMMON: [&str; 14] = [
    "the", "of", "and", "to", "is", "that", "for", "with", "are", "this", "which", "from", "by",
    "can",
];
/// A sample counts as English if at least this percentage of its words is in [`COMMON`]. The percentage is about 25 %
/// in English prose, but only about 5 % in lists of English titles, which therefore need detection by trigrams.
const COMMON_PERCENT: usize = 6;
/// [`COMMON_PERCENT`] is not used for samples with fewer words, because the percentage of so few words is unreliable.
const LEAST_COUNTED: usize = 12;

/// Pairs of a language code and the code that is stored instead (ISO 639-1), sorted by the first code. Contains the
/// three-letter codes of each language that whatlang detects: ISO 639-3, and ISO 639-2/B where that differs. Bokmål is
/// stored as `no`, because detection can't distinguish it from Nynorsk.
const CODES: [(&str, &str); 88] = [
    ("afr", "af"),
    ("aka", "ak"),
    ("amh", "am"),
    ("ara", "ar"),
    ("arm", "hy"),
    ("aze", "az"),
    ("bel", "be"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("bur", "my"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("chi", "zh"),
    ("cmn", "zh"),
    ("cym", "cy"),
    ("cze", "cs"),
    ("dan", "da"),
    ("deu", "de"),
    ("dut", "nl"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("fas", "fa"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("geo", "ka"),
    ("ger", "de"),
    ("gre", "el"),
    ("guj", "gu"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ind", "id"),
    ("ita", "it"),
    ("jav", "jv"),
    ("jpn", "ja"),
    ("kan", "kn"),
    ("kat", "ka"),
    ("khm", "km"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mac", "mk"),
    ("mal", "ml"),
    ("mar", "mr"),
    ("mkd", "mk"),
    ("mya", "my"),
    ("nb", "no"),
    ("nep", "ne"),
    ("nld", "nl"),
    ("nob", "no"),
    ("nor", "no"),
    ("ori", "or"),
    ("pan", "pa"),
    ("per", "fa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rum", "ro"),
    ("rus", "ru"),
    ("sin", "si"),
    ("slk", "sk"),
    ("slo", "sk"),
    ("slv", "sl"),
    ("sna", "sn"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tgl", "tl"),
    ("tha", "th"),
    ("tuk", "tk"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("uzb", "uz"),
    ("vie", "vi"),
    ("wel", "cy"),
    ("yid", "yi"),
    ("zho", "zh"),
    ("zul", "zu"),
];

/// The languages that a section can have if its language differs from its document's. Other detected languages are
/// discarded, because formulas and names are often detected as rarer languages.
const SECTION_LANGUAGES: [&str; 20] = [
    "ar", "de", "en", "es", "fa", "fr", "he", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru",
    "tr", "uk", "vi", "zh",
];

/// The normal form of a language code, for storage and comparison: the two-letter code of ISO 639-1 if `code` is a
/// known three-letter code, else `code` itself. Trimmed and lower-cased.
///
/// ```
/// use cairn::annotate::language_code;
/// assert_eq!((&*language_code("SWE"), &*language_code("sv")), ("sv", "sv"));
/// assert_eq!(language_code("pt-BR"), "pt-br");
/// ```
pub fn language_code(code: &str) -> String {
    let code = code.trim().to_lowercase();
    match CODES.binary_search_by_key(&&*code, |(known, _)| known) {
        Ok(at) => CODES[at].1.to_owned(),
        Err(_) => code,
    }
}

/// The code of `document`'s language, or `None` if it can't be detected reliably.
pub(super) fn of(document: &Document) -> Option<String> {
    let mut sample = String::with_capacity(SAMPLE);
    for section in &document.sections {
        sample.push_str(&section.text);
        sample.push('\n');
        if sample.len() >= SAMPLE {
            break;
        }
    }
    code(&sample)
}

/// The code of the language of `section`, which belongs to a document in the language `whole`. If `whole` is known and
/// not English, only English is detected. `None` if the section is too short, if its language can't be detected, or if
/// that language is not in [`SECTION_LANGUAGES`].
pub(super) fn of_section(section: &Section, whole: Option<&str>) -> Option<String> {
    if words(&section.text) < LEAST_WORDS {
        return None;
    }
    let end = section.text.char_indices().nth(SAMPLE).map_or(section.text.len(), |(at, _)| at);
    let sample = &section.text[..end];
    if whole.is_some_and(|whole| whole != "en") {
        return is_plainly_english(sample).then(|| "en".to_owned());
    }
    let code = code(sample)?;
    SECTION_LANGUAGES.contains(&&*code).then_some(code)
}

/// The code of the language of `sample`; `None` if it can't be detected reliably.
fn code(sample: &str) -> Option<String> {
    if is_plainly_english(sample) {
        return Some("en".to_owned());
    }
    let detected = whatlang::detect(sample)?;
    if !detected.is_reliable() {
        return None;
    }
    Some(language_code(detected.lang().code()))
}

/// Whether `sample` has enough common English words ([`COMMON_PERCENT`]) to be recognised as English. Recognises nearly
/// all English text, at a hundredth of the cost of detection by trigrams. Each character of a word that is not all
/// ASCII counts as a word, because some languages are written without spaces.
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
    use super::{CODES, language_code};

    fn of(text: &str) -> Option<String> {
        super::of(&crate::extract::extract("md", text.as_bytes()).document.unwrap())
    }

    #[test]
    fn languages_are_detected_and_text_of_no_language_has_none() {
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

    #[test]
    fn swedish_is_stored_as_sv_and_not_as_swe() {
        let swedish = "Modellen tränas på klicken från den senaste månaden, och den körs från minnet så att varje \
            användare snabbt får det som hon söker efter.";
        assert_eq!(of(swedish).as_deref(), Some("sv"));
    }

    #[test]
    fn every_language_that_can_be_detected_has_a_code_of_two_letters() {
        assert!(CODES.is_sorted());
        for language in whatlang::Lang::all() {
            let code = language_code(language.code());
            assert_eq!(code.len(), 2, "{language}");
            assert_eq!(language_code(&code), code, "the stored form is a fixed point");
        }
    }
}
