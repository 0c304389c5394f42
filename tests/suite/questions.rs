//! Questions, counts and suggestions: what a user sees first, and how it is shown.

use cairn::config::Config;

use crate::face::LICENCE;
use crate::serve::{app, app_with, get, json, page, settings};
use crate::world::{World, repo, text};

const BIAS: &str = "# Rankings\n\n## Position bias\n\nPosition bias means that people click what is shown first, \
     because they look there first. See [how to measure it](measure.md#the-test) and [the plot](plot.png).\n\n## Position\n\n\
     A judge sits in the middle. The bias of a judge is another story, which a second judge corrects.\n";
const MEASURE: &str =
    "# Measure\n\n## The test\n\nShuffle the first places for a small share of people.\n";

/// Notes with an explanation, and a list of links with the same words.
fn world() -> World {
    let links: String = (0..12)
        .map(|at| format!("- [Position bias, part {at}](https://example.org/{at})\n"))
        .collect();
    let links =
        format!("# Links\n\n## Position bias\n\nWhat is position bias? Read these.\n\n{links}");
    let guide = |who: &str| {
        let metrics = format!(
            "The feed of {who} is measured offline by NDCG on a held-out week, as it ranks videos by watch time. "
        )
        .repeat(9);
        let features = format!(
            "The feed of {who} has as features the age of a video and its topics, and ranks videos by watch time. "
        )
        .repeat(9);
        format!(
            "# Design a video recommendation system\n\n## Metrics\n\n{metrics}\n\n## Features\n\n{features}\n"
        )
    };
    let (ann, bob) = (guide("Ann"), guide("Bob"));
    let world = World::new(vec![
        repo(
            "ann/notes",
            &[
                ("bias.md", BIAS),
                ("measure.md", MEASURE),
                ("links.md", &links),
                ("video.md", &ann),
                ("LICENSE", LICENCE),
            ],
        ),
        repo("bob/notes", &[("video.md", &bob), ("LICENSE", LICENCE)]),
    ]);
    world.refresh(&[], 0);
    world
}

#[test]
fn a_question_gets_a_short_answer_and_explanations_before_lists_of_links() {
    let world = world();
    let app = app(&world);
    let asked = "q=what+is+position+bias";
    let found = json(&app, &format!("/api/v1/search?{asked}"), 200);
    assert_eq!(found["query"]["understood"]["question"], "definition");
    assert_eq!(found["hits"][0]["path"], "bias.md", "{found}");
    let page = get(&app, &format!("/?{asked}")).2;
    let answer = page.find("aria-label=\"Short answer\"").unwrap();
    assert!(answer < page.find("<article class=\"hit\">").unwrap(), "{page}");
    let when = get(&app, "/?q=when+to+use+precision").2;
    assert!(
        when.contains("Compare it with") && when.contains("/compare?topics=precision%2C"),
        "{when}"
    );
    let both = get(&app, "/?q=precision+vs+recall").2;
    assert!(both.contains("aria-label=\"Comparison\""), "{both}");
    let plain = get(&app, "/?q=position+bias").2;
    assert!(!plain.contains("Short answer"), "{plain}");
}

#[test]
fn strong_matches_are_counted_apart_from_mentions() {
    let world = world();
    let app = app(&world);
    let found = json(&app, "/api/v1/search?q=position+bias+source:ann/notes", 200);
    let (strong, total) = (found["strong"].as_u64().unwrap(), found["total"].as_u64().unwrap());
    assert!(0 < strong && strong < total, "{strong} of {total}");
    assert!(strong + found["mentions"].as_u64().unwrap() <= total, "{found}");
    let page = get(&app, "/?q=position+bias+source:ann/notes").2;
    assert!(page.contains("strong match") && page.contains("more with all of the words"), "{page}");
    assert!(json(&app, "/api/v1/search?q=source:ann/notes", 200)["strong"].is_null());
}

#[test]
fn a_case_is_suggested_from_a_request_with_misspelled_words() {
    let world = world();
    let app = app(&world);
    for typed in ["design+a+video+rec", "video+recommend", "desing+video+recommendation"] {
        let found = json(&app, &format!("/api/v1/suggest?q={typed}"), 200);
        let first = &found["suggestions"][0];
        assert_eq!(
            (text(&first["kind"]), text(&first["id"])),
            ("case", "video-recommendation"),
            "{typed}"
        );
        let all = found["suggestions"].as_array().unwrap();
        let topics = all.iter().filter(|one| one["kind"] == "topic");
        assert!(topics.clone().all(|topic| topic["id"] != "video-recommendation"), "{found}");
    }
}

