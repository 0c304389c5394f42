//! Tests of the Markdown reader.

use super::*;
use crate::extract::{Address, Section};

fn sections(text: &str) -> Vec<Section> {
    read(text, &mut Vec::new()).unwrap().sections
}

#[test]
fn headings_make_sections_with_trail_anchor_and_lines() {
    let text = "---\ntitle: Front\n---\n# A B!\n\nIntro to all of `x`, with enough words for a section of its own, which is why it goes on for a while and says some more about the whole of it.\n\n## C & D\n- one of the items of a list\n- two items of the same list\n\n## C & D\n\nthe last of all words\n";
    let found = sections(text);
    let trails: Vec<String> = found.iter().map(|s| s.headings.join(" / ")).collect();
    assert_eq!(trails, ["A B!", "A B! / C & D", "A B! / C & D"]);
    let anchors: Vec<&str> = found.iter().filter_map(|s| s.anchor.as_deref()).collect();
    assert_eq!(anchors, ["a-b", "c--d", "c--d-1"]);
    let places: Vec<Address> = found.iter().map(|s| s.address).collect();
    assert_eq!(places, [Address::Lines(4, 6), Address::Lines(8, 10), Address::Lines(12, 14)]);
    assert_eq!(found[1].text, "- one of the items of a list\n- two items of the same list");
    assert_eq!(read(text, &mut Vec::new()).unwrap().title.as_deref(), Some("Front"));
}

/// Headings with GitHub's anchors: lower-cased; only letters, digits, marks, hyphens, underscores and
/// spaces kept; a hyphen for each space; repeats numbered.
#[test]
fn anchors_are_githubs() {
    let table = [
        ("What's new in v2.0?", "whats-new-in-v20"),
        ("🚀 Quick start", "-quick-start"),
        ("Serving ⚡️", "serving-️"),
        ("C++ & Rust", "c--rust"),
        ("A/B testing", "ab-testing"),
        ("`predict()` in *production*", "predict-in-production"),
        ("snake_case and kebab-case", "snake_case-and-kebab-case"),
        ("推荐系统：召回", "推荐系统召回"),
        ("1. 問題設定（例）", "1-問題設定例"),
        ("데이터 수집", "데이터-수집"),
        ("Précision et rappel", "précision-et-rappel"),
        ("Überblick", "überblick"),
        ("  Spaces   inside  ", "spaces---inside"),
        ("Ends with dots...", "ends-with-dots"),
        ("50% / 95% / p99", "50--95--p99"),
        ("[Linked](https://a.org) heading", "linked-heading"),
        ("Emoji 🎯 in the middle", "emoji--in-the-middle"),
        ("(PART) two", "part-two"),
        ("Q&A", "qa"),
        ("Repeat", "repeat"),
        ("Repeat", "repeat-1"),
        ("Repeat 1", "repeat-1-1"),
        ("Repeat", "repeat-2"),
        ("الانحدار الخطي", "الانحدار-الخطي"),
        ("x² + y₁", "x²--y₁"),
        ("—dash—", "dash"),
    ];
    let text: String = table
        .iter()
        .map(|(heading, _)| format!("## {heading}\n\nSome words of text here.\n\n"))
        .collect();
    let found = sections(&text);
    assert_eq!(found.len(), table.len());
    for ((heading, anchor), section) in table.iter().zip(&found) {
        assert_eq!(section.anchor.as_deref(), Some(*anchor), "{heading}");
    }
}

#[test]
fn crlf_and_byte_order_mark_change_nothing_but_line_ends() {
    let plain = "# T\n\none\ntwo\n\n- a\n- b\n";
    let crlf = crate::extract::extract(
        "md",
        format!("\u{feff}{}", plain.replace('\n', "\r\n")).as_bytes(),
    );
    assert_eq!(crlf, crate::extract::extract("md", plain.as_bytes()));
}

