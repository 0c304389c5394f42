//! Chooses the passage of a text that a snippet shows.

use std::ops::Range;

use super::edges::{self, LEAD, WIDTH};
use super::line_kind::{LineKind, line_at, line_kind};
use super::matches::TextMatch;

/// The number of sentences that [`nearest_sentence`] compares.
const COMPARED: usize = 16;
/// Shorter sentences, in bytes, are not compared: they say too little.
const SHORT: usize = 30;
/// The maximum number of equally good passages whose meaning is compared.
const TIED: usize = 3;

/// What a passage that says what a match is gains in nearness, a cosine. Set by hand.
const DEFINES: f32 = 0.15;
/// Words between a name and what it means.
const DEFINING: [&str; 7] =
    [" is ", " are ", " means ", " refers to ", " occurs ", " measures ", ": "];

/// How near a text is to the query in meaning.
pub(super) type Nearness<'n> = &'n dyn Fn(&str) -> f32;

/// The byte range of the passage to show: the passage with the most different units of the query. Of several such
/// passages, it is the nearest in meaning, or without `nearness` one that says what a match is, or the one with the most
/// matches. A passage that begins
/// in a formula or a row of a table counts as having one unit less. [`edges`] decides where exactly the range begins
/// and ends.
pub(super) fn window(
    text: &str,
    matches: &[TextMatch],
    nearness: Option<Nearness>,
) -> Range<usize> {
    let first = best(text, matches, nearness).map_or(0, |at| matches[at].start);
    // Near the end of the text, the window starts earlier, so that it is still full.
    let latest = text.char_indices().rev().nth(WIDTH - LEAD - 1).map_or(0, |(at, _)| at);
    let from = edges::start(text, first.min(latest), first);
    from..edges::end(text, from, first.max(from), matches)
}

/// The byte offset of the sentence or line of `text` for which `nearness` is greatest. Short sentences, and sentences
/// after the first [`COMPARED`], are not compared.
pub(super) fn nearest_sentence(text: &str, nearness: Nearness) -> usize {
    let ends = edges::borders(text, 0).chain([text.len()]);
    let mut from = 0;
    let mut best = (0.0, 0);
    for end in ends.take(COMPARED) {
        let sentence = &text[from..end];
        if sentence.len() >= SHORT {
            let near = nearness(sentence);
            if near > best.0 {
                best = (near, from);
            }
        }
        from = end;
    }
    best.1
}

/// A passage that begins with a match, before it is cut to its exact size.
#[derive(Clone)]
struct Passage {
    /// The index of the match.
    at: usize,
    bytes: Range<usize>,
    /// The number of different units.
    units: u32,
    /// Whether the words after the match say what it is.
    defines: bool,
    /// The number of matches; more than six count as six.
    count: usize,
}

/// The index of the match that begins the best window.
fn best(text: &str, matches: &[TextMatch], nearness: Option<Nearness>) -> Option<usize> {
    let mut lines = KnownLine::default();
    let passages: Vec<Passage> =
        (0..matches.len()).map(|at| passage(text, matches, at, &mut lines)).collect();
    let value = |passage: &Passage| (passage.units, passage.defines, passage.count);
    // `max_by_key` returns the last of equal items; in reverse, that is the first passage.
    let best = passages.iter().rev().max_by_key(|passage| value(passage))?;
    let Some(nearness) = nearness else { return Some(best.at) };
    let mut tied = vec![best];
    for one in passages.iter().filter(|one| one.units == best.units) {
        let is_apart = |other: &&Passage| {
            one.bytes.start >= other.bytes.end || one.bytes.end <= other.bytes.start
        };
        if tied.len() < TIED && tied.iter().all(is_apart) {
            tied.push(one);
        }
    }
    if tied.len() == 1 {
        return Some(best.at);
    }
    let near = tied.into_iter().rev().map(|one| {
        let defines = if one.defines { DEFINES } else { 0.0 };
        (nearness(&text[one.bytes.clone()]) + defines, one.at)
    });
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| at)
}

/// The passage that begins with the match with the index `at`. Counts bytes instead of characters.
fn passage(text: &str, matches: &[TextMatch], at: usize, lines: &mut KnownLine) -> Passage {
    let start = matches[at].start;
    let end = text.ceil_char_boundary((start + WIDTH - LEAD).min(text.len()));
    let (mut units, mut count) = (0_u64, 0);
    for found in matches[at..].iter().take_while(|found| found.end < start + WIDTH - LEAD) {
        units |= 1 << found.unit.min(63);
        count += 1;
    }
    let is_prose = lines.kind(text, start) == LineKind::Prose;
    let units = units.count_ones().saturating_sub(u32::from(!is_prose));
    let defines = defines(text, &matches[at..], units);
    Passage { at, bytes: start..end, units, defines, count: count.min(6) }
}

/// Whether `matches`, of which the first `units` belong together, are followed by words that say what they are.
fn defines(text: &str, matches: &[TextMatch], units: u32) -> bool {
    let near = matches.iter().take(units as usize);
    let end = near.map(|found| found.end).max().unwrap_or(0);
    DEFINING.iter().any(|words| text[end..].starts_with(words))
}

/// The kind of the last line that was looked at, because many matches are in the same line.
#[derive(Default)]
struct KnownLine(Option<(Range<usize>, LineKind)>);

impl KnownLine {
    /// The kind of the line of `text` that contains the byte offset `at`.
    fn kind(&mut self, text: &str, at: usize) -> LineKind {
        if let Some((_, kind)) = self.0.as_ref().filter(|(line, _)| line.contains(&at)) {
            return *kind;
        }
        let line = line_at(text, at);
        let kind = line_kind(&text[line.clone()]);
        self.0 = Some((line, kind));
        kind
    }
}

#[cfg(test)]
mod tests;
