//! The output of `cairn sources discover` for each repository: name, title, form, order, and what it could not check.

use std::sync::LazyLock;

use serde_json::Value;

use crate::world::{World, entry, repo, text};

const ANN: &str = "# Study\n\n\
    - [Awesome Drift](https://github.com/lin/awesome-drift): a curated list of papers and courses on data drift and concept drift.\n\
    - [Drift Reading](https://github.com/lin/drift-reading-list) - A reading list that explains each paper on data drift.\n\
    - [Course on drift](https://github.com/cat/drift-course) - Six lectures with exercises on data drift.\n\
    - [n/interview-course](https://github.com/n/interview-course)\n\
    - [Ranking course](https://github.com/tri/ranking-course) on calibration.\n\
    - [The Drift Book](https://eve.github.io/Drift-Book/) - Six lectures with exercises on data drift and concept drift.\n\
    - [A book of ours](https://bob.github.io/Own-Book/) on data drift.\n\
    - [On position bias](https://nat.github.io/2020/position-bias.html)\n\
    - [ML system design interview guide](https://github.com/solo/ml-system-design-interview-guide) covers data drift, \
      concept drift, calibration, position bias and the feature store.\n\
    - [How we measure position bias](https://github.com/pat/pages/blob/main/2020/bias.md) on position bias.\n";
const BOB: &str = "# More study\n\n\
    | Repository | What | Year |\n|---|---|---|\n\
    | [Kit/Serving-Notes](https://github.com/Kit/Serving-Notes) | Notes on serving models without a pause | 2024 |\n\n\
    For calibration take the [ranking course](https://github.com/tri/ranking-course).\n\n\
    - [Drift kit](https://github.com/kit/drift) is a library that finds data drift.\n\
    - [Bob's notes](https://github.com/bob/notes-1) on data drift, [more](https://github.com/bob/notes-2) and \
      [still more of them](https://github.com/bob/notes-3).\n";
const CYD: &str = "# Calibration\n\nA model's scores are calibrated if they can be read as probabilities. \
    Calibration fails under concept drift, and a feature store does not help.\n\n\
    The [ranking course](https://github.com/tri/ranking-course) is where to learn calibration.\n";

fn world() -> World {
    let world = World::new(vec![
        repo("ann/lists", &[("README.md", ANN)]),
        repo("bob/list", &[("README.md", BOB)]),
        repo("cyd/list", &[("README.md", CYD)]),
    ]);
    let names = ["ann/lists", "bob/list", "cyd/list", "gone/away", "bob/own-book"];
    world.catalogue(&names.map(|name| entry(name, "")).concat());
    world.refresh(&[], 3);
    world
}

/// The printed output, and the same as JSON.
static ANSWER: LazyLock<(String, Value)> = LazyLock::new(|| {
    let world = world();
    let printed = world.run(&["sources", "discover"]).stdout;
    (printed, world.run(&["sources", "discover", "--json"]).json())
});

#[track_caller]
fn place(name: &str) -> usize {
    let all = ANSWER.1["candidates"].as_array().unwrap();
    all.iter().position(|c| c["repo"] == name).unwrap_or_else(|| panic!("no {name} in {all:#?}"))
}

#[track_caller]
fn candidate(name: &str) -> &'static Value {
    &ANSWER.1["candidates"][place(name)]
}

/// The `why` of the proposed entry of `name`, whether the entry is commented out or not.
#[track_caller]
fn why(name: &str) -> &'static str {
    let entry = text(&candidate(name)["entry"]);
    let line = entry.lines().find_map(|line| line.trim_start_matches("# ").strip_prefix("why = "));
    line.unwrap_or_else(|| panic!("no why in {entry}")).trim_matches(['"', '\''])
}

#[test]
fn a_site_is_offered_under_both_names_and_its_entry_is_commented_out() {
    let book = candidate("eve/drift-book");
    assert_eq!((&book["is_guess"], &book["is_ready"]), (&true.into(), &false.into()));
    assert_eq!(book["others"], serde_json::json!(["eve/eve.github.io"]));
    assert_eq!(book["spelling"], "eve/Drift-Book");
    let entry = text(&book["entry"]);
    assert!(entry.lines().all(|line| line.starts_with("# ")), "{entry}");
    let names = "#   known only by https://eve.github.io/Drift-Book: check the name, which may be \
        eve/Drift-Book or eve/eve.github.io\n# [[source]]\n";
    assert!(ANSWER.0.contains(names), "{}", ANSWER.0);
    assert!(place("cat/drift-course") < place("eve/drift-book"), "a guess stands lower");
}

#[test]
fn the_website_of_a_catalogued_repository_is_recognised() {
    let all = ANSWER.1["candidates"].as_array().unwrap();
    let ours = all.iter().filter(|c| text(&c["repo"]).starts_with("bob/"));
    assert_eq!(ours.count(), 0, "{all:#?}");
}