#[test]
fn links_have_the_sentence_around_them() {
    let found = sections(
        "# L\n\nFirst one. See [the paper](https://a.org/p?utm_source=x) for more. Last.\n\n- <a href=\"http://b.org/\">B</a> - about b\n\n![pic](https://c.org/x.png) [rel](other.md)\n",
    );
    let links: Vec<(&str, &str, &str)> = found[0]
        .links
        .iter()
        .map(|l| (l.url.as_str(), l.text.as_str(), l.sentence.as_str()))
        .collect();
    assert_eq!(
        links,
        [
            ("https://a.org/p", "the paper", "See the paper for more."),
            ("https://b.org", "B", "B - about b"),
        ]
    );
}

#[test]
fn html_tables_and_code_are_distinguished_from_prose() {
    let found = sections(
        "<h1 align=\"center\">Big <em>Title</em></h1>\n\n| a | b |\n|---|---|\n| c | d |\n\n```py\nx = 1\n```\n\n<details><summary>More</summary>\n\ninside\n\n</details>\n",
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].headings, ["Big Title"]);
    assert_eq!(found[0].text, "a: c; b: d\ninside");
    assert_eq!(found[0].code, "x = 1");
}

#[test]
fn bold_lines_are_headings_if_there_are_no_others() {
    let text = "**One**\n\nFirst of the two parts.\n\n**Two**\n\nSecond **bold** words here.\n";
    let trails: Vec<String> = sections(text).iter().map(|s| s.headings.join("/")).collect();
    assert_eq!(trails, ["One", "Two"]);
    let found = sections(&format!("# Title\n\n{text}"));
    assert_eq!(found.len(), 1, "with a heading they are text");
}

#[test]
fn a_page_with_noindex_is_left_out() {
    let mut problems = Vec::new();
    let text = "---\ncairn: noindex\n---\n# A\n\nText.\n";
    assert!(read(text, &mut problems).is_none());
    assert!(problems[0].message.contains("as its author asks"));
}

#[test]
fn nested_lists_keep_their_shape() {
    let found = sections("- a\n  - b\n    - c\n- [x] d\n");
    assert_eq!(found[0].text, "- a\n  - b\n    - c\n- d");
}

#[test]
fn long_tables_and_nested_lists_are_cut_between_rows_and_items() {
    let row = format!("| {} | b |\n", "word ".repeat(50));
    let table = format!("| a | b |\n|---|---|\n{}", row.repeat(8));
    let found = sections(&format!("# T\n\n{table}"));
    let places: Vec<Address> = found.iter().map(|s| s.address).collect();
    assert_eq!(places, [Address::Lines(1, 8), Address::Lines(9, 12)]);
    let item = format!("  - {}\n", "word ".repeat(50));
    let found = sections(&format!("- top\n{}", item.repeat(8)));
    let places: Vec<Address> = found.iter().map(|s| s.address).collect();
    assert_eq!(places, [Address::Lines(1, 5), Address::Lines(6, 9)]);
}

#[test]
fn a_list_of_links_is_a_list() {
    let list: String =
        (0..25).map(|i| format!("- [An article number {i}](https://a.org/{i})\n")).collect();
    assert_eq!(read(&list, &mut Vec::new()).unwrap().kind, DocumentKind::List);
    assert_eq!(read("# A\n\nprose\n", &mut Vec::new()).unwrap().kind, DocumentKind::Note);
}

#[test]
fn formulas_in_the_notations_of_notebooks_and_latex_become_readable() {
    let text = "# F\n\nThe rate $ \\eta $ and $`\\alpha`$ and \\(\\beta\\) cost $5, or $ 6 for two.\n\n\\footnotesize\n\n$$\na\n- b\n= \\frac{c}{d}\n$$\n\n<div>Here $x_i$ is a row of the data.</div>\n";
    let found = sections(text);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].text,
        "The rate η and α and β cost $5, or $ 6 for two.\na - b = c / d\nHere x_i is a row of the data."
    );
    let formulas: Vec<&str> =
        found[0].formulas.iter().map(|tex| tex.lines().next().unwrap()).collect();
    assert_eq!(formulas, ["\\eta", "\\alpha", "\\beta", "a", "x_i"]);
    assert_eq!(found[0].address, Address::Lines(1, 13));
}

