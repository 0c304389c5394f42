//! What the server offers besides search: rendered sections, downloads, feeds, caching, limits.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use cairn::config::{self, ConfigOverrides};
use cairn::serve::{RefreshPolicy, ServerState, router};
use tower::ServiceExt;

use crate::serve::{Server, app, get, json, page};
use crate::world::{World, block_on, repo, text};

const NOTE: &str = "# Ranking\n\n## Position bias\n\nPosition bias makes **clicks** a poor label; see [the plan](plan.md), \
    [a paper][1] and ![a plot](plot.png).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\ndef f(): return '<b>'\n```\n\n\
    <script>alert(1)</script> [x](javascript:alert(1))\n\n## Other\n\nWords about feature stores, enough of them to be a section of their own here.\n\n[1]: https://example.org/p\n";
pub(crate) const LICENCE: &str = "MIT License\n\nCopyright (c) 2024 Ann\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the \"Software\"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:\n\nThe above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.\n";

pub(crate) fn world() -> World {
    let files = [("docs/rank.md", NOTE), ("LICENSE", LICENCE)];
    let world = World::new(vec![repo("ann/notes", &files)]);
    world.refresh(&[], 0);
    world
}

fn section(app: &axum::Router) -> String {
    let found = json(app, "/api/v1/search?q=position+bias+clicks", 200);
    format!("/sections/{}", text(&found["hits"][0]["id"]))
}

#[test]
fn a_section_is_rendered_and_its_scripts_do_not_run() {
    let world = world();
    let app = app(&world);
    let page = page(&app, &format!("{}?q=clicks", section(&app)));
    for part in [
        "<strong><mark>clicks</mark></strong>",
        "<th>a</th>",
        "c-keyword",
        "/blob/",
        "/docs/plan.md\">the plan</a>",
        "href=\"https://example.org/p\">a paper</a>",
        "/docs/plot.png\">Picture</a>: a plot",
        "licence: MIT",
        "rel=\"next\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for part in ["<script>alert", "href=\"javascript", "<img", "<b>'"] {
        assert!(!page.contains(part), "{part}: {page}");
    }
    let object = json(&app, &format!("/api/v1{}", section(&app)), 200);
    assert!(text(&object["section"]["markdown"]).contains("**clicks**"));
}

#[test]
fn without_a_licence_neither_page_nor_api_nor_cards_show_more_than_an_excerpt() {
    let long = format!(
        "# Ranking\n\n## Position bias\n\nPosition bias. {}\n",
        "Clicks mislead. ".repeat(80)
    );
    let world = World::new(vec![repo("ann/notes", &[("rank.md", &long)])]);
    world.refresh(&[], 0);
    let app = app(&world);
    let object = json(&app, &format!("/api/v1{}", section(&app)), 200);
    assert!(object["section"]["markdown"].is_null());
    assert!(text(&object["section"]["text"]).chars().count() <= 300);
    for path in [section(&app), "/topics/position-bias/cards.csv".to_owned()] {
        let body = page(&app, &path);
        assert!(body.matches("mislead").count() < 25, "{path}: {body}");
    }
}

#[test]
fn guides_cards_and_graphs_can_be_taken_away() {
    let world = world();
    let app = app(&world);
    let bytes = |path: &str| {
        block_on(async {
            let request =
                Request::get(path).header("host", "cairn.localhost:80").body(Body::empty());
            let response = app.clone().oneshot(request.unwrap()).await.unwrap();
            assert_eq!(response.status(), 200, "{path}");
            let named = response.headers()["content-disposition"].to_str().unwrap().to_owned();
            (named, axum::body::to_bytes(response.into_body(), 10_000_000).await.unwrap())
        })
    };
    let (named, package) = bytes("/topics/position-bias/cards.apkg");
    assert_eq!(named, "attachment; filename=\"position-bias-cards.apkg\"");
    assert_eq!(package, bytes("/topics/position-bias/cards.apkg").1, "the same each time");
    let read = cairn::extract::extract("apkg", &package).document.unwrap();
    assert!(read.sections.len() > 3, "{read:?}");
    let (_, cards) = bytes("/topics/position-bias/cards.csv");
    assert!(String::from_utf8_lossy(&cards).contains("Position bias: what is it?"));
    for (file, begins) in
        [("graph.ttl", "@prefix"), ("graph.dot", "graph cairn"), ("graph.graphml", "<?xml")]
    {
        let (_, graph) = bytes(&format!("/topics/position-bias/{file}"));
        assert!(graph.starts_with(begins.as_bytes()), "{file}");
    }
    for path in
        ["/topics/position-bias/other.zip", "/topics/none/cards.csv", "/cases/none/guide.md"]
    {
        assert_eq!(get(&app, path).0, 404, "{path}");
    }
}

#[test]
fn what_is_new_is_a_page_and_a_feed_by_topic_and_source() {
    let world = world();
    let later = NOTE.replace("a poor label", "a biased label");
    world.github.put(repo("ann/notes", &[("docs/rank.md", &later), ("LICENSE", LICENCE)]));
    world.refresh(&[], 0);
    let app = app(&world);
    let (_, headers, feed) = get(&app, "/feed.atom?source=ann/notes");
    assert_eq!(headers["content-type"], "application/atom+xml; charset=utf-8");
    assert!(feed.contains("<title>Ranking (changed, ann/notes)</title>"), "{feed}");
    assert!(feed.contains("<category term=\"position-bias\""), "{feed}");
    assert!(
        feed.contains("/sources/ann/notes\" rel=\"alternate\""),
        "the source as a whole: {feed}"
    );
    assert!(get(&app, "/feed.atom?topic=CTR").2.matches("<entry>").count() == 0);
    assert!(get(&app, "/new?topic=position+bias").2.contains("/sections/"));
    assert_eq!(get(&app, "/new?topic=quokka").0, 404);
    assert_eq!(get(&app, "/feed.atom?since=soon").0, 400);
    let (_, _, search) = get(&app, "/opensearch.xml");
    assert!(search.contains("/?q={searchTerms}\""), "{search}");
}

