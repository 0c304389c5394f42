//! The files that a fetch of one source has received so far, and the result of the fetch.

use crate::annotate::licence::LicenceTexts;
use crate::crawl::{BlobId, CrawlError, Traffic};
use crate::generation::news::ChangeCounts;
use crate::generation::run::{FetchOutcome, SourceResult};

/// The files of a source that have arrived so far, by path, and their licence files.
#[derive(Default)]
pub(in crate::refresh) struct IncomingFiles {
    pub files: Vec<(String, BlobId)>,
    /// The texts of the licence files in the top folder.
    pub licences: LicenceTexts,
}

pub(in crate::refresh) fn result(
    id: &str,
    outcome: FetchOutcome,
    error: Option<CrawlError>,
    seconds: f64,
) -> SourceResult {
    SourceResult {
        source: id.to_owned(),
        outcome,
        documents: 0,
        sections: 0,
        seconds,
        traffic: Traffic::default(),
        changes: ChangeCounts::default(),
        problems: 0,
        unreachable: error.as_ref().is_some_and(CrawlError::is_unreachable),
        hint: error.as_ref().and_then(CrawlError::hint),
        error: error.map(|error| error.to_string()),
        threads: Vec::new(),
    }
}
