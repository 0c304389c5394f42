//! Refreshing: which requests are made, what is stored, and what is built. Each test runs the real program against a
//! GitHub on loopback.

use std::fs;

use crate::github::{Archive, Repo, raw_archive};
use crate::world::{BIAS, World, entry, outcome, repo, text, two};

/// The requests for archives so far, as `path status`.
fn archives(world: &World) -> Vec<String> {
    let requests = world.github.requests();
    let archives = requests.iter().filter(|request| request.path.contains("/tar.gz/"));
    archives.map(|request| format!("{} {}", request.path, request.status)).collect()
}

#[test]
fn a_refresh_fetches_each_source_once_and_a_second_one_sends_conditional_requests() {
    let world = two();
    let run = world.refresh(&[], 0);
    assert_eq!(run["generation"], 1);
    assert_eq!(run["documents"], 4, "three Markdown files and the own note: {run}");
    assert_eq!((outcome(&run, "ann/bias"), outcome(&run, "notes")), ("new", "new"));
    assert_eq!(
        archives(&world).len(),
        2,
        "one archive a source, nothing else from codeload: {:?}",
        archives(&world)
    );
    let agents = world.github.requests();
    assert!(agents.iter().all(|r| {
        r.user_agent.as_deref().is_some_and(|a| a.starts_with("cairn/") || a.contains("octocrab"))
    }));

    world.github.forget_requests();
    let run = world.refresh(&[], 0);
    assert_eq!(run["generation"], serde_json::Value::Null, "nothing new, no generation");
    assert_eq!(outcome(&run, "ann/bias"), "unchanged");
    let requests = world.github.requests();
    assert_eq!(requests.len(), 2, "one request a source: {requests:#?}");
    assert!(requests.iter().all(|r| r.status == 304 && r.if_none_match.is_some()));
    assert_eq!(run["extracted"], 0);
}

#[test]
fn after_one_file_changed_only_that_document_is_read_and_indexed_again() {
    let world = two();
    world.refresh(&[], 0);
    let changed = "# Ranking\n\nPosition bias and also trust bias.\n";
    world
        .github
        .put(repo("ann/bias", &[("README.md", changed), ("b.md", "# B\n\nOther words.\n")]));
    let run = world.refresh(&[], 0);
    assert_eq!(run["generation"], 2);
    assert_eq!((&run["extracted"], &run["indexed"]), (&1.into(), &1.into()), "{run}");
    assert_eq!(outcome(&run, "ann/bias"), "changed");
    assert_eq!(outcome(&run, "bob/store"), "unchanged");
    assert_eq!(world.hits("trust"), ["ann/bias README.md"]);
    assert_eq!(world.hits("\"poor label\""), Vec::<String>::new());
}

#[test]
fn files_removed_at_the_source_are_removed_from_the_index() {
    let world = two();
    world.refresh(&[], 0);
    world.github.put(repo("ann/bias", &[("README.md", BIAS)]));
    let run = world.refresh(&[], 0);
    assert_eq!((&run["documents"], &run["extracted"]), (&3.into(), &0.into()));
    assert!(world.hits("\"other words\"").is_empty());
    world.catalogue(&entry("bob/store", ""));
    world.refresh(&["--offline"], 0);
    assert!(world.hits("\"position bias\"").is_empty(), "a source that left the catalogue");
}

#[test]
fn with_a_token_only_the_commit_is_requested() {
    let world = two();
    let refresh = |world: &World| {
        let mut command = world.command(&["refresh", "-q"]);
        let output = command.env("GITHUB_TOKEN", "t0ken-secret").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8_lossy(&said).contains("t0ken-secret"));
    };
    refresh(&world);
    world.github.forget_requests();
    refresh(&world);
    let requests = world.github.requests();
    assert_eq!(requests.len(), 2, "{requests:#?}");
    for request in requests {
        assert!(
            request.path.ends_with("/commits/HEAD") && request.status == 304 && request.authorized
        );
    }
}

#[test]
fn metadata_requests_stay_within_the_reserve_and_are_not_repeated_at_once() {
    let world = two();
    world.github.leave_quota(31);
    let metadata = |world: &World| {
        let requests = world.github.requests();
        let asked =
            requests.iter().filter(|r| r.path == "/repos/ann/bias" || r.path == "/repos/bob/store");
        asked.count()
    };
    world.refresh(&[], 0);
    assert_eq!(metadata(&world), 1, "one is left above the reserve of 30");
    world.github.forget_requests();
    world.refresh(&[], 0);
    assert_eq!(world.github.requests().len(), 2, "the probes only");
}

