//! The metadata of cited papers, and when arXiv's API last responded about each paper.

use std::collections::{BTreeMap, HashMap};

use rusqlite::params;

use super::{Store, StoreError};
use crate::crawl::arxiv::{ArxivId, PaperMetadata, PaperResponse};

impl Store {
    /// Records `response`, received at `now` (Unix time in seconds). An unknown identifier keeps the metadata that is
    /// already stored. One transaction.
    pub fn put_papers(&mut self, response: &PaperResponse, now: i64) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        {
            let mut put = transaction.prepare_cached(
                "INSERT INTO papers (id, fetched_at, metadata) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET fetched_at = ?2, metadata = coalesce(?3, metadata)",
            )?;
            for (id, paper) in &response.papers {
                let json = serde_json::to_string(paper)
                    .map_err(|error| StoreError::Decode(error.to_string()))?;
                put.execute(params![id.as_str(), now, json])?;
            }
            for id in &response.unknown {
                put.execute(params![id.as_str(), now, None::<String>])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// When arXiv's API last responded about each identifier; Unix times in seconds.
    pub fn paper_times(&self) -> Result<HashMap<String, i64>, StoreError> {
        let mut statement = self.connection.prepare("SELECT id, fetched_at FROM papers")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The stored metadata of all papers that arXiv knows or once knew.
    pub fn papers(&self) -> Result<BTreeMap<ArxivId, PaperMetadata>, StoreError> {
        let sql = "SELECT id, metadata FROM papers WHERE metadata IS NOT NULL";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut papers = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (id, json): (String, String) = (row.get(0)?, row.get(1)?);
            let paper = serde_json::from_str(&json)
                .map_err(|error| StoreError::Decode(format!("the paper {id}: {error}")))?;
            papers.extend(ArxivId::parse(&id).map(|id| (id, paper)));
        }
        Ok(papers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_identifier_is_recorded_and_does_not_replace_metadata() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("library.db")).unwrap();
        let id = |text: &str| ArxivId::parse(text).unwrap();
        let paper = PaperMetadata { title: "A title".into(), ..PaperMetadata::default() };
        let mut response = PaperResponse::default();
        response.papers.insert(id("2003.00001"), paper.clone());
        response.unknown.insert(id("2003.00002"));
        store.put_papers(&response, 10).unwrap();
        let times = HashMap::from([("2003.00001".into(), 10), ("2003.00002".into(), 10)]);
        assert_eq!(store.paper_times().unwrap(), times);
        let lost = PaperResponse { unknown: [id("2003.00001")].into(), ..PaperResponse::default() };
        store.put_papers(&lost, 20).unwrap();
        assert_eq!(store.papers().unwrap(), BTreeMap::from([(id("2003.00001"), paper)]));
        assert_eq!(store.paper_times().unwrap()["2003.00001"], 20);
    }
}
