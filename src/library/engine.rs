//! Which engine searches a generation, and whether it can.

use super::Library;
use super::view::{EngineKind, EngineView};

impl Library {
    /// Whether the texts of this generation are in a cluster only.
    pub fn is_outline(&self) -> bool {
        self.searcher.is_outline()
    }

    /// The engine that searches this generation, as of the last search. Asks nobody.
    pub fn engine(&self) -> EngineView {
        let is_outline = self.is_outline();
        match self.searcher.cluster() {
            Some(cluster) => EngineView {
                name: EngineKind::OpenSearch,
                available: cluster.statistics().is_up(),
                fallback: !is_outline,
            },
            // The texts are in a cluster, and none is set.
            None if is_outline => {
                EngineView { name: EngineKind::OpenSearch, available: Some(false), fallback: false }
            }
            None => {
                EngineView { name: EngineKind::Embedded, available: Some(true), fallback: false }
            }
        }
    }
}
