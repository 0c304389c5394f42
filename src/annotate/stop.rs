//! Stop words of term extraction: function words, and general words that occur in every field.

use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Grammar,
    General,
}

static WORDS: LazyLock<HashMap<&str, Kind>> = LazyLock::new(|| {
    let mut kind = Kind::Grammar;
    let mut words = HashMap::new();
    for line in include_str!("stop.txt").lines() {
        match line.strip_prefix('#') {
            Some(comment) if comment.contains("everywhere") => kind = Kind::General,
            Some(_) => {}
            None => words.extend(line.split_whitespace().map(|word| (word, kind))),
        }
    }
    words
});

/// Whether `word`, in its normal form, is a function word. No term contains one.
pub(super) fn is_function(word: &str) -> bool {
    WORDS.get(word) == Some(&Kind::Grammar)
}

/// Whether `word`, in its normal form, is a general word or a function word. No term begins or ends with one.
pub(super) fn is_general(word: &str) -> bool {
    WORDS.contains_key(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_grammar_are_general_too() {
        assert!(is_function("the") && is_general("the"));
        assert!(is_general("overview") && !is_function("overview"));
        assert!(!is_general("embedding"));
    }
}
