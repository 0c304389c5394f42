//! A week in fast motion, run by `.ci/soak week`: hundreds of refreshes with small changes under a running server that
//! answers twenty requests a second. Errors must stay at zero, and memory, descriptors, threads and disk flat.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::changing::{Changing, Dice, changing_world};
use crate::load::Held;
use crate::serve::Server;
use crate::world::World;

/// The number of refreshes, unless `CAIRN_ROUNDS` is set.
const ROUNDS: usize = 500;
/// The time between two requests.
const PACE: Duration = Duration::from_millis(50);
/// The rounds before the measurement, as a share of all. Caches fill in them, and the index gets its usual segments.
const WARM_UP: f64 = 0.2;
/// How much more than in the first measured rounds the last ones may use: the medians are compared.
const MORE_MEMORY: usize = 32 * 1_048_576;
const MORE_FILES: usize = 16;
const MORE_THREADS: usize = 4;
/// The index may grow with its contents and with the segments that wait for a merge.
const GROWTH_OF_DISK: f64 = 1.5;

/// The pages and API requests of readers.
const TARGETS: [&str; 10] = [
    "/?q=position+bias",
    "/api/v1/search?q=feature+store",
    "/api/v1/search?q=design+a+recommender&limit=50",
    "/topics",
    "/topics/position-bias",
    "/cases/video-recommendation",
    "/sources",
    "/api/v1/status",
    "/new",
    "/metrics",
];

/// What the server and the index have after a refresh.
#[derive(Clone, Copy)]
struct Sample {
    held: Held,
    disk: u64,
}

impl Sample {
    fn of(world: &World, server: &Server) -> Sample {
        Sample { held: Held::by(server.child.id()), disk: bytes(world) }
    }

    /// The median of each value of `samples`.
    fn median(samples: &[Sample]) -> Sample {
        let median = |value: &dyn Fn(&Sample) -> u64| {
            let mut values: Vec<u64> = samples.iter().map(value).collect();
            values.sort_unstable();
            values[values.len() / 2]
        };
        let count = |value: &dyn Fn(&Held) -> usize| median(&|s| value(&s.held) as u64) as usize;
        let held = Held {
            memory: count(&|held| held.memory),
            threads: count(&|held| held.threads),
            files: count(&|held| held.files),
        };
        Sample { held, disk: median(&|sample| sample.disk) }
    }

    fn print(self, name: &str) {
        println!("{name:>10}: {}, {:.1} MB of index", self.held, self.disk as f64 / 1e6);
    }
}

/// The bytes of the index on disk. A file with several names counts once.
fn bytes(world: &World) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let files = walkdir::WalkDir::new(world.path("index")).into_iter().filter_map(Result::ok);
    let mut seen = std::collections::HashSet::new();
    // A file may have gone since it was listed.
    let files = files.filter_map(|file| file.metadata().ok()).filter(fs::Metadata::is_file);
    files.filter(|file| seen.insert(file.ino())).map(|file| file.len()).sum()
}

/// Asks for one target after the other, at the pace of readers, until `is_over`.
fn read(
    server: &Server,
    is_over: &AtomicBool,
    asked: &AtomicUsize,
    failed: &AtomicUsize,
) -> Duration {
    let (began, mut longest) = (Instant::now(), Duration::ZERO);
    while !is_over.load(Ordering::SeqCst) {
        let number = asked.fetch_add(1, Ordering::SeqCst);
        let target = TARGETS[number % TARGETS.len()];
        let started = Instant::now();
        let answer = server.get(target);
        longest = longest.max(started.elapsed());
        if !answer.starts_with("HTTP/1.1 200") {
            println!("{target}: {}", &answer[..answer.len().min(300)]);
            failed.fetch_add(1, Ordering::SeqCst);
        }
        let next = PACE * u32::try_from(number + 1).unwrap();
        std::thread::sleep(next.saturating_sub(began.elapsed()));
    }
    longest
}

/// One to three small changes in one or two repositories, then a refresh.
fn refresh(world: &World, repositories: &mut [Changing], dice: &mut Dice) {
    for _ in 0..dice.0.usize(1..3) {
        let at = dice.0.usize(..repositories.len());
        repositories[at].change(dice);
        repositories[at].push(world, dice);
    }
    let run = world.run(&["refresh", "-q"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    world.github.forget_requests();
}

#[test]
#[ignore = "takes minutes with the release program: .ci/soak week"]
fn a_week_of_refreshes_under_a_server_leaves_everything_flat() {
    let Some((world, mut repositories, mut dice)) = changing_world() else { return };
    let rounds = std::env::var("CAIRN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let rounds: usize = rounds.unwrap_or(ROUNDS).max(20);
    world.refresh(&[], 0);
    let server = Server::start(&world, &["--no-refresh"]);
    let (is_over, asked, failed) =
        (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let (mut samples, started) = (Vec::with_capacity(rounds), Instant::now());
    let longest = std::thread::scope(|scope| {
        let reader = scope.spawn(|| read(&server, &is_over, &asked, &failed));
        // Whatever fails here, the reader must end, or the test hangs.
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for round in 1..=rounds {
                refresh(&world, &mut repositories, &mut dice);
                let sample = Sample::of(&world, &server);
                if round % (rounds / 10) == 0 {
                    sample.print(&format!("{round} runs"));
                }
                samples.push(sample);
            }
        }));
        is_over.store(true, Ordering::SeqCst);
        let longest = reader.join().unwrap();
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        longest
    });
    let measured = &samples[(rounds as f64 * WARM_UP) as usize..];
    let tenth = rounds / 10;
    let first = Sample::median(&measured[..tenth]);
    let last = Sample::median(&measured[measured.len() - tenth..]);
    first.print("first");
    last.print("last");
    let (asked, failed) = (asked.load(Ordering::SeqCst), failed.load(Ordering::SeqCst));
    println!(
        "{rounds} refreshes in {:.0?}, {asked} requests ({:.1} a second), {failed} failed, longest {longest:.0?}",
        started.elapsed(),
        asked as f64 / started.elapsed().as_secs_f64()
    );
    assert_eq!(failed, 0, "of {asked} requests");
    assert!(last.held.memory <= first.held.memory + MORE_MEMORY, "memory grew");
    assert!(last.held.files <= first.held.files + MORE_FILES, "descriptors were not closed");
    assert!(last.held.threads <= first.held.threads + MORE_THREADS, "threads were not ended");
    assert!(last.disk as f64 <= first.disk as f64 * GROWTH_OF_DISK, "the index grew");
}
