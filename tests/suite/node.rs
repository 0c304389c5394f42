//! A server that plays the only node of an OpenSearch cluster, for tests without one. It keeps the sections that are
//! written, counts them by source, and finds nothing. It can be ill in many ways.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::cluster::settings;
use crate::world::{World, block_on, repo};

/// What the node says about itself, and what it has.
#[derive(Clone, Debug)]
pub struct NodeState {
    pub version: &'static str,
    /// green, yellow or red.
    pub colour: &'static str,
    pub used_percent: u8,
    /// Blocks of the index, such as `index.blocks.read_only_allow_delete`.
    pub blocks: Vec<&'static str>,
    /// Whether it refuses the credentials.
    pub locked: bool,
    /// Whether parts of searches fail, as they do if a shard is lost.
    pub fails_searches: bool,
    /// The sections by id; empty if there is no index.
    pub sections: BTreeMap<String, Value>,
    has_index: bool,
}

type Shared = Arc<Mutex<NodeState>>;

/// A running node.
pub struct FakeNode {
    pub url: String,
    state: Shared,
}

impl FakeNode {
    pub fn start() -> FakeNode {
        let state = NodeState {
            version: "3.9.0",
            colour: "green",
            used_percent: 42,
            blocks: Vec::new(),
            locked: false,
            fails_searches: false,
            sections: BTreeMap::new(),
            has_index: false,
        };
        let state: Shared = Arc::new(Mutex::new(state));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let (told, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        FakeNode { url: format!("http://{}", address.recv().unwrap()), state }
    }

    /// Changes what it says and has.
    pub fn set(&self, change: impl FnOnce(&mut NodeState)) {
        change(&mut self.state.lock().unwrap());
    }

    /// The settings that use this node, with `more` lines.
    pub fn settings(&self, more: &str) -> String {
        settings(std::slice::from_ref(&self.url), "cairn", more)
    }

    /// A world whose sections are in this node; `more` are lines of its settings.
    pub fn world(&self, more: &str) -> World {
        let world = World::new(vec![repo("ann/notes", &[("a.md", "# Drift\n\nThe drift.\n")])]);
        world.settings(&self.settings(more));
        world.refresh(&[], 0);
        world
    }
}

async fn answer(State(state): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 100_000_000).await.unwrap();
    let mut state = state.lock().unwrap();
    let (status, body) = if state.locked {
        (StatusCode::UNAUTHORIZED, json!("Unauthorized"))
    } else {
        match parts.method {
            Method::GET => state.says(parts.uri.path()),
            Method::PUT => {
                state.has_index = true;
                (StatusCode::OK, json!({"acknowledged": true}))
            }
            _ => state.does(parts.uri.path(), &body),
        }
    };
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

impl NodeState {
    /// What it says about itself.
    fn says(&self, path: &str) -> (StatusCode, Value) {
        let body = if path == "/" {
            json!({"cluster_name": "test", "version": {"distribution": "opensearch", "number": self.version}})
        } else if path.starts_with("/_cluster/health") {
            let shards = json!({"0": {"status": self.colour}});
            json!({"status": self.colour, "number_of_nodes": 1, "indices": {"cairn-1": {"shards": shards}}})
        } else if path.starts_with("/_cat/allocation") {
            let percent = self.used_percent.to_string();
            json!([{"node": "n0", "disk.avail": "7000000000", "disk.percent": percent}])
        } else if !self.has_index {
            let error = json!({"type": "index_not_found_exception", "index": "cairn-1"});
            return (StatusCode::NOT_FOUND, json!({"error": error, "status": 404}));
        } else if path.contains("/_stats") {
            let of = json!({"docs": {"count": self.sections.len()}, "store": {"size_in_bytes": 2_000_000}});
            json!({"_all": {"primaries": of, "total": of}})
        } else if path.contains("/_settings") {
            let set: serde_json::Map<String, Value> =
                self.blocks.iter().map(|block| ((*block).to_owned(), json!("true"))).collect();
            json!({"cairn-1": {"settings": set}})
        } else {
            json!({})
        };
        (StatusCode::OK, body)
    }

    /// What it does with a request to write or to search.
    fn does(&mut self, path: &str, body: &Bytes) -> (StatusCode, Value) {
        let lines = || body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let body = if path.ends_with("/_bulk") {
            let lines: Vec<Value> =
                lines().map(|line| serde_json::from_slice(line).unwrap()).collect();
            let written = lines.chunks(2).map(|pair| {
                let id = pair[0]["index"]["_id"].as_str().expect("only new sections are written");
                self.sections.insert(id.to_owned(), pair[1].clone());
                json!({"index": {"status": 201}})
            });
            let items: Vec<Value> = written.collect();
            json!({"errors": false, "items": items})
        } else if path.ends_with("/_msearch") {
            let answers: Vec<Value> = (0..lines().count() / 2).map(|_| self.found()).collect();
            json!({"responses": answers})
        } else if path.ends_with("/_search") {
            let mut answer = self.found();
            answer["aggregations"] = json!({"sources": {"buckets": self.by_source()}});
            answer
        } else {
            json!({"deleted": 0})
        };
        (StatusCode::OK, body)
    }

    /// The answer to one search.
    fn found(&self) -> Value {
        if self.fails_searches {
            let error =
                json!({"type": "no_shard_available_action_exception", "reason": "no shard"});
            return json!({"status": 503, "error": error});
        }
        json!({
            "timed_out": false,
            "_shards": {"total": 1, "successful": 1},
            "hits": {"total": {"value": 0, "relation": "eq"}, "hits": []},
        })
    }

    /// The number of sections of each source, and the sum of their check numbers.
    fn by_source(&self) -> Vec<Value> {
        let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for section in self.sections.values() {
            let source = section["source"][0].as_str().unwrap_or_default();
            let sum = sums.entry(source).or_default();
            sum.0 += 1;
            sum.1 += section["check"].as_u64().unwrap();
        }
        let bucket = |(key, (count, check)): (&str, (u64, u64))| json!({"key": key, "doc_count": count, "check": {"value": check as f64}});
        sums.into_iter().map(bucket).collect()
    }
}
