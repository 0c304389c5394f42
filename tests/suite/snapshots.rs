//! Snapshots of the exact output of commands over one small world, including errors.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use regex::Regex;

use crate::world::{World, repo};

fn world() -> World {
    let text = "# Ads\n\n## Metrics\n\nWe watch **click-through rate** and calibration online. \
                Calibration keeps the click-through rate honest.\n\n## Serving\n\n\
                A feature store answers in 5 ms at p99.\n";
    let world = World::new(vec![repo("ann/ads", &[("ads.md", text), ("b.ipynb", "{")])]);
    world.refresh(&[], 0);
    world
}

/// `text` with placeholders for the parts that differ between runs.
fn settled(text: String) -> String {
    let patterns = [
        (r"\d+\.\d ms", "[time] ms"),
        (r"\d+\.\d s\b", "[time] s"),
        (r"[0-9a-f]{40}", "[sha]"),
        (r"/sections/[0-9a-f]{16}", "/sections/[id]"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[when]"),
        (r"\d+\.\d MB", "[size] MB"),
        (r"\d+\.\d kB", "[size] kB"),
    ];
    patterns.into_iter().fold(text, |text, (pattern, placeholder)| {
        Regex::new(pattern).unwrap().replace_all(&text, placeholder).into_owned()
    })
}

#[test]
fn commands_print_what_is_expected() {
    let world = world();
    let printed = |words: &[&str]| settled(world.run(words).stdout);
    assert_snapshot!("search", printed(&["search", "CTR"]));
    assert_snapshot!("topic", printed(&["topic", "embedding table"]));
    assert_snapshot!("related", printed(&["related", "CTR", "--limit", "3"]));
    assert_snapshot!("section", printed(&["section", "ann/ads", "ads.md", "--line", "8"]));
    assert_snapshot!("status", printed(&["status"]));
    assert_snapshot!("sources", printed(&["sources"]));
}

#[test]
fn no_snapshot_is_left_over() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let source = fs::read_to_string(root.join("snapshots.rs")).unwrap();
    for entry in fs::read_dir(root.join("snapshots")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name == "extract" || name == "pages" || name.starts_with("suite__wrong_uses__") {
            continue;
        }
        let name = name.trim_start_matches("suite__snapshots__").trim_end_matches(".snap");
        assert!(source.contains(&format!("\"{name}\"")), "{name}.snap is of no test");
    }
    let golden = fs::read_to_string(root.join("golden.rs")).unwrap();
    let fixtures = root.parent().unwrap().join("fixtures/extract");
    for entry in fs::read_dir(root.join("snapshots/extract")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.trim_end_matches(".snap");
        let is_deck = golden.contains(&format!("\"{name}\""));
        assert!(is_deck || fixtures.join(name).exists(), "{name}.snap is of no fixture");
    }
}
