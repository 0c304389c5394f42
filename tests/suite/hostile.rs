//! Shapes of hostile documents, each designed to be expensive for a reader or a later stage. The suite and the soak
//! refresh folders of them, and fuzzing starts from them.

use serde_json::json;

/// A kind of hostile document.
pub struct Shape {
    pub name: &'static str,
    /// The extension of its file, which is also the name of the fuzz target that reads it.
    pub format: &'static str,
    /// Makes a document of about `bytes` bytes that usually differs for each `number`. `Shape::make` truncates it.
    make: fn(bytes: usize, number: usize) -> Vec<u8>,
}

impl Shape {
    /// A document of at most `bytes` bytes, usually different for each `number`.
    pub fn make(&self, bytes: usize, number: usize) -> Vec<u8> {
        let mut made = (self.make)(bytes, number);
        made.truncate(bytes);
        made
    }
}

/// All shapes.
pub fn shapes() -> Vec<Shape> {
    let all = [
        front_matter(),
        inline(),
        blocks(),
        lists_of_things(),
        web_and_notebooks(),
        threads(),
        others(),
        structured(),
    ];
    all.into_iter().flatten().collect()
}

type Make = fn(usize, usize) -> Vec<u8>;

fn shape(name: &'static str, format: &'static str, make: Make) -> Shape {
    Shape { name, format, make }
}

fn front_matter() -> Vec<Shape> {
    vec![
        shape("braces-in-front-matter", "md", |n, k| front(&"{".repeat(n), k)),
        shape("items-in-front-matter", "md", |n, k| front(&"- ".repeat(n / 2), k)),
        shape("aliases-in-front-matter", "md", aliases),
    ]
}

/// Inline marks that are never closed, or nest.
fn inline() -> Vec<Shape> {
    vec![
        shape("open-brackets", "md", |n, k| text(&"[".repeat(n), k)),
        shape("links-that-never-close", "md", |n, k| text(&"[a](<b \"".repeat(n / 8), k)),
        shape("emphasis-that-never-closes", "md", |n, k| text(&"*a **b _c ".repeat(n / 10), k)),
        shape("backticks-of-every-length", "md", |n, k| {
            lines(n, k, |at| "`".repeat(at % 300 + 1) + " a")
        }),
        // Behind a full stop nothing decides whether the sentence ends; a link's sentence is looked for.
        shape("links-among-endless-sentences", "md", |n, k| {
            let part = |at: usize| format!("[a](https://a.org/{at}). {}", "1) ".repeat(1_000));
            text(&(0..n.div_ceil(3_025)).map(part).collect::<String>(), k)
        }),
        shape("dollars", "md", |n, k| text(&"$a$$ ".repeat(n / 5), k)),
        shape("entities-and-addresses", "md", |n, k| {
            text(&"&amp www.a a@b. http:// ".repeat(n / 24), k)
        }),
    ]
}

/// Blocks of Markdown that are deeply nested or very long.
fn blocks() -> Vec<Shape> {
    vec![
        shape("quotes-in-quotes", "md", |n, k| text(&"> ".repeat(n / 2), k)),
        shape("lists-in-lists", "md", deep_list),
        shape("items-on-one-line", "md", |n, k| text(&"- ".repeat(n / 2), k)),
        shape("a-wide-table", "md", wide_table),
        shape("a-long-table", "md", |n, k| {
            let rows = lines(n, k, |at| format!("| {at} | [a](https://a.org/{at}) | b |"));
            [b"| a | b | c |\n|---|---|---|\n".to_vec(), rows].concat()
        }),
        shape("headings-only", "md", |n, k| {
            lines(n, k, |at| format!("{} h{at}", "#".repeat(at % 6 + 1)))
        }),
        shape("a-long-heading", "md", |n, k| {
            let heading = format!("# {k} {}\n\nWords.\n\n", "long ".repeat(n / 20));
            let parts = lines(n, k, |at| format!("## Part {at}\n\nA part with words.\n"));
            [heading.into_bytes(), parts].concat()
        }),
    ]
}

/// Very many of something that an ordinary document has few of.
fn lists_of_things() -> Vec<Shape> {
    vec![
        shape("footnote-definitions", "md", |n, k| lines(n, k, |_| "[^a]: x".into())),
        shape("footnotes-of-many-names", "md", |n, k| {
            lines(n, k, |at| format!("a[^{at}]\n\n[^{at}]: x\n"))
        }),
        shape("near-copies", "md", near_copies),
        shape("link-definitions", "md", |n, k| {
            lines(n, k, |at| format!("[{at}]: https://a.org\n\n[{at}] [{}]\n", at / 2))
        }),
        shape("citations-of-one-title", "md", |n, k| {
            let link = |at| format!("[Deep learning for clicks](https://a.org/blog/{at})");
            lines(n, k, |at| format!("- {} is an article.", link(at)))
        }),
    ]
}

