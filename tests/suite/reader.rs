//! Whole documents on pages and in the API: what is shown, where sections are, and what rights and settings allow.

use std::fs;
use std::path::Path;

use axum::Router;
use cairn::config::{Config, Images};
use regex::{Captures, Regex};
use serde_json::Value;

use crate::face::LICENCE;
use crate::serve::{app, app_with, get, json, page, settings};
use crate::world::{World, repo, repo_of_bytes, text};

const NOTE: &str = "# Ranking\n\nHow to rank results, in one note with several parts.\n\n## Position bias\n\n\
    Position bias makes clicks a poor label. With $\\frac{1}{p}$ as weight, the loss is unbiased.\n\n\
    ![A plot](plot.png)\n\n## Feature stores\n\nA feature store avoids training-serving skew in every model that is served.\n";

fn world_of(files: &[(&str, &str)]) -> World {
    let world = World::new(vec![repo("ann/notes", files)]);
    world.refresh(&[], 0);
    world
}

/// The first hit of `query`.
#[track_caller]
fn hit(app: &Router, query: &str) -> Value {
    json(app, &format!("/api/v1/search?q={}", query.replace(' ', "+")), 200)["hits"][0].clone()
}

#[test]
fn a_section_leads_to_its_place_in_the_whole_document() {
    let world = world_of(&[("docs/rank.md", NOTE), ("LICENSE", LICENCE)]);
    let app = app(&world);
    let hit = hit(&app, "feature store skew");
    let id = text(&hit["id"]);
    let (status, headers, _) = get(&app, &format!("/sections/{id}?q=skew"));
    assert_eq!(status, 302);
    let location = headers["location"].to_str().unwrap();
    let document = text(&hit["document"]);
    assert_eq!(location, format!("/documents/{document}?q=skew&at={id}#s-{id}"));
    let page = page(&app, location);
    for part in [
        "<h1>Ranking</h1>",
        "How to rank results",
        "Position bias makes clicks",
        "training-serving <mark>skew</mark>",
        &format!("<div class=\"part\" id=\"s-{id}\">"),
        "<a href=\"#h-feature-stores\">Feature stores</a>",
        "<math>",
        "licence: MIT",
        "#L",
        "class=\"chip main\" href=\"/topics/feature-store\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("\\frac"), "{page}");
    let plain = format!("/documents/{document}");
    assert_eq!(get(&app, &plain).2, get(&app, &plain).2, "the cached text is the same");
}

#[test]
fn the_api_returns_the_whole_document() {
    let world = world_of(&[("docs/rank.md", NOTE), ("LICENSE", LICENCE)]);
    let app = app(&world);
    let hit = hit(&app, "position bias clicks");
    let document = json(&app, &format!("/api/v1/documents/{}", text(&hit["document"])), 200);
    let document = &document["document"];
    assert_eq!(document["markdown"], NOTE);
    assert_eq!(document["path"], "docs/rank.md");
    let sections = document["sections"].as_array().unwrap();
    let lines: Vec<&Value> = sections.iter().map(|section| &section["line"]).collect();
    assert_eq!(lines, [1, 11], "{sections:?}");
    assert!(sections.iter().all(|section| section["text"].is_null()));
    for (path, status) in [
        ("/api/v1/documents/zz", 404),
        ("/documents/0123456789abcdef", 404),
        ("/documents/zz", 404),
    ] {
        assert_eq!(get(&app, path).0, status, "{path}");
    }
}

#[test]
fn without_a_licence_a_document_shows_excerpts_and_its_text_is_not_in_the_generation() {
    let long = format!("{NOTE}\n{}", "Clicks mislead quokkas. ".repeat(200));
    let world = world_of(&[("docs/rank.md", &long)]);
    let app = app(&world);
    let document = text(&hit(&app, "position bias")["document"]).to_owned();
    let page = page(&app, &format!("/documents/{document}"));
    assert!(page.contains("the licence does not allow more") && page.contains("Feature stores"));
    assert!(page.matches("quokkas").count() < 100, "{page}");
    let object = json(&app, &format!("/api/v1/documents/{document}"), 200)["document"].clone();
    assert!(object["markdown"].is_null(), "{object}");
    for section in object["sections"].as_array().unwrap() {
        assert!(text(&section["text"]).chars().count() <= 300);
        assert!(section["code"].is_null());
    }
    let texts = fs::read_dir(world.path("index/generations/0001/texts")).unwrap();
    let bytes: u64 = texts.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    let own = app_of_notes(&world);
    assert!(bytes < 60_000 && own, "only the texts of Cairn's own notes: {bytes}");
}

/// Whether the world has Cairn's own notes, which have a licence.
fn app_of_notes(world: &World) -> bool {
    world.run(&["sources"]).stdout.contains("notes")
}

#[test]
fn a_text_that_left_its_source_is_gone_with_the_next_refresh() {
    let world = world_of(&[("docs/rank.md", NOTE), ("LICENSE", LICENCE)]);
    let document = text(&hit(&app(&world), "position bias")["document"]).to_owned();
    let files = [("docs/rank.md", NOTE), ("LICENSE", LICENCE), (".cairnignore", "docs/")];
    world.github.put(repo("ann/notes", &files));
    world.refresh(&[], 0);
    assert_eq!(get(&app(&world), &format!("/documents/{document}")).0, 404);
}

#[test]
fn pictures_are_loaded_only_if_the_reader_asks_and_the_operator_allows_it() {
    let world = world_of(&[("docs/rank.md", NOTE), ("LICENSE", LICENCE)]);
    let app_with = |images: Images| app_with(Config { images, ..settings(&world) });
    let app = app_with(Images::Ask);
    let path = format!("/documents/{}", text(&hit(&app, "position bias")["document"]));
    let policy = |app: &Router, path: &str| {
        let (_, headers, page) = get(app, path);
        (headers["content-security-policy"].to_str().unwrap().to_owned(), page)
    };
    let (csp, page) = policy(&app, &path);
    assert!(csp.contains("img-src 'self';") && !page.contains("<img"), "{csp}");
    assert!(page.contains("images=1") && page.contains("Picture</a>: A plot"), "{page}");
    let (csp, page) = policy(&app, &format!("{path}?images=1"));
    assert!(csp.contains("img-src 'self' https:;") && csp.contains("default-src 'none'"), "{csp}");
    assert!(page.contains("docs/plot.png\" alt=\"A plot\""), "{page}");
    assert!(page.contains("/raw/"), "the picture itself, not GitHub's page about it: {page}");
    let (csp, page) = policy(&app_with(Images::Never), &format!("{path}?images=1"));
    assert!(csp.contains("img-src 'self';"), "{csp}");
    assert!(!page.contains("<img") && !page.contains("images=1"), "{page}");
}

#[test]
fn a_long_document_has_pages_and_a_section_leads_to_its_own() {
    let section =
        |at: usize| format!("## Part {at}\n\n{} word{at}.\n\n", "Calm words here. ".repeat(600));
    let long = format!("# Long\n\n{}", (0..90).map(section).collect::<String>());
    let world = world_of(&[("long.md", &long), ("LICENSE", LICENCE)]);
    let app = app(&world);
    let hit = hit(&app, "word88");
    let last = page(&app, &format!("/sections/{}", text(&hit["id"])));
    assert!(last.contains(&format!("id=\"s-{}\"", text(&hit["id"]))));
    assert!(last.contains("Page 2 of 2") && !last.contains("word3."), "{}", last.len());
    let first = page(&app, &format!("/documents/{}", text(&hit["document"])));
    assert!(
        first.contains("Page 1 of 2") && first.contains("word3.") && !first.contains("word88.")
    );
    assert!(first.contains("?page=2#s-"), "the outline leads there");
}

#[test]
fn a_damaged_text_costs_only_the_layout_and_is_found_by_doctor() {
    let world = world_of(&[("docs/rank.md", NOTE), ("LICENSE", LICENCE)]);
    let folder = world.path("index/generations/0001/texts");
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, vec![0xff; bytes.len()]).unwrap();
    }
    let app = app(&world);
    let hit = hit(&app, "position bias");
    let page = page(&app, &format!("/documents/{}", text(&hit["document"])));
    assert!(page.contains("Position bias makes clicks a poor label"), "{page}");
    let doctor = world.run(&["doctor", "--offline", "--deep"]);
    assert!(doctor.code == 1 && doctor.stdout.contains("texts"), "{}", doctor.stdout);
    world.refresh(&["--offline"], 0);
    assert_eq!(world.run(&["doctor", "--offline", "--deep"]).code, 0);
}

