//! The state of each source in the manifest of a generation.

use serde::Serialize;

use crate::catalogue::names::SourceNames;
use crate::catalogue::{Origin, Source, SourceList, SourceStanding, Visibility};
use crate::generation::manifest::{SourceCondition, SourceState};
use crate::printable::time;
use crate::problem::{Problem, Stage};
use crate::refresh::wanted::forks;
use crate::refresh::wanted::inputs::RefreshInputs;
use crate::refresh::wanted::licence::licence;
use crate::store::{FetchState, SourceRow};

fn archived(row: &SourceRow) -> bool {
    row.metadata.as_ref().is_some_and(|metadata| metadata.archived)
}

/// The part of a repository's metadata that readers see.
#[derive(Default, Serialize)]
pub(in crate::refresh) struct ShownMetadata {
    description: Option<String>,
    homepage: Option<String>,
    topics: Vec<String>,
    author: Option<String>,
    stars: Option<u64>,
    pushed_at: Option<String>,
}

/// The part of the metadata of `source` that readers see, from its catalogue entry and `row`. Stars are rounded down to
/// two digits, and the time of the last push to its day, so that small changes do not lead to a new generation.
pub(in crate::refresh) fn standing(source: &Source, row: &SourceRow) -> ShownMetadata {
    let owner = || row.owner.as_ref().and_then(|owner| owner.name.clone());
    let author = source.author.clone().or_else(owner);
    let Some(metadata) = row.metadata.clone() else {
        return ShownMetadata { author, ..ShownMetadata::default() };
    };
    let day = time::day_of_unix;
    ShownMetadata {
        description: metadata.description,
        homepage: metadata.homepage,
        topics: metadata.topics,
        author,
        stars: Some(two_digits(metadata.stars)),
        pushed_at: metadata.pushed_at.and_then(day),
    }
}

/// `number` rounded down to its first two digits.
fn two_digits(number: u64) -> u64 {
    let unit = 10_u64.pow(number.checked_ilog10().unwrap_or(0).saturating_sub(1));
    number / unit * unit
}

fn is_at(source: &Source, repository: &str) -> bool {
    match &source.origin {
        Origin::GitHub { owner, name } => {
            format!("{owner}/{name}").eq_ignore_ascii_case(repository)
        }
        _ => false,
    }
}

/// The problem that the repository of `source` is now called `name`. If the entry is in the user's own catalogue, the
/// hint contains the lines to change.
fn moved(source: &Source, name: &str) -> Problem {
    let message = format!("GitHub knows it as {name} now; the entry still works");
    let problem = Problem::new(Stage::Catalogue, message).of_source(&source.id.0);
    match source.list {
        SourceList::Own => problem.hint(format!(
            "catalogue.toml, line {}: write repo = {name:?} and id = {:?}",
            source.repo_line, source.id.0
        )),
        SourceList::Builtin => problem,
    }
}

/// The state of a source in the manifest. It does not include a failure of the last run, because the next run may
/// succeed without building a new generation. The record of the failed run contains the failure.
pub(in crate::refresh) fn shown_state(row: &SourceRow) -> SourceCondition {
    match (row.state, &row.snapshot) {
        (FetchState::Failed, Some(_)) | (FetchState::Ok, _) => SourceCondition::Ok,
        (FetchState::Failed, None) | (FetchState::New, _) => SourceCondition::New,
        (FetchState::Gone, _) => SourceCondition::Gone,
        (FetchState::Blocked, _) => SourceCondition::Blocked,
    }
}

/// The state of `source` in the manifest, without the counts and the files that are left out: the caller sets them.
/// `title` is the title of its README.
pub(in crate::refresh) fn source_state(
    inputs: &RefreshInputs,
    source: &Source,
    row: SourceRow,
    title: Option<&str>,
) -> SourceState {
    let licence = licence(source, &row);
    let state = shown_state(&row);
    let time = time::rfc3339_of_unix;
    let mut problems: Vec<Problem> = Vec::new();
    // An entry that already has the new name needs no change, even if its id still has the old one.
    let moved_to = row.moved_to.clone().filter(|name| !is_at(source, name));
    problems.extend(moved_to.as_deref().map(|name| moved(source, name)));
    problems.extend(inputs.undeclared.get(&source.id).map(|of| forks::problem(source, of)));
    problems.extend(row.problems.iter().cloned());
    let owner = row.owner.as_ref().and_then(|owner| owner.name.clone());
    let standing = standing(source, &row);
    SourceState {
        id: source.id.0.clone(),
        kind: source.origin.kind(),
        origin: match &source.origin {
            Origin::GitHub { owner, name } => format!("{owner}/{name}"),
            Origin::Archive { url } => url.clone(),
            Origin::Folder { path } => path.clone(),
        },
        names: SourceNames::of(source, owner.as_deref(), title),
        why: source.why.clone(),
        fork_of: source.fork_of.as_ref().map(|original| original.0.clone()),
        private: source.visibility == Visibility::Private,
        archived: archived(&row),
        stale: source.standing == SourceStanding::Stale,
        description: standing.description,
        homepage: standing.homepage,
        topics: standing.topics,
        author: standing.author,
        stars: standing.stars,
        pushed_at: standing.pushed_at,
        shown: inputs.policy.shown(licence.as_deref()),
        licence,
        fetched_at: row.snapshot.as_ref().and_then(|snapshot| time(snapshot.fetched_at)),
        revision: row.snapshot.map(|snapshot| snapshot.revision),
        state,
        moved_to,
        documents: 0,
        sections: 0,
        problems,
        left_out: None,
    }
}

#[cfg(test)]
mod tests {
    use super::two_digits;

    #[test]
    fn stars_are_shown_with_two_digits() {
        let shown = [0, 7, 99, 101, 999, 1_234, 123_456].map(two_digits);
        assert_eq!(shown, [0, 7, 99, 100, 990, 1_200, 120_000]);
    }
}
