//! What goes to stderr: the access log, and JSON on every line if that is asked for.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use cairn::commands::{self, Cli};
use clap::Parser;
use serde_json::Value;

use crate::github::Fault;
use crate::serve::raw_get;
use crate::signals::{Signal, send};
use crate::world::{World, output_of, two};

/// The lines of `stderr`, each of which must be a JSON object.
#[track_caller]
fn objects(stderr: &str) -> Vec<Value> {
    let object = |line: &str| -> Value {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    };
    stderr.lines().map(object).collect()
}

/// A server whose lines on stderr can be received.
struct Heard {
    child: std::process::Child,
    lines: mpsc::Receiver<String>,
    address: String,
    before: Vec<String>,
}

impl Heard {
    fn start(world: &World, arguments: &[&str]) -> Heard {
        let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut child = world.command(&all).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let mut heard = Heard { child, lines, address: String::new(), before: Vec::new() };
        let line = heard.wait_for("Cairn is at http://");
        let (_, rest) = line.split_once("http://").unwrap();
        heard.address = rest.split('/').next().unwrap().to_owned();
        heard
    }

    /// The next line that contains `text`. Keeps those before it.
    #[track_caller]
    fn wait_for(&mut self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(60));
            let line = line.unwrap_or_else(|_| panic!("no {text:?} in {:?}", self.before));
            self.before.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn verbose_servers_log_each_request_without_its_query_and_client() {
    let world = World::new(Vec::new());
    world.refresh(&[], 0);
    let mut server = Heard::start(&world, &["--no-refresh", "-v"]);
    let answer = raw_get(&server.address, "/api/v1/search?q=secret+words");
    let body = answer.split_once("\r\n\r\n").unwrap().1.len();
    let line = server.wait_for("path=/api/v1/search");
    for says in ["method=GET", "status=200", "ms=", &format!("bytes={body}")] {
        assert!(line.contains(says), "{says}: {line}");
    }
    assert!(!line.contains("secret") && !line.contains("127.0.0.1"), "{line}");
    raw_get(&server.address, "/%1b[2J-none");
    let line = server.wait_for("status=404");
    assert!(!line.contains('\u{1b}'), "{line}");
    // Without -v there is no such line, and a filter can have it alone.
    let mut quiet = Heard::start(&world, &["--no-refresh"]);
    raw_get(&quiet.address, "/healthz");
    quiet.child.kill().unwrap();
    assert!(quiet.lines.iter().all(|line| !line.contains("healthz")));
}

#[test]
fn every_line_on_stderr_is_json_if_that_is_asked_for() {
    let world = two();
    world.github.fault("ann/bias", Fault::Status(500));
    let json = ["--log-format", "json"];
    let refresh = world.run(&[&["refresh", "-v"], &json[..]].concat());
    assert_eq!(refresh.code, 3);
    let told = objects(&refresh.stderr);
    let tells = |words: &str| {
        told.iter()
            .any(|line| line["fields"]["message"].as_str().is_some_and(|m| m.contains(words)))
    };
    assert!(tells("fetching 3 sources") && tells("ann/bias: failed"), "{}", refresh.stderr);

    // A command that fails, one that is wrong, and one with a place that can't be read.
    for (arguments, code, says) in [
        (&["topic", "no-such-topic"][..], 1, "no-such-topic"),
        (&["search", "x", "--limit", "0"], 2, "--limit"),
        (&["refresh", "--offline", "--publish", "ftp://x"], 2, "--publish"),
        (&["search", "x", "--config", "/none"], 1, "/none"),
    ] {
        let failed = world.run(&[arguments, &json[..]].concat());
        assert_eq!(failed.code, code, "{arguments:?}: {}", failed.stderr);
        let lines = objects(&failed.stderr);
        let last = lines.last().unwrap_or_else(|| panic!("{arguments:?} says nothing"));
        assert_eq!(last["level"], "ERROR", "{last}");
        assert!(last["fields"]["message"].as_str().unwrap().contains(says), "{last}");
    }

    // A server, a request, and the refresh that it starts.
    let mut server = Heard::start(&world, &["-v", "--log-format", "json"]);
    raw_get(&server.address, "/api/v1/search?q=bias");
    server.wait_for("/api/v1/search");
    hang_up(&server.child);
    server.wait_for("bob/store: unchanged");
    server.wait_for("the refresh has ended");
    let lines = objects(&server.before.join("\n"));
    let request = lines.iter().find(|line| line["fields"]["path"] == "/api/v1/search").unwrap();
    assert_eq!(
        (&request["fields"]["status"], &request["fields"]["method"]),
        (&200.into(), &"GET".into())
    );
    assert!(request["fields"]["bytes"].as_u64() > Some(100), "{request}");
}

/// Sends SIGHUP.
fn hang_up(child: &std::process::Child) {
    send(Signal::HangUp, child.id());
}

/// Not a test by itself: it panics in a process whose stderr another test reads.
#[test]
#[ignore = "a panic for the next test"]
fn panics_with_json() {
    let cli = ["cairn", "--log-format", "json", "--index", "/nowhere", "status"];
    assert!(commands::run(Cli::parse_from(cli)).is_err());
    panic!("two\nlines \u{1b}[2J");
}

#[test]
fn a_panic_and_its_backtrace_are_json_too() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "logs::panics_with_json"]);
    let output = output_of(command.env("RUST_BACKTRACE", "1"));
    assert_ne!(output.code, 0);
    let lines = objects(&output.stderr);
    let message = |line: &Value| line["fields"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(lines.iter().any(|line| message(line).contains("panicked at")), "{}", output.stderr);
    // The names of the functions may be stripped.
    let frames = lines.iter().map(message).find(|text| text.contains("\n   1: "));
    assert!(frames.is_some(), "a backtrace: {}", output.stderr);
}
