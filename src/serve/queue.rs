//! The queue of searches: limits how many run, how many wait, and how long each waits; it also cancels searches.
//!
//! Only searches use it. Other requests (health, metrics, lists, a section) are served even if it is full.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::error::RequestFailure;
use crate::refresh::RefreshStop;
use crate::search::{Budget, SearchError};

/// The maximum number of searches that may wait for a slot; further searches are refused at once.
const MOST_WAITING: usize = 64;
/// How long a search waits before it is refused.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The number of searches that may run at the same time, and that may wait.
struct QueueSize {
    running: usize,
    waiting: usize,
}

/// The search queue of one server.
pub(super) struct SearchQueue {
    running: Arc<Semaphore>,
    waiting: Semaphore,
    most: QueueSize,
    /// Cancels every search when the server stops.
    stopping: RefreshStop,
}

impl SearchQueue {
    /// A queue that runs as many searches at the same time as there are cores, but at least two. Searches are CPU-bound
    /// and rarely wait for the disk.
    pub fn new(stopping: RefreshStop) -> SearchQueue {
        let cores = std::thread::available_parallelism().map_or(2, NonZero::get);
        SearchQueue::of(cores.max(2), MOST_WAITING, stopping)
    }

    fn of(running: usize, waiting: usize, stopping: RefreshStop) -> SearchQueue {
        let most = QueueSize { running, waiting };
        let (running, waiting) = (Arc::new(Semaphore::new(running)), Semaphore::new(waiting));
        SearchQueue { running, waiting, most, stopping }
    }

    /// The number of searches that run now.
    pub fn running(&self) -> usize {
        self.most.running.saturating_sub(self.running.available_permits())
    }

    /// The number of searches that wait now.
    pub fn waiting(&self) -> usize {
        self.most.waiting.saturating_sub(self.waiting.available_permits())
    }

