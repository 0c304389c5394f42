//! Known items: if words of a query name a source, its sections are preferred in every interface, and no result is
//! lost.

use std::collections::BTreeSet;

use cairn::catalogue::names::SourceNames;
use cairn::search::{IndexedSource, LastWord, SearchResponse, SectionRecord, Understanding};
use proptest::prelude::*;

use crate::serve::{app, get, json};
use crate::shelf::{Shelf, record, shelf_of};
use crate::world::{World, entry, repo, text};

const WITHOUT: Understanding = Understanding { names: false, ..Understanding::FULL };

fn source(id: &str, author: Option<&str>, title: Option<&str>) -> IndexedSource {
    let (login, name) = id.split_once('/').unwrap();
    IndexedSource {
        id: id.to_owned(),
        names: SourceNames {
            login: Some(login.to_owned()),
            name: name.to_owned(),
            title: title.map(str::to_owned),
            author: author.map(str::to_owned),
            ..SourceNames::default()
        },
        ..IndexedSource::default()
    }
}

fn sources() -> Vec<IndexedSource> {
    vec![
        source("ibexcorp/ml-quilt-pattern", None, Some("Machine learning quilt pattern")),
        source("janedoerr/ml-surveys", Some("Jane Doerr, Ng Vo"), None),
        source("janedoerr/Applied-Quilting", Some("Jane Doerr"), Some("The Quilting Manual: 2024")),
        source("bo/ml-interview", None, None),
        source("cy/ml-interview-notes", None, None),
        source("di/awesome-ml-interview", None, None),
        source("eve/fresh", None, Some("Not gathered yet")),
        source("fay/feature-store", None, None),
    ]
}

fn of(source: &str, heading: &str, text: &str) -> SectionRecord {
    record(heading, text, |record| record.source = source.to_owned())
}

/// Two sections about caches and drift in each source except `eve/fresh`, and other sections on other subjects.
fn shelf() -> Shelf {
    let mut records = Vec::new();
    for source in sources().iter().filter(|source| source.id != "eve/fresh") {
        for (heading, text) in [
            ("Caches", "A cache keeps what was computed, so that the next request need not wait."),
            ("Drift", "When the inputs drift the model grows stale, so that somebody has to look."),
        ] {
            records.push(of(&source.id, heading, text));
        }
    }
    // Words that are common in all sources do not name a source.
    for at in 0..40 {
        let text =
            "An ml interview asks for a manual, a fresh idea and a feature store. Rain falls.";
        records.push(of("bo/ml-interview", &format!("Rain {at}"), text));
    }
    shelf_of(records, sources())
}

fn preferred(answer: &SearchResponse) -> Vec<(&str, Vec<&str>)> {
    let named = answer.understood.preferred.iter();
    named.map(|p| (&*p.words, p.sources.iter().map(String::as_str).collect())).collect()
}

#[test]
fn an_author_an_owner_a_repository_and_a_title_prefer_their_sections() {
    let shelf = shelf();
    let (surveys, manual) = ("janedoerr/ml-surveys", "janedoerr/Applied-Quilting");
    for (typed, words, wanted) in [
        ("jane doerr cache", "jane doerr", &[surveys, manual][..]),
        ("JANE DOERR cache", "jane doerr", &[surveys, manual]),
        ("janedoerr cache", "janedoerr", &[surveys, manual]),
        ("cache doerr", "doerr", &[surveys, manual]),
        ("ng vo cache", "ng vo", &[surveys]),
        ("ml survey cache", "ml survey", &[surveys]),
        ("machine learning surveys cache", "machine learning surveys", &[surveys]),
        ("ml-surveys cache", "ml-surveys", &[surveys]),
        ("mlsurveys cache", "mlsurveys", &[surveys]),
        ("janedoerr/ml-surveys cache", "janedoerr/ml-surveys", &[surveys]),
        ("the quilting manual cache", "quilting manual", &[manual]),
        ("ibexcorp caches", "ibexcorp", &["ibexcorp/ml-quilt-pattern"]),
        ("ml quilt pattern for a cache", "ml quilt pattern", &["ibexcorp/ml-quilt-pattern"]),
    ] {
        let answer = shelf.full(typed);
        assert_eq!(preferred(&answer), [(words, wanted.to_vec())], "{typed}");
        let first = &answer.found[0].record;
        assert_eq!(first.title, "Caches", "{typed}: {}", first.source);
        assert!(wanted.contains(&&*first.source), "{typed}: {}", first.source);
        let others = answer.found.iter().filter(|f| f.record.title == "Caches").count();
        assert_eq!(others, 7, "{typed}: the others are found too");
        let without = shelf.ask(typed, WITHOUT, LastWord::Whole);
        assert_eq!(preferred(&without), []);
        let literal = shelf.ask(typed, Understanding::LITERAL, LastWord::Whole);
        assert_eq!(preferred(&literal), []);
    }
}

