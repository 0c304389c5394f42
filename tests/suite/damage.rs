//! A damaged index: each of its files is emptied, truncated, changed and removed. After each damage, the next refresh
//! succeeds and produces the same content.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cairn::config::{self, ConfigOverrides};
use cairn::refresh::{self, FetchMode, RefreshOptions, RefreshStop};

use crate::content::{Content, content};
use crate::world::{BIAS, World, repo, two};

/// How a file is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Harm {
    Removed,
    Emptied,
    Truncated,
    /// One bit in the middle is flipped; the length does not change.
    Flipped,
    /// The first byte becomes one that is not valid UTF-8.
    Garbled,
}

const HARMS: [Harm; 5] =
    [Harm::Removed, Harm::Emptied, Harm::Truncated, Harm::Flipped, Harm::Garbled];

impl Harm {
    fn apply(self, path: &Path) {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        match self {
            Harm::Removed => return fs::remove_file(path).unwrap(),
            Harm::Emptied => bytes.clear(),
            Harm::Truncated => bytes.truncate(middle),
            Harm::Flipped => bytes.iter_mut().skip(middle).take(1).for_each(|byte| *byte ^= 1),
            Harm::Garbled => bytes.iter_mut().take(1).for_each(|byte| *byte = 0xff),
        }
        // The same file under all of its names: a segment is damaged wherever it is linked.
        fs::write(path, bytes).unwrap();
    }
}

/// A world with two generations and a writer's index of more than one segment.
pub(crate) fn world_of_two_generations() -> World {
    let world = two();
    world.refresh(&[], 0);
    world.github.put(repo("ann/bias", &[("README.md", BIAS), ("c.md", "# C\n\nClick models.\n")]));
    world.refresh(&[], 0);
    world
}

/// A vocabulary of two topics. With the whole vocabulary, each of the many refreshes would take ten times as long.
const TOPICS: &str = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix topic: <urn:cairn:topic:> .
@prefix step: <urn:cairn:step:> .
topic:position-bias a skos:Concept ; skos:prefLabel \"position bias\"@en ;
    skos:definition \"What stands higher is clicked more.\"@en ;
    skos:broader topic:ml-problem-framing ; skos:related topic:feature-store .
topic:feature-store a skos:Concept ; skos:prefLabel \"feature store\"@en ;
    skos:definition \"It serves the same features twice.\"@en ;
    skos:broader topic:ml-problem-framing .
step:features skos:member topic:feature-store , topic:position-bias .
";

/// Replaces the vocabulary by a small one.
fn shorten_vocabulary(world: &World) {
    for file in fs::read_dir(world.path("sources/vocabulary")).unwrap() {
        let path = file.unwrap().path();
        if !path.ends_with("scheme.ttl") {
            fs::remove_file(path).unwrap();
        }
    }
    world.write("sources/vocabulary/small.ttl", TOPICS);
}

/// Copies the folder `from` with its hard links.
pub fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

/// The paths in `index` of every file except the store.
fn files(index: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(index).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let names = files.map(|file| file.path().strip_prefix(index).unwrap().to_owned());
    names.filter(|name| !name.to_str().unwrap().starts_with("library.db")).collect()
}

/// Refreshes in this process with `--offline`. Returns the number of the generation that was built, if any.
fn rebuild(world: &World) -> anyhow::Result<Option<u64>> {
    let overrides = ConfigOverrides {
        config: None,
        index: Some(world.path("index")),
        sources: Some(world.path("sources")),
    };
    let options = RefreshOptions { network: FetchMode::Offline, ..RefreshOptions::default() };
    let config = config::load(&overrides)?;
    Ok(refresh::run(&config, &options, &RefreshStop::new(), &mut |_| {})?.run.generation)
}

/// For each of `cases`: damages the file, refreshes, and compares the content. Prints each case with its time.
fn all_cases(world: &World, cases: &[(&Path, Harm)]) {
    let (index, kept) = (world.path("index"), world.path("kept"));
    let before: Content = content(&index);
    copy(&index, &kept);
    for (at, (file, harm)) in cases.iter().enumerate() {
        let started = std::time::Instant::now();
        fs::remove_dir_all(&index).unwrap();
        copy(&kept, &index);
        harm.apply(&index.join(file));
        let case = format!("{} {harm:?}", file.display());
        rebuild(world).unwrap_or_else(|error| panic!("{case}: {error:#}"));
        assert!(content(&index) == before, "{case}: the content differs");
        let again = rebuild(world).unwrap();
        assert_eq!(again, None, "{case}: the refresh left something damaged");
        println!("{} of {}: {case}, {:.1?}", at + 1, cases.len(), started.elapsed());
    }
}

