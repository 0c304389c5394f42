//! Passes paragraphs and code to the builder, one block late: what follows a block decides whether it is a label.

use crate::extract::item::is_item;
use crate::extract::lines::is_numbered;
use crate::extract::sections::{BlockKind, BlockSpan, DocumentBlock, SectionBuilder};
use crate::extract::words::words;

/// A line of at most this many words without a full stop is the label of the text below it.
const LABEL_WORDS: usize = 10;
/// A numbered line may have this many words.
const NUMBERED_WORDS: usize = 24;
/// Text below a label has at least this many words.
const TEXT_WORDS: usize = 8;

/// The last block, which the builder doesn't have yet.
#[derive(Default)]
pub(super) struct LastBlock {
    block: Option<DocumentBlock>,
}

impl LastBlock {
    /// Passes the last block to `builder`, and keeps `block`.
    pub fn push(&mut self, block: DocumentBlock, builder: &mut SectionBuilder) {
        if let Some(last) = &mut self.block
            && last.kind == BlockKind::Prose
            && is_label(&last.text)
            && last.code.is_empty()
            && is_below_label(&block, &last.text)
        {
            last.kind = BlockKind::Lead;
        }
        self.flush(builder);
        self.block = Some(block);
    }

    /// Passes the last block to `builder`.
    pub fn flush(&mut self, builder: &mut SectionBuilder) {
        if let Some(block) = self.block.take() {
            builder.block(block);
        }
    }
}

/// A block of `text` on `page`.
pub(super) fn text_block(text: String, page: u32, is_row: bool) -> DocumentBlock {
    let kind = if is_row { BlockKind::Row } else { BlockKind::Prose };
    DocumentBlock { span: BlockSpan::of(page), text, kind, ..DocumentBlock::default() }
}

/// Whether `text` may be a label in the type of the text, or the number and title of an entry.
fn is_label(text: &str) -> bool {
    let count = words(text);
    let is_title = text.starts_with(char::is_uppercase) && !text.ends_with(['.', ',', ';', '!']);
    count <= LABEL_WORDS && is_title || is_numbered(text) && count <= NUMBERED_WORDS
}

/// Whether `block` is what `label` introduces: code, a sentence, or a list if the label is no list item itself.
fn is_below_label(block: &DocumentBlock, label: &str) -> bool {
    let is_list = is_item(&block.text);
    let is_text = words(&block.text) >= TEXT_WORDS && block.kind == BlockKind::Prose;
    !block.code.is_empty() || is_list && !is_item(label) || is_text && !is_list
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `label` is the label of `text`.
    fn leads(label: &str, text: &str) -> bool {
        let block = text_block(text.to_owned(), 1, false);
        is_label(label) && is_below_label(&block, label)
    }

    #[test]
    fn a_short_line_before_text_is_its_label() {
        let text = "Each van has a plan, which its driver gets in the evening.";
        assert!(leads("Plans of a day", text));
        assert!(leads("Plans of a day", "- One plan"));
        assert!(leads("3. Plans of a day, and what the drivers say (a report of the depot)", text));
        assert!(!leads("3. Plans of a day", "4. Doors"));
        assert!(!leads("A plan is made.", text));
        assert!(!leads("Plans of a day", "No plan"));
    }
}
