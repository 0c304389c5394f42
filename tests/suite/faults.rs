//! Faults during a refresh: failing sources, hostile archives, broken files, two writers, kills. The index is kept, and
//! the next run recovers.

use std::fs;
use std::time::Duration;

use crate::github::{Archive, Fault, Repo, raw_archive};
use crate::world::{BIAS, STORE, World, outcome, repo, text, two, wait_until};

#[test]
fn a_failing_source_keeps_its_documents_and_the_run_reports_it() {
    let world = two();
    world.refresh(&[], 0);
    for (fault, says) in [
        (Fault::Status(404), "404"),
        (Fault::Status(500), "500"),
        (Fault::Truncated, "reading a body"),
        (Fault::NotGzip, "archive"),
    ] {
        world.github.put(repo("ann/bias", &[("README.md", "# New\n\nNew text.\n")]));
        world.github.fault("ann/bias", fault);
        let run = world.refresh(&[], 3);
        assert_eq!(outcome(&run, "ann/bias"), "failed", "{fault:?}");
        let source =
            run["sources"].as_array().unwrap().iter().find(|s| s["source"] == "ann/bias").unwrap();
        assert!(text(&source["error"]).contains(says), "{fault:?}: {source}");
        assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"], "{fault:?}");
        world.github.fault("ann/bias", Fault::None);
    }
    let status = world.run(&["status"]);
    assert!(status.stdout.contains("1 source failed"), "{}", status.stdout);
    world.refresh(&[], 0);
    assert_eq!(world.hits("\"new text\""), ["ann/bias README.md"]);
}

#[test]
fn a_transient_failure_is_retried_within_the_run() {
    let world = two();
    world.github.fault("ann/bias", Fault::StatusOnce(502));
    let run = world.refresh(&[], 0);
    assert_eq!(outcome(&run, "ann/bias"), "new");
}

#[test]
fn without_a_network_each_host_is_reported_once_and_the_schedule_retries_soon() {
    let world = two();
    let mut command = world.command(&["refresh", "--json"]);
    command.env("CAIRN_GITHUB_CODELOAD_URL", "http://127.0.0.1:9");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let run: cairn::generation::run::RunRecord = serde_json::from_slice(&output.stdout).unwrap();
    assert!(run.reached_nothing());
    let error = run.failed().next().unwrap().error.clone().unwrap();
    assert_eq!(error.matches("127.0.0.1:9").count(), 1, "{error}");
    assert_eq!(world.hits("\"feature store\""), ["notes own.md"], "what is here is indexed");
    let run = world.refresh(&[], 0);
    let run: cairn::generation::run::RunRecord = serde_json::from_value(run).unwrap();
    assert!(!run.reached_nothing());
}

#[test]
fn a_blocked_source_is_removed_at_once() {
    let world = two();
    world.refresh(&[], 0);
    world.github.fault("ann/bias", Fault::Status(451));
    world.refresh(&[], 3);
    assert!(world.hits("\"position bias\"").is_empty());
}

