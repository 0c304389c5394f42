//! An index whose sections are in an OpenSearch cluster: the same answers as from the embedded engine, and generations
//! that stay as they are.

use std::fs;
use std::process::Stdio;
use std::time::Instant;

use cairn::generation::folders;
use serde_json::json;

use crate::cluster::{Embedded, TestCluster, settings};
use crate::readers::{push, writer};
use crate::serve::Server;
use crate::world::{World, entry, repo};

/// Queries of every kind, over [`varied`].
const QUERIES: [&str; 34] = [
    "bias",
    "position bias",
    "the bias of a position",
    "\"position bias\"",
    "\"bias position\"",
    "feature store",
    "calibratio of a model",
    "drift of features and calibration of a model",
    "calibration OR drift",
    "(calibration OR drift) -store",
    "bias -\"position bias\"",
    "-bias",
    "-\"feature store\" source:ann",
    "k-NN",
    "3.5",
    "zebra",
    "zebra quokka numbat",
    "no such word",
    "source:ann",
    "source:bob drift",
    "-source:bob drift",
    "path:deep bias",
    "path:* bias",
    "topic:calibration model",
    "-topic:calibration model",
    "licence:mit drift",
    "-licence:mit drift",
    "has:code",
    "has:code fit",
    "lang:en since:2001 bias",
    "how do I measure drift",
    "compare calibration and drift",
    "bob leaves",
    "links about drift",
];

/// Words of the notes of [`varied`].
const WORDS: [&str; 18] = [
    "position bias",
    "bias",
    "drift",
    "calibration",
    "a feature store",
    "the model",
    "ranking",
    "of features",
    "k-NN",
    "version 3.5",
    "labels",
    "clicks",
    "is measured",
    "with care",
    "and",
    "training-serving skew",
    "retrieval",
    "embeddings",
];

/// So many sentences of random words.
fn sentences(number: usize, dice: &mut fastrand::Rng) -> String {
    let mut sentence = || {
        let length = dice.usize(3..9);
        let words: Vec<&str> = (0..length).map(|_| WORDS[dice.usize(..WORDS.len())]).collect();
        format!("The {}.", words.join(" "))
    };
    (0..number).map(|_| sentence()).collect::<Vec<_>>().join(" ")
}

/// Repositories with sections that differ in words, headings, code, licence and language, and copies.
fn varied() -> World {
    let mut dice = fastrand::Rng::with_seed(24);
    let mut files: Vec<(String, String)> = Vec::new();
    // No query finds more sections than Cairn ranks itself; beyond those, the order is the cluster's.
    for at in 0..16 {
        let folder = if at % 3 == 0 { "deep/" } else { "" };
        let heading = ["Drift", "Calibration of models", "Position bias", "Other"][at % 4];
        let code = if at % 5 == 0 { "\n```python\nmodel.fit(bias)\n```\n" } else { "" };
        let [one, two, three] = [3, 4 + at % 7, 2].map(|number| sentences(number, &mut dice));
        let body = format!(
            "# Note {at}\n\n{one}\n\n## {heading}\n\n{two}\n{code}\n### Details\n\n{three}\n"
        );
        files.push((format!("docs/{folder}{at}.md"), body));
    }
    let links = "[a](https://a.example), [b](https://b.example), [c](https://c.example)";
    files.push(("zoo.md".into(), format!("# Zoo\n\nA zebra, once. See {links} on drift.\n")));
    let own: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let leaving = "# Leaving\n\nThe quokka and the drift of bob.\n\n## Numbat\n\nBias.\n";
    let licence = ("LICENSE", include_str!("../../LICENSE-MIT"));
    let others = [licence, ("copy.md", own[5].1), ("own.md", leaving)];
    World::new(vec![repo("ann/notes", &own), repo("bob/leaves", &others)])
}

