//! The requests for queries, as snapshots, and answers in the recorded shape. A node that plays back what it is given
//! stands for the cluster.

use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::search::cluster::tests::server::{Reply, Server};
use crate::search::cluster::tests::settings;
use crate::search::cluster::{Cluster, ClusterFault};
use crate::search::fixture::{SearchFixture, fixture, record};
use crate::search::index::document::DocumentBuilder;
use crate::search::index::schema::schema;
use crate::search::index::section::SectionId;
use crate::search::index::values::SectionValues;
use crate::search::opensearch::connection::ClusterSections;
use crate::search::opensearch::engine::ClusterReader;
use crate::search::opensearch::payload;
use crate::search::{
    Budget, LastWord, SearchError, SearchRequest, SearchResponse, SectionRecord, Understanding,
};

/// Three sections; the words "position" and "bias" fit them less and less.
fn records() -> Vec<SectionRecord> {
    vec![
        record("Position bias", "Clicks have a position bias."),
        record("Clicks", "The bias of clicks depends on the position of a result."),
        record("Ranking", "Some bias."),
    ]
}

/// The section with this number as a candidate of the cluster, with `score`.
fn hit(number: usize, score: f32) -> Value {
    let fields = schema().fields;
    let record = records().swap_remove(number);
    let id = number as u64;
    let document = DocumentBuilder::new(fields, None).document(1, 1, SectionId(id), record);
    let values = SectionValues::of(&document.unwrap());
    json!({
        "_index": "cairn-1",
        "_score": score,
        "sort": [score, number],
        "fields": {
            "payload": [payload::encode(&values, &fields).unwrap().trim_end_matches('=')],
            "texts": [payload::encode_texts(&values, &fields).unwrap().trim_end_matches('=')],
        },
    })
}

/// An answer to a search, with the sections `hits`.
fn answer(hits: &[Value], total: usize) -> Value {
    json!({
        "took": 1,
        "timed_out": false,
        "_shards": {"total": 3, "successful": 3, "skipped": 0, "failed": 0},
        "hits": {"total": {"value": total, "relation": "eq"}, "max_score": null, "hits": hits},
        "aggregations": {"strong": {"doc_count": 1}, "mentions": {"doc_count": 1}},
        "status": 200,
    })
}

fn answers(responses: &[Value]) -> Reply {
    Reply::Answer(200, json!({"took": 1, "responses": responses}).to_string())
}

/// The answer to a search for `text` by an index of [`records`] whose cluster is `node`.
fn search(node: &Server, text: &str) -> Result<SearchResponse, SearchError> {
    let mut fixture = fixture(records());
    let cluster = Arc::new(Cluster::new(&settings(&[&node.url])).unwrap());
    let sections = ClusterSections::new(cluster, "cairn-1".to_owned(), 7);
    let reader = ClusterReader::new(sections, &fixture.searcher.index.opened);
    fixture.searcher.cluster = Some(reader);
    let SearchFixture { searcher, vocabulary, .. } = &fixture;
    let request = SearchRequest {
        text,
        filters: &[],
        limit: 10,
        offset: 0,
        understanding: Understanding::LITERAL,
        last_word: LastWord::Whole,
    };
    let answer = searcher.search(&request, vocabulary, &Budget::unlimited())?;
    // The index is whole. So it would answer itself, if the cluster did not.
    match answer.stand_in {
        Some(fault) => Err(SearchError::Cluster(fault)),
        None => Ok(answer),
    }
}

fn found(answer: &SearchResponse) -> Vec<u64> {
    answer.found.iter().map(|hit| hit.id.0).collect()
}

/// The requests for the search `text`, in a readable form.
fn requests(text: &str) -> String {
    let none = answer(&[], 9);
    let node = Server::with(vec![answers(&[none.clone(), none])]);
    search(&node, text).unwrap();
    let lines = |body: String| {
        let values = body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        values.map(|value| format!("{value:#}\n")).collect::<String>()
    };
    node.seen().into_iter().map(|seen| format!("{}\n{}", seen.line, lines(seen.body))).collect()
}

