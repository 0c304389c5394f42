//! Recognises text that is data, not prose: tables of numbers, datasets, logs, word lists, licences and scripts.
//!
//! The thresholds were measured over the text files and long paragraphs of the sources: prose has fewer than a quarter
//! of its words with digits, and no two columns in more than half of its lines.

use std::collections::HashMap;
use std::fmt;

use super::pattern::patterns;
use super::sections::{BlockKind, DocumentBlock};

/// A block of fewer lines is not examined: short examples of data belong to the text around them.
const BLOCK_LINES: usize = 30;
/// A file of fewer lines is not examined for tables and logs.
const FILE_LINES: usize = 20;
/// A list of words has at least this many lines…
const LIST_LINES: usize = 40;
/// …with on average at most this many words in ten lines…
const LIST_WORDS: usize = 25;
/// …of which at most one in this many ends like a sentence or an introduction.
const LIST_SENTENCES: usize = 10;
/// The least percentage of numbers among the words of a table of numbers.
const NUMBER_PERCENT: usize = 50;
/// The least percentage of lines of a dataset with the same number of separators.
const COLUMN_PERCENT: usize = 90;
/// The least number of separators in a line of a dataset.
const LEAST_SEPARATORS: usize = 2;
/// The most words in a field of a dataset, on average: prose between commas has more.
const FIELD_WORDS: usize = 3;
/// The least percentage of lines of a log that begin with a timestamp or have the most frequent shape.
const SHAPE_PERCENT: usize = 60;
/// The least number of numbers in the shape of a generated line, and the length of a shape in characters.
const SHAPE_NUMBERS: usize = 3;
const SHAPE_LENGTH: usize = 40;
/// At most this many bytes at the beginning of a file are searched for the phrases of licences.
const LICENCE_BYTES: usize = 16 * 1024;
/// A licence contains at least this many of [`LICENCE_PHRASES`].
const LEAST_PHRASES: usize = 2;
/// Phrases with which licences grant rights and exclude liability, in lower case.
const LICENCE_PHRASES: [&str; 13] = [
    "permission is hereby granted, free of charge",
    "without warranty of any kind",
    "without warranties or conditions of any kind",
    "terms and conditions for use, reproduction, and distribution",
    "you may not use this file except in compliance",
    "subject to the terms and conditions of this license",
    "reserved font name",
    "creative commons corporation",
    "licensed rights",
    "redistributions of source code must retain",
    "with or without modification, are permitted",
    "everyone is permitted to copy and distribute verbatim copies",
    "preamble",
];

patterns! {
    /// A line of a log: a level, or a date with a time.
    LOG_LINE = r"^\W{0,2}(?:(?:DEBUG|INFO|WARN|WARNING|ERROR|FATAL|TRACE)\b|\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d)";
    /// The space between the columns of an aligned table.
    GAP = r" {2,}|\t+";
    /// Tags that prose doesn't begin with.
    MARKUP = r"(?i)^\s*<(?:!--|!doctype|\?xml|script|style|svg|link|meta)";
}

/// What a text is instead of prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataKind {
    Numbers,
    Dataset,
    Log,
    WordList,
    Licence,
    Markup,
}

impl fmt::Display for DataKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DataKind::Numbers => "a table of numbers, not prose",
            DataKind::Dataset => "a dataset, not prose",
            DataKind::Log => "a log or generated output, not prose",
            DataKind::WordList => "a list of words or names, not prose",
            DataKind::Licence => "the text of a licence",
            DataKind::Markup => "a script or markup, not prose",
        })
    }
}

/// What the plain-text file `text` is, if it isn't prose. O(length).
pub(super) fn kind_of_file(text: &str) -> Option<DataKind> {
    if MARKUP.is_match(text) {
        return Some(DataKind::Markup);
    }
    if is_licence(text) {
        return Some(DataKind::Licence);
    }
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.len() < FILE_LINES {
        return None;
    }
    kind_of_lines(&lines).or_else(|| is_word_list(&lines).then_some(DataKind::WordList))
}

/// What `block` is, if it has at least [`BLOCK_LINES`] lines and isn't prose. `None` for code and table rows.
/// O(length).
pub(super) fn kind_of_block(block: &DocumentBlock) -> Option<DataKind> {
    if !block.code.is_empty() || block.kind == BlockKind::Row {
        return None;
    }
    let lines = lines_of(block);
    if lines.len() < BLOCK_LINES { None } else { kind_of_lines(&lines) }
}

