//! Extraction by format: fixtures that resemble real files, and snapshots of the extracted text.

use std::fmt::Write;
use std::path::Path;

use cairn::extract::{Extracted, extract};

use crate::decks::{collection, package};

/// The whole result of an extraction, as text that a person can check.
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
        section.posted.iter().for_each(|posted| writeln!(told, "{posted}").unwrap());
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
    assert!(names.len() >= 51, "fixtures are missing: {}", names.len());
    settings().bind(|| {
        for name in names {
            let format = name.rsplit('.').next().unwrap().to_lowercase();
            let bytes = std::fs::read(folder.join(&name)).unwrap();
            insta::assert_snapshot!(name.as_str(), told(&extract(&format, &bytes)));
        }
    });
}

/// Decks like those that people share: questions with answers, cards with code and lists, clozes.
fn decks() -> [Vec<u8>; 3] {
    let basic = collection(&[
        (
            &["What does NDCG discount?", "Gain by <b>position</b>: 1 / log<sub>2</sub>(i + 1)."],
            " metrics AlexXu ",
        ),
        (
            &[
                "Why log the position?",
                "<ul><li>It is a feature in training</li><li>It is fixed at serving</li></ul>See <a href=\"https://example.org/bias?utm_source=x\">the note</a>.",
            ],
            "ranking",
        ),
        (&["", "A card without a question.<br>It keeps its number."], ""),
    ]);
    let code = collection(&[
        (
            &[
                "How is a reservoir sampled?",
                "<h3>Idea</h3><p>Keep item i with probability k / i.</p><pre><code>for i, x in enumerate(stream):\n    keep(i, x)</code></pre>",
                "<img src=\"a.png\">",
            ],
            "sampling python",
        ),
        (
            &[
                "<script>alert(1)</script>What is a tombstone?",
                "A mark for a deleted key in a log-structured store.",
            ],
            "stores",
        ),
    ]);
    let cloze = collection(&[
        (
            &[
                "A {{c1::feature store}} keeps training and serving {{c2::consistent}}.",
                "Extra: the online part answers in milliseconds.",
            ],
            "cloze",
        ),
        (&["推荐系统的第一阶段是什么？", "召回：从全部物品中取出几百个候选。"], "zh"),
    ]);
    [basic, code, cloze]
}

#[test]
fn every_deck_is_read_as_it_was_when_somebody_looked() {
    let [basic, code, cloze] = decks();
    let newest = zstd::encode_all(&code[..], 3).unwrap();
    settings().bind(|| {
        for (name, format, bytes) in [
            ("basic.apkg", "apkg", package("collection.anki2", &basic)),
            ("code.apkg", "apkg", package("collection.anki21b", &newest)),
            ("cloze.anki2", "anki2", cloze),
        ] {
            insta::assert_snapshot!(name, told(&extract(format, &bytes)));
        }
    });
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots/extract");
    settings.set_omit_expression(true);
    settings
}