#[test]
fn a_cluster_gives_the_answers_of_the_embedded_engine() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = varied();
    world.settings(&cluster.settings(""));
    world.refresh(&[], 0);
    let said = world.run(&["engine", "check"]);
    assert!(said.stdout.contains(" has all "), "{}{}", said.stdout, said.stderr);
    let embedded = Embedded::build(&world, "embedded");
    embedded.assert_answers(&QUERIES);
    // The texts are in the cluster only.
    let bytes = |index: &str| {
        let files = walkdir::WalkDir::new(world.path(index).join("generations")).into_iter();
        files.filter_map(|file| Some(file.ok()?.metadata().ok()?.len())).sum::<u64>()
    };
    println!("{} bytes beside the cluster, {} embedded", bytes("index"), bytes("embedded"));
    let section = world.run(&["section", "bob/leaves", "own.md", "--line", "1"]);
    assert!(section.stdout.contains("The quokka and the drift of bob."), "{}", section.stdout);
}

#[test]
fn a_reader_of_an_earlier_generation_sees_what_it_saw_and_the_index_can_go_back() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = writer_in(&cluster);
    copy_index(&world, "reader");
    push(&world, 2);
    world.refresh(&[], 0);
    let found = |index: &str, query: &str| {
        let answer = world.run(&["search", query, "--json", "--index", index]).json();
        answer["hits"].as_array().unwrap().len()
    };
    let index = world.path("index").display().to_string();
    assert_eq!((found("reader", "version1"), found("reader", "version2")), (1, 0));
    assert_eq!((found(&index, "version1"), found(&index, "version2")), (0, 1));
    assert_eq!(cluster.indexes().len(), 1);
    // Nothing but the changed note was written again.
    let of_second = cluster.count(&json!({"term": {"from": 2}}));
    assert!((1..=4).contains(&of_second), "{of_second}");
    fs::write(world.path("index/current"), "1\n").unwrap();
    assert_eq!((found(&index, "version1"), found(&index, "version2")), (1, 0));
    fs::write(world.path("index/current"), "2\n").unwrap();
    // A rebuild writes everything into a new index. The old one stays while a kept generation needs it.
    let said = world.run(&["engine", "rebuild"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(cluster.indexes().len(), 2);
    assert_eq!((found(&index, "version1"), found(&index, "version2")), (0, 1));
    push(&world, 3);
    world.refresh(&[], 0);
    push(&world, 4);
    world.refresh(&[], 0);
    assert_eq!(cluster.indexes().len(), 1, "no kept generation needs the old index");
    Embedded::build(&world, "embedded").assert_same_hits(&["version4", "drift", "note 7", "bias"]);
}

#[test]
fn a_section_that_becomes_a_copy_is_folded_from_then_on_and_unfolded_when_the_original_goes() {
    let Some(cluster) = TestCluster::find() else { return };
    let text = "# Skew\n\nTraining-serving skew is the difference between a feature at training time and at serving \
                time, and a feature store that serves both from one definition prevents most of it.\n";
    let other = "# Other\n\nNothing.\n";
    let world = World::new(vec![
        repo("ann/notes", &[("a.md", other)]),
        repo("bob/copies", &[("b.md", text)]),
    ]);
    world.settings(&cluster.settings(""));
    world.refresh(&[], 0);
    let queries = ["training serving skew", "source:bob", "nothing"];
    for files in [&[("a.md", other), ("c.md", text)][..], &[("a.md", other)]] {
        world.github.put(repo("ann/notes", files));
        world.refresh(&[], 0);
        let name = format!("embedded{}", files.len());
        Embedded::build(&world, &name).assert_same_hits(&queries);
    }
}

#[test]
fn a_refresh_that_is_killed_at_any_time_loses_nothing() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = writer_in(&cluster);
    let started = Instant::now();
    push(&world, 2);
    world.refresh(&[], 0);
    let whole = started.elapsed();
    let (rounds, mut killed) = (rounds(), 0);
    for round in 1..=rounds {
        push(&world, round + 2);
        let before = folders::current(&world.path("index")).unwrap();
        let mut child = world.command(&["refresh"]);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(1.1 * round as f64 / rounds as f64));
        killed += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
        let after = folders::current(&world.path("index")).unwrap();
        let said = world.run(&["engine", "check"]);
        assert_eq!(said.code, 0, "{before:?} {after:?}: {}{}", said.stdout, said.stderr);
    }
    println!("{killed} of {rounds} were killed before their end");
    world.refresh(&[], 0);
    let last = format!("version{}", rounds + 2);
    Embedded::build(&world, "embedded")
        .assert_answers(&[&last, "drift", "bias", "number7", "quokka"]);
}

