//! `cairn eval`: measures the ranking with judged queries.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::eval_graph::{self, GraphEvalArguments};
use super::{Exit, open, output};
use crate::config::Config;
use crate::eval::judgements::{Judgements, UnjudgedHits};
use crate::eval::measures::{DEPTH, RankingMeasures, chance, mean, measure};
use crate::eval::{RunAnswer, RunHit, read_run, write_run};
use crate::library::Library;
use crate::search::{Budget, LastWord, SearchRequest, Understanding};

/// The number of hits to request for each query. Hits in files without judgements are skipped, and a large catalogue
/// has many such files. When 50 hits were requested, a quarter of the queries had fewer than ten judged hits, which
/// lowered the figures although the order of the hits was the same.
const HITS: usize = 500;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct EvalArguments {
    #[command(subcommand)]
    of: Option<EvalCommand>,
    /// Queries: id, kind, text, tab-separated
    #[arg(long, value_name = "FILE", required = true)]
    queries: Option<PathBuf>,
    /// Judgements in TREC's format: query id, 0, passage id, grade from 0 to 3
    #[arg(long, value_name = "FILE", required = true)]
    qrels: Option<PathBuf>,
    /// Passages: id, id of its text, owner/name:path:first-last, tab-separated
    #[arg(long, value_name = "FILE", required = true)]
    passages: Option<PathBuf>,
    /// Write the hits to this file, one JSON object for each query
    #[arg(long, value_name = "FILE")]
    run: Option<PathBuf>,
    /// Compare with a file that `--run` wrote before
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Fail if the mean nDCG@10 over all queries is below this, from 0 to 1
    #[arg(long, value_name = "NDCG")]
    floor: Option<f64>,
    /// Search for the words as typed: no other names, no spelling correction, no filler left out
    #[arg(long)]
    literal: bool,
    /// Do not rank by meaning, and find only passages that contain words of the query
    #[arg(long)]
    no_meaning: bool,
    /// Leave out hits that were not judged for the query; otherwise, they count as not relevant
    #[arg(long)]
    judged_only: bool,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// The measures of a query in this run (`own`) and in the run to compare with (`other`).
struct EvalRow {
    kind: String,
    own: RankingMeasures,
    other: Option<RankingMeasures>,
}

/// The means of one kind of query.
#[derive(Debug, Serialize)]
struct EvalSummary {
    kind: String,
    queries: usize,
    #[serde(flatten)]
    means: RankingMeasures,
    /// The mean difference in nDCG between this run and the run to compare with; `None` if there is no such run.
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<f64>,
    /// The p-value of `difference`; `None` if there is no run to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<f64>,
}

#[derive(Debug, Subcommand)]
enum EvalCommand {
    /// Measure guides, evidence, resources, related topics, prerequisites, topics and steps, with labels
    Graph(GraphEvalArguments),
}

pub(super) fn run(config: &Config, arguments: &EvalArguments) -> anyhow::Result<Exit> {
    if let Some(EvalCommand::Graph(arguments)) = &arguments.of {
        return eval_graph::run(config, arguments);
    }
    let EvalArguments { queries, qrels, passages, .. } = arguments;
    let (Some(queries), Some(qrels), Some(passages)) = (queries, qrels, passages) else {
        bail!("--queries, --qrels and --passages are needed");
    };
    let judgements = Judgements::read(queries, qrels, passages)?;
    let library = open(config)?;
    let understanding = match arguments.literal {
        true => Understanding::LITERAL,
        false => Understanding { meaning: !arguments.no_meaning, ..Understanding::FULL },
    };
    let answers = judgements
        .queries
        .iter()
        .map(|query| {
            Ok(RunAnswer {
                qid: query.qid.clone(),
                hits: find(&library, &query.text, understanding)?,
            })
        })
        .collect::<anyhow::Result<Vec<RunAnswer>>>()?;
    if let Some(path) = &arguments.run {
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        write_run(&answers, BufWriter::new(file))?;
    }
    let other = arguments.against.as_ref().map(|path| {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        read_run(BufReader::new(file)).with_context(|| path.display().to_string())
    });
    let unjudged = if arguments.judged_only { UnjudgedHits::LeftOut } else { UnjudgedHits::Zero };
    let rows = rows(&judgements, &answers, other.transpose()?.as_deref(), unjudged);
    let figures = figures(&rows);
    if arguments.json {
        output::json(&figures)?;
    } else {
        print(&figures)?;
    }
    let mean = figures.last().map_or(0.0, |all| all.means.ndcg);
    if let Some(floor) = arguments.floor.filter(|floor| mean < *floor) {
        bail!(
            "the mean nDCG@10 is {mean:.4}, below the floor of {floor:.4}; `--run FILE` before the change and \
             `--against FILE` after it show which kinds of queries fell"
        );
    }
    Ok(Exit::Done)
}

fn find(
    library: &Library,
    text: &str,
    understanding: Understanding,
) -> anyhow::Result<Vec<RunHit>> {
    let last_word = LastWord::Whole;
    let request =
        SearchRequest { text, filters: &[], limit: HITS, offset: 0, understanding, last_word };
    let view = library.search(&request, &Budget::unlimited())?;
    let hit = |hit: crate::library::view::HitView| RunHit {
        source: hit.passage.source,
        path: hit.passage.path,
        lines: hit.passage.place.lines,
    };
    Ok(view.hits.into_iter().map(hit).collect())
}

/// One row for each query that has at least one relevant passage.
fn rows(
    judgements: &Judgements,
    own: &[RunAnswer],
    other: Option<&[RunAnswer]>,
    unjudged: UnjudgedHits,
) -> Vec<EvalRow> {
    let of = |run: &[RunAnswer], qid: &str| {
        let hits = run.iter().find(|answer| answer.qid == qid).map(|a| a.hits.as_slice());
        let grades = judgements.grades(qid, hits.unwrap_or_default(), DEPTH, unjudged);
        measure(&grades, &judgements.ideal(qid))
    };
    let row = |query: &crate::eval::judgements::JudgedQuery| {
        Some(EvalRow {
            kind: query.kind.clone(),
            own: of(own, &query.qid)?,
            other: other.and_then(|other| of(other, &query.qid)),
        })
    };
    judgements.queries.iter().filter_map(row).collect()
}

/// The figures for each kind of query. The last entry has the figures for all queries.
fn figures(rows: &[EvalRow]) -> Vec<EvalSummary> {
    let mut kinds: BTreeMap<&str, Vec<&EvalRow>> = BTreeMap::new();
    for row in rows {
        kinds.entry(&row.kind).or_default().push(row);
    }
    let all = ("ALL", rows.iter().collect());
    let of = |(kind, rows): (&str, Vec<&EvalRow>)| {
        let own: Vec<RankingMeasures> = rows.iter().map(|row| row.own).collect();
        let differences: Vec<f64> =
            rows.iter().filter_map(|row| Some(row.own.ndcg - row.other?.ndcg)).collect();
        let is_compared = !differences.is_empty();
        let difference = differences.iter().sum::<f64>() / differences.len().max(1) as f64;
        EvalSummary {
            kind: kind.to_owned(),
            queries: own.len(),
            means: mean(&own),
            difference: is_compared.then_some(difference),
            p: is_compared.then(|| chance(&differences)),
        }
    };
    kinds.into_iter().chain([all]).map(of).collect()
}

fn print(figures: &[EvalSummary]) -> anyhow::Result<()> {
    let is_compared = figures.iter().any(|figures| figures.difference.is_some());
    let mut header = vec!["kind", "queries", "nDCG@10", "MRR@10", "success@1", "success@3"];
    if is_compared {
        header.extend(["nDCG difference", "p"]);
    }
    let mut table = output::OutputTable::new(&header);
    for figures in figures {
        let means = figures.means;
        let mut row = vec![figures.kind.clone(), figures.queries.to_string()];
        row.extend(
            [means.ndcg, means.reciprocal_rank, means.success_at_1, means.success_at_3]
                .map(|value| format!("{value:.4}")),
        );
        if let (Some(difference), Some(p)) = (figures.difference, figures.p) {
            row.extend([format!("{difference:+.4}"), format!("{p:.3}")]);
        }
        table.add(row);
    }
    table.print()
}
