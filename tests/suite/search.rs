//! Search over an index of a few sections, written without a refresh: what is found, how a query is understood, and
//! properties of all queries.

use std::collections::BTreeSet;

use cairn::annotate::{Salience, SectionRole};
use cairn::search::{Budget, LastWord, SearchResponse, Suggested, TopicMention, Understanding};

use crate::shelf::{plain, record, shelf};

pub(crate) fn ids(answer: &SearchResponse) -> BTreeSet<u64> {
    answer.found.iter().map(|found| found.id.0).collect()
}

#[test]
fn words_joined_by_punctuation_are_found_with_and_without_it() {
    let texts = [
        "C++ code",
        "an A/B test",
        "p99 latency",
        "k-NN search",
        "F1@k measure",
        "top-k lists",
        "a U-Net model",
        "GPT-4 answers",
        "version 3.5 of it",
        "a feature_store here",
        "C code",
        "version 35 of it",
    ];
    let shelf = shelf(texts.iter().map(|text| plain(text, text)).collect());
    for (typed, wanted) in [
        ("C++", "C++ code"),
        ("c++", "C++ code"),
        ("A/B", "an A/B test"),
        ("ab", "an A/B test"),
        ("p99", "p99 latency"),
        ("k-NN", "k-NN search"),
        ("knn", "k-NN search"),
        ("F1@k", "F1@k measure"),
        ("f1k", "F1@k measure"),
        ("top-k", "top-k lists"),
        ("topk", "top-k lists"),
        ("U-Net", "a U-Net model"),
        ("unet", "a U-Net model"),
        ("GPT-4", "GPT-4 answers"),
        ("gpt4", "GPT-4 answers"),
        ("3.5", "version 3.5 of it"),
        ("feature_store", "a feature_store here"),
        ("featurestore", "a feature_store here"),
    ] {
        let answer = shelf.ask(typed, Understanding::LITERAL, LastWord::Whole);
        let first = answer.found.first().map(|found| found.record.title.as_str());
        assert_eq!(first, Some(wanted), "{typed}");
        assert!(!answer.found[0].snippet.highlights.is_empty(), "{typed}");
    }
    assert_eq!(ids(&shelf.ask("C++", Understanding::LITERAL, LastWord::Whole)).len(), 1);
}

#[test]
fn other_languages_are_stemmed_by_their_own_rules_and_cjk_is_found_inside_words() {
    let in_language = |code: &str, text: &str| {
        record(text, text, |record| record.language = Some(code.to_owned()))
    };
    let shelf = shelf(vec![
        in_language("de", "Empfehlungen für Nutzer"),
        in_language("pt", "recomendações de vídeos"),
        in_language("zh", "我们的推荐系统很好"),
        in_language("ko", "추천시스템을 만든다"),
    ]);
    for (typed, wanted) in [("Empfehlung", 0), ("recomendação", 1), ("推荐系统", 2), ("시스템", 3)]
    {
        assert_eq!(ids(&shelf.full(typed)), BTreeSet::from([wanted]), "{typed}");
    }
}

#[test]
fn a_topic_is_found_by_its_synonyms_and_the_exact_match_comes_first() {
    let ctr = |record: &mut cairn::search::SectionRecord| {
        record.mentions = vec![TopicMention {
            topic: "click-through-rate".into(),
            label: "click-through rate".into(),
            salience: Salience::Main,
        }];
    };
    let shelf = shelf(vec![
        record("Adverts", "We predict the click-through rate of each advert.", ctr),
        record("Clicks", "We predict the CTR of each advert that is shown.", ctr),
        plain("Weather", "We predict the rain of each day that is coming."),
    ]);
    let answer = shelf.full("CTR");
    assert_eq!(answer.found[0].record.title, "Clicks");
    assert_eq!(ids(&answer), BTreeSet::from([0, 1]));
    assert_eq!(answer.understood.topics[0].id, "click-through-rate");
    let marked = &answer.found[1].snippet;
    let (from, to) = marked.highlights[0];
    let words: String = marked.text.chars().skip(from).take(to - from).collect();
    assert_eq!(words, "click-through rate", "another name of the topic is marked");
    let without = Understanding { labels: false, ..Understanding::FULL };
    assert_eq!(ids(&shelf.ask("CTR", without, LastWord::Whole)), BTreeSet::from([1]));
}

