//! The cost of a document is bounded: hostile files take bounded time and memory, other files are indexed all the same.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::hostile::{Shape, shapes};
use crate::world::{World, part, text};

/// A file of the policy's largest size, in bytes.
const LARGEST: usize = 16_000_000;
/// The most memory that a refresh and its two child processes may use together, in bytes.
const MOST_MEMORY: u64 = 800_000_000;

/// A world with one source, the folder `hostile` of `files`.
pub(crate) fn world(files: &[(String, Vec<u8>)]) -> World {
    let world = World::new(Vec::new());
    world.catalogue("[[source]]\nfolder = \"hostile\"\nwhy = \"test\"\nlicence = \"MIT\"\n");
    // Threads normally come from GitHub's API; here they are files for the same reader.
    let policy = fs::read_to_string(world.path("sources/policy.toml")).unwrap();
    world.write(
        "sources/policy.toml",
        &policy.replacen("formats = [", "formats = [\"thread\", ", 1),
    );
    for (path, bytes) in files {
        let path = world.path(&format!("sources/hostile/{path}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    world
}

/// `count` files of at most `bytes` bytes for each of `shapes`. Each shape has its own folder, with a note that can be
/// found.
fn files(shapes: &[Shape], count: usize, bytes: usize) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for (at, shape) in shapes.iter().enumerate() {
        for number in 0..count {
            // JSON is read only if its name says that it is a quiz.
            let path = format!("{}/quiz-{number}.{}", shape.name, shape.format);
            files.push((path, shape.make(bytes, number)));
        }
        let note =
            format!("# A good note\n\nThe word findable{at} stands in this note on drift.\n");
        files.push((format!("{}/good.md", shape.name), note.into_bytes()));
    }
    files
}

fn problems(world: &World) -> Vec<String> {
    let source = world.source("hostile");
    let problems = source["problems"].as_array().unwrap().iter();
    problems
        .map(|problem| format!("{}: {}", text(&problem["path"]), text(&problem["message"])))
        .collect()
}

/// Checks that the note beside each of `shapes` is found.
#[track_caller]
fn finds_the_notes(world: &World, shapes: &[Shape]) {
    for (at, shape) in shapes.iter().enumerate() {
        let found = world.hits(&format!("findable{at}"));
        assert_eq!(found, [format!("hostile {}/good.md", shape.name)]);
    }
}

/// The children of the process `parent`, with the peak memory of each in bytes.
pub(crate) fn children(parent: u32) -> HashMap<u32, u64> {
    let mut children = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let field = |name: &str| -> Option<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        if field("PPid:") == Some(u64::from(parent)) {
            children.insert(id, field("VmHWM:").unwrap_or(0) * 1024);
        }
    }
    children
}

/// Refreshes `world`. Returns the run, and the sum of the peak memory of the refresh and of its two largest children.
fn refresh(world: &World) -> (Value, u64) {
    let output = world.path("run.json");
    let mut command = world.command(&["refresh", "--json", "-q"]);
    let mut child = command.stdout(fs::File::create(&output).unwrap()).spawn().unwrap();
    let mut peaks: HashMap<u32, u64> = HashMap::new();
    while child.try_wait().unwrap().is_none() {
        for (id, peak) in children(child.id()) {
            let known = peaks.entry(id).or_default();
            *known = peak.max(*known);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let run: Value = serde_json::from_str(&fs::read_to_string(output).unwrap()).unwrap();
    let mut peaks: Vec<u64> = peaks.into_values().collect();
    peaks.sort_unstable_by_key(|peak| std::cmp::Reverse(*peak));
    let own = run["peak_bytes"].as_u64().unwrap_or(0);
    let children = peaks.iter().take(2).sum::<u64>();
    println!(
        "{} documents in {:.1} s; {:.0} MB at the peak, its children {:.0} MB",
        part(&run, "hostile")["documents"],
        run["seconds"].as_f64().unwrap_or(0.0),
        own as f64 / 1e6,
        children as f64 / 1e6
    );
    (run, own + children)
}

#[test]
fn a_folder_of_hostile_files_is_refreshed_and_everything_else_in_it_is_found() {
    let shapes = shapes();
    let world = world(&files(&shapes, 1, 60_000));
    let (run, peak) = refresh(&world);
    assert!(run["seconds"].as_f64().unwrap() < 300.0, "{run}");
    assert!(peak < MOST_MEMORY, "{peak} bytes");
    finds_the_notes(&world, &shapes);
    let told = problems(&world);
    for (path, says) in [
        ("braces-in-front-matter", "deeper than 64 levels"),
        ("aliases-in-front-matter", "aliases"),
        ("deep-json", "no notebook"),
    ] {
        let is_told = |line: &String| line.starts_with(path) && line.contains(says);
        assert!(told.iter().any(is_told), "{path}: {says} is not in {told:#?}");
    }
}

#[test]
#[ignore = "takes minutes: .ci/soak"]
fn two_hundred_hostile_files_are_refreshed_in_minutes_and_everything_else_is_found() {
    let shapes = shapes();
    let world = world(&files(&shapes, 10, 3_200_000));
    let (run, peak) = refresh(&world);
    problems(&world).iter().for_each(|problem| println!("{problem}"));
    assert!(run["seconds"].as_f64().unwrap() < 900.0, "{run}");
    assert!(peak < MOST_MEMORY, "{peak} bytes");
    finds_the_notes(&world, &shapes);
}

#[test]
fn footnote_definitions_on_four_hundred_thousand_lines_cost_no_gigabytes() {
    let file = |name: &str| (format!("{name}.md"), "[^a]: x\n".repeat(400_000).into_bytes());
    let world = world(&[file("a"), ("good.md".into(), b"# Good\n\nA findable note.\n".to_vec())]);
    let (run, peak) = refresh(&world);
    assert!(peak < MOST_MEMORY, "{peak} bytes");
    // What the reader can not parse is read as plain text, which is no prose.
    assert_eq!(part(&run, "hostile")["documents"], 1);
    let told = problems(&world);
    assert!(told.iter().any(|line| line.contains("a.md: left out: a list of words")), "{told:#?}");
    let status = world.run(&["status", "--json"]).json();
    let index = status["index_bytes"].as_u64().unwrap_or(u64::MAX);
    assert!(index < 50_000_000, "each section holds its own lines only: {index} bytes");
    assert_eq!(world.hits("findable"), ["hostile good.md"]);
}

#[test]
#[ignore = "takes minutes: .ci/soak"]
fn twenty_hostile_files_of_the_largest_size_stay_under_800_mb() {
    let all = shapes();
    for kinds in all.chunks(20) {
        let world = world(&files(kinds, 20 / kinds.len(), LARGEST));
        let (_, peak) = refresh(&world);
        problems(&world).iter().for_each(|problem| println!("{problem}"));
        assert!(peak < MOST_MEMORY, "{peak} bytes");
        finds_the_notes(&world, kinds);
    }
}

#[test]
fn two_thousand_similar_sections_are_folded_in_time_and_reported() {
    let shapes = shapes();
    let shape = shapes.iter().find(|shape| shape.name == "near-copies").unwrap();
    // A section has some 800 bytes.
    let file = |number: usize| (format!("{number}.md"), shape.make(80_000, number));
    let world = world(&(0..20).map(file).collect::<Vec<_>>());
    let (run, _) = refresh(&world);
    assert!(part(&run, "hostile")["sections"].as_u64().unwrap() > 1_500, "{run}");
    assert!(run["seconds"].as_f64().unwrap() < 120.0, "{run}");
    let told = problems(&world);
    assert!(told.iter().any(|line| line.contains("resemble more than 32 others")), "{told:#?}");
}

#[cfg(unix)]
#[test]
fn files_with_unusable_names_are_problems_with_the_reason() {
    use std::os::unix::ffi::OsStrExt;
    let world = world(&[
        ("a\\b.md".into(), b"# A\n\nWords.\n".to_vec()),
        ("good.md".into(), b"# Good\n\nWords.\n".to_vec()),
    ]);
    for name in [&b"caf\xe9.md"[..], b"caf\xe9.png"] {
        let name = std::ffi::OsStr::from_bytes(name);
        fs::write(world.path("sources/hostile").join(name), "# Not UTF-8\n").unwrap();
    }
    world.refresh(&[], 0);
    let told = problems(&world);
    assert_eq!(told.len(), 2, "a file of another format is no problem: {told:#?}");
    assert!(
        told.iter().any(|line| line.starts_with("a\\b.md: a backslash in its name")),
        "{told:#?}"
    );
    assert!(told.iter().any(|line| line.starts_with("caf\\xe9.md: its name")), "{told:#?}");
    assert_eq!(world.source("hostile")["documents"], 1);
}

#[test]
fn a_huge_cairnignore_applies_up_to_its_limit_and_is_a_problem() {
    let lines: String = (0..5_000).map(|at| format!("never{at}.md\n")).collect();
    let note = |path: &str| (path.to_owned(), b"# A\n\nWords.\n".to_vec());
    let ignore = (".cairnignore".to_owned(), format!("secret.md\n{lines}").into_bytes());
    let world = world(&[ignore, note("secret.md"), note("good.md")]);
    world.refresh(&[], 0);
    assert_eq!(world.source("hostile")["documents"], 1);
    let told = problems(&world);
    assert!(told.iter().any(|line| line.starts_with(".cairnignore: too long")), "{told:#?}");
}

/// If this is set, [`every_fuzz_target_begins_with_the_hostile_shapes`] writes the shapes to its folder: `fuzz/corpus`.
const SEEDS: &str = "CAIRN_SEEDS";
/// The longest input of a fuzz target, in bytes.
const LONGEST_SEED: usize = 65_536;

#[test]
fn every_fuzz_target_begins_with_the_hostile_shapes() {
    let into = std::env::var_os(SEEDS).map(std::path::PathBuf::from);
    let mut seeded: HashSet<&str> = HashSet::new();
    for shape in shapes() {
        for (size, bytes) in [("small", 2_000), ("large", LONGEST_SEED)] {
            let seed = shape.make(bytes, 0);
            assert!((1_000..=LONGEST_SEED).contains(&seed.len()), "{}: {}", shape.name, seed.len());
            if let Some(into) = &into {
                let folder = into.join(shape.format);
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join(format!("{}-{size}", shape.name)), seed).unwrap();
            }
        }
        seeded.insert(shape.format);
    }
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    for target in fs::read_dir(targets).unwrap() {
        let target = target.unwrap().path();
        let name = target.file_stem().unwrap().to_str().unwrap();
        // These read queries, responses and formulas, not documents.
        let is_seeded =
            seeded.contains(name) || matches!(name, "query" | "highlight" | "feed" | "formula");
        assert!(is_seeded, "no hostile shape for the fuzz target {name}");
    }
}
