//! Publishing: who may, what is refused, what an author who left leaves behind, and what is never printed.

use std::fs;

use crate::private;
use crate::readers::{Reader, names, publish_to_bucket, push, writer};
use crate::replica_faults::forged;
use crate::stores::{SECRET, StoreFault, StoreServer};
use crate::withdrawal::files_with;
use crate::world::{World, entry, output_of};

fn published(world: &World) -> String {
    world.path("published").display().to_string()
}

#[test]
fn every_refresh_publishes_where_the_configuration_says() {
    let world = writer();
    let target = published(&world);
    world.settings(&format!("[refresh]\npublish = {target:?}\n"));
    world.refresh(&[], 0);
    push(&world, 2);
    world.refresh(&[], 0);
    let current = |name: &str| fs::read_to_string(world.path(name).join("current")).unwrap();
    assert_eq!(current("published"), current("index"));
    // The command line names another target instead.
    let (before, other) = (current("published"), world.path("other").display().to_string());
    push(&world, 3);
    world.refresh(&["--publish", &other], 0);
    assert_eq!((current("other"), current("published")), (current("index"), before));
    world.settings("[refresh]\npublish = \"ftp://example.org\"\n");
    let wrong = world.run(&["refresh"]);
    assert_eq!(wrong.code, 1, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("[refresh] publish = \"ftp://example.org\""), "{}", wrong.stderr);
}

