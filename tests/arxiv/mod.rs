//! A fake arXiv: a local HTTP server that answers the query interface of the API with Atom feeds in the form that
//! <https://info.arxiv.org/help/api/user-manual.html> documents. Each test starts its own.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request as HttpRequest;
use axum::http::{Response, StatusCode, header};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A paper that the server knows.
#[derive(Clone)]
pub struct Paper {
    pub title: String,
    pub authors: Vec<String>,
    pub year: u16,
    pub abstract_text: String,
}

/// How the server misbehaves in response to one request.
#[derive(Clone, Debug)]
pub enum ArxivFault {
    Status(u16),
    /// Status 429 with this `retry-after` in seconds.
    Limited(u64),
    /// A redirect to this URL.
    Redirect(String),
    /// This body with status 200.
    Body(String),
    /// The connection ends in the middle of the body.
    Truncated,
    /// The feed lacks the last entry, but counts it.
    Incomplete,
    /// The response never comes.
    Silent,
}

/// A received request.
#[derive(Clone, Debug)]
pub struct ArxivRequest {
    pub at: Instant,
    pub user_agent: String,
    /// The identifiers in `id_list`.
    pub ids: Vec<String>,
    pub max_results: usize,
}

#[derive(Default)]
struct State {
    papers: BTreeMap<String, Paper>,
    /// Identifiers that the server calls malformed.
    malformed: Vec<String>,
    faults: VecDeque<ArxivFault>,
    requests: Vec<ArxivRequest>,
}

/// A running server.
pub struct Arxiv {
    pub base: String,
    state: Arc<Mutex<State>>,
    runtime: Option<Runtime>,
}

impl Arxiv {
    /// Starts a server that knows `papers`, by identifier without version.
    pub fn start(papers: &[(&str, Paper)]) -> Arxiv {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let papers = papers.iter().map(|(id, paper)| ((*id).to_owned(), paper.clone()));
        let state = State { papers: papers.collect(), ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let of_app = Arc::clone(&state);
        let app = Router::new().fallback(move |request: HttpRequest| {
            let state = Arc::clone(&of_app);
            let (path, asked) = (request.uri().path().to_owned(), parse(&request));
            async move { answer(&state, &path, asked).await }
        });
        let listener = runtime.block_on(async { TcpListener::bind("127.0.0.1:0").await.unwrap() });
        let base = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, app).await });
        Arxiv { base, state, runtime: Some(runtime) }
    }

    /// Answers the next requests with these faults, one each.
    pub fn fail(&self, faults: &[ArxivFault]) {
        self.state().faults.extend(faults.iter().cloned());
    }

    /// Calls the identifier `id` malformed from now on.
    pub fn refuse(&self, id: &str) {
        self.state().malformed.push(id.to_owned());
    }

    /// The requests since the last call.
    pub fn take_requests(&self) -> Vec<ArxivRequest> {
        std::mem::take(&mut self.state().requests)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Arxiv {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn answer(state: &Mutex<State>, path: &str, asked: ArxivRequest) -> Response<Body> {
    let (fault, feed) = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = state.faults.pop_front();
        let drop_last = matches!(fault, Some(ArxivFault::Incomplete));
        let feed = feed(&state, &asked, drop_last);
        state.requests.push(asked);
        (fault, feed)
    };
    let with = |status: u16, body: String| {
        let response = Response::builder().status(status);
        response.header(header::CONTENT_TYPE, "application/atom+xml").body(body.into()).unwrap()
    };
    if path != "/api/query" {
        return with(404, String::new());
    }
    match fault {
        None | Some(ArxivFault::Incomplete) => with(200, feed),
        Some(ArxivFault::Status(status)) => with(status, "an error".into()),
        Some(ArxivFault::Limited(seconds)) => {
            let response = Response::builder().status(StatusCode::TOO_MANY_REQUESTS);
            let response = response.header(header::RETRY_AFTER, seconds);
            response.body("Rate exceeded.".into()).unwrap()
        }
        Some(ArxivFault::Redirect(url)) => {
            let response = Response::builder().status(StatusCode::FOUND);
            response.header(header::LOCATION, url).body(Body::empty()).unwrap()
        }
        Some(ArxivFault::Body(body)) => with(200, body),
        Some(ArxivFault::Truncated) => {
            let half: Vec<u8> = feed.into_bytes().into_iter().take(900).collect();
            let parts = futures_util::stream::iter([
                Ok(bytes::Bytes::from(half)),
                Err(std::io::Error::other("the connection ends")),
            ]);
            Response::new(Body::from_stream(parts))
        }
        Some(ArxivFault::Silent) => {
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            with(200, feed)
        }
    }
}

fn parse(request: &HttpRequest) -> ArxivRequest {
    let query = request.uri().query().unwrap_or_default();
    let value = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let agent = request.headers().get(header::USER_AGENT);
    ArxivRequest {
        at: Instant::now(),
        user_agent: agent.map(|agent| agent.to_str().unwrap().to_owned()).unwrap_or_default(),
        ids: value("id_list").split(',').map(str::to_owned).collect(),
        max_results: value("max_results").parse().unwrap_or(10),
    }
}

/// The feed about the identifiers of `asked`, or an error entry if one of them is malformed.
fn feed(state: &State, asked: &ArxivRequest, drop_last: bool) -> String {
    if let Some(id) = asked.ids.iter().find(|id| state.malformed.contains(id)) {
        let error = format!(
            "<entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_{id}</id><title>Error</title>\
             <summary>incorrect id format for {id}</summary><author><name>arXiv api core</name></author></entry>"
        );
        return around(1, &error);
    }
    let known = asked.ids.iter().filter_map(|id| Some((id, state.papers.get(id)?)));
    let mut entries: Vec<String> =
        known.take(asked.max_results).map(|(id, paper)| entry(id, paper)).collect();
    let total = entries.len();
    if drop_last {
        entries.pop();
    }
    around(total, &entries.concat())
}

fn around(total: usize, entries: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <link href="http://arxiv.org/api/query?search_query%3D%26id_list%3D%26start%3D0" rel="self" type="application/atom+xml"/>
  <title type="html">ArXiv Query: search_query=&amp;id_list=&amp;start=0</title>
  <id>http://arxiv.org/api/cHxbiOdZaP56ODnBPIenZhzg5f8</id>
  <updated>2026-01-02T00:00:00-05:00</updated>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">{total}</opensearch:totalResults>
  <opensearch:startIndex xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">0</opensearch:startIndex>
  {entries}
</feed>"#
    )
}

fn entry(id: &str, paper: &Paper) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let (title, text, year) = (escape(&paper.title), escape(&paper.abstract_text), paper.year);
    let author = |name: &String| format!("<author><name>{}</name></author>", escape(name));
    let authors: String = paper.authors.iter().map(author).collect();
    format!(
        r#"<entry>
    <id>http://arxiv.org/abs/{id}v2</id>
    <updated>2024-06-12T17:57:34Z</updated>
    <published>{year}-06-12T17:57:34Z</published>
    <title>{title}</title>
    <summary>  {text}
</summary>
    {authors}
    <arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">12 pages</arxiv:comment>
    <link href="http://arxiv.org/abs/{id}v2" rel="alternate" type="text/html"/>
    <link title="pdf" href="http://arxiv.org/pdf/{id}v2" rel="related" type="application/pdf"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.IR" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.IR" scheme="http://arxiv.org/schemas/atom"/>
  </entry>"#
    )
}
