//! A mixed hostile load on the real server, run by `.ci/soak load`: slow, malformed, expensive and abandoned requests
//! among good ones. The server's memory, threads and file descriptors are read from `/proc` before, during and after
//! the load, and must not grow.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::serve::Server;
use crate::world::{BIAS, STORE, World, repo};

/// The number of requests, unless `CAIRN_REQUESTS` is set.
const REQUESTS: usize = 5_000;
/// The number of requests before the measurement. They fill caches and the memory that the allocator keeps per thread.
const WARM_UP: usize = 20_000;
/// The number of concurrent ordinary clients, and of slow ones.
const CLIENTS: usize = 96;
const SLOW: usize = 32;
/// The timeout of the whole test: twice the time of a million requests at a thousand per second.
const PATIENCE: Duration = Duration::from_secs(2_000);
/// The timeout of a response. The server responds with 503 after ten seconds.
const ANSWER: Duration = Duration::from_secs(30);
/// The time after the load in which idle threads end and connections are closed.
const QUIET: Duration = Duration::from_secs(20);

/// How much more memory, threads and files than after the warm-up the server may use at the end.
const MORE_MEMORY: usize = 64 * 1_048_576;
const MORE_THREADS: usize = 8;
const MORE_FILES: usize = 16;
/// How many threads it may have under load.
const MOST_THREADS: usize = 300;

/// The resources of a process.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    memory: usize,
    threads: usize,
    files: usize,
}

impl Held {
    fn by(process: u32) -> Held {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        let files = std::fs::read_dir(format!("/proc/{process}/fd")).map_or(0, Iterator::count);
        Held { memory: number("VmRSS:") * 1_024, threads: number("Threads:"), files }
    }

    fn most(self, other: Held) -> Held {
        Held {
            memory: self.memory.max(other.memory),
            threads: self.threads.max(other.threads),
            files: self.files.max(other.files),
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Held { memory, threads, files } = self;
        write!(f, "{} MB, {threads} threads, {files} descriptors", memory / 1_048_576)
    }
}

/// How a client behaves.
#[derive(Clone, Copy)]
enum Manner {
    /// Sends a request and reads the response. Keeps the connection.
    Asks,
    /// Sends a malformed request and reads the response.
    Babbles,
    /// Sends a request, or a part of one, and disconnects.
    Leaves,
    /// Sends requests slowly in pieces, reads no response, and waits before it disconnects.
    Dawdles,
}

/// The targets of good requests, cheap and expensive ones.
const TARGETS: &str = "/ /topics /cases /resources /sources /new /about /feed.atom /openapi.json /metrics /healthz /readyz \
    /assets/main.js /none /topics/none /sections/0123456789abcdef /opensearch.xml /topics/position-bias \
    /topics/embedding/learn /path?from=embedding&to=feature-store \
    /api/v1/topics/embedding/related?limit=100 /api/v1/search?q=position+bias&limit=100&offset=400 \
    /api/v1/search?q=a&source=x&source=y /api/v1/search?limit=x /results?q=bias&typing=1 \
    /?q=feature+store /topics/position-bias/cards.apkg /cases/video-recommendation/guide.md \
    /topics/embedding/graph.ttl /api/v1/learn /%ff%fe /?q=%00%01 /api/v1/sections/%2e%2e%2f \
    /api/v1/status";

/// [`TARGETS`], the sections `ids`, and targets that cost as much as a request can.
fn targets(ids: &[String]) -> Vec<String> {
    let words =
        "the of and to in is for on with as by an be are this that from or it at model data";
    let many = words.split(' ').map(|word| format!("{word}*")).collect::<Vec<_>>().join("+OR+");
    let misspelt = (0..24).map(|at| format!("recomendashun{at}")).collect::<Vec<_>>().join("+");
    let mut targets: Vec<String> = TARGETS.split(' ').map(str::to_owned).collect();
    targets.extend([
        format!("/?q={many}"),
        format!("/api/v1/search?q={misspelt}"),
        format!("/api/v1/search?q={}&limit=100", "(".repeat(990)),
        format!("/?q={}", "%22a+".repeat(200)),
        format!("/?q={}&lang={}", "%22".repeat(900), "%22".repeat(200)),
        format!("/?q=bias&lang={}", "%22".repeat(20_000)),
        format!("/api/v1/suggest?q={}", "a".repeat(900)),
        format!("/api/v1/search?q={}", "-a+".repeat(300)),
        format!("/api/v1/search?q={}&typing=1", "a*+".repeat(300)),
        format!("/{}", "a/".repeat(4_000)),
    ]);
    targets.extend(
        ids.iter()
            .flat_map(|id| [format!("/sections/{id}?q=bias"), format!("/api/v1/sections/{id}")]),
    );
    targets
}

/// A malformed request, or one that is refused.
fn babble(rng: &mut Rng) -> Vec<u8> {
    let filler: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(200).collect();
    match rng.u8(..9) {
        0 => filler,
        1 => b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        2 => b"GET\r\n\r\n".to_vec(),
        3 => format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(200)).into_bytes(),
        4 => format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(40_000)).into_bytes(),
        5 => b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\nab".to_vec(),
        6 => b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        7 => b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".to_vec(),
        _ => b"GET http://evil.example/ HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n".to_vec(),
    }
}

