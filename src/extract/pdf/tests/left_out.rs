//! Tests of what is left out, of slides and of code.

use super::*;

#[test]
fn a_figure_with_labels_only_is_left_out_and_named() {
    let page = [
        ("Depot", 40.0, 700.0, 10.0),
        ("Van", 240.0, 620.0, 10.0),
        ("Parcel 1: 2", 420.0, 540.0, 10.0),
    ];
    let extracted = read_pages_of([500, 750], &[&page]);
    assert!(extracted.document.is_none());
    let message = &extracted.problems[0].message;
    assert_eq!(message, "left out: a figure, whose labels form no sentences");
}

#[test]
fn a_table_of_contents_is_left_out_and_named() {
    let entries: Vec<String> =
        (1..9).map(|at| format!("{at} Chapter about vans . . . . . . . . . {at}0")).collect();
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let text = column(&["The vans of a depot are planned in the evening before."], 50.0, 700.0);
    let extracted = read_pages_of(PORTRAIT, &[&column(&entries, 50.0, 700.0), &text]);
    assert_eq!(extracted.problems[0].message, "pages left out: 1 (a table of contents)");
    assert_eq!(sections(extracted).len(), 1);
}

#[test]
fn slides_have_the_title_of_the_file_and_of_their_part_above_their_own() {
    let title = [("Parcel delivery", 100.0, 200.0, 30.0), ("Ann Example", 100.0, 150.0, 14.0)];
    let part = [("Planning", 100.0, 200.0, 30.0)];
    let slide = [
        ("Why plans change", 60.0, 360.0, 24.0),
        (
            "A driver who is ill can't drive, and a van may break down on the road.",
            60.0,
            250.0,
            14.0,
        ),
        ("Then the plan of the depot is made again for all other vans.", 60.0, 220.0, 14.0),
    ];
    let sections = sections(read_pages_of(LANDSCAPE, &[&title, &part, &slide]));
    let last = sections.last().unwrap();
    assert_eq!(last.headings, ["Parcel delivery", "Planning", "Why plans change"]);
}

#[test]
fn code_in_a_monospaced_font_keeps_its_lines_and_goes_on_over_the_page() {
    let lines = |texts: &[&str], y: f64| -> Vec<(String, f64, f64)> {
        let line = |(at, text): (u32, &&str)| {
            let text = text.to_string();
            let indent = text.len() - text.trim_start().len();
            (text.trim_start().to_owned(), 50.0 + 6.0 * indent as f64, y - 12.0 * f64::from(at))
        };
        (0..).zip(texts).map(line).collect()
    };
    let show = |texts: Vec<(String, f64, f64)>| -> String {
        let show = |(text, x, y): (String, f64, f64)| {
            format!("BT /F2 10 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n")
        };
        texts.into_iter().map(show).collect()
    };
    let prose = "The function loads the vans of the depot, one after the other, and counts";
    let first = content(&[(prose, 50.0, 700.0, 10.0), ("all parcels in them.", 50.0, 688.0, 10.0)])
        + &show(lines(&["def load_vans:", "    for van in depot:"], 650.0));
    let second = show(lines(&["        count_parcels[van] = 1;"], 720.0))
        + &content(&[(
            "The count of all parcels is shown to the driver in the end.",
            50.0,
            650.0,
            10.0,
        )]);
    let sections = sections(extract("pdf", &pdf_with(PORTRAIT, HELVETICA, &[first, second])));
    let code: String = sections.iter().map(|section| section.code.clone()).collect();
    assert_eq!(code, "def load_vans:\n    for van in depot:\n        count_parcels[van] = 1;");
    assert!(sections.iter().all(|section| !section.text.contains("def load")));
}

#[test]
fn a_paragraph_with_a_root_over_an_unknown_part_is_left_out_and_named() {
    assert!(super::super::formula::is_garbled("at most 2√1/2m log(k)"));
    assert!(super::super::formula::is_garbled("µ = ∑^1^m x"));
    assert!(super::super::formula::is_garbled("max [∑_{∈S} V(s)]"));
    assert!(super::super::formula::is_garbled("u v = ( . . u_kv_1 . ··· )"));
    assert!(super::super::formula::is_garbled("the mean of all z z k i=1"));
    assert!(super::super::formula::is_garbled("(parcels of a van.)/(The depot counts"));
    assert!(super::super::formula::is_garbled("v′"));
    assert!(!super::super::formula::is_garbled("vans v_1, . . . , v_n for each day"));
    assert!(!super::super::formula::is_garbled(
        "σ = √n, x_i^2 and SS_{tot} = ∑^m_{i=1}(y_i − f(x_i))^2"
    ));
}

#[test]
fn a_page_with_numbers_without_their_rows_is_left_out_and_named() {
    let chart = [
        ("Parcels in each month", 60.0, 360.0, 24.0),
        ("120", 60.0, 300.0, 12.0),
        ("80", 180.0, 260.0, 12.0),
        ("40", 330.0, 210.0, 12.0),
        ("0", 500.0, 150.0, 12.0),
        ("The depot delivers most parcels in the last month.", 60.0, 60.0, 12.0),
    ];
    let text = column(&["The vans of a depot are planned in the evening before."], 50.0, 300.0);
    let extracted = read_pages_of(LANDSCAPE, &[&chart, &text]);
    assert_eq!(extracted.problems[0].message, "pages left out: 1 (numbers without their rows)");
    assert_eq!(sections(extracted).len(), 1);
}

#[test]
fn entries_of_a_table_of_contents_on_common_lines_are_left_out_and_named() {
    let entries = [
        "Vans and Depots 3 Parcels of a Day 5 Plans 8 Drivers 11",
        "Roads and Bridges 12 Tolls 14 Fuel 14 Winter Tyres 17",
        "Returns 20 Damaged Parcels 21 Lost Parcels 25 Summary 31",
    ];
    let text = column(&["The vans of a depot are planned in the evening before."], 50.0, 700.0);
    let extracted = read_pages_of(PORTRAIT, &[&column(&entries, 50.0, 700.0), &text]);
    assert_eq!(extracted.problems[0].message, "pages left out: 1 (a table of contents)");
    assert_eq!(sections(extracted).len(), 1);
}