#[test]
fn common_names_and_common_words_name_no_source() {
    let shelf = shelf();
    for typed in [
        // Of three owners.
        "ml interview cache",
        // A label of the vocabulary, and a word of one.
        "feature store cache",
        "pattern cache",
        // Elsewhere in every third section.
        "manual cache",
        // One word of a title, filler, part of a name that is the whole of a word.
        "machine learning",
        "how to cache",
        "ibex cache",
        // A phrase is searched for to the letter.
        "\"jane doerr\" cache",
        "cache -doerr",
        // Not gathered yet.
        "eve fresh cache",
    ] {
        assert_eq!(preferred(&shelf.full(typed)), [], "{typed}");
    }
}

#[test]
fn a_name_alone_finds_all_sections_of_its_sources() {
    let shelf = shelf();
    let answer = shelf.full("jane doerr");
    let found: BTreeSet<&str> = answer.found.iter().map(|f| f.record.source.as_str()).collect();
    assert_eq!(found, BTreeSet::from(["janedoerr/Applied-Quilting", "janedoerr/ml-surveys"]));
    assert_eq!(answer.total, 4);
    assert_eq!(shelf.ask("jane doerr", WITHOUT, LastWord::Whole).total, 0, "it is in no text");
}

#[test]
fn a_page_that_only_mentions_the_name_ranks_below_one_that_answers() {
    let mut records = vec![
        of("janedoerr/ml-surveys", "Jane Doerr: ml surveys", "Jane Doerr wrote these ml surveys."),
        of("janedoerr/ml-surveys", "Caches", "A cache keeps what was computed for the next one."),
        of("bo/ml-interview", "Jane Doerr on a cache", "Jane Doerr once spoke of a cache."),
    ];
    records.extend((0..30).map(|at| of("bo/ml-interview", &format!("Rain {at}"), "Rain falls.")));
    let shelf = shelf_of(records, sources());
    assert_eq!(shelf.found("jane doerr ml surveys cache")[0], "Caches");
    assert_eq!(
        shelf.found("jane doerr")[0],
        "Jane Doerr: ml surveys",
        "asked for alone it is first"
    );
}

const WORDS: [&str; 14] = [
    "jane",
    "doerr",
    "janedoerr",
    "ml",
    "surveys",
    "quilt",
    "pattern",
    "ibexcorp",
    "cache",
    "drift",
    "interview",
    "\"jane doerr\"",
    "machine learning",
    "how",
];

fn words(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_preference_removes_no_result(
        texts in proptest::collection::vec((words(9), 0..8_usize), 3..20),
        queries in proptest::collection::vec(words(6), 12),
    ) {
        let known = sources();
        let record = |(text, at): &(Vec<&str>, usize)| of(&known[*at].id, "Note", &text.join(" "));
        let shelf = shelf_of(texts.iter().map(record).collect(), sources());
        for query in queries {
            let typed = query.join(" ");
            let without = shelf.ask(&typed, WITHOUT, LastWord::Whole);
            let with = shelf.full(&typed);
            let ids = |answer: &SearchResponse| -> BTreeSet<u64> {
                answer.found.iter().map(|found| found.id.0).collect()
            };
            prop_assert!(with.total >= without.total, "{typed}: {} < {}", with.total, without.total);
            prop_assert!(ids(&with).is_superset(&ids(&without)), "{typed}");
        }
    }
}

