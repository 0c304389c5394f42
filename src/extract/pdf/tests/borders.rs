//! Tests of what is at the borders of pages: running heads, and text, figures and code that go on.

use super::*;

#[test]
fn running_heads_that_change_from_page_to_page_are_left_out() {
    let text = |line: &'static str| (line, 50.0, 700.0, 10.0);
    let pages = [
        [("Depots", 50.0, 760.0, 10.0), ("xliv", 540.0, 760.0, 10.0), text("Vans leave at six.")],
        [("xlv", 50.0, 760.0, 10.0), ("Plans", 500.0, 760.0, 10.0), text("They have plans.")],
        [("Fuel", 50.0, 760.0, 10.0), ("xlvi", 540.0, 760.0, 10.0), text("They need some fuel.")],
    ];
    let pages: Vec<&[ShownText]> = pages.iter().map(|page| &page[..]).collect();
    let text = text_of(PORTRAIT, &pages);
    assert_eq!(text, "# \nVans leave at six.\nThey have plans.\nThey need some fuel.\n");
}

#[test]
fn a_numbered_row_at_the_top_of_one_page_is_no_running_head() {
    let first = [("Seven vans", 50.0, 760.0, 10.0), ("7", 540.0, 760.0, 10.0)];
    let second = [("The depot has a yard for all of its vans.", 50.0, 700.0, 10.0)];
    let text = text_of(PORTRAIT, &[&first, &second]);
    assert!(text.contains("Seven vans"), "{text}");
}

#[test]
fn a_figure_between_the_halves_of_a_sentence_is_moved_behind_it() {
    let first = column(&["The plan of each van is made in the evening and is sent"], 50.0, 120.0);
    let mut second = vec![("Depot", 60.0, 700.0, 7.0), ("Driver", 200.0, 690.0, 7.0)];
    second.push(("Figure 3: How plans are sent", 50.0, 660.0, 10.0));
    second.extend(column(
        &["to the driver, who may change it until the next morning."],
        50.0,
        620.0,
    ));
    let text = text_of(PORTRAIT, &[&first, &second]);
    assert!(text.contains("is sent to the driver, who may"), "{text}");
    assert!(text.ends_with("morning.\nFigure 3: How plans are sent\n"), "{text}");
}

#[test]
fn a_section_goes_on_over_pages_until_the_next_heading() {
    let line = "Each van has a plan that its driver gets in the evening before the tour. ";
    let page = |first: &'static str| {
        let mut lines = vec![first];
        lines.extend([line.trim_end(); 6]);
        column(&lines, 50.0, 700.0)
    };
    let mut first = page("1. The van is loaded before six.");
    first.push(("Plans", 50.0, 740.0, 20.0));
    let second = page("2. The driver starts at seven.");
    let sections = sections(read_pages_of(PORTRAIT, &[&first, &second]));
    assert_eq!(sections.len(), 1, "{sections:#?}");
    assert_eq!(sections[0].address, Address::Page(1));
}

#[test]
fn signs_of_a_listing_may_be_in_another_font() {
    let mono =
        |text: &str, x: f64, y: f64| format!("BT /F2 10 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n");
    let prose = "The function loads the vans of the depot, one after the other.";
    let page = content(&[(prose, 50.0, 700.0, 10.0), ("=", 90.0, 650.0, 10.0)])
        + &mono("tyre", 50.0, 650.0)
        + &mono("depot.small", 110.0, 650.0);
    let sections = sections(extract("pdf", &pdf_with(PORTRAIT, HELVETICA, &[page])));
    let code: String = sections.iter().map(|section| section.code.clone()).collect();
    assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["tyre", "=", "depot.small"]);
}

#[test]
fn a_bibliography_is_left_out_and_named() {
    let mut page = vec![("Vans", 50.0, 740.0, 20.0), ("References", 50.0, 600.0, 20.0)];
    page.extend(column(&["The depot has a yard for all of its vans and their fuel."], 50.0, 700.0));
    page.extend(column(&["Example, A. (2020). On the yards of depots. 12, 14"], 50.0, 560.0));
    let extracted = read_pages_of(PORTRAIT, &[&page]);
    let message = &extracted.problems[0].message;
    assert_eq!(message, "bibliographies and tables of contents left out: page 1");
    let sections = sections(extracted);
    assert!(sections.iter().all(|section| !section.text.contains("Example")), "{sections:#?}");
}

#[test]
fn text_behind_an_inline_image_is_read() {
    let page = "BI /IM true /W 1 /H 1 /BPC 1 ID \u{1} EI\n".to_owned()
        + &content(&[("The depot has a yard for all of its vans.", 50.0, 700.0, 10.0)]);
    let sections = sections(extract("pdf", &pdf_with(PORTRAIT, HELVETICA, &[page])));
    assert_eq!(sections[0].text, "The depot has a yard for all of its vans.");
}

#[test]
fn a_title_above_a_table_of_contents_is_kept() {
    let entries: Vec<String> =
        (1..9).map(|at| format!("{at} Chapter about vans . . . . . . . . . {at}0")).collect();
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let mut first = column(&entries, 50.0, 600.0);
    first.push(("Handbook of vans", 50.0, 680.0, 20.0));
    let text = column(&["The vans of a depot are planned in the evening before."], 50.0, 700.0);
    let extracted = read_pages_of(PORTRAIT, &[&first, &text]);
    let document = extracted.document.unwrap();
    assert_eq!(document.title.as_deref(), Some("Handbook of vans"));
    assert_eq!(document.sections[0].headings, ["Handbook of vans"]);
}
