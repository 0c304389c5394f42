//! Parses a whole catalogue: its entries, and the list inside the program if the catalogue extends that list.

use std::collections::HashSet;

use super::builtin::{CatalogueBase, extended, unknown};
use super::entries::read_entries;
use super::fields::{DataFile, TableFields, load_file};
use super::{Catalogue, Source, SourceList};
use crate::config::DataFiles;
use crate::problem::Faults;

/// Parses `text` as a catalogue. `name` is the name of the file in faults. `Err` contains all faults. O(length).
///
/// If the catalogue has `extends = "builtin"`, the result also has the entries of the list inside the program.
pub fn parse(name: &str, text: &str) -> Result<Catalogue, Faults> {
    parse_list(name, text, SourceList::Own)
}

/// The list inside the program.
pub(super) fn builtin() -> Result<Catalogue, Faults> {
    let parse = |name: &str, text: &str| parse_list(name, text, SourceList::Builtin);
    load_file(&DataFiles::Compiled, "catalogue.toml", parse)
}

fn parse_list(name: &str, text: &str, list: SourceList) -> Result<Catalogue, Faults> {
    let mut faults = Faults::default();
    let file = DataFile { name, text };
    let document = file.document(&mut faults);
    let mut root = TableFields::new(&file, document.get_ref(), 1);
    let base = CatalogueBase::read(&file, &mut root, &mut faults);
    let own = read_entries(&file, &mut root, list, &mut faults);
    root.finish(&mut faults);
    let catalogue = if base.extends && list == SourceList::Own {
        let builtin = builtin()?.sources;
        let unknown = unknown(name, &builtin, &base.without);
        Catalogue { sources: extended(own, builtin, &base.without), unknown }
    } else {
        Catalogue { sources: own, unknown: Vec::new() }
    };
    check_forks(&file, &catalogue.sources, &mut faults);
    faults.or(catalogue)
}

/// Adds a fault for each entry whose `fork_of` names the entry itself or an id that is not in the catalogue.
fn check_forks(file: &DataFile, sources: &[Source], faults: &mut Faults) {
    let ids: HashSet<String> = sources.iter().map(|source| source.id.0.to_lowercase()).collect();
    for source in sources {
        let Some(original) = &source.fork_of else { continue };
        if original == &source.id || !ids.contains(&original.0.to_lowercase()) {
            let message = format!(
                "`fork_of` names {original}, which is not another source of this catalogue"
            );
            faults.push(file.name, source.line, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(catalogue: &Catalogue) -> Vec<&str> {
        catalogue.sources.iter().map(|source| source.id.0.as_str()).collect()
    }

    #[test]
    fn a_catalogue_that_extends_the_builtin_list_comes_first_and_is_followed_by_it() {
        let own = "[[source]]\nrepo = \"ann/notes\"\nwhy = \"mine\"\n";
        let catalogue = parse("c.toml", &format!("extends = \"builtin\"\n{own}")).unwrap();
        let builtin = builtin().unwrap();
        assert_eq!(ids(&catalogue)[0], "ann/notes");
        assert_eq!(ids(&catalogue)[1..], ids(&builtin));
        let lists = catalogue.sources.iter().map(|source| source.list);
        assert_eq!(lists.filter(|list| *list == SourceList::Own).count(), 1);
        assert_eq!(
            ids(&parse("c.toml", own).unwrap()),
            ["ann/notes"],
            "it replaces without the key"
        );
    }

    #[test]
    fn single_builtin_sources_are_switched_off_or_replaced() {
        let text = "extends = \"builtin\"\nwithout = [\n  \"Eugeneyan/Applied-ML\",\n]\n\
            [[source]]\nrepo = \"d2l-ai/d2l-en\"\nwhy = \"mine\"\n";
        let catalogue = parse("c.toml", text).unwrap();
        assert!(catalogue.get("eugeneyan/applied-ml").is_none());
        assert_eq!(catalogue.sources[0].why, "mine");
        assert_eq!(ids(&catalogue).iter().filter(|id| **id == "d2l-ai/d2l-en").count(), 1);
        assert_eq!(catalogue.sources.len(), builtin().unwrap().sources.len() - 1);
        assert_eq!(catalogue.unknown, []);
    }

    #[test]
    fn an_entry_replaces_the_builtin_one_of_the_same_repository_under_another_id() {
        let text = "extends = \"builtin\"\n[[source]]\nrepo = \"D2L-ai/d2l-en\"\nid = \"book\"\nwhy = \"x\"\n";
        let catalogue = parse("c.toml", text).unwrap();
        assert!(catalogue.get("d2l-ai/d2l-en").is_none());
        assert_eq!(catalogue.sources.len(), builtin().unwrap().sources.len());
    }

    #[test]
    fn an_entry_may_be_a_fork_of_a_builtin_source() {
        let fork = |text: &str| {
            let entry =
                "[[source]]\nrepo = \"ann/d2l-en\"\nwhy = \"x\"\nfork_of = \"d2l-ai/d2l-en\"\n";
            parse("c.toml", &format!("{text}{entry}"))
                .map(|_| ())
                .map_err(|faults| faults.0[0].line)
        };
        assert_eq!(fork("extends = \"builtin\"\n"), Ok(()));
        assert_eq!(fork(""), Err(1), "without the list, there is no original");
        assert_eq!(fork("extends = \"builtin\"\nwithout = [\"d2l-ai/d2l-en\"]\n"), Err(3));
    }

    #[test]
    fn a_builtin_fork_without_its_original_is_a_source_of_its_own() {
        let source = |text: &str, list| parse_list("c", text, list).unwrap().sources;
        let text = "[[source]]\nrepo = \"a/one\"\nwhy = \"x\"\n[[source]]\nrepo = \"b/fork\"\nwhy = \"y\"\nfork_of = \"a/one\"\n";
        let off = [(1, "A/one".to_owned())];
        let left = extended(Vec::new(), source(text, SourceList::Builtin), &off);
        assert_eq!((left[0].id.0.as_str(), &left[0].fork_of), ("b/fork", &None));
        let whole = extended(Vec::new(), source(text, SourceList::Builtin), &[]);
        assert_eq!(whole[1].fork_of.as_ref().map(|id| id.0.as_str()), Some("a/one"));
    }

    #[test]
    fn faults_of_the_top_level_keys_have_their_lines() {
        let faults = |text: &str| {
            let faults = parse("c.toml", text).unwrap_err().0;
            faults.into_iter().map(|fault| (fault.line, fault.message)).collect::<Vec<_>>()
        };
        let other = faults("# mine\nextends = \"other\"\n");
        assert_eq!((other.len(), other[0].0), (1, 2), "{other:?}");
        assert!(other[0].1.contains("`extends` can only be \"builtin\""), "{other:?}");
        let alone = faults("\n\nwithout = [\"a/b\"]\n");
        assert_eq!((alone.len(), alone[0].0), (1, 3), "{alone:?}");
        let kind = faults("extends = true\nwithout = 3\n");
        assert_eq!(kind.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2], "{kind:?}");
    }

    #[test]
    fn an_unknown_id_of_without_is_reported_with_its_line_and_stops_nothing() {
        let text = "extends = \"builtin\"\nwithout = [\"d2l-ai/d2l-en\",\n  \"ann/typo\"]\n";
        let catalogue = parse("c.toml", text).unwrap();
        assert_eq!(catalogue.unknown.len(), 1);
        let fault = &catalogue.unknown[0];
        assert_eq!((fault.file.as_str(), fault.line), ("c.toml", 3));
        assert!(fault.message.contains("ann/typo"), "{fault}");
    }
}
