//! Searches within one source, in pages, API, commands and assistants; and a server that ends while it searches.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::assistant::{assistant, call};
use crate::serve::{Server, app, get};
use crate::signals::{Signal, send};
use crate::world::{World, ended, repo, text};

/// Two sources with the same text, for searches in one of them.
fn two_sources() -> World {
    let note = "# Note\n\nA model of what the model says.\n";
    let world = World::new(vec![
        repo("ann/notes", &[("a.md", note)]),
        repo("bob/lists", &[("b.md", note)]),
    ]);
    world.refresh(&[], 0);
    world
}

fn sources(view: &Value) -> Vec<&str> {
    view["hits"].as_array().unwrap().iter().map(|hit| text(&hit["source"])).collect()
}

#[test]
fn pages_api_commands_and_assistants_search_only_the_source_that_is_chosen() {
    let world = two_sources();
    let app = app(&world);
    let long = "model ".repeat(200);
    let typed = ["model", "\"model", "model NOT", "model OR", "model -", "(model", &long];
    let calls = typed.map(|typed| call("search", &json!({"query": typed, "source": "bob/lists"})));
    let told = assistant(&world, &calls);
    for (typed, told) in typed.iter().zip(told) {
        let asked = address(&[("q", typed), ("source", "bob/lists"), ("step", " ")]);
        let view = crate::serve::json(&app, &format!("/api/v1/search?{asked}"), 200);
        assert_eq!(sources(&view), ["bob/lists"], "{typed}");
        let source = json!([{"field": "source", "value": "bob/lists", "excluded": false}]);
        assert_eq!(view["query"]["understood"]["filters"], source, "{typed}");
        assert_eq!(view["query"]["text"], *typed);
        let (_, _, page) = get(&app, &format!("/?{asked}"));
        assert!(page.contains("b.md") && !page.contains("ann/notes"), "{typed}: {page}");
        let printed = world.run(&["search", "--source", "bob/lists", "--json", "--", typed]).json();
        assert_eq!(sources(&printed), ["bob/lists"], "{typed}");
        assert_eq!(sources(&told["structuredContent"]), ["bob/lists"], "{typed}");
    }
    assert_eq!(crate::serve::json(&app, "/api/v1/search?q=model+source:bob", 200)["total"], 1);
}

#[test]
fn seventeen_filters_are_refused_everywhere_with_the_limit() {
    let world = two_sources();
    let app = app(&world);
    let typed: String = (0..16).map(|at| format!("path:{at} ")).collect();
    let asked = address(&[("q", &typed), ("source", "bob")]);
    let body = crate::serve::json(&app, &format!("/api/v1/search?{asked}"), 400);
    let message = "17 different filters, and at most 16 are allowed";
    assert!(text(&body["error"]["message"]).contains(message), "{body}");
    for path in ["/", "/results"] {
        let (status, _, page) = get(&app, &format!("{path}?{asked}"));
        assert_eq!(status, 400);
        assert!(page.contains(message) && !page.contains("article"), "{page}");
    }
    let out = world.run(&["search", "--source", "bob", &typed]);
    assert!(
        out.code == 1 && out.stderr.contains(message) && out.stdout.is_empty(),
        "{}",
        out.stderr
    );
    let told = assistant(&world, &[call("search", &json!({"query": typed, "source": "bob"}))]);
    assert_eq!(told[0]["isError"], true);
    assert!(told[0].to_string().contains(message), "{}", told[0]);
    let equal = address(&[("q", &"path:md ".repeat(120))]);
    let view = crate::serve::json(&app, &format!("/api/v1/search?{equal}"), 200);
    assert_eq!(view["total"], 3, "a path shows copies, with a word or without");
}

#[test]
fn a_server_that_is_searching_ends_within_five_seconds_of_sigterm() {
    let world = two_sources();
    let mut server = Server::start(&world, &["--no-refresh"]);
    let address = server.address().to_owned();
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let address = address.clone();
            std::thread::spawn(move || {
                // Until the server has ended.
                while let Ok(mut stream) = TcpStream::connect(&address) {
                    let head =
                        "GET /api/v1/search?q=model+path:s HTTP/1.1\r\nHost: localhost\r\n\r\n";
                    let _ = stream.write_all(head.as_bytes());
                }
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    let started = Instant::now();
    send(Signal::Terminate, server.child.id());
    assert!(ended(&mut server.child).success());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    asking.into_iter().for_each(|thread| thread.join().unwrap());
}

/// `parameters` as the query string of a URL, without the question mark.
fn address(parameters: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}
