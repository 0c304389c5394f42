//! The HTML that authors write inside Markdown: some elements are kept, without their attributes; of the others, only
//! the text. The elements that are written here are always closed inside the block in which they were opened.

use html5gum::{EndTag, StartTag, Token, Tokenizer};
use maud::{Markup, Render};

use super::anchors::PageAnchors;
use super::images::{PictureMode, picture};
use super::links::{LinkTargets, picture_target, target};

/// Elements that are kept, and the elements that are written for them. A `p` may contain everything that Markdown
/// writes, so it is written as `div`.
const KEPT: [(&str, &str); 52] = [
    ("abbr", "abbr"),
    ("article", "div"),
    ("aside", "div"),
    ("b", "b"),
    ("blockquote", "blockquote"),
    ("caption", "caption"),
    ("center", "div"),
    ("cite", "cite"),
    ("code", "code"),
    ("dd", "dd"),
    ("del", "del"),
    ("details", "details"),
    ("div", "div"),
    ("dl", "dl"),
    ("dt", "dt"),
    ("em", "em"),
    ("figcaption", "figcaption"),
    ("figure", "figure"),
    ("h1", "h2"),
    ("h2", "h2"),
    ("h3", "h3"),
    ("h4", "h4"),
    ("h5", "h5"),
    ("h6", "h6"),
    ("i", "i"),
    ("ins", "ins"),
    ("kbd", "kbd"),
    ("li", "li"),
    ("main", "div"),
    ("mark", "mark"),
    ("ol", "ol"),
    ("p", "div"),
    ("pre", "pre"),
    ("q", "q"),
    ("s", "s"),
    ("samp", "samp"),
    ("section", "div"),
    ("small", "small"),
    ("strike", "s"),
    ("strong", "strong"),
    ("sub", "sub"),
    ("summary", "summary"),
    ("sup", "sup"),
    ("table", "table"),
    ("tbody", "tbody"),
    ("td", "td"),
    ("tfoot", "tfoot"),
    ("th", "th"),
    ("thead", "thead"),
    ("tr", "tr"),
    ("tt", "code"),
    ("ul", "ul"),
];
/// Elements whose content is left out.
const SILENT: [&str; 13] = [
    "script", "style", "iframe", "object", "embed", "noscript", "template", "textarea", "select",
    "svg", "math", "title", "video",
];
/// The maximum number of elements that may be open at the same time.
const DEEPEST: usize = 32;
/// The largest value that is kept of `colspan` and `rowspan`.
const WIDEST: u16 = 50;

/// What the tags of a document are resolved against.
#[derive(Clone, Copy)]
pub(super) struct TagContext<'a> {
    pub targets: LinkTargets<'a>,
    pub pictures: PictureMode,
    pub anchors: &'a PageAnchors,
    /// Whether the place is inside a link already.
    pub is_linked: bool,
}

/// The elements that are open in one block of a document.
#[derive(Debug, Default)]
pub(super) struct OpenTags {
    open: Vec<&'static str>,
    /// The element whose content is skipped.
    silent: Option<&'static str>,
}

impl OpenTags {
    /// `fragment`, HTML that may be cut anywhere, as HTML that a page can contain. Elements that it opens stay open.
    /// O(length).
    pub fn read(&mut self, fragment: &str, context: TagContext) -> String {
        let mut written = String::new();
        for Ok(token) in Tokenizer::new(fragment) {
            match token {
                Token::StartTag(tag) => self.start(&tag, context, &mut written),
                Token::EndTag(tag) => self.end(&tag, &mut written),
                Token::String(text) if self.silent.is_none() => {
                    String::from_utf8_lossy(&text.value).render_to(&mut written);
                }
                _ => {}
            }
        }
        written
    }

    /// Whether no element is open.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.silent.is_none()
    }

    /// The end tags of all open elements, which are closed.
    pub fn close(&mut self) -> String {
        self.silent = None;
        self.open.drain(..).rev().map(|name| format!("</{name}>")).collect()
    }

    fn start(&mut self, tag: &StartTag<()>, context: TagContext, written: &mut String) {
        if self.silent.is_some() {
            return;
        }
        let name = String::from_utf8_lossy(&tag.name).to_lowercase();
        self.silent = SILENT.into_iter().find(|silent| *silent == name && !tag.self_closing);
        match &*name {
            "br" | "hr" | "wbr" => written.push_str(&format!("<{name}>")),
            "img" => {
                let is_linked = context.is_linked || self.open.contains(&"a");
                image(tag, TagContext { is_linked, ..context }).render_to(written);
            }
            "a" => self.anchor(tag, context, written),
            _ => {
                if let Some((_, written_as)) = KEPT.iter().find(|(kept, _)| *kept == name) {
                    self.open(written_as, &attributes(&name, tag), written);
                }
            }
        }
    }

    fn open(&mut self, name: &'static str, attributes: &str, written: &mut String) {
        if self.open.len() < DEEPEST {
            self.open.push(name);
            written.push_str(&format!("<{name}{attributes}>"));
        }
    }

    fn anchor(&mut self, tag: &StartTag<()>, context: TagContext, written: &mut String) {
        let name = attribute(tag, "name").or_else(|| attribute(tag, "id"));
        if let Some(element) = name.and_then(|name| context.anchors.element(&name)) {
            element.render_to(written);
        }
        let is_linked = context.is_linked || self.open.contains(&"a");
        let Some(url) = attribute(tag, "href").filter(|_| !is_linked) else { return };
        if let Some(url) = target(&url, context.targets) {
            let mut href = String::from(" rel=\"noopener nofollow\" href=\"");
            url.render_to(&mut href);
            self.open("a", &(href + "\""), written);
        }
    }

    /// Closes the element that `tag` names, and the elements inside it. An end tag without a start tag is left out.
    fn end(&mut self, tag: &EndTag<()>, written: &mut String) {
        let name = String::from_utf8_lossy(&tag.name).to_lowercase();
        if let Some(silent) = self.silent {
            self.silent = (silent != name).then_some(silent);
            return;
        }
        let written_as = match KEPT.iter().find(|(kept, _)| *kept == name) {
            Some((_, written_as)) => *written_as,
            None if name == "a" => "a",
            None => return,
        };
        let Some(at) = self.open.iter().rposition(|open| *open == written_as) else { return };
        for name in self.open.drain(at..).rev() {
            written.push_str(&format!("</{name}>"));
        }
    }
}

