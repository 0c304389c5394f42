//! Where a sentence names a topic.

use std::ops::Range;

/// A topic's name in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NamePlace {
    /// The numbers of its words.
    pub words: Range<usize>,
    /// Whether the section is mainly about the topic.
    pub is_main: bool,
    /// The cosine of the sentence and the topic, if it is known.
    pub nearness: Option<f32>,
}
