//! Without a network, Cairn says so in one line, with what happens next, in a refresh by hand, in a server and on its pages.

use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::serve::Server;
use crate::world::{Output, World, output_of, repo, wait_until};

const SOURCES: usize = 7;

/// A world with [`SOURCES`] repositories.
fn world() -> World {
    let repos = (0..SOURCES).map(|at| {
        let text = format!("# Note {at}\n\nPosition bias, number{at}.\n");
        repo(&format!("ann/note{at}"), &[("a.md", &text)])
    });
    World::new(repos.collect())
}

/// The program with `arguments`, on a machine whose network is down: nobody listens at the addresses of GitHub.
fn offline(world: &World, arguments: &[&str]) -> Command {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    let mut command = world.command(arguments);
    for variable in ["API", "CODELOAD", "RAW"] {
        command.env(format!("CAIRN_GITHUB_{variable}_URL"), &nobody);
    }
    command
}

/// How many lines of `text` name a source.
fn naming_sources(text: &str) -> usize {
    text.lines().filter(|line| line.contains("ann/note")).count()
}

#[test]
fn a_refresh_without_a_network_says_so_in_one_line() {
    let world = world();
    let Output { code, stdout, stderr } = output_of(&mut offline(&world, &["refresh"]));
    assert_eq!(code, 3, "{stderr}");
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    for words in ["no network", "7 sources", "1 document", "cairn refresh", "cairn status"] {
        assert!(stdout.contains(words), "{words}: {stdout}");
    }
    assert_eq!(naming_sources(&stderr), 0, "{stderr}");
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("no network") && naming_sources(&status) >= SOURCES, "{status}");

    // With the network, everything is fetched, and nothing says that there was none.
    world.refresh(&[], 0);
    assert!(!world.run(&["status"]).stdout.contains("no network"));
    // Without it again: what is indexed stays.
    let out = output_of(&mut offline(&world, &["refresh"]));
    assert!(out.code == 3 && out.stdout.contains("8 documents"), "{}", out.stdout);
    assert_eq!(world.hits("number3"), ["ann/note3 a.md"]);
}

#[test]
fn one_source_that_fails_is_not_a_lack_of_network() {
    let world = world();
    world.github.remove("ann/note3");
    let out = world.run(&["refresh"]);
    assert_eq!(out.code, 3);
    assert!(
        !out.stdout.contains("no network") && out.stdout.contains("ann/note3"),
        "{}",
        out.stdout
    );
    assert_eq!(naming_sources(&out.stderr), SOURCES, "each with what happened: {}", out.stderr);
}

#[test]
fn a_server_that_starts_without_a_network_says_so_once_and_when_it_tries_again() {
    let world = world();
    let log = Arc::new(Mutex::new(String::new()));
    let lines = Arc::clone(&log);
    let command = offline(&world, &["serve", "--listen", "127.0.0.1:0"]);
    let server = Server::of(command, move |line| {
        let mut log = lines.lock().unwrap();
        log.push_str(&line);
        log.push('\n');
    });
    server.wait_for("/", "No network");
    let page = server.get("/sources");
    assert!(page.contains("No network: in the last refresh, none of 7 sources"), "{page}");
    assert!(page.contains("The next refresh starts"), "{page}");
    // A run that asks no host, such as one after an edit of a note, says nothing about the network.
    let own = output_of(&mut offline(&world, &["refresh", "notes"]));
    assert_eq!(own.code, 0, "{}", own.stderr);
    std::thread::sleep(std::time::Duration::from_secs(2));
    server.wait_for("/", "No network");
    assert!(server.get("/api/v1/search?q=feature+store").contains("own.md"), "the own notes");
    let said = || log.lock().unwrap().clone();
    wait_until("the log says it", || said().contains("no network"));
    let log = said();
    assert_eq!(log.matches("no network").count(), 1, "{log}");
    assert_eq!(naming_sources(&log), 1, "an example of a cause, in the same line: {log}");
    for words in ["first refresh", "a few minutes", "can be used", "the next starts at 20"] {
        assert!(log.contains(words), "{words}: {log}");
    }
}
