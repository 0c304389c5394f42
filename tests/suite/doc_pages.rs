//! The pages of the documentation as data: links, anchors and fenced blocks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use comrak::nodes::NodeValue;
use comrak::{Anchorizer, Arena, Options, parse_document};

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A page of the documentation.
pub struct DocPage {
    /// Relative to the root of the repository.
    pub path: PathBuf,
    pub text: String,
    /// Targets of links and images.
    pub links: Vec<String>,
    /// The anchors that GitHub gives its headings.
    pub anchors: BTreeSet<String>,
    /// The language and text of each fenced block.
    pub blocks: Vec<(String, String)>,
}

impl DocPage {
    /// Reads the page at `path`.
    pub fn read(path: PathBuf) -> DocPage {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let mut options = Options::default();
        options.extension.table = true;
        let arena = Arena::new();
        let document = parse_document(&arena, &text, &options);
        let (mut links, mut anchors, mut blocks) = (Vec::new(), BTreeSet::new(), Vec::new());
        let mut anchorizer = Anchorizer::new();
        for node in document.descendants() {
            match &node.data.borrow().value {
                NodeValue::Link(link) | NodeValue::Image(link) => links.push(link.url.to_string()),
                NodeValue::Heading(_) => {
                    anchors.insert(anchorizer.anchorize(&plain_text(node)));
                }
                NodeValue::CodeBlock(block) if block.fenced => {
                    blocks.push((block.info.trim().to_owned(), block.literal.to_string()));
                }
                _ => {}
            }
        }
        DocPage { path, links, anchors, blocks, text }
    }

    /// All pages that people read on GitHub.
    pub fn all() -> Vec<DocPage> {
        let mut paths: Vec<PathBuf> =
            ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "index/README.md"]
                .map(PathBuf::from)
                .into();
        for entry in fs::read_dir(root().join("docs")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
        assert!(paths.len() > 8, "{paths:?}");
        paths.into_iter().map(DocPage::read).collect()
    }

    /// The page at `path`.
    pub fn of(path: &str) -> DocPage {
        DocPage::read(PathBuf::from(path))
    }

    /// The commands in the fenced blocks of `language`, as words. Comments and leading variables are removed, and
    /// continued lines are joined.
    pub fn commands(&self, language: &str) -> Vec<Vec<String>> {
        let blocks = self.blocks.iter().filter(|(info, _)| info == language);
        let text = blocks.map(|(_, text)| text.replace("\\\n", " ")).collect::<String>();
        let without_variables = |words: Vec<String>| -> Vec<String> {
            words.into_iter().skip_while(|word| word.contains('=')).collect()
        };
        text.lines().map(words).map(without_variables).filter(|words| !words.is_empty()).collect()
    }
}

fn plain_text<'a>(node: &'a comrak::nodes::AstNode<'a>) -> String {
    let mut text = String::new();
    for node in node.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(words) => text.push_str(words),
            NodeValue::Code(code) => text.push_str(&code.literal),
            _ => {}
        }
    }
    text
}

/// The words of a shell command line. Quotation marks join words, and `#` begins a comment. Nothing is expanded.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote) = (None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "an open quotation mark: {line}");
    words.extend(word);
    words
}
