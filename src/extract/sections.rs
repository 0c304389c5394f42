//! Divides a stream of headings and blocks into sections. Long text is cut between blocks, and a block that
//! is too long between sentences; tiny sections are joined to a neighbour.

use std::collections::HashMap;

use super::limits::{self, MOST_SECTIONS, MOST_TEXT};
use super::noise::is_advert;
use super::piece::{DocumentBlock, MOST_LINES, MOST_WORDS};
use super::sentences::sentences;
use super::words::words;
use super::{Address, Section, tall, tiny};

/// A section closes at [`MOST_WORDS`] only if it holds at least this many words already.
const LEAST_WORDS: usize = 60;
/// The maximum bytes of a part of a long block. A sentence longer than half of this is cut between words, or
/// anywhere if it has no spaces.
const LONGEST_PART: usize = 32 * 1024;
/// The maximum characters of a heading and of its anchor: every section below a heading repeats it.
const LONGEST_HEADING: usize = 300;
/// Sections are collected up to this multiple of a document's limits, because some are joined afterwards.
const GATHERED: usize = 2;
/// A link's sentence is searched for in this many parts of a long block, starting at the part of the
/// previous link.
const PARTS_AHEAD: usize = 16;

/// The unit of the numbers in [`DocumentBlock::at`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SpanUnit {
    Lines,
    Cells,
    Pages,
    Cards,
    /// A post of a thread; all of its parts have the same address.
    Post(Address),
}

/// Builds sections from headings and the pieces below them.
pub(super) struct SectionBuilder {
    unit: SpanUnit,
    /// Level and text of the current heading and those above it.
    trail: Vec<(u8, String)>,
    anchor: Option<String>,
    tags: Vec<String>,
    open: Option<DocumentBlock>,
    words: usize,
    chunk: u32,
    ordinals: HashMap<Vec<String>, u32>,
    ordinal: u32,
    sections: Vec<Section>,
    /// The total bytes of `sections`.
    bytes: usize,
    headings: usize,
}

impl SectionBuilder {
    pub fn new(unit: SpanUnit) -> Self {
        SectionBuilder {
            unit,
            trail: Vec::new(),
            anchor: None,
            tags: Vec::new(),
            open: None,
            words: 0,
            chunk: 0,
            ordinals: HashMap::new(),
            ordinal: 0,
            sections: Vec::new(),
            bytes: 0,
            headings: 0,
        }
    }

    /// Whether it has more than `GATHERED` times a document's limits; later blocks and headings are ignored.
    pub fn is_full(&self) -> bool {
        self.sections.len().max(self.headings / 2) > GATHERED * MOST_SECTIONS
            || self.bytes > GATHERED * MOST_TEXT
    }

    /// Adds a heading of `level` (1 to 6) at the line, cell, page or card `at`.
    pub fn heading(&mut self, level: u8, text: &str, anchor: Option<String>, at: u32) {
        self.close();
        if self.is_full() {
            return;
        }
        self.headings += 1;
        self.trail.retain(|(above, _)| *above < level);
        self.trail.push((level, limits::cut(text, LONGEST_HEADING).to_owned()));
        self.anchor = anchor.map(|anchor| limits::cut(&anchor, LONGEST_HEADING).to_owned());
        self.tags.clear();
        self.chunk = 0;
        let count = self.ordinals.entry(self.headings()).or_insert(0);
        self.ordinal = *count;
        *count += 1;
        self.open = Some(DocumentBlock { at: (at, at), ..DocumentBlock::default() });
    }

    /// Sets the tags of the sections under the current heading.
    pub fn tags(&mut self, tags: Vec<String>) {
        self.tags = tags;
    }

    /// Adds a block under the current heading. Blank blocks and adverts are left out.
    pub fn piece(&mut self, piece: DocumentBlock) {
        if self.is_full() {
            return;
        }
        let is_blank = piece.text.trim().is_empty() && piece.code.is_empty();
        if is_blank && piece.links.is_empty() || piece.code.is_empty() && is_advert(&piece.text) {
            return;
        }
        // A word with its separator has at least two bytes, so shorter text needs no counting.
        let may_be_long = piece.text.len() > 2 * MOST_WORDS;
        let can_part = may_be_long && !piece.is_row && piece.code.is_empty();
        let is_endless = piece.text.len() > LONGEST_PART;
        if can_part && (is_endless || words(&piece.text) > MOST_WORDS + LEAST_WORDS) {
            parts(piece).into_iter().for_each(|part| self.add(part));
        } else if self.unit == SpanUnit::Lines {
            tall::parts(piece).into_iter().for_each(|part| self.add(part));
        } else {
            self.add(piece);
        }
    }

