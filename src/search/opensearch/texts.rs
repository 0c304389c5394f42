//! The kept texts of sections, from a cluster.

use std::collections::HashMap;

use serde_json::json;

use crate::search::index::error::SearchError;
use crate::search::index::opened::KeptTexts;
use crate::search::opensearch::connection::ClusterSections;
use crate::search::opensearch::mapping::field;
use crate::search::opensearch::payload;
use crate::search::opensearch::sections::signed;

/// The maximum number of sections that one request asks for.
const MOST: usize = 500;

impl ClusterSections {
    /// The texts of the sections with these `ids`, by id; those that the cluster lacks are missing. One request for
    /// every [`MOST`] sections.
    pub(in crate::search) fn texts(
        &self,
        ids: &[u64],
    ) -> Result<HashMap<u64, KeptTexts>, SearchError> {
        let mut texts = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(MOST) {
            let wanted: Vec<i64> = ids.iter().map(|id| signed(*id)).collect();
            let mut filters = self.valid();
            filters.push(json!({"terms": {field::ID: wanted}}));
            let answer = self.search(&json!({
                "size": ids.len(),
                "track_total_hits": false,
                "_source": false,
                "stored_fields": "_none_",
                "docvalue_fields": [field::ID, field::TEXTS],
                "query": {"bool": {"filter": filters}},
            }))?;
            for hit in answer.hits.hits {
                if let (Some(id), Some(kept)) = (hit.fields.id.first(), hit.fields.texts.first()) {
                    texts.insert(id.cast_unsigned(), payload::texts(kept)?);
                }
            }
        }
        Ok(texts)
    }
}
