//! Discussions and issues from the store to what users see: search, sections, pages, rights, the graph.

use cairn::catalogue::SourceId;
use cairn::crawl::github::thread::{Thread, ThreadKind};
use cairn::store::{Store, ThreadPage, ThreadState, ThreadsOf};
use serde_json::{Value, json};

use crate::mcp::Session;
use crate::serve::{app, get, json, page};
use crate::world::{World, entry, repo, text};

pub(crate) const MIT: &str = include_str!("../../LICENSE-MIT");
/// A word after the end of every excerpt.
pub(crate) const TAIL: &str = "quokkatail";

/// A text of more than a hundred words on `subject`, with [`TAIL`] at its end.
pub(crate) fn long(subject: &str) -> String {
    let sentence = format!("What {subject} needs is told here in one more sentence. ");
    format!("{}The last word is {TAIL}.", sentence.repeat(12))
}

pub(crate) fn post(id: u64, login: &str, body: &str) -> Value {
    json!({
        "id": id, "author": { "login": login, "bot": false }, "url": "https://elsewhere.example/phish", "body": body,
        "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:00:00Z",
        "upvotes": 0, "minimized": false, "replies_to": null
    })
}

pub(crate) fn thread(
    kind: &str,
    number: u64,
    title: &str,
    question: &str,
    posts: &[Value],
) -> Thread {
    let thread = json!({
        "kind": kind, "number": number, "title": title, "url": "https://elsewhere.example/phish",
        "category": "Q&A", "labels": [], "created_at": "2026-02-01T10:00:00Z",
        "updated_at": "2026-03-01T10:00:00Z", "locked": false, "upvotes": 1,
        "question": post(0, "mira", question), "answer": posts.first().map(|post| post["id"].clone()),
        "posts": posts
    });
    serde_json::from_value(thread).unwrap()
}

/// Stores `threads` of `source` as a fetch does.
pub(crate) fn store(world: &World, source: &str, threads: Vec<Thread>) {
    let mut store = Store::open(&world.path("index/library.db")).unwrap();
    let source = SourceId(source.to_owned());
    for kind in ThreadKind::ALL {
        let of_kind = threads.iter().filter(|thread| thread.kind == kind).cloned();
        let page = ThreadPage { threads: of_kind.collect(), ..ThreadPage::default() };
        let of = ThreadsOf { source: &source, kind };
        store.put_threads(of, &page, &ThreadState::default(), 1_000, 1_770_000_000).unwrap();
    }
}

/// A repository under the MIT licence with a note, a discussion and an issue.
pub(crate) fn world() -> World {
    let note = format!("# Notes\n\n## Calibration\n\n{}\n", long("calibration"));
    let world =
        World::new(vec![repo("ann/ranking", &[("notes.md", note.as_str()), ("LICENSE", MIT)])]);
    world.catalogue(&entry("ann/ranking", "discussions = true\nissues = true"));
    world.refresh(&[], 0);
    let answer = format!("Keep the wombatine position out of serving. {}", long("position bias"));
    let discussion = thread(
        "discussion",
        31,
        "How do I keep position bias out?",
        "Our numbatish model learns the position. What do you do about it at serving time?",
        &[
            post(501, "jo-ranks", &answer),
            post(502, "sam", "+1, same numbatish problem here"),
            post(
                503,
                "kim",
                "We randomise the first three results of some bilbyish requests, and measure.",
            ),
        ],
    );
    let issue = thread(
        "issue",
        45,
        "The join leaks late rows",
        "Rows that came late are in the training set. How does one join them by the hour?",
        &[post(
            601,
            "lea",
            "Join by the pademelonic time at which a row was known, not only by its own.",
        )],
    );
    store(&world, "ann/ranking", vec![discussion, issue]);
    world.refresh(&["--offline"], 0);
    world
}

pub(crate) fn first(world: &World, query: &str) -> Value {
    let view = world.run(&["search", query, "--json"]).json();
    view["hits"].get(0).cloned().unwrap_or_else(|| panic!("nothing for {query}"))
}

#[test]
fn a_comment_is_found_with_its_address_its_author_and_its_day() {
    let world = world();
    let hit = first(&world, "wombatine position");
    assert_eq!((text(&hit["path"]), &hit["comment"]), ("discussions/31", &json!(501)));
    assert_eq!(hit["url"], "https://github.com/ann/ranking/discussions/31#discussioncomment-501");
    assert_eq!(hit["headings"], json!(["How do I keep position bias out?", "Answer by jo-ranks"]));
    assert_eq!(hit["posted"], json!({ "login": "jo-ranks", "date": "2026-03-01" }));
    assert_eq!(
        (text(&hit["kind"]), &hit["lines"], &hit["licence"]),
        ("discussion", &Value::Null, &Value::Null)
    );
    let issue = first(&world, "pademelonic");
    assert_eq!(issue["url"], "https://github.com/ann/ranking/issues/45#issuecomment-601");

    let question = first(&world, "numbatish");
    assert_eq!(question["url"], "https://github.com/ann/ranking/discussions/31");
    assert_eq!((&question["comment"], &question["lines"]), (&Value::Null, &Value::Null));
    assert_eq!(question["posted"]["login"], "mira");
    let agreement = world.run(&["search", "numbatish", "--json"]).json();
    assert_eq!(agreement["total"], 1, "\"+1\" is not indexed: {agreement}");
}

