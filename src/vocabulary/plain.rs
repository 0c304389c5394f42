//! English words that labels of topics share with plain speech: one that stands alone needs a rule.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::label;

/// Keys of [`super::label`].
static WORDS: LazyLock<HashSet<String>> =
    LazyLock::new(|| include_str!("plain.txt").split_whitespace().map(label::key).collect());

/// Whether `key`, a label's key, is a word of plain English, or two letters that can be
/// anything.
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
