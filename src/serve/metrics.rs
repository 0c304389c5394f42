//! Metrics of the server, for Prometheus.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::engine_metrics::EngineMetrics;
use crate::library::view::StatusView;
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
    generation: Gauge,
    documents: Gauge,
    sections: Gauge,
    failing: Gauge,
    last_run: Gauge<f64, AtomicU64>,
}

impl Metrics {
    /// The metrics of a server that uses `cluster`, if there is one.
    pub fn new(cluster: Option<&Arc<Cluster>>) -> Metrics {
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        let mut metrics = Metrics {
            registry: Registry::with_prefix("cairn"),
            requests: Family::default(),
            seconds: DurationHistograms::new_with_constructor(histogram),
            generation: Gauge::default(),
            documents: Gauge::default(),
            sections: Gauge::default(),
            failing: Gauge::default(),
            last_run: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("http_requests", "Requests answered", metrics.requests.clone());
        registry.register("http_seconds", "Time to answer", metrics.seconds.clone());
        registry.register("generation", "The open generation", metrics.generation.clone());
        registry.register("documents", "Documents in the index", metrics.documents.clone());
        registry.register("sections", "Sections in the index", metrics.sections.clone());
        registry.register(
            "sources_failing",
            "Sources that failed or were deferred in the last refresh",
            metrics.failing.clone(),
        );
        let last = "When the last refresh ended, seconds since 1970; 0 before the first";
        registry.register("last_refresh_seconds", last, metrics.last_run.clone());
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

    /// Sets the metrics of the index from `status`.
    pub fn set_index(&self, status: &StatusView) {
        let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.generation.set(i64::try_from(status.generation).unwrap_or(i64::MAX));
        self.documents.set(whole(status.counts.documents));
        self.sections.set(whole(status.counts.sections));
        self.failing.set(whole(status.failing.len()));
        let ended = status.last_run.as_ref().map(|run| run.ended_at.as_str());
        let ended = ended.and_then(|at| chrono::DateTime::parse_from_rfc3339(at).ok());
        self.last_run.set(ended.map_or(0.0, |at| at.timestamp() as f64));
    }
}
