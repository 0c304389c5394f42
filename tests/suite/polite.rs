//! Polite crawling: which requests are made to GitHub, how often, and what a run does if it has to wait.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::github::{Archive, Fault, Repo, archive};
use crate::world::{BIAS, World, outcome, part, repo, repo_of_bytes, text, two};

/// `count` repositories with a note each.
fn many(count: usize) -> World {
    let name = |at: usize| format!("org/r{at:02}");
    World::new((0..count).map(|at| repo(&name(at), &[("a.md", BIAS)])).collect())
}

/// Refreshes with a token.
#[track_caller]
fn signed_in(world: &World, code: i32) -> Value {
    let mut command = world.command(&["refresh", "--json"]);
    let output = command.env("GITHUB_TOKEN", "t0ken").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_200_with_the_known_etag_means_unchanged_and_its_body_is_discarded() {
    let mut noise = vec![0_u8; 30_000_000];
    let mut seed = 1_u64;
    noise.fill_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as u8
    });
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let bytes = archive("big", sha, &[("a.md", BIAS.as_bytes()), ("z.bin", &noise)]);
    let length = bytes.len() as u64;
    let world = World::new(vec![Repo::new("org/big", sha, Archive::Bytes(bytes))]);
    world.refresh(&[], 0);
    world.github.forget_requests();
    world.github.fault("org/big", Fault::IgnoresEtag);
    let run = world.refresh(&[], 0);
    assert_eq!(outcome(&run, "org/big"), "unchanged");
    let requests = world.github.requests();
    assert_eq!(requests.len(), 1, "{requests:#?}");
    assert_eq!(requests[0].status, 200);
    assert!(requests[0].bytes_sent < length / 2, "{} of {length}", requests[0].bytes_sent);
}

#[test]
fn with_a_token_unchanged_sources_cost_no_quota() {
    let world = two();
    let first = signed_in(&world, 0);
    let second = signed_in(&world, 0);
    let third = signed_in(&world, 0);
    assert_eq!(first["quota"]["limit"], 5000);
    assert_eq!(second["quota"]["remaining"], third["quota"]["remaining"]);
    world.asked();
    assert_eq!(world.refresh(&[], 0)["quota"], Value::Null, "without a token, the API is not used");
    let asked = world.asked();
    assert_eq!(asked, ["/ann/bias/tar.gz/HEAD 304", "/bob/store/tar.gz/HEAD 304"], "nor fetched");
}

#[test]
fn the_run_continues_without_a_refused_token_and_notes_it() {
    let world = two();
    world.github.require_token(Some("another"));
    let run = signed_in(&world, 0);
    assert_eq!(outcome(&run, "ann/bias"), "new");
    assert!(text(&run["notes"][0]["message"]).contains("refuses the token"), "{run}");
    let refused = world.asked().iter().filter(|asked| asked.ends_with("401")).count();
    assert!((1..=2).contains(&refused), "one for each source under way at most: {refused}");
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("refuses the token"), "{status}");
}

#[test]
fn a_run_waits_if_the_host_asks_for_a_short_wait() {
    let world = two();
    world.github.fault("ann/bias", Fault::RetryAfter { seconds: 1 });
    let started = Instant::now();
    let run = world.refresh(&["ann/bias"], 0);
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(outcome(&run, "ann/bias"), "new");
    let asked = world.asked();
    let archives: Vec<_> = asked.iter().filter(|asked| asked.contains("tar.gz")).collect();
    assert_eq!(archives, ["/ann/bias/tar.gz/HEAD 429", "/ann/bias/tar.gz/HEAD 200"]);
}

#[test]
fn a_host_that_asks_for_a_long_wait_gets_no_more_requests_in_the_run() {
    let world = many(30);
    world.write("cairn.toml", "[refresh]\nlongest_wait = \"2s\"\njobs_per_host = 2\n");
    world.refresh(&[], 0);
    for at in 0..30 {
        world.github.fault(&format!("org/r{at:02}"), Fault::RetryAfter { seconds: 3600 });
    }
    world.asked();
    let run = world.refresh(&[], 3);
    let asked = world.asked();
    assert!(asked.len() <= 2, "those under way only: {asked:?}");
    assert!(run["sources"].as_array().unwrap()[1..].iter().all(|s| s["outcome"] == "deferred"));
    assert!(text(&part(&run, "org/r29")["error"]).contains("deferred to a later run"), "{run}");
    let retry_at = chrono::DateTime::parse_from_rfc3339(text(&run["retry_at"])).unwrap();
    let wait = retry_at.to_utc() - chrono::Utc::now();
    assert!((3_500..=3_601).contains(&wait.num_seconds()), "{wait}");
    assert_eq!(world.hits("\"position bias\"").len(), 1, "what is indexed stays (29 fold)");
    let source = world.source("org/r07");
    assert_eq!(source["state"], "deferred");
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("30 deferred") && status.contains("30 sources could not"), "{status}");
}

