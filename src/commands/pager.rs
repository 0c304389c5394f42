//! Shows long answers in a pager, if stdout is a terminal.
//!
//! What a command prints is held until it is longer than the screen. Then a pager is started and gets all of it. A short
//! answer is printed at the end. A closed pager ends the command as a closed pipe does.

use std::io::{self, IsTerminal, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::printable::log;
use crate::serve::signals::ProcessSignals;

/// Where the answer of this process goes.
static ANSWER: Mutex<Answer> = Mutex::new(Answer::Direct);

enum Answer {
    Direct,
    Held(HeldAnswer),
    Paged(Box<RunningPager>),
}

/// An answer that still fits on the screen.
struct HeldAnswer {
    text: Vec<u8>,
    rows_left: usize,
    columns: usize,
    /// The program and its arguments.
    pager: Vec<String>,
}

struct RunningPager {
    child: Child,
    /// While this exists, Ctrl-C is the pager's and does not end this process.
    _signals: Option<HeldSignals>,
}

struct HeldSignals {
    _runtime: tokio::runtime::Runtime,
    _signals: ProcessSignals,
}

/// Whether the terminal can neither draw nor style: `TERM` is `dumb`.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether stdout is a terminal on which matches may be bold: not if `NO_COLOR` is set (no-color.org) or the terminal is
/// [dumb](is_dumb).
pub(super) fn is_styled() -> bool {
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_plain && !is_dumb()
}

/// The columns of the terminal that stdout is: `COLUMNS`, else what the terminal says. `None` if stdout is no terminal.
pub(super) fn columns() -> Option<usize> {
    let (_, columns) = console::Term::stdout().size_checked()?;
    let named = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    Some(named.filter(|columns| (20..1000).contains(columns)).unwrap_or(columns.into()))
}

/// Holds what is printed from now on until it is clear whether it is long. Does nothing if stdout is no terminal, or if the
/// user wants no pager: `CAIRN_PAGER`, or else `PAGER`, is empty or `cat`.
pub(super) fn begin() {
    let Some((rows, _)) = console::Term::stdout().size_checked() else { return };
    let Some(columns) = columns() else { return };
    let named = ["CAIRN_PAGER", "PAGER"].iter().find_map(|name| std::env::var(name).ok());
    let pager = words(named.as_deref());
    if is_dumb() || rows == 0 || pager.is_empty() {
        return;
    }
    let rows_left = usize::from(rows).saturating_sub(1);
    *answer() = Answer::Held(HeldAnswer { text: Vec::new(), rows_left, columns, pager });
}

/// The program and the arguments of the pager `named`, or of `less` if none is named; empty for none. The words are not
/// read by a shell. `less` ends by itself if the text fits, shows bold text, and leaves the text on the screen.
fn words(named: Option<&str>) -> Vec<String> {
    let words: Vec<String> =
        named.unwrap_or("less -FRX").split_whitespace().map(str::to_owned).collect();
    if words.first().is_some_and(|program| program == "cat") { Vec::new() } else { words }
}

/// Prints `text` to stdout or to the pager, or holds it.
pub(super) fn write(text: &[u8]) -> io::Result<()> {
    let mut answer = answer();
    match &mut *answer {
        Answer::Direct => io::stdout().lock().write_all(text),
        Answer::Paged(pager) => pager.write(text),
        Answer::Held(held) => {
            held.text.extend_from_slice(text);
            if held.fits(text) {
                return Ok(());
            }
            let (text, pager) = (std::mem::take(&mut held.text), std::mem::take(&mut held.pager));
            *answer = start(&pager);
            match &mut *answer {
                Answer::Paged(pager) => pager.write(&text),
                _ => io::stdout().lock().write_all(&text),
            }
        }
    }
}

/// Prints what is held, and waits until the user leaves the pager.
pub(super) fn end() -> io::Result<()> {
    match std::mem::replace(&mut *answer(), Answer::Direct) {
        Answer::Direct => Ok(()),
        Answer::Held(held) => io::stdout().lock().write_all(&held.text),
        Answer::Paged(mut pager) => {
            drop(pager.child.stdin.take());
            pager.child.wait().map(drop)
        }
    }
}

fn answer() -> MutexGuard<'static, Answer> {
    ANSWER.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HeldAnswer {
    /// Counts the rows of `text`, and returns whether the answer still fits on the screen.
    fn fits(&mut self, text: &[u8]) -> bool {
        let text = String::from_utf8_lossy(text);
        let rows: usize =
            text.lines().map(|line| line.chars().count().div_ceil(self.columns).max(1)).sum();
        let fits = rows <= self.rows_left;
        self.rows_left = self.rows_left.saturating_sub(rows);
        fits
    }
}

impl RunningPager {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        match &mut self.child.stdin {
            Some(pipe) => pipe.write_all(text),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

/// Starts the pager with the words `pager`. If that is impossible, the answer is printed directly; a pager that the user
/// named and that can't be started is mentioned.
fn start(pager: &[String]) -> Answer {
    let Some((program, arguments)) = pager.split_first() else { return Answer::Direct };
    let signals = hold_signals();
    match Command::new(program).args(arguments).stdin(Stdio::piped()).spawn() {
        Ok(child) => Answer::Paged(Box::new(RunningPager { child, _signals: signals })),
        Err(error) => {
            if program != "less" {
                log::notice(&format!("the pager {program:?} can't be started: {error}"));
            }
            Answer::Direct
        }
    }
}

/// Makes Ctrl-C the pager's. `None` if that is impossible; then Ctrl-C ends both.
fn hold_signals() -> Option<HeldSignals> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let signals = {
        let _entered = runtime.enter();
        ProcessSignals::interrupts()
    };
    Some(HeldSignals { _runtime: runtime, _signals: signals })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pager_is_the_named_one_or_less_or_none() {
        assert_eq!(words(None), ["less", "-FRX"]);
        assert_eq!(words(Some("more -d")), ["more", "-d"]);
        for none in ["", " ", "cat"] {
            assert_eq!(words(Some(none)), [""; 0], "{none:?}");
        }
    }

    #[test]
    fn rows_are_counted_as_the_terminal_breaks_lines() {
        let mut held =
            HeldAnswer { text: Vec::new(), rows_left: 5, columns: 10, pager: Vec::new() };
        assert!(held.fits(b"one\n\n0123456789\n"));
        assert!(held.fits(b"01234567890\n"));
        assert!(!held.fits(b"one more\n"));
    }
}