#[test]
fn a_misspelled_name_is_completed_while_it_is_typed() {
    let world = world();
    let app = app(&world);
    let found = json(&app, "/api/v1/search?q=positon+b&typing=1", 200);
    let topics = found["query"]["topics"].as_array().unwrap();
    assert!(topics.contains(&"position-bias".into()), "{topics:?}");
    let first = found["hits"][0]["headings"].as_array().unwrap();
    assert_eq!(first.last().unwrap(), "Position bias");
}

#[test]
fn two_sources_of_a_guide_are_shown_side_by_side() {
    let world = world();
    let app = app(&world);
    let guide = get(&app, "/cases/video-recommendation").2;
    assert!(guide.contains("<select name=\"left\">") && !guide.contains("beside two"), "{guide}");
    let both = get(&app, "/cases/video-recommendation?left=ann/notes&right=bob/notes").2;
    let columns = &both[both.find("beside two").unwrap()..];
    assert!(columns.contains("The feed of Ann") && columns.contains("The feed of Bob"), "{both}");
    let step = both.find("<section id=\"monitoring\">").unwrap();
    assert!(both[step..].contains("Nothing about this step."), "{both}");
    for unknown in ["left=ann/notes&right=ann/notes", "left=ann/notes&right=x/y", "left=%3Cb%3E"] {
        let plain = get(&app, &format!("/cases/video-recommendation?{unknown}")).2;
        assert!(!plain.contains("beside two") && !plain.contains("<b>"), "{unknown}");
    }
}

#[test]
fn a_relative_link_leads_to_the_document_here_and_others_to_the_source() {
    let world = world();
    let app = app(&world);
    let of = |path: &str| {
        let found = json(&app, &format!("/api/v1/search?q=source:ann/notes+path:{path}"), 200);
        text(&found["hits"][0]["document"]).to_owned()
    };
    let (bias, measure) = (of("bias.md"), of("measure.md"));
    let reader = page(&app, &format!("/documents/{bias}"));
    assert!(reader.contains(&format!("href=\"/documents/{measure}#h-the-test\"")), "{reader}");
    assert!(reader.contains("/plot.png\""), "{reader}");
    let place = page(&app, &format!("/documents/{measure}"));
    assert!(place.contains("id=\"h-the-test\""), "{place}");
}

#[test]
fn a_report_is_prefilled_with_the_place_and_sent_by_the_reader() {
    let world = world();
    let local = app(&world);
    let hit = json(&local, "/api/v1/search?q=click+what+is+shown+first", 200)["hits"][0].clone();
    let id = text(&hit["id"]);
    let report = format!("/report?section={id}");
    for page in [get(&local, "/?q=position+bias").2, get(&local, "/cases/video-recommendation").2] {
        assert!(page.contains("href=\"/report?section="), "{page}");
    }
    let (status, _, shown) = get(&local, &report);
    assert_eq!(status, 200);
    assert!(shown.contains("ann/notes bias.md") && shown.contains("report_url"), "{shown}");
    let hostile = get(&local, "/report?topic=%3Cscript%3E&other=b%0Ac").2;
    assert!(!hostile.contains("<script>") && hostile.contains("&lt;script&gt;"), "{hostile}");

    let report_url = Some("https://example.org/new?labels=content".parse().unwrap());
    let named = app_with(Config { report_url, ..settings(&world) });
    let (status, headers, _) = get(&named, &format!("{report}&case=x&step=metrics"));
    let target = headers["location"].to_str().unwrap();
    assert_eq!(status, 302);
    assert!(target.starts_with("https://example.org/new?labels=content&title="), "{target}");
    for part in [id, "bias.md", "Step%3A+metrics", "generation"] {
        assert!(target.contains(part), "{part}: {target}");
    }
}

#[test]
fn each_card_has_a_question_and_one_claim() {
    let world = world();
    let cards =
        world.run(&["export", "deck", "--case", "video recommendation", "--format", "csv"]).stdout;
    let rows: Vec<&str> = cards.lines().filter(|line| line.starts_with('"')).collect();
    assert!(rows.len() >= 4, "a card for each step of each source: {cards}");
    for row in rows {
        assert!(row.contains('?'), "{row}");
        let claims = row.matches("ranks videos by watch time").count();
        assert!(claims <= 2, "{row}");
    }
}
