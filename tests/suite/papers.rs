//! Metadata of cited papers, as a user of `refresh --check-links` sees it, with arXiv's API on loopback.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::arxiv::{Arxiv, ArxivFault, Paper};
use crate::serve::{app, get, json};
use crate::signals::{Signal, send};
use crate::world::{World, ended, output_of, repo, text, wait_until};

/// A paper with one author.
fn paper(title: &str, author: &str, abstract_text: &str) -> Paper {
    let authors = vec![author.to_owned(), "Bob Second".to_owned()];
    Paper { title: title.into(), authors, year: 2018, abstract_text: abstract_text.into() }
}

const CLICKS: &str = "2003.00001";
const LAKES: &str = "hep-th/9901001";
const DUCKS: &str = "1412.0003";

/// An arXiv with three papers.
fn arxiv() -> Arxiv {
    let long = "Frozen ponds confuse each waterfowl. ".repeat(30);
    Arxiv::start(&[
        (
            CLICKS,
            paper(
                "Clicks & Doubts in Ranking",
                "Ann Example",
                "We debias carousel impressions of <shops>.",
            ),
        ),
        (
            LAKES,
            paper(
                "A Survey of Frozen Lakes",
                "Cyd Third",
                "Water turns to ice, which impressions do not.",
            ),
        ),
        (DUCKS, paper("Ducks", "Dee Fourth", &long)),
    ])
}

/// A list that cites the three papers in different forms, one that does not exist, and an article.
const LIST: &str = "# List\n\n\
    - [a fine paper](https://arxiv.org/pdf/2003.00001v3.pdf) on position bias\n\
    - [Lakes](http://arxiv.org/abs/hep-th/9901001) are read about\n\
    - [Ducks paper](https://ar5iv.org/abs/1412.0003) is about water\n\
    - [no such paper](https://arxiv.org/abs/2003.99999) at all\n\
    - [An article about ducks](http://127.0.0.1:9/ducks) by somebody\n";

fn world() -> World {
    World::new(vec![repo("ann/list", &[("README.md", LIST)])])
}

/// The program with `arguments`, which reaches `arxiv` and no other host outside this machine.
fn command(world: &World, arxiv: &Arxiv, arguments: &[&str]) -> Command {
    let mut command = world.command(arguments);
    command.env("CAIRN_ARXIV_URL", &arxiv.base);
    offline(&mut command);
    command
}

/// Lets `command` reach no host but this machine: its proxy for all others does not exist.
fn offline(command: &mut Command) {
    let dead = "http://127.0.0.1:9";
    command.env("http_proxy", dead).env("https_proxy", dead).env("no_proxy", "127.0.0.1");
}

/// Refreshes and returns the run's record.
#[track_caller]
fn refresh(world: &World, arxiv: &Arxiv, arguments: &[&str]) -> Value {
    let all = [&["refresh", "--json"][..], arguments].concat();
    output_of(&mut command(world, arxiv, &all)).json()
}

fn resources(world: &World, query: &str) -> Vec<Value> {
    let view = world.run(&["resources", "--json", query]).json();
    view["resources"].as_array().unwrap().clone()
}

fn titles(world: &World, query: &str) -> Vec<String> {
    resources(world, query).iter().map(|found| text(&found["title"]).to_owned()).collect()
}

/// The numbers of papers in the record of `run`: found, unknown, unanswered, deferred.
fn counts(run: &Value) -> [u64; 4] {
    ["found", "unknown", "unanswered", "deferred"].map(|key| run["papers"][key].as_u64().unwrap())
}

