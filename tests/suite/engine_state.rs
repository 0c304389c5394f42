//! What metrics, status and pages say about the search engine, with a server that plays a node.

use std::sync::Arc;

use axum::Router;
use cairn::config::{self, Config, ConfigOverrides};
use cairn::serve::{RefreshPolicy, ServerState, router};
use serde_json::{Value, json};

use crate::node::FakeNode;
use crate::serve::{app_with, get, json as answer, page, settings};
use crate::world::{World, entry, repo};

/// The settings of `world`.
fn config(world: &World) -> Config {
    let overrides = ConfigOverrides {
        config: Some(world.path("named.toml")),
        index: Some(world.path("index")),
        sources: Some(world.path("sources")),
    };
    config::load(&overrides).unwrap()
}

/// A server with the settings of `world`.
pub(crate) fn app(world: &World) -> Router {
    app_with(config(world))
}

fn engine(app: &Router) -> Value {
    answer(app, "/api/v1/status", 200)["engine"].clone()
}

/// Checks that the metrics have `lines`.
#[track_caller]
fn measures(app: &Router, lines: &[&str]) {
    let (_, _, text) = get(app, "/metrics");
    for line in lines {
        assert!(text.contains(&format!("\n{line}\n")), "{line}: {text}");
    }
}

#[test]
fn metrics_and_status_follow_the_last_search() {
    let node = FakeNode::start();
    let world = node.world("fallback = \"embedded\"");
    let app = app(&world);
    let of =
        |available: Value| json!({"name": "opensearch", "available": available, "fallback": true});
    assert_eq!(engine(&app), of(Value::Null));
    let (_, _, text) = get(&app, "/metrics");
    assert!(!text.contains("cairn_engine_up"), "{text}");
    answer(&app, "/api/v1/search?q=drift", 200);
    assert_eq!(engine(&app), of(true.into()));
    measures(
        &app,
        &[
            "cairn_engine_up 1",
            "cairn_engine_searches_total 1",
            "cairn_engine_faults_total 0",
            "cairn_engine_fallbacks_total 0",
            "cairn_engine_seconds_count 1",
            "cairn_engine_seconds_bucket{le=\"+Inf\"} 1",
        ],
    );
    node.set(|state| state.fails_searches = true);
    assert_eq!(answer(&app, "/api/v1/search?q=drift", 200)["fallback"], true);
    assert_eq!(engine(&app), of(false.into()));
    measures(
        &app,
        &[
            "cairn_engine_up 0",
            "cairn_engine_searches_total 2",
            "cairn_engine_faults_total 1",
            "cairn_engine_fallbacks_total 1",
        ],
    );
    let shown = page(&app, "/sources");
    assert!(shown.contains("did not answer the last search, so the local index did"), "{shown}");
    assert!(!shown.contains(&node.url[7..]), "the address of the node is shown");
}

#[test]
fn counts_go_on_with_the_next_generation() {
    let node = FakeNode::start();
    let world = node.world("");
    let state = Arc::new(ServerState::new(config(&world), RefreshPolicy::Never).unwrap());
    let app = router(Arc::clone(&state));
    answer(&app, "/api/v1/search?q=drift", 200);
    measures(&app, &["cairn_generation 1", "cairn_engine_searches_total 1"]);
    world.github.put(repo("bob/more", &[("b.md", "# More\n\nOther drift.\n")]));
    world.catalogue(&[entry("ann/notes", ""), entry("bob/more", "")].concat());
    world.refresh(&[], 0);
    state.renew();
    answer(&app, "/api/v1/search?q=drift", 200);
    measures(&app, &["cairn_generation 2", "cairn_engine_searches_total 2"]);
}

#[test]
fn without_a_cluster_there_are_no_metrics_of_one() {
    let world = World::new(Vec::new());
    world.refresh(&[], 0);
    let app = app_with(settings(&world));
    let view = answer(&app, "/api/v1/status", 200);
    assert_eq!(view["engine"], json!({"name": "embedded", "available": true, "fallback": false}));
    let (_, _, text) = get(&app, "/metrics");
    assert!(!text.contains("cairn_engine"), "{text}");
    assert!(!page(&app, "/sources").contains("OpenSearch"));
}
