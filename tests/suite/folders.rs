//! Local folders that can't be read, are suddenly empty, or contain the index: what was indexed is kept, and a refresh
//! does not trigger another one.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::serve::Server;
use crate::skip::skip;
use crate::world::{World, outcome, part, text, wait_until};

const MINE: &str = "# Mine\n\nHandwritten words on calibration.\n";

/// A world whose catalogue has the folder `path` (below the world's) as the source `mine`.
fn with_folder(path: &str) -> World {
    let world = World::new(Vec::new());
    list(&world, &world.path(path));
    world
}

fn list(world: &World, folder: &Path) {
    let folder = folder.display().to_string();
    world.catalogue(&format!("[[source]]\nfolder = {folder:?}\nid = \"mine\"\nwhy = \"mine\"\n"));
}

fn runs(world: &World) -> Vec<Value> {
    serde_json::from_slice(&fs::read(world.path("index/runs.json")).unwrap()).unwrap()
}

#[cfg(unix)]
#[test]
fn a_root_that_cannot_be_read_is_a_failed_source_and_its_documents_stay() {
    let world = with_folder("mine");
    for at in 0..12 {
        world.write(&format!("mine/{at}.md"), &format!("{MINE}\nNumber {at}.\n"));
    }
    world.refresh(&[], 0);
    let root = world.path("mine");
    fs::rename(&root, world.path("away")).unwrap();
    let missing = || {};
    let file = || fs::write(&root, "not a folder").unwrap();
    let dangling = || std::os::unix::fs::symlink(world.path("nowhere"), &root).unwrap();
    let unmounted = || fs::create_dir(&root).unwrap();
    let unmounted_with_folders = || fs::create_dir_all(root.join("lost+found")).unwrap();
    let ways: [(&dyn Fn(), &str); 5] = [
        (&missing, "it does not exist"),
        (&file, "it is not a folder"),
        (&dangling, "it does not exist"),
        (&unmounted, "is empty now, but 12 of its files are stored"),
        (&unmounted_with_folders, "is empty now, but 12 of its files are stored"),
    ];
    for (break_it, says) in ways {
        break_it();
        for arguments in [&[][..], &["--full"]] {
            let run = world.refresh(arguments, 3);
            assert_eq!(outcome(&run, "mine"), "failed", "{says}");
            assert!(text(&part(&run, "mine")["error"]).contains(says), "{run}");
            assert_eq!(part(&run, "mine")["documents"], 12, "{says}");
        }
        assert_eq!(world.hits("\"number 7\""), ["mine 7.md"], "{says}");
        assert_eq!(world.source("mine")["state"], "failed");
        let _ = fs::remove_file(&root);
        let _ = fs::remove_dir_all(&root);
    }
    fs::rename(world.path("away"), &root).unwrap();
    assert_eq!(outcome(&world.refresh(&[], 0), "mine"), "unchanged", "mounted again");
}

#[test]
fn an_emptied_folder_is_removed_only_with_the_flag_and_a_deleted_note_without_it() {
    let world = with_folder("mine");
    world.write("mine/a.md", MINE);
    world.write("mine/b.md", "# Other\n\nSecond words.\n");
    world.refresh(&[], 0);
    fs::remove_file(world.path("mine/b.md")).unwrap();
    world.refresh(&[], 0);
    assert!(world.hits("\"second words\"").is_empty());
    fs::remove_file(world.path("mine/a.md")).unwrap();
    let run = world.refresh(&[], 3);
    assert!(text(&part(&run, "mine")["hint"]).contains("cairn refresh --accept-loss"), "{run}");
    assert_eq!(world.hits("handwritten"), ["mine a.md"]);
    let run = world.refresh(&["--accept-loss"], 0);
    assert_eq!(run["notes"], serde_json::json!([]), "the folder was read, and the user agreed");
    assert!(world.hits("handwritten").is_empty());
    let run = world.refresh(&[], 0);
    assert_eq!(outcome(&run, "mine"), "unchanged", "an empty folder alone is no failure");
    assert!(run["generation"].is_null());
    // Files that the rules do not take are files: nothing is unmounted here.
    world.write("mine/a.md", MINE);
    world.refresh(&[], 0);
    fs::rename(world.path("mine/a.md"), world.path("mine/a.py")).unwrap();
    world.refresh(&[], 0);
    assert!(world.hits("handwritten").is_empty());
}

#[test]
fn an_empty_mount_point_beside_a_lost_store_publishes_nothing() {
    let world = with_folder("mine");
    world.write("mine/a.md", MINE);
    world.refresh(&[], 0);
    fs::remove_file(world.path("mine/a.md")).unwrap();
    fs::remove_file(world.path("index/library.db")).unwrap();
    let run = world.refresh(&[], 1);
    assert_eq!(run["refused"]["sources"], serde_json::json!(["mine"]));
    assert_eq!(world.hits("handwritten"), ["mine a.md"]);
}

