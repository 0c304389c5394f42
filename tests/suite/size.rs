//! The size of the index folder: old content does not stay in it.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::world::World;

/// The number of notes, and of refreshes that each change one of them.
const NOTES: usize = 240;
const REFRESHES: usize = 30;
/// The size after these refreshes, at most, as a multiple of that of a new index.
const MOST_TIMES: f64 = 1.2;

/// The bytes of all files below `folder`. A file with several names counts once.
fn size(folder: &Path) -> u64 {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let sizes: BTreeMap<u64, u64> =
        files.map(|entry| entry.metadata().unwrap()).map(|file| (file.ino(), file.len())).collect();
    sizes.values().sum()
}

/// Writes the note number `at`, whose words depend on `version`.
fn write(world: &World, at: usize, version: usize) {
    let mut dice = fastrand::Rng::with_seed((version * NOTES + at) as u64);
    let mut text = format!("# Note {at}\n");
    for part in 0..6 {
        let words: Vec<String> =
            (0..60).map(|_| format!("w{}", dice.u32(..3_000).pow(2) / 3_000)).collect();
        text += &format!(
            "\n## Part {part}\n\nA feature store avoids skew, and {}. See [page {}](https://example.com/{}).\n",
            words.join(" "),
            dice.u32(..900),
            dice.u32(..900),
        );
    }
    world.write(&format!("mine/{at}.md"), &text);
}

#[test]
fn after_thirty_refreshes_with_small_changes_the_index_is_hardly_larger_than_a_new_one() {
    let world = World::new(Vec::new());
    let folder = world.path("mine").display().to_string();
    world.catalogue(&format!("[[source]]\nfolder = {folder:?}\nid = \"mine\"\nwhy = \"mine\"\n"));
    (0..NOTES).for_each(|at| write(&world, at, 0));
    world.refresh(&["-q"], 0);
    for version in 1..=REFRESHES {
        write(&world, version * 7 % NOTES, version);
        world.refresh(&["-q"], 0);
    }
    let index = world.path("index");
    let used = size(&index);
    std::fs::remove_dir_all(&index).unwrap();
    // A new index with two generations, too.
    world.refresh(&["-q"], 0);
    write(&world, 0, REFRESHES + 1);
    world.refresh(&["-q"], 0);
    let new = size(&index);
    let times = used as f64 / new as f64;
    println!("{used} bytes after {REFRESHES} refreshes, {new} in a new index: {times:.2} times");
    assert!(times <= MOST_TIMES, "{times:.2} times the size of a new index");
}
