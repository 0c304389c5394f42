//! All parameters of ranking.
//!
//! They were found by coordinate ascent on nDCG@10 over 101 judged queries (`tests/eval`, and development queries kept
//! elsewhere), then rounded. Near the optimum, halving or doubling one parameter changes nDCG by less than 0.01. They
//! show which signals matter (headings, the headings above, topics), not exact percentages.

use crate::search::index::opened::TEXTS;

/// What counts how much.
#[derive(Clone, Debug)]
pub(in crate::search) struct Weights {
    /// Of the text fields: own heading, what stands above, body, code.
    pub fields: [f32; TEXTS],
    /// How far a field's length counts against it: BM25F's b. Headings above and code are as long as they
    /// are for no reason of the section's.
    pub normalisation: [f32; TEXTS],
    /// How soon saying it again no longer counts: BM25's k1.
    pub saturation: f32,
    /// What a topic counts as, in frequency, where it is mentioned, and more where the section is about it.
    pub mentioned: f32,
    pub about: f32,
    /// What alternatives count beside the word as typed.
    pub topic: f32,
    pub unsure_topic: f32,
    pub completion: f32,
    pub correction: f32,
    /// The same for a word that names a source.
    pub unlikely_correction: f32,
    /// What a name of several words counts beside its words.
    pub name: f32,
    /// The same, where the words are no words of the topic's preferred label.
    pub paraphrase: f32,
    /// Words that say what kind of thing is wanted.
    pub aside: f32,
    /// By what a section that holds many links is better, where links are asked for.
    pub links: f32,
    /// What each word that names a source counts for the sections of that source.
    pub preferred: f32,
    /// The share of the query's weight that a hit must hold.
    pub least_share: f32,
    /// The power to which the share counts that a hit holds: little, since scores of units add up.
    pub coverage: f32,
    /// Neighbouring words of the query that stand close together, and one behind the other.
    pub near: f32,
    /// A heading that says what the query says, and nothing else.
    pub heading: f32,
}

/// The weights in use.
pub(in crate::search) const WEIGHTS: Weights = Weights {
    fields: [6.0, 1.4, 1.0, 0.5],
    normalisation: [0.5, 0.1, 0.5, 0.1],
    saturation: 2.5,
    mentioned: 0.2,
    about: 0.7,
    topic: 0.7,
    unsure_topic: 0.3,
    completion: 0.7,
    correction: 0.8,
    unlikely_correction: 0.1,
    name: 0.5,
    paraphrase: 2.0,
    aside: 0.6,
    links: 0.3,
    preferred: 2.0,
    least_share: 0.5,
    coverage: 0.1,
    near: 0.2,
    heading: 1.2,
};
