//! Builds sections from a stream of headings and blocks.

use std::collections::HashMap;

use super::block::{BlockKind, BlockSpan, DocumentBlock};
use super::entry::{QUESTION_LEVEL, without_source};
use super::open::{OpenSection, SectionHeight};
use super::outline::DocumentOutline;
use super::title::TitleRule;
use super::{introduction, long, tall, tiny};
use crate::extract::appeal::is_appeal;
use crate::extract::data::{self, DataKind};
use crate::extract::limits::{self, MOST_SECTIONS, MOST_TEXT};
use crate::extract::noise::is_noise;
use crate::extract::words::words;
use crate::extract::{Address, Section};
use crate::problem::{Problem, Stage};

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
    open: OpenSection,
    chunk: u32,
    ordinals: HashMap<Vec<String>, u32>,
    ordinal: u32,
    sections: Vec<Section>,
    /// The total bytes of `sections`.
    bytes: usize,
    headings: usize,
    outline: DocumentOutline,
    /// The blocks that were left out because they are data.
    data: Vec<DataBlock>,
}

/// A block that was left out because it is data.
struct DataBlock {
    kind: DataKind,
    span: BlockSpan,
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
            open: OpenSection::default(),
            chunk: 0,
            ordinals: HashMap::new(),
            ordinal: 0,
            sections: Vec::new(),
            bytes: 0,
            headings: 0,
            outline: DocumentOutline::default(),
            data: Vec::new(),
        }
    }

    /// Whether so much was added that it exceeds a document's limits [`SLACK`] times. Further blocks and headings are
    /// ignored.
    pub fn is_full(&self) -> bool {
        self.sections.len().max(self.headings / 2) > SLACK * MOST_SECTIONS
            || self.bytes > SLACK * MOST_TEXT
    }

    /// Adds a heading of `level` (1 to 6) at the line, cell, page or card `at`.
    pub fn heading(&mut self, level: u8, text: &str, anchor: Option<String>, at: u32) {
        if self.begin(level, text, at) {
            self.anchor = anchor.map(|anchor| limits::cut(&anchor, LONGEST_HEADING).to_owned());
            self.tags.clear();
        }
    }

    /// Adds a heading that is an HTML element, such as `<h1>`. It is marked in the outline, because the first of these
    /// headings is often the title.
    pub fn html_heading(&mut self, level: u8, text: &str, anchor: Option<String>, at: u32) {
        let before = self.headings;
        self.heading(level, text, anchor, at);
        if self.headings > before {
            self.outline.mark_html();
        }
    }

    /// Adds a question at `at`. Its answer is the blocks up to the next heading, the next question or
    /// [`Self::end_answer`].
    pub fn question(&mut self, text: &str, at: u32) {
        self.begin(QUESTION_LEVEL, text, at);
    }

    /// Ends the answer to the last question, if there is one.
    pub fn end_answer(&mut self) {
        if self.trail.last().is_some_and(|heading| heading.level == QUESTION_LEVEL) {
            self.close();
            self.trail.pop();
            self.outline.resume();
            self.count();
        }
    }

    /// Starts a section below the heading `text`. Returns false, and adds no heading, if the builder is full.
    fn begin(&mut self, level: u8, text: &str, at: u32) -> bool {
        self.close();
        if self.is_full() {
            return false;
        }
        self.headings += 1;
        self.trail.retain(|above| above.level < level);
        let text = limits::cut(without_source(text), LONGEST_HEADING).to_owned();
        self.outline.heading(level, &text);
        self.trail.push(TrailHeading { level, text });
        self.count();
        self.open.push(DocumentBlock { span: BlockSpan::of(at), ..DocumentBlock::default() });
        true
    }

    /// Counts the current heading among those with the same trail.
    fn count(&mut self) {
        self.chunk = 0;
        let count = self.ordinals.entry(self.headings()).or_insert(0);
        self.ordinal = *count;
        *count += 1;
    }

    /// Sets the tags of the sections under the current heading.
    pub fn tags(&mut self, tags: Vec<String>) {
        self.tags = tags;
    }

    /// Adds a block under the current heading. Blank blocks, data and what [`is_noise`] recognises are left out.
    pub fn block(&mut self, block: DocumentBlock) {
        if self.is_full() {
            return;
        }
        let is_blank = block.text.trim().is_empty() && block.code.is_empty();
        if block.kind == BlockKind::Picture && is_blank {
            self.open.drop_announcement();
        }
        if is_blank && block.links.is_empty() || block.code.is_empty() && is_noise(&block.text) {
            return;
        }
        if let Some(kind) = data::kind_of_block(&block) {
            return self.data.push(DataBlock { kind, span: block.span });
        }
        if long::is_too_long(&block) {
            long::parts(block).into_iter().for_each(|part| self.add(part));
        } else if self.height() == SectionHeight::Unbounded {
            self.add(block);
        } else {
            let introduction = self.open.last_sentence();
            let parts = match self.height() {
                SectionHeight::Code => tall::parts_of_cell(block, introduction.as_deref()),
                _ => tall::parts(block, introduction.as_deref()),
            };
            parts.into_iter().for_each(|part| self.add(part));
        }
    }

    /// Ends the open section if it has enough words for one: the next slide is another section.
    pub fn end_slide(&mut self) {
        if self.open.has_section_size() {
            self.flush();
        }
    }

    fn add(&mut self, block: DocumentBlock) {
        self.open.push(block);
        while let Some(part) = self.open.take_excess(self.height()) {
            self.push(part);
        }
    }

    fn height(&self) -> SectionHeight {
        match self.unit {
            SpanUnit::Lines => SectionHeight::Lines,
            SpanUnit::Cells | SpanUnit::Pages => SectionHeight::Code,
            SpanUnit::Cards | SpanUnit::Post(_) => SectionHeight::Unbounded,
        }
    }

    /// The sections, in order.
    pub fn finish(mut self) -> Vec<Section> {
        self.close();
        match self.unit {
            SpanUnit::Cards | SpanUnit::Post(_) => self.sections,
            SpanUnit::Pages => tiny::join(self.sections),
            SpanUnit::Lines | SpanUnit::Cells => {
                let rule = match self.unit {
                    SpanUnit::Cells => TitleRule::Notebook,
                    _ => TitleRule::Text,
                };
                self.outline.repair(&mut self.sections, rule);
                self.sections.retain(|section| !is_appeal(section));
                let introductions = introduction::introductions(&self.sections);
                introduction::join(tiny::join(self.sections), &introductions)
            }
        }
    }

    /// Adds a problem to `problems` for each block that was left out as data since the last call.
    pub fn report(&mut self, problems: &mut Vec<Problem>) {
        for DataBlock { kind, span: BlockSpan { first, last } } in self.data.drain(..) {
            let message = match self.unit {
                SpanUnit::Lines => format!("lines {first} to {last} are left out: {kind}"),
                _ => format!("a block is left out: {kind}"),
            };
            problems.push(Problem::new(Stage::Extract, message));
        }
    }

    fn headings(&self) -> Vec<String> {
        self.trail.iter().map(|heading| heading.text.clone()).collect()
    }

    fn close(&mut self) {
        // On a card, a short text such as "A" may be the answer, so it isn't dropped as a label.
        if self.unit != SpanUnit::Cards {
            self.open.drop_last_labels();
        }
        if matches!(self.unit, SpanUnit::Lines | SpanUnit::Cells) && self.open.has_more_than_last()
        {
            self.open.drop_announcement();
        }
        self.flush();
    }

    /// Adds the sections of the open blocks.
    fn flush(&mut self) {
        while let Some(part) = self.open.take_first(self.height()) {
            self.push(part);
        }
        let rest = std::mem::take(&mut self.open);
        self.push(rest);
    }

    /// Adds the section of the blocks `open`, if they have content.
    fn push(&mut self, open: OpenSection) {
        let Some(block) = open.into_block() else { return };
        let text = block.text.trim_end();
        if text.is_empty() && block.code.is_empty() && block.links.is_empty() {
            return;
        }
        let first = block.span.first.max(1);
        let last = block.span.last.max(first);
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
            formulas: block.formulas.into_iter().map(|formula| formula.tex).collect(),
            links: block.links,
            tags: self.tags.clone(),
            inner: u32::try_from(block.inner).unwrap_or(u32::MAX),
            ordinal: self.ordinal,
            chunk: self.chunk,
            posted: None,
        };
        self.bytes += limits::bytes(&section);
        self.outline.section(words(&section.text) + words(&section.code));
        self.sections.push(section);
        self.chunk += 1;
    }
}

#[cfg(test)]
mod tests;
