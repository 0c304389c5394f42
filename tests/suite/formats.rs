//! Formats, roles, languages and rights, from a repository to search results.

use std::io::Write;
use std::path::Path;

use serde_json::Value;

use crate::decks::{collection, package};
use crate::github::Repo;
use crate::world::{World, part, repo, repo_of_bytes, text};

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/extract");
    std::fs::read(folder.join(name)).unwrap()
}

/// A repository with binary files.
fn with_bytes(name: &str, files: Vec<(&str, Vec<u8>)>) -> Repo {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (*path, &bytes[..])).collect();
    repo_of_bytes(name, &files)
}

fn mit() -> (&'static str, Vec<u8>) {
    ("LICENSE", include_bytes!("../../LICENSE-MIT").to_vec())
}

fn deck() -> Vec<u8> {
    collection(&[
        (
            &[
                "What is <b>position bias</b>?",
                "Users click what stands <i>higher</i> more often.<br>Log the position.",
            ],
            " AlexXu ranking ",
        ),
        (
            &[
                "Why calibrate?",
                "<pre>bid = price * p</pre>The probability is multiplied by a price.",
            ],
            "",
        ),
    ])
}

fn hit(world: &World, query: &str) -> Value {
    let json = world.run(&["search", query, "--json"]).json();
    json["hits"].get(0).cloned().unwrap_or_else(|| panic!("nothing for {query}"))
}

#[test]
fn decks_are_read_card_by_card_with_their_tags() {
    let newest = zstd::encode_all(&deck()[..], 3).unwrap();
    let world = World::new(vec![with_bytes(
        "ann/decks",
        vec![
            ("old.apkg", package("collection.anki2", &deck())),
            (
                "bare.anki2",
                collection(&[(&["How to shard?", "By the hash of the user's id, mostly."], "x")]),
            ),
            ("new.apkg", package("collection.anki21b", &newest)),
            ("broken.apkg", package("media", b"{}")),
            ("no.anki2", b"SQLite format 3\0 and no more".to_vec()),
            mit(),
        ],
    )]);
    let run = world.refresh(&[], 0);
    assert_eq!(part(&run, "ann/decks")["documents"], 3);
    assert_eq!(part(&run, "ann/decks")["problems"], 2);
    let found = hit(&world, "\"users click what stands\"");
    assert_eq!((&found["card"], text(&found["kind"])), (&Value::from(1), "deck"));
    assert_eq!(found["headings"], serde_json::json!(["What is position bias?"]));
    assert_eq!(found["tags"], serde_json::json!(["AlexXu", "ranking"]));
    assert_eq!(text(&found["title"]), "ML design");
    assert_eq!(hit(&world, "AlexXu")["id"], found["id"], "decks are found by their tags");
    let shown = world.run(&["section", "ann/decks", "old.apkg", "--card", "2"]).stdout;
    assert!(shown.contains("bid = price * p") && shown.contains(", card 2"), "{shown}");
}

#[test]
fn pdf_is_read_page_by_page_under_open_licences_only() {
    let pdf = || vec![("sheet.pdf", fixture("plain.pdf")), ("scan.pdf", fixture("scanned.pdf"))];
    let open = with_bytes("ann/open", pdf().into_iter().chain([mit()]).collect());
    let world = World::new(vec![open, with_bytes("bob/closed", pdf())]);
    let run = world.refresh(&[], 0);
    assert_eq!(part(&run, "ann/open")["documents"], 1);
    assert_eq!(part(&run, "bob/closed")["documents"], 0);
    let found = hit(&world, "\"second stage sees only the difficult inputs\"");
    assert_eq!((&found["page"], text(&found["source"])), (&Value::from(2), "ann/open"));
    assert!(text(&found["url"]).ends_with("sheet.pdf#page=2"), "{}", found["url"]);
    let problems = |id: &str| world.source(id)["problems"].to_string();
    assert!(problems("ann/open").contains("without text"), "{}", problems("ann/open"));
    assert!(problems("bob/closed").contains("open licences only"), "{}", problems("bob/closed"));
}

