//! Markdown: GitHub's dialect, with front matter and embedded HTML.

use std::borrow::Cow;
use std::collections::BTreeMap;

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Anchorizer, Arena, Options, parse_document};

use super::frontmatter::{self, FrontMatter};
use super::html::fragment;
use super::markdown_options;
use super::nesting;
use super::piece::{DocumentBlock, MOST_WORDS};
use super::render::{place, render};
use super::sections::{SectionBuilder, SpanUnit, is_list};
use super::words::words;
use super::{Document, DocumentKind};
use crate::problem::{Problem, Stage};

/// List items are split down to this depth in the syntax tree: each level is rendered again to measure it.
const DEEPEST: u32 = 6;
/// The level of a bold line that serves as a heading, and the longest such line in characters.
const BOLD_LEVEL: u8 = 2;
const LONGEST_BOLD: usize = 80;

/// Footnotes without a reference so far, by name.
type Footnotes<'a> = BTreeMap<String, &'a AstNode<'a>>;

/// Reads the Markdown `text`. Returns `None`, with a problem, if the author asks not to be indexed.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> Option<Document> {
    let mut reader = MarkdownReader::new(SectionBuilder::new(SpanUnit::Lines));
    reader.markdown(text, None, problems);
    if reader.matter.is_private {
        problems.push(Problem::new(Stage::Extract, "left out, as its author asks (noindex)"));
        return None;
    }
    Some(reader.finish())
}

/// Reads Markdown into sections; for a notebook, one cell at a time.
pub(super) struct MarkdownReader {
    pub builder: SectionBuilder,
    options: Options<'static>,
    anchorizer: Anchorizer,
    title: Option<String>,
    title_is_first_level: bool,
    matter: FrontMatter,
    /// Whether bold lines count as headings, because the file has no others.
    bold_is_heading: bool,
    /// Whether the file has links to anchors of its own.
    leads_inside: bool,
    headings: HeadingMode,
}

/// How headings are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HeadingMode {
    /// Each heading starts a section.
    Sections,
    /// Headings are lines of the text.
    Text,
}

impl MarkdownReader {
    pub fn new(builder: SectionBuilder) -> Self {
        MarkdownReader {
            builder,
            options: markdown_options::for_documents(),
            anchorizer: Anchorizer::new(),
            title: None,
            title_is_first_level: false,
            matter: FrontMatter::default(),
            bold_is_heading: false,
            leads_inside: false,
            headings: HeadingMode::Sections,
        }
    }

    /// A reader for one post of a thread: headings are lines of its text, and front matter isn't recognised.
    pub fn of_post(builder: SectionBuilder) -> Self {
        let mut reader = MarkdownReader::new(builder);
        reader.options.extension.front_matter_delimiter = None;
        reader.headings = HeadingMode::Text;
        reader
    }

    /// Reads `text`. Positions are its line numbers, or the number `cell` if it is given.
    pub fn markdown(&mut self, text: &str, cell: Option<u32>, problems: &mut Vec<Problem>) {
        let flat = nesting::flattened(text);
        if matches!(flat, Cow::Owned(_)) {
            let message =
                "block quotes and lists are nested too deeply: the deepest are read as text";
            problems.push(Problem::new(Stage::Extract, message));
        }
        let text = &*flat;
        let arena = Arena::new();
        let root = parse_document(&arena, text, &self.options);
        let lines: Vec<&str> = text.lines().collect();
        let mut footnotes: Footnotes = root
            .children()
            .filter_map(|node| match &node.data().value {
                NodeValue::FootnoteDefinition(definition) => Some((definition.name.clone(), node)),
                _ => None,
            })
            .collect();
        self.leads_inside = text.contains("](#") || text.contains("href=\"#");
        let is_heading = |node: &AstNode| matches!(node.data().value, NodeValue::Heading(_));
        self.bold_is_heading =
            cell.is_none() && !root.children().any(is_heading) && !text.contains("<h");
        for block in root.children() {
            if let NodeValue::FrontMatter(matter) = &block.data().value {
                self.matter = frontmatter::read(matter, problems);
                self.title_is_first_level |= self.matter.title.is_some();
                self.title = self.matter.title.take().or(self.title.take());
                continue;
            }
            if !matches!(block.data().value, NodeValue::FootnoteDefinition(_)) {
                self.block(block, cell, &lines);
                self.footnotes(block, &mut footnotes);
            }
        }
        // Footnotes without any reference.
        footnotes.into_values().for_each(|note| self.footnote(note));
    }

