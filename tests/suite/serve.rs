//! The server: pages and API through the router, and the real program on a real socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use cairn::config::{self, ConfigOverrides};
use cairn::serve::{RefreshPolicy, ServerState, router};
use serde_json::Value;
use tower::ServiceExt;

use crate::world::{World, block_on, repo, text};

const BIAS: &str = "# Ranking\n\n## Position bias\n\nPosition bias <script>alert(1)</script> makes clicks a poor label for CTR.\n";

fn world() -> World {
    let world = World::new(vec![repo("ann/notes", &[("rank.md", BIAS)])]);
    world.refresh(&[], 0);
    world
}

pub(crate) fn app(world: &World) -> Router {
    app_with(settings(world))
}

/// The settings of a server of `world`.
pub(crate) fn settings(world: &World) -> config::Config {
    let overrides = ConfigOverrides {
        config: None,
        index: Some(world.path("index")),
        sources: Some(world.path("sources")),
    };
    config::load(&overrides).unwrap()
}

pub(crate) fn app_with(config: config::Config) -> Router {
    router(Arc::new(ServerState::new(config, RefreshPolicy::Never).unwrap()))
}

pub(crate) fn get(app: &Router, path: &str) -> (StatusCode, HeaderMap, String) {
    block_on(async {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 10_000_000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    })
}

/// The page at `path`, after redirects.
#[track_caller]
pub(crate) fn page(app: &Router, path: &str) -> String {
    let mut path = path.to_owned();
    for _ in 0..4 {
        let (status, headers, body) = get(app, &path);
        match headers.get("location") {
            Some(to) => path = to.to_str().unwrap().split('#').next().unwrap().to_owned(),
            None => {
                assert_eq!(status, StatusCode::OK, "{path}: {body}");
                return body;
            }
        }
    }
    panic!("{path} is redirected in a loop");
}

#[track_caller]
pub(crate) fn json(app: &Router, path: &str, status: u16) -> Value {
    let (found, headers, body) = get(app, path);
    assert_eq!(found, status, "{path}: {body}");
    assert_eq!(headers["content-type"], "application/json", "{path}");
    serde_json::from_str(&body).unwrap()
}

#[test]
fn the_api_answers_what_the_commands_print() {
    let world = world();
    let app = app(&world);
    let mut over_http = json(&app, "/api/v1/search?q=position+bias", 200);
    let mut printed = world.run(&["search", "position bias", "--json"]).json();
    for view in [&mut over_http, &mut printed] {
        view["took_us"] = Value::Null;
    }
    let url = |view: &mut Value| view["hits"][0]["url"].take();
    assert!(text(&url(&mut over_http)).contains("/blob/"));
    url(&mut printed);
    assert_eq!(over_http, printed);

    let id = over_http["hits"][0]["id"].clone();
    let section = json(&app, &format!("/api/v1/sections/{}", text(&id)), 200);
    assert_eq!(section["section"]["headings"][1], "Position bias");
    let at = json(&app, "/api/v1/section?source=ann/notes&path=rank.md&line=4", 200);
    assert_eq!(at["section"]["id"], id);
    for (limit, topics) in [(2, 2), (0, 1)] {
        let view = json(&app, &format!("/api/v1/topics?limit={limit}"), 200);
        assert_eq!(view["topics"].as_array().unwrap().len(), topics, "limit={limit}");
    }
    assert_eq!(json(&app, "/api/v1/topics/ctr", 200)["topic"]["id"], "click-through-rate");
    let related = json(&app, "/api/v1/topics/position-bias/related", 200);
    assert_eq!(related["topic"], "position-bias");
    assert_eq!(json(&app, "/api/v1/sources", 200)["sources"][1]["id"], "ann/notes");
    assert!(json(&app, "/api/v1/resources?q=x&limit=5", 200)["resources"].is_array());
    assert_eq!(json(&app, "/api/v1/resources?topic=no-such", 404)["error"]["code"], "not_found");
    let status = json(&app, "/api/v1/status", 200);
    assert_eq!((&status["generation"], &status["formats"]["md"]), (&1.into(), &2.into()));
}

