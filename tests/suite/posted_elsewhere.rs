//! Discussions and issues outside of search: guides, evidence of ties, and identifiers that survive edits.

use crate::posted::{MIT, TAIL, first, long, post, store, thread, world};
use crate::serve::{app, get, json};
use crate::world::{World, entry, repo, text};

#[test]
fn news_of_a_thread_link_to_it() {
    let world = world();
    let news = json(&app(&world), "/api/v1/new?since=7d", 200);
    let news = news["items"].as_array().unwrap();
    let of_thread = news.iter().find(|news| news["path"] == "discussions/31").unwrap();
    assert_eq!(of_thread["url"], "https://github.com/ann/ranking/discussions/31");
}

#[test]
fn a_guide_quotes_an_excerpt_with_who_posted_it() {
    let world =
        World::new(vec![repo("ann/ranking", &[("a.md", "# A\n\nWords.\n"), ("LICENSE", MIT)])]);
    world.catalogue(&entry("ann/ranking", "discussions = true"));
    world.refresh(&[], 0);
    let discussion = thread(
        "discussion",
        8,
        "Video recommendation: data collection and labels",
        "Which data do you log for a video recommendation system, and at which granularity?",
        &[post(
            71,
            "jo",
            &format!("Log impressions and watch time. {}", long("the data of training")),
        )],
    );
    store(&world, "ann/ranking", vec![discussion]);
    world.refresh(&["--offline"], 0);
    let guide = world.run(&["guide", "video recommendation"]).stdout;
    assert!(guide.contains("posted by jo on 2026-03-01, no licence known"), "{guide}");
    assert!(guide.contains("/ann/ranking/discussions/8#discussioncomment-71"), "{guide}");
    assert!(!guide.contains(TAIL), "{guide}");
    let page = get(&app(&world), "/cases/video-recommendation").2;
    assert!(page.contains("posted by jo on 2026-03-01") && !page.contains(TAIL), "{page}");
}

#[test]
fn a_thread_is_evidence_at_its_comment_and_counts_for_its_repository() {
    let said = |who: &str| {
        let sentence = |n: usize| {
            format!(
                "Position bias is something that a feature store of {who} removes from clicks in \
                 ranking, because it keeps the shown position next to each click as a feature of the model in case {n}.\n\n"
            )
        };
        let others = (0..60)
            .map(|n| format!("Note {n} of {who}: recall@k and Kafka, XGBoost and ROC AUC.\n\n"));
        format!("{}{}", (0..8).map(sentence).collect::<String>(), others.collect::<String>())
    };
    let note = format!("# Position bias\n\n{}", said("ann"));
    let world = World::new(vec![
        repo("ann/notes", &[("said.md", note.as_str())]),
        repo("bob/notes", &[("a.md", "# A\n\nWords.\n")]),
    ]);
    let threads = "discussions = true";
    world.catalogue(&[entry("ann/notes", threads), entry("bob/notes", threads)].concat());
    world.refresh(&[], 0);
    let discussion = |number: u64, who: &str| {
        thread(
            "discussion",
            number,
            "Position bias",
            "What hides what you built, and how?",
            &[post(number * 10, who, &said(who))],
        )
    };
    store(&world, "ann/notes", vec![discussion(1, "cyd")]);
    store(&world, "bob/notes", vec![discussion(2, "dan"), discussion(3, "eve")]);
    world.refresh(&["--offline"], 0);
    let view = world.run(&["related", "position bias", "--limit", "50", "--json"]).json();
    let near = view["related"].as_array().unwrap();
    let tie = near.iter().find(|near| near["id"] == "feature-store").unwrap();
    assert_eq!(tie["said_by"], 2, "two repositories count, whoever posted");
    let evidence = tie["evidence"].as_array().unwrap();
    let of_bob = evidence.iter().find(|said| said["source"] == "bob/notes").unwrap();
    let comment = of_bob["comment"].as_u64().unwrap();
    let url = format!(
        "https://github.com/bob/notes/{}#discussioncomment-{comment}",
        text(&of_bob["path"])
    );
    assert_eq!((of_bob["url"].as_str(), comment % 10), (Some(&*url), 0));
}

#[test]
fn votes_and_edits_keep_the_ids_of_sections() {
    let world = world();
    let before = first(&world, "bilbyish");
    let edited = thread(
        "discussion",
        31,
        "How does one keep position bias out?",
        "Our numbatish model learns the position. What do you do about it at serving time?",
        &[
            post(
                503,
                "kim",
                "We randomise the first three results of some bilbyish requests, and measure.",
            ),
            post(501, "jo-ranks", &long("position bias")),
        ],
    );
    store(&world, "ann/ranking", vec![edited]);
    world.refresh(&["--offline"], 0);
    let after = first(&world, "bilbyish");
    assert_eq!(after["headings"][1], "Answer by kim");
    assert_eq!(after["id"], before["id"]);
}
