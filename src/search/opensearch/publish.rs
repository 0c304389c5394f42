//! Writes the changes of a generation to a cluster, so that searches of older generations stay as they are.
//!
//! Every section carries the generations between which it is valid. A changed section is closed (`to` becomes the last
//! generation) and written again. Nothing that older generations see is changed, so a refresh may be killed at any
//! point: the next one first undoes what its number has left. Sections that no kept generation sees are deleted later.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::search::cluster::bulk::{BulkAction, BulkKind, BulkReport};
use crate::search::cluster::{ClusterFault, ClusterRequest};
use crate::search::index::error::SearchError;
use crate::search::index::levels::LevelTable;
use crate::search::index::record::FoldedCopies;
use crate::search::index::schema;
use crate::search::index::section::SectionId;
use crate::search::index::write::IndexChanges;
use crate::search::opensearch::connection::ClusterSections;
use crate::search::opensearch::mapping::{self, OPEN, field};
use crate::search::opensearch::sections::{SectionWriter, document_id, signed};

/// The time limit of a request that changes or reads many sections.
const LONG: Duration = Duration::from_secs(600);
/// The number of sections of one page.
const PAGE: usize = 1_000;
/// The number of keys or ids that one request names.
const NAMED: usize = 1_000;

/// What publishing changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublishReport {
    /// The number of sections that were added, and of those that were closed.
    pub added: u64,
    pub closed: u64,
    /// The number of unchanged sections that became folded copies, or ceased to be.
    pub folded: u64,
    /// Bytes of the requests that wrote.
    pub bytes: u64,
    /// Writes that were repeated because the cluster was busy.
    pub retried: u64,
}

/// What a generation consists of, for publishing.
pub struct PublishInput<'a> {
    pub changes: &'a IndexChanges,
    /// The folded copies of this generation, and of the one before. `None` if the index in the cluster is new.
    pub copies: &'a FoldedCopies,
    pub copies_before: Option<&'a FoldedCopies>,
    /// The folder of the generation's own search index.
    pub folder: &'a Path,
    pub shards: u32,
    pub replicas: u32,
}

/// A page of sections as the cluster keeps them.
#[derive(Deserialize)]
struct Page {
    hits: PageHits,
}

#[derive(Deserialize)]
struct PageHits {
    hits: Vec<PageHit>,
}

#[derive(Deserialize)]
struct PageHit {
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "_source", default)]
    source: Value,
    #[serde(default)]
    sort: Vec<Value>,
}

impl ClusterSections {
    /// Writes the generation into the cluster, and makes it visible. Creates the index if it is missing. Returns what
    /// was changed.
    ///
    /// `Err` if the cluster can't be written, or lacks sections afterwards. Older generations are then as before, and
    /// the generation must not be published.
    pub fn publish(&self, input: &PublishInput) -> Result<PublishReport, SearchError> {
        self.create(input)?;
        self.undo()?;
        let mut report = PublishReport::default();
        let removed = self.of_documents(&input.changes.removed)?;
        report.closed = removed.len() as u64;
        self.close(removed.into_iter().map(|hit| hit.id), &mut report)?;
        self.refresh()?;
        self.fold(input, &mut report)?;
        self.add(input, &mut report)?;
        self.refresh()?;
        let check = self.compare(input.folder)?;
        match check.differences.first() {
            None => Ok(report),
            Some(first) => Err(SearchError::Unequal {
                index: self.index.clone(),
                found: first.found.sections,
                expected: first.expected.sections,
            }),
        }
    }

    /// Like [`ClusterSections::expire`], and removes the texts of all deleted sections from the files of the cluster.
    pub fn erase(&self, oldest: u64) -> Result<u64, SearchError> {
        let deleted = self.expire(oldest)?;
        if deleted == 0 {
            return Ok(0);
        }
        let path = format!("/{}/_forcemerge?only_expunge_deletes=true", self.index);
        let request = ClusterRequest::new(http::Method::POST, path).limit(LONG);
        self.cluster.send::<Value>(&request)?;
        Ok(deleted)
    }

    /// Deletes the sections that no generation from `oldest` on sees. Returns how many.
    pub fn expire(&self, oldest: u64) -> Result<u64, SearchError> {
        Ok(self.delete(&json!({"range": {field::TO: {"lt": oldest}}}))?)
    }

