//! What an operator's monitoring sees: the metrics, and the examples of alerts and a dashboard that use them.

use std::collections::BTreeSet;
use std::fs;

use regex::Regex;
use serde_json::Value;

use crate::doc_pages::{DocPage, root};
use crate::github::Fault;
use crate::node::FakeNode;
use crate::serve::{Server, app, get};
use crate::world::{World, two};

/// The value of the metric `name`, with its labels, in `metrics`.
#[track_caller]
fn value(metrics: &str, name: &str) -> f64 {
    let mut lines = metrics.lines();
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name}: {metrics}")).parse().unwrap()
}

fn metrics(world: &World) -> String {
    get(&app(world), "/metrics").2
}

/// The names of metrics in `text`.
fn names(text: &str) -> BTreeSet<String> {
    let name = Regex::new(r"\b(cairn|process)_[a-z_]+\b").unwrap();
    name.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

#[test]
fn the_metrics_tell_how_the_refreshes_went() {
    let world = two();
    let text = metrics(&world);
    assert_eq!(value(&text, "cairn_generation"), 0.0);
    assert_eq!(value(&text, "cairn_refresh_success_timestamp_seconds"), 0.0);
    let begun = chrono::Utc::now().timestamp() as f64;
    world.refresh(&[], 0);
    let text = metrics(&world);
    let success = value(&text, "cairn_refresh_success_timestamp_seconds");
    assert!((begun..begun + 60.0).contains(&success), "{text}");
    assert_eq!(value(&text, "cairn_runs_total{outcome=\"done\"}"), 1.0);
    assert_eq!(value(&text, "cairn_sources{state=\"ok\"}"), 3.0);
    assert_eq!(value(&text, "cairn_files_read_total"), 4.0);
    assert!(value(&text, "cairn_index_bytes{part=\"store\"}") > 10_000.0);
    assert!(value(&text, "cairn_index_bytes{part=\"generations\"}") > 10_000.0);

    world.github.fault("ann/bias", Fault::Status(500));
    world.refresh(&[], 3);
    let text = metrics(&world);
    assert_eq!(value(&text, "cairn_runs_total{outcome=\"partial\"}"), 1.0);
    assert_eq!(value(&text, "cairn_sources{state=\"failed\"}"), 1.0);
    assert_eq!(value(&text, "cairn_sources_failing"), 1.0);

    // A refresh that fails is an attempt, and no success.
    let last_success = value(&text, "cairn_refresh_success_timestamp_seconds");
    let last_attempt = value(&text, "cairn_refresh_attempt_timestamp_seconds");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    world.write("sources/catalogue.toml", "[[source]]\nnonsense = 1\n");
    assert_ne!(world.run(&["refresh"]).code, 0);
    let text = metrics(&world);
    assert_eq!(value(&text, "cairn_runs_total{outcome=\"failed\"}"), 1.0);
    assert_eq!(value(&text, "cairn_refresh_success_timestamp_seconds"), last_success);
    assert!(value(&text, "cairn_refresh_attempt_timestamp_seconds") > last_attempt);
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("ended by an error") && status.contains("nonsense"), "{status}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_metrics_tell_what_the_process_uses() {
    let world = World::new(Vec::new());
    world.refresh(&[], 0);
    let server = Server::start(&world, &["--no-refresh"]);
    let answer = server.get("/metrics").replace("\r\n", "\n");
    let memory = value(&answer, "process_resident_memory_bytes");
    assert!((1e6..4e9).contains(&memory), "{memory}");
    let (open, most) = (value(&answer, "process_open_fds"), value(&answer, "process_max_fds"));
    assert!(open > 3.0 && open < most, "{open} of {most}");
    let started = value(&answer, "process_start_time_seconds");
    assert!((chrono::Utc::now().timestamp() as f64 - started) < 60.0, "{started}");
    assert_eq!(value(&answer, "cairn_searches_waiting"), 0.0);
}

#[test]
fn every_metric_of_the_example_files_and_of_the_documentation_is_exported() {
    let node = FakeNode::start();
    let world = node.world("fallback = \"embedded\"");
    world.settings(&format!(
        "{}\n[refresh]\nmax_bytes = \"20GB\"\n",
        node.settings("fallback = \"embedded\"")
    ));
    let server = Server::start(&world, &["--no-refresh"]);
    server.get("/api/v1/search?q=drift");
    let exported = server.get("/metrics");
    let is_exported = |name: &String| {
        let line =
            |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{']));
        let is_histogram = exported.contains(&format!("# TYPE {name} histogram"));
        exported.lines().any(line) || is_histogram
    };
    let alerts = fs::read_to_string(root().join("docs/alerts.yml")).unwrap();
    let rules: String = alerts.lines().filter(|line| !line.starts_with('#')).collect();
    let dashboard = fs::read_to_string(root().join("docs/dashboard.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    assert!(panels.iter().all(|panel| !panel["targets"].as_array().unwrap().is_empty()));
    let table = DocPage::of("docs/operating.md").text;
    for (place, text, least) in [
        ("alerts", rules, 8),
        ("dashboard", dashboard["panels"].to_string(), 15),
        ("docs", table, 20),
    ] {
        let named = names(&text);
        assert!(named.len() >= least, "{place}: {named:?}");
        let missing: Vec<_> = named.iter().filter(|name| !is_exported(name)).collect();
        assert!(missing.is_empty(), "{place} names {missing:?}: {exported}");
    }
}

#[test]
fn status_has_one_list_of_failures_and_the_last_full_run() {
    let world = two();
    world.github.fault("ann/bias", Fault::Status(500));
    world.refresh(&[], 3);
    let full = world.run(&["status", "--json"]).json();
    assert_eq!(full["last_full_run"]["outcome"], "partial");
    world.refresh(&["bob/store"], 0);
    let view = world.run(&["status", "--json"]).json();
    assert_eq!(view["last_full_run"], full["last_full_run"], "the small run does not hide it");
    assert_eq!(view["last_full_run"]["failed"], 1);
    assert_eq!(view["states"], serde_json::json!({"failed": 1, "ok": 2}));
    let status = world.run(&["status"]).stdout;
    assert_eq!(status.matches(" ann/bias: ").count(), 1, "{status}");
    for says in [
        "last run ",
        "1 source, ",
        "0 sources failed",
        "last full run ",
        "3 sources, ",
        "1 source could not be fetched\n  crawl: ann/bias: ",
        "sources: 2 ok, 1 failed",
    ] {
        assert!(status.contains(says), "{says}: {status}");
    }
    let app = app(&world);
    let page = get(&app, "/sources").2;
    assert!(page.contains("The last refresh of all sources ended"), "{page}");
    assert!(page.contains("1 could not be fetched"), "{page}");
    let doctor = world.run(&["doctor", "--offline"]).stdout;
    assert!(doctor.contains("1 source could not be fetched"), "{doctor}");
}
