//! The clients of the hostile load: ordinary, malformed, abandoning and slow ones.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// The timeout of a response. The server responds with 503 after ten seconds.
const ANSWER: Duration = Duration::from_secs(30);

/// How a client behaves.
#[derive(Clone, Copy)]
enum ClientBehaviour {
    /// Sends a request and reads the response. Keeps the connection.
    Ordinary,
    /// Sends a malformed request and reads the response.
    Malformed,
    /// Sends a request, or a part of one, and disconnects.
    Disconnects,
    /// Sends requests slowly in pieces, reads no response, and waits before it disconnects.
    Slow,
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
pub(crate) fn targets(ids: &[String]) -> Vec<String> {
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
fn malformed_request(rng: &mut Rng) -> Vec<u8> {
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
pub(crate) struct Load {
    pub address: String,
    pub targets: Vec<String>,
    /// The number of requests, and how many were sent.
    pub wanted: usize,
    pub sent: AtomicUsize,
    pub until: Instant,
    /// How often each status or outcome was seen.
    pub statuses: std::sync::Mutex<BTreeMap<String, usize>>,
}

impl Load {
    /// Whether another request is to be sent; counts it if so.
    fn takes_request(&self) -> bool {
        Instant::now() < self.until && self.sent.fetch_add(1, Ordering::Relaxed) < self.wanted
    }

    /// Counts the status or outcome `what`.
    fn note(&self, what: &str) {
        *self.statuses.lock().unwrap().entry(what.to_owned()).or_default() += 1;
    }

    /// A random good request.
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
    pub async fn client(self: Arc<Load>, seed: u64, is_slow: bool) {
        let mut rng = Rng::with_seed(seed);
        let mut kept = None;
        while self.takes_request() {
            let behaviour = match rng.u8(..20) {
                _ if is_slow => ClientBehaviour::Slow,
                0..=14 => ClientBehaviour::Ordinary,
                15..=17 => ClientBehaviour::Disconnects,
                _ => ClientBehaviour::Malformed,
            };
            let stream = match (kept.take(), behaviour) {
                (Some(stream), ClientBehaviour::Ordinary) => Ok(stream),
                _ => TcpStream::connect(&self.address).await,
            };
            let Ok(stream) = stream else {
                self.note("no connection");
                sleep(Duration::from_millis(50)).await;
                continue;
            };
            kept = self.visit(stream, behaviour, &mut rng).await;
        }
    }

    /// Runs one connection with this `behaviour`. Returns the connection if it can be used again.
    async fn visit(
        &self,
        mut stream: TcpStream,
        behaviour: ClientBehaviour,
        rng: &mut Rng,
    ) -> Option<TcpStream> {
        match behaviour {
            ClientBehaviour::Ordinary => {
                let request = self.request(rng);
                stream.write_all(request.as_bytes()).await.ok()?;
                let read = timeout(ANSWER, answer(&mut stream)).await;
                let Ok(read) = read else {
                    self.note("no response in time");
                    return None;
                };
                let (status, is_kept) = read.unwrap_or_else(|| ("closed".to_owned(), false));
                self.note(&status);
                return is_kept.then_some(stream);
            }
            ClientBehaviour::Malformed => {
                let _ = stream.write_all(&malformed_request(rng)).await;
                let _ = stream.shutdown().await;
                let _ = timeout(ANSWER, answer(&mut stream)).await;
                self.note("malformed");
            }
            ClientBehaviour::Disconnects => {
                let request = self.request(rng);
                let part = if rng.bool() { request.len() } else { rng.usize(..request.len()) };
                let _ = stream.write_all(&request.as_bytes()[..part]).await;
                if rng.bool() {
                    let _ = timeout(Duration::from_millis(20), stream.read(&mut [0; 100])).await;
                }
                self.note("disconnected");
            }
            ClientBehaviour::Slow => {
                let requests = self.request(rng).repeat(rng.usize(1..40));
                for piece in requests.as_bytes().chunks(700).take(20) {
                    sleep(Duration::from_millis(50)).await;
                    if stream.write_all(piece).await.is_err() {
                        break;
                    }
                }
                sleep(Duration::from_millis(500)).await;
                self.note("slow");
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
