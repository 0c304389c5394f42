//! Splits blocks of text that are too long for a section between sentences.

use super::block::{DocumentBlock, MOST_WORDS};
use crate::extract::sentences::sentences;
use crate::extract::words::words;

/// The maximum bytes of a part of a long block. A sentence longer than half of this is cut between words, or
/// anywhere if it has no spaces.
pub(super) const LONGEST_PART: usize = 32 * 1024;
/// A link's sentence is searched for in this many parts of a long block, starting at the part of the
/// previous link.
const PARTS_AHEAD: usize = 16;

/// Splits a block that is too long for a section between sentences; each part has its own lines.
pub(super) fn parts(block: DocumentBlock) -> Vec<DocumentBlock> {
    let mut parts: Vec<DocumentBlock> = Vec::new();
    let mut count = MOST_WORDS;
    for (from, sentence) in pieces_of(&block.text) {
        let more = words(sentence);
        let length = parts.last().map_or(0, |part| part.text.len());
        if count + more > MOST_WORDS || length + sentence.len() > LONGEST_PART {
            parts.push(DocumentBlock {
                span: block.span_of(from, from),
                ..DocumentBlock::default()
            });
            count = 0;
        }
        count += more;
        if let Some(part) = parts.last_mut() {
            part.text.push_str(sentence);
            part.span.last = block.span_of(from, from + sentence.trim_end().len()).last;
        }
    }
    let mut at = 0;
    for link in block.links {
        // Links are in the order of the text, so the search goes on from the previous link's part.
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

/// The sentences of `text` with their byte offsets; sentences longer than half of `LONGEST_PART` are cut,
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
