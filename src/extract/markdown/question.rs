//! Questions in Markdown, which become headings of their answers.

use comrak::nodes::{AstNode, NodeValue};

use crate::extract::render::render;
use crate::extract::sections::{LONGEST_QUESTION, is_question};

/// The maximum characters of a bold line that serves as a heading. A longer one is text.
const LONGEST_BOLD: usize = 80;
/// The maximum number of lines that a question takes in the file.
const MOST_QUESTION_LINES: usize = 4;

/// The text of `block` if it is a question with an answer below it: a line that asks, followed by a block that is not
/// another question, a heading, a thematic break or a footnote.
pub(super) fn question<'a>(block: &'a AstNode<'a>) -> Option<String> {
    let asks = |block: &'a AstNode<'a>| {
        if !matches!(block.data().value, NodeValue::Paragraph) {
            return None;
        }
        let bold = bold_line(block);
        let is_bold = bold.is_some();
        let text = bold.or_else(|| short_line(block))?;
        is_question(&text, is_bold).then_some(text)
    };
    let text = asks(block)?;
    let next = block.next_sibling()?;
    let is_answered = !matches!(
        next.data().value,
        NodeValue::Heading(_) | NodeValue::ThematicBreak | NodeValue::FootnoteDefinition(_)
    );
    (is_answered && asks(next).is_none()).then_some(text)
}

/// The text of the paragraph `block` if it takes few lines in the file and the last of these lines is short.
fn short_line<'a>(block: &'a AstNode<'a>) -> Option<String> {
    let position = block.data().sourcepos;
    let has_few_lines = position.end.line - position.start.line < MOST_QUESTION_LINES;
    let is_short = position.end.column < 4 * LONGEST_QUESTION;
    (has_few_lines && is_short).then(|| render(block).text.trim().to_owned())
}

/// Whether the heading `block`, of level `level` and with the text `text`, is a question without an answer, as in a
/// list of exercises: it is followed by nothing or by a heading of the same level or above. A heading of level 1 is
/// never one.
pub(super) fn is_unanswered<'a>(block: &'a AstNode<'a>, level: u8, text: &str) -> bool {
    let is_last = block.next_sibling().is_none_or(|next| match &next.data().value {
        NodeValue::Heading(heading) => heading.level <= level,
        _ => false,
    });
    is_last && level > 1 && (text.ends_with(['?', '？']) || is_question(text, false))
}

/// The text of `block` if it is a paragraph of one bold line, short enough for a heading.
pub(super) fn bold_line<'a>(block: &'a AstNode<'a>) -> Option<String> {
    let mut inside = block.children();
    let (Some(only), None) = (inside.next(), inside.next()) else { return None };
    let is_bold = matches!(block.data().value, NodeValue::Paragraph)
        && matches!(only.data().value, NodeValue::Strong);
    let text = is_bold.then(|| render(only).text.trim().to_owned())?;
    (!text.contains('\n') && (1..=LONGEST_BOLD).contains(&text.chars().count())).then_some(text)
}

/// Whether `block` is a paragraph that begins with a bold title: `**Fuel.** It is dear.`
pub(super) fn is_titled<'a>(block: &'a AstNode<'a>) -> bool {
    let Some(first) = block.first_child().filter(|first| first.next_sibling().is_some()) else {
        return false;
    };
    let is_bold = matches!(block.data().value, NodeValue::Paragraph)
        && matches!(first.data().value, NodeValue::Strong);
    is_bold && {
        let title = render(first).text;
        let behind = first.next_sibling().map(|next| render(next).text).unwrap_or_default();
        let is_short = title.chars().count() <= LONGEST_BOLD;
        is_short
            && (title.ends_with(['.', ':', '?', '!'])
                || behind.starts_with(['.', ':', '-', '–', '—']))
    }
}