    /// Runs `search` on its own thread with its own budget.
    ///
    /// The search is cancelled when this future is dropped (the client has disconnected, or the request timed out) and
    /// when the server stops. Its slot is freed when its thread ends. `Err` if the queue is full, if no slot becomes
    /// free within [`LONGEST_WAIT`], or if the search fails or is stopped.
    pub async fn run<T: Send + 'static>(
        &self,
        search: impl FnOnce(&Budget) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, RequestFailure> {
        let waiting = self.waiting.try_acquire().map_err(|_| RequestFailure::busy())?;
        let slot = Arc::clone(&self.running).acquire_owned();
        let slot = tokio::time::timeout(LONGEST_WAIT, slot).await;
        let slot = slot.ok().and_then(Result::ok).ok_or_else(RequestFailure::busy)?;
        drop(waiting);
        let cancelled = self.stopping.child_token();
        let _on_drop = cancelled.clone().drop_guard();
        let thread = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            search(&Budget::limited(cancelled))
        });
        Ok(thread.await??)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::mpsc;

    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use tokio::io::AsyncWriteExt;
    use tower::ServiceExt;

    use super::super::connections::Connections;
    use super::super::listen::listen;
    use super::super::routes::router;
    use super::super::run::first_start;
    use super::super::state::{RefreshPolicy, ServerState};
    use super::*;
    use crate::config::{self, ConfigOverrides};
    use crate::library::view::ErrorCode;
    use crate::search::{SearchStopped, SectionId};

    /// A search that runs until it is cancelled, even after its budget is spent. It sends `None` when it starts, and
    /// the reason when it ends.
    fn endless(
        tell: mpsc::Sender<Option<SearchStopped>>,
    ) -> impl FnOnce(&Budget) -> Result<(), SearchError> {
        move |budget| {
            // The receiver may already be dropped.
            let _ = tell.send(None);
            loop {
                match budget.spend(1) {
                    Err(SearchStopped::Cancelled) => {
                        let _ = tell.send(Some(SearchStopped::Cancelled));
                        return Err(SearchStopped::Cancelled.into());
                    }
                    _ => std::thread::sleep(Duration::from_micros(50)),
                }
            }
        }
    }

    async fn next_report(reports: &mpsc::Receiver<Option<SearchStopped>>) -> Option<SearchStopped> {
        loop {
            match reports.try_recv() {
                Ok(said) => return said,
                Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_search_ends_and_frees_its_slot_when_its_client_disconnects() {
        let queue = Arc::new(SearchQueue::of(1, 1, RefreshStop::new()));
        let (tell, said) = mpsc::channel();
        let asking = tokio::spawn({
            let (queue, search) = (Arc::clone(&queue), endless(tell));
            async move { queue.run(search).await }
        });
        assert_eq!(next_report(&said).await, None, "it runs");
        asking.abort();
        assert_eq!(next_report(&said).await, Some(SearchStopped::Cancelled));
        assert_eq!(queue.run(|_| Ok(7)).await.unwrap(), 7);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_queue_refuses_at_once_and_a_stopping_server_ends_running_searches() {
        let stopping = RefreshStop::new();
        let queue = Arc::new(SearchQueue::of(1, 1, stopping.clone()));
        let (tell, said) = mpsc::channel();
        let ask = |search| {
            let queue = Arc::clone(&queue);
            tokio::spawn(async move { queue.run(search).await })
        };
        let first = ask(endless(tell.clone()));
        assert_eq!(next_report(&said).await, None);
        let second = ask(endless(tell));
        while queue.waiting.available_permits() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!((queue.running(), queue.waiting()), (1, 1));
        let refused = queue.run(|_| Ok(())).await.unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.code), (503, ErrorCode::Busy));
        stopping.cancel();
        assert_eq!(first.await.unwrap().unwrap_err().status.as_u16(), 503);
        let second = tokio::time::timeout(Duration::from_secs(10), second).await.unwrap();
        assert_eq!(second.unwrap().unwrap_err().status.as_u16(), 503);
    }

    /// The state of a server whose index has only local content.
    fn state(index: PathBuf) -> Arc<ServerState> {
        let overrides = ConfigOverrides { index: Some(index), ..ConfigOverrides::default() };
        let config = config::load(&overrides).unwrap();
        first_start(&config).unwrap();
        Arc::new(ServerState::new(config, RefreshPolicy::Never).unwrap())
    }

    /// Fills the queue with searches that end only when cancelled.
    async fn fill(state: &Arc<ServerState>) {
        let (tell, said) = mpsc::channel();
        let running = state.searches.running.available_permits();
        for _ in 0..running + MOST_WAITING {
            let (state, search) = (Arc::clone(state), endless(tell.clone()));
            tokio::spawn(async move { state.searches.run(search).await });
        }
        for _ in 0..running {
            assert_eq!(next_report(&said).await, None);
        }
        while state.searches.waiting.available_permits() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[test]
    fn graph_work_waits_for_a_blocking_thread_and_health_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let state = state(folder.path().join("index"));
        state.renew();
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let get = |path: &str| {
                let request = Request::get(path).body(Body::empty()).unwrap();
                router(Arc::clone(&state)).oneshot(request)
            };
            let (release, held) = mpsc::channel::<()>();
            let thread = tokio::task::spawn_blocking(move || held.recv());
            let responses = [
                ("/", 200),
                ("/topics", 200),
                ("/api/v1/topics", 200),
                ("/api/v1/topics/embedding/related", 200),
                ("/topics/embedding/learn", 200),
                ("/api/v1/topics/embedding/learn", 200),
                ("/path?from=embedding&to=calibration", 200),
                ("/api/v1/path?from=embedding&to=calibration", 200),
                ("/cases", 200),
                ("/api/v1/cases", 200),
                ("/resources", 200),
                ("/api/v1/resources", 200),
                ("/new?topic=unknown", 404),
                ("/api/v1/new?topic=unknown", 404),
                ("/feed.atom?topic=unknown", 404),
            ];
            let mut waiting: Vec<_> =
                responses.iter().map(|(path, _)| Box::pin(get(path))).collect();
            for ((path, _), answer) in responses.iter().zip(&mut waiting) {
                let soon = Duration::from_millis(50);
                let early = tokio::time::timeout(soon, answer.as_mut()).await;
                assert!(early.is_err(), "{path} was computed on the thread of the server");
            }
            assert_eq!(get("/healthz").await.unwrap().status(), 200);
            drop(release);
            assert!(thread.await.unwrap().is_err());
            for ((path, status), answer) in responses.iter().zip(waiting) {
                assert_eq!(answer.await.unwrap().status().as_u16(), *status, "{path}");
            }
        });
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn requests_without_a_search_are_served_while_the_queue_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("index");
        let state = tokio::task::spawn_blocking(|| state(index)).await.unwrap();
        let get = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            router(Arc::clone(&state)).oneshot(request).await.unwrap()
        };
        let library = state.library().unwrap();
        let cells = library.graph.cases.iter().flat_map(|case| &case.cells);
        let section = cells.flat_map(|cell| &cell.passages).next().copied().unwrap();
        fill(&state).await;
        for path in
            ["/api/v1/search?q=bias", "/api/v1/suggest?q=bias", "/?q=bias", "/results?q=bias"]
        {
            let response = get(path).await;
            assert_eq!(response.status().as_u16(), 503, "{path}");
            assert_eq!(response.headers()["retry-after"], "1", "{path}");
        }
        let section = SectionId(section);
        let document = library.document_id_of(section).unwrap().unwrap();
        for path in [
            "/healthz",
            "/readyz",
            "/metrics",
            "/",
            "/topics",
            "/sources",
            "/cases",
            "/new",
            "/api/v1/topics",
            "/api/v1/status",
            "/cases/video-recommendation",
            "/feed.atom",
            &format!("/documents/{document}"),
            &format!("/documents/{document}?q=bias"),
            &format!("/api/v1/sections/{section}"),
        ] {
            assert_eq!(get(path).await.status().as_u16(), 200, "{path}");
        }
        state.stopping.cancel();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_search_ends_when_its_connection_is_closed() {
        let queue = Arc::new(SearchQueue::of(1, 1, RefreshStop::new()));
        let (tell, said) = mpsc::channel();
        let handler = get(move || async move { queue.run(endless(tell)).await });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", handler);
        let server = tokio::spawn(listen(
            listener,
            router,
            Connections::new(None, Default::default()),
            std::future::pending(),
        ));
        let mut peer = tokio::net::TcpStream::connect(address).await.unwrap();
        peer.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert_eq!(next_report(&said).await, None, "it runs");
        drop(peer);
        assert_eq!(next_report(&said).await, Some(SearchStopped::Cancelled));
        server.abort();
    }
}
