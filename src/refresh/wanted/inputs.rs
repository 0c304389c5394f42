//! The data files of a run, and what can be determined from them without reading the store.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalogue::{
    Catalogue, Policy, Selection, SelectionRules, Source, SourceId, Visibility,
};
use crate::meaning::MeaningTable;
use crate::vocabulary::Vocabulary;

/// The data files of a run.
#[derive(Clone)]
pub(in crate::refresh) struct RefreshInputs {
    pub catalogue: Catalogue,
    pub policy: Policy,
    pub rules: SelectionRules,
    pub vocabulary: Vocabulary,
    /// Makes the vectors of sections; `None` if it can't be read.
    pub meaning: Option<Arc<MeaningTable>>,
    /// Forks that the catalogue does not declare, known from GitHub's metadata.
    pub undeclared: Undeclared,
}

/// The originals of undeclared forks, by the fork's id.
pub(in crate::refresh) type Undeclared = HashMap<SourceId, SourceId>;

/// The sources in order of preference: public sources before private ones, so that content that is also public belongs
/// to the public source. Within each of these two groups, forks come last; otherwise the catalogue's order is kept.
pub(in crate::refresh) fn by_preference(catalogue: &Catalogue) -> Vec<&Source> {
    let mut sources: Vec<&Source> = catalogue.sources.iter().collect();
    // The sort is stable, so sources with equal keys stay in the catalogue's order.
    sources
        .sort_by_key(|source| (source.visibility == Visibility::Private, source.fork_of.is_some()));
    sources
}

/// Which files of `source` the current rules select.
pub(in crate::refresh) fn selection(inputs: &RefreshInputs, source: &Source) -> Selection {
    inputs.rules.of(source)
}
