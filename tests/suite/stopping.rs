//! A refresh can be stopped in every stage, however long its documents take.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::bounded::{children, world};
use crate::hostile::shapes;
use crate::signals::{Signal, send};
use crate::world::{part, wait_until};

/// Stops `rounds` refreshes, at times spread evenly over the duration of a complete one. Each must end within `most`.
fn stop_at_any_moment(documents: usize, rounds: u32, most: Duration) {
    let body =
        "A ranking model with position bias needs a feature store and drift detection. ".repeat(25);
    let file = |at: usize| {
        let parts: String =
            (0..8).map(|part| format!("## Part {part} of {at}\n\n{at} {body}\n\n")).collect();
        (format!("{}/{at}.md", at % 20), format!("# Note {at}\n\n{parts}").into_bytes())
    };
    let mut files: Vec<(String, Vec<u8>)> = (0..documents).map(file).collect();
    // In the release program these keep a reader busy for a while.
    for shape in shapes().iter().take(documents / 30) {
        files.push((format!("{}.{}", shape.name, shape.format), shape.make(1_000_000, 0)));
    }
    let world = world(&files);
    let begun = Instant::now();
    world.refresh(&[], 0);
    let whole = begun.elapsed();
    let (mut stopped, mut slowest) = (0, Duration::ZERO);
    for round in 0..rounds {
        fs::remove_dir_all(world.path("index")).unwrap();
        let mut child = world
            .command(&["refresh", "-q"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole * (2 * round + 1) / (2 * rounds));
        let readers: HashSet<u32> = children(child.id()).into_keys().collect();
        let (code, took) = interrupted(&mut child);
        slowest = slowest.max(took);
        assert!(took < most, "round {round} of {rounds}: it took {took:?}");
        stopped += u32::from(code == 1);
        let is_gone = |id: &u32| !Path::new(&format!("/proc/{id}/cmdline")).exists();
        wait_until("its children ended", || readers.iter().all(is_gone));
    }
    println!("{rounds} runs of {whole:?} each were interrupted; the slowest took {slowest:?}");
    assert!(stopped * 3 >= rounds, "{stopped} of {rounds} were interrupted while running");
    let run = world.refresh(&[], 0);
    assert!(part(&run, "hostile")["documents"].as_u64().unwrap() >= documents as u64);
}

/// The exit code of `child` after Ctrl-C, and how long it took to end.
fn interrupted(child: &mut Child) -> (i32, Duration) {
    let begun = Instant::now();
    // It may already have ended.
    send(Signal::Interrupt, child.id());
    (crate::world::ended(child).code().unwrap_or(-1), begun.elapsed())
}

#[test]
fn ctrl_c_ends_a_refresh_in_every_stage() {
    stop_at_any_moment(29, 6, Duration::from_secs(10));
}

#[test]
#[ignore = "takes minutes: .ci/soak"]
fn ctrl_c_ends_a_large_refresh_within_two_seconds_in_every_stage() {
    stop_at_any_moment(3_000, 40, Duration::from_secs(2));
}