    /// Deletes the index. It may be missing.
    pub fn remove(&self) -> Result<(), SearchError> {
        let request = ClusterRequest::new(http::Method::DELETE, format!("/{}", self.index));
        match self.cluster.send::<Value>(&request.limit(LONG)) {
            Ok(_) | Err(ClusterFault::NoIndex { .. }) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Creates the index if it is missing.
    fn create(&self, input: &PublishInput) -> Result<(), SearchError> {
        let path = format!("/{}", self.index);
        match self.cluster.send::<Value>(&ClusterRequest::get(path.clone())) {
            Ok(_) => return Ok(()),
            Err(ClusterFault::NoIndex { .. }) => {}
            Err(fault) => return Err(fault.into()),
        }
        let label = format!("mapping {}", mapping::VERSION);
        let body = mapping::index(input.shards, input.replicas, &label);
        let request = ClusterRequest::put(path, body.to_string()).once().limit(LONG);
        self.cluster.send::<Value>(&request)?;
        Ok(())
    }

    /// Undoes what an earlier attempt at this generation, or at a later one, has written.
    fn undo(&self) -> Result<(), SearchError> {
        self.refresh()?;
        let before = self.generation.saturating_sub(1);
        self.delete(&json!({"range": {field::FROM: {"gte": self.generation}}}))?;
        let closed = json!({"range": {field::TO: {"gte": before, "lt": OPEN}}});
        let closed = self.page_through(&closed, false)?;
        let open = json!({field::TO: OPEN}).to_string().into_bytes();
        let reopened = closed
            .into_iter()
            .map(|hit| BulkAction { id: hit.id, kind: BulkKind::Update(open.clone()) });
        self.cluster.bulk(&self.index, reopened)?;
        self.refresh()
    }

    /// The open sections of the documents with these `keys`.
    fn of_documents(&self, keys: &[u64]) -> Result<Vec<PageHit>, SearchError> {
        let mut found = Vec::new();
        for keys in keys.chunks(NAMED) {
            let keys: Vec<i64> = keys.iter().map(|key| signed(*key)).collect();
            let query = json!({"bool": {"filter": [
                {"terms": {field::DOCUMENT: keys}}, {"term": {field::TO: OPEN}},
            ]}});
            found.extend(self.page_through(&query, false)?);
        }
        Ok(found)
    }

    /// Makes the sections with these `ids` end before this generation.
    fn close(
        &self,
        ids: impl Iterator<Item = String>,
        report: &mut PublishReport,
    ) -> Result<(), SearchError> {
        let last = json!({field::TO: self.generation.saturating_sub(1)}).to_string().into_bytes();
        let closing = ids.map(|id| BulkAction { id, kind: BulkKind::Update(last.clone()) });
        report.count(self.cluster.bulk(&self.index, closing)?);
        Ok(())
    }

    /// Writes the unchanged sections again that became folded copies, or ceased to be.
    fn fold(&self, input: &PublishInput, report: &mut PublishReport) -> Result<(), SearchError> {
        let Some(before) = input.copies_before else { return Ok(()) };
        let (before, now) = (folded(before), folded(input.copies));
        let mut changed: Vec<u64> = before.symmetric_difference(&now).map(|id| id.0).collect();
        changed.sort_unstable();
        let mut writer = self.cluster.bulk_writer(&self.index);
        for ids in changed.chunks(NAMED) {
            let ids: Vec<i64> = ids.iter().map(|id| signed(*id)).collect();
            let query = json!({"bool": {"filter": [
                {"terms": {field::ID: ids}}, {"term": {field::TO: OPEN}},
            ]}});
            for PageHit { id, mut source, .. } in self.page_through(&query, true)? {
                let section = source[field::ID].as_i64().unwrap_or(0).cast_unsigned();
                source[field::FROM] = json!(self.generation);
                source[field::FOLDED] = json!(now.contains(&SectionId(section)));
                let last = json!({field::TO: self.generation.saturating_sub(1)});
                writer.add(BulkAction { id, kind: BulkKind::Update(last.to_string().into()) })?;
                let id = document_id(section, self.generation);
                writer.add(BulkAction { id, kind: BulkKind::Index(source.to_string().into()) })?;
                report.folded += 1;
            }
        }
        report.count(writer.finish()?);
        Ok(())
    }

    /// Adds the new sections.
    fn add(&self, input: &PublishInput, report: &mut PublishReport) -> Result<(), SearchError> {
        let now = folded(input.copies);
        let sections = SectionWriter { fields: schema::schema().fields, levels: LevelTable::new() };
        let mut writer = self.cluster.bulk_writer(&self.index);
        input.changes.added.each(|section| {
            let is_folded = now.contains(&SectionId(section.id));
            let document = sections.document(&section, self.generation, is_folded)?;
            let id = document_id(section.id, self.generation);
            report.added += 1;
            let kind = BulkKind::Index(document.to_string().into_bytes());
            writer.add(BulkAction { id, kind }).map_err(SearchError::from)
        })?;
        report.count(writer.finish()?);
        Ok(())
    }

    /// Makes all writes visible.
    fn refresh(&self) -> Result<(), SearchError> {
        let path = format!("/{}/_refresh", self.index);
        let request = ClusterRequest::new(http::Method::POST, path).limit(LONG);
        self.cluster.send::<Value>(&request)?;
        Ok(())
    }

    /// Deletes the sections that `query` selects. Returns how many.
    fn delete(&self, query: &Value) -> Result<u64, ClusterFault> {
        let path = format!("/{}/_delete_by_query?conflicts=proceed&refresh=true", self.index);
        let body = json!({"query": query}).to_string();
        let answer: Value = self.cluster.send(&ClusterRequest::post(path, body).limit(LONG))?;
        Ok(answer["deleted"].as_u64().unwrap_or(0))
    }

    /// All sections that `query` selects, with their kept fields if `with_source`. One request for every [`PAGE`].
    fn page_through(&self, query: &Value, with_source: bool) -> Result<Vec<PageHit>, ClusterFault> {
        let path = format!("/{}/_search?allow_partial_search_results=false", self.index);
        let mut found: Vec<PageHit> = Vec::new();
        loop {
            let mut body = json!({
                "size": PAGE,
                "query": query,
                "_source": with_source,
                "track_total_hits": false,
                "sort": [{field::ID: "asc"}, {field::FROM: "asc"}],
            });
            if let Some(last) = found.last() {
                body["search_after"] = json!(last.sort);
            }
            let request = ClusterRequest::post(path.clone(), body.to_string()).limit(LONG);
            let page: Page = self.cluster.send(&request)?;
            let is_last = page.hits.hits.len() < PAGE;
            found.extend(page.hits.hits);
            if is_last {
                return Ok(found);
            }
        }
    }
}

impl PublishReport {
    fn count(&mut self, report: BulkReport) {
        self.bytes += report.bytes;
        self.retried += report.retried;
    }
}

/// The ids of the folded copies.
fn folded(copies: &FoldedCopies) -> HashSet<SectionId> {
    copies.by_representative.values().flatten().map(|place| place.id).collect()
}
