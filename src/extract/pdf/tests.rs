//! Tests with PDF files that the tests write.

use crate::extract::{Address, Extracted, Section, extract};

/// A text at a position: points from the left and lower edge, and the type size.
type ShownText<'a> = (&'a str, f64, f64, f64);

/// The content stream that shows `texts` in Helvetica.
fn content(texts: &[ShownText]) -> String {
    let show = |(text, x, y, size): &ShownText| {
        let text = text.replace('(', "\\(").replace(')', "\\)");
        format!("BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n")
    };
    texts.iter().map(show).collect()
}

/// A PDF with pages of `size` points, whose text is in the font `font`, the entries of a font dictionary.
fn pdf_with(size: [u32; 2], font: &str, pages: &[String]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|at| format!("{} 0 R", 4 + at * 2)).collect();
    let widths = ["600"; 224].join(" ");
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        format!("<< /Type /Font {font} >>"),
    ];
    for (at, content) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R /F2 << /Type /Font {MONOSPACED} /Widths [{widths}] >> >> >> >>",
            size[0],
            size[1],
            5 + at * 2
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf += &format!("{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let (table, count) = (pdf.len(), objects.len() + 1);
    pdf += &format!("xref\n0 {count}\n0000000000 65535 f \n");
    offsets.iter().for_each(|offset| pdf += &format!("{offset:010} 00000 n \n"));
    pdf += &format!("trailer << /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    pdf.into_bytes()
}

const HELVETICA: &str = "/Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding";
/// The second font of each page, `F2`.
const MONOSPACED: &str =
    "/Subtype /TrueType /BaseFont /Mono /FirstChar 32 /LastChar 255 /Encoding /WinAnsiEncoding";
const PORTRAIT: [u32; 2] = [600, 800];
const LANDSCAPE: [u32; 2] = [720, 405];

/// What is read from a file with `pages` of texts.
fn read_pages_of(size: [u32; 2], pages: &[&[ShownText]]) -> Extracted {
    let pages: Vec<String> = pages.iter().map(|texts| content(texts)).collect();
    extract("pdf", &pdf_with(size, HELVETICA, &pages))
}

fn sections(extracted: Extracted) -> Vec<Section> {
    extracted.document.expect("the PDF has text").sections
}

/// All text of a file with `pages`, with headings as `# heading` lines.
fn text_of(size: [u32; 2], pages: &[&[ShownText]]) -> String {
    let sections = sections(read_pages_of(size, pages));
    let text =
        |section: &Section| format!("# {}\n{}\n", section.headings.join(" > "), section.text);
    sections.iter().map(text).collect()
}

/// Lines of text below each other, from `y` down.
fn column<'a>(lines: &[&'a str], x: f64, y: f64) -> Vec<ShownText<'a>> {
    (0_u32..).zip(lines).map(|(at, line)| (*line, x, y - 12.0 * f64::from(at), 10.0)).collect()
}

#[test]
fn columns_are_read_one_after_the_other_although_lines_are_beside_each_other() {
    let left = column(
        &[
            "A feature store serves the same values in training",
            "and in production, so that the model does not see",
            "other distributions after the launch of a system.",
            "The offline store holds the history of each value",
        ],
        50.0,
        600.0,
    );
    let right = column(
        &[
            "and the online store holds the most recent value.",
            "Point-in-time joins avoid leaks from the future,",
            "which would make offline metrics too optimistic.",
            "Monitoring compares both stores once in an hour.",
        ],
        310.0,
        600.0,
    );
    let rows = left.iter().zip(&right).flat_map(|(left, right)| [*left, *right]);
    let mut page = vec![("Feature stores in practice", 150.0, 700.0, 20.0)];
    page.extend(rows);
    let text = text_of(PORTRAIT, &[&page]);
    assert!(
        text.starts_with(
            "# Feature stores in practice\nA feature store serves the same values in training and"
        ),
        "{text}"
    );
    assert!(text.contains("history of each value and the online store holds the most"), "{text}");
}

