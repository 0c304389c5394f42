//! Checks of the last runs and of the disk budget.

use chrono::Utc;

use super::check::{CheckState, DoctorCheck, READABLE};
use crate::commands::output;
use crate::config::Config;
use crate::generation::budget::{DiskExcess, warning};
use crate::generation::folders;
use crate::generation::loss::DocumentLoss;
use crate::generation::manifest::SourceState;
use crate::generation::run::{RunRecord, SourceResult};
use crate::generation::runs::{self, LatestResults};
use crate::generation::usage::{IndexUsage, size};
use crate::problem::Problem;

/// How the last run went, and how many sources could not be fetched.
pub(super) fn last_run(config: &Config) -> DoctorCheck {
    let standing = match runs::record(&config.index) {
        Ok(runs) => LatestResults::of(runs),
        Err(damage) => {
            let remedy = match damage.is_denied() {
                true => READABLE,
                false => "only the history of runs depends on it; the next run starts a new record",
            };
            return DoctorCheck::new("runs", CheckState::Weak, damage.to_string()).hint(remedy);
        }
    };
    let schedule = &config.timetable.schedule;
    let Some(run) = &standing.last_run else {
        let says = format!("none yet; serve refreshes {schedule}");
        return DoctorCheck::new("runs", CheckState::Weak, says)
            .hint("`cairn refresh` is the first");
    };
    let failing = failing(config, &standing);
    let full = match &standing.last_full {
        Some(_) if run.complete => String::new(),
        Some(full) => format!("; the last over all sources ended {}", full.ended_at),
        None => "; none has covered all sources yet".to_owned(),
    };
    let unfetched = output::count(failing, "source");
    let says = format!(
        "the last ended {}{full}; {unfetched} could not be fetched; serve refreshes {schedule}",
        run.ended_at
    );
    if let Some(check) = unpublished(run, &says) {
        return check;
    }
    match (run.stopped, run.reached_nothing(), failing) {
        (true, ..) => DoctorCheck::new("runs", CheckState::Weak, format!("{says}; it was stopped"))
            .hint("the next run continues from there"),
        (_, true, _) => {
            DoctorCheck::new("runs", CheckState::Ill, format!("{says}; no host was reached"))
                .hint("is the network up?")
        }
        (.., 0) => DoctorCheck::new("runs", CheckState::Well, says),
        _ => DoctorCheck::new("runs", CheckState::Weak, says).hint("`cairn status` shows why"),
    }
}

/// The result if `run` has an impossible date or published nothing. `says` describes the runs.
fn unpublished(run: &RunRecord, says: &str) -> Option<DoctorCheck> {
    let ill =
        |message: &str| DoctorCheck::new("runs", CheckState::Ill, format!("{says}; {message}"));
    if run.is_of_the_future(Utc::now()) {
        let says = format!("{says}; that is in the future: the clock was ahead, or is behind now");
        let hint =
            "set the clock; runs dated in the future are ignored, so they don't delay the next one";
        return Some(DoctorCheck::new("runs", CheckState::Weak, says).hint(hint));
    }
    if let Some(error) = &run.error {
        let check = ill(&format!("it ended with an error: {error}"));
        return Some(check.hint("`cairn refresh` tries again"));
    }
    let excess = run.over_budget.as_ref().map(DiskExcess::refused);
    let loss = run.refused.as_ref().map(DocumentLoss::refused);
    let Problem { message, hint, .. } = excess.or(loss)?;
    Some(ill(&message).hint(hint.unwrap_or_default()))
}

/// How much of the disk budget is used, and by what.
pub(super) fn budget(config: &Config) -> DoctorCheck {
    let usage = IndexUsage::of(&config.index);
    let Some(most) = config.max_bytes else {
        let says = format!("no budget (max_bytes); the index takes {}", size(usage.total()));
        return DoctorCheck::new("disk budget", CheckState::Well, says);
    };
    match warning(usage.total(), most) {
        None => {
            let says = format!("{} of {}: {usage}", size(usage.total()), size(most));
            DoctorCheck::new("disk budget", CheckState::Well, says)
        }
        Some(Problem { message, hint, .. }) => {
            let state = if usage.total() > most { CheckState::Ill } else { CheckState::Weak };
            DoctorCheck::new("disk budget", state, format!("{message}: {usage}"))
                .hint(hint.unwrap_or_default())
        }
    }
}

/// The number of sources in the current generation that failed or were deferred when they were last requested.
fn failing(config: &Config, standing: &LatestResults) -> usize {
    let number = folders::current(&config.index).ok().flatten();
    let manifest = number.and_then(|number| folders::manifest(&config.index, number).ok());
    let is_failing = |source: &&SourceState| {
        standing.result_of(&source.id).is_some_and(SourceResult::is_failing)
    };
    manifest.map_or(0, |manifest| manifest.sources.iter().filter(is_failing).count())
}
