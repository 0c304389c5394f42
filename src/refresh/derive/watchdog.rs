//! Ends a child process whose document takes too long, or whose run was stopped.
//!
//! One lock decides whether the timeout or the response came first. A timeout therefore applies only to the document
//! for which it was set, and never to the next one.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::refresh::wanted::options::RefreshStop;

/// How often the watchdog checks whether the run was stopped.
const LOOK: Duration = Duration::from_millis(200);

/// Why the watchdog ended the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KillReason {
    /// A document took too long.
    Late,
    /// The run was stopped.
    Stopped,
}

/// The watchdog of one child. Its thread ends when this is dropped.
pub(super) struct Watchdog {
    shared: Arc<SharedWatch>,
}

#[derive(Default)]
struct SharedWatch {
    watched: Mutex<WatchState>,
    changed: Condvar,
}

#[derive(Default)]
struct WatchState {
    /// When the response for the current document is due; `None` between documents.
    deadline: Option<Instant>,
    ended: Option<KillReason>,
    is_closed: bool,
}

impl Watchdog {
    /// Starts a thread that calls `kill` once: when a document is late, or when `stop` is cancelled while a document is
    /// read.
    pub fn start(stop: RefreshStop, kill: impl FnOnce() + Send + 'static) -> Watchdog {
        let shared = Arc::new(SharedWatch::default());
        let watching = Arc::clone(&shared);
        std::thread::spawn(move || watch(&watching, &stop, kill));
        Watchdog { shared }
    }

    /// Sets the timeout for the next document.
    pub fn begin(&self, longest: Duration) {
        self.shared.lock().deadline = Instant::now().checked_add(longest);
        self.shared.changed.notify_one();
    }

    /// Clears the timeout, after a response or a failure. Returns why the watchdog ended the child, if it did. The
    /// watchdog does not end the child until the next [`Watchdog::begin`].
    pub fn finish(&self) -> Option<KillReason> {
        let mut watched = self.shared.lock();
        watched.deadline = None;
        watched.ended
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_one();
    }
}

impl SharedWatch {
    fn lock(&self) -> MutexGuard<'_, WatchState> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn watch(shared: &SharedWatch, stop: &RefreshStop, kill: impl FnOnce()) {
    let mut watched = shared.lock();
    while !watched.is_closed {
        let Some(deadline) = watched.deadline else {
            watched = shared.changed.wait(watched).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        let left = deadline.saturating_duration_since(Instant::now());
        let ended = match (stop.is_cancelled(), left.is_zero()) {
            (true, _) => KillReason::Stopped,
            (false, true) => KillReason::Late,
            (false, false) => {
                let waited = shared.changed.wait_timeout(watched, left.min(LOOK));
                watched = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
        };
        // The lock is held until the child is killed, so that the parent can't regard the child as alive in between.
        watched.ended = Some(ended);
        kill();
        return;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_timeout_at_the_same_time_as_a_response_is_charged_to_no_other_document() {
        let (kill, killed) = mpsc::channel();
        let watchdog = Watchdog::start(RefreshStop::new(), move || kill.send(()).unwrap());
        watchdog.begin(Duration::from_millis(1));
        killed.recv().unwrap();
        assert_eq!(watchdog.finish(), Some(KillReason::Late), "the response came at the same time");
        watchdog.begin(Duration::from_secs(600));
        assert_eq!(watchdog.finish(), Some(KillReason::Late), "there is no living child");
    }

    #[test]
    fn the_timeout_of_a_document_is_cleared_by_its_response() {
        let (kill, killed) = mpsc::channel();
        let watchdog = Watchdog::start(RefreshStop::new(), move || kill.send(()).unwrap());
        watchdog.begin(Duration::from_millis(200));
        assert_eq!(watchdog.finish(), None);
        assert!(killed.recv_timeout(Duration::from_millis(400)).is_err());
        drop(watchdog);
        assert_eq!(killed.recv(), Err(mpsc::RecvError), "the thread has ended");
    }
}
