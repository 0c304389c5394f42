//! One writer and several readers: over a folder, a static web server and S3.

use std::time::{Duration, Instant};

use crate::content::content;
use crate::readers::{Reader, publish_to_bucket, push, writer};
use crate::serve::Server;
use crate::signals::{Signal, send};
use crate::stores::StoreServer;
use crate::world::{World, output_of, wait_until};

/// The published folder of `world`, as an argument.
fn published(world: &World) -> String {
    world.path("published").display().to_string()
}

#[test]
fn three_readers_over_a_folder_a_web_server_and_s3_get_every_generation() {
    let world = writer();
    let storage = StoreServer::s3();
    let target = published(&world);
    world.refresh(&["--publish", &target], 0);
    publish_to_bucket(&world, &storage, &[], 0);
    let web = StoreServer::files(&world.path("published"));
    let readers = [
        Reader::of(&world, "by-folder", &target),
        Reader::of(&world, "by-web", &web.base),
        Reader::of_bucket(&world, "by-s3", &storage),
    ];
    for version in 1..=3 {
        if version > 1 {
            push(&world, version);
            world.refresh(&["--publish", &target], 0);
            publish_to_bucket(&world, &storage, &[], 0);
        }
        let own = content(&world.path("index"));
        for reader in &readers {
            let said = reader.pull(&[], 0);
            assert!(said.starts_with(&format!("generation {version}: took")), "{said}");
            assert!(reader.content() == own, "{} differs in version {version}", reader.name);
            reader.assert_whole();
            let found = reader.run(&["search", &format!("version{version}"), "--json"]).json();
            assert_eq!(found["hits"][0]["path"], "docs/0.md", "{}", reader.name);
            let again = reader.pull(&[], 0);
            assert!(again.contains(&format!("generation {version} is here already")), "{again}");
        }
    }
    for reader in &readers {
        assert_eq!(reader.folders(), ["0002", "0003"], "{}: the last two stay", reader.name);
    }
    // A published folder can be opened as it is, and so can the served index itself be pulled.
    let opened = world.run(&["search", "version3", "--json", "--index", &target]).json();
    assert_eq!(opened["hits"][0]["path"], "docs/0.md");
    let index = StoreServer::files(&world.path("index"));
    let direct = Reader::of(&world, "direct", &index.base);
    direct.pull(&[], 0);
    assert!(direct.content() == content(&world.path("index")));
}

#[test]
fn only_files_that_changed_are_sent_and_taken() {
    let world = writer();
    let storage = StoreServer::s3();
    let target = published(&world);
    world.refresh(&["--publish", &target], 0);
    publish_to_bucket(&world, &storage, &[], 0);
    let web = StoreServer::files(&world.path("published"));
    let reader = Reader::of(&world, "reader", &web.base);
    reader.pull(&[], 0);
    let whole = web.sent();
    push(&world, 2);
    web.heal();
    storage.heal();
    publish_to_bucket(&world, &storage, &[], 0);
    let said = world.run(&["refresh", "--publish", &target]).stdout;
    assert!(said.contains("published generation 2"), "{said}");
    reader.pull(&[], 0);
    println!("{said}the reader took {} of {whole} bytes", web.sent());
    let copies = storage.requests().iter().filter(|r| r.starts_with("PUT ")).count();
    assert!(copies > 0, "{:?}", storage.requests());
    // The segment with the other notes is the same file in both generations, at the target and at the reader.
    let (first, second) = (reader.index().join("generations/0001"), "generations/0002");
    let mut shared = 0;
    for name in crate::readers::names(&first.join("search")) {
        let one = first.join("search").join(&name);
        let other = reader.index().join(second).join("search").join(&name);
        let at_target = world.path("published").join(second).join("search").join(&name);
        if other.exists() && name != "meta.json" {
            assert!(cairn::disk::is_same(&one, &other), "{name} is linked");
            let before = world.path("published/generations/0001/search").join(&name);
            assert!(cairn::disk::is_same(&before, &at_target), "{name} is linked at the target");
            let path = format!("GET /generations/0002/search/{name}");
            assert!(!web.requests().contains(&path), "{name} was taken again");
            shared += 1;
        }
    }
    assert!(shared > 3, "{shared}");
}

#[test]
fn a_reader_three_generations_behind_gets_the_newest_at_once() {
    let world = writer();
    let target = published(&world);
    world.refresh(&["--publish", &target], 0);
    let reader = Reader::of(&world, "reader", &target);
    reader.pull(&[], 0);
    for version in 2..=4 {
        push(&world, version);
        world.refresh(&["--publish", &target], 0);
    }
    assert_eq!(crate::readers::names(&world.path("published/generations")), ["0003", "0004"]);
    let said = reader.pull(&[], 0);
    assert!(said.starts_with("generation 4: took"), "{said}");
    assert_eq!(reader.folders(), ["0001", "0004"], "the one that may be open stays");
    assert!(reader.content() == content(&world.path("index")));
}

