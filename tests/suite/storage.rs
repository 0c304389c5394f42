//! The storage of the index: read-only, in another account's folder, on a full disk.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use crate::content::content;
use crate::damage::copy;
use crate::mcp::Session;
use crate::serve::Server;
use crate::skip::skip;
use crate::world::{Output, repo, two};

/// An account that owns nothing.
const NOBODY: &str = "65534";

/// Every file and folder below `folder`, with the metadata that a write would change.
fn state(folder: &Path) -> BTreeMap<String, (u64, u32, i64, i64, u64)> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let seen = entries.map(|entry| {
        let of = entry.metadata().unwrap();
        let state = (of.ino(), of.mode(), of.mtime(), of.mtime_nsec(), of.len());
        (entry.path().display().to_string(), state)
    });
    seen.collect()
}

/// Commands that only read the index, each with a part of its output.
const READERS: [(&[&str], &str); 14] = [
    (&["search", "position bias"], "README.md"),
    (&["section", "ann/bias", "README.md", "--line", "3"], "Position bias"),
    (&["topics"], "feature"),
    (&["resources"], ""),
    (&["sources"], "ann/bias"),
    (&["status"], "generation"),
    (&["topic", "position-bias"], "position bias"),
    (&["related", "position-bias"], ""),
    (&["learn", "calibration"], "calibration"),
    (&["path", "embedding", "calibration"], ""),
    (&["guide"], "case"),
    (&["guide", "video", "recommendation"], "#"),
    (&["export", "graph", "--format", "turtle"], "skos:"),
    (&["export", "deck", "--topic", "position-bias", "--format", "csv"], ""),
];

fn output(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Whether this is root and can become another account. Otherwise reports that `test` is skipped.
fn is_root(test: &str) -> bool {
    let is = fs::metadata("/proc/self").is_ok_and(|of| of.uid() == 0);
    let tools = ["setpriv", "unshare"].iter().all(|tool| {
        Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success())
    });
    if !(is && tools) {
        skip(test, "needs root, setpriv and unshare");
    }
    is && tools
}

/// Whether this process can mount. Otherwise reports that `test` is skipped.
fn mounts(test: &str) -> bool {
    let tried = Command::new("unshare").args(["-m", "true"]).status();
    let may = is_root(test) && tried.is_ok_and(|status| status.success());
    if !may {
        skip(test, "nothing can be mounted");
    }
    may
}

#[test]
fn opening_an_index_writes_nothing() {
    let world = two();
    world.refresh(&[], 0);
    let before = state(&world.path("index"));
    for (arguments, says) in READERS {
        let out = world.run(arguments);
        assert!(out.code == 0 && out.stdout.contains(says), "{arguments:?}: {}", out.stderr);
    }
    let doctor = world.run(&["doctor", "--offline", "--deep"]);
    assert_eq!(doctor.code, 0, "{}{}", doctor.stdout, doctor.stderr);
    let mut session = Session::start(&world);
    session.greet();
    let told = session.call("search", &serde_json::json!({"query": "position bias"}));
    assert_eq!(told["hits"][0]["source"], "ann/bias");
    drop(session);
    let server = Server::start(&world, &["--no-refresh"]);
    for path in ["/", "/?q=position+bias", "/topics", "/cases", "/sources", "/new", "/metrics"] {
        assert!(server.get(path).starts_with("HTTP/1.1 200"), "{path}");
    }
    drop(server);
    assert_eq!(state(&world.path("index")), before);
}

#[test]
fn every_account_may_read_what_a_refresh_writes() {
    let world = two();
    world.refresh(&[], 0);
    for (path, (_, mode, ..)) in state(&world.path("index")) {
        let is_writers = path.contains("/building/");
        assert!(is_writers || mode & 0o044 == 0o044, "{path} has mode {mode:o}");
    }
}

