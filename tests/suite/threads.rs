//! Discussions: which pages are requested, what is stored, and how deleted discussions are found.

use std::time::Instant;

use crate::github::{Comment, Fault};
use crate::talk::{TALK, asked, days_pass, discussion, hour, refresh, stored, talk, threads};

#[test]
fn a_first_run_reads_every_page_and_a_second_one_the_first_page_only() {
    let world = talk(120);
    let run = refresh(&world, &[], 0);
    assert_eq!(asked(&world), ["first 50", "next 50", "next 50"]);
    let part = threads(&run, 0);
    assert_eq!(
        (&part["kind"], &part["outcome"], &part["changed"]),
        (&"discussion".into(), &"new".into(), &120.into())
    );
    assert_eq!(part["traffic"]["requests"], 3);
    assert!(part["traffic"]["points"].as_u64().unwrap() >= 3, "{part}");
    let all = stored(&world);
    assert_eq!(all.len(), 120);
    let one = &all["discussions/7"];
    assert_eq!((&one["answer"], &one["category"]), (&701.into(), &"Q&A".into()));
    assert_eq!(one["url"], format!("https://github.com/{TALK}/discussions/7"));
    assert_eq!(
        (&one["posts"][1]["id"], &one["posts"][1]["replies_to"]),
        (&702.into(), &701.into())
    );
    assert_eq!(one["question"]["author"]["login"], "asker");

    let run = refresh(&world, &[], 0);
    assert_eq!(asked(&world), ["first 10"]);
    assert_eq!(
        (&threads(&run, 0)["outcome"], &threads(&run, 0)["changed"]),
        (&"unchanged".into(), &0.into())
    );
    assert_eq!(threads(&run, 0)["traffic"]["points"], 1);
    assert_eq!(run["traffic"]["points"], 1);
    assert!(world.run(&["status"]).stdout.contains(", 1 point of GraphQL"));
    assert_eq!(stored(&world), all);
}

#[test]
fn an_edited_comment_and_a_new_discussion_need_one_request() {
    let world = talk(60);
    refresh(&world, &[], 0);
    asked(&world);
    world.github.edit_discussion(TALK, 3, |discussion| {
        discussion.find_mut(301).unwrap().body = "Use inverse propensity weights.".into();
        discussion.updated_at = hour(70);
    });
    world.github.put_discussion(TALK, discussion(71));
    let run = refresh(&world, &[], 0);
    assert_eq!(asked(&world), ["first 10"]);
    assert_eq!(threads(&run, 0)["changed"], 2);
    let all = stored(&world);
    assert_eq!(all["discussions/3"]["posts"][0]["body"], "Use inverse propensity weights.");
    assert!(all.contains_key("discussions/71"));
}

#[test]
fn a_deleted_discussion_is_removed_after_thirty_days_and_the_others_stay() {
    let world = talk(60);
    refresh(&world, &[], 0);
    world.github.delete_discussion(TALK, 5);
    refresh(&world, &[], 0);
    assert!(
        stored(&world).contains_key("discussions/5"),
        "the first page does not show that it is gone"
    );
    days_pass(&world, 29);
    refresh(&world, &[], 0);
    asked(&world);
    days_pass(&world, 1);
    let run = refresh(&world, &[], 0);
    // The first page again: threads that changed during the pass moved there.
    assert_eq!(asked(&world), ["first 50", "next 50", "first 10"]);
    assert_eq!(
        (&threads(&run, 0)["removed"], &threads(&run, 0)["changed"]),
        (&1.into(), &0.into())
    );
    let all = stored(&world);
    assert!(all.len() == 59 && !all.contains_key("discussions/5"));
    refresh(&world, &[], 0);
    assert_eq!(asked(&world), ["first 10"], "the next one is due in thirty days");
}

#[test]
fn all_pages_of_comments_and_replies_are_read() {
    let world = talk(1);
    let mut long = discussion(2);
    for id in 0..35 {
        let mut comment =
            Comment::new(1_000 + id, "dan", "A comment of substance.").dated(&hour(2));
        if id == 4 {
            for reply in 0..130 {
                comment =
                    comment.reply(Comment::new(2_000 + reply, "eve", "A reply.").dated(&hour(2)));
            }
        }
        long = long.comment(comment);
    }
    world.github.put_discussion(TALK, long);
    let run = refresh(&world, &[], 0);
    assert_eq!(asked(&world), ["first 50", "more", "more", "more"]);
    assert_eq!(stored(&world)["discussions/2"]["posts"].as_array().unwrap().len(), 2 + 35 + 130);
    assert_eq!(threads(&run, 0)["problems"].as_array().unwrap().len(), 0);
}

