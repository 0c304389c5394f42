//! Tests of how tiny sections are joined.

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
    assert_eq!(depots.text, "Doors: Four of them, all wide.\nRoofs: One flat roof for each depot.");
}

#[test]
fn a_run_joins_the_introduction_of_its_parent_and_ids_stay_distinct() {
    let part = "## Vans\n\n### Sounds\n\nHorns only, and they are loud.\n\n### Maps\n\nOne map of all the roads there.\n\n";
    let text = format!(
        "# Sources\n\nWhat follows is needed to plan the routes of all the vans each day, and it is kept in the depots, where each driver reads it before the first tour of the morning.\n\n{part}{part}"
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
    let items: String =
        (0..60).map(|at| format!("## Van {at}\n\nIt carries {at} parcels a day.\n\n")).collect();
    let sections =
        extract("md", format!("# Vans\n\n{items}").as_bytes()).document.unwrap().sections;
    assert!(sections.len() > 2, "{sections:#?}");
    let words = |text: &str| text.split_whitespace().count();
    assert!(sections.iter().all(|section| words(&section.text) < 220), "{sections:#?}");
}

#[test]
fn a_joined_section_covers_the_lines_of_all_its_parts_in_any_order() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    builder.heading(1, "Top", None, 1);
    builder.block(block(20, 30));
    builder.heading(2, "Part", None, 2);
    builder.block(block(3, 2));
    let sections = builder.finish();
    let places: Vec<Address> = sections.iter().map(|section| section.address).collect();
    assert_eq!(places, [Address::Lines(1, 20)]);
}
