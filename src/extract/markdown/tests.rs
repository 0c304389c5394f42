//! Tests of the Markdown reader.

use super::*;
use crate::extract::{Address, Section};

fn sections(text: &str) -> Vec<Section> {
    read(text, &mut Vec::new()).unwrap().sections
}

#[test]
fn headings_make_sections_with_trail_anchor_and_lines() {
    let text = "---\ntitle: Front\n---\n# A B!\n\nIntro to all of `x`.\n\n## C & D\n- one of\n- two items\n\n## C & D\n\nthe last of all words\n";
    let found = sections(text);
    let trails: Vec<String> = found.iter().map(|s| s.headings.join(" / ")).collect();
    assert_eq!(trails, ["A B!", "A B! / C & D", "A B! / C & D"]);
    let anchors: Vec<&str> = found.iter().filter_map(|s| s.anchor.as_deref()).collect();
    assert_eq!(anchors, ["a-b", "c--d", "c--d-1"]);
    let places: Vec<Address> = found.iter().map(|s| s.address).collect();
    assert_eq!(places, [Address::Lines(4, 6), Address::Lines(8, 10), Address::Lines(12, 14)]);
    assert_eq!(found[1].text, "- one of\n- two items");
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
    assert_eq!(found[0].text, "a | b\nc | d\nMore\ninside");
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
