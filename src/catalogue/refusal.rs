//! Why the rules leave a file of a source out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a file of a source is left out. The rules are checked in this order; the first that applies is the reason.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOutReason {
    /// The file's extension is not one of the policy's formats.
    Format,
    /// A glob of the policy's `exclude` matches the file.
    Policy,
    /// A glob of `exclude` in the source's entry matches the file.
    Exclude,
    /// No glob of `include` in the source's entry matches the file.
    Include,
    /// The file is larger than the policy allows.
    Size,
    /// The file's path has more components than the policy allows.
    Depth,
    /// The file `.cairnignore` in the source names the file.
    Cairnignore,
    /// The policy allows reading files of this format only under open licences, and the source has no such licence.
    Licence,
    /// The current rules select the file, but the rules at the time of the last fetch did not.
    NotFetched,
}

impl LeftOutReason {
    /// The reason as text that can follow a number of files.
    pub fn words(self) -> &'static str {
        match self {
            LeftOutReason::Format => "of a format that is not read",
            LeftOutReason::Policy => "excluded by the policy",
            LeftOutReason::Exclude => "excluded by the entry",
            LeftOutReason::Include => "not included by the entry",
            LeftOutReason::Size => "larger than the policy allows",
            LeftOutReason::Depth => "deeper in folders than the policy allows",
            LeftOutReason::Cairnignore => "named in its .cairnignore",
            LeftOutReason::Licence => "of a format that is read under open licences only",
            LeftOutReason::NotFetched => "not fetched yet under the current rules",
        }
    }
}

/// Why the rules leave one file out, and which rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRefusal {
    pub reason: LeftOutReason,
    /// The glob that excludes the file. If the reason is the format or the licence, it is instead the file's extension,
    /// or an empty string if the file has none. `None` for other reasons.
    pub rule: Option<String>,
}

impl FileRefusal {
    /// A refusal without a rule.
    pub fn of(reason: LeftOutReason) -> FileRefusal {
        FileRefusal { reason, rule: None }
    }

    /// A refusal by the rule `rule`.
    pub fn by(reason: LeftOutReason, rule: impl Into<String>) -> FileRefusal {
        FileRefusal { reason, rule: Some(rule.into()) }
    }
}
