//! The protocol for assistants (MCP) over stdin and stdout: every request gets a response, and no line ends the
//! session.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{World, ended, entry, text, two};

/// A running `cairn mcp`.
pub(crate) struct Session {
    child: Child,
    stdin: Option<ChildStdin>,
    answers: Receiver<Value>,
}

impl Session {
    pub(crate) fn start(world: &World) -> Session {
        let mut child = world
            .command(&["mcp"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, answers) = channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines {
                let answer = serde_json::from_str(&line.unwrap()).expect("only the protocol");
                let _ = sender.send(answer);
            }
        });
        Session { stdin: child.stdin.take(), child, answers }
    }

    /// Sends `line` and returns the response.
    #[track_caller]
    fn ask(&mut self, line: &[u8]) -> Value {
        self.say(line);
        let answer = self.answers.recv_timeout(Duration::from_secs(30));
        let begin = String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned();
        answer.unwrap_or_else(|_| panic!("silence after {begin}"))
    }

    fn say(&mut self, line: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(line).unwrap();
        stdin.write_all(b"\n").unwrap();
    }

    /// Does the initial handshake of a client.
    #[track_caller]
    pub(crate) fn greet(&mut self) {
        let greeting = br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
        assert_eq!(self.ask(greeting)["result"]["serverInfo"]["name"], "cairn");
        self.say(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    }

    /// The structured result of the tool `name`.
    #[track_caller]
    pub(crate) fn call(&mut self, name: &str, arguments: &Value) -> Value {
        let answer = self.answer(name, arguments);
        assert_eq!(answer["result"]["isError"], json!(false), "{answer}");
        answer["result"]["structuredContent"].clone()
    }

    /// What the tool `name` says when it fails.
    #[track_caller]
    pub(crate) fn fails(&mut self, name: &str, arguments: &Value) -> String {
        let answer = self.answer(name, arguments);
        assert_eq!(answer["result"]["isError"], json!(true), "{answer}");
        text(&answer["result"]["content"][0]["text"]).to_owned()
    }

    #[track_caller]
    fn answer(&mut self, name: &str, arguments: &Value) -> Value {
        let params = json!({ "name": name, "arguments": arguments });
        let question =
            json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": params });
        self.ask(question.to_string().as_bytes())
    }

    #[track_caller]
    fn works(&mut self) {
        self.greet();
        let question = br#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"search","arguments":{"query":"position bias"}}}"#;
        let answer = self.ask(question);
        assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!(2), &json!(false)));
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Invalid lines, each with the error code and the id of the response.
fn wrong() -> Vec<(Vec<u8>, i64, Value)> {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let nested = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"ping","params":{{"a":{deep}}}}}"#);
    let long = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{}"}}"#, "x".repeat(17_000_000));
    let tools = |query: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"search","arguments":{{"query":"{query}"}}}}}}"#
        )
        .into_bytes()
    };
    vec![
        (b"nonsense".to_vec(), -32_700, Value::Null),
        (tools(r"\ud800"), -32_700, Value::Null),
        (deep.into_bytes(), -32_700, Value::Null),
        (nested.into_bytes(), -32_700, Value::Null),
        (b"\"\xff\xfe\"".to_vec(), -32_700, Value::Null),
        (tools("a")[..60].to_vec(), -32_700, Value::Null),
        (long.into_bytes(), -32_600, Value::Null),
        (b"[]".to_vec(), -32_600, Value::Null),
        (b"7".to_vec(), -32_600, Value::Null),
        (br#"{"jsonrpc":"1.0","id":"a","method":"ping"}"#.to_vec(), -32_600, json!("a")),
        (br#"{"method":"ping"}"#.to_vec(), -32_600, Value::Null),
        (br#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#.to_vec(), -32_600, Value::Null),
    ]
}

#[test]
fn an_invalid_line_gets_a_protocol_error_and_the_session_continues() {
    let world = two();
    world.refresh(&[], 0);
    let mut session = Session::start(&world);
    for _ in ["before the greeting", "after it"] {
        for (line, code, id) in wrong() {
            let answer = session.ask(&line);
            assert_eq!(answer["jsonrpc"], "2.0");
            assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &id), "{answer}");
        }
        // These have no answer, and end nothing.
        for line in
            [&b""[..], b"\r", br#"{"jsonrpc":"2.0","method":"notifications/odd","params":7}"#]
        {
            session.say(line);
        }
        session.works();
    }
    session.stdin = None;
    assert!(ended(&mut session.child).success());
}

#[test]
fn an_invalid_first_line_does_not_end_the_session() {
    let world = two();
    world.refresh(&[], 0);
    for first in [
        &br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#[..],
        br#"{"jsonrpc":"2.0","id":4,"result":{}}"#,
        br#"{"jsonrpc":"2.0","id":4,"error":{"code":1,"message":"x"}}"#,
        b"{",
    ] {
        let mut session = Session::start(&world);
        session.say(first);
        if first == b"{" {
            assert_eq!(session.answers.recv().unwrap()["error"]["code"], -32_700);
        }
        session.works();
    }
}

#[test]
fn malformed_requests_get_a_response() {
    let world = two();
    world.refresh(&[], 0);
    let mut session = Session::start(&world);
    session.works();
    for (method, params) in [
        ("tools/call", json!(7)),
        ("tools/call", json!({})),
        ("tools/call", json!({"name": "search"})),
        ("tools/call", json!({"name": "search", "arguments": {"query": 7}})),
        ("tools/call", json!({"name": "search", "arguments": {"query": "a".repeat(900_000)}})),
        ("tools/call", json!({"name": "none", "arguments": {}})),
        ("no/such", json!(null)),
        ("initialize", json!(7)),
    ] {
        let request = json!({"jsonrpc": "2.0", "id": 9, "method": method, "params": params});
        let answer = session.ask(request.to_string().as_bytes());
        assert_eq!(answer["id"], 9, "{method} {answer}");
        assert!(answer.get("error").is_some() || answer.get("result").is_some(), "{answer}");
    }
    session.works();
}

#[test]
fn an_error_response_is_written_before_the_program_ends() {
    let world = two();
    world.refresh(&[], 0);
    let mut child = world
        .command(&["mcp"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"nonsense").unwrap();
    let mut stdout: ChildStdout = child.stdout.take().unwrap();
    let mut said = String::new();
    stdout.read_to_string(&mut said).unwrap();
    assert!(said.contains("-32700"), "{said:?}");
    assert_eq!(ended(&mut child).code(), Some(1));
}

#[test]
fn an_assistant_sees_which_source_is_preferred_and_can_undo_it() {
    let world = two();
    let ours = entry("bob/store", "author = \"Jane Doerr\"\n");
    world.catalogue(&[entry("ann/bias", ""), ours].concat());
    world.refresh(&[], 0);
    let mut session = Session::start(&world);
    session.works();
    for (arguments, preferred) in [
        (json!({"query": "doerr store"}), json!([{"words": "doerr", "sources": ["bob/store"]}])),
        (json!({"query": "doerr store", "names": false}), json!([])),
    ] {
        let params = json!({"name": "search", "arguments": arguments});
        let request = json!({"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": params});
        let answer = session.ask(request.to_string().as_bytes());
        let query = &answer["result"]["structuredContent"]["query"];
        assert_eq!(query["understood"]["preferred"], preferred, "{answer}");
    }
}