/// The lines of `block` that aren't blank. Rendering joins the lines of a paragraph, so they are found by their starts.
fn lines_of(block: &DocumentBlock) -> Vec<&str> {
    let starts = block.lines.iter().map(|line| line.offset).skip(1);
    let ends = starts.chain([block.text.len()]);
    let mut from = 0;
    let parts = ends.filter_map(|to| {
        let part = block.text.get(from..to);
        from = to;
        part
    });
    parts.flat_map(str::lines).filter(|line| !line.trim().is_empty()).collect()
}

/// What `lines`, without blank ones, are, if they aren't prose. O(length).
pub(super) fn kind_of_lines(lines: &[&str]) -> Option<DataKind> {
    if are_numbers(lines) {
        Some(DataKind::Numbers)
    } else if is_log(lines) {
        Some(DataKind::Log)
    } else if is_dataset(lines) {
        Some(DataKind::Dataset)
    } else {
        None
    }
}

fn are_numbers(lines: &[&str]) -> bool {
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|');
    let words = lines.iter().flat_map(|line| line.split(is_separator)).filter(|w| !w.is_empty());
    let (mut all, mut numbers) = (0, 0);
    for word in words {
        all += 1;
        numbers += usize::from(is_number(word));
    }
    all >= lines.len() && numbers * 100 >= all * NUMBER_PERCENT
}

/// Whether `word` is a number, a date or a time.
fn is_number(word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || ".:-+/%eE()[]\"'_$€".contains(c);
    word.contains(|c: char| c.is_ascii_digit()) && word.chars().all(is_part)
}

/// Whether nearly all lines have the same number of columns, with short fields.
fn is_dataset(lines: &[&str]) -> bool {
    let words: usize = lines.iter().map(|line| line.split_whitespace().count()).sum();
    let of = |count: &dyn Fn(&str) -> usize| {
        let counts: Vec<usize> = lines.iter().map(|line| count(line.trim())).collect();
        let Some(separators) = most_frequent(&counts) else { return false };
        let same = counts.iter().filter(|count| **count == separators).count();
        let fields = lines.len() * (separators + 1);
        separators >= LEAST_SEPARATORS
            && same * 100 >= lines.len() * COLUMN_PERCENT
            && words <= fields * FIELD_WORDS
    };
    of(&|line| GAP.find_iter(line).count())
        || [',', ';', '|'].iter().any(|mark| of(&|line| line.matches(*mark).count()))
}

fn is_log(lines: &[&str]) -> bool {
    let is_most = |count: usize| count * 100 >= lines.len() * SHAPE_PERCENT;
    let stamped = lines.iter().filter(|line| LOG_LINE.is_match(line.trim_start())).count();
    if is_most(stamped) {
        return true;
    }
    let shapes: Vec<String> = lines.iter().map(|line| shape(line)).collect();
    most_frequent(&shapes).is_some_and(|shape| {
        shape.matches('0').count() >= SHAPE_NUMBERS
            && shape.contains('a')
            && is_most(shapes.iter().filter(|other| **other == shape).count())
    })
}

/// The beginning of `line` with each number as `0` and each word as `a`, without a time or number at its start, because
/// transcripts and numbered lists have those too.
fn shape(line: &str) -> String {
    let mut shape = String::new();
    let is_label = |c: char| c.is_ascii_digit() || " \t:.,[]()-".contains(c);
    for c in line.trim_start_matches(is_label).trim_end().chars() {
        let mark = match c {
            _ if c.is_numeric() => '0',
            _ if c.is_alphabetic() => 'a',
            _ if c.is_whitespace() => ' ',
            other => other,
        };
        let goes_on = matches!(mark, '0' | 'a' | ' ') && shape.ends_with(mark);
        if !goes_on {
            shape.push(mark);
        }
        if shape.len() >= SHAPE_LENGTH {
            break;
        }
    }
    shape
}

fn most_frequent<T: Clone + Eq + std::hash::Hash + Ord>(values: &[T]) -> Option<T> {
    let mut counts: HashMap<&T, usize> = HashMap::new();
    values.iter().for_each(|value| *counts.entry(value).or_insert(0) += 1);
    counts
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(b.0)))
        .map(|(value, _)| value.clone())
}

