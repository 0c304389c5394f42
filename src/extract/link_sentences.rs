//! The sentences around the links of a text: what an author says about the page that a link leads to.

use std::ops::Range;

use super::item::without_mark;
use super::sentences::sentences;

/// Finds the sentences around the links of a text. Each line is split once, however many links it has.
pub(super) struct LinkSentences<'a> {
    text: &'a str,
    /// The byte range of the line that was split last.
    line: Range<usize>,
    /// The byte offsets of the sentences in this line; empty if the line was not split, because it is one sentence.
    starts: Vec<usize>,
}

impl<'a> LinkSentences<'a> {
    pub fn new(text: &'a str) -> Self {
        LinkSentences { text, line: 0..0, starts: Vec::new() }
    }

    /// The sentence that contains the byte `offset`, without the mark of a list item and truncated to 300 characters.
    /// If `whole`, the whole line instead of the sentence.
    pub fn at(&mut self, offset: usize, whole: bool) -> String {
        let offset = offset.min(self.text.len());
        if !self.line.contains(&offset) {
            self.look(offset);
        }
        let Range { start, end } = self.line;
        let sentence = match self.starts.partition_point(|at| *at <= offset) {
            _ if whole || offset >= end => start..end,
            0 => start..end,
            next => self.starts[next - 1]..self.starts.get(next).copied().unwrap_or(end),
        };
        let sentence = without_mark(self.text[sentence].trim());
        match sentence.char_indices().nth(300) {
            Some((cut, _)) => sentence[..cut].to_owned(),
            None => sentence.to_owned(),
        }
    }

    /// Finds the line that contains the byte `offset` and splits it into sentences.
    fn look(&mut self, offset: usize) {
        let from = self.text[..offset].rfind('\n').map_or(0, |at| at + 1);
        let to = self.text[offset..].find('\n').map_or(self.text.len(), |at| offset + at);
        let line = &self.text[from..to];
        let may_part = !line.is_ascii() || [". ", "? ", "! "].iter().any(|end| line.contains(end));
        self.line = from..to;
        self.starts.clear();
        if may_part {
            self.starts.extend(sentences(line).map(|(at, _)| from + at));
        }
    }
}
