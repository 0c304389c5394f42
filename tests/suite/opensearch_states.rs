//! A real OpenSearch cluster that is full, slow, stopped, behind a password, of another version, or has somebody else's
//! index: what searches, refreshes and the doctor say, that nothing hangs, and that nothing is lost.

use std::fs;
use std::time::{Duration, Instant};

use base64::Engine as _;
use reqwest::Method;
use serde_json::{Value, json};

use crate::cluster::{Embedded, TestCluster};
use crate::gate::{Gate, GateState};
use crate::opensearch::writer_in;
use crate::opensearch_faults::{NodeStart, wait_for_green};
use crate::readers::push;
use crate::serve::Server;
use crate::world::{World, wait_within};

/// Checks that a refresh publishes nothing, and that its error has this text.
#[track_caller]
fn refuses(world: &World, expected: &str) {
    let before = fs::read_to_string(world.path("index/current")).unwrap();
    let failed = world.run(&["refresh"]);
    assert_eq!(failed.code, 1, "{}{}", failed.stdout, failed.stderr);
    assert!(failed.stderr.contains(expected), "{expected:?}: {}", failed.stderr);
    assert_eq!(fs::read_to_string(world.path("index/current")).unwrap(), before);
}

/// Checks that the doctor is ill, with this text.
#[track_caller]
fn is_ill(world: &World, expected: &str) {
    let said = world.run(&["doctor", "--json"]);
    assert_eq!(said.code, 1, "{}", said.stdout);
    assert!(said.stdout.contains(expected), "{expected:?}: {}", said.stdout);
}

/// Checks that the next refresh of `world` writes what earlier ones could not.
#[track_caller]
fn catches_up(world: &World, version: usize) {
    world.refresh(&[], 0);
    let said = world.run(&["engine", "check"]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    let version = format!("version{version}");
    Embedded::build(world, "embedded").assert_same_hits(&[&version, "drift", "quokka"]);
}

/// Sets the share of a disk at which the cluster refuses writes, or switches that off.
fn set_watermarks(cluster: &TestCluster, percent: Option<&str>) {
    let watermark = |level: &str| format!("cluster.routing.allocation.disk.watermark.{level}");
    let settings = json!({
        "cluster.routing.allocation.disk.threshold_enabled": percent.map(|_| true),
        "cluster.info.update.interval": percent.map(|_| "10s"),
        watermark("low"): percent,
        watermark("high"): percent,
        watermark("flood_stage"): percent,
    });
    // A cluster whose disks are all full also forbids new indexes, and does not always allow them again by itself.
    let unblocked = json!({"cluster.blocks.create_index": null});
    let settings = json!({"transient": settings, "persistent": unblocked});
    let set = cluster.ask(Method::PUT, "/_cluster/settings", &settings);
    assert_eq!(set["acknowledged"], true, "{set}");
}

/// Waits until the indexes of `cluster` are blocked because a disk is full, or no longer.
fn wait_for_block(cluster: &TestCluster, is_blocked: bool) {
    let path = format!("/{}-*/_settings?flat_settings=true", cluster.prefix);
    // The cluster looks at its disks every ten seconds, and acts at most once a minute.
    let what = format!("writes are refused because a disk is full: {is_blocked}");
    wait_within(Duration::from_secs(180), &what, || {
        let said = cluster.ask(Method::GET, &path, &Value::Null).to_string();
        said.contains("read_only_allow_delete\":\"true") == is_blocked
    });
}

#[test]
fn a_cluster_whose_disk_is_full_searches_and_loses_nothing() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = writer_in(&cluster);
    set_watermarks(&cluster, Some("1%"));
    wait_for_block(&cluster, true);
    push(&world, 2);
    refuses(&world, "refuses writes because a disk is nearly full");
    is_ill(&world, "refuses writes because a disk is nearly full");
    assert_eq!(world.hits("quokka"), ["bob/leaves a.md"]);
    set_watermarks(&cluster, Some("99.9%"));
    wait_for_block(&cluster, false);
    set_watermarks(&cluster, None);
    catches_up(&world, 2);
}

#[test]
fn an_index_of_another_program_is_noticed_and_replaced() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = writer_in(&cluster);
    let index = cluster.indexes().remove(0);
    cluster.ask(Method::DELETE, &format!("/{index}"), &Value::Null);
    let other = json!({"id": "a", "source": {"name": "x"}, "body": "drift quokka"});
    cluster.ask(Method::PUT, &format!("/{index}/_doc/1?refresh=true"), &other);
    let said = world.run(&["search", "quokka", "--json"]);
    assert!(said.code == 1 || said.json()["hits"] == json!([]), "{}{}", said.stdout, said.stderr);
    is_ill(&world, "\"sections\"");
    assert_eq!(world.run(&["engine", "check"]).code, 1);
    push(&world, 2);
    catches_up(&world, 2);
    assert!(!cluster.indexes().contains(&index) || cluster.indexes().len() == 2);
}

