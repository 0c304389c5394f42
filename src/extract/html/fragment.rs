//! Plain text and links of HTML fragments, which occur in Markdown and in the fields of Anki decks.

use html5gum::{StartTag, Token, Tokenizer};

use super::figure::FigureReader;
use super::table::TableReader;
use super::{SILENT, attribute, push_folded};

/// Elements that start and end a line.
const BLOCKS: [&[u8]; 20] = [
    b"p",
    b"div",
    b"br",
    b"li",
    b"tr",
    b"table",
    b"ul",
    b"ol",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"details",
    b"summary",
    b"section",
    b"blockquote",
    b"pre",
    b"dt",
];

/// A link in a text.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::extract) struct InlineLink {
    pub url: String,
    /// Byte offset of the link in the text around it.
    pub offset: usize,
    /// The link's own text.
    pub text: String,
}

/// A link whose end was not read yet.
#[derive(Debug)]
pub(in crate::extract) struct OpenLink {
    pub url: String,
    /// Byte offset of its start in the text around it.
    pub offset: usize,
}

impl OpenLink {
    /// The link, whose text is the part of `text` from the link's start to the end.
    pub fn close(self, text: &str) -> InlineLink {
        let OpenLink { url, offset } = self;
        InlineLink { url, offset, text: text.get(offset..).unwrap_or_default().trim().to_owned() }
    }
}

/// The content of an HTML fragment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::extract) struct Fragment {
    /// The text, with a line for each block.
    pub text: String,
    pub links: Vec<InlineLink>,
    /// The heading's level if the fragment consists of one heading.
    pub heading: Option<u8>,
}

/// Reads `html`, a fragment that may be truncated anywhere. O(length); never fails.
pub(in crate::extract) fn read(html: &str) -> Fragment {
    let mut reader = FragmentReader::default();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => reader.start(&tag),
            Token::EndTag(tag) => reader.end(&tag.name),
            Token::String(string) if reader.silent == 0 && !reader.figure.is_silent() => {
                push_folded(&mut reader.fragment.text, &String::from_utf8_lossy(&string.value));
            }
            _ => {}
        }
    }
    reader.finish()
}

/// A heading of a fragment.
struct FragmentHeading {
    level: u8,
    /// Whether there is no text before it.
    is_first: bool,
}

/// The state of reading a fragment.
#[derive(Default)]
struct FragmentReader {
    fragment: Fragment,
    /// The number of open elements whose content is skipped.
    silent: usize,
    link: Option<OpenLink>,
    headings: Vec<FragmentHeading>,
    table: TableReader,
    figure: FigureReader,
}

impl FragmentReader {
    fn start(&mut self, tag: &StartTag<()>) {
        let name: &[u8] = &tag.name;
        let text = &mut self.fragment.text;
        self.silent += usize::from(SILENT.contains(&name) && !tag.self_closing);
        self.figure.start(name, tag.self_closing, text);
        if self.figure.is_inside() {
            return;
        }
        if name == b"tr" {
            self.table.end(name, text);
        }
        line_break(text, name);
        self.table.start(tag, text);
        if let [b'h', level @ b'1'..=b'6'] = name {
            let is_first = text.trim().is_empty();
            self.headings.push(FragmentHeading { level: level - b'0', is_first });
        }
        if let Some(url) = href(tag) {
            self.link = Some(OpenLink { url, offset: text.len() });
        }
    }

    fn end(&mut self, name: &[u8]) {
        if SILENT.contains(&name) {
            self.silent = self.silent.saturating_sub(1);
        }
        if name == b"a"
            && let Some(link) = self.link.take()
        {
            self.fragment.links.push(link.close(&self.fragment.text));
        }
        let text = &mut self.fragment.text;
        if self.figure.is_inside() {
            return self.figure.end(name, text);
        }
        self.table.end(name, text);
        line_break(text, name);
    }

    fn finish(self) -> Fragment {
        let mut fragment = self.fragment;
        fragment.text.truncate(fragment.text.trim_end().len());
        if let [FragmentHeading { level, is_first: true }] = self.headings[..]
            && !fragment.text.is_empty()
            && !fragment.text.contains('\n')
        {
            fragment.heading = Some(level);
        }
        fragment
    }
}

/// The URL of `tag` if it is an `<a href=…>`.
pub(in crate::extract) fn inline_link(tag: &str) -> Option<String> {
    Tokenizer::new(tag).find_map(|Ok(token)| match token {
        Token::StartTag(tag) => href(&tag),
        _ => None,
    })
}

/// The URL of `tag` if it is an `<a href=…>`.
fn href(tag: &StartTag<()>) -> Option<String> {
    let name: &[u8] = &tag.name;
    attribute(tag, b"href").filter(|_| name == b"a")
}

/// Ends the line of `text` at a tag of the element `name` if this is a block; adds a space at a tag of a table cell.
fn line_break(text: &mut String, name: &[u8]) {
    if BLOCKS.contains(&name) && !text.is_empty() && !text.ends_with('\n') {
        text.truncate(text.trim_end().len());
        text.push('\n');
    } else if matches!(name, b"td" | b"th") && !text.is_empty() && !text.ends_with([' ', '\n']) {
        text.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_links_are_kept_and_scripts_are_not() {
        let fragment = read(
            "<div><b>Bold</b> text <a href=\"https://a.b/c\">the  link</a><script>x()</script></div><p>next",
        );
        assert_eq!(fragment.text, "Bold text the link\nnext");
        assert_eq!(
            fragment.links,
            [InlineLink { url: "https://a.b/c".into(), offset: 10, text: "the link".into() }]
        );
        assert_eq!(fragment.heading, None);
    }

    #[test]
    fn rows_of_a_table_have_the_headers_of_their_columns() {
        let html = "<table><tr><th>Company<th>Year</tr><tr><td><a href=\"https://a.org\">Acme</a></td><td>2021</td></tr>\n<tr><td>Umbra</td><td></td></tr></table>after";
        let fragment = read(html);
        assert_eq!(fragment.text, "Company: Acme; Year: 2021\nCompany: Umbra\nafter");
        assert_eq!((fragment.links[0].offset, fragment.links[0].text.as_str()), (9, "Acme"));
        assert_eq!(read("<table><tr><td>a</td><td>b</td></tr></table>").text, "a | b");
        assert_eq!(read("<table><tr><th>a</th><th>b</th></tr></table>").text, "a | b");
    }

    #[test]
    fn labels_of_figures_are_text_and_numbers_at_axes_are_not() {
        let html = "<svg><title>no</title><text x=1>Load <tspan>balancer</tspan></text><text>10</text><path/><text>Server</text></svg>";
        assert_eq!(read(html).text, "Load balancer\nServer");
        assert_eq!(read("an <svg><path/></svg>icon").text, "an icon");
    }

    #[test]
    fn one_heading_alone_is_a_heading() {
        assert_eq!(read("<h2 align=center>A <i>title</i></h2>").heading, Some(2));
        assert_eq!(read("<h2>A</h2><p>text</p>").heading, None);
        assert_eq!(read("<p>text</p><h2>A</h2>").heading, None);
    }

    #[test]
    fn inline_links_are_found() {
        assert_eq!(inline_link("<a class=x href='u'>").as_deref(), Some("u"));
        assert_eq!(inline_link("</a>"), None);
    }
}
