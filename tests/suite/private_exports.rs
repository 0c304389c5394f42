//! The text of private repositories in pages, exports, feeds and downloads: left out unless the user requests it.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::private::{
    OWN, PAPER, SECRET, SHARED, app, indexed, make_private, open_note, signed_in,
};
use crate::serve::{get, json};
use crate::world::{World, entry, repo};

#[test]
fn a_private_source_is_marked_wherever_sources_are_listed() {
    let world = indexed();
    assert_eq!(world.source("bob/own")["private"], true);
    assert_eq!(world.source("ann/open")["private"], false);
    assert!(world.run(&["sources"]).stdout.contains("ok, private"));
    let app = app(&world, false);
    let sources = json(&app, "/api/v1/sources", 200);
    let private = sources["sources"].as_array().unwrap().iter().filter(|s| s["private"] == true);
    assert_eq!(private.count(), 1);
    for page in ["/sources", "/sources/bob/own"] {
        assert!(get(&app, page).2.contains("private: feeds, exports and decks"), "{page}");
    }
    assert!(!get(&app, "/sources/ann/open").2.contains("private: feeds"));
}

#[test]
fn exports_contain_text_of_a_private_source_only_if_the_user_requests_it() {
    let world = indexed();
    let commands: [&[&str]; 6] = [
        &["export", "graph", "--format", "turtle"],
        &["export", "graph", "--format", "graphml"],
        &["export", "graph", "--format", "graphml", "--around", "feature store"],
        &["export", "deck", "--format", "csv", "--topic", "feature store"],
        &["export", "deck", "--format", "csv", "--case", "video recommendation"],
        &["guide", "video recommendation"],
    ];
    for command in commands {
        let output = world.run(command);
        assert_eq!(output.code, 0, "{command:?}: {}", output.stderr);
        assert!(!output.stdout.contains(SECRET), "{command:?}: {}", output.stdout);
        assert!(!output.stdout.contains("bob/own"), "{command:?}");
        assert!(output.stderr.contains("1 private source is left out"), "{}", output.stderr);
        let asked = world.run(&[command, &["--private"]].concat());
        assert!(asked.stdout.contains(SECRET), "{command:?}: there is something to leave out");
        assert!(!asked.stderr.contains("left out"), "{}", asked.stderr);
    }
    let reads = world.run(&["related", "feature store", "--limit", "50", "--json"]).stdout;
    assert!(reads.contains(SECRET), "local output shows it: {reads}");
    assert!(!world.hits(SECRET).is_empty(), "and a search finds it");
}

#[test]
fn a_privately_cited_work_is_exported_only_if_two_public_sources_cite_it() {
    let world = indexed();
    let graphml = ["export", "graph", "--format", "graphml"];
    let open = world.run(&graphml).stdout;
    assert!(open.contains(PAPER) && open.contains("Attention Is All You Need"), "cited by two");
    assert!(
        !open.contains(SHARED) && !open.contains(OWN),
        "cited by fewer than two public sources"
    );
    let all = world.run(&[&graphml[..], &["--private"]].concat()).stdout;
    assert!(all.contains(SHARED) && all.contains("Shared feature stores, compared"));
}

#[test]
fn feeds_and_downloads_contain_text_of_a_private_source_only_if_a_setting_allows_it() {
    let world = indexed();
    let files = [
        "/feed.atom",
        "/feed.atom?source=bob/own",
        "/topics/feature-store/graph.ttl",
        "/topics/feature-store/graph.graphml",
        "/topics/feature-store/cards.csv",
        "/cases/video-recommendation/cards.csv",
        "/cases/video-recommendation/guide.md",
    ];
    let (closed, open) = (app(&world, false), app(&world, true));
    for file in files {
        let (status, _, body) = get(&closed, file);
        assert_eq!(status, 200, "{file}");
        // The feed names a source that is new as a whole.
        let says = if file.contains("feed") { "<title>bob/own" } else { SECRET };
        assert!(!body.contains(says) && !body.contains(SECRET), "{file}: {body}");
        assert!(get(&open, file).2.contains(says), "{file}: there is something to leave out");
    }
    assert!(
        get(&closed, "/feed.atom").2.contains("<title>ann/open"),
        "other sources are in the feed"
    );
    assert!(get(&closed, "/new").2.contains("bob/own"), "the page is for readers of this index");
}

#[test]
fn the_feed_omits_a_private_source_that_was_removed_from_the_catalogue() {
    let world = indexed();
    world.catalogue(&["ann/open", "cyd/open"].map(|name| entry(name, "")).concat());
    signed_in(&world, 0);
    let removed = world.run(&["status", "--since", "7d", "--json"]).json()["new"].to_string();
    assert!(removed.contains("bob/own"), "`status` shows it: {removed}");
    let feed = get(&app(&world, false), "/feed.atom").2;
    assert!(!feed.contains("bob/own") && feed.contains("<title>ann/open"), "{feed}");
}

#[test]
fn a_copy_of_a_public_text_counts_as_the_public_sources() {
    let note =
        "# Note\n\nA feature store avoids training-serving skew in every model, says the note.\n";
    let world = World::new(vec![
        repo("bob/own", &[("copy.md", note)]),
        repo("ann/open", &[("note.md", note)]),
        repo("cyd/open", &[("c.md", &open_note("cyd", ""))]),
    ]);
    world.refresh(&[], 0);
    make_private(&world);
    signed_in(&world, 0);
    let deck = ["export", "deck", "--format", "csv", "--topic", "feature store"];
    let cards = world.run(&deck).stdout;
    assert!(cards.contains("ann/open") && !cards.contains("bob/own"), "{cards}");
}

#[test]
fn serve_warns_of_private_sources_where_other_machines_reach_it() {
    let world = indexed();
    let first_lines = |listen: &str| {
        let mut command = world.command(&["serve", "--no-refresh", "--public", "--listen", listen]);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        for line in stderr.lines().map_while(Result::ok) {
            said.push_str(&line);
            said.push('\n');
            if line.contains("private sources")
                || line.contains("opened") && said.contains("Cairn is at")
            {
                break;
            }
            if said.contains("Cairn is at") && listen.starts_with("127.") {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        said
    };
    let others = first_lines("0.0.0.0:0");
    assert!(others.contains("can read the text of private sources (1)"), "{others}");
    let own = first_lines("127.0.0.1:0");
    assert!(!own.contains("private sources"), "{own}");
}
