//! Questions in pages, which become headings of their answers: summaries and bold or numbered lines.

use crate::extract::sections::{BlockKind, DocumentBlock, SectionBuilder, is_question};

/// The state of reading questions.
#[derive(Default)]
pub(super) struct QuestionReader {
    pub in_summary: bool,
    /// The number of open elements with bold text.
    pub bold: usize,
    /// Whether the current block has text that is not bold.
    has_plain: bool,
    /// A question whose answer was not read yet.
    pending: Option<DocumentBlock>,
}

impl QuestionReader {
    /// Records `words` as text of the current block, to find out whether the block has text that is not bold.
    pub fn text(&mut self, words: &str) {
        self.has_plain |= self.bold == 0 && !words.trim().is_empty();
    }

    /// Prepares for the next block: it has no text so far.
    pub fn reset(&mut self) {
        self.has_plain = false;
    }

    /// Passes `block` to `builder`, as the answer to the pending question if there is one. If `block` is a question, it
    /// becomes the pending question instead.
    pub fn block(&mut self, block: DocumentBlock, builder: &mut SectionBuilder) {
        let is_bold = !std::mem::take(&mut self.has_plain);
        let is_plain =
            block.kind == BlockKind::Prose && block.code.is_empty() && block.links.is_empty();
        if is_plain && !block.text.starts_with("- ") && is_question(&block.text, is_bold) {
            return self.ask(block, builder);
        }
        if !block.text.trim().is_empty() || !block.code.is_empty() {
            let question = self.pending.take();
            question.iter().for_each(|asked| builder.question(asked.text.trim(), asked.span.first));
        }
        builder.block(block);
    }

    /// Makes `question` the pending question, whose answer is the next block. A question that is still pending has no
    /// answer and is passed to `builder` as text.
    pub fn ask(&mut self, question: DocumentBlock, builder: &mut SectionBuilder) {
        self.as_text(builder);
        self.has_plain = false;
        self.pending = Some(question);
    }

    /// Passes a question without an answer to `builder` as text.
    pub fn as_text(&mut self, builder: &mut SectionBuilder) {
        self.pending.take().into_iter().for_each(|question| builder.block(question));
    }
}