#[test]
fn misspelt_words_are_corrected_and_the_correction_is_shown() {
    let shelf = shelf(vec![
        plain("Neighbours", "Approximate nearest neighbor search over embeddings."),
        plain("Filtering", "Collaborative filtering learns from what others liked."),
        plain("Drift", "When the inputs change we speak of data drift in production."),
        plain("Fit", "The model shows overfitting on the training set."),
    ]);
    for (typed, wanted, corrected) in [
        ("aproximate nearest nieghbor", 0, "approximate nearest neighbor"),
        ("colaborative filtring", 1, "collaborative filtering"),
        ("datadrift", 2, "data drift"),
    ] {
        let answer = shelf.full(typed);
        assert_eq!(answer.found.first().map(|found| found.id.0), Some(wanted), "{typed}");
        assert_eq!(answer.corrected.as_deref(), Some(corrected));
        assert!(!answer.found[0].snippet.highlights.is_empty(), "{typed}");
        let without = Understanding {
            spelling: false,
            labels: false,
            completion: false,
            ..Understanding::FULL
        };
        let literal = shelf.ask(typed, without, LastWord::Whole);
        assert!(
            literal.corrected.is_none()
                && literal.found.iter().all(|found| found.score < answer.found[0].score)
        );
    }
    assert_eq!(shelf.full("collaborative filtering").corrected, None);
}

#[test]
fn an_unfinished_word_is_completed_and_filler_words_of_a_question_are_ignored() {
    let shelf = shelf(vec![
        plain("Deployment", "A shadow deployment answers without showing its answers."),
        plain("Cold", "New users with no history get popular items at first."),
    ]);
    let typed = shelf.ask("shadow depl", Understanding::FULL, LastWord::Unfinished);
    assert_eq!(ids(&typed), BTreeSet::from([0]));
    assert!(typed.understood.completions.contains(&"deployment".to_owned()));
    assert_eq!(
        shelf.found("shadow depl"),
        ["Deployment"],
        "a submitted query completes an unknown last word, too"
    );
    let question = shelf.full("how do I handle users with no history?");
    assert_eq!(question.found[0].record.title, "Cold");
    assert!(question.understood.filler.contains(&"how".to_owned()));
}

#[test]
fn a_paraphrase_finds_its_topic_rather_than_its_words() {
    let cold = |record: &mut cairn::search::SectionRecord| {
        record.mentions = vec![TopicMention {
            topic: "cold-start".into(),
            label: "cold-start problem".into(),
            salience: Salience::Main,
        }];
    };
    // Texts of usual length: words of very short sections count more.
    let rest = "It is raining again today. ".repeat(20);
    let storage = format!("We store what users click, and keep a history of it. {rest}");
    let beginners = format!("The cold-start problem is eased by asking for tastes. {rest}");
    let mut records = vec![plain("Storage", &storage), record("Beginners", &beginners, cold)];
    records.extend((0..30).map(|at| plain(&format!("Weather {at}"), "Rain falls where it falls.")));
    let shelf = shelf(records);
    let answer = shelf.full("how do I handle users with no history");
    assert_eq!(answer.found[0].record.title, "Beginners");
    assert!(answer.understood.topics.iter().any(|topic| topic.id == "cold-start"));
}

