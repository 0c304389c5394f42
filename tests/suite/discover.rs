//! `cairn sources discover`, run as a user runs it.

use serde_json::Value;

use crate::world::{World, entry, repo, text};

/// The text of ann's list. The sequence after `\u{1b}` would clear the terminal.
const ANN: &str = "# Courses\n\n\
    - [RAG interview course](https://github.com/Xen/RAG-Course.git) teaches retrieval-augmented generation.\n\
    - [Fast kit](https://github.com/tools/fastkit) is a library for feature stores that everybody runs.\n\
    - [Ann's other notes](https://github.com/ann/other-notes) go on about calibration.\n\
    - [\"Quoted\" \u{1b}[2J handbook](https://github.com/zed/quoted-handbook) is a handbook on data drift.\n\
    - [Topic pages](https://github.com/topics/mlops) and [an owner](https://github.com/xen) are no repositories.\n\
    - [Sponsors](https://github.com/sponsors/xen), [a gist](https://gist.github.com/xen/1234) neither.\n\
    - [Bob's own list](https://github.com/BOB/List) is in the catalogue.\n";

fn bob() -> String {
    let long = "the course explains position bias and why clicks are a poor label ".repeat(9);
    format!(
        "# Study\n\nSee [the course](https://raw.githubusercontent.com/xen/rag-course/main/README.md): {long}.\n\n\
         The [fast kit](https://github.com/tools/fastkit/issues/7) framework breaks.\n\n\
         Read [the essay on ranking](https://essays.github.io/2024/ranking.html) and \
         [the essay on calibration](https://essays.github.io/2023/calibration.html).\n"
    )
}

fn world() -> World {
    let world = World::new(vec![
        repo("ann/lists", &[("README.md", ANN)]),
        repo(
            "ann/more",
            &[("a.md", "# More\n\nThe [RAG course](https://github.com/xen/rag-course) again.\n")],
        ),
        repo("bob/list", &[("README.md", &bob())]),
        repo(
            "cyd/list",
            &[(
                "c.md",
                "# Kits\n\nFor a feature store use [fast kit](https://github.com/tools/fastkit), a toolkit.\n",
            )],
        ),
    ]);
    world.refresh(&[], 0);
    world
}

#[track_caller]
fn candidates(view: &Value) -> Vec<&str> {
    view["candidates"].as_array().unwrap().iter().map(|c| text(&c["repo"])).collect()
}

#[track_caller]
fn candidate<'a>(view: &'a Value, name: &str) -> &'a Value {
    let all = view["candidates"].as_array().unwrap();
    all.iter().find(|c| c["repo"] == name).unwrap_or_else(|| panic!("no {name} in {view:#}"))
}

#[test]
fn what_the_sources_cite_is_found_with_who_says_what_and_asks_nobody() {
    let world = world();
    world.asked();
    let view = world.run(&["sources", "discover", "--json"]).json();
    assert!(world.asked().is_empty(), "no request is made");
    let course = candidate(&view, "xen/rag-course");
    assert_eq!(course["cited_by"], 2, "two repositories of ann are one voice");
    assert_eq!(course["sources"], serde_json::json!(["ann/lists", "ann/more", "bob/list"]));
    assert_eq!(
        (&course["reads_as"], &course["url"]),
        (&"study".into(), &"https://github.com/xen/rag-course".into())
    );
    assert!(
        course["topics"].as_array().unwrap().contains(&"retrieval-augmented-generation".into()),
        "{course}"
    );
    let evidence = course["evidence"].as_array().unwrap();
    assert_eq!(evidence.len(), 2, "one sentence a voice: {evidence:#?}");
    let long = evidence.iter().find(|e| e["source"] == "bob/list").unwrap();
    assert!(text(&long["sentence"]).chars().count() <= 300, "{long}");
    assert!(text(&long["url"]).starts_with("https://github.com/bob/list/blob/"), "{long}");
    assert!(text(&long["url"]).contains("/README.md?plain=1#L"), "{long}");
    assert!(
        candidate(&view, "essays/essays.github.io")["cited_by"] == 1,
        "a site of dated pages is one"
    );
    let guesses = view["candidates"].as_array().unwrap().iter().filter(|c| c["is_guess"] == true);
    assert_eq!(guesses.map(|c| text(&c["repo"])).collect::<Vec<_>>(), ["essays/essays.github.io"]);
}

