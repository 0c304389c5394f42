//! Tests of what the parser reads from queries, and of what it reports as ignored.

use proptest::prelude::*;

use super::*;

fn word(text: &str) -> Node {
    Node::Word(text.into())
}

#[test]
fn operators_are_read() {
    let query = parse(
        r#"a OR b | i "c  d" -"e f" -g NOT h topic:recall -lang:ja path:"my notes/" x:y License:MIT"#,
    );
    assert_eq!(query.units[0], Node::Any(vec![word("a"), word("b"), word("i")]));
    assert_eq!(query.units[1], Node::Phrase("c d".into()));
    assert_eq!(query.units[2], word("x:y"));
    assert_eq!(query.excluded, [Node::Phrase("e f".into()), word("g"), word("h")]);
    let filters: Vec<(&str, &str, bool)> =
        query.filters.iter().map(|f| (f.field.name(), &*f.value, f.excluded)).collect();
    assert_eq!(
        filters,
        [
            ("topic", "recall", false),
            ("lang", "ja", true),
            ("path", "my notes/", false),
            ("licence", "MIT", false)
        ]
    );
    assert_eq!(query.dropped, [""; 0]);
}

#[test]
fn groups_are_read() {
    let query = parse("(a b) OR (c -d) f(x) (single)");
    let both = Node::All(vec![word("a"), word("b")]);
    assert_eq!(query.units[0], Node::Any(vec![both, word("c")]));
    assert_eq!(query.units[1..], [word("f(x)"), word("single")]);
    assert_eq!(query.excluded, [word("d")]);
}

#[test]
fn text_that_makes_no_sense_is_read_as_words_and_reported() {
    let units = |text| parse(text).units;
    let dropped = |text| parse(text).dropped.len();
    assert_eq!(units("\"open phrase"), [Node::Phrase("open phrase".into())]);
    assert_eq!((units("OR a").len(), dropped("OR a")), (1, 1));
    assert_eq!((units("a OR").len(), dropped("a OR")), (1, 1));
    assert_eq!((units("- -- \"\" 🙂").len(), dropped("🙂")), (0, 1));
    assert_eq!(units("cost-benefit"), [word("cost-benefit")]);
    assert_eq!((units("((a b").len(), dropped("((a b")), (1, 1));
    assert_eq!((units("a) b").len(), dropped("a) b")), (2, 1));
    assert_eq!((units("a\u{0}b").len(), units("since:soon").len()), (2, 0));
    assert!(dropped("since:soon has:pictures topic: x") == 3);
    assert!(dropped(&"word ".repeat(3_000)) == 2);
    assert_eq!(parse(&"-word ".repeat(100)).excluded.len(), 24);
    let phrase = parse(&format!("\"{}\"", "word ".repeat(100))).units;
    assert_eq!(phrase, [Node::Phrase(["word"; 32].join(" "))]);
    let grouped = parse(&"(a \"b c\") ".repeat(30));
    assert_eq!(grouped.units.len(), 11, "32 words of 90");
    assert_eq!(grouped.dropped, ["all words after the first 32"]);
    assert_eq!(units(&"(".repeat(900)).len(), 0);
}

#[test]
fn alternatives_and_words_of_a_group_beyond_the_limit_are_reported() {
    let alternatives = |count: usize| parse(&vec!["a"; count].join(" OR "));
    let group = |count: usize| parse(&format!("({}) b", "a ".repeat(count)));
    assert_eq!((alternatives(24).dropped.len(), group(24).dropped.len()), (0, 0));
    let (many, long) = (alternatives(25), group(25));
    assert_eq!(many.dropped, ["all alternatives after the first 24"]);
    assert_eq!(many.units, [Node::Any(vec![word("a"); 24])]);
    assert_eq!(long.dropped, ["all words of a group after the first 24"]);
    assert_eq!(long.units, [Node::All(vec![word("a"); 24]), word("b")]);
}

#[test]
fn the_bracket_of_an_ignored_group_closes_no_other_group() {
    let nested = parse("((((a (b) OR c)))) d");
    assert_eq!(
        nested.units[..],
        [Node::All(vec![word("a"), Node::Any(vec![word("b"), word("c")])]), word("d")]
    );
    assert_eq!(nested.dropped, ["( (too many groups in groups)"]);
    let twice = parse("((((a ((b) c) e)))) d");
    assert_eq!(twice.units, parse("((((a b c e)))) d").units);
    assert_eq!(parse("(((( ( ) ) ) ) )").dropped, twice.dropped);
}

#[test]
fn an_operator_without_its_word_is_reported() {
    let not = "NOT (nothing after it)";
    let or = "OR (nothing after it)";
    for (text, wanted) in [
        ("ads NOT", &[not][..]),
        ("(ads NOT) bias", &[not]),
        ("(ads OR) bias", &[or]),
        ("ads OR NOT", &[or, not]),
        ("ads -", &["- (no letter or digit)"]),
        ("ads -\"", &[OPEN_QUOTE, not]),
        ("ads \"bias", &[OPEN_QUOTE]),
        ("ads source:\"ann", &[OPEN_QUOTE]),
        ("ads OR -bias", &[OR_BEFORE_NO_WORD]),
        ("ads OR lang:sv", &[OR_BEFORE_NO_WORD]),
        ("ads -bias OR clicks", &[]),
        ("ads NOT lang:sv", &[]),
    ] {
        assert_eq!(parse(text).dropped, wanted, "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_typed_panics_and_an_extra_space_changes_nothing(
        tokens in proptest::collection::vec("[a-z]{1,4}|\"[a-z ]{0,6}\"?|[():-]|OR|topic:|é|🙂", 0..20),
    ) {
        let once = parse(&tokens.join(" "));
        prop_assert_eq!(&once, &parse(&format!("  {}\t ", tokens.join("  \n"))));
    }
}
