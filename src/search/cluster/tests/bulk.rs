//! Bulk writes.

use std::time::Duration;

use backon::ExponentialBuilder;
use serde_json::{Value, json};

use super::server::{Reply, Seen, Server, recorded};
use super::{VERSIONS, cluster};
use crate::search::cluster::bulk::{BulkAction, BulkKind, BulkReport};
use crate::search::cluster::{Cluster, ClusterFault};

fn index(id: &str) -> BulkAction {
    BulkAction { id: id.to_owned(), kind: BulkKind::Index(b"{\"a\":\n1}".to_vec()) }
}

fn update(id: &str) -> BulkAction {
    BulkAction { id: id.to_owned(), kind: BulkKind::Update(b"{\"valid_to\":3}".to_vec()) }
}

fn delete(id: &str) -> BulkAction {
    BulkAction { id: id.to_owned(), kind: BulkKind::Delete }
}

/// Writes `actions` with three repetitions after short waits.
fn write(
    cluster: &Cluster,
    actions: impl IntoIterator<Item = BulkAction>,
) -> Result<BulkReport, ClusterFault> {
    let waits =
        ExponentialBuilder::default().with_min_delay(Duration::from_millis(1)).with_max_times(3);
    let mut writer = cluster.bulk_writer("small").waits(waits);
    for action in actions {
        writer.add(action)?;
    }
    writer.finish()
}

/// A node that answers the question whether the index exists, and gives `replies` to bulk requests in turn.
fn node(replies: Vec<Reply>) -> Server {
    Server::start(move |request, at| match request.line.as_str() {
        "GET /small/_alias" => Reply::Answer(200, "{\"small\":{\"aliases\":{}}}".to_owned()),
        _ => replies[(at - 1).min(replies.len() - 1)].clone(),
    })
}

/// An answer with an item for each of `items`: the name of the action and its status; errors have the type `kind`.
fn answer(items: &[(&str, u16, Option<&str>)]) -> Reply {
    let items: Vec<Value> = items
        .iter()
        .map(|(action, status, kind)| match kind {
            Some(kind) => {
                json!({ *action: { "status": status, "error": { "type": kind, "reason": "why" } } })
            }
            None => json!({ *action: { "status": status } }),
        })
        .collect();
    Reply::Answer(200, json!({ "errors": true, "items": items }).to_string())
}

/// The bulk requests that `server` saw.
fn bulks(server: &Server) -> Vec<Seen> {
    server.seen().into_iter().filter(|seen| seen.line.contains("_bulk")).collect()
}

#[test]
fn actions_become_lines_and_are_counted() {
    let server = node(vec![answer(&[
        ("index", 201, None),
        ("update", 200, None),
        ("delete", 200, None),
        ("delete", 404, None),
    ])]);
    let actions = [index("a\"b"), update("u"), delete("d"), delete("missing")];
    let report = write(&cluster(&[&server.url]), actions).unwrap();
    let seen = bulks(&server);
    assert_eq!(
        seen[0].body,
        "{\"index\":{\"_id\":\"a\\\"b\"}}\n{\"a\": 1}\n{\"update\":{\"_id\":\"u\"}}\n{\"doc\":{\"valid_to\":3}}\n\
         {\"delete\":{\"_id\":\"d\"}}\n{\"delete\":{\"_id\":\"missing\"}}\n"
    );
    assert!(seen[0].line.contains("/small/_bulk?require_alias=false&refresh=false"), "{seen:?}");
    let bytes = seen[0].body.len() as u64;
    assert_eq!(report, BulkReport { written: 2, deleted: 1, bytes, retried: 0 });
}

#[test]
fn an_unknown_index_is_not_created() {
    let server = Server::replaying("3.9", "unknown-index");
    let fault = write(&cluster(&[&server.url]), [index("a")]).unwrap_err();
    assert!(
        matches!(fault, ClusterFault::NoIndex { .. }) && bulks(&server).is_empty(),
        "{fault:?}"
    );
}

#[test]
fn rejected_items_alone_are_sent_again() {
    let busy = Some("rejected_execution_exception");
    let server = node(vec![
        answer(&[("index", 201, None), ("index", 429, busy), ("index", 429, busy)]),
        answer(&[("index", 429, busy), ("index", 201, None)]),
        answer(&[("index", 201, None)]),
    ]);
    let report = write(&cluster(&[&server.url]), ["a", "b", "c"].map(index)).unwrap();
    assert_eq!((report.written, report.retried), (3, 3));
    let bodies: Vec<String> = bulks(&server).into_iter().map(|seen| seen.body).collect();
    assert!(!bodies[1].contains("\"a\"}") && bodies[1].contains("\"b\"}"), "{bodies:?}");
    assert!(!bodies[2].contains("\"c\"}") && bodies[2].contains("\"b\"}"), "{bodies:?}");
}