#[test]
fn metadata_of_cited_papers_is_fetched_only_with_check_links_and_then_kept() {
    let (world, arxiv) = (world(), arxiv());
    let run = refresh(&world, &arxiv, &[]);
    assert_eq!((run["papers"].clone(), arxiv.take_requests().len()), (Value::Null, 0));
    assert!(resources(&world, "").iter().all(|found| found.get("authors").is_none()));
    assert!(world.run(&["search", "ducks", "--json"]).json().get("papers").is_none());

    let run = refresh(&world, &arxiv, &["--check-links"]);
    assert_eq!(counts(&run), [3, 1, 0, 0], "{}", run["papers"]);
    let requests = arxiv.take_requests();
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(request.ids.len(), 4, "all in one request, without versions: {request:?}");
    assert!([CLICKS, LAKES, DUCKS].iter().all(|id| request.ids.iter().any(|asked| asked == id)));
    assert_eq!(request.max_results, 4);
    assert!(request.user_agent.starts_with("cairn/"), "{}", request.user_agent);
    assert_eq!(run["looks"]["asked"], 2, "papers that arXiv described need no other check");
    assert!(run["generation"].as_u64().is_some());

    let found = resources(&world, "Doubts");
    let [clicks] = &found[..] else { panic!("{found:?}") };
    assert_eq!(clicks["title"], "Clicks & Doubts in Ranking");
    assert_eq!(clicks["authors"], serde_json::json!(["Ann Example", "Bob Second"]));
    assert_eq!((&clicks["year"], &clicks["kind"]), (&2018.into(), &"paper".into()));
    assert_eq!(clicks["abstract"], "We debias carousel impressions of <shops>.");
    let ducks = &resources(&world, "waterfowl")[0];
    assert!(text(&ducks["abstract"]).chars().count() <= 300, "an excerpt, though all is found");

    let run = refresh(&world, &arxiv, &["--check-links"]);
    assert_eq!((counts(&run), arxiv.take_requests().len()), ([0; 4], 0), "kept, unknown ones too");
    assert_eq!(run["generation"], Value::Null, "nothing has changed");
    refresh(&world, &arxiv, &["--offline"]);
    assert_eq!(titles(&world, "debias"), ["Clicks & Doubts in Ranking"]);
    assert!(arxiv.take_requests().is_empty());
}

#[test]
fn a_setting_fetches_metadata_in_every_refresh() {
    let (world, arxiv) = (world(), arxiv());
    world.settings(&format!("[refresh]\ncheck_links = true\narxiv_api = \"{}/\"\n", arxiv.base));
    let mut command = world.command(&["refresh", "--json"]);
    offline(&mut command);
    let run = output_of(&mut command).json();
    assert_eq!(counts(&run), [3, 1, 0, 0]);
    arxiv.take_requests();
    std::fs::remove_dir_all(world.path("index")).unwrap();
    let mut command = world.command(&["refresh", "--json", "--offline"]);
    let run = output_of(&mut command).json();
    assert_eq!((run["papers"].clone(), arxiv.take_requests().len()), (Value::Null, 0));
}

#[test]
fn papers_are_found_by_title_author_and_abstract_in_resources_and_above_the_hits() {
    let (world, arxiv) = (world(), arxiv());
    refresh(&world, &arxiv, &["--check-links"]);
    let (clicks, lakes) = ("Clicks & Doubts in Ranking", "A Survey of Frozen Lakes");
    assert_eq!(titles(&world, "carousel impression"), [clicks], "a stem in the abstract");
    assert_eq!(titles(&world, "Third"), [lakes], "an author");
    assert_eq!(titles(&world, "frozen"), [lakes, "Ducks"], "the title comes before the abstract");
    assert!(titles(&world, "carousel lakes").is_empty());

    let view = world.run(&["search", "how do I debias the impressions", "--json"]).json();
    let papers = view["papers"].as_array().unwrap();
    assert_eq!(papers.iter().map(|paper| text(&paper["title"])).collect::<Vec<_>>(), [clicks]);
    let printed = world.run(&["search", "debias impressions"]).stdout;
    assert!(printed.contains("paper: Clicks & Doubts in Ranking (Ann Example, Bob Second, 2018)"));
    for query in ["debias lakes", "debias source:ann/list", "debias -clicks", "how do I"] {
        let view = world.run(&["search", query, "--json"]).json();
        assert!(view.get("papers").is_none(), "{query}: {view}");
    }

    let app = app(&world);
    assert_eq!(json(&app, "/api/v1/search?q=debias", 200)["papers"][0]["title"], clicks);
    assert!(json(&app, "/api/v1/search?q=debias&offset=10", 200).get("papers").is_none());
    assert!(json(&app, "/api/v1/search?q=debias&source=ann/list", 200).get("papers").is_none());
    let (_, _, page) = get(&app, "/?q=debias");
    assert!(page.contains("Papers that the sources cite"), "{page}");
    assert!(page.contains("impressions of &lt;shops&gt;"), "escaped: {page}");
    let (_, _, page) = get(&app, "/?q=position+bias");
    assert!(!page.contains("Papers that the sources cite"));
    let (_, _, page) = get(&app, "/resources?q=waterfowl");
    assert!(page.contains("Dee Fourth, Bob Second") && page.contains("Frozen ponds"), "{page}");
    let api = json(&app, "/api/v1/resources?q=carousel", 200);
    assert_eq!(api["resources"][0]["title"], clicks);
}

