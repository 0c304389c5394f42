//! A mixed hostile load on the real server, run by `.ci/soak load`: slow, malformed, expensive and abandoned requests
//! among good ones. The server's memory, threads and file descriptors are read from `/proc` before, during and after
//! the load, and must not grow.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::load_client::{Load, targets};
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
pub(crate) struct Held {
    pub memory: usize,
    pub threads: usize,
    pub files: usize,
}

impl Held {
    pub(crate) fn by(process: u32) -> Held {
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
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"), "it still responds");
    assert_eq!(statuses.get("500").or_else(|| statuses.get("no response in time")), None);
    assert!(
        statuses.get("200").is_some_and(|good| *good > wanted / 10),
        "it responded to good requests"
    );
    assert!(after.memory <= before.memory + MORE_MEMORY, "memory grew");
    assert!(after.threads <= before.threads + MORE_THREADS, "threads were not ended");
    assert!(after.files <= before.files + MORE_FILES, "descriptors were not closed");
    assert!(most.threads <= MOST_THREADS, "too many threads");
}
