//! The word for how much is said about a case at a step. It is also a class of the style sheet.

use crate::graph::Coverage;

pub(super) fn word(coverage: Coverage) -> &'static str {
    match coverage {
        Coverage::Strong => "strong",
        Coverage::Thin => "thin",
        Coverage::Empty => "empty",
    }
}
