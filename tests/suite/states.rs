//! Sources whose repositories are renamed, emptied, blocked, rewritten or archived, or whose rules change.

use serde_json::Value;

use crate::github::{Archive, Fault, Repo};
use crate::world::{BIAS, STORE, World, entry, outcome, part, repo, text, two};

#[test]
fn a_renamed_repository_is_followed_and_the_line_to_change_is_reported() {
    let world = two();
    world.refresh(&[], 0);
    world.github.rename("ann/bias", "ann/position-bias");
    world.asked();
    let run = world.refresh(&[], 0);
    assert_eq!(outcome(&run, "ann/bias"), "unchanged");
    let asked = world.asked();
    assert_eq!(
        asked[..2],
        ["/ann/bias/tar.gz/HEAD 301", "/ann/position-bias/tar.gz/HEAD 200"],
        "followed; under another name the archive has another ETag: {asked:?}"
    );
    assert_eq!(world.source("ann/bias")["moved_to"], "ann/position-bias");
    // The notes' entry takes five lines; this one's `repo` is on the seventh.
    let status = world.run(&["status"]).stdout;
    let tells = "catalogue.toml, line 7: write repo = \"ann/position-bias\" and id = \"ann/bias\"";
    assert!(status.contains(tells), "{status}");

    let mended = "[[source]]\nrepo = \"ann/position-bias\"\nid = \"ann/bias\"\nwhy = \"test\"\n\n";
    world.catalogue(&format!("{mended}{}", entry("bob/store", "")));
    let run = world.refresh(&[], 0);
    assert_eq!(outcome(&run, "ann/bias"), "unchanged", "nothing is fetched again");
    let asked = world.asked();
    assert_eq!(asked[..2], ["/ann/position-bias/tar.gz/HEAD 304", "/bob/store/tar.gz/HEAD 304"]);
    assert!(!world.run(&["status"]).stdout.contains("moved"));
    assert_eq!(world.source("ann/bias")["moved_to"], Value::Null);
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
}

#[test]
fn with_a_token_the_new_name_comes_from_the_metadata() {
    let world = two();
    let refresh = || {
        let mut command = world.command(&["refresh", "-q"]);
        assert!(command.env("GITHUB_TOKEN", "t").output().unwrap().status.success());
    };
    refresh();
    world.github.rename("ann/bias", "zoe/bias");
    world.asked();
    refresh();
    let asked = world.asked();
    assert!(asked.contains(&"/repos/ann/bias/commits/HEAD 301".to_owned()), "{asked:?}");
    assert!(!asked.iter().any(|asked| asked.contains("tar.gz")), "the commit is known: {asked:?}");
    assert_eq!(world.source("ann/bias")["moved_to"], "zoe/bias");
    refresh();
    let asked = world.asked();
    assert_eq!(asked.len(), 3, "told once, not asked for again: {asked:?}");
}

#[test]
fn a_blocked_repository_is_removed_at_once_and_returns_when_it_is_unblocked() {
    for fault in [Fault::Status(451), Fault::AccessBlocked] {
        let world = two();
        world.refresh(&[], 0);
        world.asked();
        world.github.fault("ann/bias", fault);
        let run = world.refresh(&[], 3);
        assert_eq!(outcome(&run, "ann/bias"), "failed");
        assert_eq!(world.asked().len(), 2, "blocked is not tried again");
        assert!(world.hits("\"position bias\"").is_empty(), "{fault:?}");
        assert_eq!(world.source("ann/bias")["state"], "blocked");
        assert_eq!(part(&run, "ann/bias")["changes"]["documents"]["removed"], 2);
        world.github.fault("ann/bias", Fault::None);
        assert_eq!(outcome(&world.refresh(&[], 0), "ann/bias"), "new");
        assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
    }
}

#[test]
fn documents_of_an_emptied_repository_are_kept_as_for_one_that_is_gone() {
    let world = two();
    world.write("cairn.toml", "[refresh]\ngone_after = 2\n");
    world.refresh(&[], 0);
    world.github.put(Repo::new("ann/bias", "", Archive::Bytes(Vec::new())));
    let refresh = |token: &str| {
        let mut command = world.command(&["refresh", "-q"]);
        assert_eq!(command.env("GITHUB_TOKEN", token).output().unwrap().status.code(), Some(3));
    };
    // The API says 409, codeload 404.
    refresh("t");
    assert!(world.asked().contains(&"/repos/ann/bias/commits/HEAD 409".to_owned()));
    world.pass_a_day();
    refresh("");
    assert!(world.asked().contains(&"/ann/bias/tar.gz/HEAD 404".to_owned()));
    assert_eq!(world.source("ann/bias")["state"], "gone");
    let view = world.run(&["search", "position bias", "--json"]).json();
    assert_eq!(view["hits"][0]["gone"], true, "found still, and marked");
    let shown = world.run(&["search", "position bias"]).stdout;
    assert!(shown.contains("gone from its source"), "{shown}");
}

