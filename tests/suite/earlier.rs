//! Ids of sections that are not current: links with them lead to the section that has the text now.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use axum::http::StatusCode;
use cairn::generation::contents::GenerationContents;
use cairn::generation::earlier::EarlierSections;
use cairn::generation::folders;
use serde_json::json;

use crate::mcp::Session;
use crate::serve::{app, get, json as answer};
use crate::world::{World, entry, repo, text};

/// The id of the section at `line` of `path` in `ann/notes`.
#[track_caller]
fn id_at(world: &World, path: &str, line: usize) -> String {
    let line = line.to_string();
    let found = world.run(&["section", "ann/notes", path, "--line", &line, "--json"]).json();
    text(&found["section"]["id"]).to_owned()
}

/// Publishes `files` as the new content of `ann/notes`, and refreshes.
fn push(world: &World, files: &[(&str, &str)]) {
    world.github.put(repo("ann/notes", files));
    world.refresh(&[], 0);
}

/// The headings of the section to which the API leads with `id`, which is not current.
#[track_caller]
fn redirected(world: &World, id: &str) -> Vec<String> {
    let app = app(world);
    let (status, headers, body) = get(&app, &format!("/api/v1/sections/{id}"));
    assert_eq!(status, StatusCode::PERMANENT_REDIRECT, "{body}");
    // Without this, a browser could hold two redirects that lead to each other.
    assert_eq!(headers["cache-control"], "no-cache");
    let location = headers["location"].to_str().unwrap();
    let moved: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(location, format!("/api/v1/sections/{}", text(&moved["moved_to"])));
    let section = answer(&app, location, 200)["section"].clone();

    let (status, headers, _) = get(&app, &format!("/sections/{id}?q=two+words"));
    assert_eq!(status, StatusCode::PERMANENT_REDIRECT);
    let page = headers["location"].to_str().unwrap().to_owned();
    assert_eq!(page, format!("/sections/{}?q=two+words", text(&section["id"])));
    let (status, headers, _) = get(&app, &page);
    assert_eq!(status, StatusCode::FOUND);
    assert!(headers["location"].to_str().unwrap().starts_with("/documents/"));

    let mut session = Session::start(world);
    session.greet();
    let told = session.call("get_section", &json!({ "id": id }));
    assert_eq!((&told["section"]["id"], &told["earlier_id"]), (&section["id"], &json!(id)));
    let told = session.call("get_section", &json!({ "id": section["id"] }));
    assert_eq!(told["earlier_id"], serde_json::Value::Null);
    serde_json::from_value(section["headings"].clone()).unwrap()
}

const INTRO: &str = "How a ranking model is trained, evaluated and served, with its data. The first part \
    describes how judgements are collected from clicks, and why they are biased towards the first positions. The second \
    part compares a linear model with boosted trees on the same features. The third part shows how the model is served \
    within a budget of fifty milliseconds, with a cache of the most frequent queries and a fallback without features.";
const METRICS: &str = "Recall counts how many of the relevant items are in the list at all.";
const SERVING: &str = "A feature store gives the same values to training and to serving.";

