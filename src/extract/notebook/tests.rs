//! Tests of the notebook reader.

use super::*;
use crate::extract::Address;

#[test]
fn markdown_code_and_short_outputs_are_read() {
    let json = r###"{"nbformat": 4, "cells": [
        {"cell_type": "markdown", "source": ["# Title\n", "Some *text* of it."]},
        {"cell_type": "code", "source": "x = 1", "outputs": [
            {"output_type": "display_data", "data": {"image/png": "iVBOR", "text/plain": "<Figure>"}},
            {"output_type": "stream", "text": ["auc 0.9\n", "f1 0.8\n"]},
            {"output_type": "stream", "text": "1\n2\n3\n4\n5\n6\n7\n8\n9\n"},
            {"output_type": "error", "text": "Traceback"}]},
        {"cell_type": "markdown", "source": "## Next\nmore of the same text"},
        {"cell_type": "raw", "source": null}
    ]}"###;
    let document = read(json, &mut Vec::new()).unwrap();
    assert_eq!(document.title.as_deref(), Some("Title"));
    assert_eq!(document.kind, DocumentKind::Notebook);
    let [first, second] = &document.sections[..] else { panic!("{document:#?}") };
    assert_eq!(
        (first.text.as_str(), first.code.as_str()),
        ("Some text of it.", "x = 1\nOutput:\nauc 0.9\nf1 0.8")
    );
    assert_eq!(first.address, Address::Cell(1));
    assert_eq!(second.headings, ["Title", "Next"]);
    assert_eq!(second.address, Address::Cell(3));
}

/// The notebook of `cells`, pairs of a type and a source.
fn notebook(cells: &[(&str, String)]) -> Document {
    let cells: Vec<serde_json::Value> = cells
        .iter()
        .map(|(kind, source)| serde_json::json!({"cell_type": kind, "source": source}))
        .collect();
    let json = serde_json::json!({"nbformat": 4, "cells": cells}).to_string();
    read(&json, &mut Vec::new()).unwrap()
}

#[test]
fn a_notebook_of_nothing_but_code_becomes_a_few_sections_cut_at_definitions() {
    let function = |name: usize| format!("def part_{name}(x):\n{}\n", "    x += 1\n".repeat(18));
    let cells: Vec<(&str, String)> = (0..12).map(|at| ("code", function(at))).collect();
    let sections = notebook(&cells).sections;
    assert!((3..=6).contains(&sections.len()), "{}", sections.len());
    assert!(sections.iter().all(|section| section.code.starts_with("def part_")));
    let long: String = (0..12).map(|at| function(at) + "\n").collect();
    let sections = notebook(&[("code", long)]).sections;
    assert!((2..=4).contains(&sections.len()), "{}", sections.len());
    assert!(sections.iter().all(|section| section.code.starts_with("def part_")));
}

#[test]
fn a_code_cell_stays_with_the_cell_that_introduces_it() {
    let code = |name: &str| format!("{name} = [\n{}]\n", "    1,\n".repeat(60));
    let sections = notebook(&[
        ("markdown", "# Data\n\nFirst we load what the shop sold.".to_owned()),
        ("code", code("sold")),
        ("markdown", "Then we load what it bought.".to_owned()),
        ("code", code("bought")),
    ])
    .sections;
    let [first, second] = &sections[..] else { panic!("{sections:#?}") };
    assert!(first.code.starts_with("sold") && !first.text.contains("bought"), "{first:?}");
    assert_eq!(second.text, "Then we load what it bought.");
    assert!(second.code.starts_with("bought"));
}

#[test]
fn marks_of_myst_in_a_cell_are_removed() {
    let text =
        "# Data\n\n```{figure} a.png\n:width: 80%\n\nThe flow of data through the shop.\n```";
    let sections = notebook(&[("markdown", text.to_owned())]).sections;
    assert_eq!(sections[0].text, "The flow of data through the shop.");
    assert_eq!(sections[0].code, "");
}

#[test]
fn outputs_stand_below_a_line_of_their_own_without_messages_and_hidden_cells() {
    let json = r##"{"nbformat": 4, "cells": [
        {"cell_type": "markdown", "source": "# Vans\nWe count the vans of each depot."},
        {"cell_type": "code", "source": "count()", "outputs": [
            {"output_type": "stream", "name": "stderr", "text": "it is slow"},
            {"output_type": "stream", "name": "stdout", "text": "  north 3\n"},
            {"output_type": "stream", "name": "stdout", "text": "  south 4\n"}]},
        {"cell_type": "code", "source": "secret()", "metadata": {"tags": ["remove-cell"]}},
        {"cell_type": "code", "source": "head()", "metadata": null, "outputs": [
            {"output_type": "execute_result", "data": {
                "text/plain": "   van\n0    1\n1    2", "text/html": "<table class=\"dataframe\">"}}]},
        {"cell_type": "markdown", "source": "The table shows two of them."}
    ]}"##;
    let sections = read(json, &mut Vec::new()).unwrap().sections;
    assert_eq!(
        sections[0].code,
        "count()\nOutput:\n  north 3\n  south 4\n\nhead()\nOutput:\n   van\n0    1\n1    2"
    );
}

#[test]
fn cells_that_only_install_and_import_are_no_section() {
    let sections = notebook(&[
        ("markdown", "# Vans\n\n## Installation\n\nWe install the packages.".to_owned()),
        ("code", "!pip install vans".to_owned()),
        ("code", "import vans".to_owned()),
        ("markdown", "## Count".to_owned()),
        ("code", "import depots\ndepots.count()".to_owned()),
    ])
    .sections;
    let [count] = &sections[..] else { panic!("{sections:#?}") };
    assert_eq!(count.headings, ["Vans", "Count"]);
}
