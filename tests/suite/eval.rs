//! `cairn eval`: the measures equal those of `ir_measures`, hits count as passages as documented, and runs are
//! compared.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use cairn::eval::judgements::{Judgements, UnjudgedHits};
use cairn::eval::measures::{RankingMeasures, mean, measure};
use cairn::eval::{RunHit, read_run};

use crate::world::{World, repo};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/eval").join(name)
}

fn judgements() -> Judgements {
    let [queries, qrels, passages] = ["queries.tsv", "qrels.txt", "passages.tsv"].map(fixture);
    Judgements::read(&queries, &qrels, &passages).unwrap()
}

/// The results of `ir_measures` 0.4.3 for the fixture: `nDCG(dcg='exp-log2')@10`, `RR(rel=2)@10`,
/// `Success(rel=2)@1` and `@3` of the queries 1 to 6, and their means. Query 7 has no positive judgement.
const EXPECTED: [[f64; 4]; 7] = [
    [0.3030, 1.0, 1.0, 1.0],
    [0.3461, 1.0, 1.0, 1.0],
    [0.3493, 0.1667, 0.0, 0.0],
    [0.2493, 0.25, 0.0, 0.0],
    [0.4560, 0.5, 0.0, 1.0],
    [0.0, 0.0, 0.0, 0.0],
    [0.2839, 0.4861, 0.3333, 0.5],
];

fn assert_close(found: RankingMeasures, expected: [f64; 4], what: &str) {
    let found = [found.ndcg, found.reciprocal_rank, found.success_at_1, found.success_at_3];
    for (found, expected) in found.into_iter().zip(expected) {
        assert!((found - expected).abs() < 0.000_05 + 1e-9, "{what}: {found} for {expected}");
    }
}

#[test]
fn the_measures_are_those_of_ir_measures() {
    let judgements = judgements();
    let run = read_run(BufReader::new(File::open(fixture("run.jsonl")).unwrap())).unwrap();
    let all: Vec<RankingMeasures> = run
        .iter()
        .filter_map(|answer| {
            let grades = judgements.grades(&answer.qid, &answer.hits, 10, UnjudgedHits::Zero);
            measure(&grades, &judgements.ideal(&answer.qid))
        })
        .collect();
    assert_eq!(all.len(), 6);
    for (at, (found, expected)) in all.iter().zip(EXPECTED).enumerate() {
        assert_close(*found, expected, &format!("query {}", at + 1));
    }
    assert_close(mean(&all), EXPECTED[6], "means");
}

#[test]
fn unjudged_hits_are_skipped_and_repeated_hits_gain_nothing() {
    let judgements = judgements();
    let best = judgements.ideal("1")[0];
    let hit = |path: &str, lines| RunHit { source: "Ann/Notes".into(), path: path.into(), lines };
    let elsewhere = hit("other.md", Some((1, 5)));
    let mut good = None;
    for file in 0..10 {
        for from in (1..=51).step_by(10) {
            let one = hit(&format!("f{file}.md"), Some((from, from + 9)));
            if judgements.grades("1", std::slice::from_ref(&one), 10, UnjudgedHits::Zero) == [best]
            {
                good = Some(one);
            }
        }
    }
    let good = good.expect("the best passage is in a file");
    let hits = [elsewhere, good.clone(), hit("f0.md", None), good];
    assert_eq!(judgements.grades("1", &hits, 10, UnjudgedHits::Zero), [best, 0]);
}

#[test]
fn hits_that_were_not_judged_for_the_query_can_be_left_out() {
    let judgements = judgements();
    let files = (0..10).flat_map(|file| {
        (1..=51).step_by(10).map(move |from| RunHit {
            source: "ann/notes".into(),
            path: format!("f{file}.md"),
            lines: Some((from, from + 9)),
        })
    });
    let hits: Vec<RunHit> = files.collect();
    let of = |unjudged| judgements.grades("1", &hits, usize::MAX, unjudged);
    let (all, judged) = (of(UnjudgedHits::Zero), of(UnjudgedHits::LeftOut));
    assert!(judged.len() < all.len());
    assert!(judged.iter().sum::<u8>() > 0);
    assert_eq!(judged.iter().sum::<u8>(), all.iter().sum::<u8>());
}

