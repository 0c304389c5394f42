//! The lines of a page: on which line a byte is, and which lines a text has.

use crate::extract::sections::{BlockSpan, LineStart};

/// Counts the lines of a page while it is read.
pub(super) struct PageLines<'a> {
    html: &'a str,
    /// The number of lines of `html`.
    total: u32,
    /// The byte offset up to which line ends have been counted, and the line there.
    counted: LineStart,
}

impl<'a> PageLines<'a> {
    pub fn new(html: &'a str) -> PageLines<'a> {
        let total = u32::try_from(html.lines().count().max(1)).unwrap_or(u32::MAX);
        PageLines { html, total, counted: LineStart { offset: 0, line: 1 } }
    }

    /// The line that contains the byte `offset`. Offsets must not decrease, so that line ends are counted once.
    pub fn line(&mut self, offset: usize) -> u32 {
        let counted = self.counted;
        let passed = self.html.as_bytes().get(counted.offset..offset).unwrap_or_default();
        let lines = passed.iter().filter(|byte| **byte == b'\n').count();
        let line = counted.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.counted = LineStart { offset: offset.max(counted.offset), line };
        line
    }

    /// Extends `span` by `words`, which start on `line`.
    pub fn extend(&self, span: &mut BlockSpan, words: &str, line: u32) {
        if words.trim().is_empty() {
            return;
        }
        // White space at the start may contain line ends.
        let blank = words.len() - words.trim_start().len();
        let skipped = words[..blank].matches('\n').count();
        let first = line.saturating_add(u32::try_from(skipped).unwrap_or(0));
        let lines = words.trim().matches('\n').count();
        let last = first.saturating_add(u32::try_from(lines).unwrap_or(0));
        // The tokenizer also counts a lone carriage return as a line end, so the count may exceed the lines of the
        // page.
        span.last = last.min(self.total).max(first);
        if span.first == 0 {
            span.first = first;
        }
    }
}
