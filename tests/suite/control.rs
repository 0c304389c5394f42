//! Controlling runs: stopping and starting them.

use std::io::Read;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use rusqlite::{Connection, OpenFlags};

use crate::github::Fault;
use crate::serve::Server;
use crate::signals::{Signal, send};
use crate::world::{BIAS, World, ended, outcome, repo, two, wait_until};

/// Sends `signal` to `child`. Returns its output, and how long it took to end.
fn end(mut child: Child, signal: Signal) -> (Output, Duration) {
    let started = Instant::now();
    send(signal, child.id());
    let status = ended(&mut child);
    let took = started.elapsed();
    let mut stderr = Vec::new();
    child.stderr.take().unwrap().read_to_end(&mut stderr).unwrap();
    (Output { status, stdout: Vec::new(), stderr }, took)
}

fn spawn(world: &World, arguments: &[&str]) -> Child {
    world.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn ctrl_c_ends_a_run_within_two_seconds_and_keeps_completely_fetched_sources() {
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let world = two();
        world.github.fault("ann/bias", Fault::Stall);
        let child = spawn(&world, &["refresh"]);
        let path = world.path("index/library.db");
        let has_stored = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
            let stored = Connection::open_with_flags(&path, flags).and_then(|store| {
                let sql = "SELECT count(*) FROM files WHERE source = 'bob/store'";
                store.query_row(sql, [], |row| row.get::<_, u32>(0))
            });
            stored.is_ok_and(|files| files > 0)
        };
        wait_until("bob/store is stored", has_stored);
        let (output, took) = end(child, signal);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(took < Duration::from_secs(2), "{took:?}");
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("stopped; everything that was fully fetched is kept"), "{stderr}");
        let doctor = world.run(&["doctor", "--offline"]).stdout;
        assert!(
            doctor.contains("it was stopped") && doctor.contains("lock         free"),
            "{doctor}"
        );

        world.github.fault("ann/bias", Fault::None);
        world.asked();
        let run = world.refresh(&[], 0);
        assert_eq!(outcome(&run, "ann/bias"), "new", "{signal:?}");
        assert_eq!(outcome(&run, "bob/store"), "unchanged", "it was fetched completely, and kept");
    }
}

