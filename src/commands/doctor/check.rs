//! A check of `cairn doctor` and its result.

use serde::Serialize;

use crate::printable::escape;
use crate::printable::shell::completed;
use crate::problem::chain;
use crate::search::cluster::ClusterFault;

/// The hint for a file that this account may not read.
pub(super) const READABLE: &str = "let this account read it, or run Cairn as its owner";

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CheckState {
    Well,
    /// What was checked works, but not as well as it could.
    Weak,
    Ill,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub(super) struct DoctorCheck {
    pub name: &'static str,
    pub state: CheckState,
    /// The result in words, escaped. Has more than one line only if data files have faults.
    pub says: String,
    /// What the user can do about the result, if anything.
    pub hint: Option<String>,
}

impl DoctorCheck {
    pub fn new(name: &'static str, state: CheckState, says: impl Into<String>) -> DoctorCheck {
        let says = completed(&escape(&says.into())).into_owned();
        DoctorCheck { name, state, says, hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> DoctorCheck {
        self.hint = Some(completed(&hint.into()).into_owned());
        self
    }

    /// A check with the result `Well` and the text in `result` if that is `Ok`; else `Ill` with the error and `hint`.
    pub fn of(name: &'static str, result: anyhow::Result<String>, hint: &str) -> DoctorCheck {
        match result {
            Ok(says) => DoctorCheck::new(name, CheckState::Well, says),
            Err(error) => DoctorCheck::new(name, CheckState::Ill, chain(&error)).hint(hint),
        }
    }

    /// A check that failed because of `fault`, with its hint.
    pub fn of_fault(name: &'static str, state: CheckState, fault: &ClusterFault) -> DoctorCheck {
        let check = DoctorCheck::new(name, state, fault.to_string());
        match fault.hint() {
            Some(hint) => check.hint(hint),
            None => check,
        }
    }
}
