//! Results from the graph: related topics with evidence, learning orders, paths, case studies, exports.

use serde_json::Value;

use crate::serve::{app, get, json};
use crate::world::{World, repo, text};

/// Sources of which two cover one case, and of which a third has only its heading, without text.
fn world() -> World {
    let long = "The feed ranks videos by watch time, and by what viewers say of them. ".repeat(8);
    let data =
        "Impressions are logged with the place at which they stood and with what came of them. "
            .repeat(8);
    let models = "A two-tower model retrieves candidates, and a larger model ranks the best five hundred of them by \
                  the watch time that it expects.";
    let tests = "A model is compared with the one in production by NDCG on the last week of impressions, which neither of \
                 the two was trained on.";
    let whole = format!(
        "# Design a video recommendation system\n\n## Problem framing\n\n{long}\n\n## Data\n\n{data}\n\n\
         ## Features\n\nWhat is known of the video, of the viewer and of the hour, and how fresh each of these \
         is, told in one sentence that is long enough to be a section.\n\n## Modelling\n\n{models}\n\n## Offline evaluation\n\n{tests}\n\n## Monitoring\n\n"
    );
    let films =
        "The goal of the business is that people finish more films, and the constraint is a latency of 200 ms. "
            .repeat(8);
    let other =
        format!("# Video recommendation\n\n## Requirements\n\n{films}\n\n## Data\n\n- one\n");
    let said = |who: &str| {
        let sentence = |n: usize| {
            format!(
                "Position bias is something that a feature store of {who} removes from clicks in ranking, because it \
                 keeps the shown position next to each click as a feature of the model in case {n}.\n\n"
            )
        };
        let others = (0..60)
            .map(|n| format!("Note {n} of {who}: recall@k and Kafka, XGBoost and ROC AUC.\n\n"));
        format!(
            "# Position bias\n\n{}{}",
            (0..8).map(sentence).collect::<String>(),
            others.collect::<String>()
        )
    };
    let world = World::new(vec![
        repo("ann/notes", &[("video.md", &whole), ("said.md", &said("ann"))]),
        repo("bob/notes", &[("design/video-recommendation.md", &other), ("said.md", &said("bob"))]),
        repo(
            "cyd/notes",
            &[("said.md", &said("cyd")), ("v.md", "# Video recommendation\n\n## Serving\n\n")],
        ),
    ]);
    world.refresh(&[], 0);
    world
}

fn ids<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|item| text(&item[key])).collect()
}

#[test]
fn a_tie_stated_by_three_sources_is_shown_with_a_sentence_of_each() {
    let world = world();
    let view = world.run(&["related", "position bias", "--limit", "50", "--json"]).json();
    let near = view["related"].as_array().unwrap();
    let tie = near.iter().find(|near| near["id"] == "feature-store").unwrap();
    assert_eq!(tie["why"], serde_json::json!(["co-mention"]));
    assert_eq!(tie["words"][0], "said together by 3 authors");
    let mut sources = ids(&tie["evidence"], "source");
    sources.sort_unstable();
    assert_eq!(sources, ["ann/notes", "bob/notes", "cyd/notes"]);
    for near in near {
        assert!(near["why"].as_array().is_some_and(|why| !why.is_empty()), "{near}");
        assert_eq!(near["why"].as_array().unwrap().len(), near["words"].as_array().unwrap().len());
    }
}

