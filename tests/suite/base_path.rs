//! A server that a proxy serves in a folder: every address leads back into that folder, whether the proxy removes the
//! folder from requests or not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use html5gum::{Token, Tokenizer};
use serde_json::Value;

use crate::proxies::served;
use crate::serve::Server;
use crate::world::{World, two};

/// The folder in which the proxy serves Cairn.
const BASE: &str = "/study/cairn";
/// The most pages of one kind that are visited.
const OF_A_KIND: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
enum PrefixMode {
    Passed,
    Removed,
}

/// A small reverse proxy: it serves `server` below [`BASE`], and answers 404 elsewhere.
struct Proxy {
    address: String,
}

impl Proxy {
    fn start(server: &Server, mode: PrefixMode) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let behind = server.address().to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = forward(&stream, &behind, mode);
            }
        });
        Proxy { address }
    }

    /// The status, the head and the body of the response to `path`.
    fn get(&self, path: &str) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head, answer[end + 4..].to_vec())
    }

    fn text(&self, path: &str) -> String {
        let (status, _, body) = self.get(path);
        assert_eq!(status, 200, "{path}");
        String::from_utf8(body).unwrap()
    }
}

fn forward(client: &TcpStream, behind: &str, mode: PrefixMode) -> std::io::Result<()> {
    let mut lines = BufReader::new(client).lines();
    let first = lines.next().unwrap()?;
    for line in lines.by_ref() {
        if line?.is_empty() {
            break;
        }
    }
    let target = first.split(' ').nth(1).unwrap();
    let mut client = client;
    let Some(inner) = target.strip_prefix(BASE) else {
        return client.write_all(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\nOUTSIDE");
    };
    let target = match mode {
        PrefixMode::Passed => target,
        PrefixMode::Removed if inner.starts_with('/') => inner,
        PrefixMode::Removed => "/",
    };
    let mut server = TcpStream::connect(behind)?;
    write!(
        server,
        "GET {target} HTTP/1.1\r\nHost: inner\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: example.org\r\n\
         X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
    )?;
    std::io::copy(&mut server, &mut client)?;
    Ok(())
}

/// The addresses in the attributes of `html`.
fn addresses(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for Ok(token) in Tokenizer::new(html) {
        let Token::StartTag(tag) = token else { continue };
        for name in ["href", "src", "action", "data-copy"] {
            if let Some(value) = tag.attributes.get(name.as_bytes()) {
                found.push(String::from_utf8(value.to_vec()).unwrap());
            }
        }
    }
    found
}

/// The kind of page at `address`: its path without names, and the names of its parameters.
fn kind(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let segments: Vec<&str> = path.trim_start_matches(BASE).split('/').collect();
    let first = segments.get(1).copied().unwrap_or_default();
    let names: BTreeSet<&str> =
        query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{first} {} {} {names:?}", segments.len(), segments.last().unwrap().contains('.'))
}

/// Follows the links of all kinds of pages, from the start page on. Returns the number of visited pages.
fn crawl(proxy: &Proxy) -> usize {
    let mut queue = VecDeque::from([format!("{BASE}/"), format!("{BASE}/?q=bias")]);
    let (mut seen, mut kinds) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    let mut visited = 0;
    while let Some(address) = queue.pop_front() {
        let count = kinds.entry(kind(&address)).or_default();
        *count += 1;
        if *count > OF_A_KIND || !seen.insert(address.clone()) {
            continue;
        }
        visited += 1;
        let (status, head, body) = proxy.get(&address);
        let to = head.lines().find_map(|line| line.strip_prefix("location: "));
        let body = String::from_utf8_lossy(&body).into_owned();
        assert!(matches!(status, 200 | 302 | 308), "{address}: {status} {body}");
        let links = match head.contains("content-type: text/html") {
            true => addresses(&body),
            false => Vec::new(),
        };
        for link in links.into_iter().chain(to.map(str::to_owned)) {
            let link = link.split('#').next().unwrap().to_owned();
            if link.is_empty() || link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let is_inside = link.strip_prefix(BASE).is_some_and(|rest| rest.starts_with('/'));
            assert!(is_inside, "{address} leads out of the folder: {link}");
            queue.push_back(link);
        }
    }
    visited
}

fn behind(mode: PrefixMode) -> (World, Server, Proxy) {
    let world = two();
    world.refresh(&[], 0);
    let server = served(
        &world,
        &format!(
            "[serve]\nurl = \"https://example.org{BASE}/\"\ntrusted_proxies = [\"127.0.0.1\"]\nrequests_per_second = 1000\n"
        ),
    );
    let proxy = Proxy::start(&server, mode);
    (world, server, proxy)
}

#[test]
fn all_links_stay_in_the_folder_of_a_proxy_that_passes_the_whole_path() {
    let (_world, _server, proxy) = behind(PrefixMode::Passed);
    let visited = crawl(&proxy);
    assert!(visited > 40, "{visited}");
    assert_eq!(proxy.get(BASE).0, 200, "without the slash");
}

#[test]
fn all_links_stay_in_the_folder_of_a_proxy_that_removes_its_path() {
    let (_world, _server, proxy) = behind(PrefixMode::Removed);
    let visited = crawl(&proxy);
    assert!(visited > 40, "{visited}");
}

#[test]
fn feeds_files_errors_and_descriptions_name_the_folder() {
    let (_world, server, proxy) = behind(PrefixMode::Removed);
    let home = format!("https://example.org{BASE}");
    let feed = proxy.text(&format!("{BASE}/feed.atom?topic=position-bias"));
    assert!(feed.contains(&format!("<id>{home}/feed.atom?topic=position-bias</id>")), "{feed}");
    assert!(feed.contains(&format!("{home}/new")), "{feed}");
    let passed = server.get(&format!("{BASE}/feed.atom"));
    assert!(passed.contains(&format!("<id>{home}/feed.atom</id>")), "{passed}");
    let guide = proxy.text(&format!("{BASE}/cases/video-recommendation/guide.md"));
    assert!(!guide.contains("](/"), "{guide}");
    let search = proxy.text(&format!("{BASE}/opensearch.xml"));
    assert!(search.contains(&format!("\"{home}/?q={{searchTerms}}\"")), "{search}");
    let api: Value = serde_json::from_str(&proxy.text(&format!("{BASE}/openapi.json"))).unwrap();
    assert_eq!(api["servers"][0]["url"], home);
    let found = proxy.text(&format!("{BASE}/api/v1/search?q=feature+store"));
    let found: Value = serde_json::from_str(&found).unwrap();
    let urls = found["hits"].as_array().unwrap().iter().map(|hit| &hit["url"]);
    let urls: Vec<&str> = urls.filter_map(Value::as_str).collect();
    let below = format!("{BASE}/sections/");
    assert!(urls.iter().any(|url| url.starts_with(&below)), "{urls:?}");
    assert!(urls.iter().all(|url| url.starts_with(&below) || url.starts_with("http")), "{urls:?}");
    let (status, _, error) = proxy.get(&format!("{BASE}/api/v1/topics/position-bia"));
    let error: Value = serde_json::from_slice(&error).unwrap();
    assert_eq!(status, 404);
    assert_eq!(error["error"]["near"][0]["url"], format!("{BASE}/topics/position-bias"), "{error}");
    let (_, head, _) = proxy.get(&format!("{BASE}/sections/0123456789abcdef"));
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
}

#[test]
fn an_address_that_is_no_place_for_a_server_is_refused() {
    let world = two();
    world.write("served.toml", "[serve]\nurl = \"https://example.org/topics\"\n");
    let file = world.path("served.toml");
    let output = world.run(&["serve", "--no-refresh", "--config", file.to_str().unwrap()]);
    assert_eq!(output.code, 1, "{}", output.stderr);
    assert!(output.stderr.contains("below /topics"), "{}", output.stderr);
    let doctor = world.run(&["doctor", "--offline", "--config", file.to_str().unwrap()]);
    assert_eq!(doctor.code, 1, "{}", doctor.stdout);
    assert!(doctor.stdout.contains("below /topics"), "{}", doctor.stdout);
}