#[test]
fn boxes_of_a_glossary_keep_each_term_with_its_own_definition() {
    let mut page = vec![("Terms of model serving", 120.0, 740.0, 30.0)];
    let boxes = [
        ("Canary", ["A release to few users", "at first, while alerts", "compare both versions."]),
        (
            "Shadow",
            ["A copy of the traffic", "tests the new model, and", "nobody sees its answers."],
        ),
        (
            "Rollback",
            ["The old version serves", "again, as soon as errors", "exceed their threshold."],
        ),
        (
            "Batching",
            ["Requests that arrive in", "the very same millisecond", "are all scored together."],
        ),
        ("Caching", ["Answers to frequent", "requests are kept for a", "short time in memory."]),
        (
            "Autoscaling",
            ["More replicas start when", "the queue of requests is", "longer than planned."],
        ),
    ];
    for (at, (term, lines)) in boxes.into_iter().enumerate() {
        let x = [40.0, 230.0, 420.0][at % 3];
        // The boxes of a row are not exactly aligned.
        let y = [640.0, 645.0, 638.0][at % 3] - 200.0 * f64::from(u32::from(at > 2));
        page.push((term, x + 20.0, y, 18.0));
        for (line, below) in lines.into_iter().zip([70.0, 85.0, 100.0]) {
            page.push((line, x, y - below, 12.0));
        }
    }
    // The order in the content stream is not the reading order.
    page[1..].sort_by(|a, b| a.0.cmp(b.0));
    let sections = sections(read_pages_of(PORTRAIT, &[&page]));
    assert_eq!(sections.len(), 6, "{sections:#?}");
    for (term, lines) in boxes {
        let of_term = |section: &&Section| section.headings.last().is_some_and(|last| last == term);
        let section = sections.iter().find(of_term).unwrap();
        assert_eq!(section.headings, ["Terms of model serving", term]);
        assert_eq!(section.text, lines.join(" "));
    }
}

#[test]
fn a_table_of_terms_pairs_each_term_with_the_definition_on_its_baseline() {
    let page = [
        ("Glossary", 50.0, 740.0, 20.0),
        ("Recall", 50.0, 700.0, 10.0),
        ("Precision", 50.0, 660.0, 10.0),
        ("Calibration", 50.0, 632.0, 10.0),
        ("The share of the relevant items that a system returns,", 180.0, 700.0, 10.0),
        ("among all relevant items.", 180.0, 688.0, 10.0),
        ("The share of relevant items among those returned.", 180.0, 660.0, 10.0),
        ("Whether predicted probabilities match frequencies.", 180.0, 632.0, 10.0),
    ];
    let text = text_of(PORTRAIT, &[&page]);
    let expected = "# Glossary\n\
        Recall: The share of the relevant items that a system returns, among all relevant items.\n\
        Precision: The share of relevant items among those returned.\n\
        Calibration: Whether predicted probabilities match frequencies.\n";
    assert_eq!(text, expected);
}

#[test]
fn each_cell_of_a_table_has_its_column_header() {
    let mut page = vec![(
        "The table compares the two models that were trained for ranking.",
        50.0,
        720.0,
        10.0,
    )];
    for (row, cells) in [
        ["", "Linear model", "Tree model"],
        ["Latency", "low", "medium"],
        ["Quality", "medium", "high"],
    ]
    .into_iter()
    .enumerate()
    {
        let y = 690.0 - 20.0 * row as f64;
        let cells = cells.into_iter().zip([60.0, 160.0, 280.0]);
        page.extend(cells.filter(|(cell, _)| !cell.is_empty()).map(|(cell, x)| (cell, x, y, 10.0)));
    }
    let text = text_of(PORTRAIT, &[&page]);
    assert!(text.contains("\nLatency – Linear model: low; Tree model: medium\n"), "{text}");
    assert!(text.contains("\nQuality – Linear model: medium; Tree model: high\n"), "{text}");
}

