//! Reads discussions, the most recently changed first. An incremental pass ends when it has reached discussions whose
//! last change is older than the newest change that the previous pass saw, by more than `OVERLAP`.

use super::pass::{MOST_THREADS, OVERLAP, ThreadsFetch, earlier};
use crate::crawl::CrawlError;
use crate::crawl::github::discussions::PageSize;
use crate::crawl::github::threads::ThreadListing;
use crate::store::{PassPhase, SeenThread, ThreadPage, ThreadsOf};

impl ThreadsFetch<'_> {
    /// Reads pages of discussions until the end of the pass. The inner `Err` says why this run can't continue.
    pub(super) fn discussions(&mut self) -> anyhow::Result<Result<(), CrawlError>> {
        let mut smaller = None;
        loop {
            let pass = self.pass();
            let reads_all = pass.full && pass.phase == PassPhase::Threads;
            let usual = if reads_all { PageSize::Large } else { PageSize::Small };
            let size = smaller.take().unwrap_or(usual);
            let after = pass.cursor.clone();
            let response = self.request(async |crawler, repository, traffic| {
                crawler.discussions(repository, size, after.as_deref(), traffic).await
            });
            let listing = match response {
                Ok(listing) => listing,
                Err(error) => {
                    smaller = size.smaller().filter(|_| is_too_much(&error));
                    if smaller.is_none() {
                        return Ok(Err(error));
                    }
                    continue;
                }
            };
            let is_last = self.take_discussions(listing)?;
            if !is_last {
                continue;
            }
            if !self.reads_again()? {
                self.finish()?;
                return Ok(Ok(()));
            }
        }
    }

    /// Writes one page. Returns whether it was the last one of its phase.
    fn take_discussions(&mut self, listing: ThreadListing) -> anyhow::Result<bool> {
        let mut page = ThreadPage::default();
        for failure in &listing.failures {
            self.fail(failure, &mut page);
        }
        let count = listing.threads.len() + listing.failures.len();
        for thread in listing.threads {
            let number = thread.number;
            match self.kept(thread) {
                Some(thread) => {
                    page.seen.push(SeenThread::Thread(number));
                    page.threads.push(thread);
                }
                None => page.dropped.push(number),
            }
        }
        let pass = self.pass();
        // The first page contains the discussion that was changed last before the pass began.
        if pass.phase == PassPhase::Threads && pass.cursor.is_none() {
            pass.newest = listing.newest;
        }
        pass.seen += count;
        let reaches_known = match (&pass.until, &listing.oldest) {
            (Some(until), Some(oldest)) => oldest < until,
            _ => false,
        };
        let is_last = listing.next.is_none()
            || reaches_known
            || (pass.phase == PassPhase::Threads && pass.seen >= MOST_THREADS);
        pass.cursor = listing.next;
        if !pass.full {
            page.seen.clear();
        }
        self.write(&page)?;
        Ok(is_last)
    }

    /// After the first phase of a full pass that has not seen all stored discussions, starts a second phase, which
    /// reads the discussions that were changed since the pass began. Reason: a discussion that is changed during the
    /// pass moves to the front of the list, which the pass has already read. So a discussion that the pass did not see
    /// may still exist. Returns whether the phase was started. A blind pass has no second phase, because it deletes
    /// nothing.
    fn reads_again(&mut self) -> anyhow::Result<bool> {
        let pass = self.pass();
        if !pass.full || pass.phase == PassPhase::Again || pass.is_blind {
            return Ok(false);
        }
        if !self
            .store
            .misses_threads(ThreadsOf { source: &self.target.source.id, kind: self.target.kind })?
        {
            return Ok(false);
        }
        let pass = self.pass();
        (pass.phase, pass.cursor) = (PassPhase::Again, None);
        pass.until = pass.newest.as_deref().and_then(|at| earlier(at, OVERLAP));
        self.write(&ThreadPage::default())?;
        Ok(true)
    }
}

/// Whether a smaller page may avoid `error`: the response was too long, or GitHub timed out.
fn is_too_much(error: &CrawlError) -> bool {
    match error {
        CrawlError::Refused { .. } => true,
        CrawlError::Status { status, .. } => matches!(status, 502 | 504),
        _ => false,
    }
}
