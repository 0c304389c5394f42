//! `cairn doctor --github`: the requests it makes, and its findings from the responses.

use serde_json::Value;

use crate::github::Fault;
use crate::world::{Output, World, output_of, text, two};

/// Runs the command with `arguments` and an optional `token`. The stand-in serves the web host, too.
fn doctor(world: &World, arguments: &[&str], token: Option<&str>) -> Output {
    let mut command = world.command(&["doctor", "--github"]);
    command.args(arguments).env("CAIRN_GITHUB_WEB_URL", world.github.base());
    if let Some(token) = token {
        command.env("GITHUB_TOKEN", token);
    }
    output_of(&mut command)
}

/// Each assumption and its finding, as `name: holds`.
fn held(output: &Output) -> Vec<String> {
    let view: Value = serde_json::from_str(&output.stdout).unwrap();
    let found = view["assumptions"].as_array().unwrap().iter();
    found.map(|found| format!("{}: {}", text(&found["name"]), text(&found["holds"]))).collect()
}

/// The path and status of each request so far, in order, with `signed` if the token was sent. Forgets them.
fn asked(world: &World) -> Vec<String> {
    let requests = world.github.requests();
    world.github.forget_requests();
    let told = requests.iter().map(|request| {
        let signed = if request.authorized { " signed" } else { "" };
        format!("{} {}{signed}", request.path, request.status)
    });
    told.collect()
}

#[test]
fn eight_requests_show_each_assumption_and_only_the_last_two_carry_the_token() {
    let world = two();
    world.github.rename("bob/store", "bob/new");
    world.github.archives_forget_names(true);
    let arguments = ["ann/bias", "--renamed", "bob/store", "--json"];
    let output = doctor(&world, &arguments, Some("t0ken"));
    assert_eq!(
        asked(&world),
        [
            "/ann/bias/tar.gz/HEAD 200",
            "/ann/bias/tar.gz/HEAD 304",
            "/bob/store/tar.gz/HEAD 404",
            "/bob/store/archive/HEAD.tar.gz 302",
            "/rate_limit 200",
            "/repos/ann/bias/commits/HEAD 304",
            "/rate_limit 200 signed",
            "/repos/ann/bias/commits/HEAD 304 signed",
        ]
    );
    assert_eq!(
        held(&output),
        [
            "etag: yes",
            "commit: yes",
            "304: yes",
            "old name: yes",
            "new name: yes",
            "anonymous: yes",
            "authorised: yes",
        ]
    );
    assert_eq!(output.code, 0, "all hold: {}", output.stderr);
    let view: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(view["requests"], 8);
    let saw = |at: usize| text(&view["assumptions"][at]["saw"]);
    assert!(saw(0).starts_with("ETag: W/\""), "{view}");
    assert_eq!(saw(1).len(), "comment=".len() + 40, "{view}");
    assert_eq!((saw(3), saw(4)), ("404", "302 to bob/new"));
    assert_eq!(saw(5), "304; x-ratelimit-used 0 before, 1 after");
    assert_eq!(saw(6), "304; x-ratelimit-used 0 before, 0 after");
}

#[test]
fn without_a_token_and_an_old_name_unchecked_assumptions_are_unknown() {
    let world = two();
    let output = doctor(&world, &["ann/bias"], None);
    assert_eq!(output.code, 0, "nothing fails: {}", output.stdout);
    assert_eq!(asked(&world).len(), 4);
    for says in [
        "holds    etag ",
        "unknown  old name ",
        "not checked: give the old name of a renamed repository with --renamed",
        "not checked: there is no token",
        "4 requests were sent, of at most 8",
    ] {
        assert!(output.stdout.contains(says), "{says}: {}", output.stdout);
    }
}

#[test]
fn failed_assumptions_are_reported_with_the_observation() {
    let world = two();
    world.github.fault("ann/bias", Fault::IgnoresEtag);
    let output = doctor(&world, &["ann/bias", "--renamed", "bob/none"], Some("t0ken"));
    assert_eq!(output.code, 1, "{}", output.stderr);
    for says in
        ["FAILS    304 ", "saw: 200: the archive is sent again", "FAILS    new name ", "saw: 404"]
    {
        assert!(output.stdout.contains(says), "{says}: {}", output.stdout);
    }
    world.github.fault("ann/bias", Fault::None);
    let output = doctor(&world, &["ann/bias", "--renamed", "bob/store"], None);
    assert!(output.stdout.contains("the repository still has this name"), "{}", output.stdout);
    world.github.rename("bob/store", "bob/new");
    let output = doctor(&world, &["ann/bias", "--renamed", "bob/store"], None);
    assert!(output.stdout.contains("FAILS    old name "), "codeload knows it: {}", output.stdout);
    assert!(output.stdout.contains("saw: 301 to bob/new"), "{}", output.stdout);
    world.github.require_token(Some("another"));
    let output = doctor(&world, &["ann/bias"], Some("s3cret"));
    assert!(output.stdout.contains("401: the token is not accepted"), "{}", output.stdout);
    assert!(!format!("{}{}", output.stdout, output.stderr).contains("s3cret"));
}

#[test]
fn without_a_network_or_repository_the_reason_is_reported_and_assumptions_stay_unknown() {
    let world = two();
    let missing = doctor(&world, &["ann/none", "--json"], None);
    assert_eq!((missing.code, missing.stdout.as_str()), (1, ""));
    assert!(missing.stderr.contains("nothing was checked"), "{}", missing.stderr);
    assert!(
        missing.stderr.contains("/ann/none/tar.gz/HEAD responds with 404"),
        "{}",
        missing.stderr
    );
    assert_eq!(asked(&world), ["/ann/none/tar.gz/HEAD 404"]);

    let mut command = world.command(&["doctor", "--github", "ann/bias"]);
    // Nobody listens at the port of a socket that is closed.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = output_of(command.env("CAIRN_GITHUB_CODELOAD_URL", format!("http://{closed}")));
    assert_eq!((output.code, output.stdout.as_str()), (1, ""));
    assert!(output.stderr.contains("check the network"), "{}", output.stderr);
    assert_eq!(asked(&world), [""; 0]);

    let wrong = world.run(&["doctor", "--github", "no-slash"]);
    assert!(wrong.stderr.contains("not of the form owner/name"), "{}", wrong.stderr);
    assert_eq!(wrong.code, 1);
}
