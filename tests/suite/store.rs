//! The store of a served index: broken or missing, and the advice on it; times that a wrong clock left.

use std::fs;

use serde_json::Value;

use crate::content::content;
use crate::serve::Server;
use crate::world::{World, text, two, wait_until};

/// What the doctor says of `name`: state, finding and hint.
fn doctor(world: &World, name: &str) -> (String, String) {
    let output = world.run(&["doctor", "--offline", "--json"]).stdout;
    let view: Value = serde_json::from_str(&output).unwrap();
    let checks = view["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name).unwrap();
    let hint = check["hint"].as_str().unwrap_or_default();
    (text(&check["state"]).to_owned(), format!("{} {hint}", text(&check["says"])))
}

/// What becomes of the bytes of a store.
type Break = fn(&[u8]) -> Vec<u8>;

#[test]
fn the_advice_on_a_broken_store_works_and_loses_nothing() {
    let no_database = |bytes: &[u8]| bytes.iter().map(|_| b'x').collect::<Vec<u8>>();
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let header_only = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[100..].fill(0xff);
        bytes
    };
    let ways: [Break; 3] = [no_database, half, header_only];
    for (at, break_it) in ways.into_iter().enumerate() {
        let world = two();
        world.refresh(&[], 0);
        let served = content(&world.path("index"));
        let library = world.path("index/library.db");
        let whole = fs::read(&library).unwrap();
        fs::write(&library, break_it(&whole)).unwrap();
        let advice = "remove library.db from the index folder and run `cairn refresh`";
        for arguments in [&["refresh"][..], &["refresh", "--full"], &["refresh", "--offline"]] {
            let output = world.run(arguments);
            assert_eq!(output.code, 1, "{at}");
            assert!(output.stderr.contains(advice), "{at}: {}", output.stderr);
            assert!(content(&world.path("index")) == served, "{at}");
        }
        let (state, says) = doctor(&world, "store");
        assert!(state == "ill" && says.contains(advice), "{at}: {says}");

        fs::remove_file(&library).unwrap();
        assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"], "served meanwhile");
        let (state, says) = doctor(&world, "store");
        assert!(state == "weak" && says.contains("cairn refresh fetches every source"), "{says}");
        world.refresh(&[], 0);
        assert!(content(&world.path("index")) == served, "{at}");
        assert_eq!(doctor(&world, "store").0, "well");
    }
}

#[test]
fn the_advice_on_a_broken_generation_fits_what_is_stored() {
    let world = two();
    world.refresh(&[], 0);
    let served = content(&world.path("index"));
    fs::write(world.path("index/current"), "7\n").unwrap();
    let (_, says) = doctor(&world, "generation");
    assert!(says.contains("`cairn refresh --offline` rebuilds it"), "{says}");
    world.refresh(&["--offline"], 0);
    assert!(content(&world.path("index")) == served);

    fs::write(world.path("index/current"), "7\n").unwrap();
    fs::remove_file(world.path("index/library.db")).unwrap();
    let (_, says) = doctor(&world, "generation");
    assert!(says.contains("`cairn refresh` fetches every source"), "{says}");
    world.refresh(&[], 0);
    assert!(content(&world.path("index")) == served);
}

#[test]
fn a_row_that_cannot_be_decoded_is_no_lost_document() {
    let world = two();
    world.refresh(&[], 0);
    let served = content(&world.path("index"));
    let store = rusqlite::Connection::open(world.path("index/library.db")).unwrap();
    for table in ["documents", "annotations"] {
        store.execute(&format!("UPDATE {table} SET body = x'00'"), []).unwrap();
    }
    drop(store);
    // What makes another generation: a rule that takes less.
    world.write("sources/notes/own.md", "# Own note\n\nWritten again.\n");
    let output = world.run(&["refresh"]);
    assert_eq!(output.code, 1, "{}", output.stdout);
    assert!(output.stderr.contains("can't be decoded"), "{}", output.stderr);
    assert!(content(&world.path("index")) == served);
}

/// Writes into the record that the last run ended ten years from now.
fn put_ahead(world: &World) {
    let path = world.path("index/runs.json");
    let mut runs: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let then = chrono::Utc::now() + chrono::Duration::days(3_650);
    for key in ["started_at", "ended_at", "retry_at"] {
        runs[0][key] = then.to_rfc3339().into();
    }
    fs::write(path, serde_json::to_vec(&runs).unwrap()).unwrap();
}

#[test]
fn after_a_clock_was_ten_years_ahead_the_next_refresh_is_not_in_2036() {
    let world = two();
    world.refresh(&[], 0);
    put_ahead(&world);
    let (state, says) = doctor(&world, "runs");
    assert!(state == "weak" && says.contains("in the future"), "{says}");
    world.asked();
    let server = Server::start(&world, &[]);
    wait_until("the sources were asked", || world.github.requests().len() >= 2);
    let planned = || {
        let status = server.get("/api/v1/status");
        let body = status.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
        let status: Value = serde_json::from_str(&body).unwrap_or_default();
        status["next_run"].as_str().map(|at| at.parse::<chrono::DateTime<chrono::Utc>>().unwrap())
    };
    let most = chrono::Duration::minutes(24 * 60 + 11);
    let is_soon = || {
        let now = chrono::Utc::now();
        planned().is_some_and(|at| now < at && at <= now + most)
    };
    wait_until("the next run is planned within a day", is_soon);
}

#[test]
fn a_first_start_without_a_network_counts_the_sources_that_it_has() {
    let world = two();
    for name in ["ann/bias", "bob/store"] {
        world.github.fault(name, crate::github::Fault::Status(500));
    }
    world.refresh(&[], 3);
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("in 1 document from 1 source;"), "{status}");
    assert_eq!(world.run(&["status", "--json"]).json()["sources"], 1);
    let server = Server::start(&world, &["--no-refresh"]);
    let page = server.get("/");
    assert!(page.contains("1 section from 1 source,"), "{page}");
    let about = server.get("/about");
    assert!(about.contains("Of the 1 sources here"), "{about}");
}
