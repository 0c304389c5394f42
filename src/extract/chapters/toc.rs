//! The tables of chapters of Jupyter Book (`_toc.yml`), MkDocs (`mkdocs.yml`) and Quarto (`_quarto.yml`).
//!
//! The formats are described in the documentation of Jupyter Book ("Table of contents"), MkDocs ("Configuration: nav") and
//! Quarto ("Book structure", "Website navigation").

use serde_yaml_ng::Value;

use super::chapter::ListedChapter;
use crate::extract::relative::relative_path;

/// Keys of Jupyter Book and Quarto whose values are the path of a chapter.
const FILES: [&str; 4] = ["root", "file", "href", "part"];
/// Keys of Jupyter Book and Quarto whose values contain chapters.
const PARTS: [&str; 6] = ["parts", "chapters", "sections", "contents", "entries", "subtrees"];

/// The chapters of a Jupyter Book. Their paths usually lack the extension.
pub(super) fn jupyter_book(path: &str, text: &str) -> Vec<ListedChapter> {
    let mut listed = ChapterList { table: path, chapters: Vec::new() };
    listed.visit(&parsed(text));
    listed.chapters
}

/// The chapters of a Quarto book or website.
pub(super) fn quarto(path: &str, text: &str) -> Vec<ListedChapter> {
    let root = parsed(text);
    let mut listed = ChapterList { table: path, chapters: Vec::new() };
    for part in ["chapters", "appendices"] {
        listed.visit(&root["book"][part]);
    }
    listed.visit(&root["website"]["sidebar"]);
    listed.chapters
}

/// The pages in the navigation of an MkDocs site. Their paths are relative to its folder of documents.
pub(super) fn mkdocs(path: &str, text: &str) -> Vec<ListedChapter> {
    let root = parsed(text);
    let folder = root["docs_dir"].as_str().unwrap_or("docs");
    let Some(index) = relative_path(path, &format!("{folder}/index.md")) else { return Vec::new() };
    let mut listed = ChapterList { table: &index, chapters: Vec::new() };
    listed.pages(&root["nav"]);
    listed.chapters
}

/// The YAML document `text`; null if it is invalid. The parser limits nesting and the repetition of aliases.
fn parsed(text: &str) -> Value {
    serde_yaml_ng::from_str(text).unwrap_or_default()
}

/// The chapters found so far.
struct ChapterList<'a> {
    /// The path against which chapters are resolved.
    table: &'a str,
    chapters: Vec<ListedChapter>,
}

impl ChapterList<'_> {
    fn add(&mut self, target: &str, title: Option<&str>) {
        if target.contains('*') {
            return;
        }
        let Some(path) = relative_path(self.table, target) else { return };
        self.chapters.push(ListedChapter { path, title: title.unwrap_or_default().to_owned() });
    }

    /// Adds the chapters in `value`, a part of a Jupyter Book or of a Quarto project.
    fn visit(&mut self, value: &Value) {
        match value {
            Value::String(target) => self.add(target, None),
            Value::Sequence(items) => items.iter().for_each(|item| self.visit(item)),
            Value::Mapping(map) => {
                let text = |key: &str| map.get(key).and_then(Value::as_str);
                let target = FILES.iter().find_map(|key| text(key).filter(|_| *key != "part"));
                // The name of a part is its title, unless it is a file.
                let part = text("part").filter(|part| part.ends_with("md"));
                if let Some(target) = target.or(part) {
                    self.add(target, text("title").or_else(|| text("text")));
                }
                PARTS.iter().filter_map(|key| map.get(*key)).for_each(|part| self.visit(part));
            }
            _ => {}
        }
    }

    /// Adds the pages in `value`, a part of the navigation of an MkDocs site.
    fn pages(&mut self, value: &Value) {
        match value {
            Value::String(target) => self.add(target, None),
            Value::Sequence(items) => items.iter().for_each(|item| self.pages(item)),
            Value::Mapping(map) => {
                for (title, page) in map {
                    match page {
                        Value::String(target) => self.add(target, title.as_str()),
                        page => self.pages(page),
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::chapters::chapters;

    fn found(path: &str, text: &str) -> Vec<String> {
        chapters(path, text).into_iter().map(|c| format!("{}={}", c.path, c.title)).collect()
    }

    #[test]
    fn the_parts_and_sections_of_a_jupyter_book_are_chapters() {
        let text = "format: jb-book\nroot: intro\nparts:\n- caption: One\n  chapters:\n  - file: a/first-steps\n    title: Steps\n    sections:\n    - file: a/more\n  - url: https://x.org\n";
        let expected = ["docs/intro=", "docs/a/first-steps=Steps", "docs/a/more="];
        assert_eq!(found("docs/_toc.yml", text), expected);
        assert_eq!(
            found("_toc.yml", "- file: intro\n  sections:\n  - file: b\n"),
            ["intro=", "b="]
        );
    }

    #[test]
    fn the_navigation_of_mkdocs_is_relative_to_its_documents() {
        let text = "site_name: X\nplugins:\n- x: !!python/name:a.b ''\nnav:\n- Home: index.md\n- Parts:\n  - One: a/one.md\n  - two.md\n- Out: https://x.org\n";
        let expected = ["docs/index.md=Home", "docs/a/one.md=One", "docs/two.md="];
        assert_eq!(found("mkdocs.yml", text), expected);
        assert_eq!(found("site/mkdocs.yml", "docs_dir: src\nnav: [a.md]\n"), ["site/src/a.md="]);
        assert_eq!(found("mkdocs.yml", "docs_dir: ../../out\nnav: [a.md]\n"), [""; 0]);
    }

    #[test]
    fn the_chapters_of_quarto_books_and_sites_are_found() {
        let text = "book:\n  chapters:\n  - index.qmd\n  - part: Models\n    chapters: [tree.qmd]\n  - part: deep.qmd\n    chapters:\n    - href: net.qmd\n      text: Networks\n  appendices: [a.qmd]\n";
        let expected =
            ["m/index.qmd=", "m/tree.qmd=", "m/deep.qmd=", "m/net.qmd=Networks", "m/a.qmd="];
        assert_eq!(found("m/_quarto.yml", text), expected);
        let site = "website:\n  sidebar:\n    contents:\n    - section: S\n      contents: [b.qmd, \"c/*.qmd\"]\n";
        assert_eq!(found("_quarto.yml", site), ["b.qmd="]);
    }

    #[test]
    fn invalid_and_hostile_tables_have_no_chapters() {
        assert_eq!(found("_toc.yml", "\t- : ["), [""; 0]);
        let nested = format!("nav: {}a.md{}", "[".repeat(9_000), "]".repeat(9_000));
        assert_eq!(found("mkdocs.yml", &nested), [""; 0]);
        let bomb: String =
            (1..30).map(|at| format!("a{at}: &a{at} [*a{0}, *a{0}, *a{0}]\n", at - 1)).collect();
        assert_eq!(found("mkdocs.yml", &format!("a0: &a0 [x.md]\n{bomb}nav: *a29\n")), [""; 0]);
    }
}
