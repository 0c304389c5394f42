//! What the operating system asks of a process: to stop (Ctrl-C, SIGTERM), or to look again
//! (SIGHUP).

use std::future::poll_fn;
use std::task::Poll;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// Signals of one meaning, heard from the moment that this is made: from then on they no longer end the
/// process by themselves, and one that comes before anybody waits for it is kept.
///
/// One that the system does not have, or can't tell of, does what it does by itself.
pub struct Signals {
    #[cfg(unix)]
    heard: Vec<Signal>,
    #[cfg(windows)]
    heard: Vec<CtrlC>,
}

impl Signals {
    /// Those that ask to stop. Panics outside a tokio runtime, as [`Signals::to_look_again`] does.
    pub fn to_stop() -> Signals {
        Signals {
            #[cfg(unix)]
            heard: listen(&[SignalKind::interrupt(), SignalKind::terminate()]),
            #[cfg(windows)]
            heard: ctrl_c().into_iter().collect(),
        }
    }

    /// Those that ask to look again; there are none outside Unix.
    pub fn to_look_again() -> Signals {
        Signals {
            #[cfg(unix)]
            heard: listen(&[SignalKind::hangup()]),
            #[cfg(windows)]
            heard: Vec::new(),
        }
    }

    /// Ends at the next one.
    pub async fn next(&mut self) {
        poll_fn(|context| {
            // Each is polled: whichever comes has to wake this task.
            let came = self.heard.iter_mut().map(|one| one.poll_recv(context).is_ready());
            if came.fold(false, |any, one| any | one) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[cfg(unix)]
fn listen(kinds: &[SignalKind]) -> Vec<Signal> {
    kinds.iter().filter_map(|kind| signal(*kind).ok()).collect()
}
