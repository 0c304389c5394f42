//! What the words round a link call the repository that it leads to: something to study, or something to run.

/// Words of study material, as they stand in names, in the words of links, in headings and sentences.
const STUDY: [&str; 45] = [
    "101",
    "awesome",
    "book",
    "books",
    "bootcamp",
    "cheatsheet",
    "cheatsheets",
    "checklist",
    "compendium",
    "cookbook",
    "course",
    "courses",
    "curated",
    "curriculum",
    "exercises",
    "explained",
    "flashcards",
    "glossary",
    "guide",
    "guides",
    "handbook",
    "interview",
    "interviews",
    "lecture",
    "lectures",
    "lesson",
    "lessons",
    "papers",
    "patterns",
    "playbook",
    "primer",
    "questions",
    "roadmap",
    "slides",
    "survey",
    "surveys",
    "syllabus",
    "textbook",
    "tutorial",
    "tutorials",
    "walkthrough",
    "workshop",
    "workshops",
    "zoomcamp",
    "coursework",
];
/// Words that say so in a name; in a sentence they say little.
const STUDY_IN_NAMES: [&str; 6] = ["blogs", "notes", "practices", "reading", "resources", "study"];
/// Pairs of words that say so.
const STUDY_PAIRS: [[&str; 2]; 10] = [
    ["best", "practices"],
    ["case", "studies"],
    ["cheat", "sheet"],
    ["engineering", "blogs"],
    ["lecture", "notes"],
    ["notes", "for"],
    ["notes", "on"],
    ["reading", "list"],
    ["system", "design"],
    ["systems", "design"],
];
/// Words of software and data.
const TOOL: [&str; 56] = [
    "accelerator",
    "api",
    "app",
    "application",
    "benchmark",
    "bindings",
    "checkpoints",
    "cli",
    "client",
    "code",
    "codebase",
    "compiler",
    "connector",
    "container",
    "database",
    "dataset",
    "datasets",
    "engine",
    "extension",
    "framework",
    "frameworks",
    "gateway",
    "gpu",
    "implementation",
    "implementations",
    "integration",
    "kernel",
    "libraries",
    "library",
    "metadata",
    "module",
    "notebook",
    "operator",
    "optimizer",
    "orchestrator",
    "package",
    "packages",
    "pip",
    "platform",
    "plugin",
    "plugins",
    "proxy",
    "runtime",
    "scheduler",
    "sdk",
    "sdks",
    "server",
    "service",
    "software",
    "store",
    "tool",
    "toolbox",
    "toolkit",
    "tools",
    "weights",
    "wrapper",
];
/// Words of what the catalogue is for: designing, building and running systems that learn, and being asked about it.
const PURPOSE: [&str; 21] = [
    "cookbook",
    "deployment",
    "design",
    "engineering",
    "infrastructure",
    "interview",
    "interviews",
    "llmops",
    "mlops",
    "mlsys",
    "monitoring",
    "ops",
    "patterns",
    "production",
    "recommender",
    "recsys",
    "scale",
    "scaling",
    "serving",
    "system",
    "systems",
];

/// Which signs a text has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs {
    pub study: bool,
    pub tool: bool,
}

impl Signs {
    /// The signs of `text`, the words of a link, a heading or a sentence. O(length).
    pub fn of(text: &str) -> Signs {
        let words = words(text, |c| c.is_alphanumeric() || c == '-');
        Signs { study: has(&words, &STUDY) || has_pair(&words), tool: has(&words, &TOOL) }
    }

    /// The signs of `name`, a repository's. O(length).
    pub fn of_name(name: &str) -> Signs {
        let words = words(name, char::is_alphanumeric);
        let study = has(&words, &STUDY) || has(&words, &STUDY_IN_NAMES) || has_pair(&words);
        Signs { study, tool: has(&words, &TOOL) }
    }

    /// The signs of this or `other`.
    pub fn or(self, other: Signs) -> Signs {
        Signs { study: self.study || other.study, tool: self.tool || other.tool }
    }
}

/// Whether `text`, a name or the words of a link, has a word of what the catalogue is for.
pub(super) fn is_of_purpose(text: &str) -> bool {
    has(&words(text, char::is_alphanumeric), &PURPOSE)
}

/// Whether `heading` says that data is listed below it.
pub(super) fn lists_data(heading: &str) -> bool {
    has(&words(heading, char::is_alphanumeric), &["dataset", "datasets"])
}

fn has(words: &[String], listed: &[&str]) -> bool {
    words.iter().any(|word| listed.contains(&word.as_str()))
}

fn has_pair(words: &[String]) -> bool {
    let is = |pair: &[String]| STUDY_PAIRS.iter().any(|known| pair == known);
    words.windows(2).any(is)
}

/// The words of `text` in lower case, of characters that `is_inside`.
fn words(text: &str, is_inside: impl Fn(char) -> bool) -> Vec<String> {
    let words = text.split(|c: char| !is_inside(c)).map(|word| word.trim_matches('-'));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_courses_and_notes_are_told_from_libraries_and_data() {
        for text in ["ML interview questions", "A course on drift", "Case studies", "Notes on RAG"]
        {
            assert_eq!(Signs::of(text), Signs { study: true, tool: false }, "{text}");
        }
        for text in
            ["A fast library for search", "An MLOps platform", "a Python SDK", "Public datasets"]
        {
            assert_eq!(Signs::of(text), Signs { study: false, tool: true }, "{text}");
        }
        assert_eq!(Signs::of("A curated list of libraries"), Signs { study: true, tool: true });
        for text in ["a book-keeping property", "Community Notes", "More resources"] {
            assert_eq!(Signs::of(text), Signs::default(), "{text}");
        }
        for name in ["awesome-vector-search", "system_design", "ai-notes", "rag.papers"] {
            assert!(Signs::of_name(name).study, "{name}");
        }
        assert_eq!(Signs::of_name("prophet"), Signs::default());
    }

    #[test]
    fn a_name_tells_what_it_is_for() {
        assert!(is_of_purpose("data-science-interview-questions") && is_of_purpose("scaling-book"));
        assert!(!is_of_purpose("awesome-code-llm"));
    }
}