#[test]
fn an_index_of_another_account_can_be_searched_and_errors_name_the_owner() {
    if !is_root("another account's index") {
        return;
    }
    let world = two();
    world.refresh(&[], 0);
    fs::set_permissions(world.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    let program = world.path("cairn");
    fs::copy(env!("CARGO_BIN_EXE_cairn"), &program).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new("setpriv");
        let own = world.command(&[]);
        let variables = own.get_envs().filter_map(|(name, value)| Some((name, value?)));
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]);
        command.arg(&program).args(arguments).envs(variables).current_dir(world.path(""));
        output(command.env("HOME", "/nonexistent"))
    };
    for (arguments, says) in READERS {
        let out = run(arguments);
        assert!(out.code == 0 && out.stdout.contains(says), "{arguments:?}: {}", out.stderr);
    }
    let doctor = run(&["doctor", "--offline", "--deep"]);
    assert!(doctor.stdout.contains("it can be searched, not refreshed"), "{}", doctor.stdout);

    let refused = run(&["refresh", "--offline"]).stderr;
    let lock = world.path("index/lock");
    let says = format!("cannot lock {}: permission denied", lock.display());
    assert!(refused.contains(&says) && refused.contains("belongs to root (user 0)"), "{refused}");
    let index = world.path("index");
    fs::set_permissions(&index, fs::Permissions::from_mode(0o000)).unwrap();
    let doctor = run(&["doctor", "--offline", "--deep"]);
    fs::set_permissions(&index, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(doctor.code, 1);
    assert!(!doctor.stdout.contains("missing"), "{}", doctor.stdout);
    assert!(!doctor.stdout.contains("as they were written"), "{}", doctor.stdout);
    for name in ["index", "store", "generation", "runs", "checksums"] {
        let line = doctor.stdout.lines().find(|line| line.split_whitespace().nth(1) == Some(name));
        let line = line.unwrap_or_else(|| panic!("no {name} in {}", doctor.stdout));
        assert!(line.contains("permission denied: the folder"), "{line}");
    }
    for name in ["current", "generations/0001/graph.bin", "generations/0001"] {
        let path = world.path("index").join(name);
        let mode = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let told = run(&["search", "position bias"]);
        assert_eq!(told.code, 1, "{name}");
        let says = format!("{} belongs to root (user 0) (mode 0600)", path.display());
        assert!(told.stderr.contains("permission denied"), "{name}: {}", told.stderr);
        assert!(told.stderr.contains(&says), "{name}: {}", told.stderr);
        assert!(!told.stderr.contains("rebuilds"), "nothing is damaged: {}", told.stderr);
        fs::set_permissions(&path, mode).unwrap();
    }
}

#[test]
fn an_index_on_read_only_storage_can_be_searched_and_a_refresh_reports_the_cause() {
    if !mounts("read-only storage") {
        return;
    }
    let world = two();
    world.refresh(&[], 0);
    let own = world.command(&[]);
    let script = "mount --bind \"$CAIRN_INDEX\" \"$CAIRN_INDEX\" \
        && mount -o remount,bind,ro \"$CAIRN_INDEX\" && exec \"$@\"";
    let run = |arguments: &[&str]| {
        let variables = own.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_cairn")]);
        output(command.args(arguments).envs(variables).current_dir(world.path("")))
    };
    for (arguments, says) in READERS {
        let out = run(arguments);
        assert!(out.code == 0 && out.stdout.contains(says), "{arguments:?}: {}", out.stderr);
    }
    let refused = run(&["refresh", "--offline"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("the file system is read-only"), "{}", refused.stderr);
}

#[test]
fn on_a_full_disk_a_refresh_says_so_and_leaves_everything_as_it_was() {
    if !mounts("a full disk") {
        return;
    }
    let world = two();
    world.refresh(&[], 0);
    let before = content(&world.path("index"));
    let (kept, filled) = (world.path("kept"), world.path("filled"));
    copy(&world.path("index"), &kept);
    let text: String = (0..4_000).map(|at| format!("word{at} drift{} ", at * 7)).collect();
    world.github.put(repo("ann/bias", &[("README.md", &format!("# Much\n\n{text}\n"))]));
    // By inode: a segment counts once, under however many names.
    let sizes: BTreeMap<u64, u64> = state(&kept).values().map(|of| (of.0, of.4)).collect();
    let kilobytes: u64 = sizes.values().map(|bytes| bytes.div_ceil(4_096) * 4).sum();
    let own = world.command(&[]);
    // A small disk with the index on it, which is refreshed while the disk is full, searched, and copied for checks.
    let script = "mount -t tmpfs -o size=\"$1\"k tmpfs \"$CAIRN_INDEX\" && cp -a \"$2\"/. \"$CAIRN_INDEX\" \
        && \"$0\" refresh -q; code=$?; \"$0\" search 'position bias' --json >\"$3.json\" || exit 99; \
        rm -rf \"$3\"; cp -a \"$CAIRN_INDEX\" \"$3\"; \
        if [ $code != 0 ]; then \
        mount -o remount,size=100m \"$CAIRN_INDEX\" && \"$0\" refresh -q >/dev/null || exit 98; fi; exit $code";
    let (mut failed, mut went) = (Vec::new(), 0);
    for spare in [8, 32, 64, 128, 256, 512, 1_024, 20_000] {
        let size = (kilobytes + spare).to_string();
        let variables = own.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", script, env!("CARGO_BIN_EXE_cairn"), &size]);
        let out =
            output(command.arg(&kept).arg(&filled).envs(variables).current_dir(world.path("")));
        if out.code == 0 {
            went += 1;
            continue;
        }
        assert_eq!(out.code, 1, "{spare}: {}", out.stderr);
        let says = format!("the disk is full: {} could not", world.path("index").display());
        assert!(out.stderr.contains(&says), "{spare}: {}", out.stderr);
        assert!(!out.stderr.contains("newer version"), "{spare}: {}", out.stderr);
        assert!(content(&filled) == before, "{spare}: what was served has changed");
        let found = fs::read_to_string(filled.with_extension("json")).unwrap();
        assert!(found.contains("README.md"), "{spare}: {found}");
        failed.push(out.stderr.trim().to_owned());
    }
    println!("{} sizes too small, {went} large enough: {failed:#?}", failed.len());
    assert!(failed.len() >= 3 && went >= 1, "{failed:#?}");
}