#[test]
fn an_unchanged_response_is_a_304() {
    let world = world();
    let app = app(&world);
    let ask = |path: &str, tag: &str| {
        block_on(async {
            let request = Request::get(path).header("if-none-match", tag).body(Body::empty());
            app.clone().oneshot(request.unwrap()).await.unwrap().status().as_u16()
        })
    };
    for path in ["/?q=bias", "/api/v1/search?q=bias", "/topics", "/assets/main.js", "/openapi.json"]
    {
        let (_, headers, _) = get(&app, path);
        let tag = headers["etag"].to_str().unwrap();
        assert_eq!(headers["cache-control"], "no-cache", "{path}");
        assert_eq!((ask(path, tag), ask(path, "W/\"other\"")), (304, 200), "{path}");
    }
    assert!(get(&app, "/api/v1/topics/none").1.get("etag").is_none(), "failures have no ETag");
}

#[test]
fn pages_load_little_and_only_from_this_server() {
    let world = world();
    let app = app(&world);
    let assets = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/web")).unwrap();
    let names = assets.map(|asset| asset.unwrap().file_name().into_string().unwrap());
    let bytes: usize = names.map(|name| get(&app, &format!("/assets/{name}")).2.len()).sum();
    assert!(bytes < 60_000, "{bytes} bytes before compression");
    let (_, headers, page) = get(&app, "/topics/position-bias");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!page.contains(" style=") && !page.contains(" onclick="), "{page}");
    assert_eq!(headers["x-content-type-options"], "nosniff");
}

#[test]
fn the_description_of_the_api_names_what_the_api_answers() {
    let world = world();
    let app = app(&world);
    let document = json(&app, "/openapi.json", 200);
    assert_eq!(document["openapi"], "3.1.0");
    for path in document["paths"].as_object().unwrap().keys() {
        let path = path.replace("{id}", "position-bias");
        let (status, headers, body) = get(&app, &path);
        assert_eq!(headers["content-type"], "application/json", "{path}");
        assert!(!body.contains("no route"), "{path} {status}: {body}");
    }
}

#[test]
fn metrics_count_requests_by_route() {
    let world = world();
    let app = app(&world);
    get(&app, "/topics/position-bias");
    get(&app, "/topics/none");
    let (_, _, text) = get(&app, "/metrics");
    for line in [
        "cairn_http_requests_total{route=\"/topics/{id}\",status=\"200\"} 1",
        "cairn_http_requests_total{route=\"/topics/{id}\",status=\"404\"} 1",
        "cairn_generation 1",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn a_configured_rate_limit_applies_to_every_client() {
    let world = world();
    world.write("cairn.toml", "[serve]\nrequests_per_second = 1\n");
    let server = Server::start(
        &world,
        &["--no-refresh", "--config", world.path("cairn.toml").to_str().unwrap()],
    );
    let answers: Vec<String> = (0..8).map(|_| server.get("/healthz")).collect();
    let refused: Vec<&String> = answers.iter().filter(|a| a.starts_with("HTTP/1.1 429")).collect();
    assert!(refused.len() >= 4, "{answers:?}");
    assert!(refused[0].to_lowercase().contains("retry-after: "), "{}", refused[0]);
    // The metrics count them.
    server.wait_for("/metrics", "cairn_http_requests_total{route=\"/healthz\",status=\"429\"}");
}

#[test]
fn other_machines_can_connect_only_with_the_public_flag() {
    let world = world();
    let run = world.run(&["serve", "--no-refresh", "--listen", "0.0.0.0:0"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("--public"), "{}", run.stderr);
    let server = Server::start(&world, &["--no-refresh", "--public"]);
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_head_without_end_is_refused_and_other_peers_are_served() {
    let world = world();
    let server = Server::start(&world, &["--no-refresh"]);
    let mut slow = TcpStream::connect(server.address()).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n").unwrap();
    let mut long = TcpStream::connect(server.address()).unwrap();
    let head = format!("GET /?q={} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(200_000));
    let _ = long.write_all(head.as_bytes());
    let mut answer = String::new();
    let _ = long.read_to_string(&mut answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
}

#[test]
fn the_admin_route_exists_only_if_a_token_is_set() {
    let world = world();
    let overrides = ConfigOverrides {
        config: None,
        index: Some(world.path("index")),
        sources: Some(world.path("sources")),
    };
    let mut config = config::load(&overrides).unwrap();
    config.admin_token = Some(secrecy::SecretString::from("t0p".to_owned()));
    let owned = router(Arc::new(ServerState::new(config, RefreshPolicy::Never).unwrap()));
    let post = |app: &axum::Router, token: &str| {
        block_on(async {
            let request = Request::post("/api/v1/refresh").header("authorization", token);
            app.clone()
                .oneshot(request.body(Body::empty()).unwrap())
                .await
                .unwrap()
                .status()
                .as_u16()
        })
    };
    assert_eq!(post(&owned, "Bearer wrong"), 401);
    assert_eq!(post(&owned, "Bearer t0p"), 409, "it runs no refreshes");
    assert_eq!(post(&app(&world), "Bearer t0p"), 404);
}