#[test]
fn ids_lead_to_their_text_after_three_generations_of_other_splits() {
    let first =
        format!("# Guide\n\n{INTRO}\n\n## Metrics\n\n{METRICS}\n\n## Feature store\n\n{SERVING}\n");
    let world = World::new(vec![repo("ann/notes", &[("guide.md", &first)])]);
    world.refresh(&[], 0);
    let [intro, metrics, serving] = [1, 5, 9].map(|line| id_at(&world, "guide.md", line));
    assert_eq!(BTreeSet::from([&intro, &metrics, &serving]).len(), 3);

    // The title is another one, and a question is below each heading.
    let more = "Long ago, nobody measured anything.\n\n".repeat(30);
    let second = format!(
        "# Handbook\n\n{INTRO}\n\n{more}## Metrics\n\n### Why recall?\n\n{METRICS}\n\n## Feature store\n\n### Why a feature store?\n\n{SERVING}\n"
    );
    push(&world, &[("guide.md", &second)]);
    assert_eq!(redirected(&world, &intro)[0], "Handbook");
    assert_eq!(redirected(&world, &metrics)[1], "Metrics");
    assert_eq!(redirected(&world, &serving)[1], "Feature store");
    let feed = get(&app(&world), "/feed.atom").2;

    // The file is elsewhere.
    push(&world, &[("docs/guide.md", &second)]);
    assert_eq!(redirected(&world, &metrics)[1], "Metrics");

    // Another order, other levels.
    let fourth = format!(
        "# Evaluation\n\n{more}## Metrics\n\n{METRICS}\n\n# Feature store\n\n{SERVING}\n\n# Handbook\n\n{INTRO}\n"
    );
    push(&world, &[("docs/guide.md", &fourth)]);
    assert_eq!(redirected(&world, &intro), ["Handbook"]);
    assert_eq!(redirected(&world, &metrics).last().unwrap(), "Metrics");
    assert_eq!(redirected(&world, &serving), ["Feature store"]);
    // A feed reader still has the link of the second generation.
    let link = feed.split("/sections/").nth(1).and_then(|rest| rest.split('"').next());
    let link = link.unwrap_or_else(|| panic!("no link in {feed}"));
    assert_eq!(redirected(&world, link), ["Handbook"]);
    // The news of the second and the fourth generation.
    let news = answer(&app(&world), "/api/v1/new?topic=feature-store&source=ann/notes", 200);
    assert_eq!(news["items"].as_array().unwrap().len(), 2, "topics of earlier sections: {news}");

    // As at first: these ids are current again.
    push(&world, &[("guide.md", &first)]);
    for id in [&intro, &metrics, &serving] {
        answer(&app(&world), &format!("/api/v1/sections/{id}"), 200);
    }
}

/// The earlier sections of the current generation, printed.
fn listed(world: &World) -> String {
    let index = world.path("index");
    let number = folders::current(&index).unwrap().unwrap();
    format!("{:?}", EarlierSections::read(&folders::folder(&index, number)).unwrap())
}

const MATTER: &str = "# Private matter\n\nWords that somebody regrets, about a model.\n";
const AFFAIR: &str = "# Private affair\n\nOther words that somebody regrets, too.\n";

#[test]
fn an_author_who_leaves_leaves_no_headings_or_paths_behind() {
    let other = ("other.md", "# Other\n\nSome words that stay where they are.\n");
    let world = World::new(vec![repo("ann/notes", &[("regrets.md", MATTER), other])]);
    world.refresh(&[], 0);
    let [first, kept] = ["regrets.md", "other.md"].map(|path| id_at(&world, path, 1));
    push(&world, &[("regrets.md", AFFAIR), other]);
    let second = id_at(&world, "regrets.md", 1);
    assert!(listed(&world).contains("Private matter"), "{}", listed(&world));

    push(&world, &[("regrets.md", AFFAIR), other, (".cairnignore", "regrets.md\n")]);
    for id in [&first, &second] {
        let app = app(&world);
        let (status, _, page) = get(&app, &format!("/sections/{id}"));
        assert_eq!(status, StatusCode::GONE);
        assert!(page.contains("<a href=\"/sources/ann/notes\">"), "{page}");
        let error = answer(&app, &format!("/api/v1/sections/{id}"), 410).to_string();
        assert!(error.contains("\"gone\"") && error.contains("ann/notes"), "{error}");
        for text in [page, error, listed(&world)] {
            assert!(!text.contains("Private") && !text.contains("regrets"), "{text}");
        }
    }
    answer(&app(&world), &format!("/api/v1/sections/{kept}"), 200);

    world.catalogue("");
    world.refresh(&[], 0);
    for id in [&first, &kept] {
        answer(&app(&world), &format!("/api/v1/sections/{id}"), 404);
    }
    assert!(!listed(&world).contains("ann/notes"), "{}", listed(&world));
}

#[test]
fn the_ids_of_an_index_of_the_previous_format_lead_to_current_sections() {
    let world = World::new(vec![repo("ann/notes", &[("a.md", MATTER)])]);
    world.refresh(&[], 0);
    let old = id_at(&world, "a.md", 1);
    crate::damage_served::make_previous_format(&world, 1);
    assert_eq!(id_at(&world, "a.md", 1), old);
    push(&world, &[("a.md", AFFAIR)]);
    assert_eq!(redirected(&world, &old), ["Private affair"]);
}