/// A repository whose notes don't name their author, and two others on the same subject.
fn world() -> World {
    let note = |text: &str| format!("# Ranking\n\n## Position bias\n\n{text}\n");
    let ann = note("We shuffled the order for a day and measured position bias by the clicks.");
    let bob = note("Papers on position bias: how it is estimated, and removed by weighting.");
    let ours = note("With position bias, readers choose what stands on top, good or not.");
    let world = World::new(vec![
        repo("ann/notes", &[("notes.md", &ann)]),
        repo("bob/lists", &[("notes.md", &bob)]),
        repo(
            "jdoerr/quiltbook",
            &[("README.md", "# The Quilting Manual\n\nHow quilts are made.\n"), ("rank.md", &ours)],
        ),
    ]);
    let ours = entry("jdoerr/quiltbook", "author = \"Jane Doerr\"\n");
    world.catalogue(&[entry("ann/notes", ""), entry("bob/lists", ""), ours].concat());
    world.refresh(&[], 0);
    world
}

#[test]
fn every_interface_shows_the_preferred_source_and_lets_it_be_undone() {
    let world = world();
    let names = &world.source("jdoerr/quiltbook")["names"];
    assert_eq!((text(&names["author"]), text(&names["login"])), ("Jane Doerr", "jdoerr"));
    let app = app(&world);
    let asked =
        |more: &str| json(&app, &format!("/api/v1/search?q=doerr+position+bias{more}"), 200);
    let view = asked("");
    let expected = serde_json::json!([{"words": "doerr", "sources": ["jdoerr/quiltbook"]}]);
    assert_eq!(view["query"]["understood"]["preferred"], expected);
    assert_eq!(text(&view["hits"][0]["source"]), "jdoerr/quiltbook");
    for more in ["&names=0", "&literal=1"] {
        let view = asked(more);
        assert_eq!(view["query"]["understood"]["preferred"], serde_json::json!([]), "{more}");
    }

    let (_, _, page) = get(&app, "/?q=doerr+position+bias&source=o");
    assert!(page.contains("“doerr” prefers jdoerr/quiltbook. "), "{page}");
    let undo = "href=\"/?q=doerr%20position%20bias&amp;source=o&amp;names=0\"";
    let plus = undo.replace("%20", "+");
    assert!(page.contains(undo) || page.contains(&plus), "{page}");
    let (_, _, page) = get(&app, "/?q=doerr+position+bias&names=0");
    assert!(!page.contains("prefers"), "{page}");

    let printed = world.run(&["search", "doerr", "position", "bias"]).stdout;
    assert!(printed.contains("\"doerr\" prefers jdoerr/quiltbook"), "{printed}");
    let printed = world.run(&["search", "--no-names", "doerr", "position", "bias"]).stdout;
    assert!(!printed.contains("prefers"), "{printed}");
}

#[test]
fn an_author_who_is_added_is_found_after_an_offline_refresh_and_nothing_is_indexed_again() {
    let world = world();
    let before = world.run(&["search", "vo position bias", "--json"]).json();
    assert_eq!(before["query"]["understood"]["preferred"], serde_json::json!([]));
    world.catalogue(
        &[
            entry("ann/notes", "author = \"Ng Vo-Trinh\"\n"),
            entry("bob/lists", ""),
            entry("jdoerr/quiltbook", ""),
        ]
        .concat(),
    );
    world.github.forget_requests();
    let run = world.refresh(&["--offline"], 0);
    assert_eq!((&run["indexed"], &run["generation"]), (&0.into(), &2.into()), "{run}");
    assert_eq!(world.asked(), [""; 0]);
    assert_eq!(world.hits("trinh position bias")[0], "ann/notes notes.md");
    // Without an author, the repository's name in words, and the title of its README.
    assert_eq!(world.hits("quiltbook position bias")[0], "jdoerr/quiltbook rank.md");
    assert_eq!(world.hits("quilting manual position bias")[0], "jdoerr/quiltbook rank.md");
}
