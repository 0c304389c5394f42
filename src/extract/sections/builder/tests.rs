//! Tests of how sections are cut.

use super::*;
use crate::extract::sections::long::LONGEST_PART;
use crate::extract::sections::{BlockKind, MOST_WORDS};
use crate::extract::words::words;

fn block(line: u32, words: usize) -> DocumentBlock {
    DocumentBlock {
        span: BlockSpan::of(line),
        text: vec!["w"; words].join(" "),
        ..DocumentBlock::default()
    }
}

#[test]
fn long_text_is_cut_between_blocks_and_short_text_is_not() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    builder.heading(1, "A", None, 1);
    for line in 2..8 {
        builder.block(block(line, 100));
    }
    let sections = builder.finish();
    let cut: Vec<(Address, u32)> = sections.iter().map(|s| (s.address, s.chunk)).collect();
    assert_eq!(
        cut,
        [(Address::Lines(1, 3), 0), (Address::Lines(4, 5), 1), (Address::Lines(6, 7), 2)]
    );
}

#[test]
fn code_is_cut_between_blocks_by_lines() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    builder.heading(1, "A", None, 1);
    for first in [2, 32, 62, 92] {
        let span = BlockSpan { first, last: first + 28 };
        builder.block(DocumentBlock { span, code: "x".into(), ..DocumentBlock::default() });
    }
    let places: Vec<Address> = builder.finish().iter().map(|s| s.address).collect();
    assert_eq!(places, [Address::Lines(1, 60), Address::Lines(62, 120)]);
}

fn item(line: u32, words: usize) -> DocumentBlock {
    DocumentBlock { text: format!("- {}", vec!["w"; words].join(" ")), ..block(line, 0) }
}

#[test]
fn a_section_that_is_a_little_too_long_is_not_cut() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    builder.heading(1, "A", None, 1);
    for line in 2..5 {
        builder.block(block(line, 100));
    }
    assert_eq!(builder.finish().len(), 1);
}

#[test]
fn the_parts_of_a_section_have_similar_sizes() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    builder.heading(1, "A", None, 1);
    for line in 2..10 {
        builder.block(block(line, 50));
    }
    let lengths: Vec<usize> = builder.finish().iter().map(|s| words(&s.text)).collect();
    assert_eq!(lengths, [200, 200]);
}

#[test]
fn a_list_is_not_cut_before_its_last_item() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    builder.heading(1, "A", None, 1);
    builder.block(block(2, 200));
    builder.block(block(3, 60));
    for line in 4..9 {
        builder.block(item(line, 30));
    }
    let sections = builder.finish();
    let places: Vec<Address> = sections.iter().map(|section| section.address).collect();
    assert_eq!(places, [Address::Lines(1, 2), Address::Lines(3, 8)]);
}

#[test]
fn the_second_part_of_a_long_list_repeats_its_introduction() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    builder.heading(1, "A", None, 1);
    builder.block(DocumentBlock { text: "The reasons are:".to_owned(), ..block(2, 0) });
    for line in 3..23 {
        builder.block(item(line, 20));
    }
    let sections = builder.finish();
    assert_eq!(sections.len(), 2);
    for section in &sections {
        assert!(section.text.starts_with("The reasons are:\n- w"), "{}", section.text);
    }
    assert_eq!(sections[0].address, Address::Lines(1, 12));
    assert_eq!(sections[1].address, Address::Lines(13, 22));
}

#[test]
fn the_second_part_of_a_long_table_repeats_the_sentence_that_introduces_it() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    builder.heading(1, "A", None, 1);
    let text = "Vans differ. The kinds of vans are:".to_owned();
    builder.block(DocumentBlock { text, ..block(2, 0) });
    for line in 3..23 {
        builder.block(DocumentBlock { kind: BlockKind::Row, ..block(line, 22) });
    }
    let sections = builder.finish();
    assert_eq!(sections.len(), 2);
    assert!(sections[1].text.starts_with("The kinds of vans are:\nw"), "{}", sections[1].text);
}

#[test]
fn a_sentence_that_announces_nothing_is_left_out() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    builder.heading(1, "A", None, 1);
    let text = |line, text: &str| DocumentBlock { text: text.to_owned(), ..block(line, 0) };
    let picture = DocumentBlock { kind: BlockKind::Picture, ..block(3, 0) };
    builder.block(text(2, "A van has many doors. For the doors see this picture:"));
    builder.block(picture);
    let bells = "A bell hangs at each of the doors. ".repeat(5);
    builder.block(text(4, bells.trim()));
    builder.block(text(5, "The kinds of bells are:"));
    builder.heading(2, "Iron bells", None, 6);
    builder.block(block(7, 30));
    assert_eq!(builder.finish()[0].text, format!("A van has many doors.\n{}", bells.trim()));
}

#[test]
fn repeated_headings_have_different_ordinals() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    for line in [1, 3] {
        builder.heading(2, "Same", None, line);
        builder.block(block(line + 1, 5));
    }
    let ordinals: Vec<u32> = builder.finish().iter().map(|section| section.ordinal).collect();
    assert_eq!(ordinals, [0, 1]);
}

#[test]
fn a_block_that_is_too_long_is_cut_between_sentences() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    let text = "One more sentence of just seven words. ".repeat(120);
    builder.block(DocumentBlock {
        span: BlockSpan { first: 1, last: 9 },
        text,
        ..DocumentBlock::default()
    });
    let row = "word ".repeat(700);
    builder.block(DocumentBlock {
        span: BlockSpan::of(10),
        text: row,
        kind: BlockKind::Row,
        ..DocumentBlock::default()
    });
    let sections = builder.finish();
    assert_eq!(sections.len(), 5);
    assert!(sections[..4].iter().all(|section| words(&section.text) <= MOST_WORDS));
    assert!(sections[..4].iter().all(|section| section.text.ends_with("words.")));
    assert_eq!(sections[3].address, Address::Lines(1, 9));
}

#[test]
fn a_line_without_sentences_or_words_is_also_cut() {
    for endless in ["a feature store and ".repeat(20_000), "é".repeat(200_000), ">".repeat(200_000)]
    {
        let mut builder = SectionBuilder::new(SpanUnit::Lines);
        builder.block(DocumentBlock {
            span: BlockSpan::of(1),
            text: endless.clone(),
            ..DocumentBlock::default()
        });
        let sections = builder.finish();
        assert!(sections.len() > 5, "{}", sections.len());
        assert!(sections.iter().all(|section| section.text.len() <= LONGEST_PART));
        let kept: usize = sections.iter().map(|section| section.text.len()).sum();
        assert!(kept + 2 * sections.len() >= endless.trim_end().len(), "{kept}");
    }
}

#[test]
fn a_bare_heading_makes_no_section_but_stays_in_the_trail() {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    builder.heading(1, "Top", None, 1);
    builder.heading(2, "Sub", None, 2);
    builder.block(block(3, 5));
    builder.heading(2, "Next", None, 4);
    let sections = builder.finish();
    assert_eq!(sections.len(), 1);
    assert_eq!(sections[0].headings, ["Top", "Sub"]);
}