#[test]
fn a_second_writer_is_refused_until_it_takes_over() {
    let (first, second) = (writer(), writer());
    let storage = StoreServer::s3();
    let target = published(&first);
    first.refresh(&["--publish", &target], 0);
    publish_to_bucket(&first, &storage, &[], 0);
    let before = fs::read(first.path("published/publisher.json")).unwrap();

    let refused = second.run(&["refresh", "--publish", &target]);
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(
        refused.stderr.contains("gets its generations from another index"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("--take-over"), "{}", refused.stderr);
    publish_to_bucket(&second, &storage, &[], 1);
    assert_eq!(fs::read(first.path("published/publisher.json")).unwrap(), before);
    first.refresh(&["--publish", &target], 0);

    // The advice works, also for readers that have the generation of the same number of the other writer.
    let reader = Reader::of(&first, "reader", &target);
    reader.pull(&[], 0);
    push(&second, 7);
    second.refresh(&["--publish", &target, "--take-over"], 0);
    publish_to_bucket(&second, &storage, &["--take-over"], 0);
    reader.pull(&[], 0);
    assert!(reader.content() == crate::content::content(&second.path("index")));
    let back = first.run(&["refresh", "--publish", &target]);
    assert_eq!(back.code, 1, "now the first is refused: {}", back.stdout);
}

#[test]
fn two_writers_that_begin_at_the_same_moment_do_not_both_publish() {
    let worlds = [writer(), writer()];
    let storage = StoreServer::s3();
    let codes: Vec<i32> = std::thread::scope(|scope| {
        let run = |world: &World| {
            let mut command = world.command(&["refresh", "--publish", "s3://cairn/published"]);
            output_of(storage.sign_in(&mut command)).code
        };
        let threads: Vec<_> = worlds.iter().map(|world| scope.spawn(move || run(world))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(codes.contains(&0) && codes.contains(&1), "{codes:?}");
}

#[test]
fn the_material_of_an_author_who_left_is_gone_from_copies_and_replicas() {
    let world = writer();
    let storage = StoreServer::s3();
    let target = published(&world);
    let readers =
        [Reader::of(&world, "by-folder", &target), Reader::of_bucket(&world, "by-s3", &storage)];
    let publish = || {
        world.refresh(&["--publish", &target], 0);
        publish_to_bucket(&world, &storage, &[], 0);
        readers.iter().for_each(|reader| drop(reader.pull(&[], 0)));
    };
    publish();
    push(&world, 2);
    publish();
    assert!(!files_with(&world.path("published"), "bob/leaves").is_empty());
    for reader in &readers {
        assert!(!reader.run(&["search", "quokka", "--json"]).json()["hits"].to_string().is_empty());
        assert_eq!(reader.folders().len(), 2);
    }

    world.catalogue(&entry("ann/notes", ""));
    publish();
    let copies = [world.path("published"), storage.root.join("cairn")];
    for folder in copies.iter().cloned().chain(readers.iter().map(Reader::index)) {
        for words in ["bob/leaves", "quokka"] {
            let found = files_with(&folder, words);
            // The news says that the source was removed, as the page of news does.
            let others: Vec<_> = found.iter().filter(|file| !file.ends_with("news.json")).collect();
            assert!(others.is_empty(), "{words}: {others:?}");
        }
    }
    for reader in &readers {
        assert_eq!(reader.folders(), ["0003"], "the generation with the material is gone at once");
        let hits = reader.run(&["search", "quokka", "literal", "--json"]).json();
        assert_eq!(hits["total"], 0, "{hits}");
    }
    assert_eq!(names(&world.path("index/generations")), ["0003"], "here too");
    assert_eq!(names(&world.path("published/generations")), ["0003"]);
    assert!(files_with(&world.path("index/building"), "quokka").is_empty());
}

#[test]
fn an_index_with_private_sources_is_published_only_with_the_flag() {
    let world = private::indexed();
    let target = published(&world);
    let run = |more: &[&str]| {
        let arguments = [&["refresh", "--publish", &target], more].concat();
        output_of(world.command(&arguments).env("GITHUB_TOKEN", "t0ken"))
    };
    let refused = run(&[]);
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(
        refused.stderr.contains("1 source of the index are private")
            || refused.stderr.contains("private")
    );
    assert!(refused.stderr.contains("add --private"), "{}", refused.stderr);
    assert!(!world.path("published").exists(), "nothing is written");
    let done = run(&["--private"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let reader = Reader::of(&world, "reader", &target);
    reader.pull(&[], 0);
    let guide = reader.run(&["guide", "video recommendation"]).stdout;
    assert!(!guide.contains(private::SECRET), "files omit it in replicas too: {guide}");
}

#[test]
fn wrong_usage_is_refused_before_anything_is_fetched_and_no_password_is_printed() {
    let world = writer();
    world.asked();
    for (target, says) in [
        ("http://example.org/cairn", "a web server can't be published to"),
        ("https://ann:pa55word@example.org/", "a web server can't be published to"),
        ("gs://bucket", "name a folder, an http(s) address"),
        ("s3://key:pa55word@bucket", "the account of S3 comes from the environment"),
    ] {
        let refused = world.run(&["refresh", "--publish", target]);
        assert_eq!(refused.code, 2, "{target}");
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
        assert!(!refused.stderr.contains("pa55word"), "{}", refused.stderr);
    }
    assert_eq!(world.asked(), [""; 0], "no request was sent");
    assert_eq!(world.run(&["refresh", "--take-over"]).code, 2);
    let reader = Reader::of(&world, "reader", "http://ann:pa55word@example.org/");
    let said = reader.pull(&[], 2);
    assert!(said.contains("a password is sent over https only"), "{said}");
    let nothing = Reader::of(&world, "another", world.path("nowhere").display().to_string());
    assert!(nothing.pull(&[], 1).contains("nowhere"));
    assert!(!nothing.index().join("replica.json").exists(), "a mistyped source changes nothing");
}

#[test]
fn passwords_reach_the_server_and_are_in_no_message_and_no_file() {
    let world = writer();
    world.refresh(&["--publish", &published(&world)], 0);
    let web = StoreServer::files(&world.path("published"));
    web.require("ann:pa55 word");
    let address = web.base.replace("http://", "http://ann:pa55%20word@");
    let reader = Reader::of(&world, "reader", &address);
    let mut said = reader.pull(&["-vv"], 0);
    web.fault("/current", StoreFault::Status(500), usize::MAX);
    said += &reader.pull(&["-vv"], 1);
    web.heal();
    web.require("bob:other");
    said += &reader.pull(&["-vv"], 1);
    assert!(said.contains("check the credentials"), "{said}");
    said += &reader.run(&["status"]).stdout;
    assert!(!said.contains("pa55"), "{said}");
    assert!(files_with(&reader.index(), "pa55").is_empty());

    let storage = StoreServer::s3();
    let arguments = ["refresh", "-vv", "--publish", "s3://cairn/published"];
    let mut command = world.command(&arguments);
    storage.sign_in(&mut command);
    let good = output_of(&mut command);
    let bad = output_of(command.env("AWS_SECRET_ACCESS_KEY", "wr0ng-secret"));
    assert_eq!((good.code, bad.code), (0, 1), "{}", bad.stderr);
    assert!(bad.stderr.contains("check the credentials"), "{}", bad.stderr);
    for said in [&good.stderr, &bad.stderr] {
        assert!(!said.contains(SECRET) && !said.contains("wr0ng-secret"), "{said}");
    }
}

#[test]
fn a_failed_publish_leaves_the_index_and_the_next_refresh_repeats_it() {
    let world = writer();
    let storage = StoreServer::s3();
    storage.fault("manifest.json", StoreFault::Status(403), usize::MAX);
    publish_to_bucket(&world, &storage, &[], 1);
    assert_eq!(world.run(&["search", "zebra", "--json"]).code, 0);
    storage.heal();
    let mut command = world.command(&["refresh", "--publish", "s3://cairn/published"]);
    let output = output_of(storage.sign_in(&mut command));
    assert!(output.stdout.contains("published generation 1"), "{}", output.stdout);
    let output = output_of(&mut command);
    assert!(output.stdout.contains("has generation 1 already"), "{}", output.stdout);
    // A source that failed is reported as without publishing.
    world.github.fault("bob/leaves", crate::github::Fault::Status(500));
    publish_to_bucket(&world, &storage, &[], 3);
}

#[test]
fn damage_is_never_published() {
    let world = writer();
    let folder = world.path("index/generations/0001/search");
    let name = names(&folder).into_iter().find(|name| name.ends_with(".store")).unwrap();
    let mut bytes = fs::read(folder.join(&name)).unwrap();
    bytes[6] ^= 1;
    fs::write(folder.join(&name), bytes).unwrap();
    let refused = world.run(&["refresh", "--publish", &published(&world)]);
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stderr.contains(&name), "{}", refused.stderr);
    assert!(!world.path("published/current").exists());
    world.refresh(&["--offline", "--publish", &published(&world)], 0);
    Reader::of(&world, "reader", published(&world)).pull(&[], 0);
}

#[test]
fn files_larger_than_a_part_are_sent_to_s3_in_parts_and_taken_back() {
    let world = writer();
    let folder = world.path("index/generations/0001");
    let large: Vec<u8> = (0..20_000_000_u32).map(|at| (at.wrapping_mul(at) >> 7) as u8).collect();
    fs::write(folder.join("large.bin"), &large).unwrap();
    let text = fs::read_to_string(folder.join("manifest.json")).unwrap();
    let blake3 = blake3::hash(&large).to_hex().to_string();
    let mark = serde_json::json!({ "bytes": large.len(), "blake3": blake3 });
    let text = forged(&text, |manifest| manifest["files"]["large.bin"] = mark);
    fs::write(folder.join("manifest.json"), text).unwrap();
    let storage = StoreServer::s3();
    publish_to_bucket(&world, &storage, &[], 0);
    let posts = storage.requests().iter().filter(|request| request.starts_with("POST ")).count();
    assert!(posts >= 2, "an upload in parts begins and ends: {:?}", storage.requests());
    let reader = Reader::of_bucket(&world, "reader", &storage);
    reader.pull(&[], 0);
    reader.assert_whole();
    assert!(fs::read(reader.index().join("generations/0001/large.bin")).unwrap() == large);
}