#[test]
fn a_running_server_shows_what_a_repeated_pull_brings() {
    let world = writer();
    let target = published(&world);
    world.refresh(&["--publish", &target], 0);
    let web = StoreServer::files(&world.path("published"));
    let reader = Reader::of(&world, "reader", &web.base);
    reader.pull(&[], 0);
    let index = reader.index().display().to_string();
    let server = Server::start(&world, &["--index", &index]);
    assert!(server.get("/api/v1/search?q=zebra").contains("docs/0.md"));
    let log = world.path("pull.log");
    let mut pulling = reader
        .command(&["pull", &web.base, "--every", "1s"])
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    push(&world, 2);
    world.refresh(&["--publish", &target], 0);
    let started = Instant::now();
    server.wait_for("/api/v1/search?q=zebra", "version2");
    println!("{:?} from publishing until it is served", started.elapsed());
    assert!(started.elapsed() < Duration::from_secs(20));
    // One line for each change, and one for each new failure.
    web.fault("current", crate::stores::StoreFault::Status(500), 1_000);
    let says = |words: &str| std::fs::read_to_string(&log).unwrap().matches(words).count();
    wait_until("the failure is logged", || says("500 Internal Server Error") > 0);
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(says("500 Internal Server Error"), 1);
    web.heal();
    wait_until("the recovery is logged", || says("is here already") > 0);
    send(Signal::Terminate, pulling.id());
    assert_eq!(crate::world::ended(&mut pulling).code(), Some(0));
    assert_eq!(says("generation 2: took"), 1, "{}", std::fs::read_to_string(&log).unwrap());
}

#[test]
fn a_replica_is_never_refreshed_and_says_where_it_comes_from() {
    let world = writer();
    let target = published(&world);
    world.refresh(&["--publish", &target], 0);
    let reader = Reader::of(&world, "reader", &target);
    reader.pull(&[], 0);
    let refused = reader.run(&["refresh"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains(&format!("is a replica of {target}")), "{}", refused.stderr);
    assert!(refused.stderr.contains("`cairn --index"), "{}", refused.stderr);
    // The advised command works: the source is known.
    assert_eq!(reader.run(&["pull"]).code, 0);
    let status = reader.run(&["status"]).stdout;
    assert!(status.contains(&format!("replica of {target}, pulled 20")), "{status}");
    let json = reader.run(&["status", "--json"]).json();
    assert_eq!(json["replica"]["generation"], 1, "{json}");
    assert_eq!(json["last_run"]["documents"], 32, "runs are shown too: {json}");
    assert!(json["next_run"].is_null(), "{json}");
    let doctor = reader.run(&["doctor", "--offline", "--deep"]);
    assert_eq!(doctor.code, 0, "{}", doctor.stdout);
    assert!(doctor.stdout.contains(&format!("replica      of {target}")), "{}", doctor.stdout);
    // A server without --no-refresh does not refresh it either, and builds no index before the first pull.
    let index = reader.index().display().to_string();
    let server = Server::start(&world, &["--index", &index]);
    std::thread::sleep(Duration::from_secs(2));
    assert!(server.get("/api/v1/status").contains("\"generation\":1"));
    assert!(!reader.index().join("library.db").exists());
    drop(server);
    // An index that is refreshed here can't become a replica; the advice works.
    let own = output_of(&mut world.command(&["pull", &target]));
    assert_eq!(own.code, 1);
    assert!(own.stderr.contains("name another folder with --index"), "{}", own.stderr);
    assert_eq!(Reader::of(&world, "another", &target).pull(&[], 0).matches("took").count(), 1);
}

#[test]
fn a_damaged_replica_is_repaired_as_the_doctor_advises() {
    let world = writer();
    let target = published(&world);
    world.refresh(&["--publish", &target], 0);
    let reader = Reader::of(&world, "reader", &target);
    reader.pull(&[], 0);
    let whole = reader.content();
    let folder = reader.index().join("generations/0001");
    for name in ["graph.bin", "manifest.json", "contents.bin"] {
        std::fs::write(folder.join(name), "damaged").unwrap();
        let said = reader.pull(&[], 0);
        assert!(said.contains("generation 1: took"), "{name}: {said}");
        reader.assert_whole();
    }
    let segments = crate::readers::names(&folder.join("search"));
    let segment = segments.iter().find(|name| name.ends_with(".store")).unwrap();
    let path = folder.join("search").join(segment);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[6] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let doctor = reader.run(&["doctor", "--offline", "--deep"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.stdout.contains("pull --full"), "{}", doctor.stdout);
    let repaired = reader.run(&["pull", "--full"]);
    assert_eq!(repaired.code, 0, "{}", repaired.stderr);
    assert!(repaired.stdout.contains("took 1 of"), "{}", repaired.stdout);
    reader.assert_whole();
    assert!(reader.content() == whole);
}
