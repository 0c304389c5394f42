//! The results of checking the assumptions about GitHub.

use reqwest::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

/// Whether an assumption holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AssumptionHolds {
    Yes,
    No,
    /// It could not be checked.
    Unknown,
}

/// The result of checking one assumption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AssumptionFinding {
    pub name: &'static str,
    pub assumption: &'static str,
    pub holds: AssumptionHolds,
    /// A summary of GitHub's response, or why the assumption was not checked, as text for the user.
    pub saw: String,
}

/// The results for all assumptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AssumptionFindings {
    pub requests: u32,
    pub assumptions: Vec<AssumptionFinding>,
}

/// The result of checking one assumption, before its name is added.
pub(super) struct Observation {
    pub holds: AssumptionHolds,
    pub saw: String,
}

impl Observation {
    pub fn new(holds: AssumptionHolds, saw: impl Into<String>) -> Observation {
        Observation { holds, saw: saw.into() }
    }

    /// The result if the user gave no old name of a repository: unknown.
    pub fn without_old_name() -> Observation {
        let why = "not checked: give the old name of a renamed repository with --renamed";
        Observation::new(AssumptionHolds::Unknown, why)
    }

    /// The result if a response with `status` shows that the repository was not renamed: unknown.
    pub fn not_renamed(status: StatusCode) -> Observation {
        let saw = format!("{}: the repository still has this name", status.as_u16());
        Observation::new(AssumptionHolds::Unknown, saw)
    }
}
