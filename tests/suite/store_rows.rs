//! Damaged rows of the store: the doctor reports them, and refreshes restore them.

use serde_json::Value;

use crate::content::content;
use crate::store::{change, doctor};
use crate::world::{BIAS, World, repo, text, two};

/// An SQL expression for the blob of the README of ann/bias.
const README: &str = "(SELECT blob FROM files WHERE source = 'ann/bias' AND path = 'README.md')";

/// Flips a bit in the stored bytes of that README.
fn flip(world: &World) {
    let store = rusqlite::Connection::open(world.path("index/library.db")).unwrap();
    let sql = format!("SELECT bytes FROM blobs WHERE id = {README}");
    let mut bytes: Vec<u8> = store.query_row(&sql, [], |row| row.get(0)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let sql = format!("UPDATE blobs SET bytes = ?1 WHERE id = {README}");
    assert_eq!(store.execute(&sql, [bytes]).unwrap(), 1);
}

/// The check of the store's rows by `doctor --deep`: state, finding and hint.
fn rows(world: &World) -> (String, String, String) {
    let output = world.run(&["doctor", "--offline", "--deep", "--json"]).stdout;
    let view: Value = serde_json::from_str(&output).unwrap();
    let checks = view["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "rows").unwrap();
    let hint = check["hint"].as_str().unwrap_or_default().to_owned();
    (text(&check["state"]).to_owned(), text(&check["says"]).to_owned(), hint)
}

#[test]
fn a_flipped_bit_in_a_stored_file_is_found_by_the_doctor_and_fetched_again_as_it_advises() {
    let world = two();
    world.refresh(&[], 0);
    let served = content(&world.path("index"));
    assert_eq!(rows(&world).0, "well");
    flip(&world);
    assert_eq!(doctor(&world, "store").0, "well", "no page is broken");
    let (state, says, hint) = rows(&world);
    assert_eq!(state, "ill");
    assert!(says.contains("1 stored file damaged: ann/bias README.md"), "{says}");
    assert!(hint.starts_with("`cairn refresh --full -- ann/bias`"), "{hint}");

    world.asked();
    let run = world.refresh(&["--full", "--", "ann/bias"], 0);
    assert!(run["notes"].to_string().contains("1 row of the store were damaged"), "{run}");
    let asked = world.asked();
    assert!(asked.iter().all(|asked| asked.contains("ann/bias")), "{asked:?}");
    assert_eq!(rows(&world).0, "well");
    assert!(content(&world.path("index")) == served);
}

#[test]
fn rows_dropped_offline_are_fetched_by_the_next_online_refresh() {
    let world = two();
    world.refresh(&[], 0);
    let served = content(&world.path("index"));
    flip(&world);
    world.refresh(&["--offline"], 0);
    assert!(content(&world.path("index")) == served, "the document is still served");
    let (state, says, hint) = rows(&world);
    assert!(state == "weak" && says.contains("1 stored file to be fetched again"), "{says}");
    assert!(hint.contains("`cairn refresh --full -- ann/bias`"), "{hint}");
    world.asked();
    world.refresh(&[], 0);
    let asked = world.asked();
    assert!(
        asked.contains(&"/ann/bias/tar.gz/HEAD 200".to_owned()),
        "not conditionally: {asked:?}"
    );
    assert!(asked.contains(&"/bob/store/tar.gz/HEAD 304".to_owned()), "{asked:?}");
    assert_eq!(rows(&world).0, "well");
    assert!(content(&world.path("index")) == served);
}

#[test]
fn undecodable_derived_rows_are_derived_again_from_the_stored_blobs() {
    let world = two();
    world.refresh(&[], 0);
    let served = content(&world.path("index"));
    for table in ["documents", "annotations"] {
        change(&world, &format!("UPDATE {table} SET body = x'00'"));
    }
    let (state, says, hint) = rows(&world);
    assert!(state == "ill" && says.contains("4 documents, 4 annotations damaged"), "{says}");
    assert!(hint.starts_with("`cairn refresh --offline`"), "{hint}");
    let run = world.refresh(&["--offline"], 0);
    assert_eq!(run["extracted"], 4, "{run}");
    assert_eq!(rows(&world).0, "well");
    assert!(content(&world.path("index")) == served);
}

#[test]
fn an_undecodable_row_is_restored_in_the_same_run() {
    let world = two();
    world.refresh(&[], 0);
    let damage = || {
        change(&world, &format!("UPDATE blobs SET bytes = x'00' WHERE id = {README}"));
        change(&world, "UPDATE documents SET body = x'00'");
        change(&world, "UPDATE sources SET row = CAST(x'ff' AS TEXT) WHERE id = 'bob/store'");
    };
    damage();
    // A changed note causes a new generation, so every document is read.
    world.write("sources/notes/own.md", "# Own note\n\nWritten again.\n");
    world.asked();
    let run = world.refresh(&[], 0);
    assert_eq!(run["documents"], 4, "{run}");
    let asked = world.asked();
    for name in ["ann/bias", "bob/store"] {
        assert!(asked.contains(&format!("/{name}/tar.gz/HEAD 200")), "{asked:?}");
    }
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
    assert_eq!(rows(&world).0, "well");

    // If the sources do not respond, the served content is kept.
    damage();
    world.write("sources/notes/own.md", "# Own note\n\nWritten a third time.\n");
    for name in ["ann/bias", "bob/store"] {
        world.github.fault(name, crate::github::Fault::Status(500));
    }
    let output = world.run(&["refresh"]);
    assert_eq!(output.code, 1, "{}", output.stdout);
    assert!(output.stderr.contains("published nothing"), "{}", output.stderr);
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
    for name in ["ann/bias", "bob/store"] {
        world.github.fault(name, crate::github::Fault::None);
    }
    assert_eq!(world.refresh(&[], 0)["documents"], 4);
    assert_eq!(world.hits("\"third time\""), ["notes own.md"]);
}

#[test]
fn a_file_with_a_damaged_path_is_fetched_again() {
    for damaged in ["path = CAST(x'ff' AS TEXT)", "blob = 'ffff'"] {
        let world = two();
        world.refresh(&[], 0);
        let served = content(&world.path("index"));
        let where_ = "WHERE source = 'ann/bias' AND path = 'b.md'";
        assert_eq!(change(&world, &format!("UPDATE files SET {damaged} {where_}")), 1);
        world.refresh(&[], 0);
        assert!(content(&world.path("index")) == served, "{damaged}");
        assert_eq!(rows(&world).0, "well", "{damaged}");
        world.asked();
        world.refresh(&[], 0);
        let asked = world.asked();
        assert!(asked.contains(&"/ann/bias/tar.gz/HEAD 304".to_owned()), "{damaged}: {asked:?}");
    }
}

#[test]
fn ignored_files_stay_out_while_the_stored_cairnignore_is_damaged() {
    let asks = [(".cairnignore", "drafts/\n"), ("drafts/a.md", "# Draft\n\nUnfinished words.\n")];
    let world = World::new(vec![repo("ann/shy", &[asks[0], asks[1], ("a.md", BIAS)])]);
    world.refresh(&[], 0);
    let blob = "(SELECT blob FROM files WHERE path = '.cairnignore')";
    assert_eq!(change(&world, &format!("UPDATE blobs SET bytes = x'00' WHERE id = {blob}")), 1);
    let output = world.run(&["refresh", "--offline"]);
    assert!(output.code == 1 && output.stderr.contains("published nothing"), "{}", output.stderr);
    assert_eq!(world.hits("\"position bias\""), ["ann/shy a.md"]);
    world.refresh(&["--offline", "--accept-loss"], 0);
    assert!(world.hits("unfinished").is_empty() && world.hits("\"position bias\"").is_empty());
    world.refresh(&[], 0);
    assert_eq!(world.hits("\"position bias\""), ["ann/shy a.md"]);
    assert!(world.hits("unfinished").is_empty());
}