/// A PDF with one page, whose compressed content stream is `megabytes` megabytes of spaces.
fn swelling_pdf(megabytes: usize) -> Vec<u8> {
    let mut deflated = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let spaces = vec![b' '; 1_000_000];
    (0..megabytes).for_each(|_| deflated.write_all(&spaces).unwrap());
    let program = deflated.finish().unwrap();
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    let mut object = |pdf: &mut Vec<u8>, body: &[u8]| {
        places.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n", places.len()).bytes().chain(body.iter().copied()));
        pdf.extend(b"\nendobj\n");
    };
    object(&mut pdf, b"<< /Type /Catalog /Pages 2 0 R >>");
    object(&mut pdf, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    object(&mut pdf, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>");
    let head = format!("<< /Filter /FlateDecode /Length {} >>\nstream\n", program.len());
    object(&mut pdf, &[head.as_bytes(), &program, b"\nendstream"].concat());
    let table = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    places.iter().for_each(|at| pdf.extend(format!("{at:010} 00000 n \n").bytes()));
    let root = format!(
        "trailer\n<< /Root 1 0 R /Size {} >>\nstartxref\n{table}\n%%EOF\n",
        places.len() + 1
    );
    pdf.extend(root.bytes());
    pdf
}

#[test]
fn a_pdf_that_expands_ends_only_its_reader_process() {
    let files = vec![
        ("bomb.pdf", swelling_pdf(300)),
        ("good.pdf", fixture("plain.pdf")),
        ("note.md", b"# N\n\nA feature store keeps features.\n".to_vec()),
        mit(),
    ];
    let world = World::new(vec![with_bytes("eve/x", files)]);
    let run = world.refresh(&[], 0);
    assert_eq!(part(&run, "eve/x")["documents"], 2);
    let problems = world.source("eve/x")["problems"].to_string();
    assert!(problems.contains("bomb.pdf") && problems.contains("memory"), "{problems}");
    assert!(!problems.contains("plain text"), "a PDF is never read as text: {problems}");
}

#[test]
fn a_copy_of_a_book_is_known_by_its_first_page() {
    let mut page = fixture("plain.pdf");
    let from = b"(Cascades of Models)";
    let to = b"(Reliable  ML)      ";
    while let Some(at) = page.windows(from.len()).position(|window| window == from) {
        page[at..at + from.len()].copy_from_slice(to);
    }
    let world = World::new(vec![with_bytes("ann/open", vec![("x1.pdf", page), mit()])]);
    let policy = std::fs::read_to_string(world.path("sources/policy.toml")).unwrap();
    let listed = policy.replace("\"ai engineering\"", "\"ai engineering\", \"reliable ml\"");
    assert_ne!(policy, listed);
    world.write("sources/policy.toml", &listed);
    let run = world.refresh(&[], 0);
    assert_eq!(part(&run, "ann/open")["documents"], 0);
    let problems = world.source("ann/open")["problems"].to_string();
    assert!(problems.contains("by its first page"), "{problems}");
}

#[test]
fn text_in_any_encoding_and_script_is_found() {
    let names = ["chinese.md", "gbk.md", "shift-jis.txt", "euc-kr.md", "latin1.md", "utf16le.md"];
    let files = names.iter().map(|name| (*name, fixture(name))).collect();
    let world = World::new(vec![with_bytes("ann/any", files)]);
    world.refresh(&[], 0);
    for (query, path, language) in [
        ("推荐系统", "chinese.md", "zh"),
        ("特征穿越", "chinese.md", "zh"),
        ("精排", "chinese.md", "zh"),
        ("特徴量ストア", "shift-jis.txt", "ja"),
        ("추천", "euc-kr.md", "ko"),
        ("fraude", "latin1.md", "fr"),
    ] {
        let found = hit(&world, query);
        assert_eq!((text(&found["path"]), text(&found["lang"])), (path, language), "{query}");
        let marks = found["snippet"]["highlights"].as_array().unwrap();
        let is_heading = found["headings"].to_string().contains(query);
        assert!(!marks.is_empty() || is_heading, "{query} is marked");
    }
    assert!(world.hits("\"荐推\"").is_empty());
}

#[test]
fn what_answers_nothing_ranks_last_and_off_topic_text_by_its_own_words_only() {
    let soup = "# Onion soup\n\nSlice four onions and brown them slowly in butter until they are sweet. Stir them often, and add a pinch of salt, a spoon of sugar and a glass of white wine as soon as they are golden.\n\n## Stock\n\nPour in the hot stock, add thyme, and simmer for forty minutes or until it is done.\n";
    let readme = "# Guide\n\nA feature store keeps features for training and serving.\n\n## Contents\n\n- [Feature store](a.md)\n- [Feature store at work](b.md)\n- [A feature store of your own](c.md)\n\n## Acknowledgements\n\nThanks to everybody who wrote about their own feature store in the issues.\n\nPlease star this repo!\n";
    let world = World::new(vec![repo("ann/mixed", &[("README.md", readme), ("soup.md", soup)])]);
    world.refresh(&[], 0);
    let json = world.run(&["search", "feature store source:ann", "--json"]).json();
    let headings: Vec<&str> = json["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| text(hit["headings"].as_array().unwrap().last().unwrap()))
        .collect();
    assert_eq!(headings[0], "Guide");
    assert_eq!(headings.len(), 3, "{headings:?}");
    assert!(world.hits("\"please star\"").is_empty(), "an advert is no text");
    assert_eq!(world.hits("onions butter")[0], "ann/mixed soup.md", "its own words find it");
    let topic = world.run(&["topic", "feature store", "--json"]).json();
    assert_eq!(
        topic["topic"]["mentions"], 2,
        "navigation and boilerplate are no mentions: {topic}"
    );
    assert_eq!(world.source("ann/mixed")["sections"], 5);
}

#[test]
fn a_files_own_licence_decides_how_much_of_it_is_shown() {
    let long = "Every word of this long passage about the feature store counts here. ".repeat(12);
    let header = "<!-- SPDX-License-Identifier: CC-BY-NC-ND-4.0 -->";
    let world = World::new(vec![repo(
        "ann/mit",
        &[
            ("LICENSE", include_str!("../../LICENSE-MIT")),
            ("open.md", &format!("# Open\n\n{long}\n")),
            ("closed.md", &format!("---\nlicense: CC-BY-ND-4.0\n---\n# Closed\n\nOther. {long}\n")),
            ("header.md", &format!("{header}\n# Header\n\nA third. {long}\n")),
        ],
    )]);
    world.refresh(&[], 0);
    let shown = |path: &str| {
        let json = world.run(&["section", "ann/mit", path, "--json"]).json();
        let section = json["section"].clone();
        let length = text(&section["text"]).chars().count();
        (text(&section["licence"]).to_owned(), text(&section["shown"]).to_owned(), length <= 300)
    };
    assert_eq!(shown("open.md"), ("MIT".into(), "full".into(), false));
    assert_eq!(shown("closed.md"), ("CC-BY-ND-4.0".into(), "excerpt".into(), true));
    assert_eq!(shown("header.md"), ("CC-BY-NC-ND-4.0".into(), "excerpt".into(), true));
}

#[test]
fn a_table_of_chapters_gives_titles_and_order() {
    let world = World::new(vec![repo(
        "ann/book",
        &[
            ("SUMMARY.md", "# Summary\n\n- [First things](b.md)\n- [Then serving](a.md)\n"),
            ("a.md", "Serving words of the second chapter of it.\n"),
            ("b.md", "Opening words of the first chapter of it.\n"),
            ("c.md", "Words that are in no chapter of it at all.\n"),
        ],
    )]);
    world.refresh(&[], 0);
    let section =
        |path: &str| world.run(&["section", "ann/book", path, "--json"]).json()["section"].clone();
    let (first, second) = (section("b.md"), section("a.md"));
    assert_eq!((text(&first["title"]), text(&first["kind"])), ("First things", "book"));
    assert_eq!((text(&second["title"]), &first["next"]), ("Then serving", &second["id"]));
    assert_eq!(second["previous"], first["id"]);
    assert_eq!(section("c.md")["next"], Value::Null);
}
