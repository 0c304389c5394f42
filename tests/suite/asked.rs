//! Answers before hits: case studies, comparisons, and what may have been meant.

use crate::face::LICENCE;
use crate::serve::{app, get, json, page};
use crate::world::{World, repo, text};

fn world() -> World {
    let long =
        "The feed ranks videos by expected watch time, because clicks alone reward clickbait. "
            .repeat(8);
    let case = format!(
        "# Design a video recommendation system\n\n## Problem framing\n\n{long}\n\n- **Goal**: watch time\n- **Limit**: 200 ms\n\n\
         The score is $\\frac{{w}}{{n}}$.\n\n## Features\n\n{long}\n\n| Feature | Kind |\n|---|---|\n| age | number |\n"
    );
    let both = "# Metrics\n\nPrecision and recall trade against each other: a higher threshold raises precision and lowers recall.\n";
    let files = [("video.md", case.as_str()), ("metrics.md", both), ("LICENSE", LICENCE)];
    let world = World::new(vec![repo("ann/notes", &files)]);
    world.refresh(&[], 0);
    world
}

#[test]
fn a_query_for_a_case_shows_its_guide_before_the_hits() {
    let world = world();
    let app = app(&world);
    let asked = "q=how+would+you+design+video+recommendation";
    let found = json(&app, &format!("/api/v1/search?{asked}"), 200);
    assert_eq!(found["case"]["id"], "video-recommendation");
    assert!(found["case"]["steps"].as_u64() >= Some(2), "{}", found["case"]);
    assert_eq!(found["case"]["of"], 8);
    let page = get(&app, &format!("/?{asked}")).2;
    let link = page.find("<a href=\"/cases/video-recommendation\">Case guide: ").unwrap();
    assert!(link < page.find("<article class=\"hit\">").unwrap());
    let topic = get(&app, "/topics/video-recommendation").2;
    assert!(topic.contains("Case guide: video recommendation"), "{topic}");
    for more in ["&source=ann/notes", "&offset=1"] {
        let found = json(&app, &format!("/api/v1/search?{asked}{more}"), 200);
        assert!(found["case"].is_null(), "{more}");
    }
    assert!(json(&app, "/api/v1/search?q=position+bias", 200)["case"].is_null());
}

#[test]
fn a_guide_shows_lists_tables_and_formulas_as_they_were_set() {
    let world = world();
    let app = app(&world);
    let guide = get(&app, "/cases/video-recommendation").2;
    for part in ["<div class=\"prose\" dir=\"auto\">", "<p>The feed ranks videos"] {
        assert!(guide.contains(part), "{part}: {guide}");
    }
    assert!(!guide.contains("|---|"), "{guide}");
    let hits = json(&app, "/api/v1/search?q=video+watch+time+source:ann/notes", 200);
    let document = text(&hits["hits"][0]["document"]).to_owned();
    let reader = page(&app, &format!("/documents/{document}"));
    for part in ["<strong>Goal</strong>", "<mfrac>", "<th>Feature</th>"] {
        assert!(reader.contains(part), "{part}: {reader}");
    }
}

#[test]
fn two_topics_are_compared_side_by_side() {
    let world = world();
    let app = app(&world);
    let found = json(&app, "/api/v1/search?q=precision+vs+recall", 200);
    let ids: Vec<&str> = found["query"]["compare"]
        .as_array()
        .unwrap()
        .iter()
        .map(|topic| text(&topic["id"]))
        .collect();
    assert_eq!(ids, ["precision", "recall"]);
    let results = get(&app, "/?q=difference+between+precision+and+recall").2;
    assert!(results.contains("/compare?topics=precision%2Crecall"), "{results}");
    assert!(json(&app, "/api/v1/search?q=precision+recall", 200)["query"]["compare"].is_null());

    let view = json(&app, "/api/v1/compare?topics=precision,recall", 200);
    let groups = view["passages"].as_array().unwrap().iter();
    let passages: Vec<&str> = groups
        .flat_map(|group| group["passages"].as_array().unwrap())
        .map(|hit| text(&hit["path"]))
        .collect();
    assert!(passages.contains(&"metrics.md"), "{view}");
    let page = get(&app, "/compare?topics=Precision,recall").2;
    for part in
        ["href=\"/topics/precision\"", "href=\"/topics/recall\"", "trade against each other"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(get(&app, "/compare").2.contains("name=\"topics\""));
    for (topics, status) in
        [("precision", 400), ("precision,precision", 400), ("precision,quokkas", 404)]
    {
        assert_eq!(get(&app, &format!("/api/v1/compare?topics={topics}")).0, status, "{topics}");
        assert_eq!(get(&app, &format!("/compare?topics={topics}")).0, status, "{topics}");
    }
}

#[test]
fn an_unknown_name_leads_to_similar_ones() {
    let world = world();
    let app = app(&world);
    for (path, near) in [
        ("/topics/positon-bias", "/topics/position-bias"),
        ("/topics/featurestore", "/topics/feature-store"),
        ("/cases/video-recomendation", "/cases/video-recommendation"),
        ("/sources/ann/note", "/sources/ann/notes"),
    ] {
        let (status, _, page) = get(&app, path);
        assert_eq!(status, 404, "{path}");
        assert!(page.contains("Did you mean") && page.contains(near), "{path}: {page}");
    }
    let error = json(&app, "/api/v1/topics/positon-bias/related", 404)["error"].clone();
    assert_eq!(error["near"][0]["url"], "/topics/position-bias", "{error}");
    assert!(json(&app, "/api/v1/topics/zzxxqq", 404)["error"]["near"].is_null());
    let found = json(&app, "/api/v1/search?q=bias+source:ann/note", 200);
    assert_eq!(found["query"]["unknown_sources"][0]["near"][0], "ann/notes", "{}", found["query"]);
    let page = get(&app, "/?q=bias+source:nothere").2;
    assert!(page.contains("There is no source “nothere”"), "{page}");
    for known in ["ann/notes", "ann", "NOTES"] {
        let found = json(&app, &format!("/api/v1/search?q=bias+source:{known}"), 200);
        assert!(found["query"]["unknown_sources"].is_null(), "{known}");
    }
    let query =
        |filter: &str| json(&app, &format!("/api/v1/search?q=bias+{filter}"), 200)["query"].clone();
    let unknown = query("topic:positon-bias+step:servings+-kind:notes")["unknown_values"].clone();
    let expected = [("topic", "position bias"), ("step", "serving"), ("kind", "note")];
    assert_eq!(unknown.as_array().map(Vec::len), Some(expected.len()), "{unknown}");
    for (at, (field, near)) in expected.into_iter().enumerate() {
        assert_eq!(unknown[at]["field"], field, "{unknown}");
        let offered = unknown[at]["near"].as_array().unwrap();
        assert!(offered.iter().any(|name| name == near), "{unknown}");
    }
    for known in ["topic:position-bias", "topic:%22Position+Bias%22", "step:Serving", "kind:NOTE"] {
        assert!(query(known)["unknown_values"].is_null(), "{known}");
    }
    let page = get(&app, "/?q=bias+topic:positon-bias+step:servings").2;
    assert!(page.contains("There is no topic “positon-bias”. Similar: "), "{page}");
    let link = "q=bias+topic%3A%22position+bias%22+step%3Aservings";
    assert!(page.contains(link), "{link} in {page}");
    let page_of_parameter = get(&app, "/?q=bias&kind=notes").2;
    assert!(page_of_parameter.contains("q=bias&amp;kind=note\""), "{page_of_parameter}");
    assert!(page.contains("There is no step “servings”. There are: "), "{page}");
}
