//! What every reader must hold for every input, and search for every query.

use std::sync::{LazyLock, Once};

use cairn::extract::{Address, extract, markup, reading};
use cairn::serve::document_html;
use cairn::typeset::{FormulaDisplay, Typesetter};

/// Bytes that one document may hold, and its sections (the readers' own bounds).
const MOST_TEXT: usize = 4_000_000;
const MOST_SECTIONS: usize = 5_000;
/// What no page may contain, whatever an author writes.
const FORBIDDEN: [&str; 8] = [
    "<script",
    "<style",
    "<iframe",
    "<object",
    "<form",
    " style=\"",
    " onclick=\"",
    "=\"javascript:",
];
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
    if let Some(text) = reading::of_file(format, data) {
        check_page(&text.markdown);
        for section in &document.sections {
            let kept = markup::of_section(&text.markdown, section.address).len();
            assert!(kept <= text.markdown.len() + MOST_DEFINED, "{kept} bytes of Markdown");
        }
    }
    // Decoding may make lines where there were none, never more than bytes.
    for section in &document.sections {
        if let Address::Lines(first, last) = section.address {
            assert!(1 <= first && first <= last, "lines {first} to {last}");
            assert!(last as usize <= data.len(), "line {last} of {} bytes", data.len());
        }
        assert!(section.address.begin() >= 1);
    }
}

/// Renders `markdown` as a page shows it: no panic, none of what is forbidden, and every element is closed.
pub fn check_page(markdown: &str) {
    let html = document_html(markdown);
    for forbidden in FORBIDDEN {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    for element in ["div", "details", "table", "math", "span", "ul", "ol", "a"] {
        let opened = [" ", ">"].map(|end| html.matches(&format!("<{element}{end}")).count());
        let closed = html.matches(&format!("</{element}>")).count();
        assert_eq!(opened.iter().sum::<usize>(), closed, "{element}");
    }
}

/// Typesets `tex`: no panic, and MathML without anything that is forbidden.
pub fn check_formula(tex: &str) {
    static TYPESETTER: LazyLock<Typesetter> = LazyLock::new(Typesetter::default);
    for display in [FormulaDisplay::Inline, FormulaDisplay::Block] {
        let Ok(mathml) = TYPESETTER.typeset(tex, display) else { continue };
        let mathml = mathml.as_str();
        assert!(mathml.starts_with("<math") && mathml.ends_with("</math>"), "{mathml}");
        for forbidden in FORBIDDEN.into_iter().chain([" href", " src", "<img", "<a "]) {
            assert!(!mathml.contains(forbidden), "{forbidden}: {mathml}");
        }
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
    assert!(length <= 460, "a snippet of {length} characters");
    let mut end = 0;
    for (from, to) in snippet.highlights {
        assert!(end <= from && from < to && to <= length, "{from} to {to} of {length}");
        end = to;
    }
}
