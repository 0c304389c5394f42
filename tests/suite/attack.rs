//! A minute of the most expensive searches, from eight peers that each send as many requests as permitted; run by
//! `.ci/soak attack` with the release program. Meanwhile the server responds to other clients, its memory stays
//! bounded, and SIGTERM ends it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

use crate::corpus;
use crate::queries::Queries;
use crate::serve::Server;
use crate::signals::{Signal, send};
use crate::world::{block_on, ended};

/// The requests per second that each peer sends: the server's limit.
const RATE: u64 = 20;
const PEERS: u8 = 8;
/// The most memory that a server of the corpus may use.
const MOST_MEGABYTES: u64 = 600;
/// The time after which a client that does not wait for the response disconnects.
const PATIENCE: Duration = Duration::from_millis(30);

/// How long the attack lasts: `CAIRN_SECONDS`, else a minute.
fn length() -> Duration {
    let seconds = std::env::var("CAIRN_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(60))
}

/// The number of responses with each status.
type Answers = Arc<Mutex<BTreeMap<String, usize>>>;

/// Requests `path` of `server` from the address 127.0.0.`peer`. Returns the status of the response.
async fn ask(server: SocketAddr, peer: u8, path: &str) -> std::io::Result<String> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, peer], 0)))?;
    let mut stream = socket.connect(server).await?;
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let head = String::from_utf8_lossy(answer.get(..12).unwrap_or_default()).into_owned();
    Ok(head.trim_start_matches("HTTP/1.1 ").to_owned())
}

/// Sends the worst queries at the permitted rate until it is aborted. Every third client does not wait for its
/// response.
async fn attack(server: SocketAddr, peer: u8, paths: Arc<Vec<String>>, answers: Answers) {
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / RATE));
    for at in usize::from(peer).. {
        tick.tick().await;
        let (paths, answers) = (Arc::clone(&paths), Arc::clone(&answers));
        tokio::spawn(async move {
            let asking = ask(server, peer, &paths[at % paths.len()]);
            let status = match at % 3 {
                0 => tokio::time::timeout(PATIENCE, asking).await.ok(),
                _ => Some(asking.await),
            };
            let status = match status {
                None => "gone before the answer".to_owned(),
                Some(Ok(status)) => status,
                Some(Err(error)) => error.kind().to_string(),
            };
            *answers.lock().unwrap().entry(status).or_insert(0) += 1;
        });
    }
}

/// The resident memory of the process `id` in megabytes.
fn megabytes(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

/// The most expensive search of each form.
fn paths() -> Vec<String> {
    let words: Vec<String> =
        "the of and to a in is for model data on that with as are feature this \
        be system learning by user from we can or an training which it at not more ranking search"
            .split_whitespace()
            .map(str::to_owned)
            .collect();
    let paths = Queries::worst(&words).into_iter().map(|query| {
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        format!("/api/v1/search?limit=100&q={query}")
    });
    paths.collect()
}

#[test]
#[ignore = "takes minutes: .ci/soak attack"]
fn health_is_answered_and_sigterm_ends_the_server_while_eight_peers_search_for_the_worst() {
    let Some(world) = corpus::gathered() else { return };
    world.write("cairn.toml", "[serve]\nrequests_per_second = 20\n");
    let mut server = Server::start(&world, &["--no-refresh"]);
    let (address, id): (SocketAddr, u32) = (server.address().parse().unwrap(), server.child.id());
    let paths = Arc::new(paths());
    let answers = Answers::default();
    let (mut times, mut held) = block_on(async {
        let attackers: Vec<_> = (1..=PEERS)
            .map(|peer| tokio::spawn(attack(address, peer, Arc::clone(&paths), answers.clone())))
            .collect();
        let (mut times, mut held) = (Vec::new(), Vec::new());
        let begun = Instant::now();
        while begun.elapsed() < length() {
            let started = Instant::now();
            let status = ask(address, 100, "/healthz").await.unwrap();
            times.push(started.elapsed());
            assert_eq!(status, "200");
            held.push(megabytes(id));
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        let started = Instant::now();
        send(Signal::Terminate, id);
        let ending = tokio::task::spawn_blocking(move || ended(&mut server.child));
        assert!(ending.await.unwrap().success());
        let took = started.elapsed();
        println!("SIGTERM ended it in {:.2} s", took.as_secs_f64());
        assert!(took < Duration::from_secs(5), "{took:?}");
        attackers.iter().for_each(tokio::task::JoinHandle::abort);
        (times, held)
    });
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100];
    let answers = std::mem::take(&mut *answers.lock().unwrap());
    println!("searches: {answers:?}");
    let of = |status: &str| answers.get(status).copied().unwrap_or(0);
    let (searched, all) = (of("200") + of("503"), answers.values().sum::<usize>());
    assert!(searched * 3 > all, "the searches got as far as the queue: {answers:?}");
    println!(
        "/healthz: {} answers, p99 {p99:.1?}, worst {:.1?}",
        times.len(),
        times.last().unwrap()
    );
    held.sort_unstable();
    let most = held.last().unwrap();
    println!("memory: {} MB the median, {most} MB the most", held[held.len() / 2]);
    assert!(p99 < Duration::from_millis(100), "{p99:?}");
    assert!(*most < MOST_MEGABYTES, "{most} MB");
}
