//! Properties that hold for all queries and texts.

use cairn::search::{LastWord, Understanding};
use proptest::prelude::*;

use crate::search::ids;
use crate::shelf::{plain, shelf};

const WORDS: [&str; 14] = [
    "position", "bias", "how", "to", "CTR", "drift", "model", "k-NN", "recall", "MAP", "serving",
    "users", "history", "zebra",
];

fn text() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn understanding_never_loses_a_section_that_holds_all_the_words(
        texts in proptest::collection::vec(text(), 3..20),
        queries in proptest::collection::vec(proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..6), 8),
    ) {
        let shelf = shelf(texts.iter().map(|text| plain("Note", &text.join(" "))).collect());
        for query in queries {
            let typed = query.join(" ");
            let answer = shelf.full(&typed);
            let found = ids(&answer);
            for (at, text) in texts.iter().enumerate() {
                if query.iter().all(|word| text.contains(word)) {
                    prop_assert!(found.contains(&(at as u64)), "{typed} loses {text:?}");
                }
            }
            // An extra space changes nothing.
            let spaced = shelf.full(&format!("  {} ", query.join("   ")));
            prop_assert_eq!(ids(&spaced), found);
            // Nor, without labels and spelling, does the order change which sections match.
            let plainly = Understanding { labels: false, spelling: false, ..Understanding::FULL };
            let mut turned = query.clone();
            turned.reverse();
            let forth = shelf.ask(&typed, plainly, LastWord::Whole);
            let back = shelf.ask(&turned.join(" "), plainly, LastWord::Whole);
            prop_assert_eq!((forth.total, ids(&forth)), (back.total, ids(&back)));
        }
    }
}
