//! Whole HTML pages: headings, paragraphs, lists, tables and code, without navigation and other page furniture.
//!
//! The page is read token by token, not as a tree, so that nesting costs nothing and the line of every
//! block is known.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use super::{SILENT, attribute, push_folded};
use crate::extract::frontmatter::{day, is_noindex};
use crate::extract::render::Rendered;
use crate::extract::sections::{SectionBuilder, SpanUnit, is_list};
use crate::extract::{Document, DocumentKind};
use crate::problem::{Problem, Stage};

/// Elements around the content of a page, which are left out.
const AROUND: [&[u8]; 12] = [
    b"nav",
    b"footer",
    b"aside",
    b"form",
    b"button",
    b"select",
    b"noscript",
    b"iframe",
    b"object",
    b"canvas",
    b"dialog",
    b"menu",
];
/// WAI-ARIA roles and classes of elements that are left out too.
const ROLES: [&str; 5] = ["navigation", "search", "contentinfo", "complementary", "banner"];
const CLASSES: [&str; 8] =
    ["sidebar", "sphinxsidebar", "footer", "navbar", "breadcrumb", "breadcrumbs", "toc", "related"];
/// Elements without an end tag.
const VOID: [&[u8]; 9] =
    [b"br", b"hr", b"img", b"input", b"link", b"meta", b"source", b"col", b"wbr"];
/// Elements whose start and end are block boundaries.
const BLOCKS: [&[u8]; 22] = [
    b"p",
    b"div",
    b"li",
    b"tr",
    b"table",
    b"ul",
    b"ol",
    b"dl",
    b"dt",
    b"dd",
    b"section",
    b"article",
    b"main",
    b"body",
    b"blockquote",
    b"details",
    b"summary",
    b"figure",
    b"figcaption",
    b"header",
    b"hr",
    b"pre",
];
/// Reads the page `html`. Returns `None`, with a problem, if its author asks not to be indexed. O(length).
pub(in crate::extract) fn read(html: &str, problems: &mut Vec<Problem>) -> Option<Document> {
    let mut builder = SectionBuilder::new(SpanUnit::Lines);
    let page = PageReader::new(html, &mut builder, None).read();
    if page.is_private {
        problems.push(Problem::new(Stage::Extract, "left out, as its author asks (noindex)"));
        return None;
    }
    let (title, date) = (page.heading_title.or(page.title), page.date);
    let sections = builder.finish();
    Some(Document {
        title,
        kind: if is_list(&sections) { DocumentKind::List } else { DocumentKind::Note },
        date,
        sections,
        ..Document::default()
    })
}

/// Adds the blocks of `html`, a field of the card `number`, to `builder`; headings in it are text.
pub(in crate::extract) fn read_field(html: &str, number: u32, builder: &mut SectionBuilder) {
    PageReader::new(html, builder, Some(number)).read();
}

/// A page while it is read.
struct PageReader<'a> {
    html: &'a str,
    /// The number of lines of `html`.
    lines: u32,
    builder: &'a mut SectionBuilder,
    /// The number of the card, if the page is a field of one.
    card: Option<u32>,
    /// The byte offset up to which line ends were counted, and its line.
    counted: (usize, u32),
    /// The current block.
    open: Rendered,
    /// First and last line of the current block.
    at: (u32, u32),
    /// The name of the element that is being skipped, and how many elements of this name are open in it,
    /// itself included.
    silent: Option<(Vec<u8>, usize)>,
    heading: Option<OpenHeading>,
    in_title: bool,
    in_code: bool,
    in_row: bool,
    /// The id of the last `<section>`, until a heading takes it as its anchor.
    section: Option<String>,
    is_private: bool,
    title: Option<String>,
    heading_title: Option<String>,
    date: Option<String>,
}

/// A heading whose end tag has not been read yet.
struct OpenHeading {
    level: u8,
    anchor: Option<String>,
    line: u32,
}

