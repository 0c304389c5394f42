//! Places that truncate, are slow, send something else or lie: none of them replaces a good generation.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::readers::{Reader, publish_to_bucket, push, writer};
use crate::stores::{StoreFault, StoreServer};
use crate::world::World;

/// A writer that has published generation 2 to a folder, and a reader of a web server over it that has generation 1.
fn behind() -> (World, StoreServer) {
    let world = writer();
    let target = world.path("published").display().to_string();
    world.refresh(&["--publish", &target], 0);
    let web = StoreServer::files(&world.path("published"));
    Reader::of(&world, "reader", &web.base).pull(&[], 0);
    push(&world, 2);
    world.refresh(&["--publish", &target], 0);
    (world, web)
}

/// Checks that `reader` still has generation 1, whole and alone, and that it is searched.
#[track_caller]
fn assert_unchanged(reader: &Reader) {
    assert_eq!(reader.generation(), Some(1));
    assert_eq!(reader.folders(), ["0001"], "nothing is left over");
    reader.assert_whole();
    let hits = reader.run(&["search", "zebra", "--json"]).json();
    assert!(hits.to_string().contains("version1"), "{hits}");
}

#[test]
fn no_fault_of_a_web_server_replaces_a_good_generation() {
    let (world, web) = behind();
    let reader = Reader::of(&world, "reader", &web.base);
    // The graph did not change, so it is not taken again; the list of contents did.
    let (manifest, file) = ("0002/manifest.json", "0002/contents.bin");
    for (end, fault, says) in [
        (file, StoreFault::Truncated(100), "cannot transfer"),
        (file, StoreFault::Shorter, "contents.bin of"),
        (file, StoreFault::Wrong, "does not have the checksum"),
        (file, StoreFault::Endless, "is larger than"),
        (file, StoreFault::Silent, "contents.bin"),
        (file, StoreFault::Trickle, "comes too slowly"),
        (file, StoreFault::Status(404), "has no generations/0002/contents.bin"),
        (file, StoreFault::Status(403), "refuses access"),
        (file, StoreFault::Status(503), "503"),
        (file, StoreFault::Redirect, "a redirect to another server"),
        (manifest, StoreFault::Truncated(100), "cannot transfer"),
        (manifest, StoreFault::Shorter, "damaged or hostile"),
        (manifest, StoreFault::Wrong, "damaged or hostile"),
        (manifest, StoreFault::Endless, "is larger than"),
        (manifest, StoreFault::Status(404), "has no generations/0002/manifest.json"),
        ("/current", StoreFault::Endless, "is larger than 32 bytes"),
        ("/current", StoreFault::Silent, "current of"),
        ("/current", StoreFault::Status(404), "has no current; the address must be"),
    ] {
        web.heal();
        web.fault(end, fault, usize::MAX);
        let started = Instant::now();
        let said = reader.pull(&["--timeout", "300ms"], 1);
        assert!(said.contains(says), "{end} {fault:?}: {said}");
        assert!(started.elapsed() < Duration::from_secs(60), "{fault:?}: {:?}", started.elapsed());
        assert_unchanged(&reader);
    }
    web.heal();
    // The record of runs is no part of a generation: readers can do without it.
    web.fault("runs.json", StoreFault::Shorter, usize::MAX);
    assert!(reader.pull(&[], 0).contains("generation 2: took"));
}

#[test]
fn passing_faults_are_repeated() {
    let (world, web) = behind();
    let reader = Reader::of(&world, "reader", &web.base);
    for (end, fault) in [
        ("/current", StoreFault::Status(503)),
        ("0002/manifest.json", StoreFault::Truncated(10)),
        ("0002/news.json", StoreFault::Wrong),
        ("0002/contents.bin", StoreFault::Shorter),
    ] {
        web.fault(end, fault, 2);
    }
    assert!(reader.pull(&[], 0).contains("generation 2: took"));
    reader.assert_whole();
}

#[test]
fn a_faulty_s3_server_replaces_no_good_generation() {
    let world = writer();
    let storage = StoreServer::s3();
    publish_to_bucket(&world, &storage, &[], 0);
    let reader = Reader::of_bucket(&world, "reader", &storage);
    reader.pull(&[], 0);
    push(&world, 2);
    publish_to_bucket(&world, &storage, &[], 0);
    for fault in [StoreFault::Wrong, StoreFault::Status(404), StoreFault::Status(403)] {
        storage.heal();
        storage.fault("0002/contents.bin", fault, usize::MAX);
        let said = reader.pull(&["--timeout", "1s"], 1);
        assert!(said.contains("contents.bin"), "{fault:?}: {said}");
        assert!(!said.contains(crate::stores::SECRET), "{said}");
        assert_unchanged(&reader);
    }
    storage.heal();
    assert!(reader.pull(&[], 0).contains("generation 2: took"));
}

