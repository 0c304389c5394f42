//! Hostile and broken archives: each is reported as a problem or an error, memory stays bounded, and nothing is written
//! outside the index.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::github::{Archive, RawArchive, RawEntry, Repo, raw_archive};
use crate::world::{World, outcome, part, text};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
/// The maximum memory of a refresh in bytes, for any archive.
const MOST_MEMORY: u64 = 256_000_000;

fn start() -> RawArchive {
    raw_archive(SHA).file("x-0123/good.md", b"# Good\n\nFine words here.\n")
}

fn world(bytes: Vec<u8>) -> World {
    World::new(vec![Repo::new("eve/x", SHA, Archive::Bytes(bytes))])
}

/// Replaces `from` by `to` in the policy, for limits that a small archive exceeds.
fn bounded(world: &World, from: &str, to: &str) {
    let policy = fs::read_to_string(world.path("sources/policy.toml")).unwrap();
    let changed = policy.replace(from, to);
    assert_ne!(policy, changed, "the policy says {from}");
    world.write("sources/policy.toml", &changed);
}

/// Refreshes, and checks that only the index was written and that the memory limit was kept.
#[track_caller]
fn refresh(world: &World, code: i32) -> Value {
    let run = world.refresh(&[], code);
    let names = fs::read_dir(world.path("")).unwrap();
    let names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|name| name == "index" || name == "sources"), "{names:?}");
    if cfg!(target_os = "linux") {
        let peak = run["peak_bytes"].as_u64().unwrap();
        assert!(peak < MOST_MEMORY, "{peak} bytes at the peak");
    }
    run
}

/// The problems of `eve/x` as `path: message`.
fn problems(world: &World) -> Vec<String> {
    let source = world.source("eve/x");
    let problems = source["problems"].as_array().unwrap().iter();
    let told =
        problems.map(|p| format!("{}: {}", p["path"].as_str().unwrap_or("?"), text(&p["message"])));
    told.collect()
}

/// Checks that the archive as a whole is refused, with an error that contains `says`.
#[track_caller]
fn refused(world: &World, says: &str) {
    let run = refresh(world, 3);
    assert_eq!(outcome(&run, "eve/x"), "failed");
    let error = text(&part(&run, "eve/x")["error"]);
    assert!(error.contains(says), "{error}");
}

#[test]
fn entries_that_must_not_be_used_are_problems_and_the_rest_is_indexed() {
    let deep = format!("x-0123/{}deep.md", "a/".repeat(40));
    let long = format!("x-0123/{}.md", "n".repeat(2_000));
    let bytes = start()
        .file("x-0123/../../escape.md", b"# Escaped\n")
        .file("/etc/absolute.md", b"# Absolute\n")
        .symlink("x-0123/link.md", "/etc/passwd")
        .symlink("x-0123/out.md", "../../../outside.md")
        .hard_link("x-0123/hard.md", "/etc/passwd")
        .char_device("x-0123/device.md", 1, 3)
        .fifo("x-0123/pipe.md")
        .file(b"x-0123/\xff\xfe.md", b"# Not UTF-8\n")
        .file("x-0123/a\\b.md", b"# Backslash\n")
        .file(&deep, b"# Deep\n")
        .file(&long, b"# Long\n")
        .file("x-0123/GOOD.md", b"# Other\n\nOther words.\n")
        .file("x-0123/good.md", b"# Second\n\nSecond words.\n")
        .sized("x-0123/huge.md", 20_000_000, &vec![b'x'; 20_000_000])
        .file("x-0123/last.md", b"# Last\n\nLast words.\n")
        .finish();
    let world = world(bytes);
    let run = refresh(&world, 0);
    assert_eq!(part(&run, "eve/x")["documents"], 3, "good, GOOD and last: {run}");
    let told = problems(&world);
    for (path, says) in [
        ("../../escape.md", "`..` component"),
        ("etc/absolute.md", "leads out"),
        ("link.md", "link or device"),
        ("out.md", "link or device"),
        ("hard.md", "link or device"),
        ("device.md", "link or device"),
        ("pipe.md", "link or device"),
        ("\\xff\\xfe.md", "not UTF-8"),
        ("a\\b.md", "a backslash in its name"),
        ("deep.md", "folders deep"),
        ("nnn", "longer than 1024 bytes"),
        ("GOOD.md", "only in case"),
        ("good.md", "twice"),
        ("huge.md", "20000000 bytes"),
    ] {
        let is_told = told.iter().any(|line| line.contains(path) && line.contains(says));
        assert!(is_told, "{path}: {says} is not in {told:#?}");
    }
    assert_eq!(world.hits("\"second words\""), Vec::<String>::new(), "the first one counts");
    assert_eq!(world.hits("\"last words\""), ["eve/x last.md"]);
}

