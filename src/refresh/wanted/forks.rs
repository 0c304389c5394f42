//! Forks that the catalogue does not declare, found in GitHub's metadata.
//!
//! Copies in such a source are folded under its original, as with `fork_of`. If the source is in the user's own
//! catalogue, `cairn status` shows the line to add there.

use std::collections::HashMap;

use super::inputs::{RefreshInputs, Undeclared};
use crate::catalogue::{Catalogue, Origin, Source, SourceId, SourceList};
use crate::problem::{Problem, Stage};
use crate::store::{SourceRow, Store};

/// `inputs` with `fork_of` set for each source that, according to GitHub, is a fork of another source of the catalogue.
/// A `fork_of` that the catalogue declares is kept. Reads the row of every GitHub repository.
pub(in crate::refresh) fn declared(
    inputs: &RefreshInputs,
    store: &Store,
) -> anyhow::Result<RefreshInputs> {
    let mut inputs = inputs.clone();
    inputs.undeclared = declare(&mut inputs.catalogue, store)?;
    Ok(inputs)
}

fn declare(catalogue: &mut Catalogue, store: &Store) -> anyhow::Result<Undeclared> {
    let mut by_name: HashMap<String, SourceId> = HashMap::new();
    let mut parents: Vec<(usize, String)> = Vec::new();
    for (at, source) in catalogue.sources.iter().enumerate() {
        let Origin::GitHub { owner, name } = &source.origin else { continue };
        let row = store.source(&source.id)?;
        let names = [Some(format!("{owner}/{name}")), row.moved_to.clone()];
        for name in names.into_iter().flatten() {
            by_name.entry(name.to_lowercase()).or_insert_with(|| source.id.clone());
        }
        parents.extend(parent(&row).filter(|_| source.fork_of.is_none()).map(|name| (at, name)));
    }
    let mut undeclared = Undeclared::new();
    for (at, parent) in parents {
        let Some(original) = by_name.get(&parent.to_lowercase()) else { continue };
        let is_fork_of = |id: &SourceId, of: &SourceId| {
            catalogue.get(&id.0).is_some_and(|source| source.fork_of.as_ref() == Some(of))
        };
        let id = catalogue.sources[at].id.clone();
        if *original == id || is_fork_of(original, &id) {
            continue;
        }
        catalogue.sources[at].fork_of = Some(original.clone());
        undeclared.insert(id, original.clone());
    }
    Ok(undeclared)
}

/// The problem that `source` is an undeclared fork of `original`. If `source` is in the user's own catalogue, the hint
/// contains the line to add.
pub(in crate::refresh) fn problem(source: &Source, original: &SourceId) -> Problem {
    let message = format!(
        "GitHub says that it is a fork of {original}; its copies are folded under that source"
    );
    let problem = Problem::new(Stage::Catalogue, message).of_source(&source.id.0);
    match source.list {
        SourceList::Own => problem.hint(format!(
            "catalogue.toml, line {}: add fork_of = {:?}",
            source.repo_line, original.0
        )),
        SourceList::Builtin => problem,
    }
}

fn parent(row: &SourceRow) -> Option<String> {
    let metadata = row.metadata.as_ref().filter(|metadata| metadata.fork)?;
    metadata.parent.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::crawl::github::metadata::Metadata;

    #[test]
    fn an_undeclared_fork_of_a_source_is_found_under_any_name_of_it() {
        let entry = |name: &str, more: &str| {
            format!("[[source]]\nrepo = \"{name}\"\nwhy = \"x\"\n{more}\n")
        };
        let text = [
            entry("ann/notes", ""),
            entry("bob/notes", ""),
            entry("cat/notes", "fork_of = \"bob/notes\""),
            entry("dan/notes", ""),
            entry("eve/else", ""),
        ];
        let mut catalogue = catalogue::parse("c", &text.concat()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("library.db")).unwrap();
        let rows = [
            ("ann/notes", None, Some("Ann/Moved")),
            ("bob/notes", Some("ann/moved"), None),
            ("cat/notes", Some("ann/notes"), None),
            ("dan/notes", Some("Bob/Notes"), None),
            ("eve/else", Some("someone/else"), None),
        ];
        for (id, parent, moved_to) in rows {
            let parent = parent.map(str::to_owned);
            let metadata = Metadata { fork: parent.is_some(), parent, ..Metadata::default() };
            let row = SourceRow {
                metadata: Some(metadata),
                moved_to: moved_to.map(str::to_owned),
                ..SourceRow::default()
            };
            store.put_source(&SourceId(id.to_owned()), &row).unwrap();
        }
        let found = declare(&mut catalogue, &store).unwrap();
        let of = |id: &str| catalogue.get(id).and_then(|s| s.fork_of.clone()).map(|id| id.0);
        assert_eq!(
            of("bob/notes").as_deref(),
            Some("ann/notes"),
            "found by the original's new name"
        );
        assert_eq!(of("cat/notes").as_deref(), Some("bob/notes"), "the catalogue takes precedence");
        assert_eq!(of("dan/notes").as_deref(), Some("bob/notes"));
        assert_eq!(of("eve/else"), None, "its original is not a source");
        assert_eq!(found.len(), 2);
    }
}
