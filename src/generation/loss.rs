//! What a refresh would lose because nobody could read it: part of a run's record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Stage};

/// One document in so many may be lost; a refresh that would lose more is refused.
const ONE_IN: usize = 10;
/// Unread sources that a message names.
const NAMED: usize = 3;

/// Documents that the current generation holds and the next one would not, because their sources
/// could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Loss {
    pub documents: usize,
    /// Documents that the current generation holds of all sources of the catalogue.
    pub of: usize,
    /// The ids of the unread sources; none where the catalogue lists no source.
    pub sources: Vec<String>,
}

impl Loss {
    /// Whether it is more than a run may lose unasked.
    pub fn is_too_much(&self) -> bool {
        self.documents.saturating_mul(ONE_IN) > self.of
    }

    /// What is lost, in words.
    fn says(&self) -> String {
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

    /// As a problem of a run that published nothing: what, and the ways out.
    pub fn refused(&self) -> Problem {
        let message = format!("published nothing, as that would lose {}", self.says());
        Problem::new(Stage::Crawl, message).hint(
            "bring the sources back (is the network up?) and run `cairn refresh`; to publish \
             without them, run `cairn refresh --accept-loss`",
        )
    }

    /// As a problem of a run that publishes all the same.
    pub fn accepted(&self) -> Problem {
        let message = format!("left the index: {}", self.says());
        Problem::new(Stage::Crawl, message).hint("a refresh that reads them brings them back")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_may_be_lost_and_one_document_more_may_not() {
        let loss = |documents, of| Loss { documents, of, sources: Vec::new() };
        assert!(!loss(10, 100).is_too_much());
        assert!(loss(11, 100).is_too_much());
        assert!(loss(1, 1).is_too_much());
        assert!(!loss(0, 0).is_too_much());
    }

    #[test]
    fn a_message_names_three_sources_and_counts_the_rest() {
        let sources = ["a/b", "c/d", "e/f", "g/h", "i/j"].map(str::to_owned).to_vec();
        let loss = Loss { documents: 9, of: 12, sources };
        let message = loss.refused().to_string();
        assert!(message.contains("9 of 12 documents"), "{message}");
        assert!(message.contains("a/b, c/d, e/f and 2 more"), "{message}");
        assert!(message.contains("--accept-loss"), "{message}");
    }
}
