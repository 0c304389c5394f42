//! The command line: the output of each command, the errors on wrong use, and the exit codes.

use crate::world::{World, entry, repo, text};

fn world() -> World {
    let world = World::new(vec![
        repo(
            "ann/notes",
            &[
                (
                    "rank.md",
                    "# Ranking\n\n## Position bias\n\nPosition bias makes clicks a poor label for a ranking model.\nPosition bias spoils implicit feedback. Implicit feedback needs a cure for position bias.\n\n## Serving\n\nServe it within 50 ms, see [the paper](https://arxiv.org/abs/1706.03762).\n",
                ),
                (
                    "nb.ipynb",
                    r##"{"cells":[{"cell_type":"markdown","source":"# Cells\nA ranking model in a notebook."},{"cell_type":"code","source":"x = 1"}]}"##,
                ),
                ("LICENSE", include_str!("../../LICENSE-MIT")),
            ],
        ),
        repo(
            "bob/closed",
            &[(
                "long.md",
                &format!("# Long\n\n{}", "Nobody may copy this text whole. ".repeat(30)),
            )],
        ),
    ]);
    world.refresh(&[], 0);
    world
}

#[test]
fn search_prints_the_passage_with_its_place_and_link() {
    let world = world();
    let out = world.run(&["search", "position", "bias"]);
    assert_eq!(out.code, 0);
    let sha = world.run(&["sources", "--json"]).json()["sources"][1]["revision"].clone();
    let link = format!("https://github.com/ann/notes/blob/{}/rank.md?plain=1#L3-L6", text(&sha));
    for says in [
        " 1. Ranking › Position bias",
        "ann/notes rank.md:3-6",
        "Position bias makes clicks",
        &link,
        "1 passage in",
    ] {
        assert!(out.stdout.contains(says), "no {says:?} in\n{}", out.stdout);
    }
}

#[test]
fn json_is_the_apis_object() {
    let world = world();
    let view =
        world.run(&["search", "CTR", "position", "bias", "topic:position-bias", "--json"]).json();
    let hit = &view["hits"][0];
    assert_eq!(hit["source"], "ann/notes");
    assert_eq!(hit["lines"], serde_json::json!([3, 6]));
    assert_eq!(hit["headings"], serde_json::json!(["Ranking", "Position bias"]));
    assert_eq!(hit["licence"], "MIT");
    assert_eq!(hit["kind"], "note");
    assert!(hit["topics"].as_array().unwrap().contains(&"position-bias".into()));
    let snippet = &hit["snippet"];
    let chars: Vec<char> = text(&snippet["text"]).chars().collect();
    let first = &snippet["highlights"][0];
    let range = first[0].as_u64().unwrap() as usize..first[1].as_u64().unwrap() as usize;
    assert_eq!(chars[range].iter().collect::<String>(), "Position bias");
    assert!(view["query"]["topics"].as_array().unwrap().contains(&"click-through-rate".into()));
    for field in ["source", "topic", "step", "kind", "lang"] {
        assert!(view["facets"][field].is_array(), "{field}");
    }
    let cell = world.run(&["search", "notebook", "kind:notebook", "--json"]).json();
    assert_eq!(cell["hits"][0]["cell"], 1);
    assert!(cell["hits"][0].get("lines").is_none());
}

#[test]
fn a_section_is_shown_whole_only_where_the_licence_allows() {
    let world = world();
    let open = world.run(&["section", "ann/notes", "rank.md", "--line", "9", "--json"]).json();
    assert_eq!(open["section"]["headings"][1], "Serving");
    assert_eq!(open["section"]["shown"], "full");
    assert_eq!(open["section"]["links"][0]["url"], "https://arxiv.org/abs/1706.03762");
    let closed = world.run(&["section", "bob/closed", "long.md", "--json"]).json();
    assert_eq!(closed["section"]["shown"], "excerpt");
    assert!(text(&closed["section"]["text"]).chars().count() <= 300);
    let whole = world.run(&["section", "bob/closed", "long.md"]).stdout;
    assert!(whole.contains("no licence known"), "{whole}");
}

