//! A whole HTML page as Markdown: its content keeps its tags, which Markdown allows, and every line keeps its number.
//!
//! Scripts, navigation and other things around the content are left out, and so are elements without a meaning of their
//! own, such as `div`. Lines lose their indentation, which would make them code. A blank line would end the block of
//! HTML; inside lists, tables and preformatted text it becomes a comment.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

use crate::extract::html::elements::is_left_out;

/// Elements of which only the content is kept.
const WRAPPERS: [&[u8]; 9] =
    [b"html", b"body", b"div", b"section", b"article", b"main", b"header", b"span", b"font"];
/// Elements inside which a blank line must not end the block. All have end tags.
const WHOLE: [&[u8]; 8] =
    [b"pre", b"table", b"ul", b"ol", b"dl", b"blockquote", b"figure", b"details"];
/// What a blank line becomes inside these elements.
const BLANK: &str = "<!-- -->";

/// The content of the page `html` as Markdown with the same number of lines. O(length).
pub(super) fn markdown(html: &str) -> String {
    let mut page = PageText::default();
    let emitter = DefaultEmitter::<usize>::new_with_span();
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => {
                let name: &[u8] = &tag.name;
                let begins = page.skipped.is_none() && (name == b"head" || is_left_out(&tag));
                if begins {
                    page.skipped = Some((name.to_vec(), 0));
                }
                page.start(name, tag.self_closing, part(html, tag.span.start, tag.span.end));
            }
            Token::EndTag(tag) => page.end(&tag.name, part(html, tag.span.start, tag.span.end)),
            Token::String(text) => {
                let is_kept = page.skipped.is_none();
                page.push(part(html, text.span.start, text.span.end), is_kept);
            }
            Token::Comment(comment) => {
                page.push(part(html, comment.span.start, comment.span.end), false);
            }
            _ => {}
        }
    }
    page.finish()
}

fn part(html: &str, from: usize, to: usize) -> &str {
    html.get(from..to).unwrap_or_default()
}

/// What is around the beginning of a line.
#[derive(Clone, Copy, Default)]
struct LineState {
    /// The number of open elements of [`WHOLE`].
    whole: u32,
    /// The number of open `pre`.
    pre: u32,
}

/// The text of a page while it is read.
#[derive(Default)]
struct PageText {
    text: String,
    /// The name of the element that is being left out, and the number of elements with this name inside it.
    skipped: Option<(Vec<u8>, usize)>,
    now: LineState,
    /// The state at the beginning of each line after the first.
    states: Vec<LineState>,
}

impl PageText {
    /// Adds `part`; if it `is_kept` not, only its line ends.
    fn push(&mut self, part: &str, is_kept: bool) {
        for c in part.chars() {
            if c == '\n' {
                self.states.push(self.now);
            }
            if is_kept || c == '\n' {
                self.text.push(c);
            }
        }
    }

    fn start(&mut self, name: &[u8], is_closed: bool, tag: &str) {
        if let Some((skipped, depth)) = &mut self.skipped {
            *depth += usize::from(skipped == name && !is_closed);
        } else if WHOLE.contains(&name) && !is_closed {
            self.now.whole += 1;
            self.now.pre += u32::from(name == b"pre");
        }
        let is_kept = self.skipped.is_none() && !WRAPPERS.contains(&name);
        self.push(tag, is_kept);
    }

    fn end(&mut self, name: &[u8], tag: &str) {
        let mut is_kept = self.skipped.is_none() && !WRAPPERS.contains(&name);
        if let Some((skipped, depth)) = &mut self.skipped {
            if skipped == name {
                *depth = depth.saturating_sub(1);
                if *depth == 0 {
                    self.skipped = None;
                }
            }
            is_kept = false;
        } else if WHOLE.contains(&name) {
            self.now.whole = self.now.whole.saturating_sub(1);
            self.now.pre = self.now.pre.saturating_sub(u32::from(name == b"pre"));
        }
        self.push(tag, is_kept);
    }

    fn finish(self) -> String {
        let states = std::iter::once(LineState::default()).chain(self.states);
        let line = |(line, state): (&str, LineState)| match line.trim() {
            "" if state.whole > 0 => BLANK.to_owned(),
            _ if state.pre > 0 => line.trim_end().to_owned(),
            trimmed => trimmed.to_owned(),
        };
        let lines: Vec<String> = self.text.split('\n').zip(states).map(line).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_keeps_its_tags_and_lines_and_the_rest_is_left_out() {
        let html = "<!DOCTYPE html>\n<html><head>\n<title>T</title></head>\n<body><nav><nav>x</nav>\n</nav>\n  <div class=\"a\">\n    <h2>Bias</h2>\n\n    <p>Words <b>here</b>.</p>\n  </div>\n<script>\nalert(1)\n</script>\n<pre>\n  a\n\n  b</pre>\n<ul>\n\n<li>one</li>\n</ul>\n\nEnd.</body></html>\n";
        let expected = "\n\n\n\n\n\n<h2>Bias</h2>\n\n<p>Words <b>here</b>.</p>\n\n\n\n\n<pre>\n  a\n<!-- -->\n  b</pre>\n<ul>\n<!-- -->\n<li>one</li>\n</ul>\n\nEnd.\n";
        assert_eq!(markdown(html), expected);
    }

    #[test]
    fn wrong_nesting_ends_nothing_too_early() {
        assert_eq!(markdown("</ul></pre>\n\n<nav>x<p>y</nav>z</nav>"), "</ul></pre>\n\nz</nav>");
        assert_eq!(markdown("a<nav>b"), "a");
        assert_eq!(markdown(""), "");
    }
}