#[test]
fn a_query_becomes_two_searches_of_one_generation() {
    assert_snapshot!(requests("bias"));
}

#[test]
fn required_excluded_and_filtered_parts_become_clauses() {
    assert_snapshot!(requests(
        "\"position bias\" clicks result -drift path:md -licence:apache -topic:calibration"
    ));
}

#[test]
fn candidates_are_ranked_here_and_counted_there() {
    let hits = [hit(1, 9.0), hit(0, 8.0), hit(2, 7.0)];
    let node = Server::with(vec![answers(&[answer(&hits, 40), answer(&hits, 40)])]);
    let answer = search(&node, "position bias").unwrap();
    // The third has too little of the query, whatever the cluster says.
    assert_eq!(found(&answer), [0, 1], "in the order of the embedded engine");
    assert_eq!((answer.total, answer.total_is_exact), (40, true));
    let counts = answer.counts.unwrap();
    assert_eq!((counts.strong, counts.mentions), (1, 1));
    assert_eq!(
        answer.found[1].snippet.text,
        "The bias of clicks depends on the position of a result."
    );
    assert_eq!(node.seen().len(), 1, "one round trip");
}

#[test]
fn further_candidates_follow_in_the_order_of_the_cluster_and_unknown_ones_are_left_out() {
    let plain = |number: usize, score: f32| json!({"sort": [score, number]});
    let more = [plain(0, 9.0), plain(99, 8.0), plain(2, 4.0), plain(1, 3.0)];
    let node = Server::with(vec![answers(&[answer(&[hit(0, 9.0)], 9), answer(&more, 9)])]);
    assert_eq!(found(&search(&node, "bias").unwrap()), [0, 2, 1]);
}

#[test]
fn a_part_that_failed_because_a_node_died_is_asked_for_again() {
    let lost = json!({
        "error": {"type": "search_phase_execution_exception", "reason": "", "root_cause": [
            {"type": "node_disconnected_exception", "reason": "[n2] disconnected"},
        ]},
        "status": 500,
    });
    let good = answer(&[hit(0, 1.0)], 9);
    let node = Server::with(vec![
        answers(&[good.clone(), lost.clone()]),
        answers(&[good.clone(), good.clone()]),
    ]);
    assert_eq!(found(&search(&node, "bias").unwrap()), [0]);
    assert_eq!(node.seen().len(), 2);
    let node = Server::with(vec![answers(&[good, lost])]);
    let error = search(&node, "bias").unwrap_err();
    assert!(matches!(error, SearchError::Cluster(ClusterFault::Disconnected { .. })), "{error}");
    assert_eq!(node.seen().len(), 2, "once more, not again and again");
}

#[test]
fn an_answer_without_all_shards_is_no_answer() {
    let mut partial = answer(&[hit(0, 1.0)], 9);
    partial["_shards"]["successful"] = json!(2);
    let node = Server::with(vec![answers(&[partial.clone(), partial])]);
    let error = search(&node, "bias").unwrap_err();
    assert!(matches!(error, SearchError::Cluster(ClusterFault::MissingShards { .. })), "{error}");
}

#[test]
fn what_the_cluster_makes_up_is_an_error_and_no_panic() {
    let mut garbage = hit(0, 1.0);
    garbage["fields"]["payload"] = json!(["AAAA"]);
    let good = answer(&[hit(0, 1.0)], 9);
    for responses in [
        vec![answer(&[garbage], 9), good.clone()],
        vec![good.clone()],
        vec![good.clone(), json!({"nothing": 1})],
        vec![json!(null), good],
    ] {
        let node = Server::with(vec![answers(&responses)]);
        assert!(search(&node, "bias").is_err(), "{responses:?}");
    }
}
