//! Books: which files are chapters, in which order, by the tables of several tools or by their names.

use axum::Router;
use serde_json::Value;

use crate::serve::{app, get, json};
use crate::world::{World, repo, text};

/// A document with the heading `title`.
fn note(title: &str) -> String {
    format!("# {title}\n\nHere is all that there is to say about {title}, in one sentence.\n")
}

fn notebook(title: &str) -> String {
    let cell = serde_json::json!({"cell_type": "markdown", "metadata": {}, "source": note(title)});
    serde_json::json!({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        .to_string()
}

/// The document `path` of `source`.
fn document(app: &Router, source: &str, path: &str) -> Value {
    let found = json(app, &format!("/api/v1/search?q=source:{source}+path:{path}"), 200);
    let id = text(&found["hits"][0]["document"]).to_owned();
    json(app, &format!("/api/v1/documents/{id}"), 200)["document"].clone()
}

/// The titles of the chapters of the book with `document`.
fn titles(document: &Value) -> Vec<String> {
    let chapters = document["chapters"].as_array().cloned().unwrap_or_default();
    chapters.iter().map(|chapter| text(&chapter["title"]).to_owned()).collect()
}

#[test]
fn the_tables_of_chapters_of_three_tools_make_books() {
    let [alpha, beta, gamma] = &["Alpha", "Beta", "Gamma"].map(note);
    let toc = "root: intro\nchapters:\n- file: b/second\n  title: The second\n";
    let nav = "nav:\n- Start: index.md\n- More:\n  - Last: z.md\n  - a.md\n";
    let book = "book:\n  chapters:\n  - index.qmd\n  - part: Models\n    chapters: [trees.qmd]\n";
    let files: [(&str, &[(&str, &str)]); 3] = [
        (
            "ann/jupyter",
            &[("docs/_toc.yml", toc), ("docs/intro.md", alpha), ("docs/b/second.md", beta)],
        ),
        (
            "ann/mkdocs",
            &[
                ("mkdocs.yml", nav),
                ("docs/index.md", alpha),
                ("docs/a.md", beta),
                ("docs/z.md", gamma),
            ],
        ),
        (
            "ann/quarto",
            &[("book/_quarto.yml", book), ("book/index.qmd", alpha), ("book/trees.qmd", gamma)],
        ),
    ];
    let world = World::new(files.map(|(name, files)| repo(name, files)).to_vec());
    world.refresh(&[], 0);
    let app = app(&world);
    let cases: [(&str, &str, &[&str]); 3] = [
        ("ann/jupyter", "docs/b/second.md", &["Alpha", "The second"]),
        ("ann/mkdocs", "docs/z.md", &["Start", "Last", "Beta"]),
        ("ann/quarto", "book/trees.qmd", &["Alpha", "Gamma"]),
    ];
    for (source, path, expected) in cases {
        assert_eq!(titles(&document(&app, source, path)), expected, "{source} {path}");
    }
    let last = document(&app, "ann/mkdocs", "docs/a.md");
    assert!(last["next"].is_null() && last["previous"]["title"] == "Gamma", "{last}");
}

#[test]
fn notebooks_and_numbered_files_of_a_folder_are_chapters() {
    let notebooks = ["Plots", "Trees", "Nets"].map(notebook);
    let [alpha, beta, gamma] = &["Alpha", "Beta", "Gamma"].map(note);
    let files: [(&str, &str); 7] = [
        ("course/10_trees.ipynb", &notebooks[1]),
        ("course/2_plots.ipynb", &notebooks[0]),
        ("course/nets.ipynb", &notebooks[2]),
        ("guide/01-alpha.md", alpha),
        ("guide/02-beta.md", beta),
        ("guide/03-gamma.md", gamma),
        ("guide/other.md", "# Other\n\nIt is no chapter, because its name has no number.\n"),
    ];
    let world = World::new(vec![repo("ann/folders", &files)]);
    world.refresh(&[], 0);
    let app = app(&world);
    let cases: [(&str, &[&str]); 3] = [
        ("course/10_trees.ipynb", &["Plots", "Trees", "Nets"]),
        ("guide/02-beta.md", &["Alpha", "Beta", "Gamma"]),
        ("guide/other.md", &[]),
    ];
    for (path, expected) in cases {
        assert_eq!(titles(&document(&app, "ann/folders", path)), expected, "{path}");
    }
    let middle = document(&app, "ann/folders", "guide/02-beta.md");
    assert_eq!(middle["previous"]["title"], "Alpha");
    assert_eq!(middle["next"]["title"], "Gamma");
    let page = get(&app, &format!("/documents/{}", text(&middle["id"]))).2;
    assert!(page.contains("aria-current=\"page\"") && page.contains("Gamma →"), "{page}");
}
