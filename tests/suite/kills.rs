//! Kills combined with other faults: the store is lost, sources fail, a disk is not mounted, the format changes, losses
//! are refused or accepted. Readers keep what they have, and the next complete refresh produces the content of a clean
//! build. `.ci/soak` runs hundreds of rounds.

use std::fs;
use std::process::Stdio;
use std::time::Instant;

use serde_json::Value;

use crate::content::content;
use crate::github::Fault;
use crate::world::{World, entry, repo};

/// The number of documents of the repository that is too large to be lost without `--accept-loss`, and of the others
/// together.
const MANY: usize = 40;
const FEW: usize = 4;

fn rounds() -> usize {
    std::env::var("CAIRN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(12)
}

/// Publishes the version `round` of the repository.
fn push(world: &World, round: usize) {
    let text = |at: usize| {
        let drift = "Position bias and drift of a ranking model";
        format!("# Note {at}\n\n{drift}, number{at}.\n\n## Round\n\nWritten in round {round}.\n")
    };
    let files: Vec<(String, String)> =
        (0..MANY).map(|at| (format!("docs/{at}.md"), text(at))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    world.github.put(repo("ann/many", &files));
}

fn world() -> World {
    let world =
        World::new(vec![repo("ann/many", &[]), repo("bob/one", &[("a.md", "# A\n\nOne.\n")])]);
    let folder = world.path("mine").display().to_string();
    let mine = format!("[[source]]\nfolder = {folder:?}\nwhy = \"mine\"\n\n");
    world.catalogue(&[entry("ann/many", ""), entry("bob/one", ""), mine].concat());
    world.write("mine/a.md", "# Mine\n\nHandwritten words.\n");
    world.write("mine/b.md", "# Other\n\nMore handwritten words.\n");
    push(&world, 0);
    world
}

/// The number of documents in the manifest of the current generation.
fn served(world: &World) -> usize {
    let number = fs::read_to_string(world.path("index/current")).unwrap();
    let number: u64 = number.trim().parse().unwrap();
    let path = world.path(&format!("index/generations/{number:04}/manifest.json"));
    let manifest: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    usize::try_from(manifest["documents"].as_u64().unwrap()).unwrap()
}

/// Sets an older format in the manifest of the current generation.
fn change_format(world: &World) {
    let number = fs::read_to_string(world.path("index/current")).unwrap();
    let number: u64 = number.trim().parse().unwrap();
    let path = world.path(&format!("index/generations/{number:04}/manifest.json"));
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["format"] = 1.into();
    fs::write(path, serde_json::to_vec(&manifest).unwrap()).unwrap();
}

/// Simulates that the folder's disk is mounted or not.
fn mount(world: &World, mounted: bool) {
    let (root, away) = (world.path("mine"), world.path("away"));
    if mounted && away.exists() {
        fs::remove_dir_all(&root).unwrap();
        fs::rename(away, root).unwrap();
    } else if !mounted && !away.exists() {
        fs::rename(&root, away).unwrap();
        fs::create_dir(root).unwrap();
    }
}

fn heal(world: &World) {
    for name in ["ann/many", "bob/one"] {
        world.github.fault(name, Fault::None);
    }
    mount(world, true);
    world.refresh(&[], 0);
    assert_eq!(served(world), MANY + FEW);
}

#[test]
fn kills_combined_with_a_lost_store_sources_or_disk_lose_nothing() {
    let world = world();
    let started = Instant::now();
    heal(&world);
    let whole = started.elapsed();
    let seed = fastrand::u64(..);
    println!("seed {seed}, {whole:?} a refresh");
    let mut dice = fastrand::Rng::with_seed(seed);
    let (mut killed, mut refused) = (0, 0);
    for round in 1..=rounds() {
        push(&world, round);
        if dice.u8(..3) == 0 {
            let _ = fs::remove_file(world.path("index/library.db"));
        }
        if dice.u8(..6) == 0 {
            change_format(&world);
        }
        for name in ["ann/many", "bob/one"] {
            let fault = if dice.u8(..3) == 0 { Fault::Status(403) } else { Fault::None };
            world.github.fault(name, fault);
        }
        mount(&world, dice.u8(..4) > 0);
        let accepts = dice.u8(..6) == 0;
        let mut arguments = vec!["refresh", "-q"];
        arguments.extend(["", "--full", "--offline"][dice.usize(..3)].split_terminator(' '));
        arguments.extend(accepts.then_some("--accept-loss"));
        let mut child =
            world.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(1.3 * dice.f64()));
        killed += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        refused += usize::from(child.wait().unwrap().code() == Some(1));
        let documents = served(&world);
        assert!(accepts || documents >= MANY, "round {round}: {documents} documents are left");
        if documents < MANY + FEW {
            heal(&world);
        }
    }
    println!("{killed} of {} killed, {refused} refused", rounds());
    heal(&world);
    let after = content(&world.path("index"));
    fs::remove_dir_all(world.path("index")).unwrap();
    heal(&world);
    let clean = content(&world.path("index"));
    assert_eq!(after.counts, clean.counts);
    assert!(after == clean, "the content differs from that of a clean build");
}
