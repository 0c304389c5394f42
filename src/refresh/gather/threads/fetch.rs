//! Fetches discussions and issues into the store.
//!
//! They are fetched after the archives. Requests are sent one at a time, because GitHub asks clients to do so. Each
//! page is stored with its cursor before the next one is requested, so that a run may end between any two pages.
//! `discussions` and `issues` define the order in which pages are read. `pass` defines how a page changes the store.

use super::pass::{ThreadsFetch, ThreadsTarget};
use crate::catalogue::{Origin, Policy, Source};
use crate::crawl::Crawler;
use crate::crawl::github::thread::{OptedOut, ThreadKind};
use crate::crawl::github::threads::RepositoryName;
use crate::generation::run::ThreadsResult;
use crate::problem::{Problem, Stage};
use crate::refresh::gather::context::{FetchNetwork, FetchRun};
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::options::FetchMode;
use crate::refresh::wanted::threads::requests;
use crate::store::{FetchState, Store, ThreadsOf};

/// The maximum number of lists of threads that [`fetch`] reads for the `chosen` sources; 0 without a token. A list is
/// the discussions or the issues of one source.
pub(in crate::refresh) fn lists(chosen: &[&Source], crawler: &Crawler) -> usize {
    let lists =
        |source: &&Source| ThreadKind::ALL.iter().filter(|kind| requests(source, **kind)).count();
    if crawler.signs_in() { chosen.iter().map(lists).sum() } else { 0 }
}

/// Drops from `store` the kinds of threads that the entry of `source` no longer requests.
pub(in crate::refresh) fn drop_unrequested(
    source: &Source,
    store: &mut Store,
) -> anyhow::Result<()> {
    for kind in ThreadKind::ALL.into_iter().filter(|kind| !requests(source, *kind)) {
        store.remove_threads(ThreadsOf { source: &source.id, kind })?;
    }
    Ok(())
}

/// Removes the posts of authors who have opted out since the threads were stored. Reads the threads of a source only if
/// the policy's list of opt-outs has changed since the last time. Makes no requests.
pub(in crate::refresh) fn remove_opted_out(
    inputs: &RefreshInputs,
    store: &mut Store,
) -> anyhow::Result<()> {
    let opted_out = opted_out(&inputs.policy);
    let now = chrono::Utc::now().timestamp();
    for source in &inputs.catalogue.sources {
        for kind in ThreadKind::ALL.into_iter().filter(|kind| requests(source, *kind)) {
            let of = ThreadsOf { source: &source.id, kind };
            let mut state = store.thread_state(of)?;
            if state.opted_out != opted_out.fingerprint() {
                state.opted_out = opted_out.fingerprint();
                store.change_threads(of, &|thread| thread.without(&opted_out), &state, now)?;
            }
        }
    }
    Ok(())
}

fn opted_out(policy: &Policy) -> OptedOut {
    OptedOut::new(&policy.opted_out)
}

/// Fetches the threads that the entries of the chosen sources request, until the run is stopped. Sources whose files
/// could not be fetched are skipped. Calls `done` for each list of a source with the id of the source and the result of
/// the list. If the list was deferred until a known time, also passes that time (Unix, seconds).
///
/// Returns a problem if threads were skipped because there is no token.
pub(in crate::refresh) fn fetch(
    run: FetchRun,
    network: FetchNetwork,
    store: &mut Store,
    done: &mut dyn FnMut(&str, ThreadsResult, Option<i64>),
) -> anyhow::Result<Option<Problem>> {
    let opted_out = opted_out(&run.inputs.policy);
    let mut without_token = 0;
    for source in run.chosen.iter().filter(|source| source.threads.any()) {
        let Origin::GitHub { owner, name } = &source.origin else { continue };
        if run.stop.is_cancelled() || store.source(&source.id)?.state != FetchState::Ok {
            continue;
        }
        if !network.crawler.signs_in() {
            without_token += 1;
            continue;
        }
        for kind in ThreadKind::ALL.into_iter().filter(|kind| requests(source, *kind)) {
            let target = ThreadsTarget {
                source,
                repository: RepositoryName { owner, name },
                kind,
                full: run.options.network == FetchMode::Full,
            };
            let fetching = ThreadsFetch::new(network, run.stop, target, &opted_out, &mut *store)?;
            let (result, retry_at) = read_pages(fetching)?;
            done(&source.id.0, result, retry_at);
        }
    }
    // A token that GitHub refuses is reported separately.
    Ok((without_token > 0 && !network.crawler.token_refused()).then(|| no_token(without_token)))
}

/// Reads pages until the end of the pass, or as far as this run may go. Returns the result. If the rest was deferred
/// until a known time, also returns that time (Unix, seconds).
fn read_pages(mut fetching: ThreadsFetch) -> anyhow::Result<(ThreadsResult, Option<i64>)> {
    let is_first = fetching.state.swept_at == 0;
    let ended = match fetching.target.kind {
        ThreadKind::Discussion => fetching.discussions()?,
        ThreadKind::Issue => fetching.issues()?,
    };
    Ok(fetching.result(ended, is_first))
}

/// The problem that threads can't be read without a token. `sources` is the number of sources that request threads.
pub fn no_token(sources: usize) -> Problem {
    let sources = if sources == 1 { "1 source".to_owned() } else { format!("{sources} sources") };
    let message = format!(
        "discussions and issues of {sources} are not read: GitHub's API requires a token for them"
    );
    Problem::new(Stage::Crawl, message).hint(
        "set GITHUB_TOKEN or [github] token_file, or remove the keys `discussions` and `issues`",
    )
}
