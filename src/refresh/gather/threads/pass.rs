//! A pass over the threads of one kind of one source: where it begins, how a page changes the store, how it ends.

use std::time::Instant;

use chrono::{DateTime, TimeDelta};

use crate::catalogue::{IssueSelection, Source};
use crate::crawl::github::thread::{MOST_POSTS, OptedOut, THREAD_BYTES, Thread, ThreadKind};
use crate::crawl::github::threads::{RepositoryName, ThreadFailure};
use crate::crawl::{CrawlError, Crawler, DeferralCause, Traffic};
use crate::generation::run::{FetchOutcome, ThreadsResult};
use crate::printable::time;
use crate::problem::{Problem, Stage};
use crate::refresh::gather::context::FetchNetwork;
use crate::refresh::wanted::options::RefreshStop;
use crate::store::{SeenThread, Store, ThreadPage, ThreadPass, ThreadState, ThreadsOf};

/// The maximum number of threads of one kind that are kept of one source: a quarter of its limit of files. If there are
/// more, those that were changed last are kept.
pub(super) const MOST_THREADS: usize = 5_000;
/// The maximum number of requests for one kind of threads of one source in one run. The limit keeps a repository from
/// using the whole hourly quota.
const MOST_REQUESTS: u64 = 300;
/// If a run reaches `MOST_REQUESTS`, it defers the remaining requests by this many seconds.
const NEXT_SECONDS: i64 = 60 * 60;
/// A pass also reads the changes within this time before the newest known change, because GitHub's replicas may lag.
pub(super) const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// After this many seconds, all threads are read again. This finds deleted threads.
const SWEEP_SECONDS: i64 = 30 * DAY;
const DAY: i64 = 24 * 60 * 60;
/// The maximum number of problems that are reported for one kind of threads of one source. Further problems are only
/// counted.
const MOST_PROBLEMS: usize = 20;

/// Which threads a pass fetches: those of one kind, of one source.
pub(super) struct ThreadsTarget<'a> {
    pub source: &'a Source,
    pub repository: RepositoryName<'a>,
    pub kind: ThreadKind,
    /// Whether to read all threads again, even if that is not due.
    pub full: bool,
}

/// A pass in progress.
pub(super) struct ThreadsFetch<'a> {
    pub target: ThreadsTarget<'a>,
    pub store: &'a mut Store,
    pub state: ThreadState,
    pub traffic: Traffic,
    network: FetchNetwork<'a>,
    stop: &'a RefreshStop,
    opted_out: &'a OptedOut,
    result: ThreadsResult,
    more_problems: usize,
    started: Instant,
    now: i64,
}

