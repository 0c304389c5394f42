//! Reads documents in a child of the program, under limits of memory and time.
//!
//! Readers are pure, but what they read is hostile: a file may nest so deep that the stack ends, or
//! swell a hundredfold in memory. Such a file ends the child, is read as plain text with a problem, and
//! the next one gets a fresh child; the run goes on. A child answers one question after the other, so that it costs
//! nothing to speak of. Questions and answers are postcard behind their length in four bytes.

use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::extract::{Extracted, extract, is_text};
use crate::problem::{Problem, Stage};

/// The longest that one document may take. It halves with each that takes longer, down to the least:
/// a repository full of such files must not hold up the others for days.
const LONGEST: Duration = Duration::from_secs(30);
const LEAST: Duration = Duration::from_millis(100);
/// The most memory that a child may take for its data, in bytes, where the system enforces it.
const MOST_MEMORY: u64 = 128_000_000;
/// The longest answer: text, and the addresses of links, are a few times the file at most.
const LONGEST_ANSWER: u32 = 256_000_000;

#[derive(Serialize, Deserialize)]
struct Question<'a> {
    format: &'a str,
    bytes: &'a [u8],
}

/// What reads documents: a child of the program, started when first needed, or this process.
pub(super) struct Reader {
    /// The program's own file; without it documents are read in this process.
    program: Option<PathBuf>,
    child: Option<Running>,
    patience: Duration,
}

impl Reader {
    pub fn new(program: Option<&Path>) -> Reader {
        Reader { program: program.map(Path::to_owned), child: None, patience: LONGEST }
    }

    /// Reads `bytes` as `format`. What the reader fails on is read as plain text, with a problem; what
    /// even that fails on gives the problem alone.
    pub fn read(&mut self, format: &str, bytes: &[u8]) -> Extracted {
        match self.try_read(format, bytes) {
            Ok(extracted) => extracted,
            Err(late) => {
                let plain = is_text(format).then(|| self.try_read("txt", bytes).ok()).flatten();
                let plain = plain.and_then(|plain| plain.document);
                let problem = problem(late, plain.is_some());
                Extracted { document: plain, problems: vec![problem] }
            }
        }
    }

    /// What the reader of `format` makes of `bytes`; `Err` if it failed, and whether for lateness.
    fn try_read(&mut self, format: &str, bytes: &[u8]) -> Result<Extracted, bool> {
        let Some(program) = self.program.clone() else { return read_here(format, bytes) };
        let mut child = match self.child.take().map_or_else(|| Running::start(&program), Ok) {
            Ok(child) => child,
            Err(error) => {
                tracing::warn!(%error, "no child could be started; documents are read here");
                self.program = None;
                return read_here(format, bytes);
            }
        };
        match child.ask(&Question { format, bytes }, self.patience) {
            Ok(extracted) => {
                self.child = Some(child);
                Ok(extracted)
            }
            Err(error) => {
                tracing::debug!(%error, "the reader's child ended");
                if child.is_late() {
                    self.patience = LEAST.max(self.patience / 2);
                }
                Err(child.is_late())
            }
        }
    }
}

/// No input is known that makes a reader panic; should one come, it must not end the run.
fn read_here(format: &str, bytes: &[u8]) -> Result<Extracted, bool> {
    let read = std::panic::AssertUnwindSafe(|| extract(format, bytes));
    std::panic::catch_unwind(read).map_err(|_| false)
}

fn problem(late: bool, plain: bool) -> Problem {
    let happened = match late {
        true => "the reader took too long over this file".to_owned(),
        false => "the reader failed on this file, or wanted too much memory for it".to_owned(),
    };
    let end = if plain { "; it was read as plain text" } else { "" };
    Problem::new(Stage::Extract, format!("{happened}{end}"))
        .hint("if it looks sound, please report it")
}

/// A child under way. It ends when this is dropped.
struct Running {
    child: Arc<Mutex<Child>>,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// Tells the watch when a question begins, with how long it may take, and when it is answered.
    watch: Sender<Duration>,
    late: Arc<AtomicBool>,
}

