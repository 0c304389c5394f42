//! The data files of a run, and what follows from them without a look at the store.

use std::collections::HashMap;

use crate::catalogue::{Catalogue, Policy, Rules, Selection, Source, SourceId, Visibility};
use crate::vocabulary::Vocabulary;

/// The data files of a run.
#[derive(Clone)]
pub(in crate::refresh) struct Inputs {
    pub catalogue: Catalogue,
    pub policy: Policy,
    pub rules: Rules,
    pub vocabulary: Vocabulary,
    /// Forks that only GitHub's metadata tells of.
    pub undeclared: Undeclared,
}

/// The originals of undeclared forks, by the fork's id.
pub(in crate::refresh) type Undeclared = HashMap<SourceId, SourceId>;

/// The sources in order of preference: the catalogue's, forks behind all originals, and private ones last, so that
/// what is public, too, counts as the public source's.
pub(in crate::refresh) fn by_preference(catalogue: &Catalogue) -> Vec<&Source> {
    let mut sources: Vec<&Source> = catalogue.sources.iter().collect();
    // The sort is stable.
    sources
        .sort_by_key(|source| (source.visibility == Visibility::Private, source.fork_of.is_some()));
    sources
}

/// What is kept of each file of `source`, under the rules as they are now.
pub(in crate::refresh) fn selection(inputs: &Inputs, source: &Source) -> Selection {
    inputs.rules.of(source)
}
