//! A user's own catalogue that adds to the list inside the program, and repositories that the policy refuses, run as a user
//! runs them.

use std::fs;

use serde_json::Value;

use crate::world::{World, entry, outcome, repo, text};

/// Top-level keys that add the list inside the program, without one of its sources.
const EXTENDS: &str = "extends = \"builtin\"\nwithout = [\"d2l-ai/d2l-en\"]\n\n";

/// A world whose sources folder has nothing but a catalogue: `keys`, then an entry for `ann/bias`.
fn own(keys: &str) -> World {
    let world = World::new(vec![
        repo(
            "ann/bias",
            &[("README.md", "# Ranking\n\nPosition bias makes clicks a poor label.\n")],
        ),
        repo("eugeneyan/ml-surveys", &[("README.md", "# Surveys\n\nMany papers on bandits.\n")]),
    ]);
    fs::remove_dir_all(world.path("sources")).unwrap();
    world.write("sources/catalogue.toml", &format!("{keys}{}", entry("ann/bias", "")));
    world
}

fn catalogue(world: &World) -> String {
    fs::read_to_string(world.path("sources/catalogue.toml")).unwrap()
}

#[test]
fn a_folder_with_only_a_catalogue_adds_to_sources_policy_vocabulary_and_notes_of_the_program() {
    let world = own(EXTENDS);
    let check = world.run(&["sources", "check"]);
    assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
    let run = world.refresh(&["ann/bias", "cairn/notes", "eugeneyan/ml-surveys"], 0);
    for id in ["ann/bias", "cairn/notes", "eugeneyan/ml-surveys"] {
        assert_eq!(outcome(&run, id), "new", "{id}");
    }
    assert!(world.hits("position bias").contains(&"ann/bias README.md".to_owned()));
    let own_note = world.hits("source:cairn/notes video");
    assert!(own_note.iter().any(|hit| hit.starts_with("cairn/notes ")), "{own_note:?}");
    let view = world.run(&["sources", "--json"]).json();
    let ids: Vec<&str> =
        view["sources"].as_array().unwrap().iter().map(|source| text(&source["id"])).collect();
    assert_eq!(ids[0], "ann/bias", "the user's order comes first");
    assert!(ids.contains(&"eugeneyan/applied-ml") && !ids.contains(&"d2l-ai/d2l-en"), "{ids:?}");
    assert!(world.run(&["topic", "feature-store", "--json"]).code == 0);
}

#[test]
fn own_data_files_without_the_key_replace_those_of_the_program() {
    let world = own("");
    let check = world.run(&["sources", "check"]);
    assert_eq!(check.code, 2, "{}", check.stdout);
    assert!(check.stdout.contains("policy.toml:1: the file does not exist"), "{}", check.stdout);
}

#[test]
fn own_policy_and_topics_apply_beside_those_of_the_program() {
    let world = own(EXTENDS);
    let policy = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/sources/policy.toml"));
    let policy = policy.unwrap().replace("excerpt_chars = 300", "excerpt_chars = 40");
    world.write("sources/policy.toml", &policy);
    world.write(
        "sources/vocabulary/own.ttl",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix topic: <urn:cairn:topic:> .\n\n\
         topic:poor-label a skos:Concept ; skos:prefLabel \"poor label\" ;\n\
         skos:definition \"A label that says little.\" ; skos:broader topic:position-bias .\n",
    );
    world.refresh(&["ann/bias"], 0);
    let hit = &world.run(&["search", "poor label", "--json"]).json()["hits"][0];
    let topics = world.run(&["topics", "--limit", "2000", "--json"]).json();
    for id in ["poor-label", "position-bias"] {
        let is_it = |topic: &&Value| topic["id"] == id;
        let topic = topics["topics"].as_array().unwrap().iter().find(is_it).unwrap();
        assert_eq!(topic["mentions"], 1, "{topic}");
    }
    let snippet = text(&hit["snippet"]["text"]);
    assert!(snippet.chars().count() <= 41, "the own policy's limit of excerpts: {snippet}");
}

