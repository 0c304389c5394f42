//! Discussions when fetching them fails: interrupted runs, rate limits, refused tokens, damaged rows. Nothing that is
//! stored gets lost.

use std::process::Stdio;
use std::time::Duration;

use crate::github::Fault;
use crate::signals::{Signal, send};
use crate::talk::{TALK, asked, days_pass, refresh, stored, talk, threads};
use crate::world::{ended, text, wait_until};

#[test]
fn a_fetch_interrupted_at_any_page_resumes_there() {
    let world = talk(170);
    refresh(&world, &[], 0);
    let clean = stored(&world);
    assert_eq!(asked(&world).len(), 4);
    for served in 0..4 {
        std::fs::remove_dir_all(world.path("index")).unwrap();
        world.refresh(&[], 0);
        asked(&world);
        // The request for the archive is served first; it needs no token.
        world.github.fault_after(TALK, served + 1, Fault::Status(403));
        let run = refresh(&world, &[], 3);
        assert_eq!(threads(&run, 0)["outcome"], "failed", "{served}");
        assert_eq!(stored(&world).len(), 50 * served as usize, "each page is kept");
        world.github.fault(TALK, Fault::None);
        let before = asked(&world).len();
        refresh(&world, &[], 0);
        let after = asked(&world);
        assert_eq!(before + after.len(), 5, "only the page that failed is requested twice");
        assert_eq!(after[0], if served == 0 { "first 50" } else { "next 50" });
        assert!(stored(&world) == clean, "{served}");
    }
}

#[test]
fn kills_at_random_moments_lead_to_the_content_of_a_clean_run() {
    let world = talk(230);
    refresh(&world, &[], 0);
    let clean = stored(&world);
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut dice = fastrand::Rng::with_seed(seed);
    world.github.fault(TALK, Fault::Slow { per_chunk: Duration::from_micros(300) });
    for _ in 0..3 {
        std::fs::remove_dir_all(world.path("index")).unwrap();
        for _ in 0..4 {
            let mut command = world.command(&["refresh", "-q"]);
            command.env("GITHUB_TOKEN", "t").stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().unwrap();
            std::thread::sleep(Duration::from_millis(dice.u64(50..1_500)));
            let _ = child.kill();
            child.wait().unwrap();
        }
        refresh(&world, &[], 0);
        assert!(stored(&world) == clean, "the content differs from that of a clean run");
    }
}

#[test]
fn beyond_the_quotas_reserve_pages_are_deferred_until_it_resets() {
    let world = talk(170);
    world.github.leave_points(112);
    let run = refresh(&world, &[], 3);
    assert_eq!(asked(&world), ["first 50"], "106 points are left then, and a page may cost 7");
    let part = threads(&run, 0);
    assert_eq!(part["outcome"], "deferred");
    assert!(
        text(&part["error"]).contains("GraphQL") || text(&part["error"]).contains("graphql"),
        "{part}"
    );
    let resets = chrono::DateTime::parse_from_rfc3339(text(&run["retry_at"])).unwrap();
    let ahead = resets.timestamp() - chrono::Utc::now().timestamp();
    // The time of the reset is rounded up to a second.
    assert!((1..=3_601).contains(&ahead), "{ahead}");
    assert_eq!(stored(&world).len(), 50);
    let status = world.run(&["status"]).stdout;
    assert!(
        status.contains("discussions") && status.contains("deferred to a later run"),
        "{status}"
    );

    world.github.leave_points(5_000);
    refresh(&world, &[], 0);
    assert_eq!(asked(&world), ["next 50", "next 50", "next 50"]);
    assert_eq!(stored(&world).len(), 170);
}

#[test]
fn an_exhausted_quota_in_a_200_defers_and_removes_nothing() {
    let world = talk(20);
    refresh(&world, &[], 0);
    days_pass(&world, 31);
    for secondary in [false, true] {
        asked(&world);
        if secondary {
            world.github.leave_points(5_000);
            world.github.fault_after(TALK, 1, Fault::SecondaryLimitIn200 { seconds: 600 });
        } else {
            world.github.leave_points(3);
        }
        let run = refresh(&world, &[], 3);
        assert_eq!(asked(&world).len(), 1);
        assert_eq!(threads(&run, 0)["outcome"], "deferred", "{run}");
        assert!(run["retry_at"].is_string());
        assert_eq!(stored(&world).len(), 20);
    }
}

#[test]
fn a_failed_field_is_a_problem_of_its_thread_and_a_later_run_reads_the_thread() {
    let world = talk(20);
    world.github.fail_field(TALK, Some("repository.discussions.nodes.2.comments"));
    let run = refresh(&world, &[], 0);
    let problems = threads(&run, 0)["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(text(&problems[0]["message"]).contains("could not be read"));
    let all = stored(&world);
    assert_eq!(all.len(), 19);
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("could not be read"), "{status}");
    world.github.fail_field(TALK, None);
    refresh(&world, &[], 0);
    assert_eq!(stored(&world).len(), 20);

    // In a full pass, a thread that could not be read does not count as gone.
    world.github.fail_field(TALK, Some("repository.discussions.nodes.0.body"));
    days_pass(&world, 31);
    let run = refresh(&world, &[], 0);
    assert_eq!((&threads(&run, 0)["removed"], stored(&world).len()), (&0.into(), 20));
}

#[test]
fn a_token_that_github_refuses_removes_nothing() {
    let world = talk(3);
    refresh(&world, &[], 0);
    world.github.require_token(Some("other"));
    days_pass(&world, 31);
    let run = refresh(&world, &[], 0);
    assert!(text(&run["notes"][0]["message"]).contains("refuses the token"), "{run}");
    assert_eq!(stored(&world).len(), 3);
}

#[test]
fn ctrl_c_ends_a_refresh_between_two_pages_and_the_next_one_resumes() {
    let world = talk(230);
    world.refresh(&[], 0);
    asked(&world);
    world.github.fault_after(TALK, 3, Fault::Stall);
    let mut command = world.command(&["refresh", "-q"]);
    command.env("GITHUB_TOKEN", "t").stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    wait_until("the third page is requested", || world.github.requests().len() >= 4);
    send(Signal::Interrupt, child.id());
    assert_eq!(ended(&mut child).code(), Some(1));
    assert_eq!(stored(&world).len(), 100);
    world.github.fault(TALK, Fault::None);
    asked(&world);
    refresh(&world, &[], 0);
    assert_eq!(asked(&world)[0], "next 50");
    assert_eq!(stored(&world).len(), 230);
}

#[test]
fn a_damaged_thread_is_dropped_and_fetched_again() {
    let world = talk(20);
    refresh(&world, &[], 0);
    let clean = stored(&world);
    let store = rusqlite::Connection::open(world.path("index/library.db")).unwrap();
    let blob = "(SELECT blob FROM threads WHERE number = 7)";
    store.execute(&format!("UPDATE blobs SET bytes = x'00' WHERE id = {blob}"), []).unwrap();
    drop(store);
    world.refresh(&["--offline"], 0);
    assert_eq!(stored(&world).len(), 19);
    let run = refresh(&world, &[], 0);
    assert!(stored(&world) == clean, "{run}");
}
