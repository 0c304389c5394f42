//! Builds sections from a stream of headings and blocks.

use std::collections::HashMap;

use super::block::{BlockSpan, DocumentBlock, MOST_LINES, MOST_WORDS};
use super::long::{self, LONGEST_PART};
use super::{tall, tiny};
use crate::extract::limits::{self, MOST_SECTIONS, MOST_TEXT};
use crate::extract::noise::is_advert;
use crate::extract::words::words;
use crate::extract::{Address, Section};

/// A section closes at [`MOST_WORDS`] only if it holds at least this many words already.
const LEAST_WORDS: usize = 60;
/// The maximum characters of a heading and of its anchor: every section below a heading repeats it.
const LONGEST_HEADING: usize = 300;
/// Sections are collected up to this multiple of a document's limits, because some are joined afterwards.
const SLACK: usize = 2;

/// The unit of the numbers in [`BlockSpan`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) enum SpanUnit {
    Lines,
    Cells,
    Pages,
    Cards,
    /// A post of a thread; all of its parts have the same address.
    Post(Address),
}

/// Builds sections from headings and the blocks below them.
pub(in crate::extract) struct SectionBuilder {
    unit: SpanUnit,
    /// The current heading and those above it, outermost first.
    trail: Vec<TrailHeading>,
    anchor: Option<String>,
    tags: Vec<String>,
    open: Option<DocumentBlock>,
    words: usize,
    chunk: u32,
    ordinals: HashMap<Vec<String>, u32>,
    ordinal: u32,
    sections: Vec<Section>,
    /// The total bytes of `sections`.
    bytes: usize,
    headings: usize,
}

/// A heading above the current text.
struct TrailHeading {
    level: u8,
    text: String,
}

impl SectionBuilder {
    pub fn new(unit: SpanUnit) -> Self {
        SectionBuilder {
            unit,
            trail: Vec::new(),
            anchor: None,
            tags: Vec::new(),
            open: None,
            words: 0,
            chunk: 0,
            ordinals: HashMap::new(),
            ordinal: 0,
            sections: Vec::new(),
            bytes: 0,
            headings: 0,
        }
    }

    /// Whether it has more than `SLACK` times a document's limits; later blocks and headings are ignored.
    pub fn is_full(&self) -> bool {
        self.sections.len().max(self.headings / 2) > SLACK * MOST_SECTIONS
            || self.bytes > SLACK * MOST_TEXT
    }

    /// Adds a heading of `level` (1 to 6) at the line, cell, page or card `at`.
    pub fn heading(&mut self, level: u8, text: &str, anchor: Option<String>, at: u32) {
        self.close();
        if self.is_full() {
            return;
        }
        self.headings += 1;
        self.trail.retain(|above| above.level < level);
        let text = limits::cut(text, LONGEST_HEADING).to_owned();
        self.trail.push(TrailHeading { level, text });
        self.anchor = anchor.map(|anchor| limits::cut(&anchor, LONGEST_HEADING).to_owned());
        self.tags.clear();
        self.chunk = 0;
        let count = self.ordinals.entry(self.headings()).or_insert(0);
        self.ordinal = *count;
        *count += 1;
        self.open = Some(DocumentBlock { span: BlockSpan::of(at), ..DocumentBlock::default() });
    }

    /// Sets the tags of the sections under the current heading.
    pub fn tags(&mut self, tags: Vec<String>) {
        self.tags = tags;
    }

    /// Adds a block under the current heading. Blank blocks and adverts are left out.
    pub fn block(&mut self, block: DocumentBlock) {
        if self.is_full() {
            return;
        }
        let is_blank = block.text.trim().is_empty() && block.code.is_empty();
        if is_blank && block.links.is_empty() || block.code.is_empty() && is_advert(&block.text) {
            return;
        }
        // A word with its separator has at least two bytes, so shorter text needs no counting.
        let may_be_long = block.text.len() > 2 * MOST_WORDS;
        let can_split = may_be_long && !block.is_row && block.code.is_empty();
        let is_endless = block.text.len() > LONGEST_PART;
        if can_split && (is_endless || words(&block.text) > MOST_WORDS + LEAST_WORDS) {
            long::parts(block).into_iter().for_each(|part| self.add(part));
        } else if self.unit == SpanUnit::Lines {
            tall::parts(block).into_iter().for_each(|part| self.add(part));
        } else {
            self.add(block);
        }
    }

    fn add(&mut self, block: DocumentBlock) {
        let words = words(&block.text);
        let length = self.open.as_ref().map_or(0, |open| open.text.len());
        let is_long = self.words >= LEAST_WORDS && self.words + words > MOST_WORDS
            || length > 0 && length + block.text.len() > LONGEST_PART;
        if is_long || self.would_be_too_tall(&block) || self.is_on_a_new_page(&block) {
            self.close();
        }
        self.words += words;
        let Some(open) = &mut self.open else {
            self.open = Some(block);
            return;
        };
        if block.span.first > 0 {
            open.span.last = open.span.last.max(block.span.last);
        }
        append_line(&mut open.text, &block.text);
        append_line(&mut open.code, &block.code);
        open.links.extend(block.links);
        open.inner += block.inner;
    }

    /// The sections, in order.
    pub fn finish(mut self) -> Vec<Section> {
        self.close();
        match self.unit {
            SpanUnit::Cards | SpanUnit::Post(_) => self.sections,
            SpanUnit::Lines | SpanUnit::Cells | SpanUnit::Pages => tiny::join(self.sections),
        }
    }

    /// Whether the open section has a block and `block` would extend it past [`MOST_LINES`].
    fn would_be_too_tall(&self, block: &DocumentBlock) -> bool {
        let Some(open) = &self.open else { return false };
        let has_block = !open.text.is_empty() || !open.code.is_empty();
        has_block
            && self.unit == SpanUnit::Lines
            && block.span.last.saturating_sub(open.span.first) >= MOST_LINES
    }

    /// Whether `block` is on a later page than the open section, which is long enough to end there.
    fn is_on_a_new_page(&self, block: &DocumentBlock) -> bool {
        let ended = self.open.as_ref().is_some_and(|open| open.span.last < block.span.first);
        self.unit == SpanUnit::Pages && ended && self.words >= LEAST_WORDS
    }

    fn headings(&self) -> Vec<String> {
        self.trail.iter().map(|heading| heading.text.clone()).collect()
    }

    fn close(&mut self) {
        self.words = 0;
        let Some(block) = self.open.take() else { return };
        let text = block.text.trim_end();
        if text.is_empty() && block.code.is_empty() && block.links.is_empty() {
            return;
        }
        let (first, last) = (block.span.first.max(1), block.span.last.max(1));
        let section = Section {
            headings: self.headings(),
            anchor: self.anchor.clone(),
            address: match self.unit {
                SpanUnit::Lines => Address::Lines(first, last),
                SpanUnit::Cells => Address::Cell(first),
                SpanUnit::Pages => Address::Page(first),
                SpanUnit::Cards => Address::Card(first),
                SpanUnit::Post(address) => address,
            },
            text: text.to_owned(),
            code: block.code,
            links: block.links,
            tags: self.tags.clone(),
            inner: u32::try_from(block.inner).unwrap_or(u32::MAX),
            ordinal: self.ordinal,
            chunk: self.chunk,
            posted: None,
        };
        self.bytes += limits::bytes(&section);
        self.sections.push(section);
        self.chunk += 1;
    }
}

/// Appends `more` to `text`, on a line of its own.
fn append_line(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

#[cfg(test)]
mod tests;
