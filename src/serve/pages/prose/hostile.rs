//! Texts that are built to make a renderer slow: each is rendered in bounded time, or shown as plain text.

use std::time::{Duration, Instant};

use super::*;
use crate::typeset::Typesetter;

/// The length of the long hostile texts in bytes. The longest section in an index has about this length.
const SIZE: usize = 200_000;
/// A text of this many bytes is short enough not to be rejected for its length alone.
const SHORT: usize = 60_000;
/// The tests fail if a text takes longer than this. This limit is far longer than any text takes to render in a build
/// without optimisation. Before there were limits, the worst text took minutes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Short texts. Each is repeated to make one hostile text.
const UNITS: [&str; 68] = [
    ">",
    "> ",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "1) > - ",
    "[",
    "]",
    "![",
    "[![",
    "[a](",
    "[](",
    "[a]: b\n",
    "[^a]",
    "[^a]: b\n",
    "[a][b]",
    "[a](b)",
    "![a](b)",
    "[*a](b) ",
    "[_",
    "*",
    "**",
    "_",
    "*a_ ",
    "**a *b ",
    "a**b",
    "*_",
    "~*_",
    "~",
    "~~a~~",
    "`",
    "`a``b",
    "```\n",
    "$",
    "$$a ",
    "<",
    "<a ",
    "<b>",
    "<div>",
    "<x y='",
    "<!--",
    "<?",
    "<![CDATA[",
    "<http://a.b>",
    "http://",
    "www.",
    "a@b.c ",
    "&",
    "&amp;",
    "&#",
    "\\",
    "|",
    "|a|\n",
    "a|b\n-|-\n",
    "\n",
    "x\n",
    ">\n",
    "> > > a\n",
    "- a\n",
    "- [ ] ",
    "# a\n",
    "a\n===\n",
    "---\n",
    "> [!NOTE]\n",
    "\t",
    "\0",
    "é",
];

/// A text made of `line(1)`, `line(2)` and so on, until it has at least `size` bytes.
fn growing(size: usize, line: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for at in 1.. {
        text.push_str(&line(at));
        if text.len() >= size {
            return text;
        }
    }
    text
}

fn shapes(size: usize) -> Vec<(String, String)> {
    let repeated = UNITS.map(|unit| (format!("{unit:?}"), unit.repeat(size / unit.len())));
    let n = size / 8;
    let built = [
        ("a wide table", format!("{}\n{}\n{}", "a|".repeat(n), "-|".repeat(n), "b|".repeat(n))),
        (
            "short rows of a wide table",
            format!("{}\n{}\n{}", "a|".repeat(n), "-|".repeat(n), "b|\n".repeat(n)),
        ),
        ("a tall table", format!("a|b\n-|-\n{}", "c|d\n".repeat(2 * n))),
        ("lists that nest line by line", growing(size, |at| format!("{}- a\n", "  ".repeat(at)))),
        ("quotes that nest line by line", growing(size, |at| format!("{}a\n\n", "> ".repeat(at)))),
        (
            "lazy lines below a deep quote",
            format!("{}a\n{}", ">".repeat(4 * n), "b\n".repeat(2 * n)),
        ),
        ("backticks that never match", growing(size, |at| format!("e{}", "`".repeat(at)))),
        ("dollars that never match", growing(size, |at| format!("e{}", "$".repeat(at)))),
        (
            "definitions and uses",
            format!("{}{}", growing(4 * n, |at| format!("[a{at}]: b\n")), "[a1] ".repeat(n / 2)),
        ),
        ("links in links", format!("{}{}", "[a](".repeat(n), ")".repeat(n))),
        ("the deepest quotes that are rendered", (">".repeat(24) + "a\n\n").repeat(size / 27)),
        ("images in images", format!("{}a{}", "![".repeat(n), "](b)".repeat(n))),
        ("brackets in brackets", format!("{}{}", "[".repeat(4 * n), "]".repeat(4 * n))),
        ("emphasis in emphasis", format!("{}a{}", "**a ".repeat(n), " a**".repeat(n))),
        ("a rule that is none", format!("{}a", "* ".repeat(4 * n))),
        ("front matter", format!("---\n{}", "a: b\n".repeat(size / 5))),
        ("code like make", format!("```make\n{}\n```\n", "$(a $(b $(c \n".repeat(size / 13))),
        ("HTML", format!("<div>\n{}", "<p>a\n".repeat(size / 5))),
    ];
    repeated.into_iter().chain(built.map(|(name, text)| (name.to_owned(), text))).collect()
}

/// Renders `markdown` in a thread whose stack is as small as that of a server thread. `None` if it takes longer than
/// [`PATIENCE`].
fn rendered(markdown: String) -> Option<String> {
    let (sent, received) = std::sync::mpsc::channel();
    let render = move || {
        let typesetter = Typesetter::default();
        let context = ProseContext {
            targets: LinkTargets::default(),
            pictures: PictureMode::Linked,
            typesetter: &typesetter,
        };
        let none = |texts: &[String]| Ok::<TextMarks, ()>(vec![Vec::new(); texts.len()]);
        let _ = sent.send(html(&markdown, "Title", &[], &context, none).unwrap().0);
    };
    std::thread::Builder::new().stack_size(2 * 1_024 * 1_024).spawn(render).unwrap();
    received.recv_timeout(PATIENCE).ok()
}

#[test]
fn a_document_of_200_kb_of_any_shape_is_shown_in_bounded_time() {
    for size in [SIZE, SHORT] {
        for (name, text) in shapes(size) {
            let started = Instant::now();
            let Some(html) = rendered(text) else { panic!("{size} bytes of {name} never end") };
            assert!(html.len() < 5_000_000, "{size} bytes of {name} make {} bytes", html.len());
            for element in ["div", "details", "span"] {
                let opened = html.matches(&format!("<{element}")).count();
                let closed = html.matches(&format!("</{element}>")).count();
                assert_eq!(opened, closed, "{element} of {name}");
            }
            let took = started.elapsed();
            assert!(took < PATIENCE, "{size} bytes of {name} take {took:?}");
        }
    }
}

#[test]
fn text_that_is_not_rendered_is_shown_as_plain_text() {
    let shown = rendered(format!("{}<b>", ">".repeat(SIZE))).unwrap();
    assert!(shown.contains("Shown as plain text"), "{}", &shown[..200]);
    assert!(shown.contains("&gt;&gt;&gt;") && shown.contains("&lt;b&gt;"));
    let columns = 8_000;
    let cells =
        format!("{}\n{}\n{}", "a|".repeat(columns), "-|".repeat(columns), "b\n".repeat(200));
    let shown = rendered(cells).unwrap();
    assert!(
        shown.contains("Shown as plain text") && !shown.contains("<td>"),
        "cells that nobody wrote"
    );
    let find = |texts: &[String]| {
        Ok::<TextMarks, ()>(texts.iter().map(|_| std::iter::once(0..1).collect()).collect())
    };
    let typesetter = Typesetter::default();
    let context = ProseContext {
        targets: LinkTargets::default(),
        pictures: PictureMode::Linked,
        typesetter: &typesetter,
    };
    assert!(
        html(&">".repeat(100), "", &[], &context, find).unwrap().0.contains("<mark>&gt;</mark>")
    );
}
