//! Shared by the tests of the fake server: a plain HTTP client, and a repository to request.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Archive, GitHub, Repo, archive};

pub const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
pub const NEW_SHA: &str = "89abcdef0123456789abcdef0123456789abcdef";
pub const REPO: &str = "/repos/ada/notes";
pub const TARBALL: &str = "/ada/notes/tar.gz/HEAD";

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the body ended as its headers declare.
    pub whole: bool,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    pub fn assert_has(&self, names: &[&str]) {
        for name in names {
            assert!(self.header(name).is_some(), "{} without {name}", self.status);
        }
    }

    fn parse(bytes: &[u8]) -> Reply {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = std::str::from_utf8(&bytes[..end]).expect("a head in ASCII");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers = lines.filter_map(|line| line.split_once(": "));
        let mut reply = Reply {
            status: status.and_then(|status| status.parse().ok()).expect("a status"),
            headers: headers.map(|(key, value)| (key.into(), value.into())).collect(),
            body: bytes[end + 4..].to_vec(),
            whole: true,
        };
        if reply.header("transfer-encoding") == Some("chunked") {
            (reply.body, reply.whole) = unchunk(&reply.body);
        } else if let Some(length) = reply.header("content-length") {
            reply.whole = length.parse() == Ok(reply.body.len());
        }
        reply
    }
}

fn unchunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = std::str::from_utf8(&rest[..line]).expect("a chunk's length");
        let length = usize::from_str_radix(length, 16).expect("a chunk's length");
        if length == 0 {
            return (body, true);
        }
        body.extend(&rest[line + 2..line + 2 + length]);
        rest = &rest[line + 2 + length + 2..];
    }
    (body, false)
}

pub async fn get(server: &GitHub, path: &str, headers: &[(&str, &str)]) -> Reply {
    send(server, &format!("GET {path}"), headers, "").await
}

pub async fn post(server: &GitHub, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let length = body.len().to_string();
    let headers = [headers, &[("Content-Length", &*length)]].concat();
    send(server, &format!("POST {path}"), &headers, body).await
}

async fn send(server: &GitHub, line: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let address = server.base().replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.expect("the server listens");
    let mut head = format!("{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    let request = format!("{head}\r\n{body}");
    stream.write_all(request.as_bytes()).await.expect("a request is taken");
    let mut bytes = Vec::new();
    // A connection that was broken on purpose is a valid result.
    let _ = stream.read_to_end(&mut bytes).await;
    Reply::parse(&bytes)
}

pub fn notes(sha: &str) -> Repo {
    // Text that barely compresses, so that half of the archive is long and it has many chunks.
    let long: String = (0..3000_u32).map(|n| blake3::hash(&n.to_le_bytes()).to_string()).collect();
    let files: [(&str, &[u8]); 3] = [
        ("LICENSE", b"Do as you like.\n"),
        ("docs/deep/one.md", b"# One\n"),
        ("long.txt", long.as_bytes()),
    ];
    let bytes = archive("ada/notes", sha, &files);
    Repo {
        licence: Some("MIT".to_owned()),
        stars: 5,
        ..Repo::new("ada/notes", sha, Archive::Bytes(bytes))
    }
}

pub async fn server() -> GitHub {
    GitHub::start(vec![notes(SHA)]).await.expect("a local port")
}
