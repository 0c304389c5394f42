//! What packages install beside the program: completions, manual pages, units, and the check of containers.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use cairn::commands::Cli;
use clap::CommandFactory;

use crate::serve::Server;
use crate::world::{World, two};

/// Whether `program` can be started; if not, says that a part of a test is skipped.
fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let is_there = command.status().is_ok();
    if !is_there {
        println!("SKIPPED: {program} is not installed");
    }
    is_there
}

#[test]
fn shells_accept_the_completions_of_all_commands() {
    let world = World::new(Vec::new());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = world.run(&["completions", shell]);
        assert_eq!(script.code, 0, "{}", script.stderr);
        for word in ["healthcheck", "discover", "--log-format"] {
            assert!(script.stdout.contains(word.trim_start_matches("--")), "{shell}: {word}");
        }
        assert!(!script.stdout.contains("\\u{"), "{shell}: an escaped character");
        if !["bash", "zsh", "fish"].contains(&shell) || !is_there(shell) {
            continue;
        }
        let path = world.path(shell);
        fs::write(&path, &script.stdout).unwrap();
        let read = Command::new(shell).arg("-n").arg(&path).output().unwrap();
        assert!(read.status.success(), "{shell}: {}", String::from_utf8_lossy(&read.stderr));
    }
    let wrong = world.run(&["completions", "tcsh"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("possible values: bash"), "{}", wrong.stderr);
}

#[test]
fn bash_completes_commands_and_options() {
    if !is_there("bash") {
        return;
    }
    let world = World::new(Vec::new());
    let path = world.path("completions");
    fs::write(&path, world.run(&["completions", "bash"]).stdout).unwrap();
    let script = format!(
        "source {}\nCOMP_WORDS=(cairn sources a) COMP_CWORD=2\n_cairn cairn a sources\necho \"${{COMPREPLY[@]}}\"\n",
        path.display()
    );
    let output = Command::new("bash").arg("-c").arg(script).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "add audit\n");
}

/// The names of the manual pages of `command` and the commands below it.
fn page_names(command: &clap::Command, name: &str, names: &mut Vec<String>) {
    names.push(format!("{name}.1"));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        page_names(below, &format!("{name}-{}", below.get_name()), names);
    }
}

#[test]
fn every_command_has_a_manual_page_that_formats_without_warnings() {
    let world = World::new(Vec::new());
    let folder = world.path("man");
    let written = world.run(&["man", "--out", folder.to_str().unwrap()]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    let mut names = Vec::new();
    page_names(&Cli::command(), "cairn", &mut names);
    names.sort();
    let mut files: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, names);
    for name in names {
        check_page(&folder.join(name));
    }
    let one = world.run(&["man", "sources", "add"]).stdout;
    assert!(one.contains("cairn\\-sources\\-add") && one.contains("OWNER/NAME"), "{one}");
    let main = world.run(&["man"]).stdout;
    assert!(main.contains("EXIT STATUS") && main.contains("cairn.toml"), "{main}");
    for wrong in [&["man", "nothing"][..], &["man", "read"], &["man", "sources", "x"]] {
        let output = world.run(wrong);
        assert_eq!(output.code, 1);
        assert!(output.stderr.contains("there is no command"), "{}", output.stderr);
    }
}

/// Formats the page at `path` with groff, which must have nothing to say about it.
fn check_page(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.starts_with(".ie") || text.contains(".TH cairn"), "{}", path.display());
    if Command::new("groff").arg("--version").output().is_err() {
        println!("SKIPPED: groff is not installed");
        return;
    }
    let output = Command::new("groff").args(["-ww", "-man", "-Tutf8", "-z"]).arg(path).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{}: {said}", path.display());
}

#[test]
fn the_health_of_a_server_is_an_exit_code() {
    let world = two();
    world.refresh(&[], 0);
    let server = Server::start(&world, &["--no-refresh"]);
    let address = server.address().to_owned();
    let well = world.run(&["healthcheck", &address]);
    assert_eq!((well.code, well.stdout.as_str()), (0, "ready\n"), "{}", well.stderr);
    world.settings(&format!("[serve]\nlisten = \"{address}\"\n"));
    assert_eq!(world.run(&["healthcheck"]).code, 0, "the address of the configuration");
    drop(server);
    let gone = world.run(&["healthcheck", &address]);
    assert_eq!(gone.code, 1);
    assert!(gone.stderr.contains("no server answers at"), "{}", gone.stderr);
    let wrong = world.run(&["healthcheck", "localhost"]);
    assert!(wrong.code == 1 && wrong.stderr.contains("with a port"), "{}", wrong.stderr);
}

/// The error of `cairn healthcheck` if a server sends `answer` to the first connection.
fn health_of(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(answer).unwrap();
        // Closing with unread bytes would reset the connection.
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let output = World::new(Vec::new()).run(&["healthcheck", &address]);
    server.join().unwrap();
    assert_eq!(output.code, 1);
    output.stderr
}

#[test]
fn a_server_that_is_not_ready_or_not_cairn_is_unhealthy() {
    let busy = health_of(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    assert!(busy.contains("no index open"), "{busy}");
    let other = health_of(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    assert!(other.contains("answered 404"), "{other}");
    let mail = health_of(b"220 mail.example.org ESMTP ready\r\n");
    assert!(mail.contains("no web server"), "{mail}");
}
