//! Backups that are damaged, cut short or hostile, damaged indexes, and kills at any moment.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::backups::{at, back_up, generation, restore};
use crate::content::content;
use crate::withdrawal::names;
use crate::world::{World, repo, two};

/// The number of rounds of the tests that kill.
fn rounds() -> usize {
    std::env::var("CAIRN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(8)
}

/// The files of a backup as `(name, content)`, in order.
fn unpacked(file: &Path) -> Vec<(String, Vec<u8>)> {
    let decoder = zstd::Decoder::new(File::open(file).unwrap()).unwrap();
    let mut archive = tar::Archive::new(decoder);
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (entry.path().unwrap().display().to_string(), content)
    });
    entries.collect()
}

/// A backup with `files`, whose kinds and names are not checked.
fn packed(file: &Path, files: &[(&str, &[u8], tar::EntryType)]) {
    let packer = zstd::Encoder::new(File::create(file).unwrap(), 1).unwrap();
    let mut tar = tar::Builder::new(packer);
    for (name, content, kind) in files {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        if kind.is_symlink() || kind.is_hard_link() {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_size(content.len() as u64);
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
}

/// The index of `world` is as it was, after `file` was refused. Returns the message.
#[track_caller]
fn refused(world: &World, file: &str, before: u64) -> String {
    let out = world.run(&["restore", &at(world, file), "--force"]);
    assert_eq!(out.code, 1, "{}\n{}", out.stdout, out.stderr);
    assert!(out.stderr.contains("is unchanged"), "{}", out.stderr);
    assert_eq!(generation(world), before);
    assert_eq!(world.hits("\"position bias\"").len(), 1);
    let left = names(&world.path("index"));
    assert!(!left.iter().any(|name| name.starts_with("rest")), "{left:?}");
    out.stderr
}

#[test]
fn damaged_and_truncated_backups_change_nothing() {
    let world = two();
    world.refresh(&[], 0);
    back_up(&world, "cairn.backup");
    let whole = fs::read(world.path("cairn.backup")).unwrap();
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut dice = fastrand::Rng::with_seed(seed);
    for _ in 0..rounds() {
        let cut = dice.usize(..whole.len());
        fs::write(world.path("cut.backup"), &whole[..cut]).unwrap();
        refused(&world, "cut.backup", 1);
        let mut changed = whole.clone();
        changed[dice.usize(..whole.len())] ^= 1 << dice.u8(..8);
        fs::write(world.path("changed.backup"), &changed).unwrap();
        refused(&world, "changed.backup", 1);
    }
    fs::write(world.path("text.backup"), "no backup at all, but some text\n").unwrap();
    let said = refused(&world, "text.backup", 1);
    assert!(said.contains("no backup of Cairn"), "{said}");
    let out = world.run(&["restore", "nowhere.backup", "--force"]);
    assert!(
        out.code == 1 && out.stderr.contains("nowhere.backup: it is missing"),
        "{}",
        out.stderr
    );
}

#[test]
fn hostile_backups_write_nothing_outside_and_newer_ones_are_named() {
    use tar::EntryType::{Link, Regular, Symlink};
    let world = two();
    world.refresh(&[], 0);
    back_up(&world, "cairn.backup");
    let files = unpacked(&world.path("cairn.backup"));
    assert_eq!(files[0].0, "backup.json");
    let manifest: Value = serde_json::from_slice(&files[0].1).unwrap();
    let hash = |content: &[u8]| blake3::hash(content).to_hex().to_string();
    // The archive with another manifest, and with `more` in front of the other files.
    let make = |manifest: &Value, more: &[(&str, &[u8], tar::EntryType)]| {
        let json = serde_json::to_vec(manifest).unwrap();
        let mut all: Vec<(&str, &[u8], tar::EntryType)> = vec![("backup.json", &json, Regular)];
        all.extend(more);
        all.extend(files[1..].iter().map(|(name, content)| (name.as_str(), &content[..], Regular)));
        packed(&world.path("hostile.backup"), &all);
        refused(&world, "hostile.backup", 1)
    };
    let listing = |name: &str, bytes: u64| {
        let mut manifest = manifest.clone();
        manifest["files"][name] = json!({"bytes": bytes, "blake3": hash(b"bad")});
        manifest
    };
    let target = world.path("evil");
    let absolute = target.display().to_string();
    for name in ["../../evil", "generations/0001/../../../evil", &absolute, "lock"] {
        let said = make(&listing(name, 3), &[(name, b"bad", Regular)]);
        assert!(said.contains("is no file of an index"), "{said}");
        let said = make(&manifest, &[(name, b"bad", Regular)]);
        assert!(said.contains("not in its list of files"), "{said}");
    }
    for kind in [Symlink, Link] {
        let said = make(&listing("discover.json", 0), &[("discover.json", b"", kind)]);
        assert!(said.contains("no plain file"), "{said}");
    }
    let said = make(&listing("discover.json", 3), &[("discover.json", b"worse", Regular)]);
    assert!(said.contains("length and checksum"), "{said}");
    let said = make(&listing("discover.json", 3), &[("discover.json", b"dab", Regular)]);
    assert!(said.contains("length and checksum"), "{said}");
    let huge = make(&listing("discover.json", 9_000_000_000_000), &[]);
    assert!(huge.contains("and the disk has"), "{huge}");
    let first = files[1].clone();
    let said = make(&manifest, &[(&first.0, &first.1, Regular)]);
    assert!(said.contains("is there twice"), "{said}");
    let long = make(&manifest, &[("././@LongLink", &[b'a'; 200], tar::EntryType::GNULongName)]);
    assert!(long.contains("no plain file"), "{long}");
    let newer = json!({"format": 99, "program": "7.0.0"});
    let said = make(&newer, &[]);
    assert!(said.contains("newer version of Cairn (7.0.0)"), "{said}");
    assert!(!target.exists());
}

#[test]
fn a_damaged_index_is_not_backed_up_and_the_last_backup_stays() {
    let world = two();
    world.refresh(&[], 0);
    back_up(&world, "cairn.backup");
    let good = fs::read(world.path("cairn.backup")).unwrap();
    let search = world.path("index/generations/0001/search");
    let store = names(&search).into_iter().find(|name| name.ends_with(".store")).unwrap();
    let mut bytes = fs::read(search.join(&store)).unwrap();
    bytes[3] ^= 1;
    fs::remove_file(search.join(&store)).unwrap();
    fs::write(search.join(&store), bytes).unwrap();
    let out = world.run(&["backup", &at(&world, "cairn.backup")]);
    assert_eq!(out.code, 1);
    assert!(
        out.stderr.contains("nothing is backed up") && out.stderr.contains("--offline"),
        "{}",
        out.stderr
    );
    assert!(fs::read(world.path("cairn.backup")).unwrap() == good);
    assert_eq!(unfinished(&world), [""; 0]);
    restore(&world, "cairn.backup");
    assert_eq!(world.run(&["doctor", "--offline", "--deep"]).code, 0, "a backup repairs it");
}

/// What a backup left beside the file.
fn unfinished(world: &World) -> Vec<String> {
    let root: PathBuf = world.path("");
    names(&root).into_iter().filter(|name| name.contains("unfinished")).collect()
}

#[test]
fn a_backup_that_is_killed_leaves_the_last_one() {
    let world = two();
    world.refresh(&[], 0);
    let started = Instant::now();
    back_up(&world, "cairn.backup");
    let whole = started.elapsed();
    for _ in 0..rounds() {
        kill(&world, &["backup", &at(&world, "cairn.backup")], whole);
        assert_eq!(unpacked(&world.path("cairn.backup"))[0].0, "backup.json");
    }
    back_up(&world, "cairn.backup");
    assert_eq!(unfinished(&world), [""; 0]);
    restore(&world, "cairn.backup");
}

#[test]
fn a_restore_that_is_killed_leaves_the_old_index_or_the_new_one() {
    let world = two();
    world.refresh(&[], 0);
    let file = "cairn.backup";
    back_up(&world, file);
    let old = content(&world.path("index"));
    world.github.put(repo("ann/bias", &[("README.md", "# Ranking\n\nThe second version.\n")]));
    world.refresh(&[], 0);
    let new = content(&world.path("index"));
    back_up(&world, "new.backup");
    let started = Instant::now();
    restore(&world, "new.backup");
    let whole = started.elapsed();
    let (mut were_old, mut were_new) = (0, 0);
    for _ in 0..rounds() {
        kill(&world, &["restore", &at(&world, file), "--force"], whole);
        assert_eq!(world.run(&["search", "ranking"]).code, 0, "readers have a generation");
        let shown = content(&world.path("index"));
        assert!(shown == old || shown == new);
        // The next writer completes what counts.
        world.refresh(&["--offline"], 0);
        let after = content(&world.path("index"));
        assert!(after == old || after == new);
        assert!(shown != old || after == old, "a restore that readers have seen stays");
        (were_old, were_new) =
            (were_old + usize::from(after == old), were_new + usize::from(after == new));
        assert_eq!(
            names(&world.path("index")).iter().filter(|name| name.starts_with("rest")).count(),
            0
        );
        restore(&world, "new.backup");
    }
    println!("{were_old} restored, {were_new} as before");
}

/// Runs the program with `arguments`, and kills it at a random moment within a little more than `whole`.
fn kill(world: &World, arguments: &[&str], whole: Duration) {
    let mut child =
        world.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(whole.mul_f64(1.1 * fastrand::f64()));
    let _ = child.kill();
    child.wait().unwrap();
}
