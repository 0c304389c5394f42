//! Plain text and links of HTML fragments, as in Markdown and the fields of Anki decks.

use html5gum::{StartTag, Token, Tokenizer};

use super::{SILENT, attribute, push_folded};

/// Elements that start a new line.
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

/// The content of an HTML fragment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::extract) struct Fragment {
    /// The text, with a line for each block.
    pub text: String,
    /// URL, byte offset in `text` and link text of each link.
    pub links: Vec<(String, usize, String)>,
    /// The heading's level if the fragment consists of one heading.
    pub heading: Option<u8>,
}

/// Reads `html`, a fragment that may be truncated anywhere. O(length); never fails.
pub(in crate::extract) fn read(html: &str) -> Fragment {
    let mut fragment = Fragment::default();
    let mut silent = 0_usize;
    let mut open: Option<(String, usize)> = None;
    let mut headings = Vec::new();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => {
                let name: &[u8] = &tag.name;
                silent += usize::from(SILENT.contains(&name) && !tag.self_closing);
                line_break(&mut fragment.text, name);
                if let [b'h', level @ b'1'..=b'6'] = name {
                    headings.push((level - b'0', fragment.text.trim().is_empty()));
                }
                if let Some(href) = href(&tag) {
                    open = Some((href, fragment.text.len()));
                }
            }
            Token::EndTag(tag) => {
                let name: &[u8] = &tag.name;
                if SILENT.contains(&name) {
                    silent = silent.saturating_sub(1);
                }
                if name == b"a"
                    && let Some((href, from)) = open.take()
                {
                    let words = fragment.text[from..].trim().to_owned();
                    fragment.links.push((href, from, words));
                }
                line_break(&mut fragment.text, name);
            }
            Token::String(string) if silent == 0 => {
                push_folded(&mut fragment.text, &String::from_utf8_lossy(&string.value));
            }
            _ => {}
        }
    }
    fragment.text.truncate(fragment.text.trim_end().len());
    if let [(level, true)] = headings[..]
        && !fragment.text.is_empty()
        && !fragment.text.contains('\n')
    {
        fragment.heading = Some(level);
    }
    fragment
}

/// The URL of `tag` if it is an `<a href=…>`.
pub(in crate::extract) fn inline_link(tag: &str) -> Option<String> {
    Tokenizer::new(tag).find_map(|Ok(token)| match token {
        Token::StartTag(tag) => href(&tag),
        _ => None,
    })
}

fn href(tag: &StartTag<()>) -> Option<String> {
    let name: &[u8] = &tag.name;
    attribute(tag, b"href").filter(|_| name == b"a")
}

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
        assert_eq!(fragment.links, [("https://a.b/c".to_owned(), 10, "the link".to_owned())]);
        assert_eq!(fragment.heading, None);
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
