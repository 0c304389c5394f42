//! Compiled rules for labels that are also plain English. A rule may require the label's capitals, a heading, or other
//! words nearby.

use super::folded::FoldedWords;
use super::model::LabelRule;

/// Whether a text is a heading or body text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextPlace {
    Heading,
    Body,
}

/// A [`LabelRule`] with its words folded as texts are. Its `except` is not here: it is a pattern of the
/// [`LabelIndex`](super::label_index::LabelIndex).
#[derive(Clone, Debug)]
pub(crate) struct CompiledRule {
    /// The label as written, without the ending of a plural.
    written: String,
    /// The label counts only near one of these; empty if it needs no other words.
    pub near: Vec<FoldedWords>,
    capitals: bool,
    heading_only: bool,
}

impl CompiledRule {
    pub fn new(rule: &LabelRule) -> CompiledRule {
        CompiledRule {
            written: rule.label.trim_end_matches('s').to_owned(),
            near: rule.near.iter().flat_map(|near| FoldedWords::of(near)).collect(),
            capitals: rule.capitals,
            heading_only: rule.heading_only,
        }
    }

    /// Whether the label counts where a text at `place` spells it `written`. Words that must be near it are not
    /// checked.
    pub fn allows(&self, written: &str, place: TextPlace) -> bool {
        (!self.heading_only || place == TextPlace::Heading)
            && (!self.capitals || written.trim_end_matches('s') == self.written)
    }
}
