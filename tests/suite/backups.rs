//! `cairn backup` and `cairn restore`: what comes back, while a server and a refresh run, and after somebody has left.

use std::fs::{self, File};
use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::content::content;
use crate::github::Fault;
use crate::serve::Server;
use crate::withdrawal::files_with;
use crate::world::{World, entry, repo, text, two};

/// Backs the index of `world` up to `file`.
#[track_caller]
pub(crate) fn back_up(world: &World, file: &str) -> String {
    let out = world.run(&["backup", &at(world, file)]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    out.stdout
}

/// Waits until `server` shows the current generation of `world`.
#[track_caller]
fn shows(server: &Server, world: &World) {
    server.wait_for("/api/v1/status", &format!("\r\n\r\n{{\"generation\":{},", generation(world)));
}

/// Restores `file` over the index of `world`.
#[track_caller]
pub(crate) fn restore(world: &World, file: &str) -> String {
    let out = world.run(&["restore", &at(world, file), "--force"]);
    assert_eq!(out.code, 0, "{}\n{}", out.stdout, out.stderr);
    out.stdout
}

pub(crate) fn at(world: &World, file: &str) -> String {
    world.path(file).display().to_string()
}

pub(crate) fn generation(world: &World) -> u64 {
    let current = fs::read_to_string(world.path("index/current")).unwrap();
    current.trim().parse().unwrap()
}

#[test]
fn what_was_backed_up_comes_back_with_its_history_and_its_number() {
    let world = two();
    world.refresh(&[], 0);
    world.github.put(repo("ann/bias", &[("README.md", "# Ranking\n\nThe second version.\n")]));
    world.refresh(&[], 0);
    let said = back_up(&world, "cairn.backup");
    assert!(said.contains("generation 2") && said.contains("not in it: catalogue"), "{said}");
    assert!(said.contains(&at(&world, "sources")), "where they are: {said}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(world.path("cairn.backup")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "only the owner may read it");
    }
    let before = content(&world.path("index"));
    let news = world.run(&["status", "--since", "7d"]).stdout;

    let out = world.run(&["restore", &at(&world, "cairn.backup")]);
    assert_eq!(out.code, 1);
    assert!(out.stderr.contains("--force") && out.stderr.contains("unchanged"), "{}", out.stderr);

    fs::remove_dir_all(world.path("index")).unwrap();
    let out = world.run(&["restore", &at(&world, "cairn.backup")]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("generation 2"), "{}", out.stdout);
    assert_eq!(generation(&world), 2);
    assert!(content(&world.path("index")) == before);
    assert_eq!(world.run(&["status", "--since", "7d"]).stdout, news);
    // The writer's index, the ETags and the record of runs came back too: nothing is fetched or built again.
    world.asked();
    let run = world.refresh(&[], 0);
    assert_eq!(run["generation"], Value::Null, "{run}");
    assert!(world.asked().iter().all(|request| request.ends_with(" 304")));
    let runs: Value =
        serde_json::from_slice(&fs::read(world.path("index/runs.json")).unwrap()).unwrap();
    assert_eq!(
        runs.as_array().unwrap().len(),
        4,
        "two before, the check of the restore, one after"
    );
    // The next change is the next generation.
    world.github.put(repo("ann/bias", &[("README.md", "# Ranking\n\nThe third version.\n")]));
    assert_eq!(world.refresh(&[], 0)["generation"], 3);
    assert_eq!(world.run(&["doctor", "--offline", "--deep"]).code, 0);
}

#[test]
fn a_backup_goes_through_a_pipe_and_never_to_a_terminal() {
    let world = two();
    world.refresh(&[], 0);
    let out = world.command(&["backup", "-"]).output().unwrap();
    assert!(out.status.success() && String::from_utf8_lossy(&out.stderr).contains("to stdout"));
    fs::remove_dir_all(world.path("index")).unwrap();
    let mut child = world
        .command(&["restore", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&out.stdout).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(world.hits("\"position bias\""), ["ann/bias README.md"]);
}

#[test]
fn a_server_and_a_refresh_go_on_while_an_index_is_backed_up_and_restored() {
    let world = two();
    world.settings("[refresh]\nevery = \"never\"\n");
    world.refresh(&[], 0);
    back_up(&world, "first.backup");
    let server = Server::start(&world, &[]);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut answers = 0;
            while !stop.load(Ordering::Relaxed) {
                for path in ["/api/v1/search?q=position+bias", "/?q=feature+store", "/sources"] {
                    let answer = server.get(path);
                    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
                    answers += 1;
                }
            }
            answers
        });
        for round in 0..3 {
            let words = format!("# Ranking\n\nPosition bias in round{round}.\n");
            world.github.put(repo("ann/bias", &[("README.md", &words)]));
            let mut refresh =
                world.command(&["refresh", "-q"]).stdout(Stdio::null()).spawn().unwrap();
            back_up(&world, "during.backup");
            assert!(refresh.wait().unwrap().success());
            shows(&server, &world);
            restore(&world, "first.backup");
            assert_eq!(generation(&world), 1);
            shows(&server, &world);
            restore(&world, "during.backup");
        }
        stop.store(true, Ordering::Relaxed);
        assert!(asking.join().unwrap() > 10);
    });
    assert_eq!(world.run(&["doctor", "--offline", "--deep"]).code, 0);
}

