//! Says that a test has not been run, and why. CI counts these lines.

use std::io::Write;

/// Writes a line `SKIPPED: what: why` to stderr, past the capture of the test runner, which would hide it where the test
/// passes.
pub fn skip(what: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}: {why}");
}