#[test]
fn a_new_default_branch_is_no_change_and_a_rewritten_history_extracts_nothing_again() {
    let world = two();
    world.refresh(&[], 0);
    let same = repo(
        "ann/bias",
        &[("README.md", BIAS), ("src/main.py", "print()"), ("b.md", "# B\n\nOther words.\n")],
    );
    world.github.put(Repo { default_branch: "trunk".into(), ..same.clone() });
    assert_eq!(outcome(&world.refresh(&[], 0), "ann/bias"), "unchanged");
    // The same files under another commit: every link leads to the new one.
    let sha = "f".repeat(40);
    let files: [(&str, &[u8]); 2] =
        [("README.md", BIAS.as_bytes()), ("b.md", b"# B\n\nOther words.\n")];
    let bytes = crate::github::archive("bias", &sha, &files);
    world.github.put(Repo::new("ann/bias", &sha, Archive::Bytes(bytes)));
    let run = world.refresh(&[], 0);
    assert_eq!(outcome(&run, "ann/bias"), "changed");
    assert_eq!((&run["extracted"], &run["indexed"]), (&0.into(), &0.into()), "{run}");
    let view = world.run(&["search", "position bias", "--json"]).json();
    assert!(text(&view["hits"][0]["url"]).contains(&sha), "{view}");
}

#[test]
fn an_archived_repository_is_marked_as_archived() {
    let old = Repo { archived: true, ..repo("ann/old", &[("a.md", BIAS)]) };
    let world = World::new(vec![old]);
    world.refresh(&[], 0);
    assert_eq!(world.source("ann/old")["archived"], true);
}

/// Two repositories with notes, each with a file of another format.
fn with_texts() -> World {
    let world = World::new(vec![
        repo("ann/md", &[("a.md", BIAS), ("b.md", STORE), ("x.py", "print()")]),
        repo("bob/adoc", &[("a.md", STORE), ("c.adoc", "= Words\n\nOf another format.\n")]),
    ]);
    world.refresh(&[], 0);
    world.asked();
    world
}

#[test]
fn rules_that_narrow_fetch_nothing_and_take_effect_offline() {
    let world = with_texts();
    let entries = |more: &str| format!("{}{}", entry("ann/md", more), entry("bob/adoc", ""));
    world.catalogue(&entries("exclude = [\"b.md\"]"));
    let run = world.refresh(&["--offline"], 0);
    assert!(world.asked().is_empty());
    assert_eq!(part(&run, "ann/md")["documents"], 1);
    // Online, too, nothing but the probes; and back, as what was fetched holds it all.
    for more in ["exclude = [\"b.md\"]", "include = [\"a.md\"]", "", "exclude = [\"x.*\"]"] {
        world.catalogue(&entries(more));
        let run = world.refresh(&[], 0);
        assert_eq!(outcome(&run, "ann/md"), "unchanged", "{more}");
        assert_eq!(world.asked(), ["/ann/md/tar.gz/HEAD 304", "/bob/adoc/tar.gz/HEAD 304"]);
    }
    assert_eq!(world.hits("\"feature store\" source:ann").len(), 1);
}

#[test]
fn wider_rules_fetch_only_the_sources_with_more_files_again() {
    let world = with_texts();
    let policy = std::fs::read_to_string(world.path("sources/policy.toml")).unwrap();
    let wider = policy.replace("formats = [\"md\"", "formats = [\"adoc\", \"md\"");
    assert_ne!(policy, wider);
    world.write("sources/policy.toml", &wider);
    let run = world.refresh(&[], 0);
    assert_eq!(outcome(&run, "ann/md"), "unchanged", "it holds none of the new format");
    let mut asked = world.asked();
    asked.sort();
    assert_eq!(asked, ["/ann/md/tar.gz/HEAD 304", "/bob/adoc/tar.gz/HEAD 200"]);
    assert!(world.refresh(&[], 0)["generation"].is_null());
    let asked = world.asked();
    assert!(asked.iter().all(|asked| asked.ends_with("304")), "and only once: {asked:?}");

    // A file that was too large is fetched once the limit allows it.
    let small = wider.replace("file_bytes = 16_000_000", "file_bytes = 30");
    world.write("sources/policy.toml", &small);
    let run = world.refresh(&["--offline"], 0);
    assert_eq!(part(&run, "ann/md")["documents"], 0, "a lower limit needs no network: {run}");
    world.refresh(&["--full"], 0);
    world.asked();
    world.write("sources/policy.toml", &wider);
    let run = world.refresh(&[], 0);
    assert_eq!(part(&run, "ann/md")["documents"], 2);
    assert_eq!(world.asked().iter().filter(|asked| asked.ends_with("200")).count(), 2);
}

