//! Splits a block of HTML at its `<summary>` elements and the ends of its `<details>` elements. In Markdown, the
//! contents of a `<details>` element are often separate blocks, so a block of HTML may contain any part of the element.

use super::fragment;
use crate::extract::pattern::patterns;

patterns! {
    SUMMARY = r"(?is)<summary\b[^>]*>(.*?)</summary\s*>";
    END = r"(?i)</details\s*>";
}

/// A part of a block of HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::extract) enum DisclosurePart<'a> {
    /// HTML outside of summaries and end tags.
    Html(&'a str),
    /// The text of a summary, on one line.
    Summary(String),
    /// The end of a `<details>` element.
    End,
}

/// The parts of `html`, in order, without summaries and pieces of HTML that have no text. If `html` contains no summary
/// and no end tag of a `<details>` element, `html` is the only part. O(length).
pub(in crate::extract) fn parts(html: &str) -> Vec<DisclosurePart<'_>> {
    let mut marks: Vec<(std::ops::Range<usize>, DisclosurePart)> = SUMMARY
        .captures_iter(html)
        .filter_map(|found| {
            let text = fragment::read(found.get(1)?.as_str()).text.replace('\n', " ");
            Some((found.get(0)?.range(), DisclosurePart::Summary(text)))
        })
        .collect();
    marks.extend(END.find_iter(html).map(|found| (found.range(), DisclosurePart::End)));
    if marks.is_empty() {
        return vec![DisclosurePart::Html(html)];
    }
    marks.sort_by_key(|(range, _)| range.start);
    let mut parts = Vec::new();
    let mut from = 0;
    let end = marks.len();
    let last = (html.len()..html.len(), DisclosurePart::End);
    for (index, (range, mark)) in marks.into_iter().chain([last]).enumerate() {
        let between = html.get(from..range.start).unwrap_or_default();
        if !fragment::read(between).text.is_empty() {
            parts.push(DisclosurePart::Html(between));
        }
        from = range.end.max(from);
        let is_empty = matches!(&mark, DisclosurePart::Summary(text) if text.trim().is_empty());
        if index < end && !is_empty {
            parts.push(mark);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::DisclosurePart::{End, Html, Summary};
    use super::parts;

    #[test]
    fn summaries_and_ends_are_found() {
        let summary = |text: &str| Summary(text.to_owned());
        assert_eq!(parts("<p>a</p>"), [Html("<p>a</p>")]);
        assert_eq!(
            parts("<details>\n<summary><b>What</b>\nis it?</summary>"),
            [summary("What is it?")]
        );
        assert_eq!(
            parts("</details>\n<details><summary>B?</summary><p>b</p></details>"),
            [End, summary("B?"), Html("<p>b</p>"), End]
        );
        assert_eq!(parts("<details><summary></summary>"), []);
        assert_eq!(parts("<summary>a"), [Html("<summary>a")]);
    }
}
