//! Unexpected behaviour of the real GitHub: old names, rate limits without a waiting time, repacked archives.

use std::process::Command;

use serde_json::Value;

use crate::github::Fault;
use crate::world::{BIAS, World, outcome, output_of, part, repo, repo_of_bytes, text, two};

/// A refresh for which the stand-in is the web host, too.
fn command(world: &World, arguments: &[&str]) -> Command {
    let mut command = world.command(&["refresh", "--json"]);
    command.args(arguments).env("CAIRN_GITHUB_WEB_URL", world.github.base());
    command
}

#[track_caller]
fn run(mut command: Command, code: i32) -> Value {
    let output = output_of(&mut command);
    assert_eq!(output.code, code, "{}\n{}", output.stdout, output.stderr);
    serde_json::from_str(&output.stdout).unwrap()
}

/// The requests for archives so far. Forgets all requests.
fn archives(world: &World) -> Vec<String> {
    let asked = world.asked().into_iter();
    asked.filter(|asked| asked.contains("tar.gz")).collect()
}

#[test]
fn a_renamed_repository_unknown_to_codeload_is_found_through_the_web_host() {
    let world = two();
    run(command(&world, &["ann/bias"]), 0);
    world.asked();
    world.github.archives_forget_names(true);
    world.github.rename("ann/bias", "eva/bias");
    let result = run(command(&world, &["ann/bias"]), 0);
    assert_eq!(outcome(&result, "ann/bias"), "unchanged");
    let found = archives(&world);
    assert_eq!(
        found,
        [
            "/ann/bias/tar.gz/HEAD 404",
            "/ann/bias/archive/HEAD.tar.gz 302",
            "/eva/bias/tar.gz/HEAD 304",
        ]
    );
    assert_eq!(world.source("ann/bias")["moved_to"], "eva/bias");
    let problems = world.source("ann/bias")["problems"].to_string();
    assert!(problems.contains("GitHub knows it as eva/bias now"), "{problems}");
}

#[test]
fn with_a_token_the_commit_is_fetched_through_the_web_host() {
    let world = two();
    world.github.archives_forget_names(true);
    world.github.rename("ann/bias", "eva/bias");
    let mut command = command(&world, &["ann/bias"]);
    command.env("GITHUB_TOKEN", "t0ken");
    assert_eq!(outcome(&run(command, 0), "ann/bias"), "new");
    let found = archives(&world);
    assert!(found[0].ends_with(" 404") && found[1].starts_with("/ann/bias/archive/"), "{found:?}");
    assert!(found[2].starts_with("/eva/bias/tar.gz/") && found[2].ends_with(" 200"), "{found:?}");
    assert_eq!(world.source("ann/bias")["moved_to"], "eva/bias");
}

#[test]
fn a_source_counts_as_not_found_only_after_the_web_host_says_so_too_and_that_is_asked_once() {
    let world = two();
    world.github.remove("ann/bias");
    let result = run(command(&world, &["ann/bias"]), 3);
    let asked = world.asked();
    assert_eq!(asked, ["/ann/bias/tar.gz/HEAD 404", "/ann/bias/archive/HEAD.tar.gz 404"]);
    let error = text(&part(&result, "ann/bias")["error"]);
    assert!(error.contains("/ann/bias/archive/HEAD.tar.gz responds with 404"), "{error}");
    let hint = text(&part(&result, "ann/bias")["hint"]);
    assert!(hint.contains("`private = true`"), "{hint}");
}

#[test]
fn the_name_of_an_enterprises_repository_is_not_sent_to_the_public_github() {
    let world = two();
    world.github.remove("ann/bias");
    let mut command = world.command(&["refresh", "--json", "ann/bias"]);
    // Only codeload was set: the web host is the public one, and belongs to another GitHub.
    command.env_remove("CAIRN_GITHUB_WEB_URL");
    let result = run(command, 3);
    let error = text(&part(&result, "ann/bias")["error"]);
    assert!(error.contains("/ann/bias/tar.gz/HEAD responds with 404"), "{error}");
    assert_eq!(world.asked(), ["/ann/bias/tar.gz/HEAD 404"]);
}

#[test]
fn an_archive_host_that_names_no_wait_gets_no_requests_for_half_an_hour() {
    let world = two();
    world.github.fault("ann/bias", Fault::ArchiveStatus(429));
    let result = run(command(&world, &["ann/bias"]), 3);
    assert_eq!(outcome(&result, "ann/bias"), "deferred");
    assert_eq!(world.asked(), ["/ann/bias/tar.gz/HEAD 429"], "asked once, and not again");
    let retry_at = chrono::DateTime::parse_from_rfc3339(text(&result["retry_at"])).unwrap();
    let wait = (retry_at.to_utc() - chrono::Utc::now()).num_seconds();
    assert!((1_700..=1_801).contains(&wait), "{wait} s");
    assert_eq!(world.source("ann/bias")["state"], "deferred");
}

#[test]
fn an_archive_packed_again_from_the_same_commit_is_unchanged_and_its_etag_is_remembered() {
    let mut noise = vec![0_u8; 20_000_000];
    let mut seed = 1_u64;
    noise.fill_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as u8
    });
    let files: [(&str, &[u8]); 2] = [("a.md", BIAS.as_bytes()), ("z.bin", &noise)];
    let world = World::new(vec![repo_of_bytes("org/big", &files)]);
    run(command(&world, &[]), 0);
    let before = world.source("org/big");
    world.asked();
    world.github.repack("org/big");
    let result = run(command(&world, &[]), 0);
    assert_eq!(outcome(&result, "org/big"), "unchanged");
    let requests = world.github.requests();
    let sent = requests.iter().find(|request| request.path == "/org/big/tar.gz/HEAD").unwrap();
    assert_eq!(sent.status, 200, "another ETag");
    assert!(sent.bytes_sent < 10_000_000, "the rest is not read: {}", sent.bytes_sent);
    assert_eq!(archives(&world), ["/org/big/tar.gz/HEAD 200"]);
    assert_eq!(result["generation"], Value::Null, "readers see nothing new");
    assert_eq!(world.source("org/big")["fetched_at"], before["fetched_at"]);

    assert_eq!(outcome(&run(command(&world, &[]), 0), "org/big"), "unchanged");
    assert_eq!(archives(&world), ["/org/big/tar.gz/HEAD 304"], "by the new ETag");

    // Another commit is fetched, and so is everything with --full.
    world.github.put(repo("org/big", &[("a.md", "# Other\n\nOther words, says everyone.\n")]));
    assert_eq!(outcome(&run(command(&world, &[]), 0), "org/big"), "changed");
    world.github.repack("org/big");
    world.asked();
    run(command(&world, &["--full"]), 0);
    assert_eq!(archives(&world), ["/org/big/tar.gz/HEAD 200"]);
    assert_eq!(world.hits("\"other words\"").len(), 1);
}