impl Running {
    fn start(program: &Path) -> io::Result<Running> {
        let mut command = Command::new(program);
        command.arg("read").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // It reads what strangers wrote, and needs no secret for that.
        command.env_remove("GITHUB_TOKEN").env_remove("CAIRN_ADMIN_TOKEN");
        // Ctrl-C is for the run, which then ends its children: they must not end before it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the child has no pipes"));
        };
        let child = Arc::new(Mutex::new(child));
        let late = Arc::new(AtomicBool::new(false));
        let (watch, heard) = mpsc::channel();
        let (watched, flag) = (Arc::clone(&child), Arc::clone(&late));
        std::thread::spawn(move || {
            while let Ok(longest) = heard.recv() {
                if heard.recv_timeout(longest) == Err(RecvTimeoutError::Timeout) {
                    flag.store(true, Ordering::Relaxed);
                    let _ = watched.lock().unwrap_or_else(PoisonError::into_inner).kill();
                    return;
                }
            }
        });
        Ok(Running { child, stdin, stdout: BufReader::new(stdout), watch, late })
    }

    fn ask(&mut self, question: &Question, longest: Duration) -> io::Result<Extracted> {
        let _ = self.watch.send(longest);
        let answer = self.exchange(question);
        let _ = self.watch.send(longest);
        answer
    }

    fn exchange(&mut self, question: &Question) -> io::Result<Extracted> {
        write_frame(&mut self.stdin, question)?;
        let answer =
            read_frame(&mut self.stdout, LONGEST_ANSWER)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        postcard::from_bytes(&answer).map_err(io::Error::other)
    }

    fn is_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The child's side: answers questions from stdin on stdout until there are no more.
///
/// Sets the limit of memory on this process first.
pub fn answer_all() -> io::Result<()> {
    limit_memory();
    let (mut stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    while let Some(frame) = read_frame(&mut stdin, u32::MAX)? {
        let question: Question = postcard::from_bytes(&frame).map_err(io::Error::other)?;
        write_frame(&mut stdout, &extract(question.format, question.bytes))?;
    }
    Ok(())
}

fn limit_memory() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let limit = Rlimit { current: Some(MOST_MEMORY), maximum: Some(MOST_MEMORY) };
        let _ = setrlimit(Resource::Data, limit);
    }
}

fn write_frame(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let body = postcard::to_stdvec(value).map_err(io::Error::other)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&body)?;
    to.flush()
}

/// The next frame, or `None` at the end.
fn read_frame(from: &mut impl Read, longest: u32) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    }
    let length = u32::from_le_bytes(length);
    if length > longest {
        return Err(io::Error::other("a frame that is too long"));
    }
    let mut body = vec![0; length as usize];
    from.read_exact(&mut body)?;
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in() {
        let mut wire = Vec::new();
        write_frame(&mut wire, &Question { format: "md", bytes: b"# A\n" }).unwrap();
        write_frame(&mut wire, &Question { format: "txt", bytes: b"" }).unwrap();
        let mut from = &wire[..];
        let frame = read_frame(&mut from, 100).unwrap().unwrap();
        let question: Question = postcard::from_bytes(&frame).unwrap();
        assert_eq!((question.format, question.bytes), ("md", &b"# A\n"[..]));
        assert!(read_frame(&mut from, 100).unwrap().is_some());
        assert!(read_frame(&mut from, 100).unwrap().is_none());
        assert!(read_frame(&mut &wire[..], 3).is_err(), "longer than allowed");
        assert!(read_frame(&mut &wire[..6], 100).is_err(), "cut off");
    }

    #[test]
    fn a_child_that_is_no_reader_is_a_problem_and_no_end() {
        let mut reader = Reader::new(Some(Path::new("/bin/false")));
        let extracted = reader.read("md", b"# A\n\nb\n");
        assert_eq!(extracted.problems.len(), 1);
        let mut reader = Reader::new(Some(Path::new("/no/such/program")));
        assert!(reader.read("md", b"# A\n\nb\n").document.is_some(), "read here instead");
    }
}