#[test]
fn a_cluster_behind_a_password_names_a_wrong_one_and_never_prints_it() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = writer_in(&cluster);
    let gate = Gate::to(&cluster);
    let basic = base64::engine::general_purpose::STANDARD.encode("cairn:right-password");
    let authorization = Some(format!("Basic {basic}"));
    gate.set(GateState { authorization, ..GateState::default() });
    let with = |password: &str| {
        world.write("password", password);
        let file = world.path("password");
        world.settings(&gate.settings(&format!("user = \"cairn\"\npassword_file = {file:?}")));
    };
    with("wrong-password");
    push(&world, 2);
    for said in [world.run(&["search", "drift"]), world.run(&["refresh"]), world.run(&["doctor"])] {
        let said = format!("{}{}", said.stdout, said.stderr);
        assert!(said.contains("refuses the credentials"), "{said}");
        assert!(!said.contains("wrong-password") && !said.contains(&basic), "{said}");
    }
    is_ill(&world, "refuses the credentials");
    with("right-password");
    catches_up(&world, 2);
}

#[test]
fn a_cluster_of_another_version_is_refused_before_anything_is_written() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = writer_in(&cluster);
    let gate = Gate::to(&cluster);
    world.settings(&gate.settings(""));
    push(&world, 2);
    for version in ["1.3.20", "2.11.0", "4.0.0"] {
        gate.set(GateState { version: Some(version), ..GateState::default() });
        let expected = format!("has OpenSearch {version}, which is not supported");
        refuses(&world, &expected);
        is_ill(&world, &expected);
    }
    gate.set(GateState::default());
    catches_up(&world, 2);
}

#[test]
fn a_slow_cluster_answers_in_time_or_with_503() {
    let Some(cluster) = TestCluster::find() else { return };
    let world = writer_in(&cluster);
    let gate = Gate::to(&cluster);
    world.settings(&gate.settings("timeout = \"1s\""));
    let server = Server::start(&world, &["--no-refresh"]);
    for (delay, expected) in [(0, 200), (300, 200), (1_500, 503), (0, 200)] {
        gate.set(GateState { delay: Duration::from_millis(delay), ..GateState::default() });
        let began = Instant::now();
        let answer = server.get("/api/v1/search?q=drift");
        let took = began.elapsed();
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{delay} ms: {answer}");
        assert!(took < Duration::from_secs(4), "{delay} ms: {took:?}");
    }
    // Writing has more time than a search.
    gate.set(GateState { delay: Duration::from_millis(1_500), ..GateState::default() });
    push(&world, 2);
    catches_up_slowly(&world, &gate);
}

/// A refresh through the slow `gate` succeeds; searches after it are as fast as ever.
fn catches_up_slowly(world: &World, gate: &Gate) {
    world.refresh(&[], 0);
    gate.set(GateState::default());
    assert_eq!(world.run(&["engine", "check"]).code, 0);
    Embedded::build(world, "embedded").assert_same_hits(&["version2", "drift"]);
}

#[test]
fn a_cluster_that_hangs_holds_nobody_up_and_goes_on_later() {
    let (Some(cluster), Some(nodes)) = (TestCluster::find(), NodeStart::find()) else { return };
    let world = writer_in(&cluster);
    let server = Server::start(&world, &["--no-refresh"]);
    assert!(server.get("/api/v1/search?q=drift").starts_with("HTTP/1.1 200"));
    nodes.iter().for_each(|node| node.signal("-STOP"));
    let began = Instant::now();
    let answers: Vec<String> = ["/api/v1/search?q=drift", "/healthz", "/topics", "/metrics"]
        .iter()
        .map(|path| server.get(path))
        .collect();
    let answered = began.elapsed();
    push(&world, 2);
    let refreshed = world.run(&["refresh"]);
    let doctor = world.run(&["doctor"]);
    let all = began.elapsed();
    nodes.iter().for_each(|node| node.signal("-CONT"));
    println!(
        "every node hangs: four pages in {answered:?}; refresh and doctor in {:?}",
        all - answered
    );
    let states: Vec<&str> = answers.iter().map(|answer| &answer[..12]).collect();
    let works = "HTTP/1.1 200";
    assert_eq!(states, ["HTTP/1.1 503", works, works, works], "{answers:?}");
    assert!(answers[3].contains("cairn_engine_up 0"), "{}", answers[3]);
    assert!(answered < Duration::from_secs(5), "{answered:?}");
    assert_eq!(refreshed.code, 1, "{}", refreshed.stderr);
    assert!(refreshed.stderr.contains("the next refresh catches up"), "{}", refreshed.stderr);
    assert_eq!(doctor.code, 1, "{}", doctor.stdout);
    assert!(all < Duration::from_secs(120), "{all:?}");
    wait_for_green(&cluster);
    catches_up(&world, 2);
}
