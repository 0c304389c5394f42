//! Controlling runs: stopping, starting and watching them, diagnosing an index, and the news that runs report.

use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::github::Fault;
use crate::serve::Server;
use crate::world::{BIAS, World, ended, entry, outcome, part, repo, text, two, wait_until};

fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
}

/// Sends `signal` to `child`. Returns its output, and how long it took to end.
fn end(mut child: Child, signal: &str) -> (Output, Duration) {
    let started = Instant::now();
    send(signal, &child);
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
fn ctrl_c_ends_a_run_within_two_seconds_and_keeps_what_was_fetched_whole() {
    for signal in ["-INT", "-TERM"] {
        let world = two();
        world.github.fault("ann/bias", Fault::Stall);
        let child = spawn(&world, &["refresh"]);
        let has_stored =
            || world.github.requests().iter().any(|request| request.path.contains("bob"));
        wait_until("bob/store was asked for", has_stored);
        std::thread::sleep(Duration::from_millis(500));
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
        assert_eq!(outcome(&run, "ann/bias"), "new", "{signal}");
        assert_eq!(outcome(&run, "bob/store"), "unchanged", "it was whole, and was kept");
    }
}

#[test]
fn ctrl_c_while_documents_are_read_ends_in_time_too() {
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
    let (output, took) = end(child, "-INT");
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(output.status.code(), Some(1));
    let run = world.refresh(&[], 0);
    assert_eq!(run["documents"], 151);
    assert!(run["extracted"].as_u64().unwrap() <= 151);
}

#[test]
fn a_hang_up_and_the_admin_start_a_run() {
    let world = two();
    world.refresh(&[], 0);
    world.write("token", "hush\n");
    world.settings("[refresh]\nevery = \"never\"\n[serve]\nadmin_token_file = \"token\"\n");
    let server = Server::start(&world, &[]);
    assert!(world.asked().len() >= 2);
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(world.asked().is_empty(), "by itself it asks nobody");

    world.github.put(repo("ann/bias", &[("README.md", "# New\n\nFirst fresh words.\n")]));
    send("-HUP", &server.child);
    server.wait_for("/api/v1/search?q=%22first+fresh%22", "README.md");

    world.github.put(repo("ann/bias", &[("README.md", "# New\n\nSecond fresh words.\n")]));
    let post = |token: &str| {
        let header = format!("Authorization: Bearer {token}\r\nContent-Length: 0\r\n");
        server.ask("POST", "/api/v1/refresh", &header)
    };
    assert!(post("wrong").starts_with("HTTP/1.1 401"));
    assert!(server.ask("POST", "/api/v1/refresh", "Content-Length: 0\r\n").contains(" 401 "));
    assert!(server.get("/api/v1/refresh").starts_with("HTTP/1.1 405"), "a link starts nothing");
    let accepted = post("hush");
    assert!(accepted.starts_with("HTTP/1.1 202") && accepted.contains("refresh"), "{accepted}");
    server.wait_for("/api/v1/search?q=%22second+fresh%22", "README.md");
    assert!(server.get("/api/v1/new?since=1h").contains("\"what\":\"changed\""));
    assert!(server.get("/api/v1/new?since=x").starts_with("HTTP/1.1 400"));
}

#[test]
fn the_server_asks_what_was_deferred_when_its_host_allows() {
    let world = two();
    world.write("cairn.toml", "[refresh]\nlongest_wait = \"1s\"\n");
    world.github.fault("ann/bias", Fault::RetryAfter { seconds: 4 });
    let server = Server::start(&world, &[]);
    server.wait_for("/api/v1/sources", "\"state\":\"deferred\"");
    server.wait_for("/api/v1/search?q=%22position+bias%22", "README.md");
    let asked = world.asked();
    let limited = asked.iter().filter(|asked| asked.ends_with("429")).count();
    assert!(limited <= 2, "asked once, and not before it may be: {asked:?}");
}

#[test]
fn a_server_that_ends_takes_its_refresh_along() {
    let world = two();
    world.refresh(&[], 0);
    world.github.fault("ann/bias", Fault::Slow { per_chunk: Duration::from_secs(20) });
    world.github.put(repo("ann/bias", &[("a.md", BIAS)]));
    world.write("cairn.toml", "[refresh]\nevery = \"never\"\n");
    let mut server = Server::start(&world, &[]);
    world.asked();
    send("-HUP", &server.child);
    wait_until("both were asked for", || world.github.requests().len() >= 2);
    let started = Instant::now();
    send("-TERM", &server.child);
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
    assert!(world.asked().is_empty(), "nobody else was asked");
    // What a refresh reads of the folder starts no other run.
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

#[test]
fn each_run_tells_what_is_new() {
    let world = two();
    let run = world.refresh(&[], 0);
    let of = |run: &Value, what: &str| -> [u64; 3] {
        ["added", "changed", "removed"].map(|key| run["changes"][what][key].as_u64().unwrap())
    };
    assert_eq!((of(&run, "documents"), of(&run, "sections")), ([4, 0, 0], [4, 0, 0]));
    world.github.put(repo(
        "ann/bias",
        &[
            (
                "README.md",
                "# Ranking\n\nPosition bias and trust bias.\n\n## More\n\nNew words of this.\n",
            ),
            ("moved.md", "# B\n\nOther words.\n"),
            ("new.md", "# Brand new\n\nAll of it.\n"),
        ],
    ));
    let run = world.refresh(&[], 0);
    assert_eq!((of(&run, "documents"), of(&run, "sections")), ([1, 2, 0], [2, 1, 0]), "{run}");
    assert_eq!(part(&run, "ann/bias")["changes"], run["changes"]);
    assert_eq!(of(part(&run, "bob/store"), "documents"), [0, 0, 0]);
    let status = world.run(&["status", "--since", "1h", "--json"]).json();
    let items = status["new"]["items"].as_array().unwrap();
    let told: Vec<String> = items
        .iter()
        .map(|item| format!("{} {} {}", text(&item["what"]), text(&item["source"]), item["path"]))
        .collect();
    assert_eq!(
        told,
        [
            "changed ann/bias \"README.md\"",
            "moved ann/bias \"moved.md\"",
            "added ann/bias \"new.md\"",
            "added ann/bias null",
            "added bob/store null",
            "added notes null",
        ]
    );
    assert!(text(&items[2]["url"]).ends_with("/new.md"));
    let id = text(&items[2]["ids"][0]);
    let hit = world.run(&["search", "brand new", "--json"]).json()["hits"][0]["id"].clone();
    assert_eq!(id, text(&hit), "news name sections");
}

#[test]
fn what_is_new_is_told_since_any_time() {
    let world = two();
    world.refresh(&[], 0);
    world
        .github
        .put(repo("ann/bias", &[("README.md", BIAS), ("moved.md", "# B\n\nOther words.\n")]));
    world.refresh(&[], 0);
    let printed = world.run(&["status", "--since", "2026-01-01"]).stdout;
    assert!(printed.contains("moved    ann/bias  moved.md (was b.md)"), "{printed}");
    let later = chrono::Utc::now() + chrono::Duration::days(1);
    let none = world.run(&["status", "--since", &later.to_rfc3339(), "--json"]).json();
    assert_eq!(none["new"]["items"], serde_json::json!([]));
    let wrong = world.run(&["status", "--since", "yesterday"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.stderr.contains("7d"), "{}", wrong.stderr);

    world.catalogue(&entry("bob/store", ""));
    world.refresh(&[], 0);
    let status = world.run(&["status", "--since", "1h", "--json"]).json();
    let first = &status["new"]["items"][0];
    assert_eq!((&first["what"], &first["source"]), (&"removed".into(), &"ann/bias".into()));
    assert!(world.run(&["refresh", "--json"]).json()["generation"].is_null());
}

#[test]
fn runs_over_one_source_hide_no_failure_of_another() {
    let world = two();
    world.github.fault("ann/bias", Fault::Status(500));
    world.refresh(&[], 3);
    world.refresh(&["bob/store"], 0);
    let status = world.run(&["status", "--json"]).json();
    assert_eq!(status["failing"], serde_json::json!(["ann/bias"]));
    assert_eq!(world.source("ann/bias")["state"], "failed");
    world.github.fault("ann/bias", Fault::None);
    world.refresh(&["ann/bias"], 0);
    assert_eq!(world.run(&["status", "--json"]).json()["failing"], serde_json::json!([]));
}

/// The exit code of the doctor, and the name, state and finding of each of its checks.
fn doctor(command: &mut Command) -> (i32, Vec<(String, String, String)>) {
    let output = command.output().unwrap();
    let view: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = view["checks"].as_array().unwrap().iter();
    let told = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let checks = checks.map(|check| {
        (
            told(check, "name"),
            told(check, "state"),
            format!("{} {}", told(check, "says"), told(check, "hint")),
        )
    });
    (output.status.code().unwrap(), checks.collect())
}

#[test]
fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let world = two();
    world.refresh(&[], 0);
    let look = |arguments: &[&str], token: &str| {
        let all = [&["doctor", "--json"], arguments].concat();
        doctor(world.command(&all).env("GITHUB_TOKEN", token))
    };
    let (code, checks) = look(&[], "");
    assert_eq!(code, 0);
    assert!(checks.iter().all(|(_, state, _)| state != "ill"), "{checks:#?}");
    let names: Vec<&str> = checks.iter().map(|(name, ..)| name.as_str()).collect();
    for name in
        ["data files", "disk", "lock", "store", "generation", "runs", "API", "quota", "clock"]
    {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    #[track_caller]
    fn ill((code, checks): (i32, Vec<(String, String, String)>), name: &str, says: &str) {
        assert_eq!(code, 1);
        let check = checks.iter().find(|check| check.0 == name);
        let (_, state, told) = check.unwrap_or_else(|| panic!("{name} in {checks:#?}"));
        assert_eq!(state, "ill", "{checks:#?}");
        assert!(told.contains(says), "{told}");
    }
    world.github.require_token(Some("right"));
    ill(look(&[], "wrong"), "token", "renew GITHUB_TOKEN");
    world.github.leave_quota(0);
    let (_, checks) = look(&[], "");
    let quota = checks.iter().find(|check| check.0 == "quota").unwrap();
    assert!(quota.1 == "weak" && quota.2.contains("0 of 60"), "{quota:?}");

    let mut unplugged = world.command(&["doctor", "--json"]);
    unplugged.env("CAIRN_GITHUB_API_URL", "http://127.0.0.1:9");
    ill(doctor(&mut unplugged), "API", "is the network up");
    let library = world.path("index/library.db");
    let kept = std::fs::read(&library).unwrap();
    std::fs::write(&library, b"this is no database, whatever its name says").unwrap();
    ill(look(&["--offline"], ""), "store", "not a database");
    std::fs::write(&library, kept).unwrap();
    std::fs::write(world.path("index/current"), "7\n").unwrap();
    let (_, checks) = look(&["--offline"], "");
    let shown = checks.iter().find(|check| check.0 == "generation").unwrap();
    assert!(shown.1 == "weak" && shown.2.contains("refresh --offline` rebuilds it"), "{shown:?}");
    std::fs::write(world.path("index/current"), "1\n").unwrap();
    world.write("sources/catalogue.toml", "nonsense\n");
    ill(look(&["--offline"], ""), "data files", "sources check");
    world.catalogue("[[source]]\nfolder = \"no-such\"\nwhy = \"x\"\n");
    ill(look(&["--offline"], ""), "folders", "no-such");
    assert_eq!(world.hits("\"position bias\"").len(), 1, "the doctor changed nothing");
    assert!(BIAS.contains("bias"));
}
