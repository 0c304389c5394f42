//! Plain text: paragraphs between blank lines, and underlined titles.

use super::Document;
use super::sections::{BlockSpan, DocumentBlock, LineStart, SectionBuilder, SpanUnit};

/// The shortest underline and the longest title, in characters.
const LEAST_LINE: usize = 3;
const LONGEST_TITLE: usize = 100;
/// A paragraph of more bytes is passed to the builder in parts, so that the text isn't in memory twice.
const LONGEST_PARAGRAPH: usize = 64 * 1024;

/// Reads the plain text `text`. Never `None`; text without content gives a document without sections.
pub(super) fn read(text: &str) -> Option<Document> {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    let mut open: Option<DocumentBlock> = None;
    let mut lines = text.lines().enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let line = line.trim();
        if line.is_empty() {
            open.take().into_iter().for_each(|block| builder.block(block));
            continue;
        }
        let under = lines.peek().and_then(|(_, under)| level(line, under));
        if let Some(level) = under {
            open.take().into_iter().for_each(|block| builder.block(block));
            builder.heading(level, line, None, number);
            lines.next();
            continue;
        }
        let block = open.get_or_insert_with(|| DocumentBlock {
            span: BlockSpan::of(number),
            ..DocumentBlock::default()
        });
        block.span.last = number;
        if !block.text.is_empty() {
            block.text.push('\n');
        }
        block.lines.push(LineStart { offset: block.text.len(), line: number });
        block.text.push_str(line);
        if block.text.len() > LONGEST_PARAGRAPH {
            open.take().into_iter().for_each(|block| builder.block(block));
        }
    }
    open.into_iter().for_each(|block| builder.block(block));
    let sections = builder.finish();
    Some(Document { sections, ..Document::default() })
}

/// The level of the title `line`; `None` if the line `under` doesn't underline it.
fn level(line: &str, under: &str) -> Option<u8> {
    let under = under.trim();
    let mark = under.chars().next()?;
    let is_line = under.chars().all(|c| c == mark) && under.chars().count() >= LEAST_LINE;
    let is_title = line.chars().count() <= LONGEST_TITLE && line.chars().any(char::is_alphanumeric);
    let level = match mark {
        '=' | '#' => 1,
        '-' | '~' | '*' => 2,
        _ => return None,
    };
    (is_line && is_title).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Address;

    #[test]
    fn paragraphs_keep_their_lines() {
        let document = read("\none\ntwo\n\n\nthree\n").unwrap();
        assert_eq!(document.sections.len(), 1);
        assert_eq!(document.sections[0].address, Address::Lines(2, 6));
        assert_eq!(document.sections[0].text, "one\ntwo\nthree");
    }

    #[test]
    fn parts_of_a_paragraph_of_many_lines_have_their_own_lines() {
        let document = read(&"[^a]: x\n".repeat(40_000)).unwrap();
        let mut last = 0;
        for section in &document.sections {
            let Address::Lines(first, end) = section.address else { panic!("{section:?}") };
            assert!(first > last && end - first < 300, "{:?}", section.address);
            last = end;
        }
        assert_eq!(last, 40_000);
    }

    #[test]
    fn underlined_lines_are_titles() {
        let document = read("All\n===\n\nOne\n---\nSome words of it here.\n").unwrap();
        assert_eq!(document.sections[0].headings, ["All", "One"]);
        assert_eq!(document.sections[0].address, Address::Lines(4, 6));
        assert_eq!(document.sections[0].text, "Some words of it here.");
    }
}
