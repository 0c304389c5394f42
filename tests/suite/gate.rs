//! A reverse proxy in front of a node of a real OpenSearch cluster, as operators put one there: it asks for a password.
//! It can also be slow, or claim another version.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::cluster::{TestCluster, settings};
use crate::world::block_on;

/// How the gate behaves.
#[derive(Clone, Debug, Default)]
pub struct GateState {
    /// The value of `Authorization` without which it answers 401.
    pub authorization: Option<String>,
    /// It waits so long before it passes a request on.
    pub delay: Duration,
    /// The version that it claims instead of the node's.
    pub version: Option<&'static str>,
}

type Shared = Arc<Mutex<GateState>>;

/// A running gate.
pub struct Gate {
    pub url: String,
    prefix: String,
    state: Shared,
}

struct Passage {
    node: String,
    client: reqwest::Client,
    state: Shared,
}

impl Gate {
    /// A gate to the first node of `cluster`.
    pub fn to(cluster: &TestCluster) -> Gate {
        let state = Shared::default();
        let (node, shared) = (cluster.nodes[0].clone(), Arc::clone(&state));
        let (told, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            block_on(async move {
                let _ = rustls::crypto::ring::default_provider().install_default();
                let client = reqwest::Client::builder().no_proxy().build().unwrap();
                let passage = Arc::new(Passage { node, client, state: shared });
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                let router = Router::new().fallback(pass).with_state(passage);
                axum::serve(listener, router).await.unwrap();
            });
        });
        let url = format!("http://{}", address.recv().unwrap());
        Gate { url, prefix: cluster.prefix.clone(), state }
    }

    /// Changes how it behaves from now on.
    pub fn set(&self, state: GateState) {
        *self.state.lock().unwrap() = state;
    }

    /// The settings that reach the cluster through this gate, with `more` lines.
    pub fn settings(&self, more: &str) -> String {
        settings(std::slice::from_ref(&self.url), &self.prefix, more)
    }
}

/// Passes a request on to the node, unless the state of the gate forbids it.
async fn pass(State(passage): State<Arc<Passage>>, request: Request) -> Response {
    let GateState { authorization, delay, version } = passage.state.lock().unwrap().clone();
    let (parts, body) = request.into_parts();
    let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if authorization.is_some() && given != authorization.as_deref() {
        return (StatusCode::UNAUTHORIZED, "Unauthorized").into_response();
    }
    tokio::time::sleep(delay).await;
    let body = axum::body::to_bytes(body, 100_000_000).await.unwrap();
    let asked = passage.client.request(parts.method, format!("{}{}", passage.node, parts.uri));
    let asked = asked.header(header::CONTENT_TYPE, "application/json").body(body);
    let Ok(answer) = asked.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let status = answer.status();
    let Ok(mut body) = answer.bytes().await else { return StatusCode::BAD_GATEWAY.into_response() };
    if let (Some(version), "/") = (version, parts.uri.path()) {
        let mut said: Value = serde_json::from_slice(&body).unwrap();
        said["version"]["number"] = json!(version);
        body = Bytes::from(said.to_string());
    }
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
