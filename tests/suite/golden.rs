//! What each format is read as: files written for this, shaped like real ones, and what comes out.

use std::fmt::Write;
use std::path::Path;

use cairn::extract::{Extracted, extract};

/// Everything that extraction says of a file, as text that a person can check.
fn told(extracted: &Extracted) -> String {
    let mut told = String::new();
    for problem in &extracted.problems {
        writeln!(told, "problem: {}", problem.message).unwrap();
    }
    let Some(document) = &extracted.document else { return told + "no document\n" };
    writeln!(told, "title: {}", document.title.as_deref().unwrap_or("none")).unwrap();
    writeln!(told, "kind: {}", document.kind.as_str()).unwrap();
    for (name, value) in [("date", &document.date), ("licence", &document.licence)] {
        value.iter().for_each(|value| writeln!(told, "{name}: {value}").unwrap());
    }
    if !document.tags.is_empty() {
        writeln!(told, "tags: {}", document.tags.join(", ")).unwrap();
    }
    for section in &document.sections {
        let anchor = section.anchor.as_ref().map(|anchor| format!(" #{anchor}"));
        let trail = section.headings.join(" / ");
        writeln!(told, "\n== {:?} {trail}{}", section.address, anchor.unwrap_or_default()).unwrap();
        if !section.tags.is_empty() {
            writeln!(told, "tags: {}", section.tags.join(", ")).unwrap();
        }
        writeln!(told, "{}", section.text).unwrap();
        for line in section.code.lines() {
            writeln!(told, "    {line}").unwrap();
        }
        for link in &section.links {
            writeln!(told, "-> {} [{}] {}", link.url, link.text, link.sentence).unwrap();
        }
    }
    told
}

#[test]
fn every_fixture_is_read_as_it_was_when_somebody_looked() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/extract");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 48, "fixtures are missing: {}", names.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots/extract");
    settings.set_omit_expression(true);
    settings.bind(|| {
        for name in names {
            let format = name.rsplit('.').next().unwrap().to_lowercase();
            let bytes = std::fs::read(folder.join(&name)).unwrap();
            insta::assert_snapshot!(name.as_str(), told(&extract(&format, &bytes)));
        }
    });
}