fn image(tag: &StartTag<()>, context: TagContext) -> Markup {
    let src = attribute(tag, "src");
    let url = src.and_then(|src| picture_target(&src, context.targets.base, context.pictures));
    let alt = attribute(tag, "alt").or_else(|| attribute(tag, "title")).unwrap_or_default();
    // A link inside a link is not allowed.
    let url = url.filter(|_| !context.is_linked || context.pictures == PictureMode::Loaded);
    picture(context.pictures, url.as_deref(), &alt)
}

/// The attributes of the element `name` that are kept, each with a leading space.
fn attributes(name: &str, tag: &StartTag<()>) -> String {
    let mut kept = String::new();
    let number = |name: &str| attribute(tag, name)?.trim().parse::<u16>().ok();
    match name {
        "details" if attribute(tag, "open").is_some() => kept.push_str(" open"),
        "td" | "th" => {
            for name in ["colspan", "rowspan"] {
                if let Some(number) = number(name) {
                    kept.push_str(&format!(" {name}=\"{}\"", number.clamp(1, WIDEST)));
                }
            }
        }
        "ol" => {
            if let Some(first) = number("start") {
                kept.push_str(&format!(" start=\"{first}\""));
            }
        }
        _ => {}
    }
    kept
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(value).into_owned())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn read(fragment: &str) -> String {
        let base = Url::parse("https://github.com/a/b/blob/c/x.md").unwrap();
        let context = TagContext {
            targets: LinkTargets { base: Some(&base), near: None },
            pictures: PictureMode::Linked,
            anchors: &PageAnchors::default(),
            is_linked: false,
        };
        let mut tags = OpenTags::default();
        let written = tags.read(fragment, context);
        written + &tags.close()
    }

    #[test]
    fn elements_of_texts_are_kept_without_attributes_and_are_closed() {
        for (fragment, expected) in [
            ("<b class=x onclick=y>a</b>", "<b>a</b>"),
            (
                "<details open><summary>A</summary> b",
                "<details open><summary>A</summary> b</details>",
            ),
            ("<p align=center>a<p>b</p></p></p>", "<div>a<div>b</div></div>"),
            ("<b><i>a</b>b</i>", "<b><i>a</i></b>b"),
            ("a<br/>b</td>", "a<br>b"),
            ("<td colspan=9999 rowspan=x style=y>", "<td colspan=\"50\"></td>"),
            ("<font color=red>a</font> & <x>", "a &amp; "),
            (
                "<a href=y.md>a <a href=z.md>b</a></a>",
                "<a rel=\"noopener nofollow\" href=\"https://github.com/a/b/blob/c/y.md\">a b</a>",
            ),
            (
                "<a href=y.md><img src=b.svg alt=B></a>",
                "<a rel=\"noopener nofollow\" href=\"https://github.com/a/b/blob/c/y.md\"><span class=\"picture\">Picture: B</span></a>",
            ),
            ("<a name=\"x\"></a><a name=\"x y\">", "<span id=\"h-x\"></span>"),
        ] {
            assert_eq!(read(fragment), expected, "{fragment}");
        }
    }

    #[test]
    fn what_could_run_or_load_is_left_out() {
        for fragment in [
            "<script>alert(1)</script>",
            "<script>alert(1)",
            "<style>*{}</style>",
            "<svg><script>alert(1)</script></svg>",
            "<iframe src=x></iframe>",
            "<math><mtext><img src=x></mtext></math>",
            "<object data=x><embed src=y></object>",
            "<title><img src=x></title>",
        ] {
            assert_eq!(read(fragment), "", "{fragment}");
        }
        for fragment in [
            "<img src=\"javascript:alert(1)\" onerror=alert(1) alt='\"><script>'>",
            "<a href=\"javascript:alert(1)\">a</a>",
            "<a href=' java&#10;script:alert(1)'>a</a>",
            "<a name='\"><script>alert(1)</script>'>a</a>",
            "<b onmouseover=alert(1)>a</b>",
            "<div style='background:url(x)'>a</div>",
            "<form action=x><input autofocus onfocus=alert(1)></form>a",
            "<base href=x><meta http-equiv=refresh content='0;url=x'><link rel=stylesheet href=x>a",
        ] {
            let written = read(fragment);
            for bad in [
                "<script",
                "<img",
                "<input",
                "<form",
                "<base",
                "<meta",
                "<link",
                "javascript",
                "onerror=",
                "style=",
            ] {
                assert!(!written.contains(bad), "{fragment}: {written}");
            }
        }
    }

    #[test]
    fn deep_nesting_is_bounded() {
        let written = read(&"<div>".repeat(10_000));
        assert_eq!(written.matches("<div>").count(), DEEPEST);
        assert_eq!(written.matches("</div>").count(), DEEPEST);
    }
}
