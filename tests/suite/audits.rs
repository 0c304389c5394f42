//! `cairn sources audit` and `cairn sources add --try`, run as an editor of the catalogue runs them.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::world::{World, entry, repo, text};

/// A section that is long enough to have near-copies.
const PROSE: &str = "# Feature stores\n\nA feature store keeps the features that a model reads, so that training and \
    serving agree on how each of them is computed. Without one, every team writes the same pipeline twice, and the two \
    drift apart. We measure this drift every day, and we block a release if more than one feature in a hundred differs \
    between both paths.\n";
const OTHER: &str = "# Position bias\n\nUsers click what is shown at the top, whether or not it is what they want. A model \
    that learns from such clicks learns the old ranking again, so we weight each click by the inverse of the chance that \
    its position was looked at.\n";
const CODE: &str = "# Listing\n\n```python\nimport numpy\n\nprint(numpy.zeros(3))\n```\n";
const OWN: &str = "# Calibration\n\nA calibrated model says seventy percent for things that happen seven times in ten, which \
        matters as soon as a bid is multiplied by a probability.\n";
const LICENCE: &str = include_str!("../../LICENSE-MIT");

fn table() -> String {
    let row = |n| {
        format!("| Acme {n} | a system that ranks the videos of a feed by watch time | 20{n} |\n")
    };
    let rows: String = (10..18).map(row).collect();
    format!("# Cases\n\n| Company | Title | Year |\n|---|---|---|\n{rows}")
}

fn course() -> World {
    let world = World::new(vec![
        repo(
            "ann/course",
            &[
                ("README.md", PROSE),
                ("labs/one/code.md", CODE),
                ("labs/one/more.md", CODE),
                ("data/cases.md", &table()),
                ("data/tiny.md", "# Soon\n\nNot written yet.\n"),
                ("old/a.md", OTHER),
                ("old/b.md", OTHER),
                ("vendor/x.md", OTHER),
                ("drafts/d.md", OTHER),
                (".cairnignore", "drafts/\n"),
                ("img/plot.png", "0123456789"),
                ("LICENSE", LICENCE),
            ],
        ),
        repo("bob/copy", &[("copied.md", PROSE), ("own.md", OTHER)]),
    ]);
    let entries = [entry("ann/course", "exclude = [\"old/**\"]"), entry("bob/copy", "")];
    world.catalogue(&entries.concat());
    world.refresh(&[], 0);
    world
}

#[track_caller]
fn audited(world: &World, arguments: &[&str], id: &str) -> Value {
    let words = [&["sources", "audit", "--json"], arguments].concat();
    let view = world.run(&words).json();
    let sources = view["sources"].as_array().unwrap();
    sources
        .iter()
        .find(|source| source["source"] == id)
        .unwrap_or_else(|| panic!("{view:#}"))
        .clone()
}

/// The group of files that are left out of `audit` for `reason`.
#[track_caller]
fn left_out<'a>(audit: &'a Value, reason: &str) -> &'a Value {
    let mut groups = audit["left_out"].as_array().unwrap().iter();
    groups.find(|group| group["reason"] == reason).unwrap_or_else(|| panic!("{audit:#}"))
}

#[test]
fn an_audit_shows_what_a_source_consists_of_and_sends_no_request() {
    let world = course();
    world.asked();
    let course = audited(&world, &[], "ann/course");
    assert_eq!((&course["documents"], &course["sections"]), (&json!(5), &json!(5)), "{course:#}");
    let shares = &course["shares"];
    let expected =
        [("code", 40.0), ("rows", 20.0), ("tiny", 20.0), ("suspect", 80.0), ("tex", 0.0)];
    for (share, percent) in expected {
        assert_eq!(shares[share], percent, "{share}: {course:#}");
    }
    assert!(course["topics_per_thousand_words"].as_f64().unwrap() > 0.0, "{course:#}");
    assert_eq!((&course["formats"], &course["own_copies"]), (&json!({"md": 5}), &json!(1)));
    assert_eq!((&course["copies"], &course["copied_by_others"]), (&json!(0), &json!(1)));
    let copy = audited(&world, &[], "bob/copy");
    assert_eq!((&copy["copies"], &copy["shares"]["copies"]), (&json!(1), &json!(50.0)), "{copy:#}");
    assert!(world.asked().is_empty(), "no request is made");
}