#[test]
fn removing_a_source_of_the_program_writes_it_to_without_and_adding_it_removes_it_there() {
    let world = own(EXTENDS);
    let removed = world.run(&["sources", "remove", "eugeneyan/ml-surveys"]);
    assert_eq!(removed.code, 0, "{}", removed.stderr);
    let text = catalogue(&world);
    assert!(text.contains("without = [\"eugeneyan/ml-surveys\", \"d2l-ai/d2l-en\"]"), "{text}");
    assert_eq!(world.run(&["sources", "check"]).code, 0);
    let unknown = world.run(&["refresh", "eugeneyan/ml-surveys"]);
    assert!(unknown.stderr.contains("no source"), "{}", unknown.stderr);
    let added = world.run(&["sources", "add", "eugeneyan/ml-surveys", "--offline", "--why", "x"]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    assert_eq!(catalogue(&world), format!("{EXTENDS}{}", entry("ann/bias", "")));
    let again = world.run(&["sources", "add", "eugeneyan/ml-surveys", "--offline", "--why", "x"]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("the list inside the program already has"), "{}", again.stderr);
    assert_eq!(world.run(&["sources", "remove", "ann/bias"]).code, 0);
    assert_eq!(catalogue(&world).trim_end(), EXTENDS.trim_end());
}

#[test]
fn an_unknown_id_of_without_is_reported_by_check_and_stops_no_refresh() {
    let world = own("extends = \"builtin\"\nwithout = [\n  \"ann/typo\",\n]\n");
    let check = world.run(&["sources", "check"]);
    assert_eq!(check.code, 2, "{}", check.stdout);
    assert!(check.stdout.contains("catalogue.toml:3: `without` names"), "{}", check.stdout);
    world.refresh(&["ann/bias"], 0);
}

#[test]
fn a_refused_repository_is_neither_added_nor_listed_nor_offered() {
    let copies = "https://github.com/Jeevan-Kumar-Raj/grokking-system-design";
    let list =
        format!("# Courses\n\nThe [system design course notes]({copies}) explain everything.\n");
    let world = World::new(vec![
        repo("ann/lists", &[("README.md", &list)]),
        repo("bob/lists", &[("README.md", &list.replace("explain", "teach"))]),
    ]);
    let name = "jeevan-kumar-raj/Grokking-System-Design";
    for arguments in [&["sources", "add", name][..], &["sources", "add", name, "--try"]] {
        let add = world.run(arguments);
        assert_eq!(add.code, 1);
        let is_refused =
            add.stderr.contains("the policy refuses") && add.stderr.contains("paid course");
        assert!(is_refused, "{}", add.stderr);
    }
    assert_eq!(world.asked(), [] as [&str; 0], "GitHub is not asked about it");
    world.refresh(&[], 0);
    let view = world.run(&["sources", "discover", "--offline", "--json"]).json();
    assert_eq!(view["candidates"].as_array().map(Vec::len), Some(0), "{view:#}");
    let dropped: &Value = &view["dropped"][0];
    assert_eq!(
        (text(&dropped["repo"]), text(&dropped["reason"])),
        (&*name.to_lowercase(), "refused")
    );
    assert!(text(&dropped["why"]).contains("paid course"), "{dropped}");
    world.catalogue(&entry(name, ""));
    let check = world.run(&["sources", "check"]);
    assert_eq!(check.code, 2);
    assert!(check.stdout.contains("catalogue.toml:7: the policy refuses"), "{}", check.stdout);
}

#[test]
fn a_repository_whose_new_name_is_refused_is_not_added() {
    let world = World::new(vec![repo("ann/copies", &[("a.md", "# A\n\nText.\n")])]);
    world.catalogue("");
    world.github.rename("ann/copies", "neerazz/DS-Algo-SD-Resources");
    let add = world.run(&["sources", "add", "ann/copies", "--why", "x"]);
    assert_eq!(add.code, 1);
    assert!(add.stderr.contains("the policy refuses neerazz/"), "{}", add.stderr);
    assert!(!catalogue(&world).contains("neerazz"), "{}", catalogue(&world));
}

#[test]
fn a_stale_source_ranks_lower_and_is_marked_everywhere() {
    let one = "# Calibration\n\nCalibration of scores means that predicted probabilities match observed rates.\n";
    let two = "# Calibration\n\nCalibration of scores means that observed frequencies match predicted ones.\n";
    let world =
        World::new(vec![repo("ann/notes", &[("a.md", one)]), repo("bob/notes", &[("b.md", two)])]);
    world.refresh(&[], 0);
    let before = world.hits("calibration of scores");
    assert_eq!(before.len(), 2, "{before:?}");
    let first = before[0].split(' ').next().unwrap().to_owned();
    let entries = ["ann/notes", "bob/notes"].map(|name| {
        let stale = if name == first { "stale = true" } else { "" };
        entry(name, stale)
    });
    world.catalogue(&entries.concat());
    let run = world.refresh(&["--offline"], 0);
    assert_eq!(run["indexed"], 1, "only the stale source is indexed again: {run}");
    let after = world.hits("calibration of scores");
    assert_eq!(after, [before[1].clone(), before[0].clone()]);
    assert_eq!(world.source(&first)["stale"], true);
    let other = before[1].split(' ').next().unwrap();
    assert_eq!(world.source(other)["stale"], false);
    let table = world.run(&["sources"]).stdout;
    let row = table.lines().find(|line| line.contains(&first)).unwrap();
    assert!(row.contains("ok, stale"), "{table}");
}