#[test]
fn the_apis_limits_are_respected_and_archives_do_not_use_them() {
    let world = two();
    world.write("cairn.toml", "[refresh]\nlongest_wait = \"5s\"\n");
    world.github.fault("ann/bias", Fault::RateLimited { reset_in: Duration::from_secs(1) });
    let run = signed_in(&world, 0);
    assert_eq!(outcome(&run, "ann/bias"), "new", "it waited until the quota was reset: {run}");
    let commits = world.asked().into_iter().filter(|a| a.contains("bias/commits")).count();
    assert_eq!(commits, 2);

    world.github.leave_quota(0);
    let run = signed_in(&world, 3);
    assert_eq!(outcome(&run, "ann/bias"), "deferred", "an hour is too long");
    assert_eq!(part(&run, "ann/bias")["hint"], "the next run requests it again", "it has a token");
    assert_eq!(run["quota"]["remaining"], 0);
    world.asked();
    let run = world.refresh(&[], 0);
    assert_eq!(
        outcome(&run, "ann/bias"),
        "unchanged",
        "without a token, only archives are requested"
    );
    assert_eq!(world.asked().len(), 2);
}

#[test]
fn transient_failures_are_tried_three_times() {
    let world = two();
    world.github.fault("ann/bias", Fault::Status(503));
    let run = world.refresh(&["ann/bias"], 3);
    assert_eq!(outcome(&run, "ann/bias"), "failed");
    assert_eq!(world.asked().len(), 3);
    world.github.fault("ann/bias", Fault::Status(403));
    let run = world.refresh(&["ann/bias"], 3);
    assert_eq!(outcome(&run, "ann/bias"), "failed", "a plain no is no limit");
    assert_eq!(world.asked(), ["/ann/bias/tar.gz/HEAD 403"], "there is no second request");
}

#[test]
fn an_interrupted_transfer_is_retried_from_the_beginning() {
    let world = two();
    world.github.fault("ann/bias", Fault::Truncated);
    let run = world.refresh(&["ann/bias"], 3);
    assert!(text(&part(&run, "ann/bias")["error"]).contains("tar.gz"), "{run}");
    assert_eq!(world.asked().len(), 3);
}

#[test]
fn a_run_stops_at_its_byte_budget_and_the_next_one_continues() {
    // Noise can't be compressed, so each archive exceeds the budget of a run.
    let mut noise = vec![0; 1_500_000];
    fastrand::Rng::with_seed(1).fill(&mut noise);
    let large = |name: &str, text: &str| {
        repo_of_bytes(name, &[("a.md", text.as_bytes()), ("noise.bin", noise.as_slice())])
    };
    let names = ["org/r00", "org/r01", "org/r02", "org/r03"];
    let world = World::new(names.iter().map(|name| large(name, BIAS)).collect());
    let budget = "[refresh]\nrun_megabytes = 1\njobs = 1\n";
    world.write("cairn.toml", budget);
    let run = world.refresh(&[], 3);
    let deferred: Vec<&str> =
        names.into_iter().filter(|name| outcome(&run, name) == "deferred").collect();
    assert!(!deferred.is_empty(), "{run}");
    let error = text(&part(&run, deferred[0])["error"]);
    assert!(error.contains("run_megabytes"), "{error}");
    let hint = text(&part(&run, deferred[0])["hint"]);
    assert!(hint.contains("run_megabytes") && !hint.contains("TOKEN"), "{hint}");
    world.write("cairn.toml", "");
    world.refresh(&[], 0);
    world.asked();
    world.github.put(large("org/r00", "# New\n\nFresh words.\n"));
    world.write("cairn.toml", budget);
    world.refresh(&[], 0);
    let asked = world.asked();
    let is_expected = |asked: &String| asked.ends_with("304") || asked.contains("org/r00");
    assert!(asked.iter().all(is_expected), "what has nothing new needs no bytes: {asked:?}");
}

#[test]
fn a_source_deferred_by_the_archive_host_gets_no_advice_about_tokens_or_the_network() {
    let world = two();
    world.github.fault("ann/bias", Fault::RetryAfter { seconds: 3_600 });
    let run = world.refresh(&["ann/bias"], 3);
    assert_eq!(outcome(&run, "ann/bias"), "deferred");
    assert_eq!(part(&run, "ann/bias")["hint"], "the next run requests it again");
}

#[test]
fn few_connections_go_to_one_host() {
    let world = many(12);
    for at in 0..12 {
        let per_chunk = Duration::from_millis(60);
        world.github.fault(&format!("org/r{at:02}"), Fault::Slow { per_chunk });
    }
    world.write("cairn.toml", "[refresh]\njobs = 8\njobs_per_host = 3\n");
    world.refresh(&[], 0);
    assert_eq!(world.github.most_at_once(), 3);
    world.github.forget_requests();
    world.refresh(&["--full", "--jobs", "2"], 0);
    assert_eq!(world.github.most_at_once(), 2, "and so many in all");
}