fn web_and_notebooks() -> Vec<Shape> {
    vec![
        shape("open-tags", "html", |n, k| text(&"<div><b><a href='".repeat(n / 17), k)),
        shape("tables-in-tables", "html", |n, k| text(&"<table><tr><td>a ".repeat(n / 17), k)),
        shape("open-comments", "html", |n, k| text(&"<!-- <script> ".repeat(n / 14), k)),
        shape("deep-json", "ipynb", |n, _| format!("{{\"cells\": {}", "[".repeat(n)).into_bytes()),
        shape("many-cells", "ipynb", many_cells),
        shape("open-components", "mdx", |n, k| text(&"<A b={{c:\n".repeat(n / 10), k)),
        shape("divs-in-divs", "qmd", |n, k| {
            lines(n, k, |at| format!("{} {{.a}}", ":".repeat(at % 90 + 3)))
        }),
    ]
}

/// Hostile discussions.
fn threads() -> Vec<Shape> {
    vec![
        shape("many-comments", "thread", |n, k| {
            comments(
                n,
                k,
                |at| {
                    format!(
                        "Comment {at} says twelve words or more, so that it is kept as a section."
                    )
                },
                |_| None,
            )
        }),
        shape("replies-to-replies", "thread", |n, k| {
            comments(n, k, |at| format!("> Comment {} says\n\n@a +1", at / 2), |at| Some(at / 2))
        }),
        shape("quotes-of-quotes", "thread", |n, k| {
            let deep = "> ".repeat(n / 16);
            comments(n, k, |at| format!("{deep}a{at} b c d e"), |at| Some(at + 1))
        }),
        shape("comments-that-never-close", "thread", |n, k| {
            let open = "<!-- `<img @a".repeat(n / 64);
            comments(n, k, |at| format!("{open} ![a]( {at}"), |_| Some(1))
        }),
    ]
}

fn others() -> Vec<Shape> {
    vec![
        shape("directives-in-directives", "rst", |n, k| {
            lines(n, k, |at| format!("{}.. note:: a {at}", "   ".repeat(at % 60)))
        }),
        shape("marks-that-never-close", "rst", |n, k| text(&"``a *b `c |d ".repeat(n / 13), k)),
        shape("a-grid", "rst", |n, k| {
            lines(n, k, |at| if at % 2 == 0 { "+-".repeat(60) } else { "| ".repeat(60) })
        }),
        shape("one-line", "txt", |n, k| text(&"a feature store and ".repeat(n / 20), k)),
        shape("a-letter-a-line", "txt", |n, k| lines(n, k, |at| format!("a{}", at % 10))),
        shape("brackets-in-a-pdf", "pdf", |n, k| {
            format!("%PDF-1.4\n%{k}\n1 0 obj\n{}", "[<<".repeat(n / 3)).into_bytes()
        }),
        shape("no-deck", "apkg", |n, k| [b"PK\x03\x04".to_vec(), text(&"a".repeat(n), k)].concat()),
        shape("no-collection", "anki2", |n, k| {
            [b"SQLite format 3\0".to_vec(), text(&"\0\x10".repeat(n / 2), k)].concat()
        }),
    ]
}

/// Quizzes and drawings in JSON.
fn structured() -> Vec<Shape> {
    vec![
        shape("questions-of-many-options", "json", |n, k| {
            let options = "\"a\",".repeat(n / 8);
            let question = format!("{{\"question\": \"{k}?\", \"options\": [{options}\"b\"]}}");
            format!("[{question},{question}]").into_bytes()
        }),
        shape("questions-of-equal-text", "json", |n, k| {
            let question = format!("{{\"question\": \"{k}?\", \"options\": [\"a\", \"b\"]}},");
            let questions = question.repeat((n / question.len()).saturating_sub(1));
            format!("[{}]", questions.trim_end_matches(',')).into_bytes()
        }),
        shape("labels-of-a-drawing", "excalidraw", |n, k| {
            let label = format!("{{\"type\": \"text\", \"text\": \"a{k} $b$ [\"}},");
            let labels = label.repeat((n / label.len()).saturating_sub(2));
            format!("{{\"elements\": [{}]}}", labels.trim_end_matches(',')).into_bytes()
        }),
    ]
}

