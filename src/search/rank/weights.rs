//! All parameters of ranking, apart from the weights of the text fields, which are part of the index
//! ([`crate::search::index::levels`]).
//!
//! The parameters were found by coordinate ascent on nDCG@10 over 101 judged queries (`tests/eval`, and development
//! queries kept elsewhere), then rounded. Near the optimum, halving or doubling one parameter changes nDCG by less than
//! 0.01. The parameters show which signals matter (the section's heading, the headings above it, topics); the exact
//! numbers do not matter.

/// The weights of all signals.
#[derive(Clone, Debug)]
pub(in crate::search) struct Weights {
    /// How slowly the score saturates with the frequency: k1 in BM25.
    pub saturation: f32,
    /// The frequency of a topic in a section that mentions it.
    pub mentioned: f32,
    /// The frequency that a topic has in addition in a section that is about it.
    pub about: f32,
    /// The weight of a topic that the query certainly means, relative to 1 for the word as typed.
    pub topic: f32,
    /// The weight of a topic that the query may mean.
    pub unsure_topic: f32,
    /// The weight of a completion.
    pub completion: f32,
    /// The weight of a spelling correction.
    pub correction: f32,
    /// The weight of the correction of a word that names a source.
    pub unlikely_correction: f32,
    /// The weight of the unit for a multi-word name. This unit counts in addition to the units of the name's words.
    pub name: f32,
    /// The weight of the unit for a multi-word name that is a paraphrase; see `QueryName::is_paraphrase`.
    pub paraphrase: f32,
    /// The weight of words that ask for a kind of material, or say what a question asks for.
    pub aside: f32,
    /// The bonus for a section with many links if the query asks for links, as a fraction of its score.
    pub links: f32,
    /// The factor for the score of a section with many links if the query asks a question.
    pub unwanted_links: f32,
    /// The factor for the score of code with little prose, unless the query asks for code.
    pub listing: f32,
    /// The same if the query asks a question.
    pub unwanted_listing: f32,
    /// The factor for the score of code with little prose if the query has the filter `has:code`.
    pub wanted_listing: f32,
    /// The weight of each word that names a source, for the sections of that source.
    pub preferred: f32,
    /// The minimum share of the query's value that a hit must contain.
    pub least_share: f32,
    /// The exponent for the share of the query that a hit contains. The hit's score is multiplied by the share raised
    /// to this power. The exponent is small, because the scores of units add up anyway.
    pub coverage: f32,
    /// The weight of the proximity of neighbouring query words.
    pub near: f32,
    /// The weight of a heading that matches the query and has few other words.
    pub heading: f32,
    /// The weight of the cosine of the vectors of section and query for each word of the query, relative to 1 for the
    /// score by words of the best candidate. A query of one or two words says little beyond these words; a question says
    /// more.
    pub meaning_per_word: f32,
    /// The greatest weight of the cosine.
    pub meaning: f32,
    /// The score by words of a section that was found by its meaning alone, relative to the best candidate.
    pub unmatched: f32,
}

impl Weights {
    /// The score of a unit with `frequency` in a section, per unit of inverse document frequency (BM25).
    pub fn saturated(&self, frequency: f32) -> f32 {
        frequency * (self.saturation + 1.0) / (self.saturation + frequency)
    }
}

/// The weights in use.
pub(in crate::search) const WEIGHTS: Weights = Weights {
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
    unwanted_links: 0.6,
    listing: 0.9,
    unwanted_listing: 0.7,
    wanted_listing: 2.0,
    preferred: 2.0,
    least_share: 0.5,
    coverage: 0.1,
    near: 0.2,
    heading: 1.2,
    meaning_per_word: 0.2,
    meaning: 1.5,
    unmatched: 0.2,
};

/// The weights for a query that asks for a comparison: passages about both things come first.
pub(in crate::search) const COMPARISON_WEIGHTS: Weights = Weights { coverage: 1.0, ..WEIGHTS };