#[test]
fn topics_and_related_say_where_it_is_said() {
    let world = world();
    let topics = world.run(&["topics", "--limit", "3", "--json"]).json();
    assert_eq!(topics["topics"].as_array().unwrap().len(), 3);
    let topic = world.run(&["topic", "CTR", "--json"]).json();
    assert_eq!(topic["topic"]["id"], "click-through-rate");
    let related = world.run(&["related", "position bias", "--limit", "30", "--json"]).json();
    let near = related["related"].as_array().unwrap();
    assert!(near.iter().all(|near| !near["why"].as_array().unwrap().is_empty()));
    let said = near.iter().find(|near| !near["evidence"].as_array().unwrap().is_empty());
    let evidence = &said.expect("one neighbour is named beside it in a sentence")["evidence"][0];
    assert!(text(&evidence["sentence"]).to_lowercase().contains("position bias"));
    assert_eq!((&evidence["source"], &evidence["path"]), (&"ann/notes".into(), &"rank.md".into()));
    let unknown = world.run(&["topic", "calibratio"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("did you mean one of calibration"), "{}", unknown.stderr);
}

#[test]
fn resources_are_what_independent_sources_cite() {
    let world = world();
    let all = world.run(&["resources", "--json"]).json();
    let resource = &all["resources"][0];
    assert_eq!(resource["url"], "https://arxiv.org/abs/1706.03762");
    assert_eq!((&resource["cited_by"], &resource["year"]), (&1.into(), &2017.into()));
    assert_eq!((&resource["title"], &resource["kind"]), (&"the paper".into(), &"paper".into()));
    let none = world.run(&["resources", "nothing like it"]);
    assert_eq!(none.stdout, "0 resources\n");
    assert_eq!(world.run(&["resources", "--topic", "no-such"]).code, 1);
}

#[test]
fn any_typed_query_is_accepted() {
    let world = world();
    for query in ["\"open", "OR OR", "🙂", "source:", "-", "a:b:c", "((", "\u{7}bell", "topic:nope"]
    {
        let out = world.run(&["search", "--json", "--", query]);
        assert_eq!(out.code, 0, "{query:?}: {}", out.stderr);
    }
    let long = "word ".repeat(2_000);
    let view = world.run(&["search", "--json", &long]).json();
    assert_eq!(view["query"]["understood"]["dropped"].as_array().unwrap().len(), 2);
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let world = world();
    for format in [&["--json"][..], &[]] {
        let mut command = world.command(&["search", "position", "bias", "--limit", "100"]);
        let child = command.args(format).stdout(std::process::Stdio::piped());
        let mut child = child.stderr(std::process::Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    }
}

#[test]
fn wrong_use_says_what_to_do() {
    let world = World::new(Vec::new());
    let early = world.run(&["search", "x"]);
    assert_eq!(early.code, 1);
    assert!(early.stderr.contains("cairn refresh"), "{}", early.stderr);
    assert_eq!(world.run(&["serach", "x"]).code, 2);
    assert_eq!(world.run(&["search", "x", "--limit", "0"]).code, 2);
    let missing = world.command(&["status", "--sources", "/nowhere"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("--sources"));
    world.write("cairn.toml", "[refresh]\nevry = \"1h\"\n");
    let broken = world.run(&["status"]);
    assert_eq!(broken.code, 1);
    assert!(
        broken.stderr.contains("cairn.toml") && broken.stderr.contains("evry"),
        "{}",
        broken.stderr
    );
}

#[test]
fn outside_a_checkout_the_compiled_data_files_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cairn"));
        command.args(arguments).current_dir(folder.path()).env_remove("CAIRN_SOURCES");
        command.env("CAIRN_INDEX", folder.path().join("index")).output().unwrap()
    };
    let refreshed = run(&["refresh", "-q", "cairn/notes"]);
    assert!(refreshed.status.success());
    let said = String::from_utf8_lossy(&refreshed.stdout);
    assert_eq!(said, "", "with -q, a refresh without problems prints nothing");
    let found = run(&["search", "video recommendation", "--json"]);
    let view: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(view["hits"][0]["source"], "cairn/notes");
}

#[test]
fn the_summary_table_goes_to_stdout_and_progress_to_stderr() {
    let world = World::new(vec![repo("ann/a", &[("a.md", "# A\n\nText.\n")])]);
    world.catalogue(&format!("{}{}", entry("ann/a", ""), entry("ann/gone", "")));
    let out = world.run(&["refresh"]);
    assert_eq!(out.code, 3, "done, but a source failed");
    assert!(
        out.stdout.contains("what happened") && out.stdout.contains("failed"),
        "{}",
        out.stdout
    );
    assert!(out.stdout.contains("2 documents, 2 sections in all"), "{}", out.stdout);
    assert!(out.stderr.contains("fetching 3 sources"), "{}", out.stderr);
    let quiet = world.run(&["refresh", "-q"]);
    assert_eq!(quiet.stderr, "");
    assert!(quiet.stdout.contains("failed"), "{}", quiet.stdout);
}

#[test]
fn a_word_of_a_removed_document_is_never_suggested_as_a_correction() {
    let kept = "# Animals\n\nThe zebra is striped, and gnus are not.\n";
    let gone = "# Words\n\nThe zebranl is an animal that nobody knows.\n";
    let world = World::new(vec![repo("ann/zoo", &[("a.md", kept), ("b.md", gone)])]);
    world.refresh(&[], 0);
    let found = world.run(&["search", "zebranb"]).stdout;
    assert!(found.contains("\"zebranb\" was read as \"zebranl\" too"), "{found}");
    world.github.put(repo("ann/zoo", &[("a.md", kept)]));
    world.refresh(&[], 0);
    assert!(world.hits("zebranl").is_empty());
    for query in ["zebranb", "zebranb gnus"] {
        let found = world.run(&["search", query]).stdout;
        assert!(!found.contains("was read as"), "{query}: {found}");
    }
}