#[test]
fn a_damaged_list_of_ids_is_found_and_the_next_refresh_loses_none() {
    let world = World::new(vec![repo("ann/notes", &[("a.md", MATTER)])]);
    world.refresh(&[], 0);
    let old = id_at(&world, "a.md", 1);
    push(&world, &[("a.md", AFFAIR)]);
    let path = world.path("index/generations/0002/earlier.bin");
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let doctor = world.run(&["doctor", "--offline", "--deep"]);
    assert!(doctor.code == 1 && doctor.stdout.contains("earlier.bin"), "{}", doctor.stdout);
    assert_eq!(world.refresh(&["--offline"], 0)["generation"], 3);
    assert_eq!(redirected(&world, &old), ["Private affair"]);
}

#[test]
fn an_id_of_a_private_source_leads_to_the_id_of_the_current_section_and_says_no_more() {
    let world = World::new(vec![repo("ann/notes", &[("regrets.md", MATTER)])]);
    world.refresh(&[], 0);
    let old = id_at(&world, "regrets.md", 1);
    world.catalogue(&entry("ann/notes", "private = true\n"));
    world.github.put(repo("ann/notes", &[("regrets.md", AFFAIR)]));
    crate::private::signed_in(&world, 0);
    let new = id_at(&world, "regrets.md", 1);
    let app = app(&world);
    let (status, headers, body) = get(&app, &format!("/api/v1/sections/{old}"));
    assert_eq!(status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(body, format!("{{\"moved_to\":\"{new}\"}}"));
    let (_, _, page) = get(&app, &format!("/sections/{old}"));
    assert_eq!(page, "");
    let said = format!("{headers:?}");
    assert!(!said.contains("ann") && !said.contains("regrets"), "{said}");
}

fn rounds() -> usize {
    std::env::var("CAIRN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(8)
}

/// The ids of the current generation, and those of earlier sections.
fn current_ids(index: &Path) -> (Vec<u64>, EarlierSections) {
    let folder = folders::folder(index, folders::current(index).unwrap().unwrap());
    let contents = GenerationContents::read(&folder.join("contents.bin")).unwrap();
    let entries = contents.sources.values().flatten();
    let ids = entries.flat_map(|entry| entry.sections.iter().map(|(id, _)| *id)).collect();
    (ids, EarlierSections::read(&folder).unwrap())
}

#[test]
fn kills_lose_no_id() {
    let push = |world: &World, round: usize| {
        let note = |at: usize| {
            format!("# Note {at}\n\nNumber{at}.\n\n## Round {round}\n\nWritten in round {round}.\n")
        };
        let files: Vec<(String, String)> =
            (0..20).map(|at| (format!("{at}.md"), note(at))).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (&**p, &**t)).collect();
        world.github.put(repo("ann/notes", &files));
    };
    let world = World::new(vec![repo("ann/notes", &[])]);
    let index = world.path("index");
    push(&world, 0);
    let started = Instant::now();
    world.refresh(&[], 0);
    let whole = started.elapsed();
    let current = || current_ids(&index);
    let mut seen = BTreeSet::new();
    let seed = fastrand::u64(..);
    println!("seed {seed}, {whole:?} a refresh");
    let mut dice = fastrand::Rng::with_seed(seed);
    for round in 1..=rounds() {
        seen.extend(current().0);
        push(&world, round);
        let mut child = world
            .command(&["refresh", "-q"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // One run in the middle is not killed, so that there are ids of an earlier generation however slow the others are.
        if round != rounds() / 2 {
            std::thread::sleep(whole.mul_f64(1.3 * dice.f64()));
            let _ = child.kill();
        }
        child.wait().unwrap();
    }
    seen.extend(current().0);
    push(&world, rounds() + 1);
    world.refresh(&[], 0);
    let (ids, earlier) = current();
    let ids = BTreeSet::from_iter(ids);
    let sections = earlier.documents.iter().flat_map(|document| &document.sections);
    let led = sections.inspect(|section| assert!(ids.contains(&section.target), "{section:?}"));
    let known: BTreeSet<u64> = led.map(|section| section.id).chain(ids.iter().copied()).collect();
    assert!(seen.len() > ids.len(), "{} ids over all rounds", seen.len());
    assert_eq!(seen.difference(&known).count(), 0);
}
