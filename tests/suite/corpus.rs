//! Tests on real input: the corpus in the folder that `CAIRN_CORPUS` names, tarballs as from GitHub with a
//! `manifest.json`. Without it, these tests are skipped with a message and pass.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::github::{GitHub, load_folder};
use crate::skip::skip;
use crate::world::{World, block_on, outcome, text};

/// The corpus's folder; `None` and a line on stderr if there is none.
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("CAIRN_CORPUS").map(PathBuf::from).filter(|path| path.is_dir());
    if folder.is_none() {
        skip("a test on real input", "CAIRN_CORPUS names no folder");
    }
    folder
}

/// A fork in the corpus that the shipped catalogue does not list.
const FORK: &str = "TeoZosa/ml-system-design-pattern";

/// The entries of the shipped catalogue for the repositories `names`, some of which it lists under a newer name, and one
/// for [`FORK`].
fn entries(names: &[String]) -> String {
    let shipped = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sources/catalogue.toml");
    let shipped = std::fs::read_to_string(shipped).unwrap();
    let mut kept = String::new();
    for entry in shipped.split("[[source]]").skip(1) {
        let is_of = |name: &String| {
            ["repo", "id"].iter().any(|key| entry.contains(&format!("{key} = \"{name}\"")))
        };
        if names.iter().any(is_of) {
            kept.push_str(&format!("[[source]]{entry}"));
        }
    }
    if names.iter().any(|name| name == FORK) {
        let exclude = "exclude = [\"**/*_ja.md\", \"**/*_ko.md\", \"template_*.md\"]";
        let original = "fork_of = \"mercari/ml-system-design-pattern\"";
        kept.push_str(&crate::world::entry(FORK, &format!("{original}\n{exclude}")));
    }
    kept
}

/// A world whose GitHub and catalogue have the corpus's repositories, and the names of these.
fn world_of(folder: &Path) -> (World, Vec<String>) {
    let repos = load_folder(folder).unwrap();
    let names: Vec<String> = repos.iter().map(|repo| repo.full_name.clone()).collect();
    let mut world = World::new(Vec::new());
    world.github = block_on(GitHub::start(repos)).unwrap();
    let entries = entries(&names);
    for source in cairn::catalogue::parse("catalogue.toml", &entries).unwrap().sources {
        let now = source.origin.repository().unwrap();
        if now != source.id.0 {
            world.github.rename(&source.id.0, &now);
        }
    }
    world.catalogue(&entries);
    (world, names)
}

/// A world over the corpus after its first refresh, or `None` without a corpus.
pub fn gathered() -> Option<World> {
    let (world, _) = world_of(&corpus()?);
    world.refresh(&[], 0);
    Some(world)
}

#[test]
fn the_whole_corpus_is_gathered_and_answers() {
    let Some(folder) = corpus() else { return };
    let (world, names) = world_of(&folder);

    let run = world.refresh(&[], 0);
    assert!(run["documents"].as_u64().unwrap() > 1_500, "{run}");
    for name in &names {
        assert_eq!(outcome(&run, name), "new", "{name}");
    }
    let status = world.run(&["status", "--json"]).json();
    let problems = status["problems"].as_array().unwrap();
    let broken = |path: &str| problems.iter().any(|problem| problem["path"] == path);
    assert!(broken("src/MLC/notebooks/linear_regression.ipynb"), "broken JSON is a problem");
    assert!(broken("src/MLSD/mlsd-typeahead.md"), "an empty file is a problem");

    check_answers(&world);
    crate::cost::judge_index(&world.path("index"));

    world.github.forget_requests();
    let again = world.refresh(&[], 0);
    assert_eq!(again["generation"], Value::Null);
    assert_eq!(world.github.requests().len(), names.len(), "one request a source");
}

/// Checks results that a person would expect from this corpus, independent of the ranking's details.
fn check_answers(world: &World) {
    for (query, topic, word) in [
        ("position bias", "position-bias", "position"),
        ("NDCG", "normalized-discounted-cumulative-gain", "ndcg"),
        ("training-serving skew", "training-serving-skew", "skew"),
    ] {
        let view = world.run(&["search", query, "--json"]).json();
        assert_eq!(view["query"]["topics"][0], topic);
        let hits = view["hits"].as_array().unwrap();
        assert_eq!(hits.len(), 10, "{query}");
        let marked = hits.iter().filter(|hit| {
            let all = format!("{} {}", hit["headings"], hit["snippet"]["text"]).to_lowercase();
            all.contains(word)
        });
        assert!(marked.count() >= 8, "{query}: most of the first ten speak of it");
    }
    let view = world
        .run(&[
            "search",
            "batch pattern",
            "source:ml-system-design-pattern",
            "--limit",
            "50",
            "--json",
        ])
        .json();
    let sources: Vec<&str> =
        view["hits"].as_array().unwrap().iter().map(|hit| text(&hit["source"])).collect();
    assert!(sources.contains(&"mercari/ml-system-design-pattern"));
    let unfiltered =
        world.run(&["search", "serving batch pattern usecase", "--limit", "100", "--json"]).json();
    let forks = unfiltered["hits"].as_array().unwrap().iter().filter(|hit| hit["source"] == FORK);
    assert_eq!(forks.count(), 0, "the fork's copies fold under the original");
    let related = world.run(&["related", "feature store", "--json"]).json();
    let slugs: Vec<&str> =
        related["related"].as_array().unwrap().iter().map(|near| text(&near["id"])).collect();
    assert!(
        slugs.contains(&"training-serving-skew") || slugs.contains(&"point-in-time-correctness"),
        "{slugs:?}"
    );
}
