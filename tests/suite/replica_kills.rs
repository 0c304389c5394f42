//! Pulls and publishing are killed at any moment: readers keep a whole generation, and the next attempt succeeds.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::content::content;
use crate::readers::{Reader, names, publish_to_bucket, push, writer};
use crate::signals::{Signal, send};
use crate::stores::StoreServer;
use crate::world::{ended, wait_until};

fn rounds() -> usize {
    std::env::var("CAIRN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10)
}

#[test]
fn a_pull_that_is_killed_after_any_request_leaves_the_reader_whole() {
    let world = writer();
    let target = world.path("published").display().to_string();
    world.refresh(&["--publish", &target], 0);
    let web = StoreServer::files(&world.path("published"));
    let reader = Reader::of(&world, "reader", &web.base);
    reader.pull(&[], 0);
    let mut version = 1;
    for after in [0, 1, 2, 3, 5, 8, 13, 21] {
        version += 1;
        push(&world, version);
        world.refresh(&["--publish", &target], 0);
        web.heal();
        web.hold_after(after);
        let mut child = reader.begin_pull(&[]);
        wait_until("a request is held, or the pull has ended", || {
            web.holds() || child.try_wait().unwrap().is_some()
        });
        let _ = child.kill();
        child.wait().unwrap();
        let before = reader.generation().unwrap();
        assert!(before >= version as u64 - 1, "after {after}: {before} of {version}");
        reader.assert_whole();
        web.heal();
        reader.pull(&[], 0);
        assert_eq!(reader.generation(), Some(version as u64), "after {after}");
        reader.assert_whole();
        assert!(reader.folders().iter().all(|name| !name.contains("building")), "after {after}");
    }
    assert!(reader.content() == content(&world.path("index")));
}

#[test]
fn a_pull_that_is_killed_at_any_time_leaves_the_reader_whole() {
    let world = writer();
    let target = world.path("published").display().to_string();
    world.refresh(&["--publish", &target], 0);
    let reader = Reader::of(&world, "reader", &target);
    let started = Instant::now();
    reader.pull(&[], 0);
    let whole = started.elapsed();
    let mut killed = 0;
    for round in 1..=rounds() {
        push(&world, round + 1);
        world.refresh(&["--publish", &target], 0);
        let before = reader.generation().unwrap();
        let mut child = reader.begin_pull(&[]);
        std::thread::sleep(whole.mul_f64(1.2 * round as f64 / rounds() as f64));
        killed += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
        let after = reader.generation().unwrap();
        assert!(after == before || after == round as u64 + 1, "{before} became {after}");
        reader.assert_whole();
        if round % 3 == 0 {
            reader.pull(&[], 0);
        }
    }
    println!("{killed} of {} were killed before their end", rounds());
    reader.pull(&[], 0);
    assert!(reader.content() == content(&world.path("index")));
}

#[test]
fn publishing_to_s3_that_is_killed_after_any_request_leaves_readers_whole() {
    let world = writer();
    let storage = StoreServer::s3();
    publish_to_bucket(&world, &storage, &[], 0);
    let reader = Reader::of_bucket(&world, "reader", &storage);
    reader.pull(&[], 0);
    let mut version = 1;
    for after in [1, 3, 4, 5, 8, 15, 25, 40, 60] {
        version += 1;
        push(&world, version);
        world.refresh(&[], 0);
        storage.heal();
        storage.hold_after(after);
        let mut command = world.command(&["refresh", "--publish", "s3://cairn/published"]);
        let mut child = storage
            .sign_in(&mut command)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("a request is held, or it has ended", || {
            storage.holds() || child.try_wait().unwrap().is_some()
        });
        let _ = child.kill();
        child.wait().unwrap();
        storage.heal();
        reader.pull(&[], 0);
        let got = reader.generation().unwrap();
        assert!(got == version as u64 || got == version as u64 - 1, "{after}: {got}");
        reader.assert_whole();
        publish_to_bucket(&world, &storage, &[], 0);
        reader.pull(&[], 0);
        assert_eq!(reader.generation(), Some(version as u64), "after {after}");
        let generations = names(&storage.root.join("cairn/published/generations"));
        let kept: Vec<String> =
            [version - 1, version].iter().map(|number| format!("{number:04}")).collect();
        let with_files = generations.iter().filter(|name| {
            let folder = storage.root.join("cairn/published/generations").join(name);
            walkdir::WalkDir::new(folder).into_iter().any(|e| e.unwrap().file_type().is_file())
        });
        assert_eq!(with_files.cloned().collect::<Vec<_>>(), kept, "after {after}");
    }
    assert!(reader.content() == content(&world.path("index")));
}

#[test]
fn publishing_to_a_folder_that_is_killed_at_any_time_leaves_readers_whole() {
    let world = writer();
    let target = world.path("published").display().to_string();
    let started = Instant::now();
    world.refresh(&["--publish", &target], 0);
    let whole = started.elapsed();
    let reader = Reader::of(&world, "reader", &target);
    reader.pull(&[], 0);
    for round in 1..=rounds() {
        push(&world, round + 1);
        world.refresh(&[], 0);
        let mut child = world
            .command(&["refresh", "-q", "--publish", &target])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole.mul_f64(1.2 * round as f64 / rounds() as f64));
        let _ = child.kill();
        child.wait().unwrap();
        reader.pull(&[], 0);
        assert!(reader.generation().unwrap() as usize >= round);
        reader.assert_whole();
        world.refresh(&["--publish", &target], 0);
        let generations = names(&world.path("published/generations"));
        assert_eq!(generations.len(), 2, "round {round}: {generations:?}");
    }
    reader.pull(&[], 0);
    assert!(reader.content() == content(&world.path("index")));
    let left: Vec<_> = walkdir::WalkDir::new(world.path("published/generations"))
        .into_iter()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains('#'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_pull_ends_at_once_when_it_is_stopped() {
    let world = writer();
    let target = world.path("published").display().to_string();
    world.refresh(&["--publish", &target], 0);
    let web = StoreServer::files(&world.path("published"));
    let reader = Reader::of(&world, "reader", &web.base);
    for (arguments, code) in [(&[][..], 1), (&["--every", "1m"][..], 0)] {
        web.heal();
        web.hold_after(4);
        let mut child = reader.begin_pull(arguments);
        wait_until("a request is held", || web.holds());
        let started = Instant::now();
        send(Signal::Interrupt, child.id());
        assert_eq!(ended(&mut child).code(), Some(code));
        assert!(started.elapsed() < Duration::from_secs(2));
        assert_eq!(reader.folders(), [""; 0], "nothing is left over");
    }
}
