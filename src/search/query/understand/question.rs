//! Recognises what a question asks for: a definition, a comparison, or when and how to use or choose something.

use schemars::JsonSchema;
use serde::Serialize;

/// What a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Question {
    /// What something is, or means.
    Definition,
    /// How two things differ, or which of two to use.
    Comparison,
    /// When to use something.
    Usage,
    /// How to choose something.
    Choice,
}

/// The beginnings of questions.
const BEGINNINGS: [(Question, &[&str]); 3] = [
    (
        Question::Definition,
        &[
            "what is ",
            "what are ",
            "what's ",
            "what does ",
            "whats ",
            "define ",
            "definition of ",
            "meaning of ",
            "explain ",
        ],
    ),
    (
        Question::Usage,
        &[
            "when to use ",
            "when to apply ",
            "when should i use ",
            "when should we use ",
            "when should you use ",
            "when do i use ",
            "when do we use ",
            "when do you use ",
            "when would i use ",
            "when would you use ",
            "why use ",
        ],
    ),
    (
        Question::Choice,
        &[
            "how do i choose ",
            "how do i pick ",
            "how do i select ",
            "how do we choose ",
            "how do you choose ",
            "how do you pick ",
            "how should i choose ",
            "how to choose ",
            "how to pick ",
            "how to select ",
            "choosing ",
            "which ",
        ],
    ),
];
/// The ends of questions for a definition.
const DEFINITION_ENDS: [&str; 5] = [" definition", " defined", " meaning", " explained", " mean"];
/// Words of questions that say what is asked, but not about what.
const ASKING: [&str; 24] = [
    "apply",
    "choose",
    "choosing",
    "compare",
    "compared",
    "comparison",
    "define",
    "defined",
    "definition",
    "differ",
    "difference",
    "differences",
    "explain",
    "explained",
    "instead",
    "mean",
    "meaning",
    "means",
    "pick",
    "prefer",
    "select",
    "should",
    "versus",
    "vs",
];
/// Words that ask for a comparison.
const COMPARING: [&str; 10] = [
    " vs ",
    " vs. ",
    " versus ",
    "difference between",
    "differences between",
    "differ from",
    "compared to",
    "compared with",
    "compare ",
    "comparison of",
];
/// The first words of a question that lets the reader choose between two things joined by "or".
const CHOOSING: [&str; 6] = ["should", "which", "when", "do i", "how do i choose", "is it better"];

impl Question {
    /// What the query `text` asks for; `None` if it only names a subject.
    pub fn of(text: &str) -> Option<Question> {
        let text = text.trim().trim_end_matches(['?', '.', '!']).trim_end().to_lowercase();
        if asks_to_compare(&text) {
            return Some(Question::Comparison);
        }
        let begins = |(_, words): &&(Question, &[&str])| words.iter().any(|w| text.starts_with(w));
        let begun = BEGINNINGS.iter().find(begins).map(|(question, _)| *question);
        let ends = || DEFINITION_ENDS.iter().any(|words| text.ends_with(words));
        begun.or_else(|| ends().then_some(Question::Definition))
    }
}

/// Whether `word` (lower-case) of a question says what is asked, but not about what.
pub(super) fn is_asking(word: &str) -> bool {
    ASKING.contains(&word)
}

/// Whether the query `text`, in lower case, asks for a comparison.
fn asks_to_compare(text: &str) -> bool {
    let spaced = format!(" {text} ");
    let chooses = || text.contains(" or ") && CHOOSING.iter().any(|word| text.starts_with(word));
    COMPARING.iter().any(|words| spaced.contains(words)) || chooses()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_ask_are_in_order() {
        assert!(ASKING.is_sorted() && is_asking("choose") && !is_asking("loss"));
    }

    #[test]
    fn questions_are_recognised() {
        let cases = [
            ("What is calibration?", Some(Question::Definition)),
            ("what does NDCG mean", Some(Question::Definition)),
            ("position bias explained", Some(Question::Definition)),
            ("When should I use focal loss?", Some(Question::Usage)),
            ("how do I choose a learning rate", Some(Question::Choice)),
            ("which loss for imbalanced classes", Some(Question::Choice)),
            ("precision vs recall", Some(Question::Comparison)),
            ("Difference between bagging and boosting?", Some(Question::Comparison)),
            ("batch versus online learning", Some(Question::Comparison)),
            ("should I use XGBoost or a neural network", Some(Question::Comparison)),
            ("when to use ROC AUC or PR AUC", Some(Question::Comparison)),
            ("two-tower compared with matrix factorization", Some(Question::Comparison)),
            ("precision and recall", None),
            ("precision or recall", None),
            ("position bias", None),
            ("canvas", None),
            ("what is", None),
            ("", None),
        ];
        for (text, question) in cases {
            assert_eq!(Question::of(text), question, "{text}");
        }
    }
}