#[test]
fn a_word_that_is_being_typed_finds_what_begins_with_it() {
    let world = world();
    let app = app(&world);
    let total =
        |query: &str| json(&app, &format!("/api/v1/search?q={query}"), 200)["total"].clone();
    assert_eq!(total("positi&typing=1"), 1);
    assert_eq!(total("positi"), 1, "no word of the index: half of one, then");
    assert_eq!(total("positi&completion=0&spelling=0"), 0);
    let corrected =
        json(&app, "/api/v1/search?q=posision&source=ann", 200)["query"]["corrected"].clone();
    assert_eq!(corrected, "position", "the filters beside it are no part of it");
    let (_, _, suggested) = get(&app, "/api/v1/suggest?q=positi");
    assert!(suggested.contains("\"position-bias\""), "{suggested}");
    let (_, _, results) = get(&app, "/results?q=posit&typing=1");
    assert!(results.contains("<mark>Position"), "{results}");
}

#[test]
fn errors_are_objects_with_a_hint() {
    let world = world();
    let app = app(&world);
    for (path, status) in [
        ("/api/v1/sections/zz", 404),
        ("/api/v1/sections/0123456789abcdef", 404),
        ("/api/v1/topics/no-such-topic", 404),
        ("/api/v1/topics/no-such-topic/related", 404),
        ("/api/v1/section?source=x&path=y", 404),
        ("/api/v1/section?source=x", 400),
        ("/api/v1/section?source=ann/notes&path=rank.md&line=4&cell=1", 404),
        ("/api/v1/search?q=a&limit=x", 400),
        ("/api/v1/nothing", 404),
    ] {
        let body = json(&app, path, status);
        assert!(
            body["error"]["message"].is_string() && body["error"]["hint"].is_string(),
            "{path}: {body}"
        );
    }
    assert_eq!(
        json(&app, "/api/v1/search?q=a&limit=100000&offset=999999", 200)["hits"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn pages_work_without_scripts_and_escape_what_was_fetched() {
    let world = world();
    let app = app(&world);
    let (status, headers, page) = get(&app, "/?q=position+bias");
    assert_eq!(status, 200);
    assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert!(
        page.contains("<mark>Position bias</mark>")
            && page.contains("<form id=\"search\" role=\"search\" action=\"/\">")
    );
    assert!(!page.contains("<script>alert"), "{page}");
    assert!(
        page.contains("also searched as") && page.contains("literal=1"),
        "what was understood can be undone"
    );
    for (path, says) in [
        ("/", "What do the public sources say"),
        ("/results?q=bias", "1 passage"),
        ("/?q=zzzzzz+bias", "1 passage"),
        ("/?q=zzzzzz", "No passage contains <b>zzzzzz</b>"),
        ("/topics", "Topics"),
        ("/topics/position-bias", "Related topics"),
        ("/sources", "ann/notes"),
        ("/healthz", "ok"),
        ("/readyz", "ready"),
        ("/assets/cairn.css", ":root"),
        ("/topics/position-bias/learn", "data-checklist=\"position-bias\""),
        ("/resources", "that the most authors cite"),
        ("/sources/ann/notes", "Search in it"),
        ("/new", "<a href=\"/sources/ann/notes\">ann/notes</a>"),
        ("/about", "How to be left out"),
        ("/assets/main.js", "import"),
    ] {
        let (status, _, body) = get(&app, path);
        assert_eq!(status, 200, "{path}");
        assert!(body.contains(says), "{path}: {body}");
    }
    for path in ["/nothing", "/topics/nothing", "/sections/nothing", "/assets/..%2fcairn.toml"] {
        assert_eq!(get(&app, path).0, 404, "{path}");
    }
    let payload = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    let (_, _, page) = get(&app, &format!("/?q={payload}&source={payload}"));
    assert!(!page.contains("<script>alert"), "{page}");
}

#[test]
fn before_the_first_generation_pages_and_api_answer_503() {
    let world = World::new(Vec::new());
    let app = app(&world);
    assert_eq!(get(&app, "/healthz").0, 200);
    for path in ["/readyz", "/", "/api/v1/search?q=a", "/sources"] {
        assert_eq!(get(&app, path).0, 503, "{path}");
    }
}

/// The real server, stopped when dropped.
/// The response of the server at `address` to a request for `path`.
pub(crate) fn raw_get(address: &str, path: &str) -> String {
    raw_ask(address, "GET", path, "")
}

/// The response of the server at `address` to a request with additional `headers`.
fn raw_ask(address: &str, method: &str, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}");
    write!(stream, "{head}Connection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

pub struct Server {
    pub child: Child,
    address: String,
}

impl Server {
    pub fn start(world: &World, arguments: &[&str]) -> Server {
        let mut all = vec!["serve"];
        all.extend(arguments);
        if !all.contains(&"--listen") {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        Server::of(world.command(&all), drop)
    }

    /// The server that `command` starts. `on_line` gets the lines of its log.
    pub fn of(mut command: Command, mut on_line: impl FnMut(String) + Send + 'static) -> Server {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the server says where it is").unwrap();
            let rest = line.split("Cairn is at http://").nth(1);
            let address = rest.map(|rest| rest.trim_end_matches('/').to_owned());
            on_line(line);
            if let Some(address) = address {
                break address;
            }
        };
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(on_line));
        Server { child, address }
    }

    /// The server's host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn get(&self, path: &str) -> String {
        self.ask("GET", path, "")
    }

    /// The response to a request with additional `headers`, each with its line end.
    pub fn ask(&self, method: &str, path: &str, headers: &str) -> String {
        raw_ask(&self.address, method, path, headers)
    }

    #[track_caller]
    pub fn wait_for(&self, path: &str, says: &str) {
        let started = Instant::now();
        while !self.get(path).contains(says) {
            assert!(started.elapsed() < Duration::from_secs(60), "{path} never said {says:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_first_start_answers_from_the_own_notes_and_then_gathers_the_rest() {
    let world = World::new(vec![repo("ann/notes", &[("rank.md", BIAS)])]);
    let server = Server::start(&world, &[]);
    assert!(server.get("/api/v1/search?q=feature+store").contains("own.md"));
    server.wait_for("/api/v1/search?q=position+bias", "rank.md");
    server.wait_for("/api/v1/status", "\"next_run\":\"20");
    world.github.put(repo("ann/notes", &[("rank.md", "# New\n\nFresh words.\n")]));
    world.refresh(&[], 0);
    server.wait_for("/api/v1/search?q=fresh", "rank.md");
}

#[test]
fn the_server_answers_while_refreshes_are_killed() {
    let world = world();
    let server = Server::start(&world, &["--no-refresh"]);
    for round in 0..6_u64 {
        let words = format!("# Ranking\n\n## Position bias\n\nPosition bias in round {round}.\n");
        world.github.put(repo("ann/notes", &[("rank.md", &words)]));
        let mut child = world.command(&["refresh", "-q"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let answer = server.get("/api/v1/search?q=position+bias");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("rank.md"), "{answer}");
    }
    world.refresh(&[], 0);
    server.wait_for("/api/v1/search?q=round", "round 5");
}

#[test]
fn a_failed_source_shows_on_the_page() {
    let world = world();
    world.github.remove("ann/notes");
    world.refresh(&[], 3);
    let app = app(&world);
    let (_, _, page) = get(&app, "/sources");
    assert!(page.contains("1 could not be fetched") && page.contains("404"), "{page}");
    assert!(
        get(&app, "/?q=bias").2.contains("1 source could not be fetched"),
        "every page says so"
    );
}