    /// Adds the footnotes whose first reference is in `block`.
    fn footnotes<'a>(&mut self, block: &'a AstNode<'a>, footnotes: &mut Footnotes<'a>) {
        if footnotes.is_empty() {
            return;
        }
        for node in block.descendants() {
            let note = match &node.data().value {
                NodeValue::FootnoteReference(reference) => footnotes.remove(&reference.name),
                _ => None,
            };
            note.into_iter().for_each(|note| self.footnote(note));
        }
    }

    fn footnote<'a>(&mut self, note: &'a AstNode<'a>) {
        self.builder.piece(render(note).into_piece((0, 0)));
    }

    /// The document with everything read so far.
    pub fn finish(self) -> Document {
        let sections = self.builder.finish();
        let kind = if is_list(&sections) { DocumentKind::List } else { DocumentKind::Note };
        let FrontMatter { date, licence, tags, .. } = self.matter;
        Document { title: self.title, kind, date, licence, tags, sections }
    }

    fn block<'a>(&mut self, block: &'a AstNode<'a>, cell: Option<u32>, lines: &[&str]) {
        let at = |node: &'a AstNode<'a>| place(node, cell, lines);
        if self.headings == HeadingMode::Text {
            return self.pieces(block, &at);
        }
        let is_heading = match &block.data().value {
            NodeValue::Heading(heading) => Some(heading.level),
            _ => None,
        };
        if let Some(level) = is_heading {
            let text = render(block).text.replace('\n', " ");
            let anchor = self.anchorizer.anchorize(text.trim());
            self.heading(level, text.trim(), Some(anchor), at(block).0);
            return;
        }
        if self.bold_is_heading
            && let Some(text) = bold_line(block)
        {
            let anchor = None;
            self.heading(BOLD_LEVEL, &text, anchor, at(block).0);
            return;
        }
        if let NodeValue::HtmlBlock(fragment) = &block.data().value {
            let fragment = fragment::read(&fragment.literal);
            if let Some(level) = fragment.heading {
                let anchor = self.anchorizer.anchorize(&fragment.text);
                self.heading(level, &fragment.text, Some(anchor), at(block).0);
                return;
            }
        }
        self.pieces(block, &at);
    }

    /// Adds `block` to the builder: lists item by item, tables row by row, and long items child by child, so
    /// that all of them can be cut. A table of contents is left out.
    fn pieces<'a>(&mut self, block: &'a AstNode<'a>, at: &dyn Fn(&'a AstNode<'a>) -> (u32, u32)) {
        let lists = matches!(block.data().value, NodeValue::List(_));
        if self.leads_inside && lists && render(block).is_contents() {
            return;
        }
        let mut open = vec![(block, 0)];
        while let Some((node, depth)) = open.pop() {
            let parts = match node.data().value {
                NodeValue::List(_) | NodeValue::Table(_) => true,
                NodeValue::Item(_) | NodeValue::TaskItem(_) => depth < DEEPEST && is_long(node),
                _ => false,
            };
            if parts {
                let first = open.len();
                open.extend(node.children().map(|child| (child, depth + 1)));
                open[first..].reverse();
            } else {
                let is_row = matches!(node.data().value, NodeValue::TableRow(_));
                self.builder.piece(DocumentBlock { is_row, ..render(node).into_piece(at(node)) });
            }
        }
    }

    fn heading(&mut self, level: u8, text: &str, anchor: Option<String>, at: u32) {
        if text.is_empty() {
            return;
        }
        if self.title.is_none() || (level == 1 && !self.title_is_first_level) {
            self.title = Some(text.to_owned());
            self.title_is_first_level = level == 1;
        }
        self.builder.heading(level, text, anchor, at);
    }
}

/// The text of `block` if it is a paragraph of one bold line, short enough for a heading.
fn bold_line<'a>(block: &'a AstNode<'a>) -> Option<String> {
    let mut inside = block.children();
    let (Some(only), None) = (inside.next(), inside.next()) else { return None };
    let is_bold = matches!(block.data().value, NodeValue::Paragraph)
        && matches!(only.data().value, NodeValue::Strong);
    let text = is_bold.then(|| render(only).text.trim().to_owned())?;
    (!text.contains('\n') && (1..=LONGEST_BOLD).contains(&text.chars().count())).then_some(text)
}

/// Whether the list item `node` contains a list and more words than one section should.
fn is_long<'a>(node: &'a AstNode<'a>) -> bool {
    let nested = node.children().any(|child| matches!(child.data().value, NodeValue::List(_)));
    nested && words(&render(node).text) > MOST_WORDS
}

#[cfg(test)]
mod tests {
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
    fn links_carry_the_sentence_round_them() {
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
    fn html_tables_and_code_are_told_from_prose() {
        let found = sections(
            "<h1 align=\"center\">Big <em>Title</em></h1>\n\n| a | b |\n|---|---|\n| c | d |\n\n```py\nx = 1\n```\n\n<details><summary>More</summary>\n\ninside\n\n</details>\n",
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].headings, ["Big Title"]);
        assert_eq!(found[0].text, "a | b\nc | d\nMore\ninside");
        assert_eq!(found[0].code, "x = 1");
    }

    #[test]
    fn bold_lines_are_headings_where_there_are_no_others() {
        let text = "**One**\n\nFirst of the two parts.\n\n**Two**\n\nSecond **bold** words here.\n";
        let trails: Vec<String> = sections(text).iter().map(|s| s.headings.join("/")).collect();
        assert_eq!(trails, ["One", "Two"]);
        let found = sections(&format!("# Title\n\n{text}"));
        assert_eq!(found.len(), 1, "with a heading they are text");
    }

    #[test]
    fn an_author_who_asks_so_is_left_out() {
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
}
