//! A server behind a proxy: whose address counts, which host is named, and that nobody can invent either.

use std::io::{Read, Write};
use std::net::SocketAddr;

use tokio::net::TcpSocket;

use crate::serve::Server;
use crate::world::{World, block_on, two};

/// A server that trusts the proxy at 127.0.0.9 and allows one request per second.
fn behind_proxy(world: &World) -> Server {
    world.refresh(&[], 0);
    served(
        world,
        "[serve]\nhosts = [\"cairn.example.org\"]\ntrusted_proxies = [\"127.0.0.9\", \"10.0.0.0/8\"]\n\
         requests_per_second = 1\nconnections_per_address = 2\n",
    )
}

pub(crate) fn served(world: &World, settings: &str) -> Server {
    world.write("served.toml", settings);
    let file = world.path("served.toml");
    Server::start(world, &["--no-refresh", "--config", file.to_str().unwrap()])
}

fn connect(server: &Server, from: u8) -> std::net::TcpStream {
    let server: SocketAddr = server.address().parse().unwrap();
    block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, from], 0))).unwrap();
        let stream = socket.connect(server).await.unwrap().into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream
    })
}

/// The response to a request for `path` from 127.0.0.`from` with the header lines `headers`.
fn answer(server: &Server, from: u8, path: &str, headers: &[&str]) -> String {
    let mut stream = connect(server, from);
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let host = if headers.starts_with("Host: ") { "" } else { "Host: localhost\r\n" };
    write!(stream, "GET {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

fn status(server: &Server, from: u8, headers: &[&str]) -> u16 {
    let answer = answer(server, from, "/api/v1/status", headers);
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

/// How many of 40 requests on one connection are refused because their client sends too many.
fn refused(server: &Server, from: u8, header: impl Fn(usize) -> String) -> usize {
    let mut stream = connect(server, from);
    for at in 1..=40 {
        let end = if at == 40 { "Connection: close\r\n" } else { "" };
        let head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
        write!(stream, "{head}{}\r\n{end}\r\n", header(at)).unwrap();
    }
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 40, "{answers}");
    answers.matches("HTTP/1.1 429 ").count()
}

#[test]
fn each_client_of_a_trusted_proxy_has_its_own_limit() {
    let world = two();
    let server = behind_proxy(&world);
    let one = |_| "X-Forwarded-For: 203.0.113.1".to_owned();
    assert!(refused(&server, 9, one) > 0);
    assert_eq!(status(&server, 9, &["X-Forwarded-For: 203.0.113.2"]), 200, "another client");
    assert_eq!(status(&server, 9, &["Forwarded: for=\"[2001:db8::7]:80\""]), 200);
    let inventing = |at| format!("X-Forwarded-For: 198.51.100.{at}, 203.0.113.3, 10.0.0.7");
    assert!(refused(&server, 9, inventing) > 0, "what is left of the client is not believed");
    let hiding = |at| format!("X-Forwarded-For: 203.0.113.{at}, secret");
    assert!(refused(&server, 9, hiding) > 0, "the proxy counts if it hides the client");
}

#[test]
fn a_client_that_is_no_trusted_proxy_can_not_invent_its_address_or_host() {
    let world = two();
    let server = behind_proxy(&world);
    let inventing = |at| format!("X-Forwarded-For: 203.0.113.{at}");
    assert!(refused(&server, 8, inventing) > 0);
    let evil = ["Host: evil.example", "X-Forwarded-Host: localhost", "Forwarded: host=localhost"];
    assert_eq!(status(&server, 7, &evil), 421);
    let feed = answer(&server, 6, "/feed.atom", &["X-Forwarded-Host: cairn.example.org"]);
    assert!(feed.contains("http://localhost/new"), "{feed}");
}

#[test]
fn the_host_and_scheme_that_a_trusted_proxy_names_are_used() {
    let world = two();
    let server = behind_proxy(&world);
    let inner = "Host: inner:7878";
    let client = |at: u8| format!("X-Forwarded-For: 203.0.113.{at}");
    assert_eq!(status(&server, 9, &[inner, &client(1)]), 421);
    assert_eq!(status(&server, 9, &[inner, &client(2), "X-Forwarded-Host: evil.example"]), 421);
    let named = "X-Forwarded-Host: cairn.example.org";
    assert_eq!(status(&server, 9, &[inner, &client(3), named]), 200);
    let feed =
        answer(&server, 9, "/feed.atom", &[inner, &client(4), named, "X-Forwarded-Proto: https"]);
    assert!(feed.contains("https://cairn.example.org/new"), "{feed}");
    let standard = "Forwarded: for=203.0.113.5;host=cairn.example.org;proto=https";
    let feed = answer(&server, 9, "/feed.atom", &[inner, standard]);
    assert!(feed.contains("https://cairn.example.org/new"), "{feed}");
}

#[test]
fn a_trusted_proxy_may_open_many_connections() {
    let world = two();
    let server = behind_proxy(&world);
    let _held: Vec<_> = (0..6).map(|_| (connect(&server, 9), connect(&server, 8))).collect();
    assert_eq!(status(&server, 9, &["X-Forwarded-For: 203.0.113.1"]), 200);
    // Others have a limit of two; the server refuses the next connection before it reads a request.
    let mut answer = String::new();
    connect(&server, 8).read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
}
