//! The documents that a refresh would lose because their sources could not be read. The record of a run contains them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Stage};

/// If a refresh would lose more than one tenth (one in `ONE_IN`) of the documents, it publishes nothing.
const ONE_IN: usize = 10;
/// The maximum number of unread sources that a message names. Further sources are only counted.
const NAMED: usize = 3;

/// Documents of the current generation that the next one would lack because their sources could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Loss")]
pub struct DocumentLoss {
    pub documents: usize,
    /// The number of documents in the current generation, of all sources of the catalogue.
    pub of: usize,
    /// The ids of the unread sources; empty if the catalogue lists no source.
    pub sources: Vec<String>,
}

impl DocumentLoss {
    /// Whether this loss is more than a run may cause without `--accept-loss`.
    pub fn is_too_much(&self) -> bool {
        self.documents.saturating_mul(ONE_IN) > self.of
    }

    /// A description of the loss, for messages.
    fn description(&self) -> String {
        let share = format!("{} of {} documents", self.documents, self.of);
        if self.sources.is_empty() {
            return format!("{share}: the catalogue lists no source");
        }
        let first = self.sources.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>();
        let more = match self.sources.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let first = first.join(", ");
        format!("{share}: the store has no copy of {first}{more}, and this run did not read them")
    }

    /// The problem of a run that published nothing, with the remedies.
    pub fn refused(&self) -> Problem {
        let message = format!("published nothing, because that would lose {}", self.description());
        Problem::new(Stage::Crawl, message).hint(
            "make the sources available (is the network up?) and run `cairn refresh`; to publish \
             without them, run `cairn refresh --accept-loss`",
        )
    }

    /// The problem of a run that publishes despite the loss.
    pub fn accepted(&self) -> Problem {
        let message = format!("left the index: {}", self.description());
        Problem::new(Stage::Crawl, message)
            .hint("a refresh that can read the sources restores the documents")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_may_be_lost_and_one_document_more_may_not() {
        let loss = |documents, of| DocumentLoss { documents, of, sources: Vec::new() };
        assert!(!loss(10, 100).is_too_much());
        assert!(loss(11, 100).is_too_much());
        assert!(loss(1, 1).is_too_much());
        assert!(!loss(0, 0).is_too_much());
    }

    #[test]
    fn a_message_names_three_sources_and_counts_the_rest() {
        let sources = ["a/b", "c/d", "e/f", "g/h", "i/j"].map(str::to_owned).to_vec();
        let loss = DocumentLoss { documents: 9, of: 12, sources };
        let message = loss.refused().to_string();
        assert!(message.contains("9 of 12 documents"), "{message}");
        assert!(message.contains("a/b, c/d, e/f and 2 more"), "{message}");
        assert!(message.contains("--accept-loss"), "{message}");
    }
}
