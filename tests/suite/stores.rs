//! Servers for tests of replicas: a static web server over a folder, and an S3 server (s3s). Both can misbehave.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;

const KEY: &str = "AKTESTKEY";
pub const SECRET: &str = "s3cr3t-of-storage";

/// How a server misbehaves when a file is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// The connection ends after this many bytes of the body.
    Truncated(usize),
    /// The body is whole and shorter than the file.
    Shorter,
    /// The last byte is another one.
    Wrong,
    /// The body never ends.
    Endless,
    /// One byte comes every tenth of a second.
    Trickle,
    /// Nothing comes.
    Silent,
    Status(u16),
    /// It leads to another server.
    Redirect,
}

/// A rule: requests for paths with this end meet the fault, at most so many times.
struct Rule {
    end: String,
    fault: StoreFault,
    times: usize,
}

#[derive(Default)]
struct StoreState {
    rules: Vec<Rule>,
    /// The requests so far: method, path, and the number of bytes of the response.
    requests: Vec<String>,
    bytes: usize,
    /// From this number of requests on, no request gets a response.
    holds_after: Option<usize>,
    login: Option<String>,
}

type Shared = Arc<Mutex<StoreState>>;

/// A running server.
pub struct StoreServer {
    pub base: String,
    /// The folder that it serves, or that holds its buckets.
    pub root: PathBuf,
    state: Shared,
    _folder: Option<TempDir>,
}

impl StoreServer {
    /// A static web server over `root`.
    pub fn files(root: &Path) -> StoreServer {
        let state = Shared::default();
        let own = root.to_owned();
        let file = move |request: Request| {
            let path = own.join(request.uri().path().trim_start_matches('/'));
            async move {
                match fs::read(path) {
                    Ok(bytes) => bytes.into_response(),
                    Err(_) => StatusCode::NOT_FOUND.into_response(),
                }
            }
        };
        let base = start(Router::new().fallback(file), &state);
        StoreServer { base, root: root.to_owned(), state, _folder: None }
    }

    /// An S3 server with the empty bucket `cairn`.
    pub fn s3() -> StoreServer {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("cairn")).unwrap();
        let state = Shared::default();
        let files = s3s_fs::FileSystem::new(folder.path()).unwrap();
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = builder.build();
        let call = move |request: Request| {
            let service = service.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 100_000_000).await.unwrap();
                let request = http::Request::from_parts(parts, s3s::Body::from(body));
                match service.call(request).await {
                    Ok(response) => response.map(Body::new),
                    Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                }
            }
        };
        let base = start(Router::new().fallback(call), &state);
        StoreServer { base, root: folder.path().to_owned(), state, _folder: Some(folder) }
    }

    /// The environment with which a program uses the S3 server.
    pub fn sign_in<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("AWS_ACCESS_KEY_ID", KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_REGION", "eu-test-1")
            .env("AWS_ENDPOINT_URL", &self.base)
            .env("AWS_ALLOW_HTTP", "true")
    }

    /// From now on, requests for paths with the end `end` meet `fault`, `times` times.
    pub fn fault(&self, end: &str, fault: StoreFault, times: usize) {
        let rule = Rule { end: end.to_owned(), fault, times };
        self.state.lock().unwrap().rules.push(rule);
    }

    /// Removes all faults, and forgets the requests.
    pub fn heal(&self) {
        let mut state = self.state.lock().unwrap();
        state.rules.clear();
        state.requests.clear();
        state.bytes = 0;
        state.holds_after = None;
    }

    /// After `requests` more requests, no request gets a response.
    pub fn hold_after(&self, requests: usize) {
        let mut state = self.state.lock().unwrap();
        state.holds_after = Some(state.requests.len() + requests);
    }

    /// Whether a request waits for a response that it does not get.
    pub fn holds(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.holds_after.is_some_and(|after| state.requests.len() > after)
    }

    /// Only requests with this user and password (`user:password`) get a response.
    pub fn require(&self, login: &str) {
        self.state.lock().unwrap().login = Some(login.to_owned());
    }

    /// The requests so far, as `METHOD path`.
    pub fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }

    /// The number of bytes that it has sent.
    pub fn sent(&self) -> usize {
        self.state.lock().unwrap().bytes
    }
}