#[test]
fn a_restore_waits_for_no_refresh_that_holds_the_lock() {
    let world = two();
    world.refresh(&[], 0);
    back_up(&world, "cairn.backup");
    let lock = File::options().read(true).write(true).open(world.path("index/lock")).unwrap();
    lock.lock().unwrap();
    let out = world.run(&["restore", &at(&world, "cairn.backup"), "--force"]);
    assert_eq!(out.code, 1);
    assert!(out.stderr.contains("another refresh is under way"), "{}", out.stderr);
    back_up(&world, "other.backup");
}

#[test]
fn who_has_left_since_the_backup_is_gone_after_a_restore() {
    let stays = ("a.md", "# Stays\n\nPosition bias and a feature store.\n");
    let world = World::new(vec![
        repo("ann/stays", &[stays, ("b.md", "# More\n\nThe numbat and a feature store.\n")]),
        repo("bob/leaves", &[("b.md", "# Leaves\n\nThe quokka and a feature store.\n")]),
        repo("cyn/blocked", &[("c.md", "# Blocked\n\nThe bilby and a feature store.\n")]),
    ]);
    world.refresh(&[], 0);
    back_up(&world, "cairn.backup");
    world.catalogue(&[entry("ann/stays", ""), entry("cyn/blocked", "")].concat());
    world.github.put(repo("ann/stays", &[stays, (".cairnignore", "b.md\n")]));
    world.github.fault("cyn/blocked", Fault::Status(451));
    world.refresh(&[], 3);
    // Without a network: what is known must suffice.
    for name in ["ann/stays", "cyn/blocked"] {
        world.github.fault(name, Fault::Status(503));
    }
    let said = restore(&world, "cairn.backup");
    for source in ["bob/leaves", "cyn/blocked"] {
        assert!(said.contains(source), "{said}");
    }
    assert_eq!(generation(&world), 3, "above every number that was used");
    let with = |words: &str| {
        let folders = ["index/generations", "index/building"].map(|folder| world.path(folder));
        folders.iter().flat_map(|folder| files_with(folder, words)).collect::<Vec<_>>()
    };
    for words in ["quokka", "numbat", "bilby"] {
        assert_eq!(world.hits(words), [""; 0], "{words}");
        assert_eq!(with(words), [""; 0], "{words}");
    }
    assert_eq!(world.hits("\"position bias\""), ["ann/stays a.md"]);
    // Into an empty folder, today's catalogue counts too.
    fs::remove_dir_all(world.path("index")).unwrap();
    restore(&world, "cairn.backup");
    assert_eq!((world.hits("quokka"), with("quokka").len()), (Vec::new(), 0));
}

#[test]
fn a_replica_and_an_empty_folder_say_what_to_back_up_instead() {
    let world = two();
    let out = world.run(&["backup", &at(&world, "cairn.backup")]);
    assert_eq!(out.code, 1);
    assert!(out.stderr.contains("`cairn refresh"), "{}", out.stderr);
    world.refresh(&[], 0);
    back_up(&world, "cairn.backup");
    let index = at(&world, "index");
    let replica = at(&world, "replica");
    let pulled = world.run(&["pull", &index, "--index", &replica]);
    assert_eq!(pulled.code, 0, "{}", pulled.stderr);
    for arguments in [["backup", "x.backup"], ["restore", "cairn.backup"]] {
        let out = world.run(&[arguments[0], arguments[1], "--index", &replica]);
        assert!(out.code == 1 && out.stderr.contains("is a replica of"), "{}", out.stderr);
    }
    let view = world.run(&["search", "ranking", "--json"]).json();
    assert_eq!(text(&view["hits"][0]["source"]), "ann/bias");
}
