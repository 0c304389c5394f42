//! Chooses where the blocks of a section are cut when they are too long together: between paragraphs, before a label,
//! and never between a block and what introduces it.
//!
//! Each place between two blocks has a cost: the cost of separating these blocks, plus the cost of the sizes of the
//! parts that result. The place with the lowest cost is chosen.

use super::announce::ends_with_announcement;
use super::block::{BlockKind, DocumentBlock};
use super::lead::refers_back;
use crate::extract::item::is_item;

/// The size that a part should have, in percent of the size of a section.
pub(super) const TARGET: u32 = 100;
/// The size, in percent of the size of a section, up to which blocks together are not cut. A larger part costs extra.
pub(super) const WHOLE: u32 = 175;
/// The minimum size that a part should have, in percent of the size of a section. A smaller part costs [`cost::SMALL`].
const LEAST: u32 = 30;

/// A paragraph of at most this many words that is directly before code or a list introduces it. A longer one doesn't.
const LONGEST_INTRODUCTION: usize = 70;
/// A list item of at least this many words can be understood without the items before it.
const LONG_ITEM: usize = 40;

/// The costs of cutting between two blocks. A difference of one percent from the best size costs one.
mod cost {
    /// Before a label, an introduction, or a paragraph that begins with a title.
    pub const LABEL: u32 = 0;
    /// Between two paragraphs, behind code, and in all cases that are not listed here.
    pub const PARAGRAPH: u32 = 25;
    /// Between a list and the paragraph behind it.
    pub const BEHIND_LIST: u32 = 30;
    /// Between two list items, if the second one is long enough to be understood alone.
    pub const LONG_ITEM: u32 = 40;
    /// Between a table and the paragraph behind it, which often discusses the table.
    pub const BEHIND_TABLE: u32 = 45;
    /// Between two table rows.
    pub const ROW: u32 = 50;
    /// Between two list items.
    pub const ITEM: u32 = 70;
    /// Between a list or table and the short paragraph that introduces it.
    pub const BEFORE_LIST: u32 = 70;
    /// Added before a paragraph that refers to the text before it.
    pub const REFERENCE: u32 = 50;
    /// Added behind a paragraph that announces what follows.
    pub const ANNOUNCED: u32 = 50;
    /// Between an introduction and its code.
    pub const BEFORE_CODE: u32 = 120;
    /// Between blocks that belong together. They are separated only if nothing else is possible.
    pub const TOGETHER: u32 = 1_000;
    /// Added for each part that is too small.
    pub const SMALL: u32 = 150;
}

/// What a block is, as far as cuts depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BlockShape {
    /// A block without content, which marks the position of a heading.
    Empty,
    Lead,
    Titled,
    Formula,
    Row,
    Item,
    Code,
    Paragraph,
}

impl BlockShape {
    fn of(block: &DocumentBlock) -> BlockShape {
        match block.kind {
            BlockKind::Lead => BlockShape::Lead,
            BlockKind::Titled if block.code.is_empty() => BlockShape::Titled,
            BlockKind::Formula => BlockShape::Formula,
            BlockKind::Picture => BlockShape::Empty,
            BlockKind::Row => BlockShape::Row,
            _ if !block.code.is_empty() => BlockShape::Code,
            _ if block.text.is_empty() => BlockShape::Empty,
            _ if is_item(&block.text) => BlockShape::Item,
            _ => BlockShape::Paragraph,
        }
    }
}

/// A block with its number of words.
#[derive(Clone, Copy)]
pub(super) struct CutBlock<'a> {
    pub block: &'a DocumentBlock,
    pub words: usize,
}

