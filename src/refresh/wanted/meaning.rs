//! The table of word vectors that a run uses.

use std::sync::Arc;

use crate::config::DataFiles;
use crate::meaning::MeaningTable;
use crate::problem::{Problem, Stage};

/// The table of `sources`; if it can't be used, a problem that says so.
pub(in crate::refresh) fn meaning_table(
    sources: &DataFiles,
) -> (Option<Arc<MeaningTable>>, Option<Problem>) {
    match MeaningTable::load(sources) {
        Ok(table) => (Some(Arc::new(table)), None),
        Err(error) => {
            let message = format!("{error:#}; sections get no vectors, so searches use words only");
            let hint = "restore the file, or remove it to use the table inside the program";
            let problem = Problem {
                stage: Stage::Search,
                source: None,
                path: None,
                message,
                hint: Some(hint.to_owned()),
            };
            (None, Some(problem))
        }
    }
}
