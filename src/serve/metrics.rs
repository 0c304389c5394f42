//! Metrics of the server, for Prometheus.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::engine_metrics::EngineMetrics;
use super::index_metrics::{IndexFigures, IndexMetrics};
use super::process_metrics::ProcessMetrics;
use crate::search::cluster::Cluster;

/// The bounds of the histogram's buckets in seconds. A search takes about a millisecond, a page a few milliseconds.
const BOUNDS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];

/// Labels of request metrics. They contain the route instead of the URL, so that the number of label sets is bounded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResponseLabels {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

type DurationHistograms = Family<RouteLabel, Histogram, fn() -> Histogram>;

/// The metrics of one server.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<ResponseLabels, Counter>,
    seconds: DurationHistograms,
    index: IndexMetrics,
    searches_running: Gauge,
    searches_waiting: Gauge,
}

impl Metrics {
    /// The metrics of a server that uses `cluster`, if there is one, and that started at the Unix time `started`.
    pub fn new(cluster: Option<&Arc<Cluster>>, started: f64) -> Metrics {
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        let mut metrics = Metrics {
            registry: Registry::default(),
            requests: Family::default(),
            seconds: DurationHistograms::new_with_constructor(histogram),
            index: IndexMetrics::default(),
            searches_running: Gauge::default(),
            searches_waiting: Gauge::default(),
        };
        let process = Box::new(ProcessMetrics { started });
        metrics.registry.sub_registry_with_prefix("process").register_collector(process);
        let registry = metrics.registry.sub_registry_with_prefix("cairn");
        registry.register("http_requests", "Requests answered", metrics.requests.clone());
        registry.register("http_seconds", "Time to answer", metrics.seconds.clone());
        let running = metrics.searches_running.clone();
        registry.register("searches_running", "Searches that run now", running);
        let waiting = metrics.searches_waiting.clone();
        registry.register("searches_waiting", "Searches that wait for their turn", waiting);
        registry.register_collector(Box::new(metrics.index.clone()));
        if let Some(cluster) = cluster {
            registry.register_collector(Box::new(EngineMetrics::of(cluster)));
        }
        metrics
    }

    /// Records one request for `route`: the status of its response, and how long it took.
    pub fn count(&self, route: String, status: u16, duration: Duration) {
        let seconds = duration.as_secs_f64();
        self.seconds.get_or_create(&RouteLabel { route: route.clone() }).observe(seconds);
        self.requests.get_or_create(&ResponseLabels { route, status }).inc();
    }

    /// All metrics as OpenMetrics text.
    pub fn encoded(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Sets the metrics of the index.
    pub fn set_index(&self, figures: IndexFigures) {
        self.index.set(figures);
    }

    /// Sets how many searches run and wait.
    pub fn set_searches(&self, running: usize, waiting: usize) {
        let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.searches_running.set(whole(running));
        self.searches_waiting.set(whole(waiting));
    }
}
