//! The disk budget: warnings from 80 % on, and a refresh that would exceed it publishes nothing.

use crate::serve::{app_with, get, settings};
use crate::world::{BIAS, World, entry, repo, text};

/// Words that do not compress well.
fn noise(words: u64) -> String {
    let mut random = fastrand::Rng::with_seed(7);
    let word = |_| (0..9).map(|_| random.lowercase()).collect::<String>();
    (0..words).map(word).collect::<Vec<_>>().join(" ")
}

/// The bytes that the index of `world` takes.
fn taken(world: &World) -> u64 {
    let disk = world.run(&["status", "--json"]).json()["disk"].clone();
    disk.as_object().unwrap().values().map(|bytes| bytes.as_u64().unwrap()).sum()
}

fn limited(world: &World, bytes: u64) {
    world.settings(&format!("[refresh]\nmax_bytes = {bytes}\n"));
}

#[test]
fn a_refresh_beyond_the_budget_publishes_nothing_and_says_what_takes_the_space() {
    let world = World::new(vec![repo("ann/bias", &[("README.md", BIAS)])]);
    world.refresh(&[], 0);
    let before = taken(&world);
    limited(&world, before + 300_000);
    world.github.put(repo("bob/large", &[("a.md", &format!("# Large\n\n{}\n", noise(60_000)))]));
    world.catalogue(&[entry("ann/bias", ""), entry("bob/large", "")].concat());
    let output = world.run(&["refresh"]);
    assert_eq!(output.code, 1, "{}", output.stderr);
    for says in [
        "published nothing",
        "its budget is",
        "store ",
        "generations ",
        "most of the store: bob/large",
        "max_bytes",
    ] {
        assert!(output.stderr.contains(says), "{says}: {}", output.stderr);
    }
    // Readers keep the old generation, and see why.
    let status = world.run(&["status", "--json"]).json();
    assert_eq!(
        (&status["generation"], &status["last_full_run"]["outcome"]),
        (&1.into(), &"refused".into())
    );
    assert!(text(&status["problems"][0]["message"]).contains("published nothing"), "{status}");
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
    let config = settings(&world);
    let config = cairn::config::Config { max_bytes: Some(before + 300_000), ..config };
    let app = app_with(config);
    assert!(get(&app, "/sources").2.contains("published nothing"));
    let metrics = get(&app, "/metrics").2;
    assert!(metrics.contains(&format!("cairn_index_max_bytes {}", before + 300_000)), "{metrics}");
    assert!(metrics.contains("cairn_runs_total{outcome=\"refused\"} 1"), "{metrics}");
    // Nothing of the refused generation is left.
    let names = std::fs::read_dir(world.path("index/generations")).unwrap();
    assert_eq!(names.count(), 1);

    // What makes the index smaller, or fits again, is published.
    limited(&world, 50_000_000);
    assert_eq!(world.refresh(&[], 0)["generation"], 2);
    limited(&world, 1_000);
    world.catalogue(&entry("ann/bias", ""));
    let run = world.refresh(&[], 0);
    assert_eq!(run["generation"], 3, "material that was withdrawn goes in any case: {run}");
    assert!(world.hits("source:bob/large large").is_empty());
}

#[test]
fn from_eighty_percent_on_status_and_doctor_warn() {
    let world = World::new(vec![repo("ann/bias", &[("README.md", BIAS)])]);
    world.refresh(&[], 0);
    let taken = taken(&world);
    limited(&world, taken * 2);
    assert!(!world.run(&["status"]).stdout.contains("nearly used up"));
    limited(&world, taken * 10 / 9);
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("which is nearly used up: store "), "{status}");
    let doctor = world.run(&["doctor", "--offline"]).stdout;
    assert!(doctor.contains("disk budget") && doctor.contains("% of its budget"), "{doctor}");
    world.github.put(repo("ann/bias", &[("README.md", &format!("{BIAS}\nMore.\n"))]));
    let run = world.run(&["refresh"]);
    if run.code == 0 {
        assert!(run.stdout.contains("% of its budget"), "{}", run.stdout);
    } else {
        assert!(run.stderr.contains("published nothing"), "{}", run.stderr);
    }
    world.settings("[refresh]\nmax_bytes = \"lots\"\n");
    let wrong = world.run(&["status"]).stderr;
    assert!(wrong.contains("\"lots\" is not a size such as \"20GB\""), "{wrong}");
}
