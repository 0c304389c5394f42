//! Why the rules leave a file of a source out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a file of a source is left out. The rules are checked in this order; the first that applies is the reason.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOutReason {
    /// Its extension is not one of the policy's formats.
    Format,
    /// A glob of the policy's `exclude` matches it.
    Policy,
    /// A glob of the entry's `exclude` matches it.
    Exclude,
    /// No glob of the entry's `include` matches it.
    Include,
    /// It is larger than the policy allows.
    Size,
    /// Its path has more components than the policy allows.
    Depth,
    /// The author of the source asks for it in `.cairnignore`.
    Cairnignore,
    /// The policy reads its format only under open licences, and the source has none.
    Licence,
    /// The current rules select it, but the last fetch was under rules that did not.
    NotFetched,
}

impl LeftOutReason {
    /// The reason in words, to follow a number of files.
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
    /// The glob that matches the file, or its extension (empty if it has none) if the reason is the format or the
    /// licence; `None` for other reasons.
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
