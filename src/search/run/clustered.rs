//! Searches whose candidates come from a cluster.

use std::sync::Arc;

use crate::search::cluster::Cluster;
use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::opensearch::connection::ClusterSections;
use crate::search::opensearch::engine::{ClusterEngine, ClusterReader};
use crate::search::run::request::{SearchRequest, SearchResponse};
use crate::search::run::searcher::Searcher;
use crate::vocabulary::Vocabulary;

impl Searcher {
    /// Lets a cluster find the candidates of searches: `sections` must be those of this index. O(sections).
    pub fn with_cluster(mut self, sections: ClusterSections) -> Searcher {
        self.cluster = Some(ClusterReader::new(sections, &self.index.opened));
        self
    }

    /// The client of the cluster that finds the candidates; `None` for the embedded engine.
    pub fn cluster(&self) -> Option<&Arc<Cluster>> {
        self.cluster.as_ref().map(|reader| &reader.sections.cluster)
    }

    /// Whether the texts of the sections are in a cluster only.
    pub fn is_outline(&self) -> bool {
        self.index.opened.is_outline
    }

    /// The response to `request` with the candidates of `cluster`. If it can't be used, and this index is whole, the
    /// embedded engine finds the candidates.
    pub(super) fn answer_with(
        &self,
        cluster: &ClusterReader,
        request: &SearchRequest,
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<SearchResponse, SearchError> {
        let engine = ClusterEngine { local: &self.index, reader: cluster };
        let statistics = cluster.sections.cluster.statistics();
        let search = || self.answer(&engine, request, vocabulary, budget);
        match statistics.observe(SearchError::is_of_engine, search) {
            Err(SearchError::Cluster(fault)) if !self.is_outline() => {
                tracing::warn!("the cluster is not used: {fault}");
                statistics.record_fallback();
                let mut response = self.answer(&self.index, request, vocabulary, budget)?;
                response.stand_in = Some(fault);
                Ok(response)
            }
            answer => answer,
        }
    }
}
