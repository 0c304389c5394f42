//! Meaning: passages that say something similar in other words are found and marked, it can be switched off, related
//! passages come from other authors, and without a valid table everything else works.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::world::{World, repo, text};

const LATE: &str = "# Waiting for outcomes\n\nThe outcome of a loan is known only after months. Ground truth that is \
                    delayed this long means that a model can't be retrained every day on complete labels.\n";
const DELAYED: &str = "# Delayed labels\n\nLabels of conversions arrive days or weeks after the click. Train on what has \
                       arrived, and correct for the labels that are still missing.\n";
const COOKING: &str =
    "# Rice\n\nWash the rice, boil the water, and wait for twenty minutes with the lid closed.\n";

fn world() -> World {
    World::new(vec![
        repo("ann/loans", &[("late.md", LATE)]),
        repo("bob/ads", &[("delayed.md", DELAYED), ("rice.md", COOKING)]),
    ])
}

fn search(world: &World, query: &str, options: &[&str]) -> Value {
    let mut arguments = vec!["search", "--json"];
    arguments.extend(options);
    arguments.extend(["--", query]);
    world.run(&arguments).json()
}

/// The paths of the hits, those found by meaning alone with a mark.
fn shown(view: &Value) -> Vec<String> {
    let hits = view["hits"].as_array().unwrap().iter();
    let shown = |hit: &Value| {
        let mark = if hit["by_meaning"] == true { "~" } else { "" };
        format!("{mark}{}", text(&hit["path"]))
    };
    hits.map(shown).collect()
}

#[test]
fn a_passage_in_other_words_is_found_marked_and_can_be_switched_off() {
    let world = world();
    world.refresh(&[], 0);
    let query = "feedback that comes weeks afterwards";
    let view = search(&world, query, &[]);
    assert!(shown(&view).contains(&"~late.md".to_owned()), "{view:#}");
    assert!(!shown(&view).iter().any(|path| path.contains("rice")), "{view:#}");
    assert_eq!(view["query"]["understood"]["meaning"], "used");
    let found = shown(&view).iter().filter(|path| path.starts_with('~')).count();
    assert_eq!(view["near"], found);
    let off = search(&world, query, &["--no-meaning"]);
    assert_eq!((&off["near"], &off["query"]["understood"]["meaning"]), (&0.into(), &"off".into()));
    assert!(!shown(&off).iter().any(|path| path.starts_with('~')), "{off:#}");
    let printed = world.run(&["search", "--", query]).stdout;
    assert!(printed.contains("(similar in meaning)"), "{printed}");
}

#[test]
fn a_section_lists_what_other_authors_say_about_the_same() {
    let world = world();
    world.refresh(&[], 0);
    let section = world.run(&["section", "--json", "--", "bob/ads", "delayed.md"]).json();
    let related = section["section"]["related"].as_array().unwrap();
    let paths: Vec<&str> = related.iter().map(|passage| text(&passage["path"])).collect();
    assert_eq!(paths, ["late.md"], "{section:#}");
}

#[test]
fn a_damaged_table_is_named_and_search_works_without_it() {
    let world = world();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("sources/meaning/table.bin");
    let mut bytes = fs::read(shipped).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::create_dir_all(world.path("sources/meaning")).unwrap();
    fs::write(world.path("sources/meaning/table.bin"), bytes).unwrap();
    let run = world.refresh(&[], 0);
    assert!(run.to_string().contains("truncated or damaged"), "{run:#}");
    let checked = world.run(&["vocabulary", "check"]);
    assert_ne!(checked.code, 0);
    assert!(checked.stdout.contains("truncated or damaged"), "{}", checked.stdout);
    let view = search(&world, "delayed labels", &[]);
    assert_eq!(shown(&view)[0], "delayed.md");
    assert_eq!(view["query"]["understood"]["meaning"], "no-table");
    // With the table of the program again, the sections get their vectors.
    fs::remove_file(world.path("sources/meaning/table.bin")).unwrap();
    let view = search(&world, "delayed labels", &[]);
    assert_eq!(view["query"]["understood"]["meaning"], "no-table", "the index has no vectors yet");
    world.refresh(&[], 0);
    let view = search(&world, "delayed labels", &[]);
    assert_eq!(view["query"]["understood"]["meaning"], "used");
}

#[test]
fn an_audit_lists_sections_that_say_the_same_in_other_words() {
    let one = "Labels of conversions arrive days or weeks after the click. Train on the labels that have arrived, \
               and correct for conversions whose labels are still missing. Delayed labels make recent clicks look like \
               negatives, so the model learns a conversion rate that is too low.";
    let other = "The labels of conversions come days or weeks later than the click. Train with those labels that \
                 arrived already, and correct the model for conversions with missing labels. If labels are delayed, \
                 recent clicks look negative, and the conversion rate that a model learns is too low.";
    let rice = "Wash the rice, boil the water, and wait for twenty minutes with the lid closed. "
        .repeat(4);
    let world = World::new(vec![
        repo("ann/loans", &[("late.md", &format!("# Delayed labels\n\n{one}\n"))]),
        repo(
            "bob/ads",
            &[
                ("delayed.md", &format!("# Labels that are delayed\n\n{other}\n")),
                ("rice.md", &format!("# Rice\n\n{rice}\n")),
            ],
        ),
    ]);
    world.refresh(&[], 0);
    let view = world.run(&["sources", "audit", "bob/ads", "--json"]).json();
    let pairs = view["sources"][0]["restated"].as_array().unwrap();
    assert_eq!(pairs.len(), 1, "{view:#}");
    assert_eq!(
        (text(&pairs[0]["section"]["path"]), text(&pairs[0]["other"]["path"])),
        ("delayed.md", "late.md")
    );
    assert!(pairs[0]["cosine"].as_f64().unwrap() >= 0.88);
    let printed = world.run(&["sources", "audit", "bob/ads"]).stdout;
    assert!(
        printed.contains("in other words") && printed.contains("ann/loans late.md:1-3"),
        "{printed}"
    );
    let all = world.run(&["sources", "audit", "--json"]).json();
    assert!(all["sources"][0].get("restated").is_none(), "only the audit of one source compares");
}