#[test]
fn withdrawn_material_leaves_the_cluster_with_the_next_refresh() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = writer_in(&cluster);
    push(&world, 2);
    world.refresh(&[], 0);
    let of_bob = json!({"term": {"source": "bob/leaves"}});
    assert!(cluster.count(&of_bob) > 0);
    world.catalogue(&entry("ann/notes", ""));
    world.refresh(&[], 0);
    assert_eq!(cluster.count(&of_bob), 0);
    assert_eq!(world.hits("quokka"), [""; 0]);
}

#[test]
fn without_the_cluster_the_local_index_answers_if_it_may_and_otherwise_the_error_says_why() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = writer_in(&cluster);
    let nobody = ["http://127.0.0.1:9".to_owned()];
    world.settings(&settings(&nobody, &cluster.prefix, "timeout = \"500ms\""));
    let failed = world.run(&["search", "drift"]);
    assert_eq!(failed.code, 1, "{}", failed.stdout);
    assert!(failed.stderr.contains("can't be reached"), "{}", failed.stderr);
    {
        let server = Server::start(&world, &["--no-refresh"]);
        let answer = server.get("/api/v1/search?q=drift");
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("\"engine\""), "{answer}");
        assert!(answer.to_lowercase().contains("retry-after: 10"), "{answer}");
        assert!(server.get("/?q=drift").contains("search engine is not available"));
        assert!(server.get("/topics").starts_with("HTTP/1.1 200"), "what needs no texts works");
    }
    // A refresh keeps the last generation, and catches up later.
    push(&world, 2);
    let before = folders::current(&world.path("index")).unwrap();
    let failed = world.run(&["refresh"]);
    assert_eq!(failed.code, 1, "{}", failed.stdout);
    assert!(failed.stderr.contains("the next refresh catches up"), "{}", failed.stderr);
    assert_eq!(folders::current(&world.path("index")).unwrap(), before);
    let fallback = "fallback = \"embedded\"\ntimeout = \"500ms\"";
    world.settings(&cluster.settings(fallback));
    world.refresh(&[], 0);
    let answer = world.run(&["search", "version2", "--json"]).json();
    assert_eq!((answer["total"].as_u64(), answer["fallback"].as_bool()), (Some(1), None));
    world.settings(&settings(&nobody, &cluster.prefix, fallback));
    let answer = world.run(&["search", "version2", "--json"]).json();
    assert_eq!((answer["total"].as_u64(), answer["fallback"].as_bool()), (Some(1), Some(true)));
}

#[test]
fn an_index_that_the_cluster_has_lost_is_written_again() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = writer_in(&cluster);
    let lost = cluster.indexes();
    cluster.ask(reqwest::Method::DELETE, &format!("/{}", lost[0]), &serde_json::Value::Null);
    let said = world.run(&["engine", "check"]);
    assert_eq!(said.code, 1);
    assert!(said.stdout.contains("0 sections instead of"), "{}", said.stdout);
    world.refresh(&[], 0);
    assert_ne!(cluster.indexes(), lost);
    assert_eq!(world.run(&["engine", "check"]).code, 0);
    assert_eq!(world.hits("quokka"), ["bob/leaves a.md"]);
}

fn rounds() -> usize {
    std::env::var("CAIRN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(8)
}

/// The world of [`writer`] with its sections in `cluster`.
pub fn writer_in(cluster: &TestCluster) -> World {
    let world = writer();
    world.settings(&cluster.settings(""));
    fs::remove_dir_all(world.path("index")).unwrap();
    world.refresh(&[], 0);
    world
}

/// Copies the index of `world` to the folder `name`, as a replica of its current generation.
fn copy_index(world: &World, name: &str) {
    let from = world.path("index");
    for file in walkdir::WalkDir::new(&from).into_iter().map(Result::unwrap) {
        let to = world.path(name).join(file.path().strip_prefix(&from).unwrap());
        match file.file_type().is_dir() {
            true => fs::create_dir_all(to).unwrap(),
            false => drop(fs::copy(file.path(), to).unwrap()),
        }
    }
}
