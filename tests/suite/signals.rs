//! Signals to the processes that tests start. The program `kill` is missing on minimal systems.

/// A signal that ends or controls a process.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    HangUp,
    Interrupt,
    Terminate,
}

/// Sends `signal` to the process `id`, a child of this one. Nothing happens if the child has already ended.
#[cfg(unix)]
#[track_caller]
pub fn send(signal: Signal, id: u32) {
    use rustix::process::{Pid, Signal as Number, kill_process};
    let number = match signal {
        Signal::HangUp => Number::HUP,
        Signal::Interrupt => Number::INT,
        Signal::Terminate => Number::TERM,
    };
    let process = i32::try_from(id).ok().and_then(Pid::from_raw).unwrap();
    kill_process(process, number).unwrap();
}

#[cfg(not(unix))]
pub fn send(signal: Signal, id: u32) {
    panic!("{signal:?} can't be sent to {id} on this system");
}