impl<'a> PageReader<'a> {
    fn new(html: &'a str, builder: &'a mut SectionBuilder, card: Option<u32>) -> PageReader<'a> {
        PageReader {
            html,
            lines: u32::try_from(html.lines().count().max(1)).unwrap_or(u32::MAX),
            builder,
            card,
            counted: (0, 1),
            open: Rendered::default(),
            at: (0, 0),
            silent: None,
            heading: None,
            in_title: false,
            in_code: false,
            in_row: false,
            section: None,
            is_private: false,
            title: None,
            heading_title: None,
            date: None,
        }
    }

    fn read(mut self) -> PageReader<'a> {
        let emitter = DefaultEmitter::<usize>::new_with_span();
        for Ok(token) in Tokenizer::new_with_emitter(self.html, emitter) {
            self.token(token);
        }
        self.flush();
        self
    }

    fn token(&mut self, token: Token<usize>) {
        match token {
            Token::StartTag(tag) if self.silent.is_some() => {
                let name: &[u8] = &tag.name;
                if let Some((silent, depth)) = &mut self.silent
                    && silent == name
                    && !tag.self_closing
                {
                    *depth += 1;
                }
            }
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => {
                let line = self.line(tag.span.start);
                self.end(&tag.name, line);
            }
            Token::String(text) if self.silent.is_none() => {
                let first = self.line(text.span.start);
                let words = String::from_utf8_lossy(&text.value);
                if !words.trim().is_empty() {
                    // White space at the start may contain line ends.
                    let blank = words.len() - words.trim_start().len();
                    let skipped = words[..blank].matches('\n').count();
                    let first = first.saturating_add(u32::try_from(skipped).unwrap_or(0));
                    let lines = words.trim().matches('\n').count();
                    let last = first.saturating_add(u32::try_from(lines).unwrap_or(0));
                    // The tokenizer turns a lone carriage return into a line end too.
                    let last = last.min(self.lines).max(first);
                    self.at = (if self.at.0 == 0 { first } else { self.at.0 }, last);
                }
                self.text(&words);
            }
            _ => {}
        }
    }

    fn text(&mut self, words: &str) {
        if self.in_title {
            push_folded(self.title.get_or_insert_default(), words);
        } else if self.in_code {
            self.open.code.push_str(words);
        } else {
            push_folded(&mut self.open.text, words);
        }
    }

    fn start(&mut self, tag: &StartTag<usize>) {
        let name: &[u8] = &tag.name;
        let is_hidden = attribute(tag, b"hidden").is_some()
            || attribute(tag, b"aria-hidden").is_some_and(|value| value == "true");
        let is_around = attribute(tag, b"role").is_some_and(|role| ROLES.contains(&role.as_str()))
            || attribute(tag, b"class").is_some_and(|class| {
                class.split_whitespace().any(|class| CLASSES.contains(&class))
            });
        let holds_nothing = tag.self_closing || VOID.contains(&name);
        if (SILENT.contains(&name) || AROUND.contains(&name) || is_hidden || is_around)
            && !holds_nothing
        {
            self.silent = Some((name.to_vec(), 1));
            return;
        }
        if BLOCKS.contains(&name) {
            self.boundary(name);
        }
        match name {
            b"tr" => self.in_row = true,
            b"section" => self.section = attribute(tag, b"id"),
            [b'h', b'1'..=b'6'] if self.card.is_some() => self.flush(),
            [b'h', level @ b'1'..=b'6'] => {
                self.flush();
                let line = self.line(tag.span.start);
                let anchor = attribute(tag, b"id").or(self.section.take());
                self.heading = Some(OpenHeading { level: level - b'0', anchor, line });
            }
            b"title" => self.in_title = self.title.is_none(),
            b"meta" => self.meta(tag),
            b"time" => {
                let said = attribute(tag, b"datetime").and_then(|date| day(&date));
                self.date = self.date.take().or(said);
            }
            b"pre" => self.in_code = true,
            b"li" => self.open.text.push_str("- "),
            b"br" => self.open.space(),
            b"td" | b"th" if !self.open.text.trim().is_empty() => self.open.text.push_str(" | "),
            b"a" => match attribute(tag, b"href") {
                // The sign after a heading that links to the heading itself.
                Some(_) if attribute(tag, b"class").is_some_and(|c| c.contains("headerlink")) => {
                    self.silent = Some((b"a".to_vec(), 1));
                }
                Some(url) if !self.in_code => self.open.open_link(url),
                _ => {}
            },
            _ => {}
        }
    }

    fn end(&mut self, name: &[u8], line: u32) {
        if let Some((silent, depth)) = &mut self.silent {
            if silent == name {
                *depth -= 1;
            }
            if *depth == 0 {
                self.silent = None;
            }
            return;
        }
        match name {
            [b'h', b'1'..=b'6'] if self.card.is_some() => self.flush(),
            [b'h', b'1'..=b'6'] => self.end_heading(),
            b"title" => self.in_title = false,
            b"a" => self.open.close_link(),
            b"pre" => {
                self.at.1 = self.at.1.max(line);
                self.flush();
                self.in_code = false;
            }
            b"tr" | b"table" => {
                self.in_row = false;
                self.flush();
            }
            _ if BLOCKS.contains(&name) => self.boundary(name),
            _ => {}
        }
    }

    /// Handles the start or end of a block: it ends the current one, except between the cells of a row.
    fn boundary(&mut self, name: &[u8]) {
        if self.in_row && !matches!(name, b"tr" | b"table") {
            self.open.space();
        } else {
            self.flush();
        }
    }

    fn end_heading(&mut self) {
        let Some(heading) = self.heading.take() else { return };
        let text = std::mem::take(&mut self.open).text.trim().to_owned();
        self.at = (0, 0);
        if text.is_empty() {
            return;
        }
        if heading.level == 1 && self.heading_title.is_none() {
            self.heading_title = Some(text.clone());
        }
        self.builder.heading(heading.level, &text, heading.anchor, heading.line);
    }

    fn meta(&mut self, tag: &StartTag<usize>) {
        let name = attribute(tag, b"name").or_else(|| attribute(tag, b"property"));
        let content = attribute(tag, b"content").unwrap_or_default();
        match name.unwrap_or_default().to_lowercase().as_str() {
            "robots" | "cairn" => self.is_private |= is_noindex(&content),
            "date" | "article:published_time" | "dc.date" => {
                self.date = self.date.take().or(day(&content));
            }
            _ => {}
        }
    }

    /// Passes the current block to the builder.
    fn flush(&mut self) {
        if self.heading.is_some() {
            // An unclosed heading ends where a block starts; but a block without text before it may be inside the
            // heading.
            if !self.open.text.trim().is_empty() {
                self.end_heading();
            }
            return;
        }
        let at = std::mem::take(&mut self.at);
        let mut open = std::mem::take(&mut self.open);
        open.code = open.code.trim_matches('\n').trim_end().to_owned();
        if open.text.trim() == "-" {
            // The list item's text follows in a paragraph of its own.
            self.open.text = open.text;
            return;
        }
        let at = self.card.map_or(at, |card| (card, card));
        if at.0 > 0 {
            self.builder.piece(open.into_piece(at));
        }
    }

    /// The line that contains the byte `offset`. Offsets must not decrease, so that line ends are counted once.
    fn line(&mut self, offset: usize) -> u32 {
        let (from, line) = self.counted;
        let passed = self.html.as_bytes().get(from..offset).unwrap_or_default();
        let lines = passed.iter().filter(|byte| **byte == b'\n').count();
        let line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.counted = (offset.max(from), line);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Address;

    fn sections(html: &str) -> Vec<crate::extract::Section> {
        read(html, &mut Vec::new()).unwrap().sections
    }

    #[test]
    fn headings_that_are_never_closed_lose_nothing() {
        let found = sections(
            "<h1>All of it\n<p>The first words of it.</p>\n<h2><div>Part</div></h2>\n<p>More words of the part.</p>\n<h2>Last\n",
        );
        let trails: Vec<String> = found.iter().map(|s| s.headings.join("/")).collect();
        assert_eq!(trails, ["All of it", "All of it/Part"]);
        assert_eq!(found[0].text, "The first words of it.");
        assert_eq!(found[1].address, Address::Lines(3, 4));
    }

    #[test]
    fn what_stands_round_a_page_is_left_out_and_noindex_is_obeyed() {
        let page = "<html><head><title>T</title></head><body><nav>Menu of it all</nav><div class=\"sidebar\">Side words</div><p>The words that count here.</p><p hidden>Not seen by anybody.</p><footer>Foot</footer></body></html>";
        let found = sections(page);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text, "The words that count here.");
        let private = page.replace("<head>", "<head><meta name=\"robots\" content=\"noindex\">");
        let mut problems = Vec::new();
        assert!(read(&private, &mut problems).is_none());
        assert!(problems[0].message.contains("as its author asks"));
    }
}
