//! Joins tiny sections to their neighbours: a few words under a heading, a "see below", a line with the
//! author and source.

use super::block::MOST_WORDS;
use crate::extract::words::words;
use crate::extract::{Address, Section};

/// A section with fewer words and without code or links is joined to a neighbour.
const TINY_WORDS: usize = 4;
/// A section of at least this many bytes is not tiny, however few words it has.
const TINY_BYTES: usize = 2_000;
/// A section with links and fewer words is joined to the next section if that is another part of it or a
/// subsection.
const LINKED_WORDS: usize = 9;

/// Joins each tiny section to the next one if that is its subsection or under the same heading. Otherwise, if
/// it has no links, joins it to the one before, or else to the next, if they are near. O(sections).
pub(super) fn join(sections: Vec<Section>) -> Vec<Section> {
    let mut joined: Vec<Section> = Vec::with_capacity(sections.len());
    let mut waiting: Option<Section> = None;
    for mut section in sections {
        if let Some(tiny) = waiting.take() {
            if section.headings.starts_with(&tiny.headings) {
                prepend(&mut section, tiny);
            } else if !tiny.links.is_empty() {
                joined.push(tiny);
            } else if let Some(mut tiny) = settle(&mut joined, tiny) {
                if is_near(&section, &tiny) {
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
    let alone = waiting.and_then(|tiny| match tiny.links.is_empty() {
        true => settle(&mut joined, tiny),
        false => Some(tiny),
    });
    joined.extend(alone);
    joined
}

/// Whether `section` is tiny: few words and bytes, and no code. With links, it is joined only to a following
/// part or subsection.
fn is_tiny(section: &Section) -> bool {
    let most = if section.links.is_empty() { TINY_WORDS } else { LINKED_WORDS };
    section.text.len() < TINY_BYTES && section.code.is_empty() && words(&section.text) < most
}

/// Puts the text and links of `tiny` before those of `section` and extends its address.
fn prepend(section: &mut Section, tiny: Section) {
    section.text = format!("{}\n{}", tiny.text, section.text);
    section.inner += tiny.inner;
    section.links.splice(0..0, tiny.links);
    section.address = match (tiny.address, section.address) {
        (Address::Lines(first, _), Address::Lines(_, last)) => Address::Lines(first, last),
        (earlier, _) => earlier,
    };
}

/// Whether the two have the same outermost heading, or neither is below another heading.
fn is_near(section: &Section, tiny: &Section) -> bool {
    let above = |section: &Section| section.headings.len() > 1;
    section.headings.first() == tiny.headings.first() || (!above(section) && !above(tiny))
}

/// The heading and text of `tiny` in the form `heading: text`.
fn labelled(tiny: &Section) -> String {
    let heading = tiny.headings.last().map_or("", String::as_str);
    format!("{}: {}", heading.trim_end_matches(':'), tiny.text)
}

/// Joins `tiny` to the last of `joined` if it has a heading, they are near and there is room. Otherwise returns
/// `tiny`.
fn settle(joined: &mut [Section], tiny: Section) -> Option<Section> {
    let has_room = |last: &Section| words(&last.text) + TINY_WORDS <= MOST_WORDS;
    let fits =
        |last: &&mut Section| !tiny.headings.is_empty() && is_near(last, &tiny) && has_room(last);
    let Some(last) = joined.last_mut().filter(fits) else { return Some(tiny) };
    if !last.text.is_empty() {
        last.text.push('\n');
    }
    last.text.push_str(&labelled(&tiny));
    last.inner += tiny.inner;
    if let (Address::Lines(first, _), Address::Lines(_, end)) = (last.address, tiny.address) {
        last.address = Address::Lines(first, end);
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::extract::sections::{BlockSpan, DocumentBlock};
    use crate::extract::sections::{SectionBuilder, SpanUnit};
    use crate::extract::{Address, extract};

    fn block(line: u32, words: usize) -> DocumentBlock {
        DocumentBlock {
            span: BlockSpan::of(line),
            text: vec!["w"; words].join(" "),
            ..DocumentBlock::default()
        }
    }

    #[test]
    fn tiny_sections_join_their_subsection_or_the_section_before() {
        let mut builder = SectionBuilder::new(SpanUnit::Lines);
        builder.heading(1, "Top", None, 1);
        builder.block(block(2, 2));
        builder.heading(2, "Part", None, 3);
        builder.block(block(4, 30));
        builder.heading(2, "See", None, 5);
        builder.block(block(6, 2));
        builder.heading(1, "Other", None, 7);
        builder.heading(2, "Alone", None, 8);
        builder.block(block(9, 2));
        let sections = builder.finish();
        let trails: Vec<String> = sections.iter().map(|s| s.headings.join("/")).collect();
        assert_eq!(trails, ["Top/Part", "Other/Alone"]);
        assert_eq!(sections[0].address, Address::Lines(1, 6));
        assert!(sections[0].text.starts_with("w w\nw"), "{}", sections[0].text);
        assert!(sections[0].text.ends_with("\nSee: w w"), "{}", sections[0].text);
    }

    #[test]
    fn a_short_line_with_a_link_joins_the_subsection_that_follows() {
        let text = "# Title\n\nAcme · 2024 · [source](https://a.org/x)\n\n## Problem\n\nToo many parcels were late in winter.\n\n## More\n\n[A paper](https://a.org/y)\n";
        let sections = extract("md", text.as_bytes()).document.unwrap().sections;
        let trails: Vec<String> = sections.iter().map(|s| s.headings.join("/")).collect();
        assert_eq!(trails, ["Title/Problem", "Title/More"]);
        assert_eq!(sections[0].links[0].url, "https://a.org/x");
        assert!(sections[0].text.starts_with("Acme · 2024"), "{}", sections[0].text);
    }
}
