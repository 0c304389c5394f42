//! A real OpenSearch cluster for tests: the one whose nodes `CAIRN_CLUSTER` names, separated by commas. `.ci/cluster`
//! starts one. Without it, the tests say SKIPPED.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::world::{World, block_on};

/// A part of the cluster for one test: indexes with a prefix of its own. They are deleted when this is dropped.
pub struct TestCluster {
    pub nodes: Vec<String>,
    pub prefix: String,
}

impl TestCluster {
    /// `None` without a cluster.
    pub fn find() -> Option<TestCluster> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let Ok(nodes) = std::env::var("CAIRN_CLUSTER") else {
            println!("SKIPPED: CAIRN_CLUSTER names no OpenSearch cluster; .ci/cluster starts one");
            return None;
        };
        let nodes = nodes.split(',').map(|node| node.trim_end_matches('/').to_owned()).collect();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Some(TestCluster { nodes, prefix: format!("test{}-{number}", std::process::id()) })
    }

    /// The settings that use this cluster, with `more` lines.
    pub fn settings(&self, more: &str) -> String {
        settings(&self.nodes, &self.prefix, more)
    }

    /// The answer of the first node to a request with a JSON body.
    pub fn ask(&self, method: reqwest::Method, path: &str, body: &Value) -> Value {
        block_on(async {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let request = client.request(method, format!("{}{path}", self.nodes[0]));
            let request = request.header("content-type", "application/json").body(body.to_string());
            // No answer is nothing: this also runs after a test has failed.
            let Ok(answer) = request.send().await else { return Value::Null };
            let answer = answer.bytes().await.unwrap_or_default();
            serde_json::from_slice(&answer).unwrap_or(Value::Null)
        })
    }

    /// The names of its indexes.
    pub fn indexes(&self) -> Vec<String> {
        let path = format!("/{}-*/_settings", self.prefix);
        let answer = self.ask(reqwest::Method::GET, &path, &Value::Null);
        answer.as_object().map(|indexes| indexes.keys().cloned().collect()).unwrap_or_default()
    }

    /// The number of its sections that match `query`, of any generation.
    pub fn count(&self, query: &Value) -> u64 {
        let (method, path) = (reqwest::Method::POST, format!("/{}-*/_count", self.prefix));
        self.ask(method, &path, &json!({"query": query}))["count"].as_u64().unwrap()
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        for index in self.indexes() {
            self.ask(reqwest::Method::DELETE, &format!("/{index}"), &Value::Null);
        }
    }
}

/// Settings that use the cluster with these `nodes`.
pub fn settings(nodes: &[String], prefix: &str, more: &str) -> String {
    format!(
        "[search]\nengine = \"opensearch\"\nurls = {nodes:?}\nprefix = {prefix:?}\nshards = 3\nreplicas = 1\n{more}\n"
    )
}

/// A clean build of the same sources with the embedded engine, in the folder `name` of `world`.
pub struct Embedded<'a> {
    world: &'a World,
    name: String,
}

impl<'a> Embedded<'a> {
    pub fn build(world: &'a World, name: &str) -> Embedded<'a> {
        world.write("plain.toml", "");
        let embedded = Embedded { world, name: name.to_owned() };
        let refreshed =
            world.run(&embedded.with(&["refresh"]).iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(refreshed.code, 0, "{}", refreshed.stderr);
        embedded
    }

    /// `arguments` for this index.
    fn with(&self, arguments: &[&str]) -> Vec<String> {
        let own = ["--index", &self.name, "--config", "plain.toml"];
        arguments.iter().chain(&own).map(|argument| (*argument).to_owned()).collect()
    }

    /// The response to the search `query`.
    pub fn search(&self, query: &str) -> Value {
        let arguments = self.with(&["search", "--json", "--limit", "100"]);
        let arguments = [arguments, vec!["--".to_owned(), query.to_owned()]].concat();
        self.world.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).json()
    }

    /// Checks that the engine of `world` answers `queries` as this one does: the same hits in the same order with the
    /// same snippets, the same counts and facets.
    #[track_caller]
    pub fn assert_answers(&self, queries: &[&str]) {
        self.compare(queries, |_| {});
    }

    /// The same if the index of `world` has a history. Then hits with nearly equal scores may come in another order: words
    /// of removed sections count until they are merged away, and equal scores come in the order of the segments.
    #[track_caller]
    pub fn assert_same_hits(&self, queries: &[&str]) {
        self.compare(queries, |hits| hits.sort_by_key(|hit| hit[0].to_string()));
    }

    #[track_caller]
    fn compare(&self, queries: &[&str], order: impl Fn(&mut Vec<Value>)) {
        for query in queries {
            let other = self.world.run(&["search", "--json", "--limit", "100", "--", query]).json();
            let (mut other, mut own) = (comparable(&other), comparable(&self.search(query)));
            for answer in [&mut other, &mut own] {
                order(answer["hits"].as_array_mut().unwrap());
            }
            for (part, value) in own.as_object().unwrap() {
                assert_eq!(&other[part], value, "{query}: {part}");
            }
        }
    }
}

/// What two engines must agree on.
fn comparable(answer: &Value) -> Value {
    let hit =
        |hit: &Value| json!([hit["id"], hit["snippet"], hit["duplicates"], hit["by_meaning"]]);
    let hits: Vec<Value> = answer["hits"].as_array().unwrap().iter().map(hit).collect();
    json!({
        "hits": hits,
        "total": answer["total"],
        "total_is_exact": answer["total_is_exact"],
        "strong": answer["strong"],
        "mentions": answer["mentions"],
        "facets": answer["facets"],
        "understood": answer["query"]["understood"],
    })
}
