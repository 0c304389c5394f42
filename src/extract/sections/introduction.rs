//! Joins the short introduction of a heading with subsections to the first of these, because a reader who finds the
//! introduction alone learns little. Sections that only announce what follows are left out.

use std::collections::HashSet;

use super::announce::{Substance, substance};
use super::block::MOST_WORDS;
use super::entry::{is_generic, is_overview, is_subjectless};
use super::lead::is_question;
use super::tiny::prepend;
use crate::extract::Section;
use crate::extract::item::is_item;
use crate::extract::words::words;

/// An introduction with fewer words than this is joined, whatever it says.
const SHORT_WORDS: usize = 30;
/// An introduction with fewer words than this is joined if it has little content.
const THIN_WORDS: usize = 60;
/// An introduction with more links than this is a list of links.
const MOST_LINKS: usize = 3;

/// Sections that may be introductions, by their headings, ordinals and texts.
pub(super) type Introductions = HashSet<(Vec<String>, u32, String)>;

/// Those of `sections` that are short enough for an introduction, before tiny sections are joined. A run of tiny
/// sections, which gets the headings of its parent, is none.
pub(super) fn introductions(sections: &[Section]) -> Introductions {
    sections.iter().filter(|section| may_introduce(section)).map(key).collect()
}

fn key(section: &Section) -> (Vec<String>, u32, String) {
    (section.headings.clone(), section.ordinal, section.text.clone())
}

/// Joins those of `sections` that are in `introductions`, and leaves out announcements. A document keeps at least one
/// section. O(length).
pub(super) fn join(sections: Vec<Section>, introductions: &Introductions) -> Vec<Section> {
    let count = sections.len();
    let mut joined: Vec<Section> = Vec::with_capacity(count);
    let mut waiting: Option<Section> = None;
    for mut section in sections {
        if let Some(introduction) = waiting.take() {
            if is_introduced(&section, &introduction) {
                prepend(&mut section, introduction);
            } else {
                joined.push(introduction);
            }
        }
        if !(may_introduce(&section) && introductions.contains(&key(&section))) {
            joined.push(section);
        } else if !(is_announcement(&section) && count > 1) {
            waiting = Some(section);
        }
    }
    joined.extend(waiting);
    joined
}

/// Whether `section` is short enough for an introduction, and neither a list nor a part of a longer text.
fn may_introduce(section: &Section) -> bool {
    let words = words(&section.text);
    let is_navigation = section.inner as usize * 2 > words;
    let is_short =
        words < SHORT_WORDS || words < THIN_WORDS && substance(&section.text) != Substance::Content;
    section.chunk == 0
        && section.code.is_empty()
        && section.links.len() <= MOST_LINKS
        && is_short
        && !is_navigation
        && !section.text.lines().any(is_item)
}

/// Whether `section` only announces what follows, and is not the description of a whole document.
fn is_announcement(section: &Section) -> bool {
    section.headings.len() > 1
        && section.links.is_empty()
        && section.inner == 0
        && substance(&section.text) == Substance::Announcement
}

/// Whether `section` is below the heading of `introduction`, has room for it, and has a heading of its own subject that
/// is no question.
fn is_introduced(section: &Section, introduction: &Section) -> bool {
    let is_below = section.headings.len() > introduction.headings.len()
        && section.headings.starts_with(&introduction.headings);
    let continues = section.headings.last().is_some_and(|own| {
        let is_other = is_subjectless(own) || is_generic(own) && !is_overview(own);
        !is_other && !own.ends_with(['?', '？']) && !is_question(own, true)
    });
    let has_room = words(&section.text) + words(&introduction.text) <= MOST_WORDS * 3 / 2;
    let is_navigation = section.inner as usize * 2 > words(&section.text);
    is_below && continues && has_room && !is_navigation
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    const WORDS: &str =
        "Each driver rings at the doors of the whole street until somebody opens one of them.";

    /// The headings and texts of the sections of a Markdown file.
    fn sections(text: &str) -> Vec<(String, String)> {
        let sections = extract("md", text.as_bytes()).document.unwrap().sections;
        sections.into_iter().map(|section| (section.headings.join("/"), section.text)).collect()
    }

    #[test]
    fn a_short_introduction_joins_the_first_subsection() {
        let text = format!(
            "# Vans\n\nThe question of doors is what drivers are asked about in all of the depots.\n\n## Doors\n\n{WORDS}\n\n## Bells\n\n{WORDS}\n"
        );
        let [doors, bells] = &sections(&text)[..] else { panic!() };
        assert_eq!(doors.0, "Vans/Doors");
        assert!(doors.1.starts_with("The question of doors"), "{}", doors.1);
        assert_eq!(bells.1, WORDS);
    }

    #[test]
    fn an_introduction_with_content_stays_alone_and_a_thin_one_does_not() {
        let content = format!("# Vans\n\n{WORDS} {WORDS} {WORDS}\n\n## Doors\n\n{WORDS}\n");
        assert_eq!(sections(&content).len(), 2);
        let thin = format!(
            "# Vans\n\n{WORDS} In this chapter, we will look at the doors of vans in all of the streets and depots of the town.\n\n## Doors\n\n{WORDS}\n"
        );
        assert_eq!(sections(&thin).len(), 1);
    }

    #[test]
    fn a_run_of_tiny_sections_is_no_introduction() {
        let text = format!(
            "# Vans\n\n## Horn\n\nIt is loud, and the whole street hears it.\n\n## Bell\n\nIt is not, and only one door hears it.\n\n## Fuel\n\n{WORDS}\n"
        );
        let [run, fuel] = &sections(&text)[..] else { panic!() };
        assert_eq!(
            run.1,
            "Horn: It is loud, and the whole street hears it.\nBell: It is not, and only one door hears it."
        );
        assert_eq!((fuel.0.as_str(), fuel.1.as_str()), ("Vans/Fuel", WORDS));
    }

    #[test]
    fn a_list_is_no_introduction() {
        let text = format!(
            "# Vans\n\n- The question of doors is what drivers are asked\n- Bells are not in all depots\n\n## Fuel\n\n{WORDS}\n"
        );
        assert_eq!(sections(&text).len(), 2);
    }

    #[test]
    fn an_introduction_does_not_join_a_question_or_another_subject() {
        for heading in ["What is a door?", "Prerequisites", "License"] {
            let text = format!(
                "# Vans\n\nThe question of doors is what drivers are asked about in all of the depots.\n\n## {heading}\n\n{WORDS}\n"
            );
            assert_eq!(sections(&text).len(), 2, "{heading}");
        }
    }

    #[test]
    fn a_section_that_only_announces_is_left_out_but_not_the_only_one() {
        let text = format!(
            "# Vans\n\n## Doors\n\n{WORDS}\n\n## Bells\n\nIn this section we will look at all of the bells of the vans in the town.\n\n## Fuel\n\n{WORDS}\n"
        );
        let headings: Vec<String> = sections(&text).into_iter().map(|(own, _)| own).collect();
        assert_eq!(headings, ["Vans/Doors", "Vans/Fuel"]);
        let only = "# Vans\n\n## Bells\n\nIn this section we will look at all of the bells.\n";
        assert_eq!(sections(only).len(), 1);
    }
}