#[test]
fn broken_archives_are_refused_with_the_reason() {
    let whole = start().file("x-0123/b.md", &[b'b'; 5_000]).finish();
    refused(&world(Vec::from(b"not a gzip file at all, but long enough to look at")), "gzip");
    refused(&world(Vec::new()), "the archive of eve/x");
    refused(&world(whole[..whole.len() - 20].to_vec()), "the archive of eve/x");
    let mut flipped = whole.clone();
    let at = flipped.len() - 6;
    flipped[at] ^= 0xff;
    refused(&world(flipped), "the archive of eve/x");
    refused(&world(start().junk(&[7; 1_024]).finish()), "the archive of eve/x");
    let open = start().sized("x-0123/cut.md", 9_000, b"less").finish_open();
    refused(&world(open), "the archive of eve/x");
    let lying = start().sized("x-0123/4gb.bin", 4_000_000_000, b"less").finish_open();
    refused(&world(lying), "the archive of eve/x");
}

#[test]
fn bombs_are_stopped_at_the_limits() {
    // 100 MB of nothing in 100 kB.
    let zeros = {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        let block = RawEntry { declared: Some(100_000_000), ..RawEntry::new(b"x-0123/z.bin", b"") };
        gzip.write_all(&start().entry(block).tar()).unwrap();
        (0..100).for_each(|_| gzip.write_all(&vec![0; 1_000_000]).unwrap());
        gzip.finish().unwrap()
    };
    let bomb = world(zeros);
    bounded(&bomb, "archive_bytes = 4_000_000_000", "archive_bytes = 50_000_000");
    refused(&bomb, "more unpacked bytes than the policy allows");

    let entries =
        (0..5_000).fold(start(), |archive, at| archive.file(format!("x-0123/{at}.bin"), b""));
    let crowd = world(entries.clone().finish());
    bounded(&crowd, "entries = 200_000", "entries = 4_000");
    refused(&crowd, "more than 4000 entries");

    let documents = (0..300).fold(start(), |archive, at| {
        archive.file(format!("x-0123/{at}.md"), format!("# {at}\n\nText {at}.\n").as_bytes())
    });
    let many = world(documents.clone().finish());
    bounded(&many, "files = 20_000", "files = 200");
    refused(&many, "more than 200 files to index");
    let heavy = world(documents.finish());
    bounded(&heavy, "kept_bytes = 400_000_000", "kept_bytes = 2_000");
    refused(&heavy, "more than 2000 bytes to index");

    // A header for the next entry's name that is a bomb itself.
    for kind in [b'x', b'L'] {
        let body = vec![b'a'; 10_000_000];
        let header = RawEntry { kind, ..RawEntry::new(b"pax", &body) };
        refused(
            &world(start().entry(header).file("x-0123/b.md", b"# B\n").finish()),
            "a header with a name has",
        );
    }
}

#[test]
fn large_files_share_the_memory_limit() {
    // 15 files of 10 MB: 150 MB that are never in memory together.
    let line = "A feature store keeps training and serving alike, says line number so and so.\n\n";
    let body = format!("# Big\n\n{}", line.repeat(10_000_000 / line.len()));
    let archive = (0..15).fold(start(), |archive, at| {
        archive.file(format!("x-0123/{at}.bin"), &body.as_bytes()[at..])
    });
    let world = world(archive.finish());
    bounded(&world, "formats = [\"md\"", "formats = [\"bin\", \"md\"");
    let run = refresh(&world, 0);
    assert_eq!(part(&run, "eve/x")["documents"], 1, "{run}");
}

#[test]
fn a_file_that_crashes_its_reader_is_a_problem_and_the_next_run_continues() {
    let deep = ">".repeat(600_000);
    let dense = "*a* ".repeat(1_000_000);
    let bytes = start()
        .file("x-0123/a-deep.md", deep.as_bytes())
        .file("x-0123/b-dense.md", dense.as_bytes())
        .file("x-0123/c.md", b"# After\n\nWords after the storm.\n")
        .finish();
    let world = world(bytes);
    let run = refresh(&world, 0);
    assert!(part(&run, "eve/x")["documents"].as_u64().unwrap() >= 2, "{run}");
    assert_eq!(world.hits("\"after the storm\""), ["eve/x c.md"]);
    let told = problems(&world);
    assert!(told.iter().any(|line| line.contains("b-dense.md: the reader")), "{told:#?}");
    let again = refresh(&world, 0);
    assert_eq!(again["extracted"], 0, "and is not tried again while it stays as it is");
}
