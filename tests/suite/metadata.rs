//! The metadata of repositories and owners, and the requests to GitHub's API for it.

use rusqlite::Connection;
use serde_json::Value;

use crate::github::{Fault, Repo, User};
use crate::world::{World, entry, repo, text};

/// Two repositories of one owner, and a fork of the first.
fn world() -> World {
    let notes = [("a.md", "# Calibration\n\nCalibration maps scores to probabilities.\n")];
    let original = Repo {
        stars: 12_345,
        description: Some("Notes on ranking".to_owned()),
        homepage: Some("javascript:alert(1)".to_owned()),
        topics: vec!["ranking".to_owned()],
        ..repo("ann/notes", &notes)
    };
    let fork = Repo { fork_of: Some("ann/notes".to_owned()), ..repo("bob/notes", &notes) };
    let other = repo("ann/other", &[("b.md", "# Drift\n\nData drift is a change of inputs.\n")]);
    let world = World::new(vec![original, fork, other]);
    world.github.put_user(User::new("ann", Some("Ann Author")));
    world
}

/// Refreshes with a token. Returns the requests for metadata, in order.
fn refresh(world: &World) -> Vec<String> {
    world.asked();
    let mut command = world.command(&["refresh", "-q"]);
    let output = command.env("GITHUB_TOKEN", "t").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let is_metadata = |asked: &String| {
        asked.starts_with("/repos/") && !asked.contains("/commits/") || asked.starts_with("/users/")
    };
    world.asked().into_iter().filter(is_metadata).collect()
}

/// Sets the `times` of every source to 0.
fn age(world: &World, times: &[&str]) {
    let store = Connection::open(world.path("index/library.db")).unwrap();
    for time in times {
        let sql = format!("UPDATE sources SET row = json_set(row, '$.{time}', 0)");
        store.execute(&sql, []).unwrap();
    }
}

#[test]
fn metadata_is_requested_daily_and_conditionally_and_owners_monthly() {
    let world = world();
    let first = refresh(&world);
    let all = ["/repos/ann/notes 200", "/repos/ann/other 200", "/repos/bob/notes 200"];
    assert_eq!(first[..3], all);
    let mut owners = first[3..].to_vec();
    owners.sort();
    assert_eq!(owners, ["/users/ann 200", "/users/bob 200"], "once for all sources of an owner");
    assert!(refresh(&world).is_empty(), "nothing is due");
    age(&world, &["metadata_at", "metadata_tried_at"]);
    let again = refresh(&world);
    assert_eq!(again, all.map(|asked| asked.replace("200", "304")), "which costs no quota");
    age(&world, &["owner_at", "owner_tried_at"]);
    let mut owners = refresh(&world);
    owners.sort();
    assert_eq!(owners, ["/users/ann 304", "/users/bob 304"]);
}

#[test]
fn readers_see_author_stars_last_push_and_description() {
    let world = world();
    refresh(&world);
    let source = world.source("ann/notes");
    assert_eq!(source["author"], "Ann Author");
    assert_eq!(source["stars"], 12_000, "two digits: not each star makes a generation");
    assert_eq!(source["description"], "Notes on ranking");
    assert_eq!(source["topics"][0], "ranking");
    assert_eq!(source["homepage"], Value::Null, "no address that a browser may open");
    let found = world.run(&["search", "calibration", "--json"]).json();
    let about = &found["hits"][0]["about"];
    assert_eq!((text(&about["author"]), &about["stars"]), ("Ann Author", &12_000.into()));
    age(&world, &["metadata_at", "metadata_tried_at"]);
    let generation = world.run(&["status", "--json"]).json()["generation"].clone();
    let starred = Repo { stars: 12_346, ..repo("ann/notes", &[]) };
    let notes = [("a.md", "# Calibration\n\nCalibration maps scores to probabilities.\n")];
    world.github.put(Repo { archive: repo("ann/notes", &notes).archive, ..starred });
    refresh(&world);
    assert_ne!(world.source("ann/notes")["description"], "Notes on ranking", "it was read");
    assert_ne!(world.run(&["status", "--json"]).json()["generation"], generation);
}

#[test]
fn a_fork_that_the_catalogue_does_not_declare_folds_under_its_original() {
    let world = world();
    // The fork first: by the catalogue's order alone it would be the original.
    let names = ["bob/notes", "ann/notes", "ann/other"];
    world.catalogue(&names.map(|name| entry(name, "")).concat());
    refresh(&world);
    let found = world.run(&["search", "calibration", "--json"]).json();
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 1, "{found}");
    assert_eq!(hits[0]["source"], "ann/notes");
    assert_eq!(hits[0]["duplicates"][0]["source"], "bob/notes");
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("GitHub says that it is a fork of ann/notes"), "{status}");
    assert!(status.contains("add fork_of = \"ann/notes\""), "{status}");
}

#[test]
fn metadata_stays_within_the_reserve_and_a_failure_costs_nothing_else() {
    let world = world();
    // The three probes take three of them.
    world.github.leave_quota(104);
    let asked = refresh(&world);
    assert_eq!(asked.len(), 1, "a hundred requests are left to others: {asked:?}");
    let world = self::world();
    world.github.fault("ann", Fault::Status(500));
    let asked = refresh(&world);
    assert!(asked.contains(&"/users/ann 500".to_owned()), "{asked:?}");
    assert_eq!(world.source("ann/notes")["author"], Value::Null);
    assert_eq!(world.hits("calibration"), ["ann/notes a.md"]);
}
