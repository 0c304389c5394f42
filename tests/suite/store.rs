//! The store of a served index: it is broken or missing, and the advice works; and times that a wrong clock recorded.

use std::fs;

use serde_json::Value;

use crate::content::content;
use crate::serve::Server;
use crate::world::{World, text, two, wait_until};

/// The state of the doctor's check `name`, and its finding with the hint.
pub(crate) fn doctor(world: &World, name: &str) -> (String, String) {
    let output = world.run(&["doctor", "--offline", "--json"]).stdout;
    let view: Value = serde_json::from_str(&output).unwrap();
    let checks = view["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name).unwrap();
    let hint = check["hint"].as_str().unwrap_or_default();
    (text(&check["state"]).to_owned(), format!("{} {hint}", text(&check["says"])))
}

/// A way to break the bytes of a store.
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
        assert!(state == "weak" && says.contains("`cairn refresh` fetches every source"), "{says}");
        world.refresh(&[], 0);
        assert!(content(&world.path("index")) == served, "{at}");
        assert_eq!(doctor(&world, "store").0, "well");
    }
}

/// Gives every source this `fault`.
fn unplug(world: &World, fault: crate::github::Fault) {
    for name in ["ann/bias", "bob/store"] {
        world.github.fault(name, fault);
    }
}

#[test]
fn without_current_the_newest_intact_generation_is_shown_and_any_refresh_restores_it() {
    let world = two();
    world.refresh(&[], 0);
    let served = content(&world.path("index"));
    let current = world.path("index/current");
    unplug(&world, crate::github::Fault::Status(500));
    let harms: [&dyn Fn(); 3] = [
        &|| fs::remove_file(&current).unwrap(),
        &|| fs::write(&current, "no number").unwrap(),
        &|| fs::write(&current, "7\n").unwrap(),
    ];
    for harm in harms {
        for store in ["whole", "broken", "missing"] {
            let kept = fs::read(world.path("index/library.db")).unwrap();
            match store {
                "broken" => fs::write(world.path("index/library.db"), "no database").unwrap(),
                "missing" => fs::remove_file(world.path("index/library.db")).unwrap(),
                _ => {}
            }
            harm();
            let before = fs::read(&current).ok();
            let found = world.run(&["search", "position bias"]);
            assert!(found.stdout.contains("README.md"), "{store}: {}", found.stderr);
            assert!(found.stderr.contains("generation 1 is shown"), "{store}: {}", found.stderr);
            assert_eq!(fs::read(&current).ok(), before, "{store}: readers write nothing");
            let (state, says) = doctor(&world, "generation");
            assert!(state == "weak" && says.contains("`cairn refresh"), "{store}: {says}");
            // It restores `current` even without a network.
            world.run(&["refresh"]);
            assert_eq!(fs::read_to_string(&current).unwrap(), "1\n", "{store}");
            assert_eq!(doctor(&world, "generation").0, "well", "{store}");
            assert!(content(&world.path("index")) == served, "{store}");
            fs::write(world.path("index/library.db"), kept).unwrap();
        }
    }
}

/// Executes `statement` in the store of `world`. Returns the number of rows that it changed.
pub(crate) fn change(world: &World, statement: &str) -> usize {
    let store = rusqlite::Connection::open(world.path("index/library.db")).unwrap();
    store.execute(statement, []).unwrap()
}

#[test]
fn a_store_without_its_tables_is_broken_and_the_advice_works() {
    let world = two();
    world.refresh(&[], 0);
    let served = content(&world.path("index"));
    change(&world, "DROP TABLE annotations");
    let output = world.run(&["refresh"]);
    assert_eq!(output.code, 1);
    let advice = "remove library.db from the index folder and run `cairn refresh`";
    assert!(output.stderr.contains(advice), "{}", output.stderr);
    fs::remove_file(world.path("index/library.db")).unwrap();
    world.refresh(&[], 0);
    assert!(content(&world.path("index")) == served);
}

#[test]
fn a_broken_record_of_runs_is_reported_by_the_doctor_and_replaced_by_the_next_run() {
    let world = two();
    world.refresh(&[], 0);
    world.write("index/runs.json", "[{");
    let (state, says) = doctor(&world, "runs");
    assert_eq!(state, "weak");
    assert!(says.contains("cannot decode") && says.contains("runs.json"), "{says}");
    assert!(says.contains("the next run starts a new record"), "{says}");
    world.refresh(&[], 0);
    let (state, says) = doctor(&world, "runs");
    assert!(state == "well" && says.contains("refreshes every day"), "{says}");
}

/// Sets the times of the last recorded run to ten years from now.
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
    wait_until("the sources were requested", || world.github.requests().len() >= 2);
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
    assert!(about.contains("of the 1 sources here"), "{about}");
}