/// Makes an account that is not root the owner of `world`, and returns a function that makes commands of that account.
/// `None` and a skip message if the account can't run the program.
#[cfg(unix)]
pub(crate) fn commands_of_nobody(
    world: &World,
) -> Option<impl Fn(&[&str]) -> std::process::Command> {
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let is_root = rustix::process::geteuid().is_root();
    if is_root {
        for entry in walkdir::WalkDir::new(world.path("")) {
            chown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    fs::set_permissions(world.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    let command = move |arguments: &[&str]| {
        let mut command = world.command(arguments);
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    if let Err(error) = command(&["--version"]).output() {
        skip("reading as another account", &format!("it can't run the program: {error}"));
        return None;
    }
    Some(command)
}

/// A function that refreshes `world` as [`commands_of_nobody`].
#[cfg(unix)]
fn as_nobody(world: &World) -> Option<impl Fn(&[&str]) -> (Option<i32>, Value)> {
    let command = commands_of_nobody(world)?;
    Some(move |arguments: &[&str]| {
        let output = command(&[&["refresh", "--json"], arguments].concat()).output().unwrap();
        let run = serde_json::from_slice(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), run.unwrap_or_else(|error| panic!("{error}: {stderr}")))
    })
}

#[cfg(unix)]
#[test]
fn files_that_became_unreadable_stay_indexed() {
    use std::os::unix::fs::PermissionsExt;
    let allow = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let world = with_folder("mine");
    world.write("mine/a.md", MINE);
    world.write("mine/deep/er/b.md", "# Deep\n\nWords of the deep.\n");
    world.write("mine/c.md", "# Closed\n\nWords behind a lock.\n");
    fs::create_dir(world.path("index")).unwrap();
    let Some(refresh) = as_nobody(&world) else { return };
    assert_eq!(refresh(&[]).0, Some(0));

    // A folder and a file inside it: what can be read is renewed, the rest stays.
    allow(&world.path("mine/deep"), 0o000);
    allow(&world.path("mine/c.md"), 0o000);
    world.write("mine/a.md", "# Mine\n\nRenewed words.\n");
    let (code, run) = refresh(&[]);
    assert_eq!((code, &part(&run, "mine")["documents"]), (Some(0), &3.into()), "{run}");
    for (words, hit) in [
        ("renewed", "mine a.md"),
        ("\"words of the deep\"", "mine deep/er/b.md"),
        ("\"behind a lock\"", "mine c.md"),
    ] {
        assert_eq!(world.hits(words), [hit]);
    }
    let problems = world.source("mine")["problems"].to_string();
    assert!(problems.contains("\"deep\"") && problems.contains("\"c.md\""), "{problems}");
    assert!(problems.contains("what is indexed of it is kept"), "{problems}");
    assert!(refresh(&[]).1["generation"].is_null(), "the same again is no change");

    // The whole root.
    allow(&world.path("mine"), 0o000);
    let (code, run) = refresh(&[]);
    assert_eq!((code, outcome(&run, "mine")), (Some(3), "failed"), "{run}");
    assert_eq!(world.hits("renewed"), ["mine a.md"]);
    for (path, mode) in [("mine", 0o755), ("mine/deep", 0o755), ("mine/c.md", 0o644)] {
        allow(&world.path(path), mode);
    }
    fs::remove_file(world.path("mine/deep/er/b.md")).unwrap();
    assert_eq!(refresh(&[]).0, Some(0));
    assert!(world.hits("\"words of the deep\"").is_empty(), "it can be read, and is gone");
    assert_eq!(world.source("mine")["problems"], serde_json::json!([]));
}

#[cfg(unix)]
#[test]
fn an_index_inside_a_watched_folder_is_no_source_and_starts_no_run() {
    // The world's own folder holds the index; the catalogue names it by a link and a detour.
    let world = World::new(Vec::new());
    world.write("mine.md", MINE);
    std::os::unix::fs::symlink(world.path(""), world.path("link")).unwrap();
    list(&world, &world.path("link/sources/.."));
    world.write("index/notes.md", "# In the index\n\nNever a source.\n");
    world.write("cairn.toml", "[refresh]\nevery = \"never\"\n");
    world.refresh(&[], 0);
    assert_eq!(world.hits("handwritten"), ["mine mine.md"]);
    assert!(world.hits("\"never a source\"").is_empty());
    let server = Server::start(&world, &[]);
    // The start looks once for what changed before it watched.
    wait_until("the first run ended", || runs(&world).len() == 2);
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(runs(&world).len(), 2, "its own files started a run");
    world.write("mine.md", "# Mine\n\nCorrected words.\n");
    server.wait_for("/api/v1/search?q=corrected", "mine.md");
    std::thread::sleep(Duration::from_secs(4));
    let count = runs(&world).len();
    assert!(count <= 4, "one run for the edit, or two where it came in parts: {count}");
}

#[test]
fn the_index_folder_and_what_is_in_it_are_refused_as_sources() {
    for folder in ["index", "index/generations", "sources/../index"] {
        let world = with_folder(folder);
        world.write("index/generations/a.md", MINE);
        let run = world.refresh(&[], 3);
        let error = text(&part(&run, "mine")["error"]);
        assert!(error.contains("Cairn's own index folder"), "{folder}: {error}");
        assert!(world.hits("handwritten").is_empty());
        let doctor = world.run(&["doctor", "--offline"]).stdout;
        assert!(doctor.contains("Cairn's own index folder"), "{doctor}");
    }
}
