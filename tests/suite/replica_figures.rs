//! What replicas cost, measured over the corpus: bytes for the whole and for one changed document, and the time until a
//! server shows a change.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::readers::{Reader, publish_to_bucket};
use crate::serve::Server;
use crate::stores::StoreServer;
use crate::world::World;

/// Publishes `world` to a folder and to `storage`, and prints what that costs.
fn publish(world: &World, storage: &StoreServer, what: &str) {
    let target = world.path("published").display().to_string();
    let said = world.run(&["refresh", "notes", "--publish", &target]).stdout;
    println!("{what}, to a folder: {}", said.lines().last().unwrap_or_default());
    storage.heal();
    let started = Instant::now();
    publish_to_bucket(world, storage, &["notes", "-q"], 0);
    let requests = storage.requests().len();
    println!("{what}, to s3: {requests} requests, {:?} with a refresh", started.elapsed());
    storage.heal();
}

/// Pulls into `reader`, and prints what that costs.
fn pull(reader: &Reader, server: &StoreServer, what: &str) {
    server.heal();
    let said = reader.pull(&[], 0);
    let (requests, sent) = (server.requests().len(), server.sent());
    println!("{what}, {}: {requests} requests, {sent} bytes; {}", reader.name, said.trim());
}

#[test]
#[ignore = "takes minutes, and needs CAIRN_CORPUS"]
fn figures_of_publishing_and_pulling_the_corpus() {
    let Some(world) = crate::corpus::gathered() else { return };
    let storage = StoreServer::s3();
    publish(&world, &storage, "the whole");
    let web = StoreServer::files(&world.path("published"));
    let by_web = Reader::of(&world, "by-web", &web.base);
    let by_s3 = Reader::of_bucket(&world, "by-s3", &storage);
    pull(&by_web, &web, "the whole");
    pull(&by_s3, &storage, "the whole");
    let index = by_web.index().display().to_string();
    let server = Server::start(&world, &["--index", &index]);
    let mut pulling = by_web.command(&["pull", &web.base, "--every", "1s"]);
    let mut pulling = pulling.stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(10));
    web.heal();
    let note = "# Own note\n\nThe zebra of a feature store, served twice.\n";
    world.write("sources/notes/own.md", note);
    publish(&world, &storage, "one document");
    let started = Instant::now();
    server.wait_for("/api/v1/search?q=zebra", "notes");
    println!("one document: served {:?} after both were published", started.elapsed());
    pulling.kill().unwrap();
    pulling.wait().unwrap();
    println!("one document, by-web: {} requests, {} bytes", web.requests().len(), web.sent());
    pull(&by_s3, &storage, "one document");
    let started = Instant::now();
    println!("nothing new: {} in {:?}", by_web.pull(&[], 0).trim(), started.elapsed());
}
