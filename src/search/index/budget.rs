//! Limits the work and time of one search, and stops it when the request is cancelled.
//!
//! Every operation that a query can make expensive is counted: postings and positions read, dictionary entries
//! visited, sections and bytes examined. One unit of work takes about one to ten nanoseconds. The count stops a search
//! at the same point on every machine. The deadline covers what the count can't see, such as a slow disk.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// A search on a server is stopped when it has used more units of work than this. A query of ten common words needs
/// twenty units per section, so the most expensive sensible query over a million sections needs a tenth of this.
const MOST_WORK: u64 = 256_000_000;
/// A search on a server is stopped when it has run for this long.
const LONGEST: Duration = Duration::from_secs(2);
/// The number of units of work between two checks of the clock and the cancellation flag. This much work takes about
/// ten microseconds.
const BETWEEN_LOOKS: u64 = 4_096;

/// Why a search was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchStopped {
    #[error("the search needs more work than one search may take")]
    Work,
    #[error("the search takes longer than one search may take")]
    Time,
    #[error("the search was cancelled")]
    Cancelled,
}

/// The work and time of one search: the limits, and what was spent. Only the thread that searches uses it.
#[derive(Debug)]
pub struct Budget {
    most: u64,
    deadline: Option<Instant>,
    cancelled: CancellationToken,
    spent: Cell<u64>,
    /// The value of `spent` at which the clock and the flag are checked next.
    next_look: Cell<u64>,
}

impl Budget {
    /// The budget of one search on a server. The time limit starts now. Cancelling `cancelled` stops the search.
    pub fn limited(cancelled: CancellationToken) -> Budget {
        Budget::of(MOST_WORK, Some(LONGEST), cancelled)
    }

    /// A budget without limits, for users who search on their own machine and can stop the program. Work is still
    /// counted.
    pub fn unlimited() -> Budget {
        Budget::of(u64::MAX, None, CancellationToken::new())
    }

    /// A budget of `most` units of work. If `time` is given, the search must also end within `time` from now.
    pub fn of(most: u64, time: Option<Duration>, cancelled: CancellationToken) -> Budget {
        let deadline = time.and_then(|time| Instant::now().checked_add(time));
        Budget { most, deadline, cancelled, spent: Cell::new(0), next_look: Cell::new(0) }
    }

    /// Counts `units` of work. `Err` if the budget is spent or the search is cancelled. After an `Err`, every later
    /// call also returns `Err`.
    ///
    /// Most calls cost one addition and two comparisons. Loops over many postings call this once per block of postings.
    pub fn spend(&self, units: usize) -> Result<(), SearchStopped> {
        let spent = self.spent.get().saturating_add(units as u64);
        self.spent.set(spent);
        if spent > self.most {
            return Err(SearchStopped::Work);
        }
        if spent < self.next_look.get() {
            return Ok(());
        }
        if self.cancelled.is_cancelled() {
            return Err(SearchStopped::Cancelled);
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(SearchStopped::Time);
        }
        self.next_look.set(spent.saturating_add(BETWEEN_LOOKS));
        Ok(())
    }

    /// The units of work spent so far.
    pub fn spent(&self) -> u64 {
        self.spent.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_budget_stays_spent() {
        let budget = Budget::of(100, None, CancellationToken::new());
        assert_eq!(budget.spend(100), Ok(()));
        assert_eq!(budget.spend(1), Err(SearchStopped::Work));
        assert_eq!(budget.spend(0), Err(SearchStopped::Work));
        assert_eq!(budget.spent(), 101);
    }

    #[test]
    fn a_deadline_and_a_cancellation_stop_a_search_within_5000_units() {
        let late = Budget::of(u64::MAX, Some(Duration::ZERO), CancellationToken::new());
        assert_eq!(late.spend(1), Err(SearchStopped::Time));
        let cancelled = CancellationToken::new();
        let budget = Budget::of(u64::MAX, None, cancelled.clone());
        assert_eq!(budget.spend(1), Ok(()));
        cancelled.cancel();
        let spent = (0..).take_while(|_| budget.spend(128).is_ok()).count();
        assert!(spent * 128 <= 5_000, "{spent} blocks");
        assert_eq!(budget.spend(0), Err(SearchStopped::Cancelled));
    }
}