/// The load and its results.
struct Load {
    address: String,
    targets: Vec<String>,
    wanted: usize,
    sent: AtomicUsize,
    until: Instant,
    statuses: std::sync::Mutex<BTreeMap<String, usize>>,
}

impl Load {
    /// Whether another request is to be sent. Counts it.
    fn goes_on(&self) -> bool {
        Instant::now() < self.until && self.sent.fetch_add(1, Ordering::Relaxed) < self.wanted
    }

    fn note(&self, what: &str) {
        *self.statuses.lock().unwrap().entry(what.to_owned()).or_default() += 1;
    }

    fn request(&self, rng: &mut Rng) -> String {
        let target = &self.targets[rng.usize(..self.targets.len())];
        let more = match rng.u8(..8) {
            0 => "If-None-Match: *\r\n",
            1 => "Accept-Encoding: gzip\r\nConnection: close\r\n",
            2 => "Range: bytes=0-,0-,0-\r\nExpect: 100-continue\r\n",
            _ => "",
        };
        format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n")
    }

    /// Runs one client until the load is over.
    async fn client(self: Arc<Load>, seed: u64, is_slow: bool) {
        let mut rng = Rng::with_seed(seed);
        let mut kept = None;
        while self.goes_on() {
            let manner = match rng.u8(..20) {
                _ if is_slow => Manner::Dawdles,
                0..=14 => Manner::Asks,
                15..=17 => Manner::Leaves,
                _ => Manner::Babbles,
            };
            let stream = match (kept.take(), manner) {
                (Some(stream), Manner::Asks) => Ok(stream),
                _ => TcpStream::connect(&self.address).await,
            };
            let Ok(stream) = stream else {
                self.note("no connection");
                sleep(Duration::from_millis(50)).await;
                continue;
            };
            kept = self.visit(stream, manner, &mut rng).await;
        }
    }

    /// Behaves in this `manner` once. Returns the connection if it can be used again.
    async fn visit(
        &self,
        mut stream: TcpStream,
        manner: Manner,
        rng: &mut Rng,
    ) -> Option<TcpStream> {
        match manner {
            Manner::Asks => {
                let request = self.request(rng);
                stream.write_all(request.as_bytes()).await.ok()?;
                let read = timeout(ANSWER, answer(&mut stream)).await;
                let Ok(read) = read else {
                    self.note("no answer in time");
                    return None;
                };
                let (status, is_kept) = read.unwrap_or_else(|| ("closed".to_owned(), false));
                self.note(&status);
                return is_kept.then_some(stream);
            }
            Manner::Babbles => {
                let _ = stream.write_all(&babble(rng)).await;
                let _ = stream.shutdown().await;
                let _ = timeout(ANSWER, answer(&mut stream)).await;
                self.note("babble");
            }
            Manner::Leaves => {
                let request = self.request(rng);
                let part = if rng.bool() { request.len() } else { rng.usize(..request.len()) };
                let _ = stream.write_all(&request.as_bytes()[..part]).await;
                if rng.bool() {
                    let _ = timeout(Duration::from_millis(20), stream.read(&mut [0; 100])).await;
                }
                self.note("left");
            }
            Manner::Dawdles => {
                let requests = self.request(rng).repeat(rng.usize(1..40));
                for piece in requests.as_bytes().chunks(700).take(20) {
                    sleep(Duration::from_millis(50)).await;
                    if stream.write_all(piece).await.is_err() {
                        break;
                    }
                }
                sleep(Duration::from_millis(500)).await;
                self.note("dawdled");
            }
        }
        None
    }
}

/// Reads the next response. Returns its status, and whether another response may follow on `stream`.
async fn answer(stream: &mut TcpStream) -> Option<(String, bool)> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
            let status = head.get(9..12)?.to_owned();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.and_then(|length| length.parse::<usize>().ok());
            if status == "100" {
                read.drain(..end + 4);
                continue;
            }
            let rest = match (length, &*status) {
                (Some(length), _) => length.saturating_sub(read.len() - end - 4),
                (None, "304") => 0,
                _ => usize::MAX,
            };
            let mut body = stream.take(u64::try_from(rest).unwrap_or(u64::MAX));
            tokio::io::copy(&mut body, &mut tokio::io::sink()).await.ok()?;
            return Some((status, rest != usize::MAX && !head.contains("connection: close")));
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
}

