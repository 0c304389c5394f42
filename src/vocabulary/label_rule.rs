//! Compiled rules for labels that are also plain English. A rule may require that the text has the label's capitals, is
//! a heading, or has certain words nearby.

use std::sync::OnceLock;

use super::folded::FoldedWords;
use super::model::LabelRule;

/// Whether a text is a heading or body text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextPlace {
    Heading,
    Body,
}

/// A [`LabelRule`] whose words are folded for the search in folded texts. The exceptions of the rule are not here: they
/// are patterns of the [`LabelIndex`](super::label_index::LabelIndex).
#[derive(Clone, Debug)]
pub(crate) struct CompiledRule {
    /// The label as written in the rule, without any "s" at its end.
    written: String,
    /// The label counts only near one of these words. Empty if it needs no other words nearby.
    near: Vec<String>,
    /// `near`, folded when a text contains the label for the first time.
    folded: OnceLock<Vec<FoldedWords>>,
    capitals: bool,
    heading_only: bool,
}

impl CompiledRule {
    pub fn new(rule: &LabelRule) -> CompiledRule {
        CompiledRule {
            written: rule.label.trim_end_matches('s').to_owned(),
            near: rule.near.clone(),
            folded: OnceLock::new(),
            capitals: rule.capitals,
            heading_only: rule.heading_only,
        }
    }

    /// The words of which one must be near the label. Empty if it needs no other words nearby.
    pub fn near(&self) -> &[FoldedWords] {
        let fold = || self.near.iter().flat_map(|near| FoldedWords::of(near)).collect();
        self.folded.get_or_init(fold)
    }

    /// Whether the label counts in a text of the kind `place` that spells it `written`. Does not check whether the
    /// required words are nearby.
    pub fn allows(&self, written: &str, place: TextPlace) -> bool {
        (!self.heading_only || place == TextPlace::Heading)
            && (!self.capitals || written.trim_end_matches('s') == self.written)
    }
}
