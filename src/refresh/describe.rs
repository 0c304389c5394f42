//! What a generation is made of, and what it says of each source.

use std::collections::HashMap;

use super::Inputs;
use super::derive::annotation_versions;
use super::wanted::Item;
use crate::catalogue::names::SourceNames;
use crate::catalogue::{Origin, Source};
use crate::generation::manifest::{FORMAT, SourceState};
use crate::problem::{Problem, Stage};
use crate::search;
use crate::store::{SourceRow, State};

/// Equal for two states of the store that readers can't tell apart. When a source was last asked,
/// and whether that failed, stands in `runs.json` and makes no generation.
pub(super) fn fingerprint(
    inputs: &Inputs,
    rows: &HashMap<String, SourceRow>,
    (items, dead): (&[Item], &HashMap<String, String>),
) -> String {
    let mut hash = blake3::Hasher::new();
    let mut add = |text: &str| {
        hash.update(text.as_bytes()).update(b"\0");
    };
    add(env!("CARGO_PKG_VERSION"));
    add(&format!("{FORMAT} {}", search::VERSION));
    add(&annotation_versions(&inputs.vocabulary.version));
    add(&format!("{} {}", inputs.policy.limits.text_bytes, inputs.policy.excerpt_chars));
    add(&format!("{:?} {:?}", inputs.policy.full, inputs.policy.books));
    for source in &inputs.catalogue.sources {
        let Some(row) = rows.get(&source.id.0) else { continue };
        add(&format!(
            "{:?}",
            (&source.id, &source.origin, &source.fork_of, &source.why, &source.author)
        ));
        let shown = inputs.policy.shown(licence(source, row).as_deref());
        add(&format!("{:?} {shown:?} {:?}", licence(source, row), source.language));
        add(row.snapshot.as_ref().map_or("", |snapshot| &snapshot.revision));
        // The line of the entry is told to who has to change it.
        let line = row.moved_to.as_ref().map(|_| source.line);
        add(&format!("{:?} {line:?} {}", row.moved_to, archived(row)));
        add(&format!("{}", row.state == State::Gone));
        add(row.metadata.as_ref().and_then(|m| m.description.as_deref()).unwrap_or_default());
    }
    let mut dead: Vec<_> = dead.iter().collect();
    dead.sort();
    add(&format!("{dead:?}"));
    for item in items {
        add(&item.source.id.0);
        add(&item.path);
        add(&item.blob.0);
        add(&item.first_day());
    }
    hash.finalize().to_hex()[..32].to_owned()
}

/// The licence of `source`: the catalogue's word, the LICENSE file's text, GitHub's own finding.
pub(super) fn licence(source: &Source, row: &SourceRow) -> Option<String> {
    let metadata = || row.metadata.as_ref().and_then(|metadata| metadata.licence.clone());
    source.licence.clone().or_else(|| row.licence.clone()).or_else(metadata)
}

fn archived(row: &SourceRow) -> bool {
    row.metadata.as_ref().is_some_and(|metadata| metadata.archived)
}

fn is_at(source: &Source, repository: &str) -> bool {
    match &source.origin {
        Origin::GitHub { owner, name } => {
            format!("{owner}/{name}").eq_ignore_ascii_case(repository)
        }
        _ => false,
    }
}

/// How to mend the entry of a repository that is now called `name`.
fn moved(source: &Source, name: &str) -> Problem {
    let message = format!("GitHub knows it as {name} now; the entry keeps working");
    let hint = format!(
        "catalogue.toml, line {}: write repo = {name:?} and id = {:?}",
        source.repo_line, source.id.0
    );
    Problem::new(Stage::Catalogue, message).of_source(&source.id.0).hint(hint)
}

/// What a generation says of `source`, whose README has `title`, but for the counts.
pub(super) fn source_state(
    inputs: &Inputs,
    source: &Source,
    row: SourceRow,
    title: Option<&str>,
) -> SourceState {
    let licence = licence(source, &row);
    // That the last run failed is the run's, not the generation's: it may pass without another.
    let state = match (row.state, &row.snapshot) {
        (State::Failed, Some(_)) => State::Ok,
        (State::Failed, None) => State::New,
        (state, _) => state,
    };
    let time = |seconds: i64| {
        let time = chrono::DateTime::from_timestamp(seconds, 0)?;
        Some(time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    };
    let mut problems: Vec<Problem> = Vec::new();
    // Once the entry has the new name, only its id tells of the old one.
    let moved_to = row.moved_to.clone().filter(|name| !is_at(source, name));
    problems.extend(moved_to.as_deref().map(|name| moved(source, name)));
    problems.extend(row.problems.iter().cloned());
    SourceState {
        id: source.id.0.clone(),
        kind: source.origin.kind().to_owned(),
        origin: match &source.origin {
            Origin::GitHub { owner, name } => format!("{owner}/{name}"),
            Origin::Archive { url } => url.clone(),
            Origin::Folder { path } => path.clone(),
        },
        // GitHub is not asked for the owner's display name.
        names: SourceNames::of(source, None, title),
        why: source.why.clone(),
        fork_of: source.fork_of.as_ref().map(|original| original.0.clone()),
        archived: archived(&row),
        description: row.metadata.and_then(|metadata| metadata.description),
        shown: inputs.policy.shown(licence.as_deref()),
        licence,
        fetched_at: row.snapshot.as_ref().and_then(|snapshot| time(snapshot.fetched_at)),
        revision: row.snapshot.map(|snapshot| snapshot.revision),
        state: state.as_str().to_owned(),
        moved_to,
        documents: 0,
        sections: 0,
        problems,
    }
}