    fn add(&mut self, piece: DocumentBlock) {
        let words = words(&piece.text);
        let length = self.open.as_ref().map_or(0, |open| open.text.len());
        let long = self.words >= LEAST_WORDS && self.words + words > MOST_WORDS
            || length > 0 && length + piece.text.len() > LONGEST_PART;
        if long || self.would_be_too_tall(&piece) || self.is_on_a_new_page(&piece) {
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
        open.inner += piece.inner;
    }

    /// The sections, in order.
    pub fn finish(mut self) -> Vec<Section> {
        self.close();
        match self.unit {
            SpanUnit::Cards | SpanUnit::Post(_) => self.sections,
            SpanUnit::Lines | SpanUnit::Cells | SpanUnit::Pages => tiny::join(self.sections),
        }
    }

    /// Whether the open section has a block and `piece` would extend it past [`MOST_LINES`].
    fn would_be_too_tall(&self, piece: &DocumentBlock) -> bool {
        let Some(open) = &self.open else { return false };
        let has_block = !open.text.is_empty() || !open.code.is_empty();
        has_block
            && self.unit == SpanUnit::Lines
            && piece.at.1.saturating_sub(open.at.0) >= MOST_LINES
    }

    /// Whether `piece` is on a later page than the open section, which is long enough to end there.
    fn is_on_a_new_page(&self, piece: &DocumentBlock) -> bool {
        let ended = self.open.as_ref().is_some_and(|open| open.at.1 < piece.at.0);
        self.unit == SpanUnit::Pages && ended && self.words >= LEAST_WORDS
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
            code: piece.code,
            links: piece.links,
            tags: self.tags.clone(),
            inner: u32::try_from(piece.inner).unwrap_or(u32::MAX),
            ordinal: self.ordinal,
            chunk: self.chunk,
            posted: None,
        };
        self.bytes += limits::bytes(&section);
        self.sections.push(section);
        self.chunk += 1;
    }
}

/// Whether a document with these sections is a list of links: it has at least 20, whose texts make up at
/// least 30 % of its words.
pub(super) fn is_list(sections: &[Section]) -> bool {
    let links: usize = sections.iter().map(|section| section.links.len()).sum();
    if links < 20 {
        return false;
    }
    let linked: usize = sections.iter().flat_map(|s| &s.links).map(|link| words(&link.text)).sum();
    let total: usize = sections.iter().map(|section| words(&section.text)).sum();
    linked * 10 >= total * 3
}

/// Splits a block that is too long for a section between sentences; each part has its own lines.
fn parts(piece: DocumentBlock) -> Vec<DocumentBlock> {
    let mut parts: Vec<DocumentBlock> = Vec::new();
    let mut count = MOST_WORDS;
    for (from, sentence) in parts_of(&piece.text) {
        let more = words(sentence);
        let length = parts.last().map_or(0, |part| part.text.len());
        if count + more > MOST_WORDS || length + sentence.len() > LONGEST_PART {
            parts
                .push(DocumentBlock { at: piece.lines_of(from, from), ..DocumentBlock::default() });
            count = 0;
        }
        count += more;
        if let Some(part) = parts.last_mut() {
            part.text.push_str(sentence);
            part.at.1 = piece.lines_of(from, from + sentence.trim_end().len()).1;
        }
    }
    let mut at = 0;
    for link in piece.links {
        // Links are in the order of the text, so the search goes on from the previous link's part.
        let holds = |part: &DocumentBlock| part.text.contains(link.sentence.trim());
        let found = parts.iter().skip(at).take(PARTS_AHEAD).position(holds);
        at += found.unwrap_or(0);
        if let Some(part) = parts.get_mut(at) {
            part.links.push(link);
        }
    }
    if let Some(first) = parts.first_mut() {
        first.inner = piece.inner;
    }
    parts
}

/// The sentences of `text` with their byte offsets; sentences longer than half of `LONGEST_PART` are cut,
/// between words if possible.
fn parts_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
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

