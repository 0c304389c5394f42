//! Words that are labels of topics, but also plain English. Such a label needs a rule that limits where it counts.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::label;

/// The label keys (`label::key`) of the words.
static WORDS: LazyLock<HashSet<String>> =
    LazyLock::new(|| include_str!("plain.txt").split_whitespace().map(label::key).collect());

/// Whether `key`, a label's key, is a word of plain English, or has only two characters and so is ambiguous.
pub(crate) fn is_plain(key: &str) -> bool {
    WORDS.contains(key) || (key.len() == 2 && key.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_told_from_terms() {
        assert!(is_plain("recall") && is_plain("cv") && !is_plain("ndcg"));
        assert!(is_plain(&label::key("Alerts")));
    }
}
