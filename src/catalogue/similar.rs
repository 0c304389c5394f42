//! The ids of sources that a mistyped name may mean.

use super::Catalogue;

/// The maximum number of ids that are suggested.
const MOST: usize = 5;
/// An id is suggested only if its similarity (Jaro-Winkler, from 0 to 1) to the name is at least this.
const LEAST_SIMILARITY: f64 = 0.8;

/// Those of `ids` that `name` may mean (case-insensitive), at most [`MOST`]: first those that contain it, then those that are
/// spelled similarly, the most similar first.
pub fn similar_ids<'a>(name: &str, ids: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let similarity = |id: &str| {
        let id = id.to_lowercase();
        let of = |own: &str| strsim::jaro_winkler(own, &name);
        match id.contains(&name) {
            true => 1.0,
            // Many remember the name of a repository, but not its owner.
            false => id.rsplit('/').next().map_or(0.0, of).max(of(&id)),
        }
    };
    let ids = ids.map(|id| (similarity(id), id));
    let mut alike: Vec<(f64, &str)> = ids.filter(|(own, _)| *own >= LEAST_SIMILARITY).collect();
    alike.sort_by(|(one, _), (two, _)| two.total_cmp(one));
    alike.into_iter().map(|(_, id)| id).take(MOST).collect()
}

impl Catalogue {
    /// The error message for `id`, which is the id of no source, with those that may have been meant.
    pub fn unknown_id(&self, id: &str) -> String {
        let ids = self.sources.iter().map(|source| source.id.0.as_str());
        match &similar_ids(id, ids)[..] {
            [] => format!("the catalogue has no source {id:?}; `cairn sources` lists those it has"),
            near => format!(
                "the catalogue has no source {id:?}; did you mean {}? `cairn sources` lists all",
                near.join(", ")
            ),
        }
    }
}
