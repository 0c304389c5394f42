//! Reads the top-level keys `extends` and `without` of a catalogue. With `extends = "builtin"`, a catalogue adds its
//! entries to the list inside the program; `without` switches off sources of that list.
//!
//! `extends` in the catalogue also applies to the policy and the vocabulary: their loaders call [`extends_builtin`].

use std::collections::HashSet;

use super::fields::{DataFile, TableFields};
use super::{Source, SourceId, SourceList};
use crate::config::DataFiles;
use crate::problem::{Fault, Faults};

/// The only value of `extends`.
const BUILTIN: &str = "builtin";

/// The top-level keys of a catalogue, besides its entries.
pub(super) struct CatalogueBase {
    /// Whether the list inside the program is added.
    pub extends: bool,
    /// The ids in `without`: the sources of that list that are switched off. Each id has its line number.
    pub without: Vec<(usize, String)>,
}

impl CatalogueBase {
    /// Reads the keys from the top level of a catalogue.
    pub fn read(file: &DataFile, root: &mut TableFields, faults: &mut Faults) -> CatalogueBase {
        let extends = root.string("extends", faults);
        if let Some((line, value)) = extends.as_ref().filter(|(_, value)| value != BUILTIN) {
            let message = format!("`extends` can only be {BUILTIN:?}, not {value:?}");
            faults.push(file.name, *line, message);
        }
        let extends = extends.is_some();
        let without = root.strings("without", faults);
        if let Some((line, _)) = without.first().filter(|_| !extends) {
            let message = format!(
                "`without` switches off sources of the list inside the program; it needs extends = {BUILTIN:?}"
            );
            faults.push(file.name, *line, message);
        }
        CatalogueBase { extends, without }
    }
}

/// Whether the catalogue in `sources` adds to the list inside the program. Reads one file. `false` if the catalogue is
/// missing or can't be read; loading it reports the reason.
pub fn extends_builtin(sources: &DataFiles) -> bool {
    let name = "catalogue.toml";
    let Ok(Some(bytes)) = sources.read(name) else { return false };
    let Ok(text) = String::from_utf8(bytes) else { return false };
    let mut faults = Faults::default();
    let file = DataFile { name, text: &text };
    let document = file.document(&mut faults);
    let mut root = TableFields::new(&file, document.get_ref(), 1);
    CatalogueBase::read(&file, &mut root, &mut faults).extends
}

/// The entries `own` in their order, then the entries of `builtin` that are neither replaced nor switched off by
/// `without`.
///
/// An entry of `own` replaces the entry of `builtin` with the same id or the same repository. A fork in `builtin` whose
/// original is not in the result becomes a source of its own.
pub(super) fn extended(
    own: Vec<Source>,
    builtin: Vec<Source>,
    without: &[(usize, String)],
) -> Vec<Source> {
    let off: HashSet<String> = without.iter().map(|(_, id)| id.to_lowercase()).collect();
    let ids: HashSet<String> = own.iter().map(|source| source.id.0.to_lowercase()).collect();
    let repositories: HashSet<String> = own.iter().filter_map(repository_key).collect();
    let is_kept = |source: &Source| {
        let id = source.id.0.to_lowercase();
        let is_replaced = ids.contains(&id)
            || repository_key(source).is_some_and(|repository| repositories.contains(&repository));
        !is_replaced && !off.contains(&id)
    };
    let mut sources = own;
    sources.extend(builtin.into_iter().filter(is_kept));
    let ids: HashSet<String> = sources.iter().map(|source| source.id.0.to_lowercase()).collect();
    let is_lost = |original: &SourceId| !ids.contains(&original.0.to_lowercase());
    for source in &mut sources {
        if source.list == SourceList::Builtin && source.fork_of.as_ref().is_some_and(is_lost) {
            source.fork_of = None;
        }
    }
    sources
}

/// A fault for each id in `without` that `builtin` does not have. These faults are only reported and do not make the
/// catalogue invalid, because a new version of the program may have removed the source.
pub(super) fn unknown(name: &str, builtin: &[Source], without: &[(usize, String)]) -> Vec<Fault> {
    let is_known = |id: &str| builtin.iter().any(|source| source.id.0.eq_ignore_ascii_case(id));
    let unknown = without.iter().filter(|(_, id)| !is_known(id));
    let fault = |(line, id): &(usize, String)| Fault {
        file: name.to_owned(),
        line: *line,
        message: format!("`without` names {id:?}, which the list inside the program does not have"),
    };
    unknown.map(fault).collect()
}

/// `owner/name` of a repository on GitHub, lower-cased.
fn repository_key(source: &Source) -> Option<String> {
    source.origin.repository().map(|repository| repository.to_lowercase())
}
