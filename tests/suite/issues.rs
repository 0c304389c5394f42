//! Issues: which pages are requested, how comments are added to issues, and how deleted issues are found.

use std::time::Instant;

use crate::github::{Comment, Fault};
use crate::talk::{TALK, asked, days_pass, hour, issue, refresh, stored, threads, world};
use crate::world::{World, entry, text};

/// A world with `count` issues, of which every tenth is a pull request.
fn talk(count: u64, keys: &str) -> World {
    let world = world(keys);
    for number in 1..=count {
        let one = issue(number);
        world.github.put_issue(TALK, if number % 10 == 0 { one.pull_request() } else { one });
    }
    world
}

fn posts(world: &World, number: u64) -> Vec<u64> {
    let all = stored(world);
    let posts = all[&format!("issues/{number}")]["posts"].as_array().unwrap().clone();
    posts.iter().map(|post| post["id"].as_u64().unwrap()).collect()
}

/// The time `at` minus `minutes` and `seconds`.
fn before(at: &str, minutes: i64, seconds: i64) -> String {
    let at = chrono::DateTime::parse_from_rfc3339(at).unwrap().to_utc();
    let at = at - chrono::Duration::minutes(minutes) - chrono::Duration::seconds(seconds);
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[test]
fn a_first_run_reads_all_pages_and_a_third_one_sends_conditional_requests() {
    let world = talk(150, "issues = true");
    let run = refresh(&world, &[], 0);
    let second = before(&hour(100), 0, 1);
    // The pages of comments hold two of each thread.
    let comments = [50, 99, 148].map(|number| before(&hour(number), 0, 1));
    assert_eq!(
        asked(&world),
        [
            "issues - 1 200".to_owned(),
            format!("issues {second} 1 200"),
            "issues/comments - 1 200".to_owned(),
            format!("issues/comments {} 1 200", comments[0]),
            format!("issues/comments {} 1 200", comments[1]),
            format!("issues/comments {} 1 200", comments[2]),
        ]
    );
    let part = threads(&run, 0);
    assert_eq!((&part["kind"], &part["outcome"]), (&"issue".into(), &"new".into()));
    let all = stored(&world);
    assert_eq!(all.len(), 135, "without pull requests");
    assert_eq!(posts(&world, 7), [701, 702]);
    assert_eq!(all["issues/7"]["question"]["body"], "Asking about drift.");
    assert_eq!(all["issues/7"]["url"], format!("https://github.com/{TALK}/issues/7"));

    let since = before(&hour(150), 10, 0);
    let again = |status| {
        [format!("issues {since} 1 {status}"), format!("issues/comments {since} 1 {status}")]
    };
    let run = refresh(&world, &[], 0);
    assert_eq!(asked(&world), again(200));
    assert_eq!(threads(&run, 0)["outcome"], "unchanged");
    refresh(&world, &[], 0);
    assert_eq!(asked(&world), again(304), "which costs no quota");
    assert!(stored(&world) == all);
}

#[test]
fn issues_that_were_changed_within_one_second_are_read_by_page() {
    let world = world("issues = true");
    for number in 1..=250 {
        let mut one = issue(number).updated(&hour(1));
        one.comments.clear();
        world.github.put_issue(TALK, one);
    }
    refresh(&world, &[], 0);
    let since = before(&hour(1), 0, 1);
    assert_eq!(
        asked(&world),
        [
            "issues - 1 200".to_owned(),
            format!("issues {since} 1 200"),
            format!("issues {since} 2 200"),
            format!("issues {since} 3 200"),
            "issues/comments - 1 200".to_owned(),
        ]
    );
    assert_eq!(stored(&world).len(), 250);
}

#[test]
fn edited_and_new_comments_are_merged_by_id() {
    let world = talk(20, "issues = true");
    refresh(&world, &[], 0);
    world.github.edit_issue(TALK, 3, |issue| {
        issue.comments[0].body = "Monitor it daily.".into();
        issue.comments[0].updated_at = hour(30);
    });
    world.github.edit_issue(TALK, 4, |issue| {
        issue.comments.push(Comment::new(9_000, "dan", "A third one.").dated(&hour(31)));
        issue.updated_at = hour(31);
    });
    asked(&world);
    let run = refresh(&world, &[], 0);
    assert_eq!(asked(&world).len(), 2);
    assert_eq!(threads(&run, 0)["changed"], 3, "the fourth as an issue and by its comment");
    assert_eq!(stored(&world)["issues/3"]["posts"][0]["body"], "Monitor it daily.");
    assert_eq!(posts(&world, 3), [301, 302]);
    assert_eq!(posts(&world, 4), [401, 402, 9_000]);
}

#[test]
fn a_whole_pass_finds_deleted_issues_and_comments() {
    let world = talk(20, "issues = true");
    refresh(&world, &[], 0);
    world.github.delete_issue(TALK, 5);
    world.github.edit_issue(TALK, 6, |issue| issue.comments.truncate(1));
    refresh(&world, &[], 0);
    assert_eq!((stored(&world).len(), posts(&world, 6)), (18, vec![601, 602]));
    days_pass(&world, 30);
    let run = refresh(&world, &[], 0);
    assert_eq!(threads(&run, 0)["removed"], 1);
    assert_eq!((stored(&world).len(), posts(&world, 6)), (17, vec![601]));
    assert_eq!(posts(&world, 7), [701, 702]);
}

#[test]
fn only_the_comments_of_labelled_issues_are_requested() {
    let world = talk(40, "issues = { labels = [\"question\"] }");
    for number in [2, 31] {
        world.github.edit_issue(TALK, number, |issue| issue.labels = vec!["question".into()]);
    }
    refresh(&world, &[], 0);
    assert_eq!(
        asked(&world),
        ["issues question - 1 200", "issues/2/comments - 1 200", "issues/31/comments - 1 200",]
    );
    assert_eq!((posts(&world, 2), posts(&world, 31)), (vec![201, 202], vec![3_101, 3_102]));

    // One that is labelled only now is older than the comments that are read.
    world.github.edit_issue(TALK, 4, |issue| {
        issue.labels = vec!["question".into()];
        issue.updated_at = hour(50);
    });
    refresh(&world, &[], 0);
    let since = before(&hour(31), 10, 0);
    assert_eq!(
        asked(&world),
        [
            format!("issues question {since} 1 200"),
            "issues/4/comments - 1 200".to_owned(),
            format!("issues/comments {since} 1 200"),
        ]
    );
    assert_eq!(posts(&world, 4), [401, 402]);

    // Other labels are another question: everything is read again, and what has none of them goes.
    world.catalogue(&entry(TALK, "issues = { labels = [\"faq\", \"help\"] }"));
    world.github.edit_issue(TALK, 31, |issue| issue.labels = vec!["Help".into()]);
    refresh(&world, &[], 0);
    assert_eq!(asked(&world), ["issues - 1 200", "issues/31/comments - 1 200"]);
    assert_eq!(stored(&world).into_keys().collect::<Vec<_>>(), ["issues/31"]);
}

#[test]
fn a_fetch_interrupted_at_any_request_resumes_there() {
    let world = talk(120, "issues = true");
    world.github.put_discussion(TALK, crate::talk::discussion(1));
    world.catalogue(&entry(TALK, "issues = true\ndiscussions = true"));
    refresh(&world, &[], 0);
    let clean = stored(&world);
    let requests = asked(&world).len();
    assert_eq!(requests, 6, "one of them for discussions");
    for served in [0, 1, 3, 5] {
        std::fs::remove_dir_all(world.path("index")).unwrap();
        world.refresh(&[], 0);
        asked(&world);
        world.github.fault_after(TALK, u32::try_from(served).unwrap() + 1, Fault::Status(403));
        refresh(&world, &[], 3);
        world.github.fault(TALK, Fault::None);
        refresh(&world, &[], 0);
        assert!(stored(&world) == clean, "{served}");
    }
}

#[test]
fn beyond_the_quotas_reserve_pages_are_deferred_until_it_resets() {
    let world = talk(120, "issues = true");
    refresh(&world, &[], 0);
    let clean = stored(&world);
    std::fs::remove_dir_all(world.path("index")).unwrap();
    world.refresh(&[], 0);
    asked(&world);
    // The probe of the commit costs nothing, as it is known; then comes the metadata.
    world.github.leave_quota(104);
    let run = refresh(&world, &[], 3);
    let part = threads(&run, 0);
    assert_eq!(part["outcome"], "deferred", "{run}");
    assert!(
        run["retry_at"].is_string() && text(&part["error"]).contains("kept for other programs")
    );
    assert!(run["quota"]["remaining"].as_u64().unwrap() >= 100, "{run}");
    assert!(!asked(&world).is_empty());
    world.github.leave_quota(5_000);
    refresh(&world, &[], 0);
    assert!(stored(&world) == clean);
}

#[test]
fn posts_of_people_who_opted_out_are_left_out_of_issues() {
    let world = talk(5, "issues = true");
    world.github.edit_issue(TALK, 2, |issue| issue.author = Some("bob".into()));
    let policy = std::fs::read_to_string(world.path("sources/policy.toml")).unwrap();
    world.write("sources/policy.toml", &policy.replace("opted_out = []", "opted_out = [\"bob\"]"));
    refresh(&world, &[], 0);
    assert_eq!(stored(&world).len(), 4);
    assert_eq!(posts(&world, 1), [102]);
}

#[test]
fn five_hundred_issues_cost_few_requests_and_the_later_runs_two() {
    let world = talk(500, "issues = true");
    let started = Instant::now();
    let run = refresh(&world, &[], 0);
    let part = threads(&run, 0);
    println!("500 issues: {}, {} s in all", part["traffic"], started.elapsed().as_secs_f64());
    println!("fetched in {} s", part["seconds"]);
    assert_eq!(stored(&world).len(), 450);
    assert!(asked(&world).len() <= 18);
    let run = refresh(&world, &[], 0);
    println!("again: {}", threads(&run, 0)["traffic"]);
    assert_eq!(asked(&world).len(), 2);
}
