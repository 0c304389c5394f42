//! Joins tiny sections to their neighbours: a few words under a heading, a "see below", a line with the
//! author and source. A run of tiny sections under one heading becomes one section of that heading.

use std::collections::HashMap;

use super::block::MOST_WORDS;
use super::entry::is_subjectless;
use crate::extract::item::is_item;
use crate::extract::words::words;
use crate::extract::{Address, Section};

/// A section with fewer words than this, and without code or links, is joined to a neighbour, because it has little
/// meaning alone.
const TINY_WORDS: usize = 12;
/// A section with fewer words than this is joined to a neighbour even if they have only the title in common.
const LOOSE_WORDS: usize = 4;
/// A section of at least this many bytes is not tiny, however few words it has.
const TINY_BYTES: usize = 2_000;
/// A section with links and fewer words than this is joined to the next section if that is another part of it or a
/// subsection.
const LINKED_WORDS: usize = 9;

/// A section with links and fewer words than this, such as "Slides", is joined to the section before it if both have
/// the same parent heading.
const LABEL_WORDS: usize = 5;
/// A section with fewer words than this is joined to a neighbour with another heading below the same parent.
const SIBLING_WORDS: usize = 6;
/// The maximum number of words of consecutive tiny sections that become one section.
const RUN_WORDS: usize = 120;

/// Joins runs of tiny sections, and then each tiny section to a neighbour. O(sections).
pub(super) fn join(sections: Vec<Section>) -> Vec<Section> {
    join_neighbours(join_runs(sections))
}

/// The ordinal and the chunk that the next section with certain headings gets.
#[derive(Clone, Copy, Default)]
struct NextPart {
    ordinal: u32,
    chunk: u32,
    /// Whether the last section with these headings was joined from a run.
    follows_run: bool,
}

/// Joins consecutive tiny sections whose headings have the same parent. If the text directly below the parent precedes
/// them and is short, they are appended to it. Otherwise they become one section of the parent, with lines of the form
/// `heading: text` and the anchor of the first of them.
fn join_runs(sections: Vec<Section>) -> Vec<Section> {
    let mut joined: Vec<Section> = Vec::with_capacity(sections.len());
    let mut next_parts: HashMap<Vec<String>, NextPart> = HashMap::new();
    let mut sections = sections.into_iter().peekable();
    let mut run: Vec<Section> = Vec::new();
    let mut run_words = 0;
    while let Some(section) = sections.next() {
        let next = sections.peek();
        let is_whole = section.chunk == 0 && next.is_none_or(|next| !is_below(next, &section));
        let is_member = is_whole
            && section.headings.len() > 1
            && is_short(&section, TINY_WORDS)
            && has_subject(&section);
        let words = words(&section.text) + section.headings.last().map_or(0, |own| words(own));
        let continues = run.last().is_some_and(|last| {
            parent(last) == parent(&section)
                && last.ordinal == section.ordinal
                && run_words + words <= RUN_WORDS
        });
        if !(is_member && continues) {
            close_run(&mut joined, &mut run, &mut next_parts);
            run_words = 0;
        }
        if is_member {
            run_words += words;
            run.push(section);
        } else {
            let (ordinal, chunk) = (section.ordinal, section.chunk + 1);
            let part = NextPart { ordinal, chunk, follows_run: false };
            next_parts.insert(section.headings.clone(), part);
            joined.push(section);
        }
    }
    close_run(&mut joined, &mut run, &mut next_parts);
    joined
}

/// Adds the sections of `run` to `joined`. Several sections are joined as [`join_runs`] describes.
fn close_run(
    joined: &mut Vec<Section>,
    run: &mut Vec<Section>,
    next_parts: &mut HashMap<Vec<String>, NextPart>,
) {
    let mut members = run.drain(..);
    let Some(first) = members.next() else { return };
    let above = parent(&first).to_vec();
    let follows_run = next_parts.get(&above).is_some_and(|next| next.follows_run);
    let introduction = joined.last_mut().filter(|last| {
        last.headings == above
            && !follows_run
            && last.code.is_empty()
            && words(&last.text) + RUN_WORDS <= MOST_WORDS
            && has_subject(last)
    });
    if members.len() == 0 {
        joined.push(first);
        return;
    }
    if let Some(introduction) = introduction {
        append(introduction, first);
        members.for_each(|member| append(introduction, member));
        return;
    }
    let mut whole = Section { text: labelled(&first), ..first };
    members.for_each(|member| append(&mut whole, member));
    let next = next_parts.entry(above.clone()).or_default();
    (whole.headings, whole.ordinal, whole.chunk) = (above, next.ordinal, next.chunk);
    next.chunk += 1;
    next.follows_run = true;
    joined.push(whole);
}

/// Appends `tiny` to `section` and extends its address. The text of `tiny` gets the form `heading: text`, unless `tiny`
/// is another part of `section`.
fn append(section: &mut Section, tiny: Section) {
    if !section.text.is_empty() {
        section.text.push('\n');
    }
    let is_part = section.headings == tiny.headings && section.ordinal == tiny.ordinal;
    section.text.push_str(&if is_part { tiny.text } else { labelled(&tiny) });
    section.inner += tiny.inner;
    section.formulas.extend(tiny.formulas);
    section.links.extend(tiny.links);
    section.address = covering(section.address, tiny.address);
}