impl DocumentBlock {
    /// First and last line of the bytes `from..to` of its text; those of the whole piece if its line offsets
    /// are unknown.
    fn lines_of(&self, from: usize, to: usize) -> (u32, u32) {
        let line = |byte: usize, reached: fn(usize, usize) -> bool| {
            let behind = self.lines.partition_point(|(begin, _)| reached(*begin, byte));
            let line = behind.checked_sub(1).map(|at| self.lines[at].1);
            line.map(|line| line.clamp(self.at.0, self.at.1))
        };
        let first = line(from, |begin, byte| begin <= byte).unwrap_or(self.at.0);
        let last = match self.lines.is_empty() {
            true => self.at.1,
            false => line(to, |begin, byte| begin < byte).unwrap_or(first),
        };
        (first, last.max(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(line: u32, words: usize) -> DocumentBlock {
        DocumentBlock {
            at: (line, line),
            text: vec!["w"; words].join(" "),
            ..DocumentBlock::default()
        }
    }

    #[test]
    fn long_text_is_cut_between_blocks_and_short_text_is_not() {
        let mut builder = SectionBuilder::new(SpanUnit::Lines);
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
        let mut builder = SectionBuilder::new(SpanUnit::Lines);
        builder.heading(1, "A", None, 1);
        for first in [2, 32, 62, 92] {
            let at = (first, first + 28);
            builder.piece(DocumentBlock { at, code: "x".into(), ..DocumentBlock::default() });
        }
        let places: Vec<Address> = builder.finish().iter().map(|s| s.address).collect();
        assert_eq!(places, [Address::Lines(1, 60), Address::Lines(62, 120)]);
    }

    #[test]
    fn headings_that_repeat_are_told_apart_by_their_ordinal() {
        let mut builder = SectionBuilder::new(SpanUnit::Lines);
        for line in [1, 3] {
            builder.heading(2, "Same", None, line);
            builder.piece(piece(line + 1, 5));
        }
        let ordinals: Vec<u32> = builder.finish().iter().map(|section| section.ordinal).collect();
        assert_eq!(ordinals, [0, 1]);
    }

    #[test]
    fn a_block_that_is_too_long_is_cut_between_sentences() {
        let mut builder = SectionBuilder::new(SpanUnit::Lines);
        let text = "One more sentence of just seven words. ".repeat(120);
        builder.piece(DocumentBlock { at: (1, 9), text, ..DocumentBlock::default() });
        let row = "word ".repeat(700);
        builder.piece(DocumentBlock {
            at: (10, 10),
            text: row,
            is_row: true,
            ..DocumentBlock::default()
        });
        let sections = builder.finish();
        assert_eq!(sections.len(), 5);
        assert!(sections[..4].iter().all(|section| words(&section.text) <= MOST_WORDS));
        assert!(sections[..4].iter().all(|section| section.text.ends_with("words.")));
        assert_eq!(sections[3].address, Address::Lines(1, 9));
    }

    #[test]
    fn a_line_without_sentences_or_words_is_cut_all_the_same() {
        for endless in
            ["a feature store and ".repeat(20_000), "é".repeat(200_000), ">".repeat(200_000)]
        {
            let mut builder = SectionBuilder::new(SpanUnit::Lines);
            builder.piece(DocumentBlock {
                at: (1, 1),
                text: endless.clone(),
                ..DocumentBlock::default()
            });
            let sections = builder.finish();
            assert!(sections.len() > 5, "{}", sections.len());
            assert!(sections.iter().all(|section| section.text.len() <= LONGEST_PART));
            let kept: usize = sections.iter().map(|section| section.text.len()).sum();
            assert!(kept + 2 * sections.len() >= endless.trim_end().len(), "{kept}");
        }
    }

    #[test]
    fn a_bare_heading_makes_no_section_but_stays_in_the_trail() {
        let mut builder = SectionBuilder::new(SpanUnit::Lines);
        builder.heading(1, "Top", None, 1);
        builder.heading(2, "Sub", None, 2);
        builder.piece(piece(3, 5));
        builder.heading(2, "Next", None, 4);
        let sections = builder.finish();
        assert_eq!(sections.len(), 1);
        assert_eq!(sections[0].headings, ["Top", "Sub"]);
    }
}