#[test]
fn without_a_token_threads_are_not_requested_and_status_and_doctor_say_so() {
    let world = talk(3);
    world.refresh(&[], 0);
    assert!(asked(&world).is_empty());
    let status = world.run(&["status"]).stdout;
    assert!(
        status.contains("of 1 source are not read") && status.contains("GITHUB_TOKEN"),
        "{status}"
    );
    let doctor = world.run(&["doctor", "--offline"]).stdout;
    assert!(doctor.contains("threads") && doctor.contains("set GITHUB_TOKEN"), "{doctor}");
    let with = world.command(&["doctor", "--offline"]).env("GITHUB_TOKEN", "t").output().unwrap();
    assert!(String::from_utf8_lossy(&with.stdout).contains("a token to read them"));
    // The hint works, and stored threads stay without a token.
    refresh(&world, &[], 0);
    assert_eq!(stored(&world).len(), 3);
    world.refresh(&[], 0);
    assert_eq!(stored(&world).len(), 3);
}

#[test]
fn posts_of_people_who_opt_out_are_not_stored_and_stored_ones_are_removed() {
    let world = talk(3);
    let policy = std::fs::read_to_string(world.path("sources/policy.toml")).unwrap();
    let out = |logins: &str| {
        let policy = policy.replace("opted_out = []", &format!("opted_out = [{logins}]"));
        world.write("sources/policy.toml", &policy);
    };
    world.github.edit_discussion(TALK, 2, |discussion| discussion.author = Some("Shy".into()));
    out("\"shy\"");
    refresh(&world, &[], 0);
    let all = stored(&world);
    assert_eq!(all.keys().collect::<Vec<_>>(), ["discussions/1", "discussions/3"]);
    asked(&world);

    out("\"shy\", \"BOB\"");
    world.refresh(&["--offline"], 0);
    assert!(world.github.requests().is_empty());
    let all = stored(&world);
    let posts = all["discussions/1"]["posts"].as_array().unwrap();
    assert_eq!((posts.len(), &posts[0]["id"]), (1, &102.into()));
    assert_eq!(all["discussions/1"]["answer"], serde_json::Value::Null);
    assert!(!all["discussions/3"].to_string().contains("Weigh clicks"));
    out("\"not a login\"");
    let refused = world.run(&["refresh", "--offline"]);
    assert!(
        refused.code == 1 && refused.stderr.contains("is not a GitHub login"),
        "{}",
        refused.stderr
    );
}

#[test]
fn threads_are_removed_without_their_key_and_for_a_blocked_repository_but_not_for_a_failing_archive()
 {
    let world = talk(3);
    refresh(&world, &[], 0);
    world.github.fault(TALK, Fault::Status(403));
    refresh(&world, &[], 3);
    assert_eq!(stored(&world).len(), 3);
    world.github.fault(TALK, Fault::None);
    world.catalogue(&crate::world::entry(TALK, ""));
    refresh(&world, &["--full"], 0);
    assert!(stored(&world).is_empty(), "the key is gone");
    world.catalogue(&crate::world::entry(TALK, "discussions = true"));
    refresh(&world, &[], 0);
    assert_eq!(stored(&world).len(), 3);
    world.github.fault(TALK, Fault::Status(451));
    refresh(&world, &[], 3);
    assert!(stored(&world).is_empty(), "blocked for legal reasons");
}

#[test]
fn five_hundred_threads_cost_few_requests_and_the_second_run_one() {
    let world = talk(500);
    let started = Instant::now();
    let run = refresh(&world, &[], 0);
    let part = threads(&run, 0);
    println!("500 discussions: {}, {} s in all", part["traffic"], started.elapsed().as_secs_f64());
    println!("fetched in {} s", part["seconds"]);
    assert_eq!(stored(&world).len(), 500);
    assert_eq!(asked(&world).len(), 10);
    assert!(part["traffic"]["points"].as_u64().unwrap() <= 70);
    let run = refresh(&world, &[], 0);
    println!("again: {}", threads(&run, 0)["traffic"]);
    assert_eq!(asked(&world), ["first 10"]);
}

#[test]
fn an_excluded_thread_is_not_indexed_and_returns_without_the_exclude() {
    let world = talk(3);
    let indexed = |more: &str| -> Vec<String> {
        world.catalogue(&crate::world::entry(TALK, &format!("discussions = true\n{more}")));
        refresh(&world, &[], 0);
        let numbers = (1..=3).map(|number| format!("discussions/{number}"));
        let is_shown =
            |path: &String| world.run(&["section", TALK, path, "--line", "1", "--json"]).code == 0;
        numbers.filter(is_shown).collect()
    };
    assert_eq!(indexed("").len(), 3);
    assert_eq!(indexed("exclude = [\"discussions/2\"]"), ["discussions/1", "discussions/3"]);
    assert_eq!(asked(&world).len(), 2, "one request a run: nothing is fetched again");
    assert_eq!(indexed("").len(), 3);
}
