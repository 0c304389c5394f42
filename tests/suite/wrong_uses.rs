//! Wrong uses of the command line: each says what is wrong, with which thing, and what to do. The snapshot has the command,
//! its exit code and what it says.

use std::fmt::Write;
use std::fs;
use std::net::TcpListener;

use insta::assert_snapshot;
use regex::Regex;
use serde_json::json;

use crate::mcp::Session;
use crate::serve::{app, json as answer};
use crate::skip::skip;
use crate::world::{World, repo, text};

fn world() -> World {
    let note = "# Ads\n\n## Metrics\n\nWe watch the **click-through rate** and calibration online.\n\n\
                ## Serving\n\nA feature store answers in 5 ms at p99.\n";
    let notebook = r##"{"cells": [{"cell_type": "markdown", "source": ["# Position bias\n\nA notebook about position bias."]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"##;
    let world = World::new(vec![repo("ann/ads", &[("ads.md", note), ("b.ipynb", notebook)])]);
    world.refresh(&[], 0);
    world
}

/// `text` without the parts that differ between runs.
fn settled(world: &World, text: &str) -> String {
    let text = text.replace(&world.path("").display().to_string(), "/world/");
    let patterns = [
        (r"\d+\.\d ms", "[time] ms"),
        (r"process \d+, since [^)]*", "process [id], since [when]"),
        (r"\(os error \d+\)", "(os error)"),
        (r"(?m)^\d{4}-\d\d-\d\dT.* INFO .*\n", ""),
        (r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:[port]"),
    ];
    patterns.into_iter().fold(text, |text, (pattern, placeholder)| {
        Regex::new(pattern).unwrap().replace_all(&text, placeholder).into_owned()
    })
}

/// The wrong uses that need no preparation.
const USES: &[&[&str]] = &[
    // Words of the command line.
    &["serach", "bias"],
    &["search"],
    &["search", "bias", "--limt", "3"],
    &["search", "bias", "--limit", "x"],
    &["search", "bias", "--limit", "0"],
    &["search", "bias", "--kind", "video"],
    &["status", "--since", "nonsense"],
    &["refresh", "--jobs", "0"],
    &["refresh", "--full", "--offline"],
    &["export", "graph", "--format", "svg"],
    &["export", "deck", "--format", "csv"],
    &["section", "ann/ads"],
    &["section", "ann/ads", "b.ipynb", "--line", "48", "--cell", "2"],
    &["pull", "--every", "often", "x"],
    // Names and places that the index does not have.
    &["search", ""],
    &["search", "calibrashun"],
    &["search", "bias", "--source", "an/ads"],
    &["search", "bias", "--topic", "calibratoin"],
    &["search", "bias", "--step", "modeling"],
    &["section", "ann/adds", "ads.md"],
    &["section", "ann/ads", "ad.md"],
    &["section", "ann/ads", "ads.md", "--line", "99999"],
    &["section", "ann/ads", "ads.md", "--page", "2"],
    &["section", "ann/ads", "b.ipynb", "--card", "1"],
    &["topic", "calibratoin"],
    &["topic", "qqqq"],
    &["related", "positon bias"],
    &["learn", "calibratoin"],
    &["path", "embedding", "calibratoin"],
    &["guide", "vidoe", "recommendation"],
    &["export", "deck", "--case", "vidoe recommendation", "--format", "csv"],
    &["export", "graph", "--format", "dot", "--around", "calibratoin"],
    &["sources", "audit", "ann/adds"],
    &["sources", "remove", "ann/adds"],
    &["refresh", "ann/adds"],
    &["vocabulary", "review", "calibratoin"],
    // Files and folders.
    &["--config", "nowhere.toml", "status"],
    &["--sources", "nowhere", "refresh"],
    &["--index", "nowhere", "search", "bias"],
    &["--index", "nowhere", "backup", "x.backup"],
    &["backup", "sources"],
    &["backup", "nowhere/x.backup"],
    &["restore", "nowhere.backup", "--force"],
    &["restore", "sources/catalogue.toml", "--force"],
    &["restore", "sources", "--force"],
    &["export", "graph", "--format", "dot", "-o", "nowhere/x.dot"],
    &["eval", "--queries", "nowhere.tsv", "--qrels", "nowhere.txt", "--passages", "nowhere.tsv"],
    &["pull", "nowhere"],
    &["serve", "--listen", "nonsense"],
    &["serve", "--listen", "0.0.0.0:0"],
];

/// The settings files with something wrong, and the command that reads them.
const SETTINGS: &[&str] = &[
    "[serve]\nlisten = 7878\n",
    "[serve]\nport = 7878\n",
    "[server]\nlisten = \"127.0.0.1:1\"\n",
    "[refresh]\nevery = \"soon\"\n",
    "[refresh]\ncron = \"61 * * * *\"\n",
    "[refresh]\nevery = \"1h\"\ncron = \"0 4 * * *\"\n",
    "[github]\ntoken_file = \"empty\"\n",
    "[github]\ntoken_file = \"nowhere\"\n",
    "[refresh]\narxiv_api = \"ftp://example.org\"\n",
    "[serve]\nlisten = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n",
];

/// The line, the exit code and the output of the command `words` in `world`.
fn said(world: &World, words: &[&str]) -> String {
    let out = world.run(words);
    let mut text = format!("$ cairn {}\n", words.join(" "));
    // Results are not what is tested here, unless nothing was found.
    let results = if out.stdout.lines().count() <= 4 { out.stdout.as_str() } else { "[results]\n" };
    write!(text, "{results}{}[{}]\n\n", out.stderr, out.code).unwrap();
    settled(world, &text)
}

#[test]
fn wrong_uses_say_what_is_wrong_and_what_to_do() {
    let world = world();
    world.write("empty", "\n");
    let mut all = String::new();
    for words in USES {
        all.push_str(&said(&world, words));
    }
    for settings in SETTINGS {
        world.write("wrong.toml", settings);
        all.push_str(&settings.replace('\n', "; "));
        all.push('\n');
        all.push_str(&said(&world, &["--config", "wrong.toml", "status"]));
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    all.push_str("# the port is in use\n");
    all.push_str(&said(&world, &["serve", "--no-refresh", "--listen", &address]));
    all.push_str("# a fault in the catalogue\n");
    let catalogue = fs::read_to_string(world.path("sources/catalogue.toml")).unwrap();
    world.write(
        "sources/catalogue.toml",
        &format!("{catalogue}[[source]]\nrepo = \"x\"\nwhi = \"y\"\n"),
    );
    all.push_str(&said(&world, &["refresh"]));
    world.write("sources/catalogue.toml", &catalogue);
    all.push_str("# a damaged index\n");
    let graph = world.path("index/generations/0001/graph.bin");
    let good = fs::read(&graph).unwrap();
    fs::write(&graph, &good[..good.len() / 2]).unwrap();
    all.push_str(&said(&world, &["search", "bias"]));
    fs::write(&graph, good).unwrap();
    all.push_str("# a damaged store\n");
    fs::write(world.path("index/library.db"), "no database, but some text that is long enough")
        .unwrap();
    let _ = fs::remove_file(world.path("index/library.db-wal"));
    all.push_str(&said(&world, &["refresh", "--offline"]));
    all.push_str(&said(&world, &["backup", "x.backup"]));
    assert_snapshot!("wrong_uses", all);
    assert!(!all.contains("panicked"));
}

#[cfg(unix)]
#[test]
fn a_folder_that_can_not_be_written_is_named_with_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let world = world();
    let closed = world.path("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(closed.join("x"), "").is_ok() {
        skip("folders that can't be written", "this account may write everywhere");
        return;
    }
    let file = closed.join("x.backup").display().to_string();
    for words in [["backup", &file], ["--index", &file]] {
        let words =
            if words[0] == "backup" { words.to_vec() } else { [&words[..], &["refresh"]].concat() };
        let out = world.run(&words);
        assert!(out.code == 1 && out.stderr.contains("permission denied"), "{}", out.stderr);
    }
}

#[test]
fn the_api_and_the_assistants_tools_suggest_what_was_meant() {
    let world = world();
    let app = app(&world);
    for (path, near) in [
        ("/api/v1/topics/calibratoin", "calibration"),
        ("/api/v1/topics/positon-bias/related", "position bias"),
        ("/api/v1/cases/vidoe-recommendation", "video recommendation"),
        ("/api/v1/section?source=ann/adds&path=ads.md", "ann/ads"),
        ("/api/v1/new?topic=calibratoin", "calibration"),
    ] {
        let error = answer(&app, path, 404)["error"].clone();
        assert_eq!(text(&error["near"][0]["name"]), near, "{path}: {error}");
    }
    for (place, status, says) in [
        ("line=99999", 404, "has no line 99999; its last indexed line is"),
        ("cell=2", 404, "has lines, no cells"),
        ("line=1&cell=2", 404, "names several"),
    ] {
        let path = format!("/api/v1/section?source=ann/ads&path=ads.md&{place}");
        let error = answer(&app, &path, status)["error"].clone();
        assert!(text(&error["message"]).contains(says), "{place}: {error}");
    }
    let view = answer(&app, "/api/v1/search?q=bias&source=ann/adds", 200);
    assert_eq!(view["query"]["unknown_sources"][0]["near"][0], "ann/ads");

    let mut session = Session::start(&world);
    session.greet();
    for (tool, arguments, near) in [
        ("topic", json!({"id": "calibratoin"}), "did you mean \"calibration\""),
        ("related_topics", json!({"topic": "positon bias"}), "did you mean \"position bias\""),
        ("learning_path", json!({"topic": "calibratoin"}), "did you mean \"calibration\""),
        (
            "case_guide",
            json!({"case": "vidoe recommendation"}),
            "did you mean \"video recommendation\"",
        ),
        ("resources", json!({"topic": "calibratoin"}), "did you mean \"calibration\""),
    ] {
        let told = session.fails(tool, &arguments);
        assert!(told.contains(near), "{tool}: {told}");
    }
}