#[test]
fn study_material_is_ranked_above_popular_tools() {
    let view = world().run(&["sources", "discover", "--json"]).json();
    let names = candidates(&view);
    let place = |name: &str| names.iter().position(|known| *known == name).unwrap();
    let kit = candidate(&view, "tools/fastkit");
    assert_eq!((&kit["cited_by"], &kit["reads_as"]), (&3.into(), &"tool".into()));
    assert_eq!(names[0], "xen/rag-course");
    assert!(place("zed/quoted-handbook") < place("tools/fastkit"), "{names:?}");
}

#[test]
fn what_is_known_or_no_repository_is_no_candidate_and_an_authors_own_is_dropped() {
    let view = world().run(&["sources", "discover", "--json"]).json();
    let names = candidates(&view);
    let expected =
        ["essays/essays.github.io", "tools/fastkit", "xen/rag-course", "zed/quoted-handbook"];
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected, "no topics, sponsors, owners, gists, nor catalogued ones");
    let why = "only its own author cites it, in ann/lists";
    let dropped = serde_json::json!([
        { "repo": "ann/other-notes", "reason": "own-author", "why": why }
    ]);
    assert_eq!(view["dropped"], dropped);
}

#[test]
fn a_source_that_moved_or_is_cited_by_its_namesake_is_no_candidate() {
    let cites = "# Read\n\nOn position bias see [the new home of notes](https://github.com/new/home-of-notes), \
        [its original](https://github.com/first/long-named-notes) and [a course](https://github.com/xen/course-on-ml).\n";
    let world = World::new(vec![
        repo("old/home", &[("a.md", "# A\n\nWords.\n")]),
        repo("ann/long-named-notes", &[("a.md", cites)]),
        repo("bob/list", &[("b.md", &format!("{cites}\nAnd more.\n"))]),
    ]);
    world.github.rename("old/home", "new/home-of-notes");
    world.refresh(&[], 0);
    let view = world.run(&["sources", "discover", "--json"]).json();
    assert_eq!(candidates(&view), ["xen/course-on-ml"], "{view:#}");
    let dropped = &view["dropped"][0];
    assert_eq!(dropped["repo"], "first/long-named-notes");
    assert!(
        text(&dropped["why"]).starts_with("ann/long-named-notes has its name and cites it"),
        "{dropped}"
    );
}

#[test]
fn printed_entries_can_be_pasted_and_are_never_added() {
    let world = world();
    let before = std::fs::read_to_string(world.path("sources/catalogue.toml")).unwrap();
    let printed = world.run(&["sources", "discover"]);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    assert!(!printed.stdout.contains('\u{1b}'), "escaped");
    assert!(
        printed.stdout.contains("who is no independent voice:\n#     ann/other-notes\n"),
        "{}",
        printed.stdout
    );
    assert_eq!(std::fs::read_to_string(world.path("sources/catalogue.toml")).unwrap(), before);
    world.write("sources/catalogue.toml", &format!("{before}\n{}", printed.stdout));
    let checked = world.run(&["sources", "check"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, printed.stdout);
    assert!(checked.stdout.contains("no faults: 8 sources"), "{}", checked.stdout);
    let after = world.run(&["sources", "discover", "--json"]).json();
    let guess = ["essays/essays.github.io"];
    assert_eq!(candidates(&after), guess, "what was pasted is known, a guess was not pasted");
}

#[test]
fn discovery_honours_topic_limit_and_index() {
    let world = world();
    let of = |topic: &str| world.run(&["sources", "discover", "--json", "--topic", topic]);
    assert_eq!(candidates(&of("RAG").json()), ["xen/rag-course"], "by any of the topic's names");
    let unknown = of("quokka");
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("no topic \"quokka\""), "{}", unknown.stderr);
    let one = world.run(&["sources", "--json", "discover", "--limit", "1"]).json();
    assert_eq!(candidates(&one), ["xen/rag-course"]);
    let none = world.run(&["sources", "discover", "--index", "nowhere"]);
    assert_eq!(none.code, 1);
    assert!(none.stderr.contains("refresh` builds it"), "{}", none.stderr);
    world.catalogue(&entry("nobody/nothing", ""));
    world.refresh(&["--offline"], 0);
    let empty = world.run(&["sources", "discover"]);
    assert!(
        empty.stdout.contains("cite no repository that the catalogue lacks"),
        "{}",
        empty.stdout
    );
}
