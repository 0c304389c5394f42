//! A server over a damaged index, and over an index of the previous format.

use std::fs;

use cairn::generation::copies;
use cairn::generation::format::FORMAT;
use cairn::graph::Graph;

use crate::content::content;
use crate::damage::world_of_two_generations;
use crate::serve::Server;
use crate::world::{World, wait_until};

#[test]
fn a_damaged_block_that_a_search_reads_is_reported_with_advice_that_works() {
    let world = world_of_two_generations();
    let before = content(&world.path("index"));
    let server = Server::start(&world, &["--no-refresh"]);
    for entry in fs::read_dir(world.path("index/generations/0002/search")).unwrap() {
        let path = entry.unwrap().path();
        if path.to_str().unwrap().ends_with(".store") {
            let mut bytes = fs::read(&path).unwrap();
            // The first block, behind its length: opening reads only the end of the file.
            bytes[4..20].fill(0xff);
            fs::write(&path, bytes).unwrap();
        }
    }
    let told = world.run(&["search", "position bias"]);
    assert_eq!(told.code, 1, "{}", told.stdout);
    let index = format!("the index {} can't be read", world.path("index").display());
    for says in [index.as_str(), "`cairn doctor --deep`", "`cairn refresh --offline`"] {
        assert!(told.stderr.contains(says), "{says}: {}", told.stderr);
    }
    let answer = server.get("/api/v1/search?q=position+bias");
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(answer.contains("cairn doctor --deep") && answer.contains("--offline"), "{answer}");
    assert_eq!(world.run(&["doctor", "--offline", "--deep"]).code, 1);
    world.refresh(&["--offline"], 0);
    assert_eq!(world.run(&["doctor", "--offline", "--deep"]).code, 0);
    assert!(content(&world.path("index")) == before);
}

#[test]
fn a_server_without_refreshes_serves_the_last_intact_generation_and_names_the_command_to_run() {
    let world = world_of_two_generations();
    fs::write(world.path("index/generations/0002/graph.bin"), "").unwrap();
    let server = Server::start(&world, &["--no-refresh"]);
    let status = server.get("/api/v1/status");
    assert!(status.contains("\"generation\":1"), "{status}");
    assert!(status.contains("graph.bin has 0 bytes"), "{status}");
    assert!(status.contains("cairn refresh --offline"), "{status}");
    assert!(server.get("/api/v1/search?q=position+bias").contains("ann/bias"));
    // The server opens what the advised command built.
    world.refresh(&["--offline"], 0);
    wait_until("the new generation is shown", || {
        !server.get("/api/v1/status").contains("graph.bin")
    });
    assert!(server.get("/api/v1/status").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_server_starts_with_a_damaged_index_and_has_it_rebuilt() {
    let world = world_of_two_generations();
    let before = content(&world.path("index"));
    world.write("cairn.toml", "[refresh]\nevery = \"never\"\n");
    // `current` names no generation: the newest is served. No generation is intact: one is built.
    for (what, shown) in [("current", 2), ("graph.bin", 3)] {
        if what == "current" {
            fs::write(world.path("index/current"), "9\n").unwrap();
        } else {
            for folder in fs::read_dir(world.path("index/generations")).unwrap() {
                fs::write(folder.unwrap().path().join(what), "no graph").unwrap();
            }
        }
        world.github.forget_requests();
        let server = Server::start(&world, &[]);
        server.wait_for("/api/v1/status", &format!("\"generation\":{shown}"));
        assert!(server.get("/api/v1/search?q=position+bias").contains("ann/bias"));
        assert!(world.github.requests().is_empty(), "from the store alone");
        wait_until("current names it", || {
            let current = fs::read_to_string(world.path("index/current"));
            current.is_ok_and(|text| text == format!("{shown}\n"))
        });
        assert!(content(&world.path("index")) == before);
    }
}

/// Turns the generation `number` into one of the previous format, which has no `earlier.bin`.
pub(crate) fn make_previous_format(world: &World, number: u64) {
    let folder = world.path(&format!("index/generations/{number:04}"));
    let graph = Graph::read(&folder.join("graph.bin")).unwrap();
    let copies = copies::read(&folder.join("copies.bin"), FORMAT).unwrap();
    let files = [
        ("graph.bin", postcard::to_stdvec(&graph).unwrap()),
        ("copies.bin", postcard::to_stdvec(&copies).unwrap()),
    ];
    fs::remove_dir_all(folder.join("resources")).unwrap();
    let path = folder.join("manifest.json");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["format"] = 4.into();
    let marks = manifest["files"].as_object_mut().unwrap();
    marks.retain(|name, _| !name.starts_with("resources/"));
    for (name, bytes) in files {
        fs::write(folder.join(name), &bytes).unwrap();
        marks[name]["bytes"] = bytes.len().into();
        marks[name]["blake3"] = blake3::hash(&bytes).to_hex().as_str().into();
    }
    let zeros = "0".repeat(64);
    manifest["checksum"] = zeros.clone().into();
    let text = manifest.to_string();
    let checksum = blake3::hash(text.as_bytes()).to_hex();
    fs::write(&path, text.replace(&zeros, &checksum)).unwrap();
}

#[test]
fn after_an_update_the_previous_format_is_served_at_once_and_then_replaced() {
    let world = world_of_two_generations();
    make_previous_format(&world, 2);
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
    let server = Server::start(&world, &["--no-refresh"]);
    assert!(server.get("/api/v1/status").contains("\"generation\":2"), "no new generation");
    drop(server);
    world.write("cairn.toml", "[refresh]\nevery = \"never\"\n");
    let server = Server::start(&world, &[]);
    assert!(server.get("/api/v1/search?q=position+bias").contains("ann/bias"));
    server.wait_for("/api/v1/status", "\"generation\":3");
    let made = fs::read_to_string(world.path("index/generations/0003/manifest.json")).unwrap();
    assert!(made.contains("\"format\": 5") && made.contains("\"resources/000.bin\""));
}
