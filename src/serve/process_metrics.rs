//! Metrics of this process under the names that Prometheus's client libraries use: memory, file descriptors, start.
//!
//! Memory and descriptors are read from `/proc`, so they are exported on Linux only.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

/// Reads the figures of this process whenever the metrics are asked for.
#[derive(Debug)]
pub(super) struct ProcessMetrics {
    /// When the process started, in seconds since 1970.
    pub started: f64,
}

impl Collector for ProcessMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let figures = [
            (
                "start_time_seconds",
                "When the server started, seconds since 1970",
                Some(self.started),
            ),
            ("resident_memory_bytes", "Resident memory of the server", resident_bytes()),
            ("open_fds", "Open file descriptors of the server", open_files()),
            ("max_fds", "File descriptors that the server may open", most_files()),
        ];
        for (name, help, value) in figures {
            let Some(value) = value else { continue };
            let kind = MetricType::Gauge;
            encoder.encode_descriptor(name, help, None, kind)?.encode_gauge(&value)?;
        }
        Ok(())
    }
}

/// `VmRSS` in `/proc/self/status`.
fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024.0)
}

/// The entries of `/proc/self/fd` without the one that lists them.
fn open_files() -> Option<f64> {
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    Some(count.saturating_sub(1) as f64)
}

/// The soft limit in `/proc/self/limits`; `None` if there is none.
fn most_files() -> Option<f64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}
