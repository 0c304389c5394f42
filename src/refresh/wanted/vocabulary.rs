//! The vocabulary of a run.

use std::path::Path;

use crate::config::Config;
use crate::generation::checksums::{self, CheckDepth};
use crate::generation::folders;
use crate::generation::format::FORMAT;
use crate::graph::Graph;
use crate::problem::Faults;
use crate::vocabulary::{Vocabulary, VocabularyFiles};

/// The file of a generation that contains its vocabulary.
const GRAPH: &str = "graph.bin";

/// The vocabulary of the data files of `config`. If the current generation was built by this version of the program
/// from the same files, its copy is used, because parsing the files takes longer than all other steps of a small run.
/// `Err` contains the faults in the files.
pub(in crate::refresh) fn vocabulary(config: &Config) -> Result<Vocabulary, Faults> {
    let files = VocabularyFiles::read(&config.sources);
    let known = known(&config.index).filter(|known| files.are_those_of(known));
    known.map_or_else(|| files.parse(), Ok)
}

/// The vocabulary of the current generation of `index`, if this version of the program built it and it is intact.
fn known(index: &Path) -> Option<Vocabulary> {
    let number = folders::current(index).ok()??;
    let manifest = folders::manifest(index, number).ok()?;
    if manifest.format != FORMAT || manifest.program != env!("CARGO_PKG_VERSION") {
        return None;
    }
    let path = folders::folder(index, number).join(GRAPH);
    checksums::examine(&path, manifest.files.get(GRAPH)?, CheckDepth::Deep).ok()?;
    Graph::read_vocabulary(&path).ok()
}