#[test]
fn a_run_is_written_and_compared_with() {
    let world = World::new(vec![repo(
        "ann/a",
        &[(
            "drift.md",
            "# Drift\n\nPosition bias drifts away over time in every list of results that people see.\n",
        )],
    )]);
    world.refresh(&[], 0);
    // Nothing was judged good for query 2: it does not count. Query 3 finds nothing.
    std::fs::write(world.path("q.tsv"), "1\tconcept\tposition bias\n2\tconcept\tnothing\n")
        .unwrap();
    std::fs::write(world.path("low.tsv"), "1\tconcept\tposition bias\n3\tconcept\tquokka\n")
        .unwrap();
    std::fs::write(world.path("r.txt"), "1 0 p1 3\n2 0 p1 0\n3 0 p1 3\n").unwrap();
    std::fs::write(world.path("p.tsv"), "p1\tx\tann/a:drift.md:1-3\n").unwrap();
    let [q, r, p, out] = ["q.tsv", "r.txt", "p.tsv", "run.jsonl"]
        .map(|name| world.path(name).to_string_lossy().into_owned());
    let common = ["eval", "--queries", &q, "--qrels", &r, "--passages", &p];
    let first = world.run(&[&common[..], &["--run", &out, "--json"]].concat()).json();
    assert_eq!((first[1]["kind"].as_str(), first[1]["queries"].as_u64()), (Some("ALL"), Some(1)));
    assert_eq!(first[1]["ndcg"].as_f64(), Some(1.0));
    let again = world.run(&[&common[..], &["--against", &out]].concat()).stdout;
    assert!(again.contains("+0.0000") && again.contains("1.000"), "{again}");
    assert_eq!(world.run(&[&common[..], &["--floor", "1"]].concat()).code, 0, "reaches the floor");
    let low = world.path("low.tsv").to_string_lossy().into_owned();
    let low = ["eval", "--queries", &low, "--qrels", &r, "--passages", &p, "--floor", "0.51"];
    let low = world.run(&low);
    assert_eq!(low.code, 1);
    assert!(low.stdout.contains("0.5000"), "the figures are printed too: {}", low.stdout);
    assert!(low.stderr.contains("0.5000, below the floor of 0.5100"), "{}", low.stderr);
    let missing = world.run(&["eval", "--queries", "none.tsv", "--qrels", &r, "--passages", &p]);
    assert!(missing.stderr.contains("none.tsv"), "{}", missing.stderr);
}

#[test]
fn labels_score_what_guides_and_sections_show() {
    let choice =
        "We choose a two-tower model for candidates, because it answers in ten milliseconds. ";
    let text = format!(
        "# Video recommendation\n\n## Model architecture\n\n{}\n\n## Data collection\n\n{}\n",
        choice.repeat(4),
        "Watch time is logged for each impression, and labels come from completed views. "
            .repeat(4),
    );
    let world = World::new(vec![repo("ann/video", &[("video.md", &text)])]);
    world.refresh(&[], 0);
    let folder = world.path("labels");
    world.write("labels/topics.tsv", "topic\nvideo-recommendation\n");
    let place = "ann/video\tvideo.md";
    for (name, content) in [
        ("same.tsv", "source\tpath\tline\tsame_path\tsame_line\n".to_owned()),
        (
            "cells.tsv",
            format!(
                "case\tstep\tsource\tpath\tline\tgrade\tpart\n\
                 video-recommendation\tmodelling\t{place}\t3\t2\ttune\n\
                 video-recommendation\tserving\t{place}\t3\t1\ttune\n\
                 video-recommendation\tdata\t{place}\t7\t1\theld\n"
            ),
        ),
        ("documents.tsv", format!("case\tsource\tpath\tabout\nvideo-recommendation\t{place}\t2\n")),
        ("evidence.tsv", "a\tb\tsource\tpath\tline\thash\tgrade\n".to_owned()),
        ("resources.tsv", "topic\turl\tgrade\n".to_owned()),
        ("related.tsv", "topic\tother\tgrade\n".to_owned()),
        ("prerequisites.tsv", "topic\tother\tgrade\n".to_owned()),
        ("sections.tsv", format!("source\tpath\tfirst\ttopics\tsteps\n{place}\t7\t\tdata\n")),
    ] {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let labels = folder.to_string_lossy().into_owned();
    let figure = |part: &str, measure: &str| {
        let view =
            world.run(&["eval", "graph", "--labels", &labels, "--part", part, "--json"]).json();
        let figures = view.as_array().unwrap().clone();
        let found = figures.into_iter().find(|figure| figure["measure"] == measure);
        found.map(|figure| (figure["values"].as_u64().unwrap(), figure["mean"].as_f64().unwrap()))
    };
    assert_eq!(figure("tune", "cell-passages"), Some((2, 0.5)));
    assert_eq!(figure("tune", "best-cell-passages"), Some((1, 1.0)));
    assert_eq!(figure("held", "cell-passages"), Some((1, 1.0)));
    assert_eq!(figure("all", "cell-documents").unwrap().1, 1.0);
    assert_eq!(figure("all", "steps"), Some((1, 1.0)));
    assert_eq!(figure("all", "related-named"), None, "without labels there is no figure");
    std::fs::write(folder.join("cells.tsv"), "case\tstep\nx\ty\n").unwrap();
    let broken = world.run(&["eval", "graph", "--labels", &labels]);
    assert!(broken.stderr.contains("cells.tsv, line 2: no column"), "{}", broken.stderr);
}
