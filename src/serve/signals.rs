//! Signals of the operating system: to stop (Ctrl-C, SIGTERM) and to reload (SIGHUP).

use std::future::poll_fn;
use std::task::Poll;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// Receives all signals with one meaning: to stop, or to reload. Once this is created, these signals no longer end the
/// process. A signal that arrives before a call of [`ProcessSignals::next`] is kept until that call.
///
/// A signal that the system doesn't have, or that can't be received, keeps its default effect.
pub struct ProcessSignals {
    #[cfg(unix)]
    signals: Vec<Signal>,
    #[cfg(windows)]
    signals: Vec<CtrlC>,
}

impl ProcessSignals {
    /// Receives the signals to stop. Panics outside a tokio runtime, as does [`ProcessSignals::to_reload`].
    pub fn to_stop() -> ProcessSignals {
        ProcessSignals {
            #[cfg(unix)]
            signals: listen(&[SignalKind::interrupt(), SignalKind::terminate()]),
            #[cfg(windows)]
            signals: ctrl_c().into_iter().collect(),
        }
    }

    /// Receives Ctrl-C only. Panics outside a tokio runtime.
    pub fn interrupts() -> ProcessSignals {
        ProcessSignals {
            #[cfg(unix)]
            signals: listen(&[SignalKind::interrupt()]),
            #[cfg(windows)]
            signals: ctrl_c().into_iter().collect(),
        }
    }

    /// Receives the signals to reload; outside Unix there are none.
    pub fn to_reload() -> ProcessSignals {
        ProcessSignals {
            #[cfg(unix)]
            signals: listen(&[SignalKind::hangup()]),
            #[cfg(windows)]
            signals: Vec::new(),
        }
    }

    /// Resolves at the next signal.
    pub async fn next(&mut self) {
        poll_fn(|context| {
            // Polls all signals, even after one that is ready, so that each of them can wake this task.
            let came = self.signals.iter_mut().map(|one| one.poll_recv(context).is_ready());
            if came.fold(false, |any, one| any | one) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[cfg(unix)]
fn listen(kinds: &[SignalKind]) -> Vec<Signal> {
    kinds.iter().filter_map(|kind| signal(*kind).ok()).collect()
}
