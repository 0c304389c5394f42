//! The documentation works: links have targets, commands can be run, and shown output is real.
//! [`crate::documented`] compares its lists and figures with the program.

use std::collections::BTreeSet;
use std::fs;

use cairn::commands::Cli;
use clap::{CommandFactory, Parser};

use crate::doc_pages::{DocPage, root, words};
use crate::world::World;

/// The most lines of README.md, so that a new user reads it to the end.
const README_LINES: usize = 120;
/// Programs that examples may use besides `cairn`; their arguments are not checked.
const OTHER_PROGRAMS: [&str; 2] = ["curl", "npm"];
/// Placeholders in arguments. A command with one is parsed but not run.
const PLACEHOLDERS: [&str; 5] =
    ["OWNER/NAME", "owner/name", "https://github.com/OWNER/NAME", "FOLDER", "Ann Example"];

/// A world after the first start: it has the shipped notes and vocabulary, and nothing was fetched.
pub fn first_start() -> World {
    let world = World::new(Vec::new());
    fs::remove_file(world.path("sources/notes/own.md")).unwrap();
    for note in fs::read_dir(root().join("sources/notes")).unwrap() {
        let note = note.unwrap();
        fs::copy(note.path(), world.path("sources/notes").join(note.file_name())).unwrap();
    }
    world.write(
        "sources/catalogue.toml",
        "[[source]]\nfolder = \"notes\"\nid = \"cairn/notes\"\nwhy = \"own\"\nlicence = \"CC-BY-4.0\"\n",
    );
    world.refresh(&[], 0);
    world
}

/// Whether a test can run the command `words`: it has no placeholders, ends by itself and makes no requests.
fn can_run(words: &[String]) -> bool {
    let has = |word: &str| words.iter().any(|own| own == word);
    let is_local = match words.get(1).map(String::as_str) {
        None | Some("serve" | "mcp" | "eval" | "pull" | "engine") => false,
        Some("refresh" | "doctor") => has("--offline"),
        Some("sources") if has("discover") => has("--offline"),
        Some(first) => !first.starts_with("--"),
    };
    is_local && !words.iter().any(|word| PLACEHOLDERS.contains(&word.as_str()))
}

#[test]
fn links_and_anchors_of_the_documentation_lead_somewhere() {
    let mut looked_at = 0;
    for page in DocPage::all() {
        let shown = page.path.display();
        for link in &page.links {
            if link.contains("://") {
                assert!(
                    link.starts_with("http://127.0.0.1") || link.starts_with("https://"),
                    "{shown}: {link}"
                );
                continue;
            }
            looked_at += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                page.path.clone()
            } else {
                let target = page.path.parent().unwrap().join(file);
                let full = root().join(&target).canonicalize();
                let full = full.unwrap_or_else(|_| panic!("{shown}: {link} leads nowhere"));
                full.strip_prefix(root().canonicalize().unwrap()).unwrap().to_owned()
            };
            if !anchor.is_empty() {
                let anchors = DocPage::read(target).anchors;
                assert!(anchors.contains(anchor), "{shown}: {link} is none of {anchors:?}");
            }
        }
    }
    assert!(looked_at > 40, "{looked_at}");
}

#[test]
fn every_picture_is_shown_and_together_they_are_small() {
    let shown: BTreeSet<String> = DocPage::all()
        .iter()
        .flat_map(|page| page.links.clone())
        .filter_map(|link| link.rsplit_once("images/").map(|(_, name)| name.to_owned()))
        .collect();
    let mut bytes = 0;
    for entry in fs::read_dir(root().join("docs/images")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(shown.contains(&name), "no page shows {name}");
        bytes += entry.metadata().unwrap().len();
    }
    assert!(bytes < 1_000_000, "{bytes}");
}

#[test]
fn the_readme_is_short() {
    let lines = DocPage::of("README.md").text.lines().count();
    assert!(lines <= README_LINES, "README.md has {lines} lines");
}

#[test]
fn commands_shown_in_the_documentation_work() {
    let world = first_start();
    let (mut run, mut parsed) = (0, 0);
    for page in DocPage::all() {
        for words in page.commands("sh") {
            let line = format!("{}: {}", page.path.display(), words.join(" "));
            match words[0].as_str() {
                "cairn" => {}
                "cargo" => {
                    check_cargo(&words, &line);
                    continue;
                }
                other => {
                    assert!(OTHER_PROGRAMS.contains(&other), "{line}");
                    continue;
                }
            }
            parsed += 1;
            Cli::try_parse_from(&words).unwrap_or_else(|error| panic!("{line}\n{error}"));
            if can_run(&words) {
                run += 1;
                let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
                let output = world.run(&arguments);
                assert_eq!(output.code, 0, "{line}\n{}{}", output.stdout, output.stderr);
            }
        }
    }
    assert!(parsed > 30 && run > 15, "{parsed} parsed, {run} run");
}

/// Checks that `words` are a known `cargo` command, and that the example or bench in them exists.
fn check_cargo(words: &[String], line: &str) {
    let known = ["run", "test", "install", "bench"];
    assert!(words.len() > 1 && known.contains(&words[1].as_str()), "{line}");
    for (kind, folder) in [("--example", "examples"), ("--bench", "benches")] {
        let Some(at) = words.iter().position(|word| word == kind) else { continue };
        let name = &words[at + 1];
        let is_there = root().join(folder).join(format!("{name}.rs")).is_file()
            || root().join(folder).join(name).join("main.rs").is_file();
        assert!(is_there, "{line}: no {kind} {name}");
    }
}

#[test]
fn answers_shown_in_the_readme_are_those_of_a_first_start() {
    let world = first_start();
    let page = DocPage::of("README.md");
    let mut commands = 0;
    for (_, block) in page.blocks.iter().filter(|(info, _)| info == "console") {
        for example in block.split("$ ").filter(|example| !example.trim().is_empty()) {
            let (command, shown) = example.split_once('\n').unwrap();
            let words = words(command);
            let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
            let output = world.run(&arguments);
            assert_eq!(output.code, 0, "{command}: {}", output.stderr);
            // The block is wrapped for the page, and may end before the answer does.
            let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let (shown, answer) = (flat(shown), flat(&output.stdout));
            assert!(answer.starts_with(&shown), "{command}\n shown: {shown}\nanswer: {answer}");
            commands += 1;
        }
    }
    assert!(commands >= 2, "{commands}");
}

#[test]
fn options_named_in_the_documentation_exist() {
    let mut command = Cli::command();
    command.build();
    let known = options_of(&command);
    for page in DocPage::all().iter().filter(|page| !page.path.ends_with("CHANGELOG.md")) {
        let is_own =
            |line: &&str| !["cargo ", "npm ", "podman"].iter().any(|name| line.contains(name));
        let own = page.text.lines().filter(is_own);
        for line in own {
            for code in line.split('`').skip(1).step_by(2) {
                let options = words(&code.replace(['"', '\''], "")).into_iter();
                for option in options.filter(|word| word.starts_with("--") && word.len() > 2) {
                    let name = option[2..].split('=').next().unwrap();
                    assert!(known.contains(name), "{}: {option} in {line}", page.path.display());
                }
            }
        }
    }
}

/// The long options of `command` and of all commands below it.
fn options_of(command: &clap::Command) -> BTreeSet<String> {
    let mut options = BTreeSet::new();
    for argument in command.get_arguments() {
        options.extend(argument.get_long().map(str::to_owned));
        options.extend(argument.get_all_aliases().into_iter().flatten().map(str::to_owned));
    }
    command.get_subcommands().for_each(|below| options.extend(options_of(below)));
    options
}
