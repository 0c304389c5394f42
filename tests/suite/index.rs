//! Readers and generations: a running reader keeps the generation that it opened, and broken or foreign indexes are
//! reported with advice.

use std::fs;

use cairn::config::{self, ConfigOverrides};
use cairn::generation::format::FORMAT;
use cairn::library::{Library, Shelf};
use cairn::search::{Budget, LastWord, SearchRequest, Understanding};

use crate::world::{World, repo};

fn config(world: &World) -> config::Config {
    config::load(&ConfigOverrides {
        config: None,
        index: Some(world.path("index")),
        sources: Some(world.path("sources")),
    })
    .unwrap()
}

fn total(library: &Library, text: &str) -> usize {
    let request = SearchRequest {
        text,
        filters: &[],
        limit: 10,
        offset: 0,
        understanding: Understanding::LITERAL,
        last_word: LastWord::Whole,
    };
    library.search(&request, &Budget::unlimited()).unwrap().total
}

#[test]
fn a_reader_keeps_its_generation_while_others_are_made_and_removed() {
    let world = World::new(vec![repo("ann/a", &[("a.md", "# A\n\nZero apples.\n")])]);
    world.refresh(&[], 0);
    let shelf = Shelf::new(config(&world));
    let first = shelf.library().unwrap();
    for count in ["one", "two", "three"] {
        world.github.put(repo("ann/a", &[("a.md", &format!("# A\n\n{count} apples.\n"))]));
        world.refresh(&[], 0);
    }
    assert_eq!((total(&first, "zero"), total(&first, "three")), (1, 0), "as it was opened");
    shelf.renew();
    let newest = shelf.library().unwrap();
    assert_eq!(newest.manifest.generation, 4);
    assert_eq!((total(&newest, "zero"), total(&newest, "three")), (0, 1));
    let kept = fs::read_dir(world.path("index/generations")).unwrap().count();
    assert_eq!(kept, 2);
}

#[test]
fn a_broken_or_newer_generation_is_reported_with_a_remedy() {
    let world = World::new(Vec::new());
    world.refresh(&[], 0);
    let manifest = world.path("index/generations/0001/manifest.json");
    let newer = fs::read_to_string(&manifest)
        .unwrap()
        .replace(&format!("\"format\": {FORMAT}"), "\"format\": 99");
    fs::write(&manifest, newer).unwrap();
    let out = world.run(&["search", "x"]);
    assert_eq!(out.code, 1);
    assert!(out.stderr.contains("format 99") && out.stderr.contains("--offline"), "{}", out.stderr);

    fs::write(&manifest, "{").unwrap();
    let out = world.run(&["search", "x"]);
    assert!(out.stderr.contains("cairn refresh --offline"), "{}", out.stderr);
    world.refresh(&["--offline"], 0);
    assert_eq!(world.hits("\"feature store\""), ["notes own.md"]);
}

#[test]
fn a_library_from_a_newer_program_is_refused_and_untouched() {
    let world = World::new(Vec::new());
    world.refresh(&[], 0);
    let path = world.path("index/library.db");
    let store = rusqlite::Connection::open(&path).unwrap();
    store.pragma_update(None, "user_version", 77).unwrap();
    drop(store);
    let out = world.run(&["refresh"]);
    assert_eq!(out.code, 1);
    assert!(out.stderr.contains("newer version of Cairn"), "{}", out.stderr);
    assert_eq!(world.hits("\"feature store\""), ["notes own.md"], "readers do not need it");
}

#[test]
fn section_ids_stay_when_text_round_them_changes() {
    let text = "# A\n\n## One\n\nFirst words of all.\n\n## Two\n\nSecond words of all.\n";
    let world = World::new(vec![repo("ann/a", &[("a.md", text)])]);
    world.refresh(&[], 0);
    let id = |world: &World| {
        world.run(&["section", "ann/a", "a.md", "--line", "9", "--json"]).json()["section"]["id"]
            .clone()
    };
    let before = id(&world);
    let longer = text.replace("First words of all.", "First words of all.\n\nAnd more.");
    world.github.put(repo("ann/a", &[("a.md", &longer)]));
    world.refresh(&[], 0);
    assert_eq!(before, id(&world));
}

#[test]
fn a_server_rebuilds_an_index_of_an_older_version() {
    let world = World::new(vec![repo("ann/notes", &[("a.md", "# A\n\nA note on calibration.\n")])]);
    world.refresh(&[], 0);
    let manifest = world.path("index/generations/0001/manifest.json");
    let ours = fs::read_to_string(&manifest).unwrap();
    let older = ours.replace(&format!("\"format\": {FORMAT}"), "\"format\": 1");
    assert_ne!(older, ours);
    fs::write(&manifest, older).unwrap();
    let server = crate::serve::Server::start(&world, &["--no-refresh"]);
    assert!(server.get("/api/v1/search?q=calibration").contains("ann/notes"));
}