#[test]
fn an_audit_shows_which_files_are_left_out_by_which_rule() {
    let world = course();
    let course = audited(&world, &[], "ann/course");
    let excluded = left_out(&course, "exclude");
    assert_eq!((&excluded["rule"], &excluded["files"]), (&json!("old/**"), &json!(2)));
    assert_eq!(excluded["examples"], json!(["old/a.md", "old/b.md"]));
    assert_eq!(excluded["bytes"], 2 * OTHER.len());
    assert_eq!(left_out(&course, "policy")["rule"], "**/vendor/**");
    assert_eq!(left_out(&course, "cairnignore")["examples"], json!(["drafts/d.md"]));
    let png = left_out(&course, "format");
    assert_eq!(
        (&png["rule"], &png["files"], &png["bytes"]),
        (&json!("png"), &json!(1), &json!(10))
    );
    assert_eq!(audited(&world, &[], "notes")["left_out"], Value::Null, "a folder has no list");

    // What is excluded after the fetch is found among the stored files, and what is included again is not there yet.
    world.catalogue(&entry("ann/course", "exclude = [\"labs/**\"]"));
    world.refresh(&["--offline"], 0);
    let course = audited(&world, &["ann/course"], "ann/course");
    assert_eq!(left_out(&course, "exclude")["rule"], "labs/**");
    assert_eq!(left_out(&course, "not-fetched")["files"], 2);
    let fetched = world.refresh(&[], 0);
    assert!(fetched["generation"].is_u64(), "{fetched}");
    let course = audited(&world, &[], "ann/course");
    assert_eq!(left_out(&course, "exclude")["files"], 2);
    assert!(!course["left_out"].to_string().contains("not-fetched"), "{course:#}");
}

#[test]
fn the_audit_of_one_source_names_the_globs_and_documents_to_exclude() {
    let world = course();
    let course = audited(&world, &["Ann/Course"], "ann/course");
    let globs: Vec<&str> =
        course["folders"].as_array().unwrap().iter().map(|f| text(&f["glob"])).collect();
    assert_eq!(globs, ["data/*", "labs/one/**", "*"], "those with the most suspect sections first");
    let worst = course["worst"].as_array().unwrap();
    assert_eq!(worst.len(), 4, "README.md is fine: {worst:#?}");
    let code = worst.iter().find(|document| document["path"] == "labs/one/code.md").unwrap();
    assert_eq!((&code["first"], &code["unit"]), (&json!(1), &json!("lines")), "{code:#}");
    assert_eq!(code["shares"]["code"], 100.0);

    let printed = world.run(&["sources", "audit", "ann/course"]);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    for says in
        ["only code 40 %", "labs/one/**", "labs/one/code.md", "excluded by the entry (old/**)"]
    {
        assert!(printed.stdout.contains(says), "no {says:?} in\n{}", printed.stdout);
    }
    for arguments in [&["sources", "audit"][..], &["sources", "audit", "ann/course"]] {
        let printed = world.run(arguments).stdout;
        let long = printed.lines().find(|line| line.chars().count() > 100);
        assert_eq!(long, None, "every line fits into 100 columns");
    }
}

#[test]
fn the_audit_of_an_unknown_source_suggests_ids() {
    let world = course();
    for (name, suggested) in [("course", "ann/course"), ("ann/cuorse", "ann/course")] {
        let unknown = world.run(&["sources", "audit", name]);
        assert_eq!(unknown.code, 1);
        let says = format!("did you mean {suggested}?");
        assert!(unknown.stderr.contains(&says), "{name}: {}", unknown.stderr);
    }
    let unknown = world.run(&["sources", "audit", "zzz"]);
    assert!(unknown.stderr.contains("`cairn sources"), "{}", unknown.stderr);
}

