//! The current folder is not trusted: files in it can't set hosts, receive the token, or lead outside the folder.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::github::GitHub;
use crate::serve::Server;
use crate::signals::{Signal, send};
use crate::world::{BIAS, Output, World, block_on, output_of, repo, two, wait_until};

const SECRET: &str = "s3cret-of-the-user";

/// A folder with untrusted files, and the user's home folder beside it.
struct Visit {
    root: TempDir,
}

impl Visit {
    fn new() -> Visit {
        let visit = Visit { root: tempfile::tempdir().unwrap() };
        visit.write("home/id_ed25519", &format!("{SECRET}\n"));
        visit.write("home/diary/day.md", "# Diary\n\nThe unspeakable quokka feature store.\n");
        fs::create_dir_all(visit.path("here")).unwrap();
        visit
    }

    /// A visit whose untrusted folder has data files, with `entries` in the catalogue.
    fn with_catalogue(entries: &str) -> Visit {
        let visit = Visit::new();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("sources");
        for entry in fs::read_dir(shipped.join("vocabulary")).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            visit.write(&format!("here/sources/vocabulary/{name}"), &text);
        }
        let policy = fs::read_to_string(shipped.join("policy.toml")).unwrap();
        visit.write("here/sources/policy.toml", &policy);
        visit.write("here/sources/notes/own.md", BIAS);
        visit.write("here/sources/catalogue.toml", entries);
        visit
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The program in the untrusted folder, without settings of the user.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cairn"));
        let home = self.path("home");
        command.args(arguments).current_dir(self.path("here")).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.into_string().unwrap_or_default();
            if name.starts_with("CAIRN_") || name.starts_with("GITHUB_") {
                command.env_remove(name);
            }
        }
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
            command.env(name, &home);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        output_of(&mut self.command(arguments))
    }
}

const NOTES: &str = "[[source]]\nfolder = \"notes\"\nwhy = \"own\"\n";

fn folder_entry(path: &str, id: &str) -> String {
    format!("[[source]]\nfolder = \"{path}\"\nid = \"{id}\"\nwhy = \"x\"\n")
}

#[test]
fn a_found_configuration_cannot_redirect_the_token() {
    let visit = Visit::with_catalogue(NOTES);
    let host = block_on(GitHub::start(vec![repo("ann/bias", &[("a.md", BIAS)])])).unwrap();
    let secret = visit.path("home/id_ed25519");
    let base = host.base();
    visit.write(
        "here/cairn.toml",
        &format!("[github]\napi = \"{base}\"\ncodeload = \"{base}\"\ntoken_file = {secret:?}\n"),
    );
    let commands: [&[&str]; 6] = [
        &["refresh"],
        &["doctor"],
        &["search", "it's"],
        &["sources", "add", "ann/bias"],
        &["serve", "--listen", "127.0.0.1:0"],
        &["mcp"],
    ];
    for arguments in commands {
        let mut command = visit.command(arguments);
        let output = output_of(command.env("GITHUB_TOKEN", SECRET).env("CAIRN_LOG", "trace"));
        assert_eq!(output.code, 1, "{arguments:?}: {}", output.stderr);
        for key in ["[github] api", "[github] codeload", "[github] token_file"] {
            assert!(output.stderr.contains(key), "{key}: {}", output.stderr);
        }
        let said = format!("{}{}", output.stdout, output.stderr);
        assert!(!said.contains("s3cret"), "{said}");
    }
    assert!(host.requests().is_empty(), "{:?}", host.requests());
    let refused = visit.run(&["search", "it's"]).stderr;
    let line = r"cairn --config cairn.toml search 'it'\''s'";
    assert!(refused.trim_end().ends_with(line), "{refused}");

    // The line that was printed works: then the host is the user's own word.
    let doctor = visit.run(&["--config", "cairn.toml", "doctor"]);
    assert!(doctor.stdout.contains("API"), "{}{}", doctor.stdout, doctor.stderr);
    assert!(host.requests().iter().any(|request| request.authorized), "{:?}", host.requests());
}

