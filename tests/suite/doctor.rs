//! `cairn doctor` finds what is wrong with an index, the data files, the token and the network.

use std::process::Command;

use serde_json::Value;

#[cfg(unix)]
use crate::folders::commands_of_nobody;
use crate::world::{output_of, two};

/// The exit code of the doctor, and the name, state and finding of each of its checks.
pub(crate) fn doctor(command: &mut Command) -> (i32, Vec<(String, String, String)>) {
    let output = command.output().unwrap();
    let view: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = view["checks"].as_array().unwrap().iter();
    let told = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let checks = checks.map(|check| {
        (
            told(check, "name"),
            told(check, "state"),
            format!("{} {}", told(check, "says"), told(check, "hint")),
        )
    });
    (output.status.code().unwrap(), checks.collect())
}

#[cfg(unix)]
#[test]
fn a_token_of_another_account_stops_only_what_fetches() {
    use std::os::unix::fs::PermissionsExt;
    let world = two();
    world.refresh(&[], 0);
    world.write("closed", "t0ken\n");
    world.settings("[github]\ntoken_file = \"closed\"\n");
    let Some(command) = commands_of_nobody(&world) else { return };
    let closed = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(world.path("closed"), closed).unwrap();
    let run = |words: &[&str]| output_of(&mut command(words));
    assert_eq!(run(&["search", "bias"]).code, 0);
    assert_eq!(run(&["refresh", "--offline"]).code, 0);
    for words in [&["refresh"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let output = run(words);
        let says = "let this account read it, or run Cairn as its owner";
        assert!(output.code == 1 && output.stderr.contains(says), "{}", output.stderr);
    }
    let doctor = run(&["doctor"]).stdout;
    assert_eq!(doctor.matches("no refresh fetches anything").count(), 1, "{doctor}");
}

#[test]
fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let world = two();
    world.refresh(&[], 0);
    let look = |arguments: &[&str], token: &str| {
        let all = [&["doctor", "--json"], arguments].concat();
        doctor(world.command(&all).env("GITHUB_TOKEN", token))
    };
    let (code, checks) = look(&[], "");
    assert_eq!(code, 0);
    assert!(checks.iter().all(|(_, state, _)| state != "ill"), "{checks:#?}");
    let names: Vec<&str> = checks.iter().map(|(name, ..)| name.as_str()).collect();
    for name in
        ["data files", "disk", "lock", "store", "generation", "runs", "API", "quota", "clock"]
    {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    #[track_caller]
    fn ill((code, checks): (i32, Vec<(String, String, String)>), name: &str, says: &str) {
        assert_eq!(code, 1);
        let check = checks.iter().find(|check| check.0 == name);
        let (_, state, told) = check.unwrap_or_else(|| panic!("{name} in {checks:#?}"));
        assert_eq!(state, "ill", "{checks:#?}");
        assert!(told.contains(says), "{told}");
    }
    world.github.require_token(Some("right"));
    ill(look(&[], "wrong"), "token", "renew GITHUB_TOKEN");
    world.github.leave_quota(0);
    let (_, checks) = look(&[], "");
    let quota = checks.iter().find(|check| check.0 == "quota").unwrap();
    assert!(quota.1 == "weak" && quota.2.contains("0 of 60"), "{quota:?}");

    let mut unplugged = world.command(&["doctor", "--json"]);
    unplugged.env("CAIRN_GITHUB_API_URL", "http://127.0.0.1:9");
    ill(doctor(&mut unplugged), "API", "is the network up");
    let library = world.path("index/library.db");
    let kept = std::fs::read(&library).unwrap();
    std::fs::write(&library, b"this is no database, whatever its name says").unwrap();
    ill(look(&["--offline"], ""), "store", "not a database");
    std::fs::write(&library, kept).unwrap();
    std::fs::write(world.path("index/current"), "7\n").unwrap();
    let (_, checks) = look(&["--offline"], "");
    let shown = checks.iter().find(|check| check.0 == "generation").unwrap();
    assert!(shown.1 == "weak" && shown.2.contains("refresh --offline` rebuilds it"), "{shown:?}");
    std::fs::write(world.path("index/current"), "1\n").unwrap();
    world.write("sources/catalogue.toml", "nonsense\n");
    ill(look(&["--offline"], ""), "data files", "sources check");
    world.catalogue("[[source]]\nfolder = \"no-such\"\nwhy = \"x\"\n");
    ill(look(&["--offline"], ""), "folders", "no-such");
    assert_eq!(world.hits("\"position bias\"").len(), 1, "the doctor changed nothing");
}