#[test]
fn redirects_stay_with_the_sources_hosts() {
    let (world, other) = (two(), two());
    let port = other.github.base().rsplit(':').next().unwrap().parse().unwrap();
    world.github.fault("ann/bias", Fault::Elsewhere { port });
    let run = world.refresh(&[], 3);
    assert_eq!(outcome(&run, "ann/bias"), "failed");
    let error = text(&part(&run, "ann/bias")["error"]);
    assert!(error.contains("a redirect away from the source's hosts"), "{error}");
    assert!(other.github.requests().is_empty(), "the other host was never asked");
    let probes = world.asked().into_iter().filter(|a| a.contains("bias/tar.gz")).count();
    assert_eq!(probes, 1, "and the source not again");
    // The API's redirects, which carry the token, no less.
    world.github.fault("bob/store", Fault::Elsewhere { port });
    let run = signed_in(&world, 3);
    assert_eq!(outcome(&run, "bob/store"), "failed");
    assert!(other.github.requests().is_empty());
}

#[test]
fn private_addresses_are_refused_unless_the_settings_name_them() {
    let world = two();
    let address = world.github.base().replace("127.0.0.1", "localhost");
    world.catalogue(&format!(
        "[[source]]\narchive = \"{address}/ann/bias/tar.gz/HEAD\"\nid = \"bias\"\nwhy = \"x\"\n"
    ));
    let run = world.refresh(&[], 3);
    let error = text(&part(&run, "bias")["error"]);
    assert!(error.contains("private_hosts"), "{error}");
    assert!(world.github.requests().is_empty());
    world.settings("[refresh]\nprivate_hosts = [\"localhost\"]\n");
    assert_eq!(outcome(&world.refresh(&[], 0), "bias"), "new");
}

#[test]
fn github_enterprise_needs_only_other_base_urls() {
    let world = two();
    let base = world.github.base();
    world
        .settings(&format!("[github]\napi = \"{base}/api/v3\"\ncodeload = \"{base}/_codeload\"\n"));
    let refresh = |token: Option<&str>| -> Value {
        let mut command = world.command(&["refresh", "--json"]);
        command.env_remove("CAIRN_GITHUB_API_URL").env_remove("CAIRN_GITHUB_CODELOAD_URL");
        command.env("GITHUB_TOKEN", token.unwrap_or_default());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    refresh(Some("t"));
    let asked = world.asked();
    assert!(asked.contains(&"/api/v3/repos/ann/bias/commits/HEAD 200".to_owned()), "{asked:?}");
    let below = |asked: &String| asked.starts_with("/api/v3/") || asked.starts_with("/_codeload/");
    assert!(asked.iter().all(below), "{asked:?}");
    world.github.rename("ann/bias", "ann/new-name");
    refresh(None);
    assert_eq!(world.source("ann/bias")["moved_to"], "ann/new-name");
}

#[test]
fn no_secret_is_ever_printed_or_stored() {
    let world = two();
    world.github.require_token(Some("s3cret-token"));
    world.write("token", "s3cret-token\n");
    world.write("admin", "s3cret-admin\n");
    world.settings("[github]\ntoken_file = \"token\"\n[serve]\nadmin_token_file = \"admin\"\n");
    let mut said = String::new();
    let mut hear = |arguments: &[&str], token: Option<&str>| {
        let mut command = world.command(arguments);
        command.env("CAIRN_LOG", "trace");
        if let Some(token) = token {
            command.env("GITHUB_TOKEN", token);
        }
        let output = command.output().unwrap();
        said.push_str(&String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));
    };
    hear(&["refresh", "-v", "-v"], None);
    hear(&["refresh", "--full", "--log-format", "json"], None);
    world.github.fault("ann/bias", Fault::Status(500));
    hear(&["refresh", "-v"], None);
    hear(&["refresh"], Some("s3cret-wrong"));
    hear(&["refresh"], Some("s3cret\nbroken"));
    hear(&["doctor"], None);
    hear(&["doctor", "--json"], Some("s3cret-wrong"));
    hear(&["status", "--json"], None);
    hear(&["search", "bias"], None);
    // What is no token, or stands where none belongs, is not quoted in the error.
    world.write("token", "-----BEGIN s3cret-----\ns3cret\n");
    hear(&["refresh"], None);
    for wrong in ["[github]\ntoken = \"s3cret\"\n", "[github]\ntoken_file = s3cret\n"] {
        world.settings(wrong);
        hear(&["status"], None);
    }
    world.settings("[github]\napi = \"https://me:s3cret@host:port\"\n");
    let mut command = world.command(&["status"]);
    let output = command.env_remove("CAIRN_GITHUB_API_URL").output().unwrap();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    assert!(said.len() > 10_000, "there was something to look at");
    let at = said.find("s3cret").map(|at| &said[at.saturating_sub(300)..at + 20]);
    assert_eq!(at, None);
    for entry in walkdir::WalkDir::new(world.path("index")) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let found = bytes.windows(6).any(|six| six == b"s3cret");
            assert!(!found, "{}", entry.path().display());
        }
    }
}