#[test]
fn a_broken_response_is_a_problem_and_known_metadata_stays() {
    let (world, arxiv) = (world(), arxiv());
    refresh(&world, &arxiv, &["--check-links"]);
    arxiv.take_requests();
    // A new paper is cited, and arXiv responds with a page about maintenance.
    let more = format!("{LIST}- [One more](https://arxiv.org/abs/2003.00002) about ranking\n");
    world.github.put(repo("ann/list", &[("README.md", &more)]));
    arxiv.fail(&[ArxivFault::Body("<html><body>Maintenance</body></html>".into())]);
    let run = refresh(&world, &arxiv, &["--check-links"]);
    assert_eq!(counts(&run), [0, 0, 1, 0]);
    let notes = run["notes"].as_array().unwrap();
    let says = |note: &&Value| text(&note["message"]).contains("no metadata of 1 paper from arXiv");
    let note = notes.iter().find(says).unwrap_or_else(|| panic!("{notes:?}"));
    assert!(text(&note["message"]).contains("it is not an Atom feed"), "{note}");
    assert!(run["generation"].as_u64().is_some(), "the rest of the run is not affected");
    assert_eq!(titles(&world, "debias"), ["Clicks & Doubts in Ranking"]);
    assert_eq!(arxiv.take_requests()[0].ids, ["2003.00002"], "only what is new");
    let run = refresh(&world, &arxiv, &["--check-links"]);
    assert_eq!(counts(&run), [0, 1, 0, 0], "requested again in the next run");
}

#[test]
fn more_than_a_hundred_papers_are_requested_in_batches_three_seconds_apart() {
    let entry = |at: usize| {
        let url = format!("https://arxiv.org/abs/2001.{at:05}");
        format!("- [Clicks, part {at}]({url}) describes position bias in ranking {at}.\n")
    };
    let list: String = (1..=130).map(entry).collect();
    let world = World::new(vec![repo("ann/list", &[("README.md", &format!("# L\n\n{list}"))])]);
    let arxiv = Arxiv::start(&[("2001.00001", paper("Ranks", "Ann Example", "Ranks."))]);
    // Links that arXiv does not know are checked too; their hosts can't be reached here.
    let mut child = command(&world, &arxiv, &["refresh", "--check-links", "-q"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut requests = Vec::new();
    wait_until("arXiv got two requests", || {
        requests.extend(arxiv.take_requests());
        requests.len() >= 2
    });
    send(Signal::Interrupt, child.id());
    ended(&mut child);
    assert_eq!([requests[0].ids.len(), requests[1].ids.len()], [100, 30]);
    assert!(requests[1].at - requests[0].at >= Duration::from_secs(3));
    assert_eq!(requests.len(), 2);
}

#[test]
fn a_run_can_be_stopped_while_arxiv_does_not_respond() {
    let (world, arxiv) = (world(), arxiv());
    arxiv.fail(&[ArxivFault::Silent]);
    let mut child = command(&world, &arxiv, &["refresh", "--check-links", "-q"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("arXiv got a request", || !arxiv.take_requests().is_empty());
    let begun = Instant::now();
    send(Signal::Interrupt, child.id());
    let status = ended(&mut child);
    // The timeout of a request is a minute; a run must end within two seconds.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(status.code(), Some(0), "it ended by itself, and what was gathered is published");
    assert_eq!(resources(&world, "").len(), 5);
    let run = refresh(&world, &arxiv, &["--check-links"]);
    assert_eq!(counts(&run), [3, 1, 0, 0], "the next run requests them again");
}
