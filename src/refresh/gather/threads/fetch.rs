//! Discussions and issues: which are wanted, and how they come into the store.
//!
//! They are fetched behind the archives, one request after another, as GitHub asks clients to do. Each page is in the
//! store with its cursor before the next one is asked for, so that a run may end between any two. [`discussions`] and
//! [`issues`] say in which order pages are read, [`pass`] what a page does to the store.

use tokio::runtime::Runtime;

use super::pass::{Fetching, Target};
use crate::catalogue::{Origin, Policy, Source};
use crate::crawl::Crawler;
use crate::crawl::github::thread::{OptedOut, ThreadKind};
use crate::crawl::github::threads::Repository;
use crate::generation::run::ThreadsResult;
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::inputs::Inputs;
use crate::refresh::wanted::options::{Network, Options, Stop};
use crate::refresh::wanted::threads::asks;
use crate::store::{FetchState, Store, ThreadsOf};

/// How many lists of threads [`fetch`] reads for `chosen` sources that have answered: none without a token.
pub(in crate::refresh) fn lists(chosen: &[&Source], crawler: &Crawler) -> usize {
    let lists =
        |source: &&Source| ThreadKind::ALL.iter().filter(|kind| asks(source, **kind)).count();
    if crawler.signs_in() { chosen.iter().map(lists).sum() } else { 0 }
}

/// Drops from `store` the kinds of threads that the entry of `source` no longer asks for.
pub(in crate::refresh) fn drop_unasked(source: &Source, store: &mut Store) -> anyhow::Result<()> {
    for kind in ThreadKind::ALL.into_iter().filter(|kind| !asks(source, *kind)) {
        store.remove_threads(ThreadsOf { source: &source.id, kind })?;
    }
    Ok(())
}

/// Removes from the stored threads what those wrote who have opted out since the threads were stored. Reads the
/// threads only of sources for which the policy's list has changed. No network.
pub(in crate::refresh) fn leave_out(inputs: &Inputs, store: &mut Store) -> anyhow::Result<()> {
    let opted_out = opted_out(&inputs.policy);
    let now = chrono::Utc::now().timestamp();
    for source in &inputs.catalogue.sources {
        for kind in ThreadKind::ALL.into_iter().filter(|kind| asks(source, *kind)) {
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

/// Fetches the threads that `chosen` sources ask for, until `stop`; `done` hears what came of each kind of each
/// source. A source that has not answered for its archive is left alone.
///
/// Returns what concerns the run as a whole: that there is no token.
pub(in crate::refresh) fn fetch(
    (runtime, crawler): (&Runtime, &Crawler),
    (inputs, chosen): (&Inputs, &[&Source]),
    (options, stop): (&Options, &Stop),
    store: &mut Store,
    done: &mut dyn FnMut(&str, ThreadsResult, Option<i64>),
) -> anyhow::Result<Option<Problem>> {
    let opted_out = opted_out(&inputs.policy);
    let mut without_token = 0;
    for source in chosen.iter().filter(|source| source.threads.any()) {
        let Origin::GitHub { owner, name } = &source.origin else { continue };
        if stop.is_cancelled() || store.source(&source.id)?.state != FetchState::Ok {
            continue;
        }
        if !crawler.signs_in() {
            without_token += 1;
            continue;
        }
        for kind in ThreadKind::ALL.into_iter().filter(|kind| asks(source, *kind)) {
            let target = Target {
                source,
                repository: Repository { owner, name },
                kind,
                full: options.network == Network::Full,
            };
            let fetching =
                Fetching::new((runtime, crawler, stop), target, &opted_out, &mut *store)?;
            let (result, retry_at) = read_pages(fetching)?;
            done(&source.id.0, result, retry_at);
        }
    }
    // That GitHub refuses the token is told by itself.
    Ok((without_token > 0 && !crawler.token_refused()).then(|| no_token(without_token)))
}

/// Reads pages until the end of the pass, or as far as this run may go. Returns the result, and when a host allows the
/// next request, if it said so (Unix time in seconds).
fn read_pages(mut fetching: Fetching) -> anyhow::Result<(ThreadsResult, Option<i64>)> {
    let is_first = fetching.state.swept_at == 0;
    let ended = match fetching.target.kind {
        ThreadKind::Discussion => fetching.discussions()?,
        ThreadKind::Issue => fetching.issues()?,
    };
    Ok(fetching.result(ended, is_first))
}

/// That so many sources ask for threads, which needs a token.
pub fn no_token(sources: usize) -> Problem {
    let sources = if sources == 1 { "1 source".to_owned() } else { format!("{sources} sources") };
    let message = format!(
        "discussions and issues of {sources} are not read: GitHub's API gives them to a token only"
    );
    Problem::new(Stage::Crawl, message).hint(
        "set GITHUB_TOKEN or [github] token_file, or remove the keys `discussions` and `issues`",
    )
}