impl<'a> ThreadsFetch<'a> {
    /// Continues the interrupted pass, if there is one. Begins a new pass if there is none, if the entry's rule has
    /// changed, or if a full pass is requested and the interrupted one is not full.
    pub fn new(
        network: FetchNetwork<'a>,
        stop: &'a RefreshStop,
        target: ThreadsTarget<'a>,
        opted_out: &'a OptedOut,
        store: &'a mut Store,
    ) -> anyhow::Result<ThreadsFetch<'a>> {
        let of = ThreadsOf { source: &target.source.id, kind: target.kind };
        let now = chrono::Utc::now().timestamp();
        let mut state = store.thread_state(of)?;
        let rule = rule(&target);
        if state.rule != rule {
            // Threads that the former rule left out were not kept, so everything has to be read again.
            state = ThreadState { rule, opted_out: state.opted_out, ..ThreadState::default() };
        }
        let is_short = state.pass.as_ref().is_none_or(|pass| target.full && !pass.full);
        if is_short {
            let full = target.full || state.swept_at + SWEEP_SECONDS <= now;
            state.opted_out = opted_out.fingerprint();
            state.pass = Some(begin(&state, target.kind, full));
            store.end_pass(of, false, &state, now)?;
        }
        let result = ThreadsResult::of(target.kind);
        Ok(ThreadsFetch {
            target,
            store,
            state,
            traffic: Traffic::default(),
            network,
            stop,
            opted_out,
            result,
            more_problems: 0,
            started: Instant::now(),
            now,
        })
    }

    /// The result of the pass. If the rest was deferred until a known time, also returns that time (Unix, seconds).
    /// `ended` is how the pass ended. `is_first` is true if no earlier run has completed a full pass under the current
    /// rule.
    pub fn result(
        self,
        ended: Result<(), CrawlError>,
        is_first: bool,
    ) -> (ThreadsResult, Option<i64>) {
        let mut result = self.result;
        let is_changed = result.changed + result.removed > 0;
        let (outcome, error) = match ended {
            Ok(()) if is_first => (FetchOutcome::New, None),
            Ok(()) if is_changed => (FetchOutcome::Changed, None),
            Ok(()) => (FetchOutcome::Unchanged, None),
            Err(CrawlError::Ended) => (FetchOutcome::Skipped, None),
            Err(error @ CrawlError::Deferred { .. }) => (FetchOutcome::Deferred, Some(error)),
            Err(error) => (FetchOutcome::Failed, Some(error)),
        };
        let retry_at = match &error {
            Some(CrawlError::Deferred { until, .. }) => *until,
            _ => None,
        };
        result.outcome = outcome;
        result.hint = error.as_ref().and_then(CrawlError::hint);
        result.error = error.map(|error| error.to_string());
        result.traffic = self.traffic;
        result.seconds = self.started.elapsed().as_secs_f64();
        if self.more_problems > 0 {
            let message = format!("{} more of its threads have problems", self.more_problems);
            result.problems.push(Problem::new(Stage::Crawl, message));
        }
        for problem in &mut result.problems {
            problem.source = Some(self.target.source.id.0.clone());
        }
        (result, retry_at)
    }

    /// The response to one request. `Err` if the request fails, if the run is stopped first, or if this list has
    /// already used its [`MOST_REQUESTS`] requests of the run.
    pub fn request<T>(
        &mut self,
        send: impl AsyncFnOnce(&Crawler, RepositoryName<'a>, &mut Traffic) -> Result<T, CrawlError>,
    ) -> Result<T, CrawlError> {
        if self.traffic.requests >= MOST_REQUESTS {
            let host = self.target.source.id.0.clone();
            let why = format!(
                "has more {} than the {MOST_REQUESTS} requests of one run can fetch",
                self.target.kind
            );
            let (cause, until) = (DeferralCause::Wait, Some(self.now + NEXT_SECONDS));
            return Err(CrawlError::Deferred { host, why, cause, until });
        }
        let (crawler, repository) = (self.network.crawler, self.target.repository);
        let (traffic, stop) = (&mut self.traffic, self.stop);
        self.network.runtime.block_on(async {
            tokio::select! {
                biased;
                () = stop.cancelled() => Err(CrawlError::Ended),
                response = send(crawler, repository, traffic) => response,
            }
        })
    }

    /// The state of the pass.
    pub fn pass(&mut self) -> &mut ThreadPass {
        self.state.pass.get_or_insert_default()
    }

    /// `thread` without the posts of authors who opted out, and within the limits; `None` if its own author opted out.
    pub fn kept(&mut self, thread: Thread) -> Option<Thread> {
        let mut thread = thread.without(self.opted_out)?;
        if thread.bound() {
            let message = format!(
                "the thread is truncated: at most {MOST_POSTS} comments and {THREAD_BYTES} bytes of text are kept"
            );
            let problem = Problem::new(Stage::Crawl, message);
            self.report(problem.at(self.target.kind.path(thread.number)));
        }
        Some(thread)
    }

    /// Records a thread that could not be read: it counts as existing, and the next pass requests it again. If its
    /// number is unknown, the pass becomes blind and deletes no threads.
    pub fn fail(&mut self, failure: &ThreadFailure, page: &mut ThreadPage) {
        let thread = if failure.number.is_some() { "the thread" } else { "a thread" };
        let message =
            format!("{thread} could not be read: {}; its stored content is kept", failure.message);
        let mut problem =
            Problem::new(Stage::Crawl, message).hint("the next refresh requests it again");
        let pass = self.pass();
        match failure.number {
            Some(number) => page.seen.push(SeenThread::Whole(number)),
            None => pass.is_blind = true,
        }
        if let Some(at) = &failure.updated_at
            && pass.failed_since.as_ref().is_none_or(|since| since > at)
        {
            pass.failed_since = Some(at.clone());
        }
        let path = failure.number.map(|number| self.target.kind.path(number));
        problem.path = Some(path.unwrap_or_else(|| self.target.kind.folder().to_owned()));
        self.report(problem);
    }

    /// Adds `problem` to the result, or only counts it if the result already has `MOST_PROBLEMS` problems.
    fn report(&mut self, problem: Problem) {
        if self.result.problems.len() < MOST_PROBLEMS {
            self.result.problems.push(problem);
        } else {
            self.more_problems += 1;
        }
    }

    /// Writes `page` together with the state of the pass after it.
    pub fn write(&mut self, page: &ThreadPage) -> anyhow::Result<()> {
        let of = ThreadsOf { source: &self.target.source.id, kind: self.target.kind };
        let written = self.store.put_threads(of, page, &self.state, MOST_THREADS, self.now)?;
        self.result.changed += written.changed;
        self.result.removed += written.removed;
        Ok(())
    }

    /// Ends the pass. If it was a full pass that could see everything, the threads that it did not see are removed.
    pub fn finish(&mut self) -> anyhow::Result<()> {
        let Some(pass) = self.state.pass.take() else { return Ok(()) };
        if pass.full {
            // A pass that could not see everything is repeated on the next day.
            let early = if pass.is_blind { SWEEP_SECONDS - DAY } else { 0 };
            self.state.swept_at = self.now - early;
        }
        let until = |newest: Option<String>, before: Option<String>| match &pass.failed_since {
            // The pass is blind: it could not identify a thread. The thread may have been changed at any time since the
            // last pass, so the next pass begins where this one began.
            _ if pass.is_blind && !pass.full => before,
            Some(failed) => newest.or(before).map(|newest| newest.min(failed.clone())),
            None => newest.or(before),
        };
        self.state.newest = until(pass.newest.clone(), self.state.newest.take());
        let comments = pass.newest_comment.clone();
        self.state.newest_comment = until(comments, self.state.newest_comment.take());
        let of = ThreadsOf { source: &self.target.source.id, kind: self.target.kind };
        let drop_unseen = pass.full && !pass.is_blind;
        let written = self.store.end_pass(of, drop_unseen, &self.state, self.now)?;
        self.result.changed += written.changed;
        self.result.removed += written.removed;
        Ok(())
    }
}