#[test]
fn a_learning_order_leaves_out_what_is_known_and_what_only_that_needs() {
    let world = world();
    let order = |arguments: &[&str]| {
        let view = world.run(arguments).json();
        ids(&view["order"], "id").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = order(&["learn", "NDCG", "--json"]);
    assert_eq!(all.last().unwrap(), "normalized-discounted-cumulative-gain");
    let at = |slug: &str| all.iter().position(|id| id == slug).unwrap();
    assert!(at("relevance-judgement") < at("discounted-cumulative-gain"));
    let known = order(&["learn", "NDCG", "--known", "DCG", "--json"]);
    assert!(!known.contains(&"discounted-cumulative-gain".to_owned()));
    assert!(!known.contains(&"relevance-judgement".to_owned()), "only DCG needs it: {known:?}");
    let app = app(&world);
    let over_http = json(&app, "/api/v1/topics/ndcg/learn?known=DCG", 200);
    assert_eq!(ids(&over_http["order"], "id"), known);
    json(&app, "/api/v1/topics/ndcg/learn?known=nothing-such", 404);
    let page = get(&app, "/topics/ndcg").2;
    assert!(page.contains("Know first, in this order"));
    assert!(world.run(&["learn", "NDCG", "--known", "quokka"]).stderr.contains("quokka"));
}

#[test]
fn paths_join_two_topics_tie_by_tie() {
    let world = world();
    let view = world.run(&["path", "position bias", "feature store", "--json"]).json();
    let paths = view["paths"].as_array().unwrap();
    assert!(!paths.is_empty());
    for path in paths {
        let hops = path["hops"].as_array().unwrap();
        assert_eq!(hops[0]["from"], "position-bias");
        assert_eq!(hops[hops.len() - 1]["to"], "feature-store");
        assert!(hops.iter().all(|hop| !hop["why"].as_array().unwrap().is_empty()));
    }
    let app = app(&world);
    let over_http = json(&app, "/api/v1/path?from=position+bias&to=feature-store", 200);
    assert_eq!(over_http["paths"].as_array().unwrap().len(), paths.len());
    json(&app, "/api/v1/path?from=position-bias", 400);
    json(&app, "/api/v1/path?from=position-bias&to=quokka", 404);
    for (path, words) in [
        ("/path", "Enter two topics by any of their names"),
        ("/path?from=position+bias&to=feature+store", "said together by 3 authors"),
    ] {
        let (status, _, page) = get(&app, path);
        assert_eq!(status, 200);
        assert!(page.contains(words), "{path}");
    }
}

#[test]
fn coverage_counts_what_is_said_and_not_headings() {
    let world = world();
    let view = world.run(&["guide", "design a video recommendation system", "--json"]).json();
    assert_eq!(view["case"], "video-recommendation");
    let step = |name: &str| {
        let steps = view["steps"].as_array().unwrap();
        steps.iter().find(|step| step["step"] == name).unwrap().clone()
    };
    let sources = |name: &str| -> Vec<String> {
        let passages = step(name)["passages"].clone();
        ids(&passages, "source").into_iter().map(str::to_owned).collect()
    };
    let framing = step("problem-framing");
    assert_eq!((&framing["coverage"], &framing["said_by"]), (&"strong".into(), &2.into()));
    assert!(
        ["ann/notes", "bob/notes"]
            .iter()
            .all(|s| sources("problem-framing").contains(&(*s).to_owned()))
    );
    assert_eq!(step("serving")["coverage"], "empty", "a heading says nothing");
    assert_eq!(step("features")["coverage"], "thin");
    let whole = view["whole"].as_array().unwrap();
    assert!(whole.iter().any(|w| w["path"] == "video.md" && w["steps"] == 5), "{whole:?}");
    assert!(!whole.iter().any(|w| w["path"] == "v.md"));

    let printed = world.run(&["guide", "video", "recommendation"]).stdout;
    assert!(printed.starts_with("# Video recommendation\n"));
    assert!(printed.contains("## 8. Monitoring"));
    let matrix = world.run(&["guide"]).stdout;
    assert!(
        matrix
            .lines()
            .any(|line| line.contains("video-recommendation") && line.contains("strong 2"))
    );
    assert!(world.run(&["guide", "quokka"]).stderr.contains("`cairn guide` lists them"));

    let app = app(&world);
    assert_eq!(
        json(&app, "/api/v1/cases/video-recommendation", 200)["steps"].as_array().unwrap().len(),
        8
    );
    let cases = json(&app, "/api/v1/cases", 200);
    assert!(ids(&cases["cases"], "id").contains(&"video-recommendation"));
    json(&app, "/api/v1/cases/feature-store", 404);
    assert!(get(&app, "/cases").2.contains("/cases/video-recommendation#data"));
    assert!(get(&app, "/cases/video-recommendation").2.contains("id=\"monitoring\""));
}

#[test]
fn where_no_licence_is_known_a_guide_shows_an_excerpt() {
    let world = world();
    let view = world.run(&["guide", "video recommendation", "--json"]).json();
    for step in view["steps"].as_array().unwrap() {
        for passage in step["passages"].as_array().unwrap() {
            let length = text(&passage["snippet"]["text"]).chars().count();
            let most = if passage["licence"].is_null() { 300 } else { 610 };
            assert!(length <= most, "{length}: {passage}");
        }
    }
}

#[test]
fn exports_are_the_same_each_time_and_hold_the_ties() {
    let world = world();
    for (format, words) in [
        ("turtle", "cairn:saidWith"),
        ("graphml", "<data key=\"why\">co-mention</data>"),
        ("dot", "\"feature-store\" -- \"position-bias\" [style=dashed"),
    ] {
        let text = world.run(&["export", "graph", "--format", format]).stdout;
        assert!(text.contains(words), "{format}");
        let file = world.path("graph.out");
        let named = file.to_str().unwrap();
        assert_eq!(world.run(&["export", "graph", "--format", format, "-o", named]).code, 0);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        let part = world.run(&["export", "graph", "--format", format, "--around", "CTR"]).stdout;
        assert!(part.len() < text.len() / 4, "{format}");
    }
    assert_ne!(world.run(&["export", "graph", "--format", "dot", "--around", "quokka"]).code, 0);
}

#[test]
fn missing_terms_are_suggested_as_turtle_and_never_added() {
    let note = |n: usize| {
        let why =
            ["keeps rare rows in view", "is what bandits need", "costs little, helps much"][n];
        format!(
            "# Notes {n}\n\n## Quokka sampling\n\nFor a feature store, quokka sampling {why}.\n"
        )
    };
    let repositories = ["a/a", "b/b", "c/c"].iter().enumerate();
    let files: Vec<(&str, String)> = repositories.map(|(n, name)| (*name, note(n))).collect();
    let world =
        World::new(files.iter().map(|(name, text)| repo(name, &[("n.md", text)])).collect());
    world.refresh(&[], 0);
    let before = world.run(&["topics", "--json"]).stdout;
    let suggested = world.run(&["vocabulary", "suggest"]).stdout;
    assert!(suggested.contains("topic:quokka-sampling a skos:Concept"), "{suggested}");
    assert!(suggested.contains("By 3 authors"));
    assert_eq!(world.run(&["topics", "--json"]).stdout, before);
}

#[test]
fn a_review_shows_a_definition_next_to_what_the_sources_say() {
    let note = |n: usize| {
        let text = [
            "Position bias is the habit of users to click what stands first on a page.",
            "Propensity weighting corrects position bias in the clicks that a ranker learns from.",
        ][n];
        format!("# Position bias\n\n{text} It needs implicit feedback, such as clicks.\n")
    };
    let repositories = ["a/a", "b/b"].iter().enumerate();
    let files: Vec<(&str, String)> = repositories.map(|(n, name)| (*name, note(n))).collect();
    let world =
        World::new(files.iter().map(|(name, text)| repo(name, &[("n.md", text)])).collect());
    world.refresh(&[], 0);
    let review = world.run(&["vocabulary", "review", "position bias"]).stdout;
    let at = |words: &str| review.find(words).unwrap_or_else(|| panic!("{words} in {review}"));
    assert!(at("(topic:position-bias)") < at("is the habit of users to click"), "{review}");
    assert!(at("a/a n.md") < at("- implicit-feedback: "), "{review}");
    assert!(review.contains("- implicit-feedback in 2, required"), "{review}");
    let unknown = world.run(&["vocabulary", "review", "quokka"]);
    assert!(unknown.code != 0 && unknown.stderr.contains("no topic"), "{}", unknown.stderr);
}

#[test]
fn a_new_label_changes_what_topics_are_called_and_nothing_else() {
    let world = world();
    let shape = |name: &str| {
        let view = world.run(&["related", name, "--limit", "20", "--json"]).json();
        let near = view["related"].as_array().unwrap().clone();
        near.into_iter()
            .map(|mut near| {
                near["label"] = Value::Null;
                near["evidence"] = Value::Null;
                near
            })
            .collect::<Vec<_>>()
    };
    let before = shape("position-bias");
    let guide = world.run(&["guide", "--json"]).json();
    let file = "sources/vocabulary/data-labels.ttl";
    let folder = std::fs::read_dir(world.path("sources/vocabulary")).unwrap();
    let file = folder
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            std::fs::read_to_string(path).unwrap().contains("prefLabel \"position bias\"@en")
        })
        .unwrap_or_else(|| panic!("no file like {file} says what position bias is called"));
    let text = std::fs::read_to_string(&file).unwrap().replace(
        "prefLabel \"position bias\"@en ;",
        "prefLabel \"bias of position\"@en ;\n    skos:altLabel \"position bias\"@en ;",
    );
    std::fs::write(&file, text).unwrap();
    world.refresh(&["--offline"], 0);
    assert_eq!(shape("bias of position"), before);
    assert_eq!(world.run(&["guide", "--json"]).json(), guide);
}
