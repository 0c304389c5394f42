//! The protocol for assistants (MCP) over HTTP: the same tools as over stdin and stdout, and what is refused.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::assistant::{assistant, call};
use crate::serve::{app, app_with, settings};
use crate::world::{World, block_on, two};

fn offered(world: &World) -> Router {
    app_with(cairn::config::Config { mcp: true, ..settings(world) })
}

fn indexed() -> World {
    let world = two();
    world.refresh(&[], 0);
    world
}

/// The headers that a client of the protocol sends.
const USUAL: [(&str, &str); 4] = [
    ("host", "localhost"),
    ("content-type", "application/json"),
    ("accept", "application/json, text/event-stream"),
    ("mcp-protocol-version", "2025-06-18"),
];

/// The response to `body`, with `headers` instead of the usual ones of the same names.
fn posted(app: &Router, body: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::post("/mcp");
    let is_replaced = |name: &str| headers.iter().any(|(own, _)| *own == name);
    for (name, value) in USUAL.iter().filter(|(name, _)| !is_replaced(name)).chain(headers) {
        request = request.header(*name, *value);
    }
    block_on(async {
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (parts, body) = app.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 10_000_000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    })
}

/// The result of the request `method`.
#[track_caller]
fn result(app: &Router, method: &str, params: &Value) -> Value {
    let request = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    let (status, headers, body) = posted(app, &request.to_string(), &[]);
    assert_eq!(status, 200, "{body}");
    assert_eq!(headers["content-type"], "application/json", "one response, no stream");
    assert!(headers.get("mcp-session-id").is_none(), "there are no sessions");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&answer["id"], &answer["jsonrpc"]), (&json!(7), &json!("2.0")));
    answer["result"].clone()
}

fn greeting() -> Value {
    json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}})
}

#[test]
fn the_tools_over_http_are_those_over_stdin_and_stdout() {
    let world = indexed();
    let app = offered(&world);
    let greeted = result(&app, "initialize", &greeting());
    assert_eq!(
        (&greeted["serverInfo"]["name"], &greeted["protocolVersion"]),
        (&json!("cairn"), &json!("2025-06-18"))
    );
    let search = call("search", &json!({"query": "position bias", "limit": 2}));
    let unknown = call("topic", &json!({"id": "quokka"}));
    let asked = [("tools/list", json!({})), search, unknown];
    let printed = assistant(&world, &asked);
    for ((method, params), mut printed) in asked.into_iter().zip(printed) {
        let mut over_http = result(&app, method, &params);
        for answer in [&mut over_http, &mut printed] {
            // The time that a search takes, and the links of a found corpus, differ.
            if let Some(view) = answer.get_mut("structuredContent") {
                view["took_us"] = Value::Null;
                answer["content"] = Value::Null;
            }
        }
        assert_eq!(over_http["tools"], printed["tools"]);
        assert_eq!(over_http["isError"], printed["isError"]);
        let ids = |answer: &Value| {
            let hits = answer["structuredContent"]["hits"].as_array().cloned().unwrap_or_default();
            hits.iter().map(|hit| hit["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&over_http), ids(&printed));
    }
}

#[test]
fn it_is_there_only_if_the_settings_offer_it_and_takes_only_posts() {
    let world = indexed();
    assert_eq!(posted(&app(&world), "{}", &[]).0, 404);
    let app = offered(&world);
    let request = Request::get("/mcp").header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(block_on(app.clone().oneshot(request)).unwrap().status(), 405);
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
    assert_eq!(posted(&app, &initialized, &[]).0, 202, "a notification has no response");
}

#[test]
fn pages_of_other_sites_other_hosts_and_malformed_requests_are_refused() {
    let world = indexed();
    let app = offered(&world);
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
    for (header, status) in [
        (("origin", "http://localhost:7878"), 200),
        (("origin", "https://evil.example"), 403),
        (("origin", "null"), 403),
        (("origin", "http://localhost.evil.example"), 403),
        (("host", "evil.example"), 421),
        (("content-type", "text/plain"), 415),
        (("accept", "text/html"), 406),
        (("mcp-protocol-version", "1999-01-01"), 400),
    ] {
        let (found, _, body) = posted(&app, &list, &[header]);
        assert_eq!(found, status, "{header:?}: {body}");
    }
    let long = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search",
        "arguments": {"query": "x".repeat(70_000)}}});
    assert_eq!(posted(&app, &long.to_string(), &[]).0, 413);
    for wrong in ["", "{", "[]", "7", "{\"jsonrpc\":\"2.0\"}"] {
        let (status, _, body) = posted(&app, wrong, &[]);
        assert!(status.is_client_error(), "{wrong:?}: {status} {body}");
    }
    let unknown = json!({"jsonrpc": "2.0", "id": 1, "method": "no/such"}).to_string();
    assert!(posted(&app, &unknown, &[]).2.contains("-32601"));
}

#[test]
fn answers_are_bounded_by_limit_and_brief() {
    let world = indexed();
    let app = offered(&world);
    let ask = |name: &str, arguments: Value| {
        let (method, params) = call(name, &arguments);
        let answer = result(&app, method, &params);
        assert_ne!(answer["isError"], true, "{name}: {answer}");
        answer["structuredContent"].clone()
    };
    let hits = |view: &Value| view["hits"].as_array().unwrap().len();
    assert_eq!(hits(&ask("search", json!({"query": "bias", "limit": 1}))), 1);
    let id = ask("search", json!({"query": "bias"}))["hits"][0]["id"].clone();
    for (name, arguments) in [
        ("search", json!({"query": "bias"})),
        ("get_section", json!({"id": id})),
        ("topic", json!({"id": "position bias"})),
        ("learning_path", json!({"topic": "calibration"})),
        ("case_guide", json!({"case": "video recommendation"})),
    ] {
        let long = ask(name, arguments.clone()).to_string().len();
        let mut brief = arguments;
        brief["brief"] = true.into();
        let brief = ask(name, brief).to_string().len();
        // A topic or a case of a small index may have nothing to leave out.
        let is_shorter =
            if matches!(name, "topic" | "case_guide") { brief <= long } else { brief < long };
        assert!(is_shorter, "{name}: {brief} of {long} bytes");
    }
    let works = ask("resources", json!({"limit": 1, "brief": true}));
    assert!(works["resources"].as_array().unwrap().len() <= 1);
    let near = ask("related_topics", json!({"topic": "position bias", "limit": 2, "brief": true}));
    assert_eq!(near["related"].as_array().unwrap().len(), 2);
}
