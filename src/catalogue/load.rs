//! Loads the catalogue from the data files.

use std::path::Path;

use super::fields::load_file;
use super::{Catalogue, Origin, parse};
use crate::config::DataFiles;
use crate::problem::Faults;

/// The catalogue of `sources`. Reads one file. `Err` holds all faults. If the catalogue was found in the current folder, a
/// source folder outside it is a fault.
pub fn load(sources: &DataFiles) -> Result<Catalogue, Faults> {
    let catalogue = load_file(sources, "catalogue.toml", parse)?;
    let mut faults = Faults::default();
    let name = sources.name_of("catalogue.toml");
    for source in &catalogue.sources {
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
    faults.or(catalogue)
}