/// Joins each tiny section to the next section if that is another part of its text or a direct subsection. Otherwise,
/// joins it to the section before it if [`settle`] allows this; else to the next section if it has no links and the two
/// are near. A section that can't be joined is kept. O(sections).
fn join_neighbours(sections: Vec<Section>) -> Vec<Section> {
    let mut joined: Vec<Section> = Vec::with_capacity(sections.len());
    let mut waiting: Option<Section> = None;
    for mut section in sections {
        if let Some(tiny) = waiting.take() {
            let is_direct = section.headings.len() <= tiny.headings.len() + 1;
            if is_direct && is_below(&section, &tiny) && has_subject(&section) {
                prepend(&mut section, tiny);
            } else if let Some(mut tiny) = settle(&mut joined, tiny) {
                if tiny.links.is_empty() && is_near(&section, &tiny) {
                    tiny.text = labelled(&tiny);
                    prepend(&mut section, tiny);
                } else {
                    joined.push(tiny);
                }
            }
        }
        if is_tiny(&section) {
            waiting = Some(section);
        } else {
            joined.push(section);
        }
    }
    let alone = waiting.and_then(|tiny| settle(&mut joined, tiny));
    joined.extend(alone);
    joined
}

/// Whether `section` is tiny by [`is_short`]. A section with links must have fewer words than one without.
fn is_tiny(section: &Section) -> bool {
    is_short(section, if section.links.is_empty() { TINY_WORDS } else { LINKED_WORDS })
}

/// Whether `section` has fewer words than `most`, few bytes and no code, and at most half of its words are in links
/// that are not web links.
fn is_short(section: &Section, most: usize) -> bool {
    let words = words(&section.text);
    let is_navigation = section.inner as usize * 2 > words;
    section.text.len() < TINY_BYTES && section.code.is_empty() && words < most && !is_navigation
}

/// Whether `section` belongs to the heading of `above`: as a subsection, or as another part of its text.
fn is_below(section: &Section, above: &Section) -> bool {
    let is_part = section.ordinal == above.ordinal;
    section.headings.starts_with(&above.headings)
        && (is_part || section.headings.len() > above.headings.len())
}

/// Whether the heading of `section` names a subject; true if there is no heading. A section without a subject, such as
/// a licence notice, must not become part of content.
fn has_subject(section: &Section) -> bool {
    section.headings.last().is_none_or(|own| !is_subjectless(own))
}

/// Puts the text and links of `tiny` before those of `section` and extends its address.
pub(super) fn prepend(section: &mut Section, tiny: Section) {
    section.text = format!("{}\n{}", tiny.text, section.text);
    section.inner += tiny.inner;
    section.formulas.splice(0..0, tiny.formulas);
    section.links.splice(0..0, tiny.links);
    section.address = covering(tiny.address, section.address);
}

/// The address of a section that is joined from sections at `first` and `second`. Notes at the end of a document may
/// come before the text that refers to them, so lines are not always ascending.
fn covering(first: Address, second: Address) -> Address {
    match (first, second) {
        (Address::Lines(begin, end), Address::Lines(other_begin, other_end)) => {
            Address::Lines(begin.min(other_begin), end.max(other_end))
        }
        _ => first,
    }
}

/// Whether `tiny` may be joined to `section`. Both must have a subject. With links, `tiny` must have very few words and
/// the same parent heading as `section`. Without links, it must be directly below the heading of `section`, or have few
/// words and the same parent heading. If it has very few words, the same title is enough, or that both sections are at
/// the first level.
fn is_near(section: &Section, tiny: &Section) -> bool {
    if !has_subject(section) || !has_subject(tiny) {
        return false;
    }
    if !tiny.links.is_empty() {
        // A longer section with links is an entry of a list, which users find by its own heading.
        let is_sibling = tiny.headings.len() > 1 && parent(section) == parent(tiny);
        return is_sibling && words(&tiny.text) < LABEL_WORDS;
    }
    // Chapters, which are sections of the first level, are not siblings. Nor are sections of different pages or cells,
    // because each page or cell has an address of its own.
    let is_apart = match (section.address, tiny.address) {
        (Address::Page(one), Address::Page(other)) | (Address::Cell(one), Address::Cell(other)) => {
            one != other
        }
        _ => false,
    };
    let is_repeated = section.headings == tiny.headings && section.ordinal != tiny.ordinal;
    let is_sibling = tiny.headings.len() > 1
        && !is_apart
        && !is_repeated
        && (section.headings == parent(tiny)
            || parent(section) == parent(tiny) && words(&tiny.text) < SIBLING_WORDS);
    let has_title = section.headings.first() == tiny.headings.first();
    let is_below = section.headings.len() > 1 || tiny.headings.len() > 1;
    is_sibling || words(&tiny.text) < LOOSE_WORDS && (has_title || !is_below)
}

/// The headings above the section's own.
fn parent(section: &Section) -> &[String] {
    section.headings.split_last().map_or(&[], |(_, above)| above)
}

/// The heading and text of `tiny` in the form `heading: text`. A list, or a text of several lines, begins on a new
/// line. If the text is empty, only the heading.
fn labelled(tiny: &Section) -> String {
    let heading = tiny.headings.last().map_or("", String::as_str).trim_end_matches(':');
    if tiny.text.is_empty() {
        return heading.to_owned();
    }
    let is_list = is_item(&tiny.text) || tiny.text.contains('\n');
    format!("{heading}:{}{}", if is_list { '\n' } else { ' ' }, tiny.text)
}

/// Joins `tiny` to the last section of `joined` if `tiny` has a heading, the two are near, and the last section has
/// room for it. Otherwise returns `tiny`.
fn settle(joined: &mut [Section], tiny: Section) -> Option<Section> {
    let has_room = |last: &Section| words(&last.text) + TINY_WORDS <= MOST_WORDS;
    let fits =
        |last: &&mut Section| !tiny.headings.is_empty() && is_near(last, &tiny) && has_room(last);
    let Some(last) = joined.last_mut().filter(fits) else { return Some(tiny) };
    append(last, tiny);
    None
}

#[cfg(test)]
mod tests;
