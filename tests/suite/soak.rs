//! Tests that take minutes, run by `.ci/soak` with the release program: hundreds of refreshes with faults and kills
//! over real repositories that change meanwhile, many sources, searches while a refresh runs. Content is checked.
//! Figures are only printed.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::content::content;
use crate::github::{Archive, Fault, Repo, archive};
use crate::serve::Server;
use crate::skip::skip;
use crate::world::{World, entry, repo};

/// The number of rounds of a soak: `CAIRN_ROUNDS`, else 200.
fn rounds() -> usize {
    std::env::var("CAIRN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200)
}

/// The largest tarballs of the corpus that are used, in bytes. This keeps a round short.
const LARGEST: u64 = 3_000_000;

pub struct Dice(fastrand::Rng);

impl Dice {
    fn of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.0.usize(..things.len())]
    }
}

/// A repository of the corpus that can be changed.
pub struct Changing {
    name: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Changing {
    fn read(path: &PathBuf) -> Changing {
        let stem =
            path.file_name().unwrap().to_str().unwrap().trim_end_matches(".tar.gz").to_owned();
        let mut tar =
            tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(path).unwrap()));
        let mut files = Vec::new();
        for file in tar.entries().unwrap() {
            let mut file = file.unwrap();
            if !file.header().entry_type().is_file() {
                continue;
            }
            let path = String::from_utf8_lossy(&file.path_bytes()).into_owned();
            let Some((_, path)) = path.split_once('/') else { continue };
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            files.push((path.to_owned(), bytes));
        }
        Changing { name: stem.replace('+', "/"), files }
    }

    fn push(&self, world: &World, dice: &mut Dice) {
        let sha: String = (0..40).map(|_| *dice.of(b"0123456789abcdef") as char).collect();
        let files: Vec<(&str, &[u8])> =
            self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let bytes = archive("x", &sha, &files);
        world.github.put(Repo::new(&self.name, &sha, Archive::Bytes(bytes)));
    }

    /// Changes every file.
    fn touch(&mut self, round: usize) {
        for (_, bytes) in &mut self.files {
            bytes.extend(format!("\nRound {round}.\n").as_bytes());
        }
    }

    /// Removes, copies, moves or extends a random file.
    fn change(&mut self, dice: &mut Dice) {
        if self.files.is_empty() {
            return;
        }
        let at = dice.0.usize(..self.files.len());
        match dice.0.u8(..6) {
            0 => drop(self.files.remove(at)),
            1 => {
                let copy = (format!("copies/{at}-{}.md", dice.0.u32(..)), self.files[at].1.clone());
                self.files.push(copy);
            }
            2 => self.files[at].0 = format!("moved/{}-{at}.md", dice.0.u32(..)),
            _ => {
                let number = dice.0.u32(..);
                let text = format!(
                    "\n\n## Added {number}\n\nPosition bias and a feature store, {number}.\n"
                );
                self.files[at].1.extend(text.as_bytes());
            }
        }
        self.files.sort();
    }
}

/// A world of at least twelve changing repositories.
pub fn changing_world() -> Option<(World, Vec<Changing>, Dice)> {
    let Some(corpus) = std::env::var_os("CAIRN_CORPUS").map(PathBuf::from) else {
        skip("a soak", "CAIRN_CORPUS names no folder of tarballs");
        return None;
    };
    let tarballs = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path());
    let mut tarballs: Vec<PathBuf> = tarballs
        .filter(|path| path.to_str().unwrap().ends_with(".tar.gz"))
        .filter(|path| fs::metadata(path).unwrap().len() <= LARGEST)
        .collect();
    tarballs.sort();
    assert!(tarballs.len() >= 12, "{} repositories", tarballs.len());
    let repositories: Vec<Changing> = tarballs.iter().map(Changing::read).collect();
    let seed = fastrand::u64(..);
    println!("{} repositories, seed {seed}", repositories.len());
    let mut dice = Dice(fastrand::Rng::with_seed(seed));
    let world = World::new(Vec::new());
    repositories.iter().for_each(|repository| repository.push(&world, &mut dice));
    let entries: Vec<String> =
        repositories.iter().map(|repository| entry(&repository.name, "")).collect();
    world.catalogue(&entries.concat());
    Some((world, repositories, dice))
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
fn kills_at_random_points_lose_and_double_nothing() {
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
        // Every file changes, so that all is read, annotated and indexed anew.
        for repository in &mut repositories {
            repository.touch(round);
            repository.push(&world, &mut dice);
        }
        let id = server.child.id().to_string();
        std::process::Command::new("kill").args(["-HUP", &id]).status().unwrap();
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
