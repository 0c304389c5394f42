//! Cuts a stream of headings and blocks into sections.

use std::collections::HashMap;

use super::{Address, Link, Section};

/// A section closes before the block that would take it past this many words…
pub(super) const MOST_WORDS: usize = 220;
/// …if it holds at least this many already.
const LEAST_WORDS: usize = 60;
/// Or before the block that would take it past this many lines: code is long without many words.
const MOST_LINES: u32 = 60;

/// A paragraph, list item, table or code block, as plain text.
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    /// First and last line, or first and last cell; `(0, 0)` for a block that stands elsewhere in
    /// the file than in the reading order (a footnote).
    pub at: (u32, u32),
    pub text: String,
    pub code: String,
    pub links: Vec<Link>,
}

/// What the numbers of [`Piece::at`] count.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Lines,
    Cells,
}

/// Collects pieces under headings.
pub(super) struct Builder {
    unit: Unit,
    /// Level and text of the headings above the current place.
    trail: Vec<(u8, String)>,
    anchor: Option<String>,
    open: Option<Piece>,
    words: usize,
    chunk: u32,
    ordinals: HashMap<Vec<String>, u32>,
    ordinal: u32,
    sections: Vec<Section>,
}

impl Builder {
    pub fn new(unit: Unit) -> Self {
        Builder {
            unit,
            trail: Vec::new(),
            anchor: None,
            open: None,
            words: 0,
            chunk: 0,
            ordinals: HashMap::new(),
            ordinal: 0,
            sections: Vec::new(),
        }
    }

    /// A heading of `level` (1 to 6) at the line or cell `at`.
    pub fn heading(&mut self, level: u8, text: &str, anchor: Option<String>, at: u32) {
        self.close();
        self.trail.retain(|(above, _)| *above < level);
        self.trail.push((level, text.to_owned()));
        self.anchor = anchor;
        self.chunk = 0;
        let count = self.ordinals.entry(self.headings()).or_insert(0);
        self.ordinal = *count;
        *count += 1;
        self.open = Some(Piece { at: (at, at), ..Piece::default() });
    }

    /// A block under the current heading.
    pub fn piece(&mut self, piece: Piece) {
        if piece.text.trim().is_empty() && piece.code.is_empty() && piece.links.is_empty() {
            return;
        }
        let words = piece.text.split_whitespace().count();
        let long = self.words >= LEAST_WORDS && self.words + words > MOST_WORDS;
        if long || self.would_be_too_tall(&piece) {
            self.close();
        }
        self.words += words;
        let Some(open) = &mut self.open else {
            self.open = Some(piece);
            return;
        };
        if piece.at.0 > 0 {
            open.at = (open.at.0, open.at.1.max(piece.at.1));
        }
        for (into, from) in [(&mut open.text, &piece.text), (&mut open.code, &piece.code)] {
            if !into.is_empty() && !from.is_empty() {
                into.push('\n');
            }
            into.push_str(from);
        }
        open.links.extend(piece.links);
    }

    /// The sections, in order.
    pub fn finish(mut self) -> Vec<Section> {
        self.close();
        self.sections
    }

    /// Whether `piece` would take the open section past [`MOST_LINES`], if it has a block already.
    fn would_be_too_tall(&self, piece: &Piece) -> bool {
        let Some(open) = &self.open else { return false };
        let has_block = !open.text.is_empty() || !open.code.is_empty();
        let is_lines = matches!(self.unit, Unit::Lines);
        has_block && is_lines && piece.at.1.saturating_sub(open.at.0) >= MOST_LINES
    }

    fn headings(&self) -> Vec<String> {
        self.trail.iter().map(|(_, text)| text.clone()).collect()
    }

    fn close(&mut self) {
        self.words = 0;
        let Some(piece) = self.open.take() else { return };
        let text = piece.text.trim_end();
        if text.is_empty() && piece.code.is_empty() && piece.links.is_empty() {
            return;
        }
        let (first, last) = (piece.at.0.max(1), piece.at.1.max(1));
        self.sections.push(Section {
            headings: self.headings(),
            anchor: self.anchor.clone(),
            address: match self.unit {
                Unit::Lines => Address::Lines(first, last),
                Unit::Cells => Address::Cell(first),
            },
            text: text.to_owned(),
            code: piece.code,
            links: piece.links,
            ordinal: self.ordinal,
            chunk: self.chunk,
        });
        self.chunk += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(line: u32, words: usize) -> Piece {
        Piece { at: (line, line), text: vec!["w"; words].join(" "), ..Piece::default() }
    }

    #[test]
    fn long_text_is_cut_between_blocks_and_short_text_is_not() {
        let mut builder = Builder::new(Unit::Lines);
        builder.heading(1, "A", None, 1);
        for line in 2..8 {
            builder.piece(piece(line, 100));
        }
        let sections = builder.finish();
        let cut: Vec<(Address, u32)> = sections.iter().map(|s| (s.address, s.chunk)).collect();
        assert_eq!(
            cut,
            [(Address::Lines(1, 3), 0), (Address::Lines(4, 5), 1), (Address::Lines(6, 7), 2)]
        );
    }

    #[test]
    fn code_is_cut_between_blocks_by_lines() {
        let mut builder = Builder::new(Unit::Lines);
        builder.heading(1, "A", None, 1);
        for first in [2, 32, 62, 92] {
            let at = (first, first + 28);
            builder.piece(Piece { at, code: "x".into(), ..Piece::default() });
        }
        let places: Vec<Address> = builder.finish().iter().map(|s| s.address).collect();
        assert_eq!(places, [Address::Lines(1, 60), Address::Lines(62, 120)]);
    }

    #[test]
    fn headings_that_repeat_are_told_apart_by_their_ordinal() {
        let mut builder = Builder::new(Unit::Lines);
        for line in [1, 3] {
            builder.heading(2, "Same", None, line);
            builder.piece(piece(line + 1, 5));
        }
        let ordinals: Vec<u32> = builder.finish().iter().map(|section| section.ordinal).collect();
        assert_eq!(ordinals, [0, 1]);
    }

    #[test]
    fn a_bare_heading_makes_no_section_but_stays_in_the_trail() {
        let mut builder = Builder::new(Unit::Lines);
        builder.heading(1, "Top", None, 1);
        builder.heading(2, "Sub", None, 2);
        builder.piece(piece(3, 5));
        builder.heading(2, "Next", None, 4);
        let sections = builder.finish();
        assert_eq!(sections.len(), 1);
        assert_eq!(sections[0].headings, ["Top", "Sub"]);
    }
}