/// The bytes of all files below `folder`.
fn files(world: &World, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![world.path(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(path.display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// [`course`], and a repository on GitHub that is not in the catalogue.
fn with_candidate() -> World {
    let world = course();
    let files = [
        ("README.md", PROSE),
        ("own.md", OWN),
        ("code.md", CODE),
        ("img/plot.png", "0123456789"),
        ("old/a.md", OTHER),
        ("LICENSE", LICENCE),
    ];
    let mut candidate = repo("New/Notes", &files);
    candidate.description = Some("Notes on serving".into());
    world.github.put(candidate);
    world
}

#[test]
fn a_trial_shows_what_a_repository_would_add_and_changes_nothing() {
    let world = with_candidate();
    let before = (files(&world, "index"), files(&world, "sources"));
    let trial = world.run(&["sources", "add", "new/notes", "--try", "--json"]).json();
    assert_eq!((&trial["repo"], &trial["known_as"]), (&json!("New/Notes"), &Value::Null));
    assert_eq!((&trial["licence"], &trial["licence_from"]), (&json!("MIT"), &json!("file")));
    assert_eq!(trial["shown"], "full");
    assert_eq!((&trial["all"]["files"], &trial["taken"]["files"]), (&json!(6), &json!(4)));
    assert_eq!(trial["taken"]["bytes"], PROSE.len() + CODE.len() + OTHER.len() + OWN.len());
    let audit = &trial["audit"];
    assert_eq!((&audit["documents"], &audit["sections"]), (&json!(4), &json!(4)), "{trial:#}");
    assert_eq!(audit["shares"]["code"], 25.0);
    assert_eq!(left_out(audit, "format")["rule"], "png");
    let compared = &trial["compared"];
    assert_eq!(
        (&compared["duplicates"], &compared["duplicates_percent"]),
        (&json!(2), &json!(50.0))
    );
    let sources =
        json!([{"source": "ann/course", "sections": 1}, {"source": "bob/copy", "sections": 1}]);
    assert_eq!(compared["sources"], sources);
    assert_eq!((&compared["added"], &compared["added_sound"]), (&json!(2), &json!(1)), "{trial:#}");
    let entry = text(&trial["entry"]);
    assert!(entry.contains("repo = \"New/Notes\"") && entry.contains("why = \"Notes on serving\""));
    assert_eq!((files(&world, "index"), files(&world, "sources")), before, "nothing has changed");

    let try_without = ["sources", "add", "new/notes", "--try", "--exclude", "old/**"];
    let printed = world.run(&try_without);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    for says in [
        "MIT (from its LICENSE file): whole sections are shown",
        "3 are read",
        "1 section (33.3 %) would fold",
        "1 of ann/course",
        "adds       2 sections",
        "excluded by the entry (old/**)",
        "exclude = [\"old/**\"]",
        "Nothing was added",
    ] {
        assert!(printed.stdout.contains(says), "no {says:?} in\n{}", printed.stdout);
    }
}

#[test]
fn a_trial_of_a_source_uses_its_entry_and_leaves_it_out_of_the_comparison() {
    let world = course();
    let trial = world.run(&["sources", "add", "ann/course", "--try", "--json"]).json();
    assert_eq!((&trial["known_as"], &trial["entry"]), (&json!("ann/course"), &Value::Null));
    assert_eq!(left_out(&trial["audit"], "exclude")["rule"], "old/**");
    let sources = json!([{"source": "bob/copy", "sections": 1}]);
    assert_eq!(trial["compared"]["sources"], sources, "{trial:#}");
    let printed = world.run(&["sources", "add", "ann/course", "--try"]).stdout;
    assert!(printed.contains("catalogued") && printed.contains("Nothing was changed"), "{printed}");
}

#[test]
fn a_trial_works_without_an_index_and_with_a_token() {
    let world = with_candidate();
    fs::remove_dir_all(world.path("index")).unwrap();
    let mut command = world.command(&["sources", "add", "New/Notes", "--try", "--json"]);
    let output = crate::world::output_of(command.env("GITHUB_TOKEN", "t0ken"));
    let trial = output.json();
    assert_eq!((&trial["compared"], &trial["audit"]["documents"]), (&Value::Null, &json!(4)));
    assert!(!world.path("index").exists(), "no index was made");
}

#[test]
fn a_failed_trial_says_why_and_what_to_do() {
    let world = with_candidate();
    let fails = |repo: &str| {
        let out = world.run(&["sources", "add", repo, "--try"]);
        assert_eq!((out.code, &*out.stdout), (1, ""), "{}", out.stderr);
        out.stderr
    };
    let missing = fails("new/nothing");
    assert!(missing.contains("GitHub has no public repository new/nothing"), "{missing}");
    let mut offline = world.command(&["sources", "add", "New/Notes", "--try"]);
    let offline =
        crate::world::output_of(offline.env("CAIRN_GITHUB_API_URL", "http://127.0.0.1:9"));
    assert_eq!(offline.code, 1);
    assert!(offline.stderr.contains("is the network up?"), "{}", offline.stderr);
    assert!(fails("no-slash").contains("write OWNER/NAME"), "a name without an owner");
    let policy = fs::read_to_string(world.path("sources/policy.toml")).unwrap();
    let small = policy.replace("files = 20_000", "files = 1");
    assert_ne!(small, policy);
    world.write("sources/policy.toml", &small);
    let large = fails("New/Notes");
    assert!(large.contains("more than 1 files to index, the limit of the policy"), "{large}");
    assert!(large.contains("nothing was added"), "{large}");
    let without_try = world.run(&["sources", "add", "new/notes", "--exclude", "old/**"]);
    assert_eq!(without_try.code, 2, "--exclude needs --try");
}