#[test]
fn no_further_part_of_a_long_section_begins_with_a_formula() {
    let filler = "Many words about the loss of a model come before it here. ".repeat(14);
    let text = format!("# Loss\n\n{filler}\n\n{filler}\n\n$L_i$ is the loss of a row. {filler}\n");
    let found = sections(&text);
    assert_eq!(found.len(), 2);
    assert!(found[1].text.starts_with("Many words"), "{}", found[1].text);
    assert_eq!(found[1].formulas, ["L_i"]);
}

#[test]
fn a_formula_in_a_heading_is_readable_and_its_anchor_is_githubs() {
    let found = sections("# The $\\sigma_i$ of a row\n\nSome words about the row of it.\n");
    assert_eq!(found[0].headings, ["The σ_i of a row"]);
    assert_eq!(found[0].anchor.as_deref(), Some("the-sigma_i-of-a-row"));
}

#[test]
fn a_formula_in_the_sentence_of_a_link_is_readable() {
    let found =
        sections("# L\n\nThe norm $\\|x\\|_2$ is explained by [Acme](https://acme.org/norm).\n");
    assert_eq!(found[0].links[0].sentence, "The norm ‖x‖_2 is explained by Acme.");
}

#[test]
fn the_question_in_the_front_matter_is_the_heading_of_its_answer() {
    let text = "---\nid: 7\nquestion: Where is: the log?\n---\nIn the folder that the flag names.\n\n### Solution\n\nRead the last of its lines first.\n";
    let found = sections(text);
    assert_eq!(found[0].headings[0], "Where is: the log?");
    assert!(found[0].text.contains("In the folder"), "{found:#?}");
    let mut problems = Vec::new();
    let title = read(text, &mut problems).unwrap().title;
    assert_eq!((title.as_deref(), problems.len()), (Some("Where is: the log?"), 0));
}

#[test]
fn headings_that_ask_without_an_answer_are_items_of_one_section() {
    let text = "# Exercises\n\n## Q1. What does a cache cost in memory and in care?\n## Q2. When is it stale?\n\n## Why not always?\n\nBecause memory is dear, and because the data changes more often than anybody thinks.\n";
    let found = sections(text);
    assert_eq!(found[0].headings, ["Exercises"]);
    assert_eq!(
        found[0].text,
        "- Q1. What does a cache cost in memory and in care?\n- Q2. When is it stale?"
    );
    assert_eq!(found[1].headings, ["Exercises", "Why not always?"]);
}

#[test]
fn a_callout_that_asks_stays_with_its_answer() {
    let text = "# Cards\n\n> [!question]\n> What does a **cache**\n> cost?\n\n> [!answer]-\n> Memory, and care for stale data in each and every one of its entries.\n\n> [!question]\n> When is it stale?\n\n> [!answer]-\n> When the source has changed after it was read for the very last time.\n";
    let plain = crate::extract::dialect::plain(text, "md");
    let found = sections(&plain);
    let trails: Vec<String> = found.iter().map(|s| s.headings.join("/")).collect();
    assert_eq!(trails, ["Cards/Q: What does a cache cost?", "Cards/Q: When is it stale?"]);
    assert_eq!(
        found[0].text,
        "Memory, and care for stale data in each and every one of its entries."
    );
}

#[test]
fn an_answer_label_and_an_answer_paragraph_stay_below_their_question() {
    let text = "# Quiz\n\n**Q1. What does a cache cost?**\n\n**Answer:**\n\nMemory, and care for stale data in each and every one of its entries.\n\nQ: When is it stale?\n\nA: When the source has changed after it was read for the very last time.\n";
    let found = sections(text);
    assert_eq!(
        found[0].text,
        "Answer:\nMemory, and care for stale data in each and every one of its entries."
    );
    assert_eq!(found[1].headings, ["Quiz", "Q: When is it stale?"]);
    assert_eq!(
        found[1].text,
        "A: When the source has changed after it was read for the very last time."
    );
}
