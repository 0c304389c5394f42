//! The news that runs report, and what `status` shows of them.

use serde_json::Value;

use crate::github::Fault;
use crate::world::{BIAS, entry, part, repo, text, two};

#[test]
fn each_run_reports_what_is_new() {
    let world = two();
    let run = world.refresh(&[], 0);
    let of = |run: &Value, what: &str| -> [u64; 3] {
        ["added", "changed", "removed"].map(|key| run["changes"][what][key].as_u64().unwrap())
    };
    assert_eq!((of(&run, "documents"), of(&run, "sections")), ([4, 0, 0], [4, 0, 0]));
    world.github.put(repo(
        "ann/bias",
        &[
            (
                "README.md",
                "# Ranking\n\nPosition bias and trust bias, and what a model makes of the clicks of its users. \
                 Users click on the first results more often, whatever these are, and they trust a ranking that was right \
                 before. A model that learns from such clicks repeats the order that it showed itself.\n\n## More\n\nNew words of this, and enough of them that they are a section of their own.\n",
            ),
            ("moved.md", "# B\n\nOther words.\n"),
            ("new.md", "# Brand new\n\nAll of it.\n"),
        ],
    ));
    let run = world.refresh(&[], 0);
    assert_eq!((of(&run, "documents"), of(&run, "sections")), ([1, 2, 0], [2, 1, 0]), "{run}");
    assert_eq!(part(&run, "ann/bias")["changes"], run["changes"]);
    assert_eq!(of(part(&run, "bob/store"), "documents"), [0, 0, 0]);
    let status = world.run(&["status", "--since", "1h", "--json"]).json();
    let items = status["new"]["items"].as_array().unwrap();
    let told: Vec<String> = items
        .iter()
        .map(|item| format!("{} {} {}", text(&item["what"]), text(&item["source"]), item["path"]))
        .collect();
    assert_eq!(
        told,
        [
            "changed ann/bias \"README.md\"",
            "moved ann/bias \"moved.md\"",
            "added ann/bias \"new.md\"",
            "added ann/bias null",
            "added bob/store null",
            "added notes null",
        ]
    );
    assert!(text(&items[2]["url"]).ends_with("/new.md"));
    let id = text(&items[2]["ids"][0]);
    let hit = world.run(&["search", "brand new", "--json"]).json()["hits"][0]["id"].clone();
    assert_eq!(id, text(&hit), "news name sections");
}

#[test]
fn status_shows_what_is_new_since_any_time() {
    let world = two();
    world.refresh(&[], 0);
    world
        .github
        .put(repo("ann/bias", &[("README.md", BIAS), ("moved.md", "# B\n\nOther words.\n")]));
    world.refresh(&[], 0);
    let printed = world.run(&["status", "--since", "2026-01-01"]).stdout;
    assert!(printed.contains("moved    ann/bias  moved.md (was b.md)"), "{printed}");
    let later = chrono::Utc::now() + chrono::Duration::days(1);
    let none = world.run(&["status", "--since", &later.to_rfc3339(), "--json"]).json();
    assert_eq!(none["new"]["items"], serde_json::json!([]));
    let wrong = world.run(&["status", "--since", "yesterday"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("7d"), "{}", wrong.stderr);

    world.catalogue(&entry("bob/store", ""));
    world.refresh(&[], 0);
    let status = world.run(&["status", "--since", "1h", "--json"]).json();
    let first = &status["new"]["items"][0];
    assert_eq!((&first["what"], &first["source"]), (&"removed".into(), &"ann/bias".into()));
    assert!(world.run(&["refresh", "--json"]).json()["generation"].is_null());
}

#[test]
fn runs_over_one_source_hide_no_failure_of_another() {
    let world = two();
    world.github.fault("ann/bias", Fault::Status(500));
    world.refresh(&[], 3);
    world.refresh(&["bob/store"], 0);
    let status = world.run(&["status", "--json"]).json();
    assert_eq!(status["failing"], serde_json::json!(["ann/bias"]));
    assert_eq!(world.source("ann/bias")["state"], "failed");
    world.github.fault("ann/bias", Fault::None);
    world.refresh(&["ann/bias"], 0);
    assert_eq!(world.run(&["status", "--json"]).json()["failing"], serde_json::json!([]));
}
