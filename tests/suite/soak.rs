//! Tests that take minutes, run by `.ci/soak` with the release program: hundreds of refreshes with faults and kills
//! over real repositories that change meanwhile, many sources, searches while a refresh runs. Content is checked.
//! Figures are only printed.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::changing::changing_world;
use crate::content::content;
use crate::github::Fault;
use crate::serve::Server;
use crate::signals::{Signal, send};
use crate::world::{World, repo};

/// The number of rounds of a soak: `CAIRN_ROUNDS`, else 200.
fn rounds() -> usize {
    std::env::var("CAIRN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200)
}

/// Checks that the index has the same content as one that is built from scratch.
#[track_caller]
fn equals_a_clean_build(world: &World) {
    world.refresh(&[], 0);
    let after = content(&world.path("index"));
    fs::rename(world.path("index"), world.path("soaked")).unwrap();
    world.refresh(&[], 0);
    let clean = content(&world.path("index"));
    println!(
        "{} documents, {}, {} copies, {} edges, {} resources",
        clean.documents.len(),
        clean.counts,
        clean.copies.len(),
        clean.edges.len(),
        clean.resources.len()
    );
    assert_eq!(after.counts, clean.counts);
    assert!(after == clean, "the content differs from that of a clean build");
}

#[test]
#[ignore = "takes minutes: .ci/soak"]
fn refreshes_with_random_faults_end_in_the_content_of_a_clean_build() {
    let Some((world, mut repositories, mut dice)) = changing_world() else { return };
    let faults = [
        Fault::Status(500),
        Fault::StatusOnce(502),
        Fault::Status(404),
        Fault::Status(403),
        Fault::RetryAfter { seconds: 3600 },
        Fault::RateLimited { reset_in: Duration::from_secs(3600) },
        Fault::Truncated,
        Fault::NotGzip,
        Fault::IgnoresEtag,
        Fault::AccessBlocked,
        Fault::Elsewhere { port: 9 },
    ];
    world.write("cairn.toml", "[refresh]\nlongest_wait = \"1s\"\n");
    let mut ends = [0_usize; 2];
    for _ in 0..rounds() {
        for _ in 0..dice.0.usize(1..4) {
            let at = dice.0.usize(..repositories.len());
            repositories[at].change(&mut dice);
            repositories[at].push(&world, &mut dice);
        }
        let mut ill = Vec::new();
        for _ in 0..dice.0.usize(..4) {
            let name = dice.of(&repositories).name.clone();
            world.github.fault(&name, *dice.of(&faults));
            ill.push(name);
        }
        let one = dice.of(&repositories).name.clone();
        let arguments: &[&str] = match dice.0.u8(..10) {
            0 => &["refresh", "-q", "--full"],
            1 => &["refresh", "-q", "--offline"],
            2 => &["refresh", "-q", &one],
            _ => &["refresh", "-q"],
        };
        let mut command = world.command(arguments);
        if dice.0.bool() {
            command.env("GITHUB_TOKEN", "t");
        }
        let code = command.output().unwrap().status.code();
        assert!(matches!(code, Some(0 | 3)), "{code:?}");
        ends[usize::from(code == Some(3))] += 1;
        ill.iter().for_each(|name| world.github.fault(name, Fault::None));
        world.github.leave_quota(4_000);
        world.github.forget_requests();
    }
    println!("{} refreshes well, {} with a source that failed", ends[0], ends[1]);
    equals_a_clean_build(&world);
}

#[test]
#[ignore = "takes minutes: .ci/soak"]
fn kills_at_random_points_lose_and_duplicate_nothing() {
    let Some((world, mut repositories, mut dice)) = changing_world() else { return };
    world.refresh(&[], 0);
    repositories[0].touch(1);
    repositories[0].push(&world, &mut dice);
    let started = Instant::now();
    world.refresh(&["--full"], 0);
    let whole = started.elapsed();
    let server = Server::start(&world, &["--no-refresh"]);
    let (mut killed, mut answered) = (0, 0);
    while killed < rounds() {
        for _ in 0..dice.0.usize(1..6) {
            let at = dice.0.usize(..repositories.len());
            match dice.0.u8(..8) {
                0 => repositories[at].touch(killed),
                _ => repositories[at].change(&mut dice),
            }
            repositories[at].push(&world, &mut dice);
        }
        let arguments: &[&str] =
            if dice.0.bool() { &["refresh", "-q"] } else { &["refresh", "-q", "--full"] };
        let mut child = world.command(arguments).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(dice.0.f64()));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
        }
        child.wait().unwrap();
        let answer = server.get("/api/v1/search?q=position+bias");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"hits\":[{"), "{answer}");
        answered += 1;
        world.github.forget_requests();
    }
    println!(
        "{killed} kills within {whole:?} each; the server answered all of {answered} searches"
    );
    equals_a_clean_build(&world);
}