#[test]
fn copies_of_a_fork_fold_under_the_original() {
    let text =
        "# Shared\n\nThe very same eight words stand in both of them.\n\n## Short\n\nTiny.\n";
    let world = World::new(vec![
        repo("zoe/fork", &[("a.md", text)]),
        repo("ann/original", &[("a.md", text)]),
    ]);
    world.catalogue(&format!(
        "{}{}",
        entry("zoe/fork", "fork_of = \"ann/original\""),
        entry("ann/original", "")
    ));
    world.refresh(&[], 0);
    let view = world.run(&["search", "very same eight words", "--json"]).json();
    assert_eq!(view["hits"][0]["source"], "ann/original");
    assert_eq!(view["hits"][0]["duplicates"][0]["source"], "zoe/fork");
    let hits = view["hits"].as_array().unwrap();
    assert!(hits.iter().all(|hit| hit["source"] != "zoe/fork"), "{hits:#?}");
    assert_eq!(world.hits("tiny"), ["ann/original a.md"], "short parts of a copied file fold too");
    assert_eq!(world.hits("words source:zoe"), ["zoe/fork a.md"], "who asks for the fork gets it");
}

#[test]
fn near_copies_fold_under_the_one_that_the_catalogue_lists_first() {
    let words =
        |from: usize| -> String { (from..from + 90).map(|at| format!("word{at} ")).collect() };
    let original = format!("# Drift\n\nConcept drift, at length: {}\n", words(0));
    let edited = original.replace("at length", "as ever");
    let other = format!("# Drift\n\nConcept drift, at length: {}\n", words(45));
    let world = World::new(vec![
        repo("zoe/first", &[("a.md", &original)]),
        repo("ann/copy", &[("b.md", &edited)]),
        repo("bob/other", &[("c.md", &other)]),
    ]);
    world.refresh(&[], 0);
    let view = world.run(&["search", "concept drift", "--json"]).json();
    let hits = view["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 2, "{view}");
    let first = hits.iter().find(|hit| hit["source"] == "zoe/first").unwrap();
    assert_eq!(first["duplicates"][0]["source"], "ann/copy");
}

#[test]
fn narrower_rules_take_effect_without_the_network_and_wider_ones_fetch_again() {
    let world = two();
    world.catalogue(&entry("ann/bias", "exclude = [\"b.md\"]"));
    world.refresh(&[], 0);
    assert!(world.hits("\"other words\"").is_empty());
    world.catalogue(&entry("ann/bias", ""));
    world.refresh(&[], 0);
    assert_eq!(
        world.hits("\"other words\""),
        ["ann/bias b.md"],
        "the rules are wider: fetched again"
    );
    world.catalogue(&entry("ann/bias", "exclude = [\"b.md\"]"));
    world.github.forget_requests();
    world.refresh(&["--offline"], 0);
    assert!(world.hits("\"other words\"").is_empty(), "narrowed: at once");
    assert!(world.github.requests().is_empty());
}

#[test]
fn offline_builds_from_what_is_stored() {
    let world = two();
    world.refresh(&[], 0);
    fs::remove_dir_all(world.path("index/generations")).unwrap();
    fs::remove_dir_all(world.path("index/building")).unwrap();
    fs::remove_file(world.path("index/current")).unwrap();
    world.github.forget_requests();
    let run = world.refresh(&["--offline"], 0);
    assert!(world.github.requests().is_empty());
    assert_eq!((&run["documents"], &run["extracted"]), (&4.into(), &0.into()));
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
}

#[test]
fn an_unknown_source_is_named() {
    let world = two();
    let output = world.run(&["refresh", "no/such"]);
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("no source \"no/such\""), "{}", output.stderr);
}

#[test]
fn an_archive_at_any_url_is_a_source_and_changes_by_its_content() {
    let without_sha = |text: &str| {
        let bytes = raw_archive("").file("x-1/a.md", text.as_bytes()).finish();
        Repo::new("ann/plain", "", Archive::Bytes(bytes))
    };
    let world = two();
    let address = format!("{}/ann/bias/tar.gz/HEAD", world.github.base());
    world.catalogue(&format!(
        "[[source]]\narchive = \"{address}\"\nid = \"bias\"\nwhy = \"an archive\"\n"
    ));
    world.refresh(&[], 0);
    assert_eq!(world.hits("\"position bias\""), ["bias README.md"]);
    let view = world.run(&["search", "position bias", "--json"]).json();
    assert_eq!(view["hits"][0]["url"], address.as_str());
    assert_eq!(outcome(&world.refresh(&[], 0), "bias"), "unchanged");

    // Without a commit's sha inside, the revision is a hash of what it holds.
    let address = address.replace("ann/bias", "ann/plain");
    let revision = |text: &str| {
        let mut repo = without_sha(text);
        repo.sha = text.len().to_string();
        world.github.put(repo);
        world.catalogue(&format!(
            "[[source]]\narchive = \"{address}\"\nid = \"plain\"\nwhy = \"an archive\"\n"
        ));
        world.refresh(&[], 0);
        world.run(&["sources", "--json"]).json()["sources"][1]["revision"].clone()
    };
    let (one, two) = (revision("# A\n\nOne word.\n"), revision("# A\n\nTwo other words.\n"));
    assert_ne!(one, two);
    assert_eq!(text(&one).len(), 40);
    assert_eq!(world.hits("other"), ["plain a.md"]);
}
