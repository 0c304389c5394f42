//! What a person at a terminal sees: bold or not, pages, 80 columns, and no binary. `script` plays the terminal.

use std::process::{Command, Stdio};

use crate::world::{World, repo};

const BOLD: &str = "\u{1b}[1m";

fn world() -> World {
    let text =
        "Position bias makes clicks a poor label, because people click what is shown first. "
            .repeat(9);
    let world = World::new(vec![repo(
        "ann/notes",
        &[("rank.md", &format!("# Position bias\n\n{text}\n"))],
    )]);
    world.refresh(&[], 0);
    world
}

/// What `line`, typed on a terminal of 80 columns and 24 rows, shows there; `None` if this machine can't play a terminal.
fn shown(world: &World, line: &str) -> Option<String> {
    let like = world.command(&[]);
    let mut command = Command::new("script");
    let line = format!("stty cols 80 rows 24; {line}")
        .replace("cairn ", &format!("{} ", env!("CARGO_BIN_EXE_cairn")));
    command.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null());
    command.current_dir(like.get_current_dir().unwrap());
    for name in ["NO_COLOR", "PAGER", "CAIRN_PAGER", "LESS", "COLUMNS", "CAIRN_CONFIG"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm");
    for (name, value) in like.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    match command.output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n")),
        Err(_) => {
            println!("SKIPPED: `script` is missing");
            None
        }
    }
}

#[test]
fn bold_text_respects_no_color_and_dumb_terminals() {
    let world = world();
    let Some(usual) = shown(&world, "cairn search position bias") else { return };
    assert!(usual.contains(BOLD), "{usual:?}");
    for plain in ["NO_COLOR=1 cairn search position bias", "TERM=dumb cairn search position bias"] {
        let text = shown(&world, plain).unwrap();
        assert!(!text.contains('\u{1b}') && text.contains("Position bias"), "{plain}: {text:?}");
    }
    let help = shown(&world, "NO_COLOR=1 cairn --help").unwrap();
    assert!(!help.contains('\u{1b}'), "{help:?}");
}

#[test]
fn prose_and_tables_fit_into_eighty_columns() {
    let world = world();
    let Some(found) = shown(&world, "cairn search position bias --no-pager") else { return };
    let width = |text: &str| text.replace(BOLD, "").replace("\u{1b}[0m", "").chars().count();
    let prose: Vec<&str> = found
        .lines()
        // An address stays whole, so that a terminal can open it.
        .filter(|line| line.starts_with("   ") && !line.contains("http"))
        .collect();
    assert!(prose.len() > 2 && prose.iter().all(|line| width(line) <= 80), "{found}");
    let table = shown(&world, "cairn sources --no-pager").unwrap();
    assert!(table.lines().count() > 2 && table.lines().all(|line| width(line) <= 80), "{table}");
    let help = shown(&world, "cairn search --help").unwrap();
    assert!(help.lines().all(|line| width(line) <= 100), "{help}");
}

#[test]
fn long_answers_go_through_the_pager_and_short_ones_do_not() {
    let world = world();
    // The pager marks what it was given.
    world.write("mark", "#!/bin/sh\nsed 's/^/paged: /'\n");
    let pager = world.path("mark").display().to_string();
    assert!(Command::new("chmod").args(["+x", &pager]).status().unwrap().success());
    let with = |line: &str| shown(&world, &format!("PAGER={pager} {line}"));
    let Some(long) = with("cairn topics") else { return };
    assert!(long.lines().count() > 100, "{long}");
    assert!(long.lines().all(|line| line.starts_with("paged: ")), "{long}");
    for direct in [
        "cairn status",
        "cairn topics --no-pager",
        "CAIRN_PAGER=cat cairn topics",
        "TERM=dumb cairn topics",
    ] {
        let text = with(direct).unwrap();
        assert!(!text.contains("paged: ") && text.lines().count() > 2, "{direct}: {text}");
    }
    // A pager that is left early, and one that does not exist.
    let early = shown(&world, "PAGER='head -n 1' cairn topics; echo code $?").unwrap();
    assert!(early.ends_with("code 0\n"), "{early}");
    let none = shown(&world, "PAGER=no-such-pager cairn topics; echo code $?").unwrap();
    assert!(none.contains("the pager \"no-such-pager\" can't be started"), "{none}");
    assert!(none.lines().count() > 100 && none.ends_with("code 0\n"), "{none}");
}

#[test]
fn a_package_for_anki_is_never_written_to_a_terminal() {
    let world = world();
    let line = "cairn export deck --topic position-bias --format apkg; echo code $?";
    let Some(refused) = shown(&world, line) else { return };
    assert!(refused.contains("-o deck.apkg") && refused.ends_with("code 2\n"), "{refused}");
    assert!(refused.chars().all(|c| c == '\n' || !c.is_control()), "{refused:?}");
    let piped = world.command(&["export", "deck", "--topic", "position-bias", "--format", "apkg"]);
    let output = { piped }.output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"PK"));
}