/// Repositories with documents to find, and with hostile documents.
fn world() -> World {
    let hostile: Vec<(String, String)> =
        [">", "- ", "[", "![", "*a_ ", "`a``b", "a|b\n-|-\n", "&", "<div>"]
            .iter()
            .enumerate()
            .map(|(at, unit)| {
                (
                    format!("{at}.md"),
                    format!("# Bias {at}\n\nBias.\n\n{}\n", unit.repeat(50_000 / unit.len())),
                )
            })
            .chain([(
                "make.md".to_owned(),
                format!("# Make bias\n\n```make\n{}```\n", ("\t".repeat(240) + "\n").repeat(40)),
            )])
            .collect();
    let notes: Vec<(String, String)> = (0..200)
        .map(|at| {
            (format!("{at}.md"), format!("{BIAS}\n{STORE}\nNumber {at}, the model of the data.\n"))
        })
        .collect();
    let licence = ("LICENSE".to_owned(), include_str!("../../LICENSE-MIT").to_owned());
    let files = |mut files: Vec<(String, String)>| {
        files.push(licence.clone());
        files
    };
    let (hostile, notes) = (files(hostile), files(notes));
    let named = |files: &[(String, String)], name: &str| {
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        repo(name, &files)
    };
    let world = World::new(vec![named(&hostile, "ann/hostile"), named(&notes, "bob/notes")]);
    world.refresh(&[], 0);
    world
}

async fn run(load: &Arc<Load>, process: u32) -> Held {
    let clients =
        (0..CLIENTS + SLOW).map(|at| tokio::spawn(Arc::clone(load).client(at as u64, at < SLOW)));
    let clients: Vec<_> = clients.collect();
    let (mut most, mut at) = (Held::default(), 0);
    while !clients.iter().all(tokio::task::JoinHandle::is_finished) {
        sleep(Duration::from_millis(500)).await;
        let held = Held::by(process);
        most = most.most(held);
        let sent = load.sent.load(Ordering::Relaxed).min(load.wanted);
        if sent >= at {
            println!("{sent:>9} requests: {held}");
            at = sent + load.wanted / 10;
        }
    }
    most
}

#[test]
#[ignore = "takes minutes with the release program: .ci/soak load"]
fn a_hostile_load_leaves_memory_threads_and_descriptors_flat() {
    let wanted = std::env::var("CAIRN_REQUESTS").ok().and_then(|count| count.parse().ok());
    let wanted: usize = wanted.unwrap_or(REQUESTS);
    let world = world();
    let server = Server::start(&world, &["--no-refresh"]);
    let process = server.child.id();
    let hits = server.get("/api/v1/search?q=bias+source:hostile&limit=100");
    let ids = hits.split("\"id\":\"").skip(1).filter_map(|rest| rest.get(..16));
    let targets = targets(&ids.map(str::to_owned).collect::<Vec<_>>());
    let load = |wanted| {
        Arc::new(Load {
            address: server.address().to_owned(),
            targets: targets.clone(),
            wanted,
            sent: AtomicUsize::new(0),
            until: Instant::now() + PATIENCE,
            statuses: std::sync::Mutex::default(),
        })
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(&load(WARM_UP.min(wanted)), process));
    std::thread::sleep(QUIET);
    let before = Held::by(process);
    println!("before:   {before}");
    let (whole, started) = (load(wanted), Instant::now());
    let most = runtime.block_on(run(&whole, process));
    let took = started.elapsed();
    std::thread::sleep(QUIET);
    let after = Held::by(process);
    let statuses = whole.statuses.lock().unwrap().clone();
    println!("most:     {most}\nafter:    {after}\n{wanted} requests in {took:?}: {statuses:?}");
    let sent = whole.sent.load(Ordering::Relaxed);
    assert!(sent >= wanted, "only {sent} of {wanted} in {PATIENCE:?}");
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"), "it still answers");
    assert_eq!(statuses.get("500").or_else(|| statuses.get("no answer in time")), None);
    assert!(statuses.get("200").is_some_and(|good| *good > wanted / 10), "it answered meanwhile");
    assert!(after.memory <= before.memory + MORE_MEMORY, "memory grew");
    assert!(after.threads <= before.threads + MORE_THREADS, "threads are left");
    assert!(after.files <= before.files + MORE_FILES, "descriptors are left");
    assert!(most.threads <= MOST_THREADS, "too many threads");
}