/// The cost of a cut between the blocks `before` and `after`.
pub(super) fn separation(before: CutBlock, after: CutBlock) -> u32 {
    use BlockShape::{Code, Empty, Formula, Item, Lead, Paragraph, Row, Titled};
    let shapes = (BlockShape::of(before.block), BlockShape::of(after.block));
    let introduces = before.words <= LONGEST_INTRODUCTION;
    let between = match shapes {
        (Lead | Empty, _) | (_, Formula) => cost::TOGETHER,
        (_, Lead | Titled) => cost::LABEL,
        (Paragraph | Titled | Formula | Row, Code) if introduces => cost::BEFORE_CODE,
        (Item, Item) if after.words >= LONG_ITEM => cost::LONG_ITEM,
        (Item, Item) => cost::ITEM,
        (Row, Row) => cost::ROW,
        (Row, _) => cost::BEHIND_TABLE,
        (Paragraph | Titled, Item | Row) if introduces => cost::BEFORE_LIST,
        (Item, _) => cost::BEHIND_LIST,
        _ => cost::PARAGRAPH,
    };
    let refers = matches!(shapes.1, Paragraph | Lead) && refers_back(&after.block.text);
    let announces =
        matches!(shapes.0, Paragraph | Titled) && ends_with_announcement(&before.block.text);
    between + if refers { cost::REFERENCE } else { 0 } + if announces { cost::ANNOUNCED } else { 0 }
}

/// Whether the blocks `before` and `after` belong together.
pub(super) fn is_together(before: CutBlock, after: CutBlock) -> bool {
    separation(before, after) >= cost::TOGETHER
}

/// The cost of the sizes `before` and `after`, in percent of the size of a section, of the two parts that a cut results
/// in. `target` is the best size of the first part. `is_last` states that no more blocks follow, so that `after` will
/// not grow.
pub(super) fn imbalance(before: u32, after: u32, target: u32, is_last: bool) -> u32 {
    let is_small = |size: u32| if size < LEAST { cost::SMALL } else { 0 };
    let excess = 2 * before.saturating_sub(WHOLE);
    let after = if is_last { is_small(after) } else { 0 };
    before.abs_diff(target) + excess + is_small(before) + after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(before: &DocumentBlock, after: &DocumentBlock) -> u32 {
        let words = |block: &DocumentBlock| crate::extract::words::words(&block.text);
        separation(
            CutBlock { block: before, words: words(before) },
            CutBlock { block: after, words: words(after) },
        )
    }

    fn text(text: &str) -> DocumentBlock {
        DocumentBlock { text: text.to_owned(), ..DocumentBlock::default() }
    }

    #[test]
    fn a_cut_between_paragraphs_costs_less_than_one_inside_a_list_or_before_code() {
        let paragraph = text("The store has two halves.");
        let item = text("- The online half");
        let code = DocumentBlock { code: "x = 1".to_owned(), ..DocumentBlock::default() };
        let paragraphs = cost(&paragraph, &paragraph);
        for (before, after) in [(&item, &item), (&paragraph, &item), (&paragraph, &code)] {
            assert!(paragraphs < cost(before, after), "{} | {}", before.text, after.text);
        }
        assert!(cost(&item, &paragraph) < cost(&item, &item));
    }

    #[test]
    fn a_paragraph_that_refers_to_the_one_before_it_stays_with_it() {
        let paragraph = text("The store has two halves.");
        for reference in [
            "This doubles the cost.",
            "However, it is slow.",
            "The last row is new.",
            "Consequence 2: it is slow.",
            "A third point is its cost.",
            "Unfortunately, it is slow.",
            "The image above shows it.",
            "To do so, we need a van.",
        ] {
            assert!(
                cost(&paragraph, &text(reference)) > cost(&paragraph, &paragraph),
                "{reference}"
            );
        }
    }

    #[test]
    fn a_cut_before_a_title_costs_less_and_one_behind_an_announcement_more() {
        let paragraph = text("The store has two halves.");
        let titled = DocumentBlock { kind: BlockKind::Titled, ..text("Fuel. It is dear.") };
        assert!(cost(&paragraph, &titled) < cost(&paragraph, &paragraph));
        for before in ["It is slow. Let's look at the next van.", "It has the following parts."] {
            assert!(cost(&text(before), &paragraph) > cost(&paragraph, &paragraph), "{before}");
        }
        let lead = |words: &str| DocumentBlock { kind: BlockKind::Lead, ..text(words) };
        let size = lead("How to size it:");
        assert!(cost(&paragraph, &size) > cost(&paragraph, &lead("The parts:")));
    }

    #[test]
    fn a_label_stays_with_what_follows() {
        let label = DocumentBlock { kind: BlockKind::Lead, ..text("Steps:") };
        assert_eq!(cost(&text("A paragraph."), &label), cost::LABEL);
        assert_eq!(cost(&label, &text("- One")), cost::TOGETHER);
    }
}