#[test]
fn the_next_refresh_rebuilds_any_damaged_file_of_the_index() {
    let world = world_of_two_generations();
    shorten_vocabulary(&world);
    world.refresh(&["--offline"], 0);
    let all = files(&world.path("index"));
    // One file of each kind of the segments; `.ci/soak` damages all of them.
    let mut seen = std::collections::HashSet::new();
    let chosen: Vec<PathBuf> = all
        .into_iter()
        .filter(|file| {
            let name = file.file_name().unwrap().to_str().unwrap();
            let kind = name.rsplit('.').next().unwrap().to_owned();
            let is_segment = name.len() > 32 && !name.starts_with('.');
            let is_older = file.starts_with("generations/0002");
            !is_older && (!is_segment || seen.insert((file.parent().map(Path::to_owned), kind)))
        })
        .collect();
    for name in ["current", "runs.json", "lock", "building/meta.json", "building/meta.blake3"] {
        assert!(chosen.iter().any(|file| file == Path::new(name)), "{name} in {chosen:?}");
    }
    for name in
        ["manifest.json", "graph.bin", "copies.bin", "contents.bin", "earlier.bin", "news.json"]
    {
        assert!(chosen.iter().any(|file| file.ends_with(name)), "{name} in {chosen:?}");
    }
    let each = chosen.iter().flat_map(|file| HARMS.map(|harm| (file.as_path(), harm)));
    let cases: Vec<_> = each.collect();
    assert!(cases.len() >= 86, "{} cases", cases.len());
    all_cases(&world, &cases);
}

#[test]
#[ignore = "takes minutes: .ci/soak"]
fn the_next_refresh_rebuilds_any_damaged_file_of_a_real_index() {
    let Some((world, ..)) = crate::changing::changing_world() else { return };
    world.refresh(&[], 0);
    world.write("sources/notes/own.md", "# Own note\n\nAnother word on feature stores.\n");
    world.refresh(&["notes"], 0);
    // A case takes a whole refresh: each file is damaged in one way, and the files of a folder in all five.
    let all = files(&world.path("index"));
    let each = all.iter().zip(HARMS.into_iter().cycle());
    let cases: Vec<_> = each.map(|(file, harm)| (file.as_path(), harm)).collect();
    all_cases(&world, &cases);
}

/// The file in the search index of generation 2 whose name ends in `kind`.
fn segment(world: &World, kind: &str) -> PathBuf {
    let folder = world.path("index/generations/0002/search");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    names.into_iter().find(|path| path.to_str().unwrap().ends_with(kind)).unwrap()
}

#[test]
fn a_plain_refresh_rebuilds_what_cannot_be_opened() {
    for (kind, harm) in [(".store", Harm::Truncated), (".idx", Harm::Emptied)] {
        let world = world_of_two_generations();
        let before = content(&world.path("index"));
        harm.apply(&segment(&world, kind));
        let out = world.run(&["search", "bias"]);
        assert_eq!(out.code, 1);
        assert!(out.stderr.contains("cairn refresh --offline"), "{}", out.stderr);
        assert_eq!(world.refresh(&[], 0)["generation"], 3);
        assert!(content(&world.path("index")) == before);
        assert_eq!(world.refresh(&[], 0)["generation"], serde_json::Value::Null);
    }
}

#[test]
fn a_damaged_writers_index_is_detected_although_nothing_has_changed() {
    for name in ["meta.json", ".managed.json", "meta.blake3"] {
        let world = world_of_two_generations();
        let before = content(&world.path("index"));
        Harm::Flipped.apply(&world.path("index/building").join(name));
        let run = world.refresh(&[], 0);
        if name == ".managed.json" && run["generation"].is_null() {
            // The flip may change a listed name into that of no file; nothing depends on that.
            continue;
        }
        assert_eq!(run["generation"], 3, "{name}: {run}");
        assert_eq!(run["indexed"], run["sections"], "{name}: every section is indexed again");
        assert!(content(&world.path("index")) == before, "{name}");
    }
}

#[test]
fn a_flipped_bit_in_a_segment_is_found_by_the_doctor_and_rebuilt_as_it_advises() {
    let world = world_of_two_generations();
    let before = content(&world.path("index"));
    let doctor = |code: i32| {
        let out = world.run(&["doctor", "--offline", "--deep", "--json"]);
        assert_eq!(out.code, code, "{}{}", out.stdout, out.stderr);
        let checks: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
        let checks = checks["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["name"] == "checksums").unwrap()
    };
    assert_eq!(doctor(0)["state"], "well");
    let path = segment(&world, ".store");
    Harm::Flipped.apply(&path);
    let check = doctor(1);
    assert_eq!(check["state"], "ill");
    let (says, hint) = (check["says"].to_string(), check["hint"].to_string());
    assert!(says.contains(path.file_name().unwrap().to_str().unwrap()), "{says}");
    assert!(hint.contains("`cairn refresh --offline`"), "{hint}");
    assert_eq!(world.refresh(&["--offline"], 0)["generation"], 3);
    assert_eq!(doctor(0)["state"], "well");
    assert!(content(&world.path("index")) == before);

    // `--full` verifies the checksums, too.
    let path = world.path("index/generations/0003/search");
    let names = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let store = names.into_iter().find(|path| path.to_str().unwrap().ends_with(".store")).unwrap();
    Harm::Flipped.apply(&store);
    assert_eq!(world.refresh(&["--full"], 0)["generation"], 4);
    assert_eq!(doctor(0)["state"], "well");
}

#[test]
fn a_truncated_segment_is_reported_in_one_sentence() {
    let world = world_of_two_generations();
    Harm::Truncated.apply(&segment(&world, ".store"));
    let told = world.run(&["search", "bias"]).stderr;
    assert_eq!(told.matches(".store").count(), 1, "{told}");
    assert_eq!(told.trim().lines().count(), 1, "{told}");
    let folder = world.path("index/generations/0002");
    let cause = " bytes instead of ";
    assert!(told.contains(cause) && told.contains(folder.to_str().unwrap()), "{told}");
}