#[test]
fn a_formula_is_one_line_that_continues_the_sentence_before_it() {
    let page = [
        (
            "The loss of one example with the weight that is given by the policy is",
            50.0,
            700.0,
            10.0,
        ),
        ("L", 200.0, 670.0, 10.0),
        ("i", 205.6, 668.0, 7.0),
        ("=", 212.0, 670.0, 10.0),
        ("a + b", 224.0, 677.0, 10.0),
        ("c", 232.0, 663.0, 10.0),
        ("x", 252.0, 670.0, 10.0),
        ("2", 257.0, 674.0, 7.0),
        ("where the constant c is set by a search over a small grid of values.", 50.0, 640.0, 10.0),
    ];
    let text = text_of(PORTRAIT, &[&page]);
    let expected = "is given by the policy is L_i = (a + b)/c x^2 where the constant c";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn each_slide_is_a_section_under_its_title() {
    let slide = |title, first, second| -> [ShownText; 3] {
        [
            // The title comes last in the content stream.
            (first, 60.0, 220.0, 18.0),
            (second, 60.0, 190.0, 18.0),
            (title, 60.0, 340.0, 32.0),
        ]
    };
    let pages = [
        slide(
            "Why caches",
            "A cache answers repeated requests.",
            "It lowers the load of the model.",
        ),
        slide("Cache keys", "A key holds the model's version.", "Old answers expire with it."),
    ];
    let sections = sections(read_pages_of(LANDSCAPE, &[&pages[0], &pages[1]]));
    let [first, second] = &sections[..] else { panic!("{sections:#?}") };
    assert_eq!(
        (&first.headings[..], first.address),
        (&["Why caches".to_owned()][..], Address::Page(1))
    );
    assert_eq!(
        (&second.headings[..], second.address),
        (&["Cache keys".to_owned()][..], Address::Page(2))
    );
    assert!(second.text.starts_with("A key holds the model's version."), "{}", second.text);
}

#[test]
fn running_heads_page_numbers_copyright_and_credits_are_left_out() {
    let page = |number, text| -> [ShownText; 5] {
        [
            ("A course on ranking", 50.0, 780.0, 9.0),
            (text, 50.0, 600.0, 10.0),
            ("Created by: Ann Example", 50.0, 560.0, 10.0),
            ("Copyright 2024 Ann Example. All rights reserved.", 50.0, 60.0, 8.0),
            (number, 300.0, 30.0, 9.0),
        ]
    };
    let pages = [
        page("1 / 2", "The first stage retrieves candidates for the ranker."),
        page("2 / 2", "The second stage orders the candidates by a score."),
    ];
    let text = text_of(PORTRAIT, &[&pages[0], &pages[1]]);
    assert_eq!(
        text,
        "# \nThe first stage retrieves candidates for the ranker.\n\
         The second stage orders the candidates by a score.\n"
    );
}

#[test]
fn pages_that_would_be_nonsense_are_left_out_and_listed_in_one_problem() {
    let good = [(
        "Embeddings are compared by their cosine, which ignores their length.",
        50.0,
        700.0,
        10.0,
    )];
    let letters: Vec<ShownText> = (0_u32..40)
        .map(|at| (["a", "b", "q", "z"][at as usize % 4], 40.0 + 12.0 * f64::from(at), 600.0, 6.0))
        .collect();
    let labels: Vec<ShownText> = (0_u32..30)
        .map(|at| {
            let label = ["Node", "Labelled node"][at as usize % 2];
            let at = f64::from(at);
            (label, 40.0 + (at * 137.0) % 400.0, 760.0 - at * 24.0, 10.0)
        })
        .collect();
    let extracted = read_pages_of(PORTRAIT, &[&good, &letters, &labels]);
    let messages: Vec<&str> =
        extracted.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["pages left out: 2 (mostly single characters); 3 (scattered labels)"]);
    let sections = sections(extracted);
    assert_eq!(sections.len(), 1);
    assert!(sections[0].text.starts_with("Embeddings are compared"), "{}", sections[0].text);
}