/// Fixtures with the constructs that a reader must be able to read.
const FIXTURES: [&str; 19] = [
    "article.html",
    "bookdown.rmd",
    "callouts.qmd",
    "cards.mdx",
    "cards.apkg",
    "chapter.qmd",
    "classifier.ipynb",
    "d2l.md",
    "gfm.md",
    "guide.mdx",
    "guide.rst",
    "html-heavy.md",
    "links.md",
    "mermaid.md",
    "myst.md",
    "obsidian.md",
    "plain.pdf",
    "tables.rst",
    "transcript.txt",
];

#[test]
fn every_construct_is_rendered_as_it_was_when_somebody_looked() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/extract");
    let read = |name: &str| (format!("docs/{name}"), fs::read(folder.join(name)).unwrap());
    let mut files: Vec<(String, Vec<u8>)> = FIXTURES.iter().map(|name| read(name)).collect();
    files.push(("LICENSE".to_owned(), LICENCE.as_bytes().to_vec()));
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let world = World::new(vec![repo_of_bytes("ann/all", &files)]);
    world.refresh(&[], 0);
    let app = app(&world);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/pages");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let varying = [(r"[0-9a-f]{40}", "[sha]"), (r"s-[0-9a-f]{16}", "s-[id]")];
    let code = Regex::new(r#"(?s)<pre tabindex="0"><code>(.*?)</code>"#).unwrap();
    let tag = Regex::new(r"<[^>]+>").unwrap();
    let varying = varying.map(|(pattern, name)| (Regex::new(pattern).unwrap(), name));
    settings.bind(|| {
        for name in FIXTURES {
            let id = cairn::library::DocumentId::of("ann/all", &format!("docs/{name}"));
            let page = page(&app, &format!("/documents/{id}"));
            let prose =
                page.split("<div class=\"prose\"").nth(1).unwrap_or_else(|| panic!("{name}"));
            let end = prose.find("<nav class=\"pager\"").unwrap();
            let prose = prose[prose.find('>').unwrap() + 1..end].to_owned();
            // How much code is highlighted depends on time.
            let prose = code.replace_all(&prose, |found: &Captures| {
                format!("<pre tabindex=\"0\"><code>{}</code>", tag.replace_all(&found[1], ""))
            });
            let prose = varying.iter().fold(prose.into_owned(), |prose, (pattern, name)| {
                pattern.replace_all(&prose, *name).into_owned()
            });
            insta::assert_snapshot!(name, prose);
        }
    });
}
