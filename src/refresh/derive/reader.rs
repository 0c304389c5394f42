//! Reads documents in a child process of the program, under limits of memory and time.
//!
//! Extraction is a pure function, but its input may be hostile: a file can be nested so deeply that the stack
//! overflows, or need a hundred times its size in memory. Such a file ends the child and gets a problem; if its format
//! is text, it is read again as plain text. The next file gets a new child and its own time ([`super::budget`]), and
//! the run continues. A child handles many requests in sequence, so that few children have to be started. It ends with
//! its parent, and at once when the run is stopped. [`super::frames`] encodes requests and responses.

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::budget::ReadBudgets;
use super::frames::{read_frame, write_frame};
use super::watchdog::{KillReason, Watchdog};
use crate::extract::{Extracted, extract, is_text};
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::options::RefreshStop;

/// The maximum memory for the data of a child, in bytes. On Linux, allocating more fails and ends the child.
#[cfg(target_os = "linux")]
const MOST_MEMORY: u64 = 128_000_000;
/// The maximum length of a response, in bytes: several times the limit of a document. A longer response is an error.
const LONGEST_ANSWER: u32 = 32_000_000;
/// How often a child checks whether its parent is still running.
#[cfg(unix)]
const LOOK: Duration = Duration::from_millis(200);

/// A document to extract.
#[derive(Serialize, Deserialize)]
struct ReadRequest<'a> {
    format: &'a str,
    bytes: &'a [u8],
}

/// Reads documents in a child process, which is started when it is first needed, or in this process.
pub(in crate::refresh) struct DocumentReader<'a> {
    /// The path of the program's executable. Without it, documents are read in this process.
    program: Option<PathBuf>,
    child: Option<ReaderProcess>,
    budgets: &'a ReadBudgets,
    stop: &'a RefreshStop,
}

/// Why a child gave no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadFailure {
    /// The child ended by itself, for example because memory or stack were exhausted, or its response was invalid. If
    /// the document was read in this process: extraction panicked.
    Broken,
    /// The document took longer than this time.
    Late(Duration),
    /// The run was stopped.
    Stopped,
}

impl ReadFailure {
    /// Why a child gave no response within `allowance`. `ended` is why its watchdog ended it; `None` if it ended by
    /// itself.
    fn of(ended: Option<KillReason>, allowance: Duration) -> ReadFailure {
        match ended {
            Some(KillReason::Late) => ReadFailure::Late(allowance),
            Some(KillReason::Stopped) => ReadFailure::Stopped,
            None => ReadFailure::Broken,
        }
    }
}

impl<'a> DocumentReader<'a> {
    pub fn new(
        program: Option<&Path>,
        budgets: &'a ReadBudgets,
        stop: &'a RefreshStop,
    ) -> DocumentReader<'a> {
        DocumentReader { program: program.map(Path::to_owned), child: None, budgets, stop }
    }

    /// Reads `bytes`, a document of `source`, as `format`. If the child ends by itself and has read other documents
    /// before, tries once more in a new child. If reading fails and the format is text, reads the document as plain
    /// text, with a problem. If that fails too, or the format is not text, the result has problems but no document.
    /// `None` if the run was stopped.
    pub fn read(&mut self, source: &str, format: &str, bytes: &[u8]) -> Option<Extracted> {
        // A child that has read other documents may have used up memory that it can't return.
        let is_fresh = self.child.is_none();
        let read = match self.try_read(source, format, bytes) {
            Err(ReadFailure::Broken) if !is_fresh => self.try_read(source, format, bytes),
            read => read,
        };
        let failure = match read {
            Ok(extracted) => return Some(extracted),
            Err(ReadFailure::Stopped) => return None,
            Err(failure) => failure,
        };
        let plain = match is_text(format).then(|| self.try_read(source, "txt", bytes)) {
            Some(Err(ReadFailure::Stopped)) => return None,
            Some(Ok(plain)) => plain,
            Some(Err(_)) | None => Extracted::default(),
        };
        let mut problems = vec![problem(failure, plain.document.is_some())];
        problems.extend(plain.problems);
        Some(Extracted { document: plain.document, problems })
    }

    /// Extracts `bytes` as `format`, in the child if there is a program.
    fn try_read(
        &mut self,
        source: &str,
        format: &str,
        bytes: &[u8],
    ) -> Result<Extracted, ReadFailure> {
        let Some(program) = self.program.clone() else { return read_here(format, bytes) };
        let mut child = match self
            .child
            .take()
            .map_or_else(|| ReaderProcess::start(&program, self.stop), Ok)
        {
            Ok(child) => child,
            Err(error) => {
                tracing::warn!(%error, "no child process could be started; documents are read in this process");
                self.program = None;
                return read_here(format, bytes);
            }
        };
        let (allowance, begun) = (self.budgets.allowance(source), Instant::now());
        let response = child.ask(&ReadRequest { format, bytes }, allowance);
        self.budgets.charge(source, begun.elapsed());
        let ended = child.watchdog.finish();
        match response {
            Ok(extracted) => {
                // The timeout may have ended the child just after its response. The next document then gets a new
                // child.
                self.child = ended.is_none().then_some(child);
                Ok(extracted)
            }
            Err(error) => {
                tracing::debug!(%error, "the reader's child ended");
                Err(ReadFailure::of(ended, allowance))
            }
        }
    }
}