#[test]
fn a_changed_vocabulary_annotates_again_without_the_network() {
    let world = two();
    world.refresh(&[], 0);
    world.asked();
    let topic = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n<urn:cairn:topic:poor-label> a skos:Concept ;\n  skos:prefLabel \"poor label\"@en ;\n  skos:definition \"A label that misleads.\"@en ;\n  skos:broader <urn:cairn:topic:position-bias> .\n";
    world.write("sources/vocabulary/zz-test.ttl", topic);
    let check = world.run(&["vocabulary", "check"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
    let run = world.refresh(&["--offline"], 0);
    assert!(world.asked().is_empty());
    assert_eq!((&run["extracted"], run["indexed"].as_u64() > Some(0)), (&0.into(), true), "{run}");
    let found = world.run(&["topic", "poor label", "--json"]).json();
    assert_eq!(found["topic"]["mentions"], 1);
    assert_eq!(run["changes"]["documents"]["changed"], 0, "that is no news: {run}");
}

#[test]
fn opted_out_authors_are_left_out_and_copies_of_books_are_refused() {
    let book = "books/Designing_Machine-Learning Systems.PDF";
    let files = [
        (".cairnignore", "# please\ndrafts/\n/private-*.md\n!/private-but-fine.md\n"),
        ("drafts/deep/a.md", "# Draft\n\nUnfinished words.\n"),
        ("private-a.md", "# P\n\nSecret words.\n"),
        ("private-but-fine.md", "# P\n\nFine words.\n"),
        ("noindex.md", "---\ncairn: noindex\n---\n# N\n\nUnlisted words.\n"),
        (book, "%PDF-1.4 Stolen words."),
        ("a.md", BIAS),
    ];
    let world = World::new(vec![repo("ann/shy", &files)]);
    let run = world.refresh(&[], 0);
    assert_eq!(part(&run, "ann/shy")["documents"], 2, "{run}");
    for words in ["unfinished", "secret", "unlisted"] {
        assert!(world.hits(words).is_empty(), "{words}");
    }
    assert_eq!(world.hits("\"fine words\""), ["ann/shy private-but-fine.md"]);
    let status = world.run(&["status"]).stdout;
    for says in ["2 files are left out", "as its author asks", "a commercial book"] {
        assert!(status.contains(says), "{says}: {status}");
    }
}

#[test]
fn a_cairnignore_or_a_notice_is_not_taken_for_the_licence_text() {
    let files = [
        (".cairnignore", "drafts/\n"),
        ("NOTICE", "This product includes software developed by others.\n"),
        ("license.txt", include_str!("../../LICENSE-MIT")),
        ("a.md", BIAS),
    ];
    let world = World::new(vec![repo("ann/shy", &files)]);
    world.refresh(&[], 0);
    let sources = world.run(&["sources", "--json"]).json();
    let of = |source: &&Value| source["id"] == "ann/shy";
    let source = sources["sources"].as_array().unwrap().iter().find(of).unwrap();
    assert_eq!((text(&source["licence"]), text(&source["shown"])), ("MIT", "full"));
}

#[test]
fn one_source_or_all_of_them_conditionally_or_not() {
    let world = two();
    let run = world.refresh(&["bob/store"], 0);
    assert_eq!(outcome(&run, "ann/bias"), "skipped");
    let asked = world.asked();
    assert!(asked.iter().all(|asked| !asked.contains("ann/bias")), "{asked:?}");
    world.refresh(&[], 0);
    world.asked();
    let run = world.refresh(&["--full"], 0);
    let mut asked = world.asked();
    asked.sort();
    assert_eq!(asked, ["/ann/bias/tar.gz/HEAD 200", "/bob/store/tar.gz/HEAD 200"]);
    assert_eq!(outcome(&run, "ann/bias"), "unchanged", "fetched, and found to be the same");
    assert!(run["generation"].is_null());
}
