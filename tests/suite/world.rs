//! A small world for tests: a GitHub on loopback, data files and an index in a temporary folder, and the real program
//! to run with them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::github::{Archive, GitHub, Repo, archive};

/// The exit code and the output of a run of the program.
pub struct Output {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.stderr);
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

pub struct World {
    pub github: GitHub,
    folder: TempDir,
}

impl World {
    /// A world whose GitHub has `repos`, and whose catalogue lists the own notes and then all of these.
    pub fn new(repos: Vec<Repo>) -> World {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = repos.iter().map(|repo| repo.full_name.clone()).collect();
        let github = block_on(GitHub::start(repos)).unwrap();
        let world = World { github, folder };
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("sources");
        copy(&shipped.join("vocabulary"), &world.path("sources/vocabulary"));
        fs::copy(shipped.join("policy.toml"), world.path("sources/policy.toml")).unwrap();
        world.write(
            "sources/notes/own.md",
            "# Own note\n\nA feature store serves the same features twice.\n",
        );
        let entries: Vec<String> = names.iter().map(|name| entry(name, "")).collect();
        world.catalogue(&entries.concat());
        world
    }

    /// Replaces the catalogue: the own notes, then `entries`.
    pub fn catalogue(&self, entries: &str) {
        let notes = "[[source]]\nfolder = \"notes\"\nwhy = \"own\"\nlicence = \"CC-BY-4.0\"\n\n";
        self.write("sources/catalogue.toml", &format!("{notes}{entries}"));
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes trusted settings, which are passed by name to every command.
    pub fn settings(&self, text: &str) {
        self.write("named.toml", text);
    }

    /// The program with this world's settings, ready to be run or spawned.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cairn"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("GITHUB_TOKEN")
            .env_remove("CAIRN_CONFIG")
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("CAIRN_INDEX", self.path("index"))
            .env("CAIRN_SOURCES", self.path("sources"))
            .env("CAIRN_GITHUB_WEB_URL", "https://github.com");
        for variable in ["API", "CODELOAD", "RAW"] {
            command.env(format!("CAIRN_GITHUB_{variable}_URL"), self.github.base());
        }
        let named = self.path("named.toml");
        if named.is_file() {
            command.env("CAIRN_CONFIG", named);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        output_of(&mut self.command(arguments))
    }

    /// Refreshes and returns the run's record. `code` is the expected exit code.
    #[track_caller]
    pub fn refresh(&self, arguments: &[&str], code: i32) -> Value {
        let mut all = vec!["refresh", "--json"];
        all.extend(arguments);
        let output = self.run(&all);
        assert_eq!(output.code, code, "{}\n{}", output.stdout, output.stderr);
        serde_json::from_str(&output.stdout).unwrap()
    }

    /// Moves the times at which sources were not found a day into the past, as if the next run came a day later.
    pub fn pass_a_day(&self) {
        let store = rusqlite::Connection::open(self.path("index/library.db")).unwrap();
        let earlier =
            "json_set(row, '$.not_found_at', json_extract(row, '$.not_found_at') - 86400)";
        let is_known = "json_extract(row, '$.not_found_at') > 0";
        store.execute(&format!("UPDATE sources SET row = {earlier} WHERE {is_known}"), []).unwrap();
    }

    /// The source `id` in the output of `cairn sources`.
    #[track_caller]
    pub fn source(&self, id: &str) -> Value {
        let view = self.run(&["sources", "--json"]).json();
        let sources = view["sources"].as_array().unwrap();
        let source = sources.iter().find(|source| source["id"] == id);
        source.unwrap_or_else(|| panic!("no {id} in {view}")).clone()
    }

    /// The requests so far as `path status`. Those with the same first part of the path are in the order in which they
    /// were received. Forgets the requests.
    pub fn asked(&self) -> Vec<String> {
        let mut requests = self.github.requests();
        self.github.forget_requests();
        // Sources are requested concurrently, so their order varies.
        requests.sort_by_key(|request| request.path.split('/').nth(1).unwrap_or("").to_owned());
        requests.iter().map(|request| format!("{} {}", request.path, request.status)).collect()
    }

    /// `source path` of each hit for `query`.
    #[track_caller]
    pub fn hits(&self, query: &str) -> Vec<String> {
        let view = self.run(&["search", query, "--json"]).json();
        let hits = view["hits"].as_array().unwrap().iter();
        hits.map(|hit| format!("{} {}", text(&hit["source"]), text(&hit["path"]))).collect()
    }
}

/// Runs `command` and returns its exit code and output.
#[track_caller]
pub fn output_of(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A note on position bias.
pub const BIAS: &str = "# Ranking\n\nPosition bias makes clicks a poor label.\n";
/// A note on feature stores.
pub const STORE: &str = "# Stores\n\nA feature store avoids training-serving skew.\n";

/// Two repositories with one note of interest each.
pub fn two() -> World {
    World::new(vec![
        repo(
            "ann/bias",
            &[("README.md", BIAS), ("src/main.py", "print()"), ("b.md", "# B\n\nOther words.\n")],
        ),
        repo(
            "bob/store",
            &[("docs/store.md", STORE), ("LICENSE", include_str!("../../LICENSE-MIT"))],
        ),
    ])
}

/// A repository with the files `(path, text)`. Its SHA depends on them.
pub fn repo(full_name: &str, files: &[(&str, &str)]) -> Repo {
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    repo_of_bytes(full_name, &files)
}

/// A repository with the files `(path, bytes)`. Its SHA depends on them.
pub fn repo_of_bytes(full_name: &str, files: &[(&str, &[u8])]) -> Repo {
    let mut hash = blake3::Hasher::new();
    for (path, bytes) in files {
        hash.update(path.as_bytes()).update(bytes);
    }
    let sha = hash.finalize().to_hex()[..40].to_owned();
    let name = full_name.split('/').nth(1).unwrap();
    Repo::new(full_name, &sha, Archive::Bytes(archive(name, &sha, files)))
}

/// A catalogue entry for the repository `name` with more keys.
pub fn entry(name: &str, more: &str) -> String {
    format!("[[source]]\nrepo = \"{name}\"\nwhy = \"test\"\n{more}\n")
}

/// Waits until `is_so`, for a minute at most. Then the test fails, so that it does not block others.
#[track_caller]
pub fn wait_until(what: &str, is_so: impl FnMut() -> bool) {
    wait_within(Duration::from_secs(60), what, is_so);
}

/// Waits until `is_so`, for `limit` at most.
#[track_caller]
pub fn wait_within(limit: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < limit, "it never came that {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until `child` has ended, for a minute at most. Returns its exit status.
#[track_caller]
pub fn ended(child: &mut Child) -> ExitStatus {
    let mut status = None;
    wait_until("the program ended", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap()
}

/// The string in `value`.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no string"))
}

/// The outcome of the source `id` in a run's record.
#[track_caller]
pub fn outcome<'a>(run: &'a Value, id: &str) -> &'a str {
    text(&part(run, id)["outcome"])
}

/// The result of the source `id` in a run's record.
#[track_caller]
pub fn part<'a>(run: &'a Value, id: &str) -> &'a Value {
    let sources = run["sources"].as_array().unwrap();
    let source = sources.iter().find(|source| source["source"] == id);
    source.unwrap_or_else(|| panic!("no {id} in {run}"))
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
