//! The fault of each recorded answer, and what its message says.

use serde::Deserialize;
use serde_json::Value;

use super::server::{Reply, Server, recorded};
use super::{VERSIONS, cluster, search};
use crate::search::cluster::{ClusterFault, Shards};

/// The fault of a search that gets `reply` whenever it asks.
fn fault_of(reply: Reply) -> ClusterFault {
    let server = Server::with(vec![reply]);
    search(&cluster(&[&server.url])).unwrap_err()
}

#[test]
fn recorded_errors_have_their_faults_in_both_versions() {
    type Is = fn(&ClusterFault) -> bool;
    let cases: [(&str, Is); 14] = [
        (
            "unknown-index",
            |it| matches!(it, ClusterFault::NoIndex { index, .. } if index == "nowhere"),
        ),
        ("stats-unknown-index", |it| matches!(it, ClusterFault::NoIndex { .. })),
        ("lost-shard", |it| matches!(it, ClusterFault::MissingShards { .. })),
        ("lost-majority-create", |it| matches!(it, ClusterFault::NoManager { .. })),
        ("lost-majority-health", |it| matches!(it, ClusterFault::NoManager { .. })),
        ("bulk-too-many-bytes", |it| matches!(it, ClusterFault::Overloaded { .. })),
        ("wrong-mapping", |it| matches!(it, ClusterFault::Mapping { .. })),
        ("mapping-conflict", |it| matches!(it, ClusterFault::Mapping { .. })),
        ("wrong-value", |it| it.kind() == Some("query_shard_exception")),
        ("wrong-query", |it| it.kind() == Some("parsing_exception")),
        ("clauses-1025", |it| it.to_string().contains("maxClauseCount")),
        ("index-exists", |it| it.kind() == Some("resource_already_exists_exception")),
        ("update-no-source", |it| it.kind() == Some("document_source_missing_exception")),
        ("conflict", |it| matches!(it, ClusterFault::Refused { status: 409, .. })),
    ];
    for version in VERSIONS {
        for (name, is) in cases {
            let fault = fault_of(recorded(version, name));
            assert!(is(&fault), "{version} {name}: {fault:?}");
        }
    }
}

#[test]
fn errors_of_dying_nodes_are_recognised() {
    let killed = fault_of(recorded("2.19", "killed-500"));
    assert!(
        matches!(killed, ClusterFault::Disconnected { .. }) && killed.is_passing(),
        "{killed:?}"
    );
    let ended = fault_of(recorded("2.19", "timeout"));
    assert_eq!(ended, ClusterFault::Unfinished);
}

#[test]
fn errors_of_logins_proxies_and_other_programs_are_recognised() {
    type Is = fn(&ClusterFault) -> bool;
    let forbidden = r#"{"error":{"root_cause":[{"type":"security_exception",
        "reason":"no permissions for [indices:data/read/search]"}],"type":"security_exception",
        "reason":"no permissions for [indices:data/read/search]"},"status":403}"#;
    let cases: [(u16, &str, Is); 9] = [
        (401, "Unauthorized", |it| matches!(it, ClusterFault::Unauthorized { .. })),
        (
            403,
            forbidden,
            |it| matches!(it, ClusterFault::Forbidden { cause, .. } if cause.contains("no permissions")),
        ),
        (429, "slow down", |it| matches!(it, ClusterFault::Overloaded { .. })),
        (502, "<html>bad gateway", |it| {
            matches!(it, ClusterFault::Unavailable { status: 502, .. })
        }),
        (503, "", |it| matches!(it, ClusterFault::Unavailable { status: 503, .. })),
        (413, "<html>", |it| matches!(it, ClusterFault::Refused { .. }) && it.hint().is_some()),
        (
            404,
            "{\"error\":\"alias [x] missing\",\"status\":404}",
            |it| matches!(it, ClusterFault::Refused { reason, .. } if reason.contains("alias")),
        ),
        (200, "<html>welcome", |it| matches!(it, ClusterFault::Unreadable { .. })),
        (200, "", |it| matches!(it, ClusterFault::Unreadable { .. })),
    ];
    for (status, body, is) in cases {
        let fault = fault_of(Reply::Answer(status, body.to_owned()));
        assert!(is(&fault), "{status} {body}: {fault:?}");
    }
}

#[test]
fn messages_are_short_and_printable_and_name_the_node() {
    let long = format!("\u{1b}[2J\u{202e}{}", "x".repeat(5_000));
    let body = serde_json::json!({ "error": { "type": long, "reason": long }, "status": 400 });
    let server = Server::with(vec![Reply::Answer(400, body.to_string())]);
    let message = search(&cluster(&[&server.url])).unwrap_err().to_string();
    let node = server.url.as_str().trim_end_matches('/');
    assert!(message.contains(node) && message.len() < 1_000, "{message}");
    assert!(!message.contains(['\u{1b}', '\u{202e}']), "{message}");
}

#[test]
fn incomplete_searches_are_faults() {
    #[derive(Deserialize)]
    struct Answer {
        timed_out: bool,
        #[serde(rename = "_shards")]
        shards: Shards,
    }
    let check = |name: &str, version: &str| {
        let Reply::Answer(_, body) = recorded(version, name) else { panic!("{name}") };
        let answer: Answer = serde_json::from_str(&body).unwrap();
        answer.shards.check(answer.timed_out)
    };
    for version in VERSIONS {
        assert_eq!(check("search", version), Ok(()));
        let fault = check("lost-shard-partial", version).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "the cluster misses shards of the index: 2 of 3 shards answered"
        );
    }
    let whole = Shards { total: 3, successful: 3 };
    assert_eq!(whole.check(true), Err(ClusterFault::Unfinished));
}

#[test]
fn deeply_nested_errors_are_no_problem() {
    let nested = format!("{}{}", "{\"error\":{\"caused_by\":".repeat(10_000), "{}");
    let fault = fault_of(Reply::Answer(500, nested));
    assert!(matches!(fault, ClusterFault::Refused { status: 500, .. }), "{fault:?}");
    let wrong: Value = serde_json::json!({ "error": { "reason": 3, "root_cause": "x" } });
    let fault = fault_of(Reply::Answer(400, wrong.to_string()));
    assert!(matches!(fault, ClusterFault::Refused { status: 400, .. }), "{fault:?}");
}
