//! The threads in which formulas are typeset, because the renderer can't be interrupted, needs much stack, and may
//! panic.
//!
//! One thread typesets one formula at a time, for one caller, who waits for it. If it takes too long, the caller gives
//! up and the thread is abandoned: it ends when the formula is done. If it panics, it ends too. Another thread replaces
//! it when it is needed. There are never more than [`MOST`] threads, abandoned ones included. So in the worst case, that
//! many formulas that never end keep that many cores busy, and all other formulas are shown as source. The limits on
//! length and depth are there so that no formula is so slow; none is known.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use katex::KatexContext;

use super::formula::{FormulaDisplay, TypesetError};

/// The maximum number of threads.
const MOST: usize = 4;
/// The stack of a thread. The deepest formulas that are allowed need 1 MB of it, and 4 MB in a build without
/// optimisation. Memory is used only for the part that was needed.
const STACK: usize = 64 * 1_024 * 1_024;
/// How long a caller waits for a formula.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a caller waits until one of the threads is free.
const PATIENCE_FOR_THREAD: Duration = Duration::from_millis(500);

type Typeset = Result<String, TypesetError>;
/// Typesets one formula.
pub(super) type Render = fn(&KatexContext, &str, FormulaDisplay) -> Typeset;

/// A formula to typeset.
struct TypesetJob {
    tex: String,
    display: FormulaDisplay,
}

/// A waiting thread.
struct Worker {
    jobs: SyncSender<TypesetJob>,
    results: Receiver<Typeset>,
}

/// The threads that typeset formulas. They are started when they are needed, and end after this is dropped.
pub(super) struct Workers {
    threads: Arc<Threads>,
    render: Render,
}

#[derive(Default)]
struct Threads {
    state: Mutex<ThreadsState>,
    /// Notified when a thread becomes free or ends.
    changed: Condvar,
}

#[derive(Default)]
struct ThreadsState {
    idle: Vec<Worker>,
    /// The number of threads: idle, busy and abandoned.
    running: usize,
}

impl Threads {
    /// The state. A panic can't leave it inconsistent, so the mutex may be poisoned.
    fn state(&self) -> MutexGuard<'_, ThreadsState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a thread as running until it is dropped, which a panic does too.
struct Running(Arc<Threads>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.state().running -= 1;
        self.0.changed.notify_one();
    }
}

impl Workers {
    /// No threads yet. They will call `render`.
    pub fn new(render: Render) -> Workers {
        Workers { threads: Arc::default(), render }
    }

    /// `tex` as MathML. Blocks the caller, at most for [`PATIENCE`] and [`PATIENCE_FOR_THREAD`].
    ///
    /// # Errors
    ///
    /// Those of the function that renders; [`TypesetError::Slow`] and [`TypesetError::Panicked`] if the formula makes the
    /// renderer slow or panic; [`TypesetError::Busy`] if all threads are busy.
    pub fn typeset(&self, tex: &str, display: FormulaDisplay) -> Typeset {
        let worker = self.worker()?;
        let job = TypesetJob { tex: tex.to_owned(), display };
        worker.jobs.send(job).map_err(|_| TypesetError::Panicked)?;
        match worker.results.recv_timeout(PATIENCE) {
            Ok(result) => {
                self.threads.state().idle.push(worker);
                self.threads.changed.notify_one();
                result
            }
            Err(RecvTimeoutError::Timeout) => Err(TypesetError::Slow),
            Err(RecvTimeoutError::Disconnected) => Err(TypesetError::Panicked),
        }
    }

    /// A thread that is free. It belongs to the caller until it is put back.
    fn worker(&self) -> Result<Worker, TypesetError> {
        let is_busy = |state: &mut ThreadsState| state.idle.is_empty() && state.running >= MOST;
        let (mut state, _) = self
            .threads
            .changed
            .wait_timeout_while(self.threads.state(), PATIENCE_FOR_THREAD, is_busy)
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = state.idle.pop() {
            return Ok(worker);
        }
        if state.running >= MOST {
            return Err(TypesetError::Busy);
        }
        state.running += 1;
        drop(state);
        self.start().ok_or(TypesetError::Busy)
    }

    /// Starts a thread, which is already counted; `None` if the system has no more threads.
    fn start(&self) -> Option<Worker> {
        let running = Running(Arc::clone(&self.threads));
        let (jobs, received) = sync_channel(1);
        let (finished, results) = sync_channel(1);
        let render = self.render;
        let work = move || work(render, &received, &finished, &running);
        thread::Builder::new().name("typeset".to_owned()).stack_size(STACK).spawn(work).ok()?;
        Some(Worker { jobs, results })
    }
}

/// Typesets formulas until the other ends of the channels are gone.
fn work(
    render: Render,
    jobs: &Receiver<TypesetJob>,
    results: &SyncSender<Typeset>,
    _running: &Running,
) {
    let context = KatexContext::default();
    while let Ok(job) = jobs.recv() {
        if results.send(render(&context, &job.tex, job.display)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Panics or sleeps, as the formula says.
    fn obey(_: &KatexContext, tex: &str, _: FormulaDisplay) -> Typeset {
        match tex {
            "panic" => panic!("this panic belongs to a test"),
            "sleep" => thread::sleep(2 * PATIENCE),
            _ => {}
        }
        Ok(tex.to_owned())
    }

    #[test]
    fn a_thread_that_panics_is_replaced() {
        let workers = Workers::new(obey);
        for _ in 0..3 * MOST {
            let result = workers.typeset("panic", FormulaDisplay::Inline);
            assert_eq!(result, Err(TypesetError::Panicked));
        }
        assert_eq!(workers.typeset("x", FormulaDisplay::Inline), Ok("x".to_owned()));
        // A thread that panicked may still be counted for a moment.
        assert!(workers.threads.state().running <= MOST);
    }

    #[test]
    fn slow_formulas_are_given_up_and_never_take_more_threads_than_allowed() {
        let workers = Workers::new(obey);
        let typeset = |tex| workers.typeset(tex, FormulaDisplay::Inline);
        assert_eq!(typeset("sleep"), Err(TypesetError::Slow));
        assert_eq!(typeset("x"), Ok("x".to_owned()), "another thread");
        thread::sleep(2 * PATIENCE);
        let sleeping = || typeset("sleep");
        let results = thread::scope(|scope| {
            let callers: Vec<_> = (0..2 * MOST).map(|_| scope.spawn(sleeping)).collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(
            results.iter().all(|r| *r == Err(TypesetError::Slow) || *r == Err(TypesetError::Busy))
        );
        assert!(workers.threads.state().running <= MOST);
        thread::sleep(3 * PATIENCE);
        assert_eq!(typeset("x"), Ok("x".to_owned()));
    }
}