#[test]
fn a_full_queue_is_a_fault_after_the_last_wait() {
    for version in VERSIONS {
        let server = node(vec![recorded(version, "bulk-full-queue")]);
        let fault = write(&cluster(&[&server.url]), [index("s0")]).unwrap_err();
        assert!(matches!(fault, ClusterFault::Overloaded { .. }), "{fault:?}");
        assert_eq!(bulks(&server).len(), 4, "one attempt and three repetitions");
    }
}

#[test]
fn a_request_without_an_answer_and_one_that_is_too_large_are_sent_again() {
    let fine = answer(&[("index", 201, None)]);
    let too_many = recorded("2.19", "bulk-too-many-bytes");
    let server = node(vec![
        Reply::Bytes(Vec::new()),
        Reply::Bytes(Vec::new()),
        too_many.clone(),
        too_many,
        fine,
    ]);
    let report = write(&cluster(&[&server.url]), [index("a")]).unwrap();
    assert_eq!((report.written, report.retried, bulks(&server).len()), (1, 2, 5));
}

#[test]
fn read_only_indexes_are_faults_at_once() {
    for version in VERSIONS {
        let server = node(vec![recorded(version, "bulk-read-only-allow-delete")]);
        let fault = write(&cluster(&[&server.url]), [index("s0"), delete("s1")]).unwrap_err();
        assert!(matches!(fault, ClusterFault::DiskFull { .. }), "{fault:?}");
        assert!(fault.hint().unwrap().contains("free space"));
        let server = node(vec![recorded(version, "bulk-write")]);
        let fault = write(&cluster(&[&server.url]), [index("s0"), delete("s1")]).unwrap_err();
        assert!(matches!(fault, ClusterFault::ReadOnly { .. }), "{fault:?}");
        assert_eq!(bulks(&server).len(), 1);
    }
}

#[test]
fn missing_shards_are_tried_again() {
    for version in VERSIONS {
        let server = Server::start(move |request, at| match at {
            0 => Reply::Answer(200, "{}".to_owned()),
            1 => recorded(version, "bulk-lost-shard"),
            _ => answer(&vec![("index", 200, None); request.body.lines().count() / 2]),
        });
        let actions = (0..8).map(|at| index(&format!("s{at}")));
        let report = write(&cluster(&[&server.url]), actions).unwrap();
        assert_eq!(report.written, 8);
        assert!(report.retried > 0 && report.retried < 8, "{report:?}");
    }
}

#[test]
fn refused_documents_are_faults_that_name_them() {
    let missing = Some("document_missing_exception");
    let server = node(vec![answer(&[("index", 201, None), ("update", 404, missing)])]);
    let fault = write(&cluster(&[&server.url]), [index("a"), update("gone")]).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "the cluster refused to write gone: 404 document_missing_exception: why"
    );
    let server = node(vec![recorded("3.9", "bulk-item-errors")]);
    let actions = [index("good"), index("bad"), index("s0"), delete("missing"), update("other")];
    let fault = write(&cluster(&[&server.url]), actions).unwrap_err();
    assert!(fault.to_string().contains("bad: 400 mapper_parsing_exception"), "{fault}");
}

#[test]
fn chunks_are_bounded_and_have_each_document_once() {
    let server = Server::start(|request, _| {
        if request.line.starts_with("GET") {
            return Reply::Answer(200, "{}".to_owned());
        }
        let count = request.body.lines().filter(|line| line.starts_with("{\"index\":")).count();
        let deletes = request.body.lines().filter(|line| line.starts_with("{\"delete\":")).count();
        let items = [vec![("index", 201, None); count], vec![("delete", 200, None); deletes]];
        answer(&items.concat())
    });
    let cluster = cluster(&[&server.url]);
    let report = write(&cluster, (0..2_500).map(|at| index(&at.to_string()))).unwrap();
    assert_eq!((report.written, bulks(&server).len()), (2_500, 3));
    let large = |at: usize| BulkAction {
        id: at.to_string(),
        kind: BulkKind::Index(format!("\"{}\"", "x".repeat(900_000)).into_bytes()),
    };
    write(&cluster, (0..5).map(large)).unwrap();
    let largest = bulks(&server).iter().map(|seen| seen.body.len()).max().unwrap();
    assert!(bulks(&server).len() == 6 && largest <= 2_000_000, "{largest}");
    write(&cluster, [index("a"), delete("a"), index("b")]).unwrap();
    assert_eq!(bulks(&server).len(), 8, "an action waits for an earlier one on the same document");
}