/// The processor time in seconds of this process's ended children (Linux).
fn children_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse().ok()).unwrap_or(0.0);
    // cutime and cstime, the 16th and 17th of proc(5), in hundredths of a second.
    (ticks(13) + ticks(14)) / 100.0
}

#[test]
#[ignore = "takes minutes: .ci/soak"]
fn five_hundred_unchanged_sources() {
    let files = |at: usize| format!("# Note {at}\n\nPosition bias in repository number {at}.\n");
    let repos = (0..500).map(|at| repo(&format!("org{}/r{at}", at % 7), &[("a.md", &files(at))]));
    let world = World::new(repos.collect());
    world.refresh(&[], 0);
    world.refresh(&[], 0);
    for (name, token) in [("without a token", ""), ("with a token", "t")] {
        world.github.forget_requests();
        let before = children_seconds();
        let started = Instant::now();
        let mut command = world.command(&["refresh", "--json", "-q"]);
        let output = command.env("GITHUB_TOKEN", token).output().unwrap();
        let run: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let requests = world.github.requests();
        println!(
            "500 unchanged sources {name}: {} requests, {:.2} s of processor, {:.2} s, {:.0} MB",
            requests.len(),
            children_seconds() - before,
            started.elapsed().as_secs_f64(),
            run["peak_bytes"].as_f64().unwrap_or(0.0) / 1e6,
        );
        assert_eq!(requests.len(), 500);
        assert!(requests.iter().all(|request| request.status == 304));
        assert!(run["generation"].is_null());
    }
}

#[test]
#[ignore = "takes minutes: .ci/soak"]
fn searches_while_a_refresh_runs() {
    let Some((world, mut repositories, mut dice)) = changing_world() else { return };
    world.refresh(&[], 0);
    world.write("cairn.toml", "[refresh]\nevery = \"never\"\n");
    let server = Server::start(&world, &[]);
    let queries =
        ["position+bias", "feature+store", "data+drift", "recall+at+k", "design+a+recommender"];
    let ask = |times: &mut Vec<Duration>| {
        let query = queries[times.len() % queries.len()];
        let started = Instant::now();
        let answer = server.get(&format!("/api/v1/search?q={query}"));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        times.push(started.elapsed());
    };
    let quantile = |times: &mut Vec<Duration>, part: f64| {
        times.sort();
        times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3
    };
    let mut idle = Vec::new();
    (0..3_000).for_each(|_| ask(&mut idle));
    let mut busy = Vec::new();
    for round in 1..=4_usize {
        // Every file changes, so that all is read, annotated and indexed again.
        for repository in &mut repositories {
            repository.touch(round);
            repository.push(&world, &mut dice);
        }
        send(Signal::HangUp, server.child.id());
        let generation = format!("\"generation\":{}", round + 1);
        while !server.get("/api/v1/status").contains(&generation) {
            (0..20).for_each(|_| ask(&mut busy));
        }
    }
    let [idle, busy] = [&mut idle, &mut busy].map(|times| {
        (times.len(), quantile(times, 0.5), quantile(times, 0.99), quantile(times, 1.0))
    });
    println!(
        "searches over HTTP, idle: {} (median {:.2} ms, p99 {:.2} ms, max {:.2} ms)",
        idle.0, idle.1, idle.2, idle.3
    );
    println!(
        "while refreshing: {} (median {:.2} ms, p99 {:.2} ms, max {:.2} ms)",
        busy.0, busy.1, busy.2, busy.3
    );
    println!("ratio of p99: {:.2}", busy.2 / idle.2);
}
