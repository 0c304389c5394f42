//! After an update of Cairn: the index of the previous format answers while the new one is built, and one that is older is
//! rebuilt before the first answer.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cairn::generation::format::FORMAT;

use crate::damage_served::make_previous_format;
use crate::serve::Server;
use crate::world::{World, repo};

/// Requests a second during an update.
const RATE: u32 = 20;

/// A world with `notes` notes, and a generation of them.
fn world(notes: usize) -> World {
    let files: Vec<(String, String)> = (0..notes)
        .map(|at| {
            let text = format!("# Note {at}\n\nPosition bias and a feature store, number{at}.\n");
            (format!("docs/{at}.md"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let world = World::new(vec![repo("ann/notes", &files)]);
    world.settings("[refresh]\nevery = \"never\"\n");
    world.refresh(&[], 0);
    world
}

#[test]
fn twenty_requests_a_second_see_no_error_while_an_index_of_the_previous_format_is_replaced() {
    let world = world(300);
    make_previous_format(&world, 1);
    world.github.forget_requests();
    let server = Server::start(&world, &[]);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let askers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let pause = Duration::from_secs(1) / RATE * 2;
                    let mut answers = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        for path in [
                            "/api/v1/search?q=position+bias",
                            "/",
                            "/topics/position-bias",
                            "/api/v1/status",
                        ] {
                            let asked = Instant::now();
                            let answer = server.get(path);
                            assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
                            answers.push((path, answer));
                            std::thread::sleep(pause.saturating_sub(asked.elapsed()));
                        }
                    }
                    answers
                })
            })
            .collect();
        server.wait_for("/api/v1/status", "\r\n\r\n{\"generation\":2,");
        std::thread::sleep(Duration::from_millis(500));
        stop.store(true, Ordering::Relaxed);
        let answers: Vec<_> = askers.into_iter().flat_map(|asker| asker.join().unwrap()).collect();
        let of = |path: &str, words: &str| {
            answers.iter().filter(|(own, answer)| *own == path && answer.contains(words)).count()
        };
        assert!(of("/api/v1/status", "{\"generation\":1,") > 0, "it answers at once");
        assert!(of("/", "Cairn was updated") > 0, "the page says it");
        println!("{} answers during the update", answers.len());
    });
    assert!(!server.get("/").contains("Cairn was updated"));
    assert!(world.github.requests().is_empty(), "from the store alone");
}

#[test]
fn an_index_of_an_older_format_is_rebuilt_before_the_first_answer_and_the_page_says_so() {
    let world = world(30);
    let manifest = world.path("index/generations/0001/manifest.json");
    let older = fs::read_to_string(&manifest)
        .unwrap()
        .replace(&format!("\"format\": {FORMAT}"), "\"format\": 1");
    fs::write(&manifest, older).unwrap();
    world.github.forget_requests();
    let server = Server::start(&world, &[]);
    let page = server.get("/");
    assert!(page.starts_with("HTTP/1.1 503"), "{page}");
    assert!(page.contains("Cairn was updated") && page.contains("is being rebuilt"), "{page}");
    server.wait_for("/api/v1/search?q=position+bias", "ann/notes");
    assert!(!server.get("/").contains("Cairn was updated"));
    assert!(world.github.requests().is_empty(), "from the store alone");
}

#[test]
fn a_server_without_refreshes_says_who_builds_the_new_index() {
    let world = world(3);
    make_previous_format(&world, 1);
    let server = Server::start(&world, &["--no-refresh"]);
    let page = server.get("/");
    assert!(page.contains("cairn refresh --offline") && page.contains("can be used"), "{page}");
    world.refresh(&["--offline"], 0);
    server.wait_for("/api/v1/status", "\r\n\r\n{\"generation\":2,");
    assert!(!server.get("/").contains("Cairn was updated"));
}