#[test]
fn ctrl_c_ends_a_run_in_time_while_documents_are_read() {
    let sentence = "A ranking model with position bias needs a feature store and drift detection. ";
    let body = format!("# Many words\n\n{}\n", sentence.repeat(400));
    let files: Vec<(String, String)> =
        (0..150).map(|at| (format!("{at}.md"), format!("{body}Number {at}.\n"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let world = World::new(vec![repo("ann/many", &files)]);
    let mut child = spawn(&world, &["refresh"]);
    let mut said = child.stderr.take().unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("reading") {
        let mut byte = [0];
        assert_eq!(said.read(&mut byte).unwrap(), 1, "it ended before it read");
        heard.push(byte[0]);
    }
    std::thread::sleep(Duration::from_millis(300));
    child.stderr = Some(said);
    let (output, took) = end(child, Signal::Interrupt);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(output.status.code(), Some(1));
    let run = world.refresh(&[], 0);
    assert_eq!(run["documents"], 151);
}

#[test]
fn sighup_and_the_admin_start_a_run() {
    let world = two();
    world.refresh(&[], 0);
    world.write("token", "hush\n");
    world.settings("[refresh]\nevery = \"never\"\n[serve]\nadmin_token_file = \"token\"\n");
    let server = Server::start(&world, &[]);
    assert!(world.asked().len() >= 2);
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(world.asked().is_empty(), "no request is sent without a trigger");

    world.github.put(repo("ann/bias", &[("README.md", "# New\n\nFirst fresh words.\n")]));
    send(Signal::HangUp, server.child.id());
    server.wait_for("/api/v1/search?q=%22first+fresh%22", "README.md");

    world.github.put(repo("ann/bias", &[("README.md", "# New\n\nSecond fresh words.\n")]));
    let post = |token: &str| {
        let header = format!("Authorization: Bearer {token}\r\nContent-Length: 0\r\n");
        server.ask("POST", "/api/v1/refresh", &header)
    };
    assert!(post("wrong").starts_with("HTTP/1.1 401"));
    assert!(server.ask("POST", "/api/v1/refresh", "Content-Length: 0\r\n").contains(" 401 "));
    assert!(server.get("/api/v1/refresh").starts_with("HTTP/1.1 405"), "a GET starts nothing");
    let accepted = post("hush");
    assert!(accepted.starts_with("HTTP/1.1 202") && accepted.contains("refresh"), "{accepted}");
    server.wait_for("/api/v1/search?q=%22second+fresh%22", "README.md");
    assert!(server.get("/api/v1/new?since=1h").contains("\"what\":\"changed\""));
    assert!(server.get("/api/v1/new?since=x").starts_with("HTTP/1.1 400"));
}

#[test]
fn the_server_fetches_deferred_sources_when_their_host_allows_it() {
    let world = two();
    world.write("cairn.toml", "[refresh]\nlongest_wait = \"1s\"\n");
    world.github.fault("ann/bias", Fault::RetryAfter { seconds: 4 });
    let server = Server::start(&world, &[]);
    server.wait_for("/api/v1/sources", "\"state\":\"deferred\"");
    server.wait_for("/api/v1/search?q=%22position+bias%22", "README.md");
    let asked = world.asked();
    let limited = asked.iter().filter(|asked| asked.ends_with("429")).count();
    assert!(limited <= 2, "no request before the host allows it: {asked:?}");
}

#[test]
fn a_server_that_ends_stops_its_refresh() {
    let world = two();
    world.refresh(&[], 0);
    world.github.fault("ann/bias", Fault::Slow { per_chunk: Duration::from_secs(20) });
    world.github.put(repo("ann/bias", &[("a.md", BIAS)]));
    world.write("cairn.toml", "[refresh]\nevery = \"never\"\n");
    let mut server = Server::start(&world, &[]);
    world.asked();
    send(Signal::HangUp, server.child.id());
    wait_until("both were requested", || world.github.requests().len() >= 2);
    let started = Instant::now();
    send(Signal::Terminate, server.child.id());
    assert!(ended(&mut server.child).success());
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    let doctor = world.run(&["doctor", "--offline"]).stdout;
    assert!(doctor.contains("lock         free") && doctor.contains("it was stopped"), "{doctor}");
}

#[test]
fn without_an_admin_token_nobody_starts_a_run_over_http() {
    let world = two();
    world.refresh(&[], 0);
    let server = Server::start(&world, &["--no-refresh"]);
    let answer = server.ask("POST", "/api/v1/refresh", "Authorization: Bearer \r\n");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[test]
fn an_edited_note_is_found_while_the_server_runs() {
    let world = two();
    world.refresh(&[], 0);
    world.asked();
    let server = Server::start(&world, &[]);
    world.write("sources/notes/deep/more.md", "# More\n\nHandwritten words on calibration.\n");
    server.wait_for("/api/v1/search?q=handwritten", "deep/more.md");
    world.write("sources/notes/deep/more.md", "# More\n\nCorrected words on calibration.\n");
    server.wait_for("/api/v1/search?q=corrected", "deep/more.md");
    assert!(world.asked().is_empty(), "no request was sent");
    // Reading the folder in a refresh starts no other run.
    std::thread::sleep(Duration::from_secs(5));
    let runs: Vec<Value> =
        serde_json::from_slice(&std::fs::read(world.path("index/runs.json")).unwrap()).unwrap();
    assert!(runs.len() <= 4, "the first, the start's, one for each edit: {}", runs.len());
    // A folder that joins the catalogue is watched as well.
    world.write("elsewhere/a.md", "# A\n\nOf another folder.\n");
    let folder = world.path("elsewhere");
    let entry =
        format!("[[source]]\nfolder = {:?}\nwhy = \"mine\"\n", folder.display().to_string());
    world.catalogue(&entry);
    std::thread::sleep(Duration::from_millis(1_500));
    world.write("elsewhere/b.md", "# B\n\nWritten later.\n");
    server.wait_for("/api/v1/search?q=later", "b.md");
}

#[cfg(unix)]
#[test]
fn links_out_of_a_folder_are_never_followed() {
    let world = two();
    world.write("secret/a.md", "# Secret\n\nOutside words.\n");
    let notes = world.path("sources/notes");
    std::os::unix::fs::symlink(world.path("secret"), notes.join("folder")).unwrap();
    std::os::unix::fs::symlink(world.path("secret/a.md"), notes.join("file.md")).unwrap();
    world.refresh(&[], 0);
    assert!(world.hits("\"outside words\"").is_empty());
}