/// A new pass: over all threads if `full`, else over those that were changed since the last pass.
fn begin(state: &ThreadState, kind: ThreadKind, full: bool) -> ThreadPass {
    let since = |newest: &Option<String>| newest.as_deref().and_then(|at| earlier(at, OVERLAP));
    let newest = if full { None } else { since(&state.newest) };
    let pass = ThreadPass { full, page: 1, ..ThreadPass::default() };
    match kind {
        ThreadKind::Discussion => ThreadPass { until: newest, ..pass },
        ThreadKind::Issue => {
            let until = if full { None } else { since(&state.newest_comment) };
            ThreadPass { cursor: newest, until, ..pass }
        }
    }
}

/// The part of the catalogue entry that decides which threads are read, as text.
fn rule(target: &ThreadsTarget) -> String {
    match (target.kind, &target.source.threads.issues) {
        (ThreadKind::Discussion, _) | (_, IssueSelection::None | IssueSelection::All) => {
            "all".to_owned()
        }
        (ThreadKind::Issue, IssueSelection::Labelled(labels)) => format!("labels {labels:?}"),
    }
}

/// The time `at` minus `by`; `None` if `at` is not a time in RFC 3339.
pub(super) fn earlier(at: &str, by: TimeDelta) -> Option<String> {
    let at = DateTime::parse_from_rfc3339(at).ok()?.to_utc();
    Some(time::rfc3339(at.checked_sub_signed(by)?))
}
