//! Metrics of the cluster that searches: whether it works, searches, faults and times.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::search::cluster::{Cluster, ClusterStatistics};

/// Reads the counts of a client whenever the metrics are asked for. The client outlives generations, so they go on.
#[derive(Debug)]
pub(super) struct EngineMetrics {
    cluster: Arc<Cluster>,
}

impl EngineMetrics {
    pub fn of(cluster: &Arc<Cluster>) -> EngineMetrics {
        EngineMetrics { cluster: Arc::clone(cluster) }
    }
}

impl Collector for EngineMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let statistics = self.cluster.statistics();
        if let Some(is_up) = statistics.is_up() {
            let help =
                "Whether the last search through the cluster worked; absent before the first";
            let up = ConstGauge::new(i64::from(is_up));
            up.encode(encoder.encode_descriptor("engine_up", help, None, MetricType::Gauge)?)?;
        }
        for (name, help, count) in counts(statistics) {
            let counter = ConstCounter::new(count);
            let descriptor = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            counter.encode(descriptor)?;
        }
        let help = "Time of a request to the cluster";
        let kind = MetricType::Histogram;
        let mut times = encoder.encode_descriptor("engine_seconds", help, None, kind)?;
        let measured = statistics.times();
        let count = measured.buckets.iter().map(|(_, count)| count).sum();
        times.encode_histogram::<NoLabelSet>(measured.sum, count, &measured.buckets, None)
    }
}

/// Name, description and value of each count.
fn counts(statistics: &ClusterStatistics) -> [(&'static str, &'static str, u64); 3] {
    [
        ("engine_searches", "Searches that the cluster was asked for", statistics.searches()),
        ("engine_faults", "Searches that failed because of the cluster", statistics.faults()),
        (
            "engine_fallbacks",
            "Searches that the local index answered because the cluster could not",
            statistics.fallbacks(),
        ),
    ]
}
