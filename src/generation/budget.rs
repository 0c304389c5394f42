//! The disk budget of an index: what a refresh says that would exceed it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::usage::{IndexUsage, size};
use crate::problem::{Problem, Stage};

/// From this share of the budget on, in percent, Cairn warns.
pub const WARNING: u64 = 80;

/// A refresh would have made the index larger than its budget, so it published nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiskExcess {
    /// The budget in bytes.
    pub max_bytes: u64,
    /// What the index would have taken.
    pub usage: IndexUsage,
    /// The sources whose files take the most space in the store.
    pub largest: Vec<SourceBytes>,
}

/// The space that the files of a source take in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceBytes {
    pub source: String,
    pub bytes: u64,
}

impl fmt::Display for DiskExcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (total, most) = (size(self.usage.total()), size(self.max_bytes));
        write!(
            f,
            "published nothing, because the index would take {total} and its budget is {most}: {}",
            self.usage
        )?;
        let largest = self.largest.iter().map(|of| format!("{} {}", of.source, size(of.bytes)));
        let largest = largest.collect::<Vec<_>>().join(", ");
        if largest.is_empty() { Ok(()) } else { write!(f, "; most of the store: {largest}") }
    }
}

impl std::error::Error for DiskExcess {}

impl DiskExcess {
    /// The problem of a run that published nothing, with the remedies.
    pub fn refused(&self) -> Problem {
        Problem::new(Stage::Search, self.to_string()).hint(
            "raise max_bytes under [refresh], or leave out sources or files in catalogue.toml, and run `cairn refresh`",
        )
    }
}

/// The problem that an index takes `bytes` of its budget of `most`; `None` below the [`WARNING`].
pub fn warning(bytes: u64, most: u64) -> Option<Problem> {
    let share = u128::from(bytes) * 100 / u128::from(most.max(1));
    if share < u128::from(WARNING) {
        return None;
    }
    let message =
        format!("the index takes {}, {share} % of its budget of {}", size(bytes), size(most));
    let hint = "beyond the budget, a refresh publishes nothing: raise max_bytes under [refresh], or leave out sources or files";
    Some(Problem::new(Stage::Search, message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_begins_at_eighty_percent() {
        assert_eq!(warning(799, 1_000), None);
        let message = warning(16_400_000_000, 20_000_000_000).unwrap().message;
        assert_eq!(message, "the index takes 16.40 GB, 82 % of its budget of 20.00 GB");
        assert!(warning(5, 0).is_some());
    }

    #[test]
    fn an_excess_says_what_takes_the_space() {
        let usage = IndexUsage { store: 3_000_000, generations: 2_500, ..IndexUsage::default() };
        let largest = vec![SourceBytes { source: "a/b".into(), bytes: 2_100_000 }];
        let excess = DiskExcess { max_bytes: 1_000_000, usage, largest };
        assert_eq!(
            excess.to_string(),
            "published nothing, because the index would take 3.0 MB and its budget is 1.0 MB: store 3.0 MB, \
             generations 2.5 kB, building 0 B, other 0 B; most of the store: a/b 2.1 MB"
        );
    }
}