/// Starts a server for `router` on its own thread. Returns its address.
fn start(router: Router, state: &Shared) -> String {
    let router = router.layer(from_fn_with_state(Arc::clone(state), misbehave));
    let (told, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        crate::world::block_on(async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    format!("http://{}", address.recv().unwrap())
}

/// Held while a request with a condition is answered.
static CONDITIONAL: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Records the request, and applies the fault of its path.
async fn misbehave(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let fault = {
        let mut state = state.lock().unwrap();
        state.requests.push(format!("{} {path}", request.method()));
        if !is_signed_in(&state, request.headers()) {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        let is_held = state.holds_after.is_some_and(|after| state.requests.len() > after);
        let rule = state.rules.iter_mut().find(|rule| path.ends_with(&rule.end) && rule.times > 0);
        let fault = rule.map(|rule| {
            rule.times -= 1;
            rule.fault
        });
        if is_held { Some(StoreFault::Silent) } else { fault }
    };
    match fault {
        Some(StoreFault::Silent) => std::future::pending().await,
        Some(StoreFault::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(StoreFault::Redirect) => {
            let to = [(header::LOCATION, "http://127.0.0.2:1/".to_owned())];
            (StatusCode::FOUND, to).into_response()
        }
        fault => {
            // s3s checks a condition and writes in two steps; real storage does it in one.
            let _one_at_a_time = match request.headers().contains_key(header::IF_NONE_MATCH) {
                true => Some(CONDITIONAL.lock().await),
                false => None,
            };
            let response = next.run(request).await;
            let (mut parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, 300_000_000).await.unwrap();
            state.lock().unwrap().bytes += body.len();
            // s3s sends some responses in chunks; this one is whole.
            parts.headers.remove(header::TRANSFER_ENCODING);
            let Some(fault) = fault else { return Response::from_parts(parts, body.into()) };
            if !matches!(fault, StoreFault::Truncated(_) | StoreFault::Wrong) {
                parts.headers.remove(header::CONTENT_LENGTH);
            }
            Response::from_parts(parts, spoilt(&body, fault))
        }
    }
}

fn is_signed_in(state: &StoreState, headers: &HeaderMap) -> bool {
    let Some(login) = &state.login else { return true };
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    sent == Some(&format!("Basic {}", base64(login)))
}

/// `body` with `fault`.
fn spoilt(body: &Bytes, fault: StoreFault) -> Body {
    match fault {
        StoreFault::Truncated(bytes) => {
            let first = body.slice(..bytes.min(body.len() - 1));
            let end = std::io::Error::other("the connection ends");
            Body::from_stream(futures_util::stream::iter([Ok(first), Err(end)]))
        }
        StoreFault::Shorter => Body::from(body.slice(..body.len() - 1)),
        StoreFault::Wrong => {
            let mut bytes = body.to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            Body::from(bytes)
        }
        StoreFault::Endless => {
            let body = body.clone();
            Body::from_stream(futures_util::stream::repeat_with(move || {
                Ok::<_, std::io::Error>(body.clone())
            }))
        }
        _ => {
            let bytes: Vec<u8> = body.to_vec();
            Body::from_stream(futures_util::stream::iter(bytes).then(|byte| async move {
                tokio::time::sleep(Duration::from_millis(100)).await;
                Ok::<_, std::io::Error>(vec![byte])
            }))
        }
    }
}

/// `text` in base64 (RFC 4648).
fn base64(text: &str) -> String {
    let alphabet: Vec<char> =
        ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let mut coded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            match place <= chunk.len() {
                true => coded.push(alphabet[(bits >> (18 - 6 * place) & 63) as usize]),
                false => coded.push('='),
            }
        }
    }
    coded
}