#[test]
fn a_renamed_repository_keeps_its_id_and_the_new_name_is_reported() {
    let world = two();
    world.refresh(&[], 0);
    world.github.rename("ann/bias", "ann/position-bias");
    world.github.put(repo("ann/position-bias", &[("README.md", BIAS)]));
    world.refresh(&[], 0);
    let sources = world.run(&["sources", "--json"]).json();
    let source = sources["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["id"] == "ann/bias")
        .unwrap()
        .clone();
    assert_eq!(source["moved_to"], "ann/position-bias");
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
}

#[test]
fn only_the_valid_files_of_a_hostile_archive_are_indexed() {
    let bytes = raw_archive("0123456789abcdef0123456789abcdef01234567")
        .file("x-0123/good.md", b"# Good\n\nFine words here.\n")
        .file("x-0123/../../escape.md", b"# Escaped\n")
        .file("/etc/absolute.md", b"# Absolute\n")
        .symlink("x-0123/link.md", "/etc/passwd")
        .hard_link("x-0123/hard.md", "x-0123/good.md")
        .char_device("x-0123/device.md", 1, 3)
        .fifo("x-0123/pipe.md")
        .file("x-0123/good.md", b"# Second\n")
        .file(b"x-0123/\xff\xfe.md", b"# Not UTF-8\n")
        .finish();
    let hostile =
        Repo::new("eve/x", "0123456789abcdef0123456789abcdef01234567", Archive::Bytes(bytes));
    let world = World::new(vec![hostile]);
    let run = world.refresh(&[], 0);
    assert_eq!(run["documents"], 2, "the good file and the own note: {run}");
    assert_eq!(world.hits("\"fine words\""), ["eve/x good.md"]);
    let sources = world.run(&["sources", "--json"]).json();
    let problems = sources["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["id"] == "eve/x")
        .unwrap()["problems"]
        .clone();
    let problems = problems.as_array().unwrap();
    assert!(problems.len() >= 7, "{problems:#?}");
    let names: Vec<String> = fs::read_dir(world.path(""))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.iter().all(|name| name == "index" || name == "sources"), "{names:?}");
}

#[test]
fn a_broken_file_is_a_problem_and_the_rest_is_indexed() {
    let world = World::new(vec![repo(
        "ann/mixed",
        &[("a.ipynb", "{\"cells\": [ broken"), ("empty.md", ""), ("good.md", BIAS)],
    )]);
    let run = world.refresh(&[], 0);
    assert_eq!(run["documents"], 2);
    let table = world.run(&["status"]).stdout;
    assert!(
        table.contains("a.ipynb: no notebook") && table.contains("empty.md: the file is empty"),
        "{table}"
    );
}

#[test]
fn a_second_writer_is_refused_with_the_name_of_the_lock_holder() {
    let world = two();
    world.github.fault("ann/bias", Fault::Slow { per_chunk: Duration::from_millis(300) });
    let mut first = world.command(&["refresh", "-q"]).spawn().unwrap();
    wait_until("it fetches", || !world.github.requests().is_empty());
    let second = world.run(&["refresh", "-q"]);
    assert_eq!(second.code, 1);
    let pid = first.id().to_string();
    assert!(
        second.stderr.contains("another refresh is under way") && second.stderr.contains(&pid),
        "{}",
        second.stderr
    );
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn the_next_refresh_repairs_what_a_killed_one_left() {
    let files: Vec<(String, String)> = (0..60)
        .map(|at| {
            (
                format!("docs/{at}.md"),
                format!(
                    "# Note {at}\n\nNumber{at} on drift, recall and precision of a ranking model.\n"
                ),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let world =
        World::new(vec![repo("ann/many", &files), repo("bob/store", &[("docs/store.md", STORE)])]);
    for delay in [0, 5, 15, 30, 60, 100, 150, 220, 300, 400] {
        let mut child = world.command(&["refresh", "-q"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let run = world.refresh(&[], 0);
    assert_eq!(run["documents"], 62);
    assert_eq!(world.hits("number59"), ["ann/many docs/59.md"]);
    let status = world.run(&["status", "--json"]).json();
    assert_eq!(status["sections"], 62, "nothing lost, nothing doubled");
    let search = world.run(&["search", "drift", "--limit", "100", "--json"]).json();
    assert_eq!(search["total"], 60);
}

#[test]
fn a_source_missing_on_three_days_is_gone_and_later_dropped() {
    let world = two();
    world.write("cairn.toml", "[refresh]\ngone_after = 3\ndrop_after = \"1s\"\n");
    world.refresh(&[], 0);
    world.github.remove("ann/bias");
    let state = |world: &World| {
        let sources = world.run(&["sources", "--json"]).json();
        let sources = sources["sources"].as_array().unwrap().clone();
        sources.iter().find(|source| source["id"] == "ann/bias").unwrap()["state"].clone()
    };
    for expected in ["failed", "failed", "gone"] {
        world.pass_a_day();
        world.refresh(&[], 3);
        if expected == "failed" {
            // What is tried again on the same day does not count.
            world.refresh(&["ann/bias"], 3);
        }
        assert_eq!(state(&world), expected);
        assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"], "kept searchable");
    }
    std::thread::sleep(Duration::from_millis(1_100));
    world.refresh(&[], 3);
    assert!(world.hits("\"position bias\"").is_empty(), "dropped");
    world.github.put(repo("ann/bias", &[("README.md", BIAS)]));
    world.refresh(&[], 0);
    assert_eq!(
        (state(&world), world.hits("\"position bias\"").len()),
        ("ok".into(), 1),
        "and back"
    );
}
