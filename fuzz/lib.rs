//! What every reader must hold for every input, and search for every query.

use std::sync::Once;

use cairn::extract::{Address, extract, markup};

/// Bytes that one document may hold, and its sections (the readers' own bounds).
const MOST_TEXT: usize = 4_000_000;
const MOST_SECTIONS: usize = 5_000;
/// Bytes of definitions that are kept behind a section's own Markdown.
const MOST_DEFINED: usize = 8_000;

/// Reads `data` as `format` and looks at what came out: no panic, lines inside the file, text within
/// its bound, and either a document with sections or a problem that says why there is none.
pub fn check(format: &str, data: &[u8]) {
    static QUIET: Once = Once::new();
    // The PDF library's panics are caught by the reader; those that escape it still end the run.
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| ())));
    let extracted = extract(format, data);
    let Some(document) = extracted.document else {
        // A thread without a post worth keeping and JSON that is no quiz are no problem.
        let is_said = matches!(format, "thread" | "json") || !extracted.problems.is_empty();
        assert!(is_said, "nothing, and nothing said");
        return;
    };
    assert!(!document.sections.is_empty(), "a document without sections");
    assert!(document.bytes() <= MOST_TEXT, "{} bytes", document.bytes());
    assert!(document.sections.len() <= MOST_SECTIONS, "{} sections", document.sections.len());
    let places: Vec<Address> = document.sections.iter().map(|section| section.address).collect();
    let kept = markup::of_sections(format, data, &places).unwrap_or_default();
    let kept: usize = kept.iter().map(String::len).sum();
    // Decoding may make four bytes of one.
    let most = 4 * data.len() + MOST_DEFINED * places.len();
    assert!(kept <= most, "{kept} bytes of Markdown: a line is kept twice");
    // Decoding may make lines where there were none, never more than bytes.
    for section in &document.sections {
        if let Address::Lines(first, last) = section.address {
            assert!(1 <= first && first <= last, "lines {first} to {last}");
            assert!(last as usize <= data.len(), "line {last} of {} bytes", data.len());
        }
        assert!(section.address.begin() >= 1);
    }
}

/// Reads `text` as a query: no panic, no more units than are looked up, and the same query with more spaces.
pub fn check_query(text: &str) {
    let query = cairn::search::query::parse(text);
    assert!(query.units.len() <= 24, "{} units", query.units.len());
    if text.chars().count() < 900 {
        assert_eq!(query, cairn::search::query::parse(&format!("  {text} ")), "spaces change it");
    }
}

/// Reads `text` as a response of arXiv's API: no panic, and every paper has a title.
pub fn check_feed(text: &str) {
    let Ok(papers) = cairn::crawl::arxiv::read_feed(text) else { return };
    assert!(papers.iter().all(|(_, paper)| !paper.title.is_empty()), "a paper without a title");
}

/// Marks `query` in `text`: ranges ascend, lie apart, and inside the snippet.
pub fn check_highlights(query: &str, text: &str) {
    let snippet = cairn::search::excerpt(query, text);
    let length = snippet.text.chars().count();
    assert!(length <= 300, "a snippet of {length} characters");
    let mut end = 0;
    for (from, to) in snippet.highlights {
        assert!(end <= from && from < to && to <= length, "{from} to {to} of {length}");
        end = to;
    }
}
