//! What the checks of the assumptions about GitHub found.

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
    /// What GitHub answered, for people.
    pub saw: String,
}

/// The results for all assumptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AssumptionFindings {
    pub requests: u32,
    pub assumptions: Vec<AssumptionFinding>,
}

/// What one observation says about an assumption.
pub(super) struct Observation {
    pub holds: AssumptionHolds,
    pub saw: String,
}

impl Observation {
    pub fn new(holds: AssumptionHolds, saw: impl Into<String>) -> Observation {
        Observation { holds, saw: saw.into() }
    }

    /// Nothing could be observed, because the user named no renamed repository.
    pub fn without_old_name() -> Observation {
        let why = "not checked: give the old name of a renamed repository with --renamed";
        Observation::new(AssumptionHolds::Unknown, why)
    }

    /// The response with `status` shows that the repository was not renamed.
    pub fn not_renamed(status: StatusCode) -> Observation {
        let saw = format!("{}: the repository still has this name", status.as_u16());
        Observation::new(AssumptionHolds::Unknown, saw)
    }
}