#[test]
fn threads_are_filtered_and_counted_by_kind_and_have_no_licence() {
    let world = world();
    let view = world.run(&["search", "position calibration", "--json"]).json();
    let kinds = view["facets"]["kind"].as_array().unwrap();
    assert!(kinds.iter().any(|kind| kind["value"] == "discussion"), "{kinds:?}");
    let only = world.run(&["search", "kind:discussion position", "--json"]).json();
    let hits = only["hits"].as_array().unwrap();
    assert!(hits.len() > 1 && hits.iter().all(|hit| hit["kind"] == "discussion"), "{only}");
    let open = world.run(&["search", "licence:mit position calibration", "--json"]).json();
    let paths: Vec<&str> =
        open["hits"].as_array().unwrap().iter().map(|h| text(&h["path"])).collect();
    assert_eq!(paths, ["notes.md"]);
    let suggested = json(&app(&world), "/api/v1/suggest?q=answer", 200).to_string();
    assert!(!suggested.contains("jo-ranks"), "{suggested}");
}

#[test]
fn a_section_is_named_by_its_comment_everywhere() {
    let world = world();
    let path = ["section", "ann/ranking", "discussions/31"];
    let section = |more: &[&str]| world.run(&[&path, more].concat());
    let comment = section(&["--comment", "503", "--json"]).json();
    assert_eq!(comment["section"]["comment"], 503);
    assert!(text(&comment["section"]["text"]).contains("bilbyish"));
    let question = section(&["--json"]).json();
    assert!(text(&question["section"]["text"]).contains("numbatish"), "{question}");
    let printed = section(&["--comment", "503"]).stdout;
    assert!(printed.contains("posted by kim on 2026-03-01"), "{printed}");
    assert!(printed.contains("ann/ranking discussions/31, comment 503"), "{printed}");
    let missing = section(&["--comment", "502"]);
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("no indexed comment 502"), "{}", missing.stderr);
    assert_eq!(section(&["--comment", "0"]).code, 2);
    assert_eq!(section(&["--comment", "503", "--line", "1"]).code, 2);

    let app = app(&world);
    let at = "/api/v1/section?source=ann/ranking&path=discussions/31";
    assert_eq!(json(&app, &format!("{at}&comment=503"), 200), comment);
    assert_eq!(json(&app, at, 200), question);
    let missing = json(&app, &format!("{at}&comment=502"), 404);
    assert!(text(&missing["error"]["message"]).contains("comment"), "{missing}");
    for wrong in ["0", "-5", "x"] {
        json(&app, &format!("{at}&comment={wrong}"), 400);
    }
}

#[test]
fn pages_and_assistants_show_the_comment_and_who_posted_it() {
    let world = world();
    let app = app(&world);
    let hit = first(&world, "bilbyish");
    let id = text(&hit["id"]);
    let page = page(&app, &format!("/sections/{id}"));
    assert!(page.contains("posted by kim on 2026-03-01"), "{page}");
    assert!(page.contains("https://github.com/ann/ranking/discussions/31#discussioncomment-503"));
    assert!(page.contains("gives no licence for more") && !page.contains("elsewhere.example"));
    assert!(page.contains("<title>How do I keep position bias out? · Cairn"), "{page}");
    let topic = get(&app, "/topics/position-bias").2;
    assert!(topic.contains("How do I keep position bias out? › Answer by jo-ranks"), "{topic}");
    let found = get(&app, "/?q=bilbyish").2;
    assert!(found.contains("posted by kim on 2026-03-01"), "{found}");
    let mut session = Session::start(&world);
    session.greet();
    let found = session.call("search", &json!({ "query": "bilbyish" }));
    assert_eq!(found["hits"][0]["comment"], 503);
    let section = session.call("get_section", &json!({ "id": id }));
    assert_eq!(
        (&section["section"]["comment"], &section["section"]["posted"]),
        (&json!(503), &hit["posted"])
    );
}

#[test]
fn every_output_shows_only_an_excerpt_of_a_thread() {
    let world = world();
    let app = app(&world);
    let note = first(&world, "calibration source:ann/ranking kind:note");
    let whole = json(&app, &format!("/api/v1/sections/{}", text(&note["id"])), 200).to_string();
    assert!(whole.contains(TAIL), "the repository's own note is shown in full");

    let hit = first(&world, "wombatine position");
    let id = text(&hit["id"]);
    let section = json(&app, &format!("/api/v1/sections/{id}"), 200);
    assert_eq!(section["section"]["shown"], "excerpt");
    assert!(text(&section["section"]["text"]).chars().count() <= 300);
    assert_eq!(
        (&section["section"]["code"], &section["section"]["markdown"]),
        (&json!(""), &Value::Null)
    );
    let mut session = Session::start(&world);
    session.greet();
    let cards = |format| {
        world.run(&["export", "deck", "--topic", "position bias", "--format", format]).stdout
    };
    let given = [
        section.to_string(),
        world.run(&["section", "ann/ranking", "discussions/31", "--comment", "501"]).stdout,
        page(&app, &format!("/sections/{id}")),
        page(&app, &format!("/sections/{id}?q=wombatine")),
        cards("csv"),
        get(&app, "/topics/position-bias").2,
        get(&app, "/feed.atom").2,
        get(&app, "/new?since=7d").2,
        world.run(&["topic", "position bias", "--json"]).stdout,
        world.run(&["search", "wombatine", "--json"]).stdout,
        world.run(&["export", "graph", "--format", "turtle"]).stdout,
        session.call("get_section", &json!({ "id": id })).to_string(),
        session.call("topic", &json!({ "id": "position-bias" })).to_string(),
    ];
    for given in &given {
        assert!(!given.contains(TAIL), "{given}");
    }
    assert!(
        given[4].contains("Keep the wombatine position"),
        "a card has the excerpt: {}",
        given[4]
    );
    assert!(
        given[4].contains("posted by jo-ranks on 2026-03-01 (no licence known)"),
        "{}",
        given[4]
    );
}
