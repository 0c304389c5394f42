//! `cairn init`, and files of one's own outside a checkout: what is printed works as printed, from every folder.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::doc_pages::words;
use crate::world::{BIAS, Output, World, output_of, repo, text};

/// The program in a folder without any files of Cairn, with the home folder of a new user.
fn outside(world: &World, arguments: &[&str]) -> Command {
    let elsewhere = world.path("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let mut command = world.command(arguments);
    command.current_dir(elsewhere).env("HOME", world.path("home"));
    for variable in ["CAIRN_SOURCES", "CAIRN_INDEX"] {
        command.env_remove(variable);
    }
    command.env("XDG_DATA_HOME", world.path("data"));
    command
}

#[track_caller]
fn run(world: &World, arguments: &[&str]) -> Output {
    let output = output_of(&mut outside(world, arguments));
    assert_eq!(output.code, 0, "{arguments:?}\n{}{}", output.stdout, output.stderr);
    output
}

fn world() -> World {
    World::new(vec![repo("Ann/bias", &[("README.md", BIAS)])])
}

/// The number of sources in the output of `cairn sources check`.
fn sources(check: &Output) -> usize {
    let (_, rest) = check.stdout.split_once("no faults: ").unwrap();
    rest.split(' ').next().unwrap().parse().unwrap()
}

/// The commands that `cairn init` printed, without the program.
fn printed_commands(output: &Output) -> Vec<Vec<String>> {
    let lines = output.stdout.lines().filter_map(|line| line.trim().strip_prefix("cairn "));
    lines.map(words).collect()
}

#[test]
fn init_writes_files_of_the_user_that_apply_everywhere_and_change_nothing() {
    let world = world();
    let before = sources(&run(&world, &["sources", "check"]));
    let output = run(&world, &["init"]);
    for file in ["cairn.toml", "sources/catalogue.toml", "sources/vocabulary/own.ttl"] {
        let path = world.path("config/cairn").join(file);
        assert!(output.stdout.contains(&format!("wrote {}", path.display())), "{}", output.stdout);
        assert!(path.is_file(), "{file}");
    }
    let check = run(&world, &["sources", "check"]);
    assert_eq!(sources(&check), before, "the list inside the program is added: {}", check.stdout);
    let commands = printed_commands(&output);
    let begins: Vec<&str> = commands.iter().map(|words| words[0].as_str()).collect();
    assert_eq!(begins, ["serve", "sources", "sources"], "{}", output.stdout);
}

#[test]
fn init_never_changes_a_file() {
    let world = world();
    run(&world, &["init", "mine"]);
    let mine = world.path("elsewhere/mine");
    for file in ["cairn.toml", "sources/catalogue.toml", "sources/vocabulary/own.ttl"] {
        fs::write(mine.join(file), "# my own\n").unwrap();
    }
    let again = run(&world, &["init", "mine"]).stdout;
    assert_eq!(again.matches("which exists already").count(), 3, "{again}");
    assert!(!again.contains("wrote"), "{again}");
    for file in ["cairn.toml", "sources/catalogue.toml", "sources/vocabulary/own.ttl"] {
        assert_eq!(fs::read_to_string(mine.join(file)).unwrap(), "# my own\n", "{file}");
    }
    let file = output_of(&mut outside(&world, &["init", "mine/cairn.toml"]));
    assert_eq!(file.code, 1);
    assert!(file.stderr.contains("cannot create the folder"), "{}", file.stderr);
}

#[cfg(unix)]
#[test]
fn init_does_not_write_through_a_link() {
    let world = world();
    fs::create_dir_all(world.path("elsewhere/mine")).unwrap();
    let target = world.path("target");
    std::os::unix::fs::symlink(&target, world.path("elsewhere/mine/cairn.toml")).unwrap();
    let output = run(&world, &["init", "mine"]).stdout;
    assert!(output.contains("cairn.toml, which exists already"), "{output}");
    assert!(!target.exists());
}

#[test]
fn the_commands_that_init_prints_for_a_folder_work_from_every_folder() {
    let world = world();
    let output = run(&world, &["init", "of mine"]);
    let commands = printed_commands(&output);
    assert_eq!(commands.len(), 3, "{}", output.stdout);
    for words in &commands {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(words[0], "--config");
        match words[2..] {
            ["serve"] => words.push("--help"),
            ["sources", "add", address] => {
                assert_eq!(address, "https://github.com/OWNER/NAME");
                words[4] = "https://github.com/Ann/bias/";
                words.extend(["--why", "position bias"]);
            }
            _ => {}
        }
        let output = run(&world, &words);
        if words[3] == "add" {
            let refresh = format!("`cairn {} {:?} refresh -- Ann/bias`", words[0], words[1]);
            assert!(output.stdout.contains(&refresh.replace('"', "'")), "{}", output.stdout);
        }
    }
    let folder = world.path("elsewhere/of mine");
    let catalogue = fs::read_to_string(folder.join("sources/catalogue.toml")).unwrap();
    assert!(catalogue.contains("repo = \"Ann/bias\""), "{catalogue}");
    // In the folder itself, Cairn finds the files without being told.
    let found = output_of(outside(&world, &["sources", "check"]).current_dir(&folder));
    assert_eq!(found.code, 0, "{}", found.stderr);
    assert_eq!(sources(&found), sources(&run(&world, &["sources", "check"])) + 1);
    let refresh = ["refresh", "--json", "--", "Ann/bias"];
    let refresh = output_of(outside(&world, &refresh).current_dir(&folder));
    assert_eq!(refresh.code, 0, "{}", refresh.stderr);
    assert!(folder.join("index/current").is_file(), "the index is in the folder");
}

#[test]
fn a_repository_can_be_added_and_removed_from_everywhere_without_init() {
    let world = world();
    let before = sources(&run(&world, &["sources", "check"]));
    let added = run(&world, &["sources", "add", "https://github.com/ann/bias.git", "--why", "x"]);
    let path = world.path("config/cairn/sources/catalogue.toml");
    assert!(
        added.stdout.contains(&format!("added Ann/bias to {}", path.display())),
        "{}",
        added.stdout
    );
    assert_eq!(sources(&run(&world, &["sources", "check"])), before + 1);
    let refreshed = run(&world, &["refresh", "--json", "--", "Ann/bias"]).json();
    assert_eq!(text(&refreshed["sources"][0]["source"]), "Ann/bias");
    assert!(world.path("data/cairn/index/current").is_file());
    assert!(run(&world, &["search", "position bias"]).stdout.contains("Ann/bias README.md"));

    run(&world, &["sources", "remove", "d2l-ai/d2l-en"]);
    assert_eq!(sources(&run(&world, &["sources", "check"])), before);
    run(&world, &["init"]);
    let catalogue = fs::read_to_string(path).unwrap();
    assert!(catalogue.contains("without = [\"d2l-ai/d2l-en\"]"), "init keeps it: {catalogue}");
}

#[test]
fn removing_a_source_of_the_program_works_without_files_of_ones_own() {
    let world = world();
    let before = sources(&run(&world, &["sources", "check"]));
    run(&world, &["sources", "remove", "d2l-ai/d2l-en"]);
    assert_eq!(sources(&run(&world, &["sources", "check"])), before - 1);
}

#[test]
fn an_address_that_names_no_repository_says_what_to_write() {
    let world = world();
    for wrong in ["https://gitlab.com/ann/bias", "ann", "https://github.com/ann"] {
        let output = output_of(&mut outside(&world, &["sources", "add", wrong]));
        assert_eq!(output.code, 1);
        assert!(output.stderr.contains("https://github.com/OWNER/NAME"), "{}", output.stderr);
    }
    assert!(!world.path("config/cairn").exists(), "nothing was written");
    assert!(world.asked().is_empty());
}

#[test]
fn the_folder_of_settings_is_no_checkout() {
    let world = world();
    run(&world, &["init"]);
    let folder = world.path("config/cairn");
    let refresh = ["refresh", "--json", "--", "cairn/notes"];
    let refresh = output_of(outside(&world, &refresh).current_dir(&folder));
    assert_eq!(refresh.code, 0, "{}", refresh.stderr);
    assert!(!folder.join("index").exists() && world.path("data/cairn/index/current").is_file());
}

#[test]
fn without_a_home_the_error_says_what_to_run() {
    let world = world();
    let mut command = outside(&world, &["sources", "add", "ann/bias", "--offline", "--why", "x"]);
    let output = output_of(command.env("HOME", "nowhere").env("XDG_CONFIG_HOME", "nowhere"));
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("`cairn init DIR`"), "{}", output.stderr);
}

#[test]
fn the_topic_in_the_example_is_valid_and_added_to_those_of_the_program() {
    let world = world();
    run(&world, &["init"]);
    let path = world.path("config/cairn/sources/vocabulary/own.ttl");
    let shown = fs::read_to_string(&path).unwrap();
    let (head, example) = shown.split_once("\n# topic:").unwrap();
    let example = format!("\n# topic:{example}").replace("\n# ", "\n");
    fs::write(&path, format!("{head}{example}")).unwrap();
    run(&world, &["sources", "check"]);
    run(&world, &["refresh", "--json", "--", "cairn/notes"]);
    let topic = run(&world, &["topic", "shadow-rollout", "--json"]).json();
    assert_eq!(topic["topic"]["label"], "shadow rollout");
    let folder = Path::new("/home/me/notes");
    let catalogue = fs::read_to_string(world.path("config/cairn/sources/catalogue.toml")).unwrap();
    let (_, entry) = catalogue.split_once("#\n# [[source]]").unwrap();
    let entry = format!("[[source]]{}", entry.replace("\n# ", "\n"));
    let parsed = cairn::catalogue::parse("c", &entry).unwrap();
    assert_eq!(parsed.sources.len(), 1, "the example of {} is read", folder.display());
}
