//! A server on loopback that plays a node: it answers with recorded answers, or misbehaves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use url::Url;

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// An answer with a status and a body.
    Answer(u16, String),
    /// Bytes as they are; then the connection is closed.
    Bytes(Vec<u8>),
    /// Nothing, for this time.
    Hang(Duration),
}

/// A request that the server received.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Method and path.
    pub line: String,
    /// The lines of the head, with lower-case names.
    pub head: Vec<String>,
    pub body: String,
}

type Script = Arc<dyn Fn(&Seen, usize) -> Reply + Send + Sync>;

/// A node. Stops when it is dropped.
pub struct Server {
    pub url: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// A node that answers as `script` says. It gets the request, and the number of requests before it.
    pub fn start(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, stopped) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let server = Server {
            url: format!("http://{address}/").parse().unwrap(),
            seen: Arc::clone(&seen),
            stopped: Arc::clone(&stopped),
        };
        let script: Script = Arc::new(script);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (seen, script) = (Arc::clone(&seen), script.clone());
                thread::spawn(move || serve(stream.unwrap(), &seen, &script));
            }
        });
        server
    }

    /// A node that gives `replies` in turn, and the last one again and again.
    pub fn with(replies: Vec<Reply>) -> Server {
        Server::start(move |_, at| replies[at.min(replies.len() - 1)].clone())
    }

    /// A node that gives one recorded answer again and again.
    pub fn replaying(version: &str, name: &str) -> Server {
        Server::with(vec![recorded(version, name)])
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(("127.0.0.1", self.url.port().unwrap()));
    }
}

/// Reads one request and replies. Clients may go away at any time.
fn serve(stream: TcpStream, seen: &Mutex<Vec<Seen>>, script: &Script) {
    let mut reader = BufReader::new(&stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(0) => return,
            Ok(_) => {}
            // As nodes do with a request that is encrypted.
            Err(_) => {
                let _ = (&stream).write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
                return;
            }
        }
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let line = head.remove(0).trim_end_matches(" HTTP/1.1").to_owned();
    let request = Seen { line, head, body: String::from_utf8(body).unwrap() };
    let before = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    let bytes = match script(&request, before) {
        Reply::Answer(status, body) => {
            let length = body.len();
            format!(
                "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
            .into_bytes()
        }
        Reply::Bytes(bytes) => bytes,
        Reply::Hang(time) => {
            thread::sleep(time);
            return;
        }
    };
    let _ = (&stream).write_all(&bytes);
}

/// The recorded answer `name` of `version`, such as "3.9".
pub fn recorded(version: &str, name: &str) -> Reply {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/answers");
    let path = format!("{folder}/{version}/{name}.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let record: serde_json::Value = serde_json::from_str(&text).unwrap();
    let status = record["response"]["status"].as_u64().unwrap();
    Reply::Answer(status as u16, record["response"]["body"].to_string())
}

/// The URL of a node that refuses connections.
pub fn dead_node() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap()
}