#[test]
fn filters_select_by_field() {
    let shelf = shelf(vec![
        record("One", "Apples are red here.", |r| {
            r.code = "print()".into();
            r.date = Some("2025-03-01".into());
            r.steps = vec!["features".into()];
        }),
        record("Two", "Apples are green here.\na | b\nc | d", |r| {
            r.source = "bob/lists".into();
            r.path = "deep/Serving.md".into();
            r.date = Some("2024-03-01".into());
            r.licence = Some(("CC-BY-4.0".into(), cairn::catalogue::Shown::Full));
        }),
        record("Three", "Apples are blue here.", |r| r.language = Some("de".into())),
    ]);
    for (query, wanted) in [
        ("apples has:code", &[0][..]),
        ("apples has:table", &[1]),
        ("apples -has:code", &[1, 2]),
        ("apples since:2025-01", &[0]),
        ("apples since:2024", &[0, 1]),
        ("apples step:features", &[0]),
        ("apples source:BOB", &[1]),
        ("apples source:bob source:ann", &[0, 1, 2]),
        ("apples path:serving", &[1]),
        ("apples path:a.b(c", &[]),
        ("apples licence:mit", &[0, 2]),
        ("apples license:cc-by", &[1]),
        ("apples lang:de", &[2]),
        ("has:table", &[1]),
        ("apples -green", &[0, 2]),
        ("(red OR green) apples", &[0, 1]),
        ("\"apples are blue\"", &[2]),
        ("\"apple are blue\"", &[]),
    ] {
        let found = shelf.ask(
            query,
            Understanding { spelling: false, ..Understanding::FULL },
            LastWord::Whole,
        );
        let found: BTreeSet<u64> = match query.contains(" OR ") {
            // In so small an index, "apples" alone has most of the query's weight.
            true => found.found.iter().take(2).map(|found| found.id.0).collect(),
            false => ids(&found),
        };
        assert_eq!(found, wanted.iter().copied().collect(), "{query}");
    }
}

#[test]
fn any_query_text_is_accepted() {
    let shelf = shelf(vec![plain("One", "Apples are red.")]);
    for text in [
        "",
        " ",
        "\"",
        "((((",
        "-",
        "OR",
        "🙂",
        "\u{0}\u{7}",
        "has:",
        "since:never",
        "a\u{202e}b",
        "path:[[",
    ] {
        shelf.full(text);
        shelf.searcher.suggest(text, 5, &shelf.vocabulary, &Budget::unlimited()).unwrap();
    }
    let long = shelf.full(&"apples ".repeat(2_000));
    assert_eq!((long.total, long.understood.dropped.len()), (1, 2));
}

#[test]
fn boilerplate_ranks_last_and_a_matching_heading_first() {
    let shelf = shelf(vec![
        record("Licence", "Position bias, position bias, position bias.", |r| {
            r.role = SectionRole::Boilerplate
        }),
        plain(
            "Notes",
            "Somewhere here position bias is spoken of among many other things that matter too.",
        ),
        plain(
            "Position bias",
            "People click what stands on top, whatever it is that stands there in the end.",
        ),
    ]);
    assert_eq!(shelf.found("position bias"), ["Position bias", "Notes", "Licence"]);
}

#[test]
fn a_document_shows_at_most_three_hits_unless_a_filter_selects_it() {
    let section = |at: usize| {
        record(&format!("Apples {at}"), "Apples are red.", |r| r.path = "one.md".into())
    };
    let shelf = shelf((0..6).map(section).collect());
    assert_eq!((shelf.found("apples").len(), shelf.full("apples").total), (3, 6));
    assert_eq!(shelf.found("apples path:one").len(), 6);
}

#[test]
fn suggestions_are_topics_headings_and_sources_spelt_right() {
    let shelf = shelf(vec![
        plain("Drift in practice", "Data drifts."),
        plain("Drift in practice", "Data drifts again."),
    ]);
    let suggest = |text: &str| {
        shelf.searcher.suggest(text, 8, &shelf.vocabulary, &Budget::unlimited()).unwrap()
    };
    let found = suggest("dri");
    assert!(
        found.iter().any(|s| s.kind == Suggested::Topic && s.text.contains("drift")),
        "{found:?}"
    );
    let heading = found.iter().find(|s| s.kind == Suggested::Heading).unwrap();
    assert_eq!((heading.text.as_str(), heading.count), ("Drift in practice", 2));
    assert_eq!(suggest("notes").last().unwrap().id.as_deref(), Some("ann/notes"));
    assert!(suggest("quantizaton").iter().any(|s| s.id.as_deref() == Some("quantization")));
    assert!(suggest("d").is_empty());
}
