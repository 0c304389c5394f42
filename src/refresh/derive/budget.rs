//! Time budgets for reading documents, so that no file uses up the time of another.
//!
//! Each document may take [`LEAST`], whatever came before it. That is several times as long as any document of the
//! examined sources takes. If a document takes longer, the additional time is charged to the budget of its source. No
//! document may take longer than [`LONGEST`]. So reading n documents of a source in sequence takes at most [`SOURCE`] +
//! n · [`LEAST`]. If a document is read again after a failure, each attempt counts here as a document.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The time that every document may take.
const LEAST: Duration = Duration::from_secs(4);
/// The maximum time for one document, if the budget of its source is large enough.
const LONGEST: Duration = Duration::from_secs(20);
/// The time that the documents of one source may take together beyond [`LEAST`] each.
const SOURCE: Duration = Duration::from_secs(180);

/// The time budgets of all sources in one run.
#[derive(Default)]
pub(in crate::refresh) struct ReadBudgets {
    /// For each source: the time that its documents have taken beyond [`LEAST`] each.
    spent: Mutex<HashMap<String, Duration>>,
}

impl ReadBudgets {
    /// How long the next document of `source` may take.
    pub fn allowance(&self, source: &str) -> Duration {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let left = SOURCE.saturating_sub(spent.get(source).copied().unwrap_or_default());
        LEAST + left.min(LONGEST - LEAST)
    }

    /// Charges the budget of `source` with the time that a document took beyond [`LEAST`]; `took` is its whole time.
    pub fn charge(&self, source: &str, took: Duration) {
        let beyond = took.saturating_sub(LEAST);
        if beyond > Duration::ZERO {
            let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
            *spent.entry(source.to_owned()).or_default() += beyond;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_document_takes_no_time_from_another_source_or_from_the_least_of_its_own() {
        let budgets = ReadBudgets::default();
        let mut total = Duration::ZERO;
        for _ in 0..1_000 {
            // Each document uses its whole allowance.
            let took = budgets.allowance("eve/x");
            assert!(took >= LEAST);
            budgets.charge("eve/x", took);
            total += took;
        }
        assert_eq!(total, SOURCE + 1_000 * LEAST);
        assert_eq!(budgets.allowance("eve/x"), LEAST);
        assert_eq!(budgets.allowance("ann/y"), LONGEST);
        budgets.charge("ann/y", LEAST);
        assert_eq!(budgets.allowance("ann/y"), LONGEST, "the minimum is not charged");
    }
}
