//! Reports that a test was skipped, and why. CI counts these lines.

use std::io::Write;

/// Writes a line `SKIPPED: what: why` to stderr. It bypasses the capture of the test runner, which hides the output of
/// tests that pass.
pub fn skip(what: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}: {why}");
}
