//! Splits blocks of text that are too long for one section. The cuts are between sentences.

use super::block::{BlockFormula, BlockKind, DocumentBlock, MOST_WORDS};
use crate::extract::sentences::sentences;
use crate::extract::words::words;

/// The maximum bytes of a part of a long block. A sentence longer than half of this is cut between words, or
/// anywhere if it has no spaces.
pub(super) const LONGEST_PART: usize = 32 * 1024;
/// When a long block is split, the sentence of each link is searched for in at most this many parts. The search starts at
/// the part that contains the previous link.
const PARTS_AHEAD: usize = 16;

/// Whether `block` is prose that is too long for one section.
pub(super) fn is_too_long(block: &DocumentBlock) -> bool {
    // A word with its separator has at least two bytes, so shorter text needs no counting.
    let may_be_long = block.text.len() > 2 * MOST_WORDS;
    let can_split = may_be_long && block.kind != BlockKind::Row && block.code.is_empty();
    let is_endless = block.text.len() > LONGEST_PART;
    can_split && (is_endless || words(&block.text) > MOST_WORDS * 3 / 2)
}

/// Splits a block that is too long for one section. The cuts are between sentences, but not inside or directly before
/// a formula, unless a part would exceed [`LONGEST_PART`]. Each part has its own lines, links and formulas.
pub(super) fn parts(block: DocumentBlock) -> Vec<DocumentBlock> {
    let mut parts: Vec<DocumentBlock> = Vec::new();
    let mut formulas = block.formulas.iter().peekable();
    let mut count = MOST_WORDS;
    for (from, sentence) in pieces_of(&block.text) {
        let more = words(sentence);
        let length = parts.last().map_or(0, |part| part.text.len());
        let is_endless = length + sentence.len() > LONGEST_PART;
        let may_begin =
            parts.is_empty() || formulas.peek().is_none_or(|next| next.range.start > from);
        if is_endless || may_begin && count + more > MOST_WORDS {
            let span = block.span_of(from, from);
            parts.push(DocumentBlock { span, ..DocumentBlock::default() });
            count = 0;
        }
        count += more;
        let Some(part) = parts.last_mut() else { continue };
        let end = from + sentence.len();
        while let Some(BlockFormula { range, tex }) = formulas.next_if(|next| next.range.end <= end)
        {
            let moved = |at: usize| (part.text.len() + at).saturating_sub(from);
            let range = moved(range.start)..moved(range.end);
            part.formulas.push(BlockFormula { range, tex: tex.clone() });
        }
        part.text.push_str(sentence);
        part.span.last = block.span_of(from, from + sentence.trim_end().len()).last;
    }
    let mut at = 0;
    for link in block.links {
        // Links are in the order of the text, so the search continues at the previous link's part.
        let has_sentence = |part: &DocumentBlock| part.text.contains(link.sentence.trim());
        let found = parts.iter().skip(at).take(PARTS_AHEAD).position(has_sentence);
        at += found.unwrap_or(0);
        if let Some(part) = parts.get_mut(at) {
            part.links.push(link);
        }
    }
    if let Some(first) = parts.first_mut() {
        first.inner = block.inner;
    }
    parts
}

/// The sentences of `text` with their byte offsets. Sentences longer than half of `LONGEST_PART` are cut into several,
/// between words if possible.
fn pieces_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    sentences(text).flat_map(|(from, sentence)| {
        let mut rest = sentence;
        std::iter::from_fn(move || {
            let most = rest.floor_char_boundary(LONGEST_PART / 2);
            let end = match rest.len() == most {
                true => most,
                false => rest[..most].rfind(' ').map_or(most, |space| space + 1),
            };
            let at = from + sentence.len() - rest.len();
            let (part, behind) = rest.split_at(end);
            rest = behind;
            (!part.is_empty()).then_some((at, part))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_not_cut_inside_or_before_a_formula() {
        let filler = "One more sentence of just seven words. ".repeat(31);
        let formula = "p. Then q + r";
        let text = format!("{filler}{formula} follows. {filler}");
        let range = filler.len()..filler.len() + formula.len();
        let formulas = vec![BlockFormula { range, tex: "p".to_owned() }];
        let parts = parts(DocumentBlock { text, formulas, ..DocumentBlock::default() });
        let part = parts.iter().find(|part| !part.formulas.is_empty()).unwrap();
        assert_eq!(&part.text[part.formulas[0].range.clone()], formula);
        let starts = |part: &DocumentBlock| part.text.starts_with("One");
        assert!(parts.len() > 1 && parts.iter().all(starts));
    }
}
