//! Searches whose candidates come from a cluster.

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
        match self.answer(&engine, request, vocabulary, budget) {
            Err(SearchError::Cluster(fault)) if !self.is_outline() => {
                tracing::warn!("the cluster is not used: {fault}");
                let mut response = self.answer(&self.index, request, vocabulary, budget)?;
                response.stand_in = Some(fault);
                Ok(response)
            }
            answer => answer,
        }
    }
}