/// Extracts `bytes` as `format` under the limits of memory and time of a refresh, in a child process if `program` is
/// given. Each call starts a child: use it for a few documents that belong to no source.
pub fn read_one(program: Option<&Path>, format: &str, bytes: &[u8]) -> Extracted {
    let (budgets, stop) = (ReadBudgets::default(), RefreshStop::new());
    DocumentReader::new(program, &budgets, &stop).read("", format, bytes).unwrap_or_default()
}

/// Extracts in this process. No input is known that makes extraction panic. If there is one, it must not end the run.
fn read_here(format: &str, bytes: &[u8]) -> Result<Extracted, ReadFailure> {
    let read = std::panic::AssertUnwindSafe(|| extract(format, bytes));
    std::panic::catch_unwind(read).map_err(|_| ReadFailure::Broken)
}

fn problem(failure: ReadFailure, plain: bool) -> Problem {
    let happened = match failure {
        ReadFailure::Late(allowance) => {
            format!("the reader took longer than {} s for this file", allowance.as_secs())
        }
        ReadFailure::Broken | ReadFailure::Stopped => {
            "the reader failed on this file, or needed too much memory for it".to_owned()
        }
    };
    let end = if plain { "; it was read as plain text" } else { "" };
    Problem::new(Stage::Extract, format!("{happened}{end}"))
        .hint("if the file opens elsewhere, please report it")
}

/// A running child. It is killed when this is dropped.
struct ReaderProcess {
    child: Arc<Mutex<Child>>,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    watchdog: Watchdog,
}

impl ReaderProcess {
    /// Starts `program` as a child that reads documents.
    fn start(program: &Path, stop: &RefreshStop) -> io::Result<ReaderProcess> {
        let mut command = Command::new(program);
        command.arg("read").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // The child reads untrusted files and needs no secrets.
        command.env_remove("GITHUB_TOKEN").env_remove("CAIRN_ADMIN_TOKEN");
        // The child gets its own process group, so that Ctrl-C does not reach it. The run receives Ctrl-C and then
        // ends its children.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the child has no pipes"));
        };
        let child = Arc::new(Mutex::new(child));
        let watched = Arc::clone(&child);
        let watchdog = Watchdog::start(stop.clone(), move || {
            let _ = watched.lock().unwrap_or_else(PoisonError::into_inner).kill();
        });
        Ok(ReaderProcess { child, stdin, stdout: BufReader::new(stdout), watchdog })
    }

    /// Sends `request` and returns the response. Sets a timeout of `longest`, which the caller must clear.
    fn ask(&mut self, request: &ReadRequest, longest: Duration) -> io::Result<Extracted> {
        self.watchdog.begin(longest);
        self.exchange(request)
    }

    fn exchange(&mut self, request: &ReadRequest) -> io::Result<Extracted> {
        write_frame(&mut self.stdin, request)?;
        let response =
            read_frame(&mut self.stdout, LONGEST_ANSWER)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        postcard::from_bytes(&response).map_err(io::Error::other)
    }
}

impl Drop for ReaderProcess {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The child's side: reads requests from stdin and writes responses to stdout, until stdin ends.
///
/// Sets the limit of memory on this process first. The process ends when its parent does, even in the middle of a
/// document.
pub fn answer_all() -> io::Result<()> {
    limit_memory();
    #[cfg(unix)]
    std::thread::spawn(end_with_parent);
    let (mut stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    while let Some(frame) = read_frame(&mut stdin, u32::MAX)? {
        let request: ReadRequest = postcard::from_bytes(&frame).map_err(io::Error::other)?;
        write_frame(&mut stdout, &extract(request.format, request.bytes))?;
    }
    Ok(())
}

/// Ends this process when its parent process changes, which means that the original parent has ended.
#[cfg(unix)]
fn end_with_parent() {
    let parent = std::os::unix::process::parent_id();
    while std::os::unix::process::parent_id() == parent {
        std::thread::sleep(LOOK);
    }
    std::process::exit(1);
}

fn limit_memory() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let limit = Rlimit { current: Some(MOST_MEMORY), maximum: Some(MOST_MEMORY) };
        let _ = setrlimit(Resource::Data, limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_is_not_a_reader_is_a_problem_and_does_not_end_the_run() {
        let (budgets, stop) = (ReadBudgets::default(), RefreshStop::new());
        let read = |program: &str| {
            DocumentReader::new(Some(Path::new(program)), &budgets, &stop).read(
                "a/b",
                "md",
                b"# A\n\nb\n",
            )
        };
        assert_eq!(read("/bin/false").unwrap().problems.len(), 1);
        assert!(
            read("/no/such/program").unwrap().document.is_some(),
            "read in this process instead"
        );
    }

    /// A program that never responds.
    #[cfg(unix)]
    fn mute(folder: &Path) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let program = folder.join("mute");
        std::fs::write(&program, "#!/bin/sh\nexec sleep 600\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    #[cfg(unix)]
    #[test]
    fn a_reader_that_gives_no_answer_ends_when_the_run_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let program = mute(folder.path());
        let (budgets, stop) = (ReadBudgets::default(), RefreshStop::new());
        let signal = stop.clone();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            signal.cancel();
        });
        let begun = Instant::now();
        let read = DocumentReader::new(Some(&program), &budgets, &stop).read("a/b", "md", b"# A\n");
        assert_eq!(read, None, "a stopped read has no result");
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        stopper.join().unwrap();
    }
}