fn is_word_list(lines: &[&str]) -> bool {
    let words: usize = lines.iter().map(|line| line.split_whitespace().count()).sum();
    let ends = |line: &&&str| line.trim_end().ends_with(['.', ':', '?', '!', '。']);
    lines.len() >= LIST_LINES
        && words * 10 <= lines.len() * LIST_WORDS
        && lines.iter().filter(ends).count() * LIST_SENTENCES <= lines.len()
}

fn is_licence(text: &str) -> bool {
    let beginning = &text[..text.floor_char_boundary(LICENCE_BYTES)];
    let words: Vec<&str> = beginning.split_whitespace().collect();
    let beginning = words.join(" ").to_lowercase();
    LICENCE_PHRASES.iter().filter(|phrase| beginning.contains(**phrase)).count() >= LEAST_PHRASES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::extract;

    fn repeated(lines: usize, line: impl Fn(usize) -> String) -> String {
        (0..lines).map(|at| line(at) + "\n").collect()
    }

    #[test]
    fn text_files_that_are_data_are_left_out_and_reported() {
        let names = ["red", "green", "blue"];
        let files = [
            (DataKind::Numbers, repeated(50, |at| format!("{at}.5\t-{at}.25e-3\t{}", at * 7))),
            (DataKind::Dataset, repeated(50, |at| format!("{},van {at},{},parked", at, names[at % 3]))),
            (DataKind::Dataset, repeated(50, |at| format!("van     {}      parked", names[at % 3]))),
            (DataKind::Log, repeated(50, |at| format!("2024-05-01 10:{at:02} the van left depot {at}"))),
            (DataKind::Log, repeated(50, |at| format!("step {at}/90 loss 0.{at} rate 1.{at} of the model"))),
            (DataKind::WordList, repeated(50, |at| format!("{} van", names[at % 3]))),
            (
                DataKind::Licence,
                "Permission is hereby granted, free of charge, to anybody.\nIt comes WITHOUT WARRANTY OF\nANY KIND.\n".to_owned(),
            ),
            (DataKind::Markup, "<!-- count visits -->\n<script>count();</script>\n".to_owned()),
        ];
        for (kind, text) in files {
            assert_eq!(kind_of_file(&text), Some(kind), "{text}");
            let extracted = extract("txt", text.as_bytes());
            assert!(extracted.document.is_none(), "{text}");
            assert!(extracted.problems[0].message.contains(&kind.to_string()), "{text}");
        }
    }

    #[test]
    fn prose_procedures_and_transcripts_are_kept() {
        let texts = [
            repeated(60, |at| {
                format!("{at}. Bring the parcel to the door, ring, and wait for the owner.")
            }),
            repeated(60, |at| format!("00:{at:02}:10 And now we look at how the model is served.")),
            repeated(60, |at| match at % 3 {
                0 => format!("Step {at}: refund 5 % within 14 days, if the parcel was late."),
                1 => format!("Call the owner {at} times."),
                _ => format!("{at} stamps are needed, and 2 more for 10 parcels."),
            }),
            repeated(60, |at| {
                format!("Van {at}:\nDrives parcels, letters and bread to the next town.")
            }),
        ];
        for text in texts {
            assert_eq!(kind_of_file(&text), None, "{text}");
        }
    }

    #[test]
    fn a_long_log_in_a_paragraph_is_left_out_and_the_text_around_it_is_kept() {
        let log = repeated(200, |at| format!("INFO worker {at} took a parcel from the queue"));
        let text = format!(
            "# Queue\n\nThe workers log each parcel.\n\n{log}\nThe queue was empty then.\n"
        );
        let extracted = extract("md", text.as_bytes());
        let sections = extracted.document.unwrap().sections;
        let all: String = sections.iter().map(|section| section.text.as_str()).collect();
        assert!(all.contains("log each parcel") && all.contains("empty then"), "{all}");
        assert!(!all.contains("worker 7"), "{all}");
        let message = &extracted.problems[0].message;
        assert_eq!(message, "lines 5 to 204 are left out: a log or generated output, not prose");
    }

    #[test]
    fn a_short_log_belongs_to_the_text() {
        let log = repeated(9, |at| format!("INFO worker {at} took a parcel"));
        let extracted = extract("md", format!("# Queue\n\n{log}").as_bytes());
        assert!(extracted.problems.is_empty());
        assert!(extracted.document.unwrap().sections[0].text.contains("worker 7"));
    }
}
