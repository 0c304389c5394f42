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
    if let (Address::Lines(first, _), Address::Lines(_, end)) = (section.address, tiny.address) {
        section.address = Address::Lines(first, end);
    }
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
fn prepend(section: &mut Section, tiny: Section) {
    section.text = format!("{}\n{}", tiny.text, section.text);
    section.inner += tiny.inner;
    section.formulas.splice(0..0, tiny.formulas);
    section.links.splice(0..0, tiny.links);
    section.address = match (tiny.address, section.address) {
        (Address::Lines(first, _), Address::Lines(_, last)) => Address::Lines(first, last),
        (earlier, _) => earlier,
    };
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
    fn a_short_sentence_under_its_own_heading_stays_apart_from_the_section_beside_it() {
        let mut builder = SectionBuilder::new(SpanUnit::Lines);
        builder.heading(1, "Top", None, 1);
        for (line, heading, words) in [(2, "Metrics", 30), (4, "Serving", 8), (6, "Costs", 30)] {
            builder.heading(2, heading, None, line);
            builder.block(block(line + 1, words));
        }
        let sections = builder.finish();
        let trails: Vec<String> = sections.iter().map(|s| s.headings.join("/")).collect();
        assert_eq!(trails, ["Top/Metrics", "Top/Serving", "Top/Costs"]);
    }

    #[test]
    fn a_short_line_with_a_link_joins_the_subsection_that_follows() {
        let text = "# Title\n\nAcme · 2024 · [source](https://a.org/x)\n\n## Problem\n\nToo many parcels were late in winter, because the vans had no route that fit.\n\n## More\n\n[A paper on late parcels](https://a.org/y)\n";
        let sections = extract("md", text.as_bytes()).document.unwrap().sections;
        let trails: Vec<String> = sections.iter().map(|s| s.headings.join("/")).collect();
        assert_eq!(trails, ["Title/Problem", "Title/More"]);
        assert_eq!(sections[0].links[0].url, "https://a.org/x");
        assert!(sections[0].text.starts_with("Acme · 2024"), "{}", sections[0].text);
    }
    #[test]
    fn a_run_of_tiny_sections_becomes_one_section_of_their_parent() {
        let text = "# Sources\n\n## Vans\n\n### Sounds\n\n- [Horns](https://a.org/h)\n- [Bells](https://a.org/b)\n\n### Maps\n\nOne map of all roads.\n\n### Code\n\n[Repository](https://a.org/c)\n\n## Depots\n\n### Doors\n\nFour of them, all wide.\n\n### Roofs\n\nOne flat roof for each depot.\n";
        let sections = extract("md", text.as_bytes()).document.unwrap().sections;
        let [vans, depots] = &sections[..] else { panic!("{sections:#?}") };
        assert_eq!(vans.headings, ["Sources", "Vans"]);
        assert_eq!(vans.anchor.as_deref(), Some("sounds"), "it leads to the first heading");
        assert_eq!(vans.address, Address::Lines(5, 16));
        assert_eq!(
            vans.text,
            "Sounds:\n- Horns\n- Bells\nMaps: One map of all roads.\nCode: Repository"
        );
        assert_eq!(vans.links.len(), 3);
        assert_eq!(
            depots.text,
            "Doors: Four of them, all wide.\nRoofs: One flat roof for each depot."
        );
    }

    #[test]
    fn a_run_joins_the_introduction_of_its_parent_and_ids_stay_distinct() {
        let part = "## Vans\n\n### Sounds\n\nHorns only, and they are loud.\n\n### Maps\n\nOne map of all the roads there.\n\n";
        let text = format!(
            "# Sources\n\nWhat follows is needed to plan the routes of all the vans each day.\n\n{part}{part}"
        );
        let sections = extract("md", text.as_bytes()).document.unwrap().sections;
        let mut ids: Vec<_> =
            sections.iter().map(|s| (s.headings.clone(), s.ordinal, s.chunk)).collect();
        assert_eq!(ids.len(), 3);
        ids.dedup();
        assert_eq!(ids.len(), 3, "{ids:?}");
        let text = "# Vans\n\nA van has some parts that one should know by their names here.\n\n## Horn\n\nIt is loud.\n\n## Bell\n\nIt is not.\n";
        let sections = extract("md", text.as_bytes()).document.unwrap().sections;
        assert_eq!(sections.len(), 1);
        assert!(sections[0].text.ends_with("\nHorn: It is loud.\nBell: It is not."));
        assert_eq!(sections[0].anchor.as_deref(), Some("vans"));
    }

    #[test]
    fn long_runs_are_not_joined_without_end() {
        let items: String = (0..60)
            .map(|at| format!("## Van {at}\n\nIt carries {at} parcels a day.\n\n"))
            .collect();
        let sections =
            extract("md", format!("# Vans\n\n{items}").as_bytes()).document.unwrap().sections;
        assert!(sections.len() > 2, "{sections:#?}");
        let words = |text: &str| text.split_whitespace().count();
        assert!(sections.iter().all(|section| words(&section.text) < 220), "{sections:#?}");
    }
}
