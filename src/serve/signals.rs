//! What the operating system asks of a process: to stop (Ctrl-C, SIGTERM), or to look again
//! (SIGHUP).

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ends when the process is asked to stop. Until it is first polled, the signals do what they do by
/// themselves.
pub async fn stop_asked() {
    let interrupt = async {
        // Without a handler the signal ends the process by itself.
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            () = interrupt => {}
            _ = terminate.recv() => {}
        },
        Err(_) => interrupt.await,
    }
    #[cfg(not(unix))]
    interrupt.await;
}

/// The hang-ups of this process; there are none where the system has no such signal.
pub struct HangUps {
    #[cfg(unix)]
    signal: Option<Signal>,
}

impl HangUps {
    /// From now on SIGHUP no longer ends the process.
    pub fn listen() -> HangUps {
        HangUps {
            #[cfg(unix)]
            signal: signal(SignalKind::hangup()).ok(),
        }
    }

    /// Ends at the next one.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
