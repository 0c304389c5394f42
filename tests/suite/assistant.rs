//! An assistant over MCP: the tools and their results.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::face::world;
use crate::world::{World, ended, text};

/// The results of an assistant's `requests` (method and parameters) in order, after the initial handshake.
pub(crate) fn assistant(world: &World, requests: &[(&str, Value)]) -> Vec<Value> {
    let mut child =
        world.command(&["mcp"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let greeting = json!({"protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"}});
    let mut stdin = child.stdin.take().unwrap();
    let mut send = |message: Value| writeln!(stdin, "{message}").unwrap();
    let request = |id: usize, method: &str, params: &Value| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    send(request(0, "initialize", &greeting));
    send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    for (id, (method, params)) in (1..).zip(requests) {
        send(request(id, method, params));
    }
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut answers = BTreeMap::new();
    while answers.len() <= requests.len() {
        let line = lines.next().expect("a response to each request").unwrap();
        let answer: Value = serde_json::from_str(&line).expect("stdout carries only the protocol");
        if let Some(id) = answer["id"].as_u64() {
            answers.insert(id, answer["result"].clone());
        }
    }
    drop(stdin);
    assert!(ended(&mut child).success());
    answers.into_values().skip(1).collect()
}

/// The method and parameters of a call of the tool `name`.
pub(crate) fn call(name: &str, arguments: &Value) -> (&'static str, Value) {
    ("tools/call", json!({"name": name, "arguments": arguments}))
}

#[test]
fn an_assistant_can_call_the_tools() {
    let world = world();
    let answers = assistant(
        &world,
        &[
            ("tools/list", Value::Null),
            call("search", &json!({"query": "position bias", "source": "ann/notes"})),
            call("topic", &json!({"id": "quokka"})),
        ],
    );
    let tools: Vec<&str> =
        answers[0]["tools"].as_array().unwrap().iter().map(|tool| text(&tool["name"])).collect();
    for name in [
        "search",
        "get_section",
        "topic",
        "related_topics",
        "learning_path",
        "case_guide",
        "resources",
    ] {
        assert!(tools.contains(&name), "{tools:?}");
    }
    let hit = &answers[1]["structuredContent"]["hits"][0];
    assert_eq!((text(&hit["source"]), text(&hit["licence"])), ("ann/notes", "MIT"));
    assert_eq!(answers[2]["isError"], true);
    assert!(answers[2].to_string().contains("quokka"));
}
