//! `cairn sources discover` with a token: the repositories that GitHub's search finds, and the requests for them.

use serde_json::Value;

use crate::github::{Fault, Repo};
use crate::world::{Output, World, entry, output_of, repo, text};

const COURSE: &str = "# Feature stores\n\nA feature store avoids training-serving skew. Data drift, concept drift, position \
    bias and calibration are what the next lectures are about, with exercises on each.\n";
const KIT: &str = "# Kit\n\nInstall it. Then call it, as its pages say at length.\n";

/// A repository that the search finds by its description.
fn found(name: &str, description: &str, stars: u64, readme: &str) -> Repo {
    let description = Some(description.to_owned());
    Repo { description, stars, licence: Some("MIT".into()), ..repo(name, &[("README.md", readme)]) }
}

fn world() -> World {
    let pirate = "# Books\n\nOn the feature store: \
        [book](https://github.com/pir/ate/raw/main/Designing-Machine-Learning-Systems.pdf).\n";
    let fork = found("eve/course", "A feature store course", 30, COURSE);
    let world = World::new(vec![
        repo(
            "bob/list",
            &[(
                "a.md",
                "# On stores\n\nFor the feature store see [the course](https://github.com/pat/course).\n",
            )],
        ),
        found("pat/course", "A course on the feature store", 500, COURSE),
        found("kit/store", "A feature store library, the fastest platform", 9_000, KIT),
        Repo { fork_of: Some("pat/course".into()), ..fork },
        found("mir/ror", "Mirror of git.example.org: feature store notes", 40, COURSE),
        found("pir/ate", "Feature store resources", 60, pirate),
        found("few/stars", "A feature store course that nobody has seen", 3, COURSE),
        found(
            "pdf/shop",
            "Feature store and Designing Data Intensive Applications PDF",
            70,
            COURSE,
        ),
    ]);
    world.catalogue(&entry("bob/list", ""));
    world.refresh(&[], 0);
    world.github.forget_requests();
    world
}

fn discover(world: &World, more: &[&str]) -> Output {
    let mut all = vec!["sources", "discover", "--topic", "feature store"];
    all.extend(more);
    output_of(world.command(&all).env("GITHUB_TOKEN", "t0ken"))
}

#[track_caller]
fn names<'a>(view: &'a Value, list: &str) -> Vec<&'a str> {
    view[list].as_array().unwrap().iter().map(|one| text(&one["repo"])).collect()
}

/// The requests so far, as `path status`: first all except those for READMEs, then those. Checks that each had the
/// token, and forgets them.
fn asked(world: &World) -> (Vec<String>, Vec<String>) {
    let requests = world.github.requests();
    assert!(
        requests.iter().all(|request| request.authorized),
        "with the token, and to the API alone"
    );
    world.github.forget_requests();
    let all = requests.iter().map(|request| format!("{} {}", request.path, request.status));
    all.partition(|asked| !asked.contains("/readme"))
}

#[test]
fn what_the_search_finds_is_read_tagged_ranked_and_dropped_with_the_reason() {
    let world = world();
    let view = discover(&world, &["--json"]).json();
    assert_eq!(names(&view, "candidates"), ["pat/course", "kit/store"], "{view:#}");
    let course = &view["candidates"][0];
    assert_eq!((&course["cited_by"], &course["github"]["stars"]), (&1.into(), &500.into()));
    assert_eq!(
        (&course["github"]["licence"], &course["reads_as"]),
        (&"MIT".into(), &"study".into())
    );
    assert!(course["github"]["topics_per_thousand_words"].as_f64().unwrap() > 5.0, "{course}");
    assert!(
        course["topics"].as_array().unwrap().contains(&"data-drift".into()),
        "tagged: {course}"
    );
    let kit = &view["candidates"][1];
    assert_eq!((&kit["reads_as"], &kit["cited_by"]), (&"tool".into(), &0.into()));
    assert!(
        text(&kit["entry"]).contains("why = \"A feature store library, the fastest platform\"")
    );
    let mut reasons: Vec<String> = Vec::new();
    for dropped in view["dropped"].as_array().unwrap() {
        reasons.push(format!("{}: {}", text(&dropped["repo"]), text(&dropped["why"])));
    }
    reasons.sort();
    assert_eq!(reasons.len(), 4, "{reasons:#?}");
    assert!(reasons[0].starts_with("eve/course: a fork"), "{reasons:#?}");
    assert_eq!(reasons[1], "mir/ror: a mirror, as it says itself");
    assert_eq!(reasons[2], "pdf/shop: it offers a copy of a commercial book");
    assert!(
        reasons[3].starts_with(
            "pir/ate: its README links to a copy of a commercial book: designing-machine"
        ) || reasons[3].contains("Designing-Machine-Learning-Systems.pdf"),
        "{reasons:#?}"
    );
}

#[test]
fn at_most_ten_searches_are_sent_and_readmes_are_requested_conditionally() {
    let world = world();
    discover(&world, &["--json"]).json();
    let (searches, readmes) = asked(&world);
    assert_eq!(searches[0], "/rate_limit 200");
    let is_search =
        |asked: &&String| asked.starts_with("/search/repositories?") && asked.ends_with(" 200");
    assert_eq!(
        searches.iter().skip(1).filter(is_search).count(),
        searches.len() - 1,
        "{searches:#?}"
    );
    assert!((2..=11).contains(&searches.len()), "{searches:#?}");
    assert!(searches[1].contains("q=%22feature+store%22"), "{}", searches[1]);
    assert!(searches[1].contains("per_page=30"), "{}", searches[1]);
    let mut sorted = readmes.clone();
    sorted.sort();
    let expected =
        ["kit/store", "pat/course", "pir/ate"].map(|name| format!("/repos/{name}/readme 200"));
    assert_eq!(sorted, expected, "none of what is dropped or known");

    world.github.leave_searches(6);
    let before = discover(&world, &["--json"]).json();
    let (searches, mut again) = asked(&world);
    assert_eq!(searches.len(), 2, "five searches are left to others: {searches:#?}");
    world.github.leave_searches(30);
    again.sort();
    assert_eq!(again, expected.map(|asked| asked.replace(" 200", " 304")));
    world.github.put(found("pat/course", "A course on the feature store", 500, KIT));
    let after = discover(&world, &["--json"]).json();
    let (_, changed) = asked(&world);
    assert!(changed.contains(&"/repos/pat/course/readme 200".to_owned()), "{changed:#?}");
    let score = |view: &Value| view["candidates"][0]["score"].as_f64().unwrap();
    assert!(score(&after) < score(&before), "its README names no topics any more");
}

#[test]
fn without_a_token_or_offline_no_request_is_sent_to_github() {
    let world = world();
    for output in
        [discover(&world, &["--json", "--offline"]), world.run(&["sources", "discover", "--json"])]
    {
        let view = output.json();
        assert_eq!(names(&view, "candidates"), ["pat/course"]);
        assert!(view["candidates"][0].get("github").is_none());
        assert!(asked(&world).0.is_empty());
    }
}

#[test]
fn what_github_refuses_is_a_note_and_the_citations_are_still_listed() {
    let world = world();
    world.github.fault("search/repositories", Fault::Status(403));
    let output = discover(&world, &["--json"]);
    let view = output.json();
    assert_eq!(names(&view, "candidates"), ["pat/course"]);
    assert!(
        text(&view["notes"][0]).starts_with("no further requests were sent to GitHub"),
        "{view}"
    );
    assert!(output.stderr.contains("no further requests were sent to GitHub"), "{}", output.stderr);
    assert!(!output.stderr.contains("t0ken") && !output.stdout.contains("t0ken"));
}
