//! Tests the tokens of texts and their positions.

use proptest::prelude::*;

use super::*;

/// Each token with its position.
fn tokens(text: &str) -> Vec<(String, usize)> {
    let mut words = WordTokenizer::default();
    let mut stream = words.token_stream(text);
    let mut tokens = Vec::new();
    while stream.advance() {
        let token = stream.token();
        assert!(text.is_char_boundary(token.offset_from) && token.offset_to <= text.len());
        tokens.push((token.text.clone(), token.position));
    }
    tokens
}

fn texts(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|(text, _)| text).collect()
}

#[test]
fn words_are_runs_and_scripts_without_spaces_give_pairs() {
    assert_eq!(texts("test, p99."), ["test", "p99"]);
    assert_eq!(texts("推荐系统"), ["推荐", "荐系", "系统"]);
    assert_eq!(texts("用AUC评估, 热"), ["用", "AUC", "评估", "热"]);
    assert_eq!(texts("추천 시스템"), ["추천", "시스", "스템"]);
    assert_eq!(texts(" — "), [""; 0]);
    assert_eq!(texts("Bayes's rule isn't Bayes’ rule"), ["Bayes", "rule", "isn", "Bayes", "rule"]);
}

#[test]
fn words_joined_by_punctuation_give_a_compound_and_its_pieces() {
    for (text, wanted) in [
        ("k-NN", &["kNN", "k", "NN"][..]),
        ("A/B", &["AB", "A", "B"]),
        ("F1@k", &["F1k", "F1", "k"]),
        ("U-Net", &["UNet", "U", "Net"]),
        ("GPT-3.5", &["GPT3.5", "GPT", "3.5"]),
        ("feature_store", &["featurestore", "feature", "store"]),
        ("C++, C# and c", &["C++", "C", "C#", "C", "and", "c"]),
        ("training/serving", &["training", "serving"]),
        ("3.5, 1.2.3.", &["3.5", "1.2.3"]),
        ("a-b-c-d-e", &["a", "bcde", "b", "c", "d", "e"]),
    ] {
        assert_eq!(texts(text), wanted, "{text}");
    }
}

#[test]
fn a_compound_has_the_position_of_its_first_piece() {
    let found = tokens("one k-NN two");
    let at = |at: usize| (found[at].0.as_str(), found[at].1);
    assert_eq!(
        [at(0), at(1), at(2), at(3), at(4)],
        [("one", 0), ("kNN", 1), ("k", 1), ("NN", 2), ("two", 3)]
    );
}

proptest! {
    #[test]
    fn positions_never_decrease_and_every_letter_is_in_a_token(text in "([a-zA-Z0-9]{1,4}|[-_/@.+&#' ]|é|推|荐){0,40}") {
        let found = tokens(&text);
        prop_assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        prop_assert_eq!(found.is_empty(), !text.chars().any(char::is_alphanumeric));
    }
}