#[test]
fn text_that_runs_in_another_direction_is_left_out_unless_it_is_most_of_the_page() {
    let across =
        "BT /F1 10 Tf 1 0 0 1 50 700 Tm (The throughput grows with the batch size.) Tj ET\n";
    let upwards = "BT /F1 10 Tf 0 1 -1 0 20 300 Tm (Requests) Tj ET\n";
    let read = |page: String| {
        let sections = sections(extract("pdf", &pdf_with(PORTRAIT, HELVETICA, &[page])));
        sections[0].text.clone()
    };
    assert_eq!(read(format!("{across}{upwards}")), "The throughput grows with the batch size.");
    let page = "BT /F1 10 Tf 0 1 -1 0 100 50 Tm (A page that is turned by) Tj ET\n\
                BT /F1 10 Tf 0 1 -1 0 112 50 Tm (a quarter is read, too.) Tj ET\n";
    assert_eq!(read(page.to_owned()), "A page that is turned by a quarter is read, too.");
}

#[test]
fn characters_whose_font_reports_too_large_widths_form_words() {
    let widths = ["1500"; 224].join(" ");
    let font = format!(
        "/Subtype /TrueType /BaseFont /Odd /FirstChar 32 /LastChar 255 /Widths [{widths}] /Encoding /WinAnsiEncoding"
    );
    let word = |text: &str, x: f64| -> String {
        let show = |(at, c): (u32, char)| {
            content(&[(&c.to_string(), x + 6.0 * f64::from(at), 700.0, 10.0)])
        };
        (0..).zip(text.chars()).map(show).collect()
    };
    let page = word("ranking models at work.", 50.0);
    let sections = sections(extract("pdf", &pdf_with(PORTRAIT, &font, &[page])));
    assert_eq!(sections[0].text, "ranking models at work.");
}

#[test]
fn entries_of_a_table_of_contents_and_bylines_are_no_headings() {
    let page = [
        ("Serving guide", 50.0, 760.0, 24.0),
        ("Ann Example and Bob Example", 50.0, 730.0, 14.0),
        ("March 3, 2024", 50.0, 700.0, 14.0),
        ("1. Batching", 50.0, 660.0, 18.0),
        ("2. Caching", 50.0, 635.0, 18.0),
        ("Overview", 50.0, 600.0, 18.0),
        ("This guide describes how models are served under load, and what to", 50.0, 580.0, 10.0),
        ("change first when the answers of a service become too slow.", 50.0, 568.0, 10.0),
        ("1. Batching", 50.0, 500.0, 18.0),
        ("Requests that arrive together are scored together by the model, so", 50.0, 480.0, 10.0),
        ("that its processor is used well and each answer costs less.", 50.0, 468.0, 10.0),
        ("2. Caching", 50.0, 400.0, 18.0),
        ("Answers to frequent requests are kept for a short time, so that the", 50.0, 380.0, 10.0),
        ("model sees only those requests that are new or have changed.", 50.0, 368.0, 10.0),
    ];
    let sections = sections(read_pages_of(PORTRAIT, &[&page]));
    let headings: Vec<String> =
        sections.iter().map(|section| section.headings.join(" > ")).collect();
    assert_eq!(
        headings,
        ["Serving guide > Overview", "Serving guide > 1. Batching", "Serving guide > 2. Caching"]
    );
}

#[test]
fn a_sentence_that_continues_on_the_next_page_stays_in_one_piece() {
    let first =
        column(&["A model that is trained on old data grows stale, and its clas-"], 50.0, 120.0);
    let second = column(&["sification errors rise until it is trained again."], 50.0, 700.0);
    let text = text_of(PORTRAIT, &[&first, &second]);
    assert!(text.contains("and its classification errors rise until"), "{text}");
}

#[test]
fn thousands_of_overlapping_fragments_are_read_within_bounds() {
    let mut page = String::new();
    for at in 0_u32..6_000 {
        let (x, y) = (f64::from(at * 7 % 590), f64::from(at * 13 % 790));
        page += &content(&[("ab", x, y, f64::from(1 + at % 9))]);
    }
    let extracted = extract("pdf", &pdf_with(PORTRAIT, HELVETICA, &[page]));
    let length: usize = extracted
        .document
        .map_or(0, |document| document.sections.iter().map(|section| section.text.len()).sum());
    assert!(length < 60_000, "{length}");
}

mod borders;
mod left_out;
