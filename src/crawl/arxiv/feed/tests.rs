//! Tests with feeds in the format that arXiv documents, and with hostile feeds.

use super::*;

/// A feed in arXiv's format that contains `entries` and reports `total` results.
fn feed(total: usize, entries: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">
  <link href="https://arxiv.org/api/query?id_list=1" type="application/atom+xml"/>
  <title type="html">arXiv Query: id_list=1</title>
  <id>https://arxiv.org/api/abc</id>
  <updated>2026-01-02T00:00:00-05:00</updated>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
  {entries}
</feed>"#
    )
}

fn entry(id: &str, title: &str, summary: &str) -> String {
    format!(
        r#"<entry>
    <id>http://arxiv.org/abs/{id}</id>
    <updated>2021-05-04T10:00:00Z</updated>
    <published>2020-03-02T10:00:00Z</published>
    <title>{title}</title>
    <summary>{summary}</summary>
    <author><name>Ann Example</name><arxiv:affiliation>A Lab</arxiv:affiliation></author>
    <author><name>Bob  Ümlaut</name></author>
    <arxiv:comment>9 pages</arxiv:comment>
    <link href="http://arxiv.org/abs/{id}" rel="alternate" type="text/html"/>
    <arxiv:primary_category term="cs.IR" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.IR" scheme="http://arxiv.org/schemas/atom"/>
  </entry>"#
    )
}

fn error_of(xml: &str) -> FeedError {
    parse(xml).unwrap_err()
}

#[test]
fn the_entries_of_a_feed_are_papers() {
    let first =
        entry("2003.00001v2", "Ranking &amp;\n  clicks", "We <![CDATA[rank]]>\n  x &#60; y.");
    let found = parse(&feed(2, &(first + &entry("hep-th/9901001v1", "Old", "Words.")))).unwrap();
    assert_eq!(found.total, Some(2));
    let (id, paper) = &found.papers[0];
    assert_eq!(id.as_str(), "2003.00001");
    assert_eq!(paper.title, "Ranking & clicks");
    assert_eq!(paper.authors, ["Ann Example", "Bob Ümlaut"]);
    assert_eq!(paper.year, Some(2020), "the year of the first version");
    assert_eq!(paper.abstract_text, "We rank x < y.");
    assert_eq!(found.papers[1].0.as_str(), "hep-th/9901001");
}

#[test]
fn a_feed_without_entries_has_no_papers() {
    let empty = parse(&feed(0, "")).unwrap();
    assert_eq!((empty.papers.len(), empty.total), (0, Some(0)));
}

#[test]
fn an_error_entry_names_the_malformed_identifier() {
    let reported = "<entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_12</id>\
                    <title>Error</title><summary>incorrect id format for 12</summary></entry>";
    let expected = FeedError::Reported {
        message: "incorrect id format for 12".into(),
        malformed: Some("12".into()),
    };
    assert_eq!(error_of(&feed(1, reported)), expected);
}

#[test]
fn a_document_type_definition_is_refused_so_that_entities_can_not_expand() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">
        <!ENTITY file SYSTEM "file:///etc/passwd">]>"#;
    assert_eq!(error_of(&format!("{bomb}<feed>&b;</feed>")), FeedError::DocumentType);
    let unknown = feed(1, &entry("2003.00001", "&file;", "Words."));
    assert!(matches!(error_of(&unknown), FeedError::Malformed(_)));
}

#[test]
fn truncated_malformed_and_foreign_documents_are_errors() {
    let whole = feed(1, &entry("2003.00001", "A title", "Words."));
    for at in (0..whole.len() - "</feed>".len()).filter(|at| whole.is_char_boundary(*at)) {
        assert!(parse(&whole[..at]).is_err(), "cut after {at} bytes");
    }
    assert_eq!(error_of("<html><body>Maintenance</body></html>"), FeedError::NotAtom);
    assert_eq!(error_of("Rate exceeded."), FeedError::NotAtom);
    assert_eq!(error_of("<feed><entry/></feed>"), FeedError::NotAtom, "without Atom's namespace");
    assert!(matches!(
        error_of("<feed xmlns='http://www.w3.org/2005/Atom'></entry>"),
        FeedError::Malformed(_)
    ));
}

#[test]
fn depth_entries_and_fields_are_bounded() {
    let deep = "<a>".repeat(100_000);
    assert_eq!(error_of(&feed(1, &deep)), FeedError::TooDeep);
    assert_eq!(error_of(&feed(1, &"<entry></entry>".repeat(1_001))), FeedError::TooManyEntries);
    let authors = "<author><name>A Name</name></author>".repeat(5_000);
    let long = entry("2003.00001", &"t".repeat(1_000_000), &"word ".repeat(200_000))
        .replace("<arxiv:comment>", &format!("{authors}<arxiv:comment>"));
    let found = parse(&feed(1, &long)).unwrap();
    let paper = &found.papers[0].1;
    assert_eq!(paper.title.len(), MOST_TITLE);
    assert!(paper.abstract_text.len() <= MOST_ABSTRACT);
    assert_eq!(paper.authors.len(), MOST_AUTHORS);
}

#[test]
fn elements_of_other_namespaces_and_places_are_not_read() {
    let foreign = entry("2003.00001", "Right", "Words.").replace(
        "<author>",
        "<x:title xmlns:x='urn:x'>Wrong</x:title><source><title>Wrong</title></source><author>",
    );
    let found = parse(&feed(1, &foreign)).unwrap();
    assert_eq!(found.papers[0].1.title, "Right");
}

#[test]
fn entries_without_identifier_or_title_are_skipped_and_control_characters_removed() {
    let without = entry("about", "A title", "Words.") + &entry("2003.00001", "", "Words.");
    let odd = entry("2003.00002", "A\u{202e} title&#27;[2J", "W\u{200b}ords.");
    let found = parse(&feed(3, &(without + &odd))).unwrap();
    assert_eq!(found.papers.len(), 1);
    assert_eq!(found.papers[0].1.title, "A title[2J");
}
