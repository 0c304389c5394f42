//! Classifies a repository by the words around its links: study material, a list of links, or software and data.

use super::word_lists::{
    DEPARTMENTS, EXPLAINS, LIST, LIST_IN_NAMES, LIST_PAIRS, PURPOSE, STUDY, STUDY_IN_NAMES,
    STUDY_PAIRS, SURE_STUDY, TOOL,
};

/// What the words of a text indicate about a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WordSigns {
    pub study: bool,
    pub tool: bool,
    /// Whether the text calls the repository a list of links or papers.
    pub list: bool,
    /// Whether the text says that the repository explains what it lists.
    pub explains: bool,
}

impl WordSigns {
    /// What the words of `text` indicate about a repository. `text` is a heading, a sentence or a description.
    /// O(length).
    pub fn of(text: &str) -> WordSigns {
        let words = words(text, |c| c.is_alphanumeric() || c == '-');
        WordSigns {
            study: has(&words, &STUDY) || has_pair(&words, &STUDY_PAIRS) || has_course_code(&words),
            tool: has(&words, &TOOL),
            list: has_pair(&words, &LIST_PAIRS),
            explains: has(&words, &EXPLAINS),
        }
    }

    /// What the words of `text` indicate about a repository. `text` is a statement about the repository. If its words
    /// indicate software, `study` is set only by words that unambiguously mean study material. O(length).
    pub fn of_remark(text: &str) -> WordSigns {
        let signs = WordSigns::of(text);
        let is_sure = has(&words(text, |c| c.is_alphanumeric() || c == '-'), &SURE_STUDY);
        WordSigns { study: signs.study && (!signs.tool || is_sure), ..signs }
    }

    /// What the words of `text` indicate about a repository. `text` is a link text. O(length).
    pub fn of_link(text: &str) -> WordSigns {
        let list = has(&words(text, char::is_alphanumeric), &LIST);
        WordSigns { list, ..WordSigns::default() }.or(WordSigns::of(text))
    }

    /// What the words of `name`, the name of a repository, indicate about the repository. O(length).
    pub fn of_name(name: &str) -> WordSigns {
        let words = words(name, char::is_alphanumeric);
        let study = has(&words, &STUDY)
            || has(&words, &STUDY_IN_NAMES)
            || has_pair(&words, &STUDY_PAIRS)
            || has_course_code(&words);
        // Names such as `promptpapers` join words.
        let is_run_together = words.iter().any(|word| word.ends_with("papers"));
        WordSigns {
            study,
            tool: has(&words, &TOOL),
            list: has(&words, &LIST) || has(&words, &LIST_IN_NAMES) || is_run_together,
            explains: has(&words, &EXPLAINS),
        }
    }

    /// What at least one of `self` and `other` indicates.
    pub fn or(self, other: WordSigns) -> WordSigns {
        WordSigns {
            study: self.study || other.study,
            tool: self.tool || other.tool,
            list: self.list || other.list,
            explains: self.explains || other.explains,
        }
    }
}

/// Whether `text`, a name, a link text or a description, contains a word of the catalogue's purpose.
pub(super) fn is_of_purpose(text: &str) -> bool {
    has(&words(text, char::is_alphanumeric), &PURPOSE)
}

/// Whether `heading` says that data sets are listed below it.
pub(super) fn lists_data(heading: &str) -> bool {
    has(&words(heading, char::is_alphanumeric), &["dataset", "datasets"])
}

fn has(words: &[String], listed: &[&str]) -> bool {
    words.iter().any(|word| listed.contains(&word.as_str()))
}

fn has_pair(words: &[String], listed: &[[&str; 2]]) -> bool {
    words.windows(2).any(|pair| listed.iter().any(|known| pair == known))
}

/// Whether `words` contain the number of a course: `cs231n`, or `cs` and `324`.
fn has_course_code(words: &[String]) -> bool {
    let is_number = |text: &str| {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        digits == 3 && text.len() - digits <= 1
    };
    let is_joined = |word: &String| {
        let department = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let department = department.trim_end_matches(|c: char| c.is_ascii_digit());
        DEPARTMENTS.contains(&department) && is_number(&word[department.len()..])
    };
    let is_pair = |pair: &[String]| DEPARTMENTS.contains(&pair[0].as_str()) && is_number(&pair[1]);
    words.iter().any(is_joined) || words.windows(2).any(is_pair)
}

/// The words of `text` in lower case, made of characters that `is_inside` accepts.
fn words(text: &str, is_inside: impl Fn(char) -> bool) -> Vec<String> {
    let words = text.split(|c: char| !is_inside(c)).map(|word| word.trim_matches('-'));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_courses_and_notes_are_distinguished_from_libraries_and_data() {
        for text in ["ML interview questions", "A course on drift", "Case studies", "Notes on RAG"]
        {
            assert_eq!(
                WordSigns::of(text),
                WordSigns { study: true, ..WordSigns::default() },
                "{text}"
            );
        }
        for text in
            ["A fast library for search", "An MLOps platform", "a Python SDK", "Public datasets"]
        {
            assert_eq!(
                WordSigns::of(text),
                WordSigns { tool: true, ..WordSigns::default() },
                "{text}"
            );
        }
        for text in
            ["a book-keeping property", "Community Notes", "More resources", "awesome examples"]
        {
            assert_eq!(WordSigns::of(text), WordSigns::default(), "{text}");
        }
        for name in ["cs231n", "system_design", "ai-notes", "rag.course"] {
            assert!(WordSigns::of_name(name).study, "{name}");
        }
        assert_eq!(WordSigns::of_name("prophet"), WordSigns::default());
    }

    #[test]
    fn bare_lists_are_distinguished_from_lists_that_explain() {
        let is_list = |signs: WordSigns| signs.list && !signs.explains;
        for name in ["awesome-rag", "engineering-blogs", "rag.papers", "promptpapers"] {
            assert!(is_list(WordSigns::of_name(name)), "{name}");
        }
        assert!(is_list(WordSigns::of_link("Prompt Papers")));
        assert!(is_list(WordSigns::of("A curated list of libraries")));
        assert!(!is_list(WordSigns::of_name("annotated-papers")), "annotated");
        assert!(!is_list(WordSigns::of("A list of papers with summaries of each")), "summaries");
        assert!(!is_list(WordSigns::of("A course with a paper")), "one paper");
    }

    #[test]
    fn a_framework_that_answers_questions_is_not_study_material() {
        let is_study = |text| WordSigns::of_remark(text).study;
        assert!(!is_study("A framework to turn questions into queries"));
        assert!(is_study("The software that goes with my book"));
        assert!(is_study("Questions and answers"));
    }

    #[test]
    fn course_numbers_are_distinguished_from_other_numbers() {
        for text in ["CS231n notes", "CS 324 - Foundation Models", "stat110"] {
            assert!(has_course_code(&words(text, char::is_alphanumeric)), "{text}");
        }
        for text in ["MI300x", "GPT 175", "RFC 793", "cs", "cs-2024", "cs12345"] {
            assert!(!has_course_code(&words(text, char::is_alphanumeric)), "{text}");
        }
    }

    #[test]
    fn words_of_the_purpose_are_found_in_names() {
        assert!(is_of_purpose("data-science-interview-questions") && is_of_purpose("scaling-book"));
        assert!(!is_of_purpose("awesome-code-llm"));
    }
}