#[test]
fn a_publisher_that_moves_on_is_followed() {
    let (world, web) = behind();
    let reader = Reader::of(&world, "reader", &web.base);
    // The reader reads generation 2 from `current`, and then finds that generation 3 has replaced it.
    web.hold_after(1);
    let mut child = reader.begin_pull(&[]);
    crate::world::wait_until("it has read current", || web.holds());
    child.kill().unwrap();
    child.wait().unwrap();
    web.heal();
    web.fault("0002/manifest.json", StoreFault::Status(404), usize::MAX);
    let target = world.path("published");
    let current = target.join("current");
    for version in 3..=4 {
        push(&world, version);
        world.refresh(&["--publish", &target.display().to_string()], 0);
    }
    fs::write(&current, "2\n").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            crate::world::wait_until("the old one is requested", || {
                web.requests().iter().any(|request| request.ends_with("0002/manifest.json"))
            });
            fs::write(&current, "4\n").unwrap();
        });
        // `current` is read again after a moment, because the first answer may be the old one.
        let said = (0..20).map(|_| reader.run(&["pull"])).find(|output| output.code == 0).unwrap();
        assert!(said.stdout.contains("generation 4: took"), "{}{}", said.stdout, said.stderr);
    });
}

/// Changes the manifest `text` by `change`, and gives it the right checksum.
pub fn forged(text: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut manifest: Value = serde_json::from_str(text).unwrap();
    let zeros = "0".repeat(64);
    change(&mut manifest);
    manifest.as_object_mut().unwrap().remove("checksum");
    let mut body = serde_json::to_string(&manifest).unwrap();
    body.pop();
    let sealed = |checksum: &str| format!("{body},\"checksum\":\"{checksum}\"}}");
    let checksum = blake3::hash(sealed(&zeros).as_bytes()).to_hex().to_string();
    sealed(&checksum)
}

#[test]
fn a_hostile_manifest_writes_nothing_outside_and_takes_no_more_than_it_may() {
    let (world, web) = behind();
    let reader = Reader::of(&world, "reader", &web.base);
    let path = world.path("published/generations/0002/manifest.json");
    let good = fs::read_to_string(&path).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&forged(&good, |_| {})).unwrap()["generation"], 2);
    let mark = json!({ "bytes": 4, "blake3": blake3::hash(b"evil").to_hex().to_string() });
    fs::write(world.path("published/x"), "evil").unwrap();
    let list =
        |name: &str, mark: &Value| forged(&good, |manifest| manifest["files"][name] = mark.clone());
    let huge = json!({ "bytes": u64::MAX, "blake3": mark["blake3"] });
    let large = json!({ "bytes": 9_000_000_000_000_u64, "blake3": mark["blake3"] });
    let with_files = |count: usize| {
        forged(&good, |manifest| {
            for at in 0..count {
                manifest["files"][format!("f{at}")] = mark.clone();
            }
        })
    };
    for (text, says) in [
        (list("../../x", &mark), "can't be the path"),
        (list("../../../escaped", &mark), "can't be the path"),
        (list("/tmp/escaped", &mark), "can't be the path"),
        (list("search/../../../x", &mark), "can't be the path"),
        (list("huge.bin", &huge), "have more than"),
        (list("large.bin", &large), "the disk has"),
        (with_files(30_000), "a generation has at most 20000"),
        // After the end of the JSON, where only the length can be wrong.
        (format!("{good}{}", " ".repeat(256_000_000)), "is larger than 256000000 bytes"),
        (forged(&good, |manifest| manifest["generation"] = 7.into()), "it is of generation 7"),
        (forged(&good, |manifest| manifest["format"] = 99.into()), "use the same version of Cairn"),
        (good.replacen("\"documents\": 32", "\"documents\": 33", 1), "checksum"),
    ] {
        fs::write(&path, text).unwrap();
        let said = reader.pull(&[], 1);
        assert!(said.contains(says), "{says}: {said}");
        assert_unchanged(&reader);
        assert!(!world.path("escaped").exists() && !reader.index().join("x").exists());
    }
}

#[test]
fn a_generation_that_cannot_be_opened_does_not_become_the_current_one() {
    let (world, web) = behind();
    let reader = Reader::of(&world, "reader", &web.base);
    let path = world.path("published/generations/0002/manifest.json");
    let good = fs::read_to_string(&path).unwrap();
    // Right checksums of wrong content:
    let garbage = b"no graph at all";
    let blake3 = blake3::hash(garbage).to_hex().to_string();
    let mark = json!({ "bytes": garbage.len(), "blake3": blake3 });
    fs::write(&path, forged(&good, |manifest| manifest["files"]["graph.bin"] = mark)).unwrap();
    let graph = world.path("published/generations/0002/graph.bin");
    let kept = fs::read(&graph).unwrap();
    // The file may be a link to that of the other generation.
    fs::remove_file(&graph).unwrap();
    fs::write(&graph, garbage).unwrap();
    let said = reader.pull(&[], 1);
    assert!(said.contains("damaged or hostile"), "{said}");
    assert_unchanged(&reader);
    fs::write(&graph, kept).unwrap();
    fs::write(&path, good).unwrap();
    assert!(reader.pull(&[], 0).contains("generation 2: took"));
}

#[test]
fn an_older_generation_replaces_no_newer_one() {
    let (world, web) = behind();
    let reader = Reader::of(&world, "reader", &web.base);
    reader.pull(&[], 0);
    fs::write(world.path("published/current"), "1\n").unwrap();
    // The times of both are recorded to the second.
    let path = world.path("published/generations/0001/manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        forged(&text, |manifest| manifest["built_at"] = "2020-01-01T00:00:00Z".into()),
    )
    .unwrap();
    let said = reader.pull(&[], 1);
    assert!(said.contains("is older than generation 2 of this replica"), "{said}");
    assert_eq!(reader.generation(), Some(2));
}
