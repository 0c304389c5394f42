//! The blocks of the section that is being built, and the choice of the place where it is cut. A cut between blocks
//! that belong together is the last resort.

use super::announce::{colon_sentence, pointer};
use super::block::{BlockKind, BlockSpan, DocumentBlock, LEAST_WORDS};
use super::cut::{CutBlock, TARGET, WHOLE, imbalance, is_together, separation};
use super::lead::{is_label, is_lead};
use super::size::BlockSize;
use crate::extract::item::is_item;
use crate::extract::sentences::sentences;
use crate::extract::words::words;

/// The maximum bytes of a sentence that introduces code.
const LONGEST_SENTENCE: usize = 300;
/// The size, in percent of the size of a section, up to which blocks are collected. If they exceed it, the first of
/// them become a section at once, even if more blocks may follow.
const MOST_SIZE: u32 = 250;
/// An introduction of a list is repeated in the next part of the list if it has at most this many words.
const LONGEST_REPEATED: usize = 25;

/// Which lines count for the size of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SectionHeight {
    /// The lines of the file that it spans.
    Lines,
    /// The lines of its code, because its position is the number of a cell or page.
    Code,
    /// None, because its position is a card or a post.
    Unbounded,
}

/// The blocks of a section, in order.
#[derive(Debug, Default)]
pub(super) struct OpenSection {
    blocks: Vec<DocumentBlock>,
    /// The number of words of each block's text.
    words: Vec<usize>,
    /// The number of words of all texts together.
    total: usize,
    /// The total bytes of all texts.
    bytes: usize,
    /// The total lines of all code.
    code_lines: usize,
}

impl OpenSection {
    pub fn push(&mut self, mut block: DocumentBlock) {
        let is_prose = block.kind == BlockKind::Prose && block.code.is_empty();
        let is_prose = is_prose || block.kind == BlockKind::Titled && block.code.is_empty();
        if is_prose && is_lead(&block.text) {
            block.kind = BlockKind::Lead;
        }
        let words = words(&block.text);
        self.words.push(words);
        self.total += words;
        self.bytes += block.text.len();
        self.code_lines += code_lines(&block);
        self.blocks.push(block);
    }

    /// The last sentence of the last block, which may introduce code that follows. `None` if it is empty or long.
    pub fn last_sentence(&self) -> Option<String> {
        let line = self.blocks.last()?.text.lines().last()?;
        let (_, sentence) = sentences(line).last()?;
        let sentence = sentence.trim();
        (sentence.len() <= LONGEST_SENTENCE && !sentence.is_empty()).then(|| sentence.to_owned())
    }

    /// Takes the first part of the blocks if they exceed [`MOST_SIZE`], although more blocks may follow.
    pub fn take_excess(&mut self, height: SectionHeight) -> Option<OpenSection> {
        if self.size(height) <= MOST_SIZE {
            return None;
        }
        self.take_part(TARGET, false, height)
    }

    /// Takes the first part of the blocks if they are too large for one section. Returns `None` if they can be one
    /// section, or if there is no place for a cut.
    pub fn take_first(&mut self, height: SectionHeight) -> Option<OpenSection> {
        let size = self.size(height);
        if size <= WHOLE {
            return None;
        }
        let parts = size.div_ceil(TARGET + (WHOLE - TARGET) / 2);
        self.take_part(size / parts.max(2), true, height)
    }

    /// Takes the blocks before the best place for a cut. The taken part should have the size `target`; `is_last` states
    /// whether no more blocks follow. Returns `None` if there is no place for a cut.
    fn take_part(
        &mut self,
        target: u32,
        is_last: bool,
        height: SectionHeight,
    ) -> Option<OpenSection> {
        let count = self.blocks.len();
        let begin = self.blocks.iter().position(has_content)? + 1;
        let at = |index: usize| CutBlock { block: &self.blocks[index], words: self.words[index] };
        let sizes = self.sizes(height);
        let whole = sizes.last().copied().unwrap_or_default().percent();
        let cost = |end: &usize| {
            let before = sizes[*end].percent();
            let sizes = imbalance(before, whole.saturating_sub(before), target, is_last);
            sizes + separation(at(end - 1), at(*end))
        };
        let end = (begin..count).min_by_key(cost)?;
        if is_last && whole <= MOST_SIZE && is_together(at(end - 1), at(end)) {
            return None;
        }
        let introduction = self.list_introduction(end);
        let taken = self.take(end);
        if let Some(introduction) = introduction {
            let rest = std::mem::take(self);
            self.push(introduction);
            rest.blocks.into_iter().for_each(|block| self.push(block));
        }
        Some(taken)
    }

    /// If a cut before the block `end` divides a list or table: a copy of the sentence that introduces it, which begins
    /// the second part. `None` if the cut divides neither, or if there is no short introduction.
    fn list_introduction(&self, end: usize) -> Option<DocumentBlock> {
        let is_row = self.blocks[end].kind == BlockKind::Row;
        let is_member = |block: &DocumentBlock| match is_row {
            true => block.kind == BlockKind::Row,
            false => is_item(&block.text) && block.code.is_empty(),
        };
        if !is_member(&self.blocks[end]) {
            return None;
        }
        let members = self.blocks[..end].iter().rev().take_while(|block| is_member(block)).count();
        let lead = &self.blocks[(end - members).checked_sub(1)?];
        let is_short = lead.kind == BlockKind::Lead && words(&lead.text) <= LONGEST_REPEATED;
        let from = colon_sentence(&lead.text).or(is_short.then_some(0))?;
        (members > 0 && lead.formulas.is_empty() && lead.code.is_empty()).then(|| DocumentBlock {
            span: BlockSpan::of(self.blocks[end].span.first),
            text: lead.text[from..].to_owned(),
            ..DocumentBlock::default()
        })
    }

