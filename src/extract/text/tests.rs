//! Tests with plain texts.

use super::*;
use crate::extract::{Address, Section, extract};

fn sections(text: &str) -> Vec<Section> {
    extract("txt", text.as_bytes()).document.expect("the text has content").sections
}

fn trails(text: &str) -> Vec<String> {
    sections(text).iter().map(|section| section.headings.join(" > ")).collect()
}

/// A text with enough words that its section isn't joined to a neighbour.
fn prose(about: &str) -> String {
    format!(
        "The {about} of each parcel is written down by the driver, who reads it aloud before the van leaves the depot."
    )
}

#[test]
fn paragraphs_keep_their_lines() {
    let document = read("\none van\ntwo vans\n\n\nthree vans\n", &mut Vec::new()).unwrap();
    assert_eq!(document.sections.len(), 1);
    assert_eq!(document.sections[0].address, Address::Lines(2, 6));
    assert_eq!(document.sections[0].text, "one van\ntwo vans\nthree vans");
}

#[test]
fn parts_of_a_paragraph_of_many_lines_have_their_own_lines() {
    let document =
        read(&"[^a]: x is a note to the text\n".repeat(40_000), &mut Vec::new()).unwrap();
    let mut last = 0;
    for section in &document.sections {
        let Address::Lines(first, end) = section.address else { panic!("{section:?}") };
        assert!(first > last && end - first < 300, "{:?}", section.address);
        last = end;
    }
    assert_eq!(last, 40_000);
}

#[test]
fn underlined_lines_are_titles() {
    let text = "All\n===\n\nOne\n---\nSome words of it here.\n";
    let document = read(text, &mut Vec::new()).unwrap();
    assert_eq!(document.sections[0].headings, ["All", "One"]);
    assert_eq!(document.sections[0].address, Address::Lines(4, 6));
    assert_eq!(document.sections[0].text, "Some words of it here.");
}

#[test]
fn the_title_above_metadata_is_the_root_and_metadata_is_no_heading() {
    let text = format!(
        "PR-7: Late parcels\nVersion: 2.1\nTeam: Depot / Vans\n---\n\nPURPOSE:\n{}\n\nSCOPE:\n{}\n",
        prose("weight"),
        prose("owner")
    );
    assert_eq!(trails(&text), ["PR-7: Late parcels > PURPOSE", "PR-7: Late parcels > SCOPE"]);
    let all: String = sections(&text).iter().map(|section| section.text.clone()).collect();
    assert!(all.contains("Version: 2.1"), "{all}");
}

#[test]
fn numbered_and_lettered_headings_nest() {
    let text = format!(
        "Depot guide\n\nSTEPS:\n\n1. CHECK THE VAN\n\n   A. TYRES (all four):\n   - {}\n\n   B. LIGHTS:\n   - {}\n\n2. DRIVE\n   a. {}\n   b. Close the door.\n\nNOTES:\n- {}\n",
        prose("tyre"),
        prose("light"),
        prose("road"),
        prose("note")
    );
    let expected = [
        "Depot guide > STEPS > 1. CHECK THE VAN > A. TYRES (all four)",
        "Depot guide > STEPS > 1. CHECK THE VAN > B. LIGHTS",
        "Depot guide > STEPS > 2. DRIVE",
        "Depot guide > NOTES",
    ];
    assert_eq!(trails(&text), expected);
    let text = format!(
        "Depot guide\n\n2 Parcels\n\n{}\n\n2.1 Scope\n\n{}\n\n2.2 Limits\n\n{}\n",
        [prose("size"), prose("weight"), prose("width")].join(" "),
        prose("scope"),
        prose("limit")
    );
    let expected = [
        "Depot guide > 2 Parcels",
        "Depot guide > 2 Parcels > 2.1 Scope",
        "Depot guide > 2 Parcels > 2.2 Limits",
    ];
    assert_eq!(trails(&text), expected);
}

#[test]
fn items_of_a_numbered_list_are_no_headings() {
    let text =
        "1. Open the van\n2. Take the parcel\n\n3. Ring at the door\n\n4. Wait for the owner\n";
    assert_eq!(trails(text), [""]);
}

#[test]
fn a_list_of_values_stays_with_the_variable_that_it_explains() {
    let variable = |at: usize| {
        let values: String = (0..9)
            .map(|value| format!("       V{value}\tValue number {value} of the parcels\n"))
            .collect();
        format!("Size{at}: How large the parcel number {at} is.\n\t\n{values}       \n")
    };
    let text: String = (0..12).map(variable).collect();
    let sections = sections(&text);
    assert!(sections.len() > 2, "{}", sections.len());
    for section in &sections {
        assert!(section.text.starts_with("Size"), "{}", section.text);
        assert!(section.text.contains("V8\tValue") && section.text.ends_with("parcels"));
    }
}

#[test]
fn hard_wrapped_paragraphs_are_cut_between_paragraphs_only() {
    let paragraph = |at: usize| {
        format!(
            "Paragraph {at} explains how the depot plans its vans for the next day and who must\n\
             agree with the plan before the drivers see it in the evening, because a plan that\n\
             changes in the night costs more time than it saves on the road in the morning, as\n\
             every driver knows.\n"
        )
    };
    let text: String = (0..20).map(paragraph).collect();
    let sections = sections(&text);
    assert!(sections.len() > 2, "{}", sections.len());
    for section in &sections {
        assert!(section.text.starts_with("Paragraph"), "{}", section.text);
        assert!(section.text.ends_with("every driver knows."), "{}", section.text);
        assert!(section.text.contains("who must agree"), "{}", section.text);
    }
}

#[test]
fn tables_of_numbers_are_left_out_and_their_lines_are_reported() {
    let rows =
        "Parcels sent 1,204 1,100 $ 900\nVans bought (12) 7 3\nDrivers 12 11 10\nDepots $ 3 3 2\n";
    let text = format!("{}\n\n{rows}\n{}\n", prose("price"), prose("cost"));
    let extracted = extract("txt", text.as_bytes());
    assert_eq!(
        extracted.problems[0].message,
        "lines 3 to 6 are left out: tables of numbers, not prose"
    );
    let all: String =
        extracted.document.unwrap().sections.iter().map(|section| section.text.clone()).collect();
    assert!(all.contains("The price") && all.contains("The cost"), "{all}");
    assert!(!all.contains("1,204"), "{all}");
}

#[test]
fn a_step_about_a_discount_is_no_advert() {
    let text = format!(
        "{}\n\n   - What the owner gets:\n     * 10-15% discount code for the next parcel\n     * A free van ride\n",
        prose("gift")
    );
    let all: String = sections(&text).iter().map(|section| section.text.clone()).collect();
    assert!(all.contains("10-15% discount code") && all.contains("free van ride"), "{all}");
}
