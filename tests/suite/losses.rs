//! The loss rule: documents are kept if the store or the sources are lost, and removed if the user, the author or the
//! law requires it.

use std::fs;

use serde_json::Value;

use crate::content::content;
use crate::github::Fault;
use crate::serve::Server;
use crate::world::{BIAS, Output, STORE, World, entry, outcome, part, repo, text, two};

/// Runs `cairn` so that it can reach no host.
fn unplugged(world: &World, arguments: &[&str]) -> Output {
    let mut command = world.command(arguments);
    for variable in ["API", "CODELOAD", "RAW"] {
        command.env(format!("CAIRN_GITHUB_{variable}_URL"), "http://127.0.0.1:9");
    }
    let output = command.output().unwrap();
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn lose_the_store(world: &World) {
    for name in ["library.db", "library.db-wal", "library.db-shm"] {
        let _ = fs::remove_file(world.path("index").join(name));
    }
}

fn current(world: &World) -> String {
    fs::read_to_string(world.path("index/current")).unwrap()
}

/// The newest recorded run.
fn last_run(world: &World) -> Value {
    let runs: Value =
        serde_json::from_slice(&fs::read(world.path("index/runs.json")).unwrap()).unwrap();
    runs[0].clone()
}

#[test]
fn a_lost_store_leaves_the_index_intact() {
    let world = two();
    world.refresh(&[], 0);
    let (before, served) = (current(&world), content(&world.path("index")));
    // Folders are read without a network, but not by --offline.
    for (arguments, lost) in [
        (&["refresh", "--offline"][..], "4 of 4 documents"),
        (&["refresh", "--full"], "3 of 4 documents"),
        (&["refresh"], "3 of 4 documents"),
    ] {
        lose_the_store(&world);
        let output = unplugged(&world, arguments);
        assert_eq!(output.code, 1, "{arguments:?}: {}", output.stderr);
        assert!(output.stderr.contains(lost), "{}", output.stderr);
        assert!(output.stderr.contains("cairn refresh --accept-loss"), "{}", output.stderr);
        assert_eq!(current(&world), before, "{arguments:?} published");
        assert!(content(&world.path("index")) == served);
        assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
    }
    let run = last_run(&world);
    assert_eq!(run["generation"], Value::Null);
    assert_eq!(run["refused"]["documents"], 3);
    assert_eq!(run["refused"]["sources"], serde_json::json!(["ann/bias", "bob/store"]));
    assert_eq!(run["documents"], 4, "what is served: {run}");
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("published nothing"), "{status}");
    assert!(status.contains("--accept-loss"), "{status}");
    let doctor = world.run(&["doctor", "--offline"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.stdout.contains("published nothing"), "{}", doctor.stdout);
}

#[test]
fn a_lost_store_is_restored_without_the_flag_when_the_sources_respond_again() {
    let world = two();
    world.refresh(&[], 0);
    let served = content(&world.path("index"));
    lose_the_store(&world);
    world.github.fault("ann/bias", Fault::Status(500));
    let run = world.refresh(&[], 1);
    assert_eq!(run["refused"]["sources"], serde_json::json!(["ann/bias"]));
    assert_eq!(outcome(&run, "bob/store"), "new", "what can be fetched is stored meanwhile");
    world.github.fault("ann/bias", Fault::None);
    world.asked();
    let run = world.refresh(&[], 0);
    assert_eq!((outcome(&run, "ann/bias"), outcome(&run, "bob/store")), ("new", "unchanged"));
    assert!(world.asked().contains(&"/bob/store/tar.gz/HEAD 304".to_owned()), "not fetched twice");
    assert!(content(&world.path("index")) == served);
    assert_eq!(run["refused"], Value::Null);
    assert!(!world.run(&["status"]).stdout.contains("published nothing"));
}

#[test]
fn a_loss_that_is_accepted_is_published_and_noted() {
    let world = two();
    world.refresh(&[], 0);
    lose_the_store(&world);
    let output = unplugged(&world, &["refresh", "--accept-loss"]);
    assert_eq!(output.code, 3, "{}", output.stderr);
    assert!(output.stdout.contains("left the index: 3 of 4 documents"), "{}", output.stdout);
    assert_eq!(world.run(&["status", "--json"]).json()["documents"], 1);
    world.refresh(&[], 0);
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"], "and they come back");
}

#[test]
fn a_loss_of_a_tenth_or_less_is_published_and_noted() {
    let many: Vec<(String, String)> =
        (0..20).map(|at| (format!("{at}.md"), format!("# Note {at}\n\nWords {at}.\n"))).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let world = World::new(vec![repo("ann/many", &many), repo("bob/one", &[("a.md", STORE)])]);
    world.refresh(&[], 0);
    lose_the_store(&world);
    world.github.fault("bob/one", Fault::Status(500));
    let run = world.refresh(&[], 3);
    assert_eq!(run["refused"], Value::Null);
    assert!(text(&run["notes"][0]["message"]).contains("1 of 22 documents"), "{run}");
}

#[test]
fn a_run_over_one_source_of_a_lost_store_publishes_nothing() {
    let world = two();
    world.refresh(&[], 0);
    lose_the_store(&world);
    let run = world.refresh(&["bob/store"], 1);
    assert_eq!(run["refused"]["sources"], serde_json::json!(["notes", "ann/bias"]));
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
}

#[test]
fn a_source_that_failed_for_long_before_the_store_was_lost_is_not_dropped_with_it() {
    let world = two();
    world.write("cairn.toml", "[refresh]\ngone_after = 1\ndrop_after = \"1h\"\n");
    world.refresh(&[], 0);
    world.github.remove("ann/bias");
    lose_the_store(&world);
    // Gone, but in this store for less than an hour: that is no reason to drop it.
    for _ in 0..2 {
        let run = world.refresh(&[], 1);
        assert_eq!(run["refused"]["sources"], serde_json::json!(["ann/bias"]));
    }
    world.write("cairn.toml", "[refresh]\ngone_after = 1\ndrop_after = \"0s\"\n");
    world.refresh(&[], 3);
    assert!(world.hits("\"position bias\"").is_empty(), "dropped, as the settings say");
}

/// A reason for a removal, a function that makes the change, and the exit code of the following refresh.
type Ask<'a> = (&'a str, &'a dyn Fn(&World), i32);

#[test]
fn what_the_user_the_author_or_the_law_removes_goes_however_much_it_is() {
    let policy = |world: &World, from: &str, to: &str| {
        let policy = fs::read_to_string(world.path("sources/policy.toml")).unwrap();
        assert!(policy.contains(from));
        world.write("sources/policy.toml", &policy.replace(from, to));
    };
    let asks: [Ask; 6] = [
        ("a source that left the catalogue", &|w| w.catalogue(&entry("bob/store", "")), 0),
        (
            "an exclude",
            &|w| {
                let entries = [entry("ann/bias", "exclude = [\"**\"]"), entry("bob/store", "")];
                w.catalogue(&entries.concat());
            },
            0,
        ),
        ("a policy", &|w| policy(w, "file_bytes = 16_000_000", "file_bytes = 20"), 0),
        ("the law", &|w| w.github.fault("ann/bias", Fault::Status(451)), 3),
        (
            "the author",
            &|w| w.github.put(repo("ann/bias", &[("README.md", BIAS), (".cairnignore", "*")])),
            0,
        ),
        ("upstream", &|w| w.github.put(repo("ann/bias", &[("other.txt", "Other.")])), 0),
    ];
    for (who, ask, code) in asks {
        let world = two();
        world.refresh(&[], 0);
        ask(&world);
        let run = world.refresh(&[], code);
        assert_eq!(run["refused"], Value::Null, "{who}");
        assert!(world.hits("\"position bias\"").is_empty(), "{who}");
    }
}

#[test]
fn a_catalogue_that_lost_all_its_entries_removes_nothing() {
    let world = two();
    world.refresh(&[], 0);
    let catalogue = fs::read_to_string(world.path("sources/catalogue.toml")).unwrap();
    world.write("sources/catalogue.toml", "");
    let run = world.refresh(&[], 1);
    assert!(text(&run["notes"][0]["message"]).contains("the catalogue lists no source"), "{run}");
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
    world.write("sources/catalogue.toml", &catalogue);
    let run = world.refresh(&["--offline"], 0);
    assert_eq!((&run["documents"], &run["generation"]), (&4.into(), &Value::Null), "{run}");
    world.write("sources/catalogue.toml", "");
    world.refresh(&["--accept-loss"], 0);
    assert!(world.hits("\"position bias\"").is_empty());
}

#[test]
fn a_full_refresh_with_a_failing_source_keeps_what_was_indexed() {
    for fault in [Fault::Status(500), Fault::Status(404), Fault::Truncated, Fault::NotGzip] {
        let world = two();
        world.refresh(&[], 0);
        let served = content(&world.path("index"));
        world.github.fault("ann/bias", fault);
        let run = world.refresh(&["--full"], 3);
        assert_eq!(part(&run, "ann/bias")["documents"], 2, "{fault:?}");
        assert!(content(&world.path("index")) == served, "{fault:?}");
    }
}

#[test]
fn the_server_keeps_the_old_generation_and_says_why() {
    let world = two();
    world.refresh(&[], 0);
    lose_the_store(&world);
    for name in ["ann/bias", "bob/store"] {
        world.github.fault(name, Fault::Status(500));
    }
    world.write("cairn.toml", "[refresh]\nevery = \"1m\"\n");
    let mut runs: Vec<Value> =
        serde_json::from_slice(&fs::read(world.path("index/runs.json")).unwrap()).unwrap();
    runs[0]["ended_at"] = "2026-01-01T00:00:00Z".into();
    fs::write(world.path("index/runs.json"), serde_json::to_vec(&runs).unwrap()).unwrap();
    let server = Server::start(&world, &[]);
    server.wait_for("/api/v1/status", "\"refused\":{");
    let status = server.get("/api/v1/status");
    assert!(
        status.contains("published nothing") && status.contains("\"generation\":1"),
        "{status}"
    );
    assert!(server.get("/api/v1/search?q=%22position+bias%22").contains("README.md"));
    let page = server.get("/sources");
    assert!(page.contains("published nothing") && page.contains("--accept-loss"), "{page}");
    let start = server.get("/");
    assert!(start.contains("published nothing"), "the footer of each page: {start}");
}