    /// Whether the blocks have enough words for a section.
    pub fn has_section_size(&self) -> bool {
        self.total >= LEAST_WORDS
    }

    /// Removes labels such as "Answer" at the end: there is nothing that they introduce.
    pub fn drop_last_labels(&mut self) {
        while let Some(last) = self.blocks.last()
            && last.code.is_empty()
            && last.links.is_empty()
            && is_label(&last.text)
        {
            let end = self.blocks.len() - 1;
            self.take_last(end);
        }
    }

    /// Whether a block before the last one has content.
    pub fn has_more_than_last(&self) -> bool {
        self.blocks.split_last().is_some_and(|(_, before)| before.iter().any(has_content))
    }

    /// Removes the sentence at the end if it only announces something, such as a picture: that isn't there.
    pub fn drop_announcement(&mut self) {
        let Some(last) = self.blocks.last() else { return };
        let is_plain = last.code.is_empty() && last.formulas.is_empty() && !is_item(&last.text);
        let may_end = is_plain && last.kind != BlockKind::Row;
        let Some(from) = pointer(&last.text).filter(|_| may_end) else { return };
        if from == 0 && !last.links.is_empty() {
            return;
        }
        let Some(mut last) = self.pop() else { return };
        last.text.truncate(last.text[..from].trim_end().len());
        if last.kind == BlockKind::Lead {
            last.kind = BlockKind::Prose;
        }
        if !last.text.is_empty() {
            self.push(last);
        }
    }

    fn pop(&mut self) -> Option<DocumentBlock> {
        let block = self.blocks.pop()?;
        self.total = self.total.saturating_sub(self.words.pop().unwrap_or_default());
        self.bytes -= block.text.len();
        self.code_lines -= code_lines(&block);
        Some(block)
    }

    /// All blocks as one.
    pub fn into_block(self) -> Option<DocumentBlock> {
        let mut blocks = self.blocks.into_iter();
        let mut whole = blocks.next()?;
        for block in blocks {
            append(&mut whole, block);
        }
        Some(whole)
    }

    /// Removes the blocks from `end` on.
    fn take_last(&mut self, end: usize) {
        let kept = self.take(end);
        *self = kept;
    }

    fn take(&mut self, end: usize) -> OpenSection {
        let blocks = self.blocks.split_off(end);
        let mut taken = std::mem::take(self);
        blocks.into_iter().for_each(|block| self.push(block));
        taken.words.truncate(end);
        taken
    }

    /// The sizes of the first 0, 1, 2, … blocks, up to the size of all blocks.
    fn sizes(&self, height: SectionHeight) -> Vec<BlockSize> {
        let first = self.blocks.first().map_or(0, |block| block.span.first);
        let mut size = BlockSize::default();
        let mut sizes = vec![size];
        for (block, words) in self.blocks.iter().zip(&self.words) {
            size.blocks += 1;
            size.words += words;
            size.bytes += block.text.len();
            size.lines = match height {
                SectionHeight::Lines => {
                    size.lines.max((block.span.last + 1).saturating_sub(first) as usize)
                }
                SectionHeight::Code => size.lines + code_lines(block),
                SectionHeight::Unbounded => 0,
            };
            sizes.push(size);
        }
        sizes
    }

    /// The size of all blocks, in percent of the size of a section.
    fn size(&self, height: SectionHeight) -> u32 {
        let lines = match (height, self.blocks.first(), self.blocks.last()) {
            (SectionHeight::Lines, Some(first), Some(last)) => {
                (last.span.last + 1).saturating_sub(first.span.first) as usize
            }
            (SectionHeight::Code, _, _) => self.code_lines,
            _ => 0,
        };
        BlockSize { words: self.total, lines, bytes: self.bytes, blocks: self.blocks.len() }
            .percent()
    }
}

fn code_lines(block: &DocumentBlock) -> usize {
    block.code.lines().count()
}

fn has_content(block: &DocumentBlock) -> bool {
    !block.text.is_empty() || !block.code.is_empty()
}

/// Appends `block` to `whole`.
fn append(whole: &mut DocumentBlock, block: DocumentBlock) {
    if block.span.first > 0 {
        whole.span.last = whole.span.last.max(block.span.last);
    }
    append_line(&mut whole.text, &block.text);
    if !whole.code.is_empty() && !block.code.is_empty() {
        // A blank line between two blocks of code, which may be different files.
        whole.code.push('\n');
    }
    append_line(&mut whole.code, &block.code);
    whole.links.extend(block.links);
    whole.formulas.extend(block.formulas);
    whole.inner += block.inner;
}

/// Appends `more` to `text`, on a line of its own.
fn append_line(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}