#[test]
fn a_found_configuration_may_set_harmless_keys() {
    let visit = Visit::with_catalogue(NOTES);
    visit.write(
        "here/cairn.toml",
        "index = \"the index\"\n[refresh]\nevery = \"never\"\n[serve]\nlisten = \"127.0.0.1:0\"\n",
    );
    let output = visit.run(&["refresh", "-q", "notes"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(visit.path("here/the index/current").exists());
    visit.write("home/cairn/cairn.toml", "[refresh]\ncron = \"0 4 * * *\"\ngone_after = 5\n");
    let doctor = visit.run(&["doctor", "--offline"]).stdout;
    assert!(
        doctor.contains("serve refreshes never by itself"),
        "it overrides the user's own: {doctor}"
    );
    for (text, key) in [
        ("index = \"../home/x\"", "index"),
        ("index = \"/etc\"", "index"),
        ("[serve]\nlisten = \"0.0.0.0:7878\"", "[serve] listen"),
    ] {
        visit.write("here/cairn.toml", text);
        let refused = visit.run(&["refresh", "--offline"]);
        assert_eq!(refused.code, 1);
        assert!(refused.stderr.contains(key), "{}", refused.stderr);
    }
    assert!(!visit.path("home/x").exists());
}

#[test]
fn a_checkout_works_without_configuration() {
    let visit = Visit::with_catalogue(NOTES);
    assert_eq!(visit.run(&["refresh", "-q"]).code, 0);
    assert!(visit.path("here/index/current").exists());
    let found = visit.run(&["search", "position bias", "--json"]).json();
    assert_eq!(found["hits"][0]["path"], "own.md");
    assert_eq!(visit.run(&["sources", "check"]).code, 0);
    assert_eq!(visit.run(&["doctor", "--offline"]).code, 0);
}

#[test]
fn a_found_catalogue_indexes_nothing_outside_its_folder() {
    let visit = Visit::with_catalogue("");
    symlink(visit.path("home/diary"), visit.path("here/sources/link")).unwrap();
    visit.write("here/more/b.md", "# More\n\nA feature store of more.\n");
    let diary = visit.path("home/diary");
    let entries = [
        folder_entry("notes", "notes"),
        folder_entry("../more", "more"),
        folder_entry(diary.to_str().unwrap(), "absolute"),
        folder_entry("../../home/diary", "above"),
        folder_entry("link", "link"),
    ];
    visit.write("here/sources/catalogue.toml", &entries.concat());
    let check = visit.run(&["sources", "check"]);
    assert_eq!(check.code, 2, "{}", check.stderr);
    assert!(check.stdout.contains("3 faults"), "{}", check.stdout);
    assert!(check.stdout.contains("name it with --sources sources"), "{}", check.stdout);
    assert_eq!(visit.run(&["refresh"]).code, 1);

    assert_eq!(
        visit.run(&["refresh", "-q", "--sources", "sources"]).code,
        0,
        "the user's own word"
    );
    assert!(visit.run(&["search", "quokka"]).stdout.contains("day.md"));
    visit.write("here/sources/catalogue.toml", &entries[..2].concat());
    assert_eq!(visit.run(&["refresh", "-q"]).code, 0);
    assert!(!visit.run(&["search", "quokka"]).stdout.contains("day.md"));
}

#[test]
fn links_in_a_found_folder_are_not_followed() {
    let visit = Visit::with_catalogue(NOTES);
    let here = |path: &str| visit.path(&format!("here/{path}"));
    let refused = |says: &str| {
        let output = visit.run(&["refresh", "--offline"]);
        let said = format!("{}{}", output.stdout, output.stderr);
        assert_eq!(output.code, 1, "{said}");
        assert!(said.contains(says) && !said.contains(SECRET), "{said}");
    };
    let secret = visit.path("home/id_ed25519");
    for (link, says) in [
        ("cairn.toml", "--config cairn.toml refresh --offline"),
        ("sources/vocabulary/x.ttl", "name it with --sources"),
        ("sources/policy-link", ""),
        ("index/lock", "--index index refresh --offline"),
        ("index/generations/0001/graph.bin", "graph.bin"),
    ] {
        fs::create_dir_all(here(link).parent().unwrap()).unwrap();
        symlink(&secret, here(link)).unwrap();
        if says.is_empty() {
            assert_eq!(visit.run(&["sources", "check"]).code, 0, "nobody reads {link}");
        } else {
            refused(says);
        }
        fs::remove_file(here(link)).unwrap();
    }
    assert_eq!(fs::read_to_string(&secret).unwrap(), format!("{SECRET}\n"));
    fs::remove_dir_all(here("index")).unwrap();
    symlink(visit.path("home/new"), here("index")).unwrap();
    refused("--index index");
    assert!(!visit.path("home/new").exists());
    fs::remove_file(here("index")).unwrap();
    fs::rename(here("sources"), visit.path("home/sources")).unwrap();
    symlink(visit.path("home/sources"), here("sources")).unwrap();
    refused("--sources sources refresh --offline");
}

#[test]
fn the_refresh_that_serve_starts_has_no_more_trust_than_serve() {
    let visit = Visit::with_catalogue(NOTES);
    visit.write("here/cairn.toml", "[refresh]\nevery = \"never\"\n");
    let log = fs::File::create(visit.path("log")).unwrap();
    let mut command = visit.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = command.stderr(log).stdout(Stdio::null()).spawn().unwrap();
    let said = || fs::read_to_string(visit.path("log")).unwrap();
    wait_until("the server is there", || said().contains("Cairn is at"));
    let diary = visit.path("home/diary");
    let entries = format!("{NOTES}{}", folder_entry(diary.to_str().unwrap(), "diary"));
    visit.write("here/sources/catalogue.toml", &entries);
    send(Signal::HangUp, child.id());
    wait_until("the refresh ended", || said().contains("the refresh has ended"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said().contains("outside the current folder"), "{}", said());
    assert!(!visit.run(&["search", "quokka", "--json"]).stdout.contains("day.md"));
}

#[test]
fn scripts_are_served_from_disk_only_with_the_flag() {
    let world = two();
    world.refresh(&[], 0);
    world.write("web/cairn.css", "/* planted */");
    let server = Server::start(&world, &["--no-refresh"]);
    assert!(!server.get("/assets/cairn.css").contains("planted"));
    let server = Server::start(&world, &["--no-refresh", "--web", "web"]);
    assert!(server.get("/assets/cairn.css").contains("planted"));
    let none = world.run(&["serve", "--web", "no-such"]);
    assert_eq!(none.code, 1);
    assert!(none.stderr.contains("--web no-such is not a folder"), "{}", none.stderr);
}

#[test]
fn a_token_is_not_sent_over_plain_http() {
    let world = two();
    let mut command = world.command(&["refresh"]);
    command.env("GITHUB_TOKEN", SECRET).env("CAIRN_GITHUB_API_URL", "http://example.com");
    let output = output_of(&mut command);
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("http://example.com"), "{}", output.stderr);
    assert!(output.stderr.contains("CAIRN_GITHUB_API_URL"), "{}", output.stderr);
    assert!(!output.stderr.contains(SECRET));
    assert!(world.github.requests().is_empty());
}

#[test]
fn the_token_does_not_follow_a_redirect_to_another_host() {
    let (world, archives) = (World::new(vec![repo("ann/bias", &[("a.md", BIAS)])]), two());
    let port = archives.github.base().rsplit(':').next().unwrap().parse().unwrap();
    world.github.fault("ann/bias", crate::github::Fault::Elsewhere { port });
    // Both are GitHub's hosts, so that the redirect itself is followed.
    let mut command = world.command(&["refresh"]);
    command.env("GITHUB_TOKEN", SECRET).env("CAIRN_GITHUB_CODELOAD_URL", archives.github.base());
    output_of(&mut command);
    assert!(world.github.requests().iter().any(|request| request.authorized));
    let there = archives.github.requests();
    let followed = |path: &str| there.iter().any(|request| request.path.starts_with(path));
    assert!(followed("/repos/ann/bias"), "the redirect was followed: {there:?}");
    assert!(there.iter().all(|request| !request.authorized), "{there:?}");
}
