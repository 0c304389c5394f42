//! Loads the catalogue from the data files.

use std::path::Path;

use super::fields::load_file;
use super::parse::{builtin, parse};
use super::{Catalogue, Origin, SourceList, policy};
use crate::config::DataFiles;
use crate::problem::Faults;

/// The catalogue of `sources`. If the catalogue extends the list inside the program, the result includes that list.
/// Reads the catalogue and the policy.
///
/// `Err` contains all faults of the catalogue. A repository that the policy refuses is a fault. If the catalogue was
/// found in the current folder, a source folder outside the current folder is a fault too. Faults of the policy itself
/// are ignored here, because [`policy::load`] returns them.
pub fn load(sources: &DataFiles) -> Result<Catalogue, Faults> {
    let catalogue = match sources {
        DataFiles::Compiled => builtin()?,
        DataFiles::Disk(_) | DataFiles::Found { .. } => {
            load_file(sources, "catalogue.toml", parse)?
        }
    };
    let mut faults = Faults::default();
    let name = sources.name_of("catalogue.toml");
    for source in catalogue.sources.iter().filter(|source| source.list == SourceList::Own) {
        if let Origin::Folder { path } = &source.origin
            && !sources.allows(Path::new(path))
        {
            let folder = sources.name_of("");
            faults.push(&name, source.line, format!(
                "`folder` {path:?} is outside the current folder, in which this catalogue was found; if you trust it, \
                 name it with --sources {folder}"
            ));
        }
    }
    if let Ok(policy) = policy::load(sources) {
        for source in &catalogue.sources {
            let Some(repository) = source.origin.repository() else { continue };
            let Some(why) = policy.refusal(&repository) else { continue };
            let message = format!("the policy refuses {repository}: {why}");
            match source.list {
                SourceList::Own => faults.push(&name, source.repo_line, message),
                SourceList::Builtin => {
                    let name = DataFiles::Compiled.name_of("catalogue.toml");
                    let hint = "switch it off with `without`";
                    faults.push(&name, source.repo_line, format!("{message}; {hint}"));
                }
            }
        }
    }
    faults.or(catalogue)
}
