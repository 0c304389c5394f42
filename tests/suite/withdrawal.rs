//! Material that somebody withdraws leaves the index with the next refresh: no older generation keeps it, and no segment
//! of the search index.

use std::fs;
use std::path::Path;

use crate::world::{World, entry, repo};

/// The files below `folder` that contain `words`.
pub fn files_with(folder: &Path, words: &str) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.file_type().is_file());
    let has = |bytes: Vec<u8>| bytes.windows(words.len()).any(|part| part == words.as_bytes());
    let found = files.filter(|file| has(fs::read(file.path()).unwrap()));
    found.map(|file| file.path().display().to_string()).collect()
}

/// The names in `folder`, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn an_author_who_leaves_is_in_no_generation_and_no_segment_after_the_next_refresh() {
    let stays = "# Stays\n\nPosition bias and a feature store.\n";
    let leaves = ("b.md", "# Leaves\n\nThe quokka and a feature store.\n");
    let world = World::new(vec![
        repo("ann/stays", &[("a.md", stays)]),
        repo("bob/leaves", &[leaves, ("c.md", "# More\n\nThe numbat and a feature store.\n")]),
    ]);
    world.refresh(&[], 0);
    world.github.put(repo("ann/stays", &[("a.md", &format!("{stays}\nAnd drift.\n"))]));
    world.refresh(&[], 0);
    let generations = || names(&world.path("index/generations"));
    assert_eq!(generations(), ["0001", "0002"], "a change keeps the previous generation");
    let with = |words: &str| {
        let folders = ["index/generations", "index/building"].map(|folder| world.path(folder));
        folders.iter().flat_map(|folder| files_with(folder, words)).collect::<Vec<_>>()
    };
    assert!(!with("quokka").is_empty() && !with("numbat").is_empty());
    // A file that its author excludes:
    world.github.put(repo("bob/leaves", &[leaves, (".cairnignore", "c.md\n")]));
    world.refresh(&[], 0);
    assert_eq!(generations(), ["0003"]);
    assert_eq!(with("numbat"), [""; 0]);
    assert!(!with("quokka").is_empty());
    // A whole source:
    world.catalogue(&entry("ann/stays", ""));
    world.refresh(&[], 0);
    assert_eq!(generations(), ["0004"]);
    assert_eq!(with("quokka"), [""; 0]);
    assert_eq!(world.hits("drift"), ["ann/stays a.md"]);
}
