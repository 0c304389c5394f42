//! Independent voices, as users see them: in the matrix of cases, in ties, and in cited resources.

use crate::world::{World, entry, repo, text};
use serde_json::Value;

/// A design answer whose framing is long enough to count. Its words are made from `word`.
fn answer(word: &str) -> String {
    let goal = |at| format!("The goal {word}{at} of the business is that {word}s watch more. ");
    let goals: String = (0..12).map(goal).collect();
    format!("# Video recommendation\n\n## Problem framing\n\n{goals}\n")
}

fn cites(word: &str) -> String {
    format!(
        "# Read\n\n{word} likes [the long paper on position bias](https://arxiv.org/abs/1706.03762).\n"
    )
}

/// The coverage and the number of voices of the case's step `problem-framing`.
#[track_caller]
fn framing(world: &World) -> (String, u64) {
    let view = world.run(&["guide", "video recommendation", "--json"]).json();
    let steps = view["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["step"] == "problem-framing").unwrap();
    (text(&step["coverage"]).to_owned(), step["said_by"].as_u64().unwrap())
}

#[track_caller]
fn paper(world: &World) -> Value {
    world.run(&["resources", "--json"]).json()["resources"][0].clone()
}

fn world() -> World {
    let file = |word: &str| [("v.md", answer(word)), ("r.md", cites(word))];
    let of = |name: &str, word: &str| {
        let files = file(word);
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        repo(name, &files)
    };
    World::new(vec![
        of("Ann/one", "alpha"),
        of("ann/two", "beta"),
        of("fork/one", "gamma"),
        of("copy/all", "alpha"),
        of("bob/own", "delta"),
    ])
}

#[test]
fn an_owner_is_one_voice_and_forks_and_copies_are_their_originals() {
    let world = world();
    let two = entry("Ann/one", "") + &entry("ann/two", "");
    world.catalogue(&two);
    world.refresh(&[], 0);
    assert_eq!(framing(&world), ("thin".into(), 1), "two repositories of one owner");
    let cited = paper(&world);
    assert_eq!(cited["cited_by"], 1);
    assert_eq!(cited["sources"], serde_json::json!(["Ann/one", "ann/two"]), "both are named");
    assert_eq!(cited["said"].as_array().unwrap().len(), 1, "one sentence a voice");

    let more = two + &entry("fork/one", "fork_of = \"Ann/one\"") + &entry("copy/all", "");
    world.catalogue(&more);
    world.refresh(&[], 0);
    assert_eq!(
        framing(&world),
        ("thin".into(), 1),
        "a fork's own words and a copy's are the original's"
    );
    assert_eq!(paper(&world)["cited_by"], 1);

    world.catalogue(&(more + &entry("bob/own", "")));
    world.refresh(&[], 0);
    assert_eq!(framing(&world), ("strong".into(), 2));
    assert_eq!(paper(&world)["cited_by"], 2);
    let printed = world.run(&["resources"]).stdout;
    assert!(printed.contains("cited by 2 authors"), "{printed}");
}

#[test]
fn folders_are_separate_voices_even_if_an_owner_has_the_same_name() {
    let world = world();
    for name in ["Ann", "more"] {
        world.write(&format!("sources/{name}/v.md"), &answer(&format!("folder{name}")));
    }
    let folder = |name: &str| format!("[[source]]\nfolder = \"{name}\"\nwhy = \"x\"\n\n");
    world.catalogue(&(entry("Ann/one", "") + &folder("Ann") + &folder("more")));
    world.refresh(&[], 0);
    assert_eq!(framing(&world), ("strong".into(), 3));
}

#[test]
fn what_one_owner_says_in_two_repositories_ties_nothing() {
    let said = |who: &str| {
        let pair = |at| {
            format!(
                "Position bias is something that a feature store of {who} removes from clicks in \
                 ranking, because it keeps the shown position next to each click as a feature of the model in case {at}.\n\n"
            )
        };
        let other =
            |at| format!("Note {at} of {who}: recall@k and Kafka, XGBoost and ROC AUC.\n\n");
        let pairs: String = (0..12).map(pair).collect();
        format!("# Position bias\n\n{pairs}{}", (0..60).map(other).collect::<String>())
    };
    let world = World::new(vec![
        repo("ann/one", &[("s.md", &said("one"))]),
        repo("ann/two", &[("s.md", &said("two"))]),
        repo("bob/own", &[("s.md", &said("bob"))]),
    ]);
    let tie = |world: &World| {
        let near = world.run(&["related", "position bias", "--limit", "50", "--json"]).json();
        let near = near["related"].as_array().unwrap().clone();
        near.into_iter().find(|near| {
            near["id"] == "feature-store" && near["why"] == serde_json::json!(["co-mention"])
        })
    };
    world.catalogue(&(entry("ann/one", "") + &entry("ann/two", "")));
    world.refresh(&[], 0);
    assert!(tie(&world).is_none(), "one author alone is a habit");
    world.catalogue(&(entry("ann/one", "") + &entry("ann/two", "") + &entry("bob/own", "")));
    world.refresh(&[], 0);
    let tie = tie(&world).expect("two authors say it");
    assert_eq!(
        (&tie["said_by"], &tie["words"][0]),
        (&2.into(), &"said together by 2 authors".into())
    );
    let evidence = tie["evidence"].as_array().unwrap();
    let owners: Vec<&str> =
        evidence.iter().map(|e| text(&e["source"]).split('/').next().unwrap()).collect();
    assert!(owners[..2].contains(&"ann") && owners[..2].contains(&"bob"), "{owners:?}");
}
