//! Hostile requests, which try to read from the server, to block it or to stop it: other hosts, long URLs, many
//! connections, and requests in progress when the server ends.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt;

use crate::serve::{Server, app, get, json};
use crate::signals::{Signal, send};
use crate::world::{World, block_on, ended, repo, two};

/// Sends the bytes of `request` and returns the response.
fn raw(server: &Server, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn of_host(server: &Server, path: &str, host: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    raw(server, request.as_bytes())
}

/// The status of a response.
fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

fn served(world: &World, settings: &str, arguments: &[&str]) -> Server {
    world.write("cairn.toml", settings);
    let file = world.path("cairn.toml");
    let mut all = vec!["--no-refresh", "--config", file.to_str().unwrap()];
    all.extend(arguments);
    Server::start(world, &all)
}

#[test]
fn a_page_that_rebinds_its_name_reads_nothing() {
    let world = two();
    world.refresh(&[], 0);
    let server =
        served(&world, "[serve]\nhosts = [\"cairn.lan\"]\nurl = \"https://c.example.org\"\n", &[]);
    for host in ["evil.example", "evil.example:7878", "127.0.0.1.evil.example", "192.0.2.1"] {
        for path in
            ["/", "/api/v1/search?q=bias", "/feed.atom", "/assets/main.js", "/metrics", "/none"]
        {
            let answer = of_host(&server, path, host);
            assert_eq!(status(&answer), 421, "{host} {path}: {answer}");
            assert!(!answer.contains("clicks"), "{answer}");
        }
        for path in ["/healthz", "/readyz"] {
            assert_eq!(status(&of_host(&server, path, host)), 200, "{host} {path}");
        }
    }
    let told = of_host(&server, "/", "evil.example:7878");
    assert!(told.contains(r#"hosts = [\"evil.example\"] under [serve]"#), "{told}");
    for host in
        ["localhost", "LOCALHOST.:1", server.address(), "[::1]:9", "Cairn.LAN:80", "c.example.org"]
    {
        assert_eq!(status(&of_host(&server, "/api/v1/search?q=bias", host)), 200, "{host}");
    }
    let absolute =
        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(
        status(&raw(&server, absolute.as_bytes())),
        421,
        "the target goes before the header"
    );
    assert_eq!(
        status(&raw(&server, b"GET /api/v1/status HTTP/1.0\r\n\r\n")),
        200,
        "no host at all"
    );
    let two =
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&raw(&server, two.as_bytes())), 400);
}

#[test]
fn a_request_without_a_host_header_is_malformed() {
    let world = two();
    world.refresh(&[], 0);
    let server = served(&world, "", &[]);
    for path in ["/", "/api/v1/status", "/healthz", "/readyz"] {
        let answer =
            raw(&server, format!("GET {path} HTTP/1.1\r\nconnection: close\r\n\r\n").as_bytes());
        assert_eq!(status(&answer), 400, "{path}: {answer}");
        assert!(answer.contains("no Host header"), "{path}: {answer}");
        let old = raw(&server, format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes());
        assert_eq!(status(&old), 200, "{path}: {old}");
    }
}

#[test]
fn a_server_on_all_addresses_accepts_the_address_that_the_client_used() {
    let world = two();
    world.refresh(&[], 0);
    let server = served(&world, "", &["--public", "--listen", "0.0.0.0:0"]);
    let port = server.address().rsplit(':').next().unwrap();
    let by = format!("127.0.0.2:{port}");
    let mut stream = TcpStream::connect(&by).unwrap();
    write!(stream, "GET /feed.atom HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.contains(&format!("http://{by}/new")),
        "no Host: the address it came to: {answer}"
    );
    assert_eq!(status(&of_host(&server, "/", server.address())), 200, "the address that it prints");
    assert_eq!(status(&of_host(&server, "/", "evil.example")), 421);
}

#[test]
fn sixty_kilobytes_of_filters_no_longer_make_two_megabytes() {
    let world = two();
    world.refresh(&[], 0);
    let app = app(&world);
    let (long, filter) = ("%22".repeat(20_000), "%22".repeat(200));
    assert_eq!(get(&app, &format!("/?q=bias&lang={long}")).0, 414);
    for path in
        ["/?q=bias&lang=", "/results?q=bias&source=", "/api/v1/search?q=bias&topic=", "/new?topic="]
    {
        assert_eq!(get(&app, &format!("{path}{filter}a")).0, 400, "{path}");
    }
    let told = json(&app, &format!("/api/v1/search?q=a&lang={filter}a"), 400);
    assert_eq!(told["error"]["message"], "the value of \"lang\" is too long");
    let told = json(&app, "/api/v1/search?q=a&lang=en&lang=de", 400);
    assert!(told["error"]["message"].as_str().unwrap().contains("duplicate field"), "{told}");
    // What is let through, at its worst.
    let all = ["source", "topic", "step", "kind", "lang"].map(|name| format!("&{name}={filter}"));
    for worst in [
        format!("/?q={}{}", "%22".repeat(1_000), all.concat()),
        format!("/?q=bias{}", all.concat()),
        format!("/?q=bias+{}", "%22".repeat(2_600)),
    ] {
        assert!(worst.len() <= 8_192, "{}", worst.len());
        let (status, _, page) = get(&app, &worst);
        assert_eq!(status, 200, "{worst}");
        assert!(page.len() < 400_000, "{} bytes for {} {}", page.len(), worst.len(), &worst[..40]);
    }
}

#[test]
fn a_head_that_is_long_or_has_many_headers_is_refused() {
    let world = two();
    let server = Server::start(&world, &["--no-refresh"]);
    let request = |more: &str| {
        raw(
            &server,
            format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n")
                .as_bytes(),
        )
    };
    let many = |count: usize| (0..count).map(|at| format!("X-{at}: a\r\n")).collect::<String>();
    assert_eq!(status(&request(&many(50))), 200);
    assert_eq!(status(&request(&many(63))), 431);
    assert_eq!(status(&request(&format!("X: {}\r\n", "a".repeat(20_000)))), 200);
    let long = request(&format!("X: {}\r\n", "a".repeat(40_000)));
    assert_eq!(status(&long), 431, "{long}");
    let target = format!("GET /healthz?{} HTTP/1.0\r\n\r\n", "a".repeat(9_000));
    assert_eq!(status(&raw(&server, target.as_bytes())), 414);
}

#[test]
fn a_peer_gets_at_most_the_configured_number_of_connections() {
    let world = two();
    let server = served(&world, "[serve]\nconnections_per_address = 3\n", &[]);
    let held: Vec<TcpStream> =
        (0..3).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    let mut fourth = TcpStream::connect(server.address()).unwrap();
    let mut told = String::new();
    fourth.read_to_string(&mut told).unwrap();
    assert!(told.starts_with("HTTP/1.1 429") && told.contains("too many connections"), "{told}");
    drop(held);
    let started = Instant::now();
    while status(&of_host(&server, "/healthz", "localhost")) != 200 {
        assert!(started.elapsed() < Duration::from_secs(20), "places are free again");
    }
}

fn asked(app: &Router, path: &str, tag: &str) -> u16 {
    block_on(async {
        let request = Request::get(path).header("if-none-match", tag).body(Body::empty());
        app.clone().oneshot(request.unwrap()).await.unwrap().status().as_u16()
    })
}

#[test]
fn a_missing_page_is_404_whatever_if_none_match_says() {
    let world = two();
    world.refresh(&[], 0);
    let app = app(&world);
    let tag = |path: &str| get(&app, path).1["etag"].to_str().unwrap().to_owned();
    let known = tag("/topics");
    for missing in
        ["/topics/none", "/sections/0123456789abcdef", "/api/v1/topics/none", "/sources/no/such"]
    {
        for sent in ["*", " * ", &known, &format!("\"a\", {known}")] {
            assert_eq!(asked(&app, missing, sent), 404, "{missing} {sent}");
        }
    }
    assert_eq!(asked(&app, "/api/v1/search?q=a&limit=x", "*"), 400);
    for page in ["/topics", "/assets/main.js", "/?q=bias"] {
        assert_eq!(asked(&app, page, "*"), 304, "{page}");
        assert_eq!(asked(&app, page, &tag(page)), 304, "{page}");
    }
    assert_eq!(asked(&app, "/cases", &known), 200, "another page's tag");
}

/// Opens connections in every state that a client can leave one in.
fn in_every_state(server: &Server) -> Vec<TcpStream> {
    let open = |sent: &str| {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        stream
    };
    let head = "GET /topics HTTP/1.1\r\nHost: localhost\r\n";
    let mut streams = vec![
        open(""),
        open("GE"),
        open(head),
        open(&format!("{head}\r\n")),
        open("POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf"),
        open("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf"),
    ];
    // Responses that are not read, until the buffers between are full.
    streams.push(open(&format!("{head}\r\n").repeat(500)));
    // One that has been answered and is kept.
    let mut kept = open("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    kept.read_exact(&mut [0; 20]).unwrap();
    streams.push(kept);
    streams
}

#[test]
fn sigterm_ends_the_server_within_five_seconds_in_every_state() {
    let deep = format!("# Deep\n\n{}\n", ">".repeat(200_000));
    let tabs = "\t".repeat(240) + "\n";
    let make = format!("# Make\n\nWords about make.\n\n```make\n{}```\n", tabs.repeat(40));
    let licence = include_str!("../../LICENSE-MIT");
    let files = [("deep.md", &*deep), ("make.md", &make), ("LICENSE", licence)];
    let world = World::new(vec![repo("ann/hostile", &files)]);
    world.refresh(&[], 0);
    let mut server = Server::start(&world, &["--no-refresh"]);
    let mut streams = in_every_state(&server);
    let hits = server.get("/api/v1/search?q=source:ann/hostile&limit=50");
    for id in hits.split("\"id\":\"").skip(1).filter_map(|rest| rest.get(..16)) {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        write!(stream, "GET /sections/{id} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        streams.push(stream);
    }
    assert!(streams.len() >= 9, "no section is rendered: {hits}");
    std::thread::sleep(Duration::from_millis(300));
    let started = Instant::now();
    send(Signal::Terminate, server.child.id());
    let status = ended(&mut server.child);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(status.success(), "{status}");
}

#[test]
fn sigterm_works_while_all_connections_are_in_use() {
    let world = two();
    let mut server = Server::start(&world, &["--no-refresh"]);
    let held: Vec<TcpStream> =
        (0..1_100).map_while(|_| TcpStream::connect(server.address()).ok()).collect();
    std::thread::sleep(Duration::from_millis(500));
    let started = Instant::now();
    send(Signal::Terminate, server.child.id());
    ended(&mut server.child);
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}, {} held",
        started.elapsed(),
        held.len()
    );
}