/// `body` after a line with `number`, which makes the document unique.
fn text(body: &str, number: usize) -> Vec<u8> {
    format!("{number}\n{body}\n").into_bytes()
}

/// A document with a part of `matter` as its front matter. It is not longer than `matter`.
fn front(matter: &str, number: usize) -> Vec<u8> {
    let end = format!("\n---\n# Note {number}\n\nSome words.\n");
    let most = matter.len().saturating_sub(end.len() + 4);
    format!("---\n{}{end}", &matter[..most]).into_bytes()
}

/// At least `bytes` bytes of lines, each made from its number, starting with `number`.
fn lines(bytes: usize, number: usize, line: impl Fn(usize) -> String) -> Vec<u8> {
    let mut made = String::with_capacity(bytes + 100);
    (0..)
        .map(|at| line(at + number) + "\n")
        .take_while(|line| {
            made.push_str(line);
            made.len() < bytes
        })
        .for_each(drop);
    made.into_bytes()
}

fn aliases(bytes: usize, number: usize) -> Vec<u8> {
    let laughs =
        (1..40).map(|at| format!("a{at}: &a{at} [{}]\n", format!("*a{}, ", at - 1).repeat(9)));
    let matter = format!("a0: &a0 [ha]\n{}", laughs.collect::<String>());
    let mut made = front(&matter, number);
    made.resize(bytes.max(made.len()), b' ');
    made
}

fn deep_list(bytes: usize, number: usize) -> Vec<u8> {
    // Each level is indented by two more, so that the depth is the square root of the length.
    let depth = (bytes as f64).sqrt() as usize;
    lines(bytes, 0, |at| format!("{}- a{number} and words", "  ".repeat(at % depth.max(1))))
}

fn wide_table(bytes: usize, number: usize) -> Vec<u8> {
    let columns = bytes / 12;
    let row = |cell: &str| format!("{}|\n", format!("|{cell}").repeat(columns));
    format!("{number}\n\n{}{}{}", row("a"), row("---"), "|b\n".repeat(bytes / 3)).into_bytes()
}

/// Sections of sixty shared and seventeen unique words each, so that they resemble each other but are not copies.
fn near_copies(bytes: usize, number: usize) -> Vec<u8> {
    let shared: String = (0..60).map(|at| format!("shared{at} ")).collect();
    lines(bytes, 0, |at| {
        let own: String = (0..17).map(|word| format!("own{number}x{at}x{word} ")).collect();
        format!("# Section {at}\n\n{shared}{own}\n")
    })
}

/// A thread of about `bytes` bytes, with comments that have the text `body` and reply to the comment `replies_to`.
fn comments(
    bytes: usize,
    number: usize,
    body: impl Fn(usize) -> String,
    replies_to: impl Fn(usize) -> Option<usize>,
) -> Vec<u8> {
    let post = |at: usize, body: String| {
        json!({
            "id": at, "author": { "login": "a", "bot": false }, "url": "", "body": body, "created_at": "",
            "updated_at": "", "upvotes": at % 7, "minimized": false, "replies_to": replies_to(at)
        })
        .to_string()
    };
    let begin = format!(
        "{{\"kind\": \"issue\", \"number\": {}, \"title\": \"a\", \"url\": \"\", \"category\": null, \"labels\": [], \
         \"created_at\": \"\", \"updated_at\": \"\", \"locked\": false, \"upvotes\": 0, \"answer\": 1, \"question\": {}, \
         \"posts\": [",
        number + 1,
        post(0, "a".into())
    );
    let mut left = bytes.saturating_sub(begin.len() + 2);
    let posts: Vec<String> = (1..)
        .map(|at| post(at, body(at)))
        .take_while(|post| {
            let fits = post.len() < left;
            left = left.saturating_sub(post.len() + 1);
            fits
        })
        .collect();
    format!("{begin}{}]}}", posts.join(",")).into_bytes()
}

fn many_cells(bytes: usize, number: usize) -> Vec<u8> {
    let cell = format!(
        "{{\"cell_type\": \"markdown\", \"metadata\": {{}}, \"source\": [\"a{number} > > [\"]}},"
    );
    let cells = cell.repeat((bytes / cell.len()).saturating_sub(2));
    let end = "], \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 5}";
    format!("{{\"cells\": [{}{end}", cells.trim_end_matches(',')).into_bytes()
}