#[test]
fn why_said_how_often_it_is_cited_and_says_now_what_it_is() {
    assert_eq!(
        why("cat/drift-course"),
        "Course on drift: Six lectures with exercises on data drift."
    );
    assert_eq!(why("kit/drift"), "Drift kit is a library that finds data drift.");
    assert_eq!(why("tri/ranking-course"), "The ranking course is where to learn calibration.");
    assert_eq!(why("kit/serving-notes"), "Serving-Notes: Notes on serving models without a pause");
    for candidate in ANSWER.1["candidates"].as_array().unwrap() {
        let why = why(text(&candidate["repo"]));
        assert!(!why.contains("author") && why.chars().count() <= 120, "{why}");
    }
}

#[test]
fn of_what_is_known_by_its_name_alone_the_reader_writes_the_why() {
    let course = candidate("n/interview-course");
    assert_eq!(course["is_ready"], false);
    assert!(why("n/interview-course").starts_with("TODO"), "{course}");
    assert!(
        ANSWER.0.contains("# [[source]]\n# repo = \"n/interview-course\"\n# why = \"TODO"),
        "{}",
        ANSWER.0
    );
    assert!(place("cat/drift-course") < place("n/interview-course"), "it needs the reader first");
}

#[test]
fn bare_lists_are_read_as_lists_and_rank_below_explanations() {
    let reads_as = |name| &candidate(name)["reads_as"];
    assert_eq!(reads_as("lin/awesome-drift"), "list");
    assert_eq!(reads_as("lin/drift-reading-list"), "study", "it explains each paper");
    for name in ["cat/drift-course", "lin/drift-reading-list", "kit/serving-notes"] {
        assert!(place(name) < place("lin/awesome-drift"), "{name}");
    }
    assert!(place("lin/awesome-drift") < place("kit/drift"), "lists stand above tools");
    let lines: Vec<&str> = ANSWER.0.lines().filter(|line| line.contains("cited by 1")).collect();
    assert!(lines.iter().any(|line| line.contains("; reads as a list of links; ")), "{lines:#?}");
    assert!(!ANSWER.0.contains("reads as study"), "what all rows say says nothing");
}

#[test]
fn the_title_of_one_post_or_file_is_not_the_title_of_its_repository() {
    assert_eq!(candidate("nat/nat.github.io")["title"], "nat.github.io");
    assert_eq!(candidate("pat/pages")["title"], "pages");
    assert_eq!(candidate("eve/drift-book")["title"], "The Drift Book", "the root of a site");
}

#[test]
fn what_three_authors_cite_stands_above_what_one_cites() {
    let (three, one) = ("tri/ranking-course", "solo/ml-system-design-interview-guide");
    assert_eq!(
        (&candidate(three)["cited_by"], &candidate(one)["cited_by"]),
        (&3.into(), &1.into())
    );
    assert!(place(three) < place(one));
}

#[test]
fn what_is_left_out_is_one_short_list_and_lists_that_stop_say_how_many_follow() {
    let own = "#   cited only by their own author, who is no independent voice:\n\
        #     bob/notes-1, bob/notes-2, bob/notes-3\n";
    assert!(ANSWER.0.ends_with(own), "{}", ANSWER.0);
    assert!(!ANSWER.0.contains("more: --limit"), "{}", ANSWER.0);
    let short = world().run(&["sources", "discover", "--limit", "2"]).stdout;
    let total = ANSWER.1["candidates_total"].as_u64().unwrap();
    let more = format!("\n# and {} more: --limit {total}\n", total - 2);
    assert!(short.contains(&more), "{short}");
    assert!(
        short.ends_with("#     bob/notes-1, bob/notes-2\n#   and 1 more: --limit 3\n"),
        "{short}"
    );
}

#[test]
fn the_header_says_that_github_was_not_queried_and_which_sources_are_missing() {
    let header = "# Not checked on GitHub: licence, stars, whether a repository exists.\n\
        # 2 of the catalogue's 6 sources are not fetched yet, so the counts of authors are partial.\n";
    assert!(ANSWER.0.contains(header), "{}", ANSWER.0);
    assert_eq!(ANSWER.1["github_asked"], false);
}

#[test]
fn names_keep_their_capitals_and_quotes_have_no_pipes() {
    let notes = candidate("kit/serving-notes");
    assert_eq!(notes["url"], "https://github.com/Kit/Serving-Notes");
    assert!(text(&notes["entry"]).contains("repo = \"Kit/Serving-Notes\""), "{notes}");
    let quote = "\"Repository: Kit/Serving-Notes; What: Notes on serving models without a pause; Year: 2024\"";
    assert!(ANSWER.0.contains(quote), "{}", ANSWER.0);
    let places = ANSWER.0.matches("bob/list").count();
    assert_eq!(places, ANSWER.0.matches("https://github.com/bob/list/blob/").count(), "named once");
}
