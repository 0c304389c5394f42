//! Compares what a cluster has of a generation with the generation: the number of sections and their checksums, source by
//! source.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::search::cluster::{ClusterFault, ClusterRequest};
use crate::search::index::error::SearchError;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::record::FoldedCopies;
use crate::search::opensearch::connection::ClusterSections;
use crate::search::opensearch::mapping::field;
use crate::search::opensearch::sections::check_number;

/// The time limit of the request, which reads a column of every section.
const LIMIT: Duration = Duration::from_secs(600);
/// The maximum number of sources; OpenSearch allows no more buckets.
const MOST_SOURCES: usize = 65_000;

/// How many sections there are, and the sum of their check numbers ([`check_number`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SectionSum {
    pub sections: u64,
    pub check: u64,
}

/// A source whose sections in the cluster are not those of the generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDifference {
    pub source: String,
    pub expected: SectionSum,
    pub found: SectionSum,
}

/// The result of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineCheck {
    /// The number of sources and of sections of the generation.
    pub sources: usize,
    pub sections: u64,
    /// The sources that differ, by id; empty if the cluster is whole.
    pub differences: Vec<SourceDifference>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    aggregations: Aggregations,
}

#[derive(Default, Deserialize)]
struct Aggregations {
    sources: Buckets,
}

#[derive(Default, Deserialize)]
struct Buckets {
    buckets: Vec<Bucket>,
}

#[derive(Deserialize)]
struct Bucket {
    key: String,
    doc_count: u64,
    check: Sum,
}

#[derive(Deserialize)]
struct Sum {
    value: f64,
}

impl ClusterSections {
    /// Compares the cluster with the generation's own search index in `folder`. A missing index differs in every source.
    /// `Err` if the cluster can't be used or the local index can't be read. O(sections).
    pub fn compare(&self, folder: &Path) -> Result<EngineCheck, SearchError> {
        let expected = local_sums(folder)?;
        let found = match self.sums() {
            Err(ClusterFault::NoIndex { .. }) => BTreeMap::new(),
            found => found?,
        };
        let mut check = EngineCheck {
            sources: expected.len(),
            sections: expected.values().map(|sum| sum.sections).sum(),
            differences: Vec::new(),
        };
        let mut sources: Vec<&String> = expected.keys().chain(found.keys()).collect();
        sources.sort_unstable();
        sources.dedup();
        for source in sources {
            let of =
                |sums: &BTreeMap<String, SectionSum>| sums.get(source).copied().unwrap_or_default();
            let (expected, found) = (of(&expected), of(&found));
            if expected != found {
                let source = source.clone();
                check.differences.push(SourceDifference { source, expected, found });
            }
        }
        Ok(check)
    }

    /// The sums of the generation's sections in the cluster, by source.
    fn sums(&self) -> Result<BTreeMap<String, SectionSum>, ClusterFault> {
        let body = json!({
            "size": 0,
            "track_total_hits": false,
            "query": {"bool": {"filter": self.valid()}},
            "aggs": {"sources": {
                "terms": {"field": field::SOURCE, "size": MOST_SOURCES},
                "aggs": {"check": {"sum": {"field": field::CHECK}}},
            }},
        });
        let path = format!("/{}/_search?allow_partial_search_results=false", self.index);
        let request = ClusterRequest::post(path, body.to_string()).limit(LIMIT);
        let answer: Answer = self.cluster.send(&request)?;
        let buckets = answer.aggregations.sources.buckets.into_iter();
        Ok(buckets
            // Sums are whole numbers below 2^53.
            .map(|of| (of.key, SectionSum { sections: of.doc_count, check: of.check.value as u64 }))
            .collect())
    }
}

/// The sums of the sections in the index in `folder`, by source.
fn local_sums(folder: &Path) -> Result<BTreeMap<String, SectionSum>, SearchError> {
    let opened = OpenedIndex::open(folder, &FoldedCopies::default())?;
    let mut sums: BTreeMap<String, SectionSum> = BTreeMap::new();
    for section in opened.kept.iter() {
        let source = opened.values.source_of(section);
        let source = source.and_then(|number| opened.values.source_name(number));
        let check = check_number(opened.id(section).0, opened.version(section));
        let sum = sums.entry(source.unwrap_or_default().to_owned()).or_default();
        sum.sections += 1;
        sum.check += check;
    }
    Ok(sums)
}
