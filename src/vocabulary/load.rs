//! Loads the vocabulary: reads the files, parses them and checks the rules.

use super::{Vocabulary, check, read};
use crate::config::DataFiles;
use crate::problem::Faults;

/// The vocabulary of `sources`: all `vocabulary/*.ttl` together.
///
/// Reads those files. `Err` has every syntax error and every broken rule, with file and line.
pub fn load(sources: &DataFiles) -> Result<Vocabulary, Faults> {
    let mut faults = Faults::default();
    let names = sources.list("vocabulary", ".ttl").unwrap_or_else(|error| {
        faults.push(&sources.name_of("vocabulary"), 1, format!("{error:#}"));
        Vec::new()
    });
    let mut files = Vec::new();
    for name in names {
        let path = format!("vocabulary/{name}");
        let shown = sources.name_of(&path);
        match sources.read(&path) {
            Ok(Some(bytes)) => match String::from_utf8(bytes) {
                Ok(text) => files.push((shown, text)),
                Err(_) => faults.push(&shown, 1, "the file is not UTF-8"),
            },
            Ok(None) => faults.push(&shown, 1, "the file went away while it was read"),
            Err(error) => faults.push(&shown, 1, format!("{error:#}")),
        }
    }
    match parse(&files) {
        Ok(vocabulary) => faults.or(vocabulary),
        Err(more) => {
            faults.0.extend(more.0);
            faults.or(Vocabulary::default())
        }
    }
}

/// The vocabulary of all `files` together, each a name and its Turtle text.
pub fn parse(files: &[(String, String)]) -> Result<Vocabulary, Faults> {
    let mut faults = Faults::default();
    let drafts = read::read(files, &mut faults);
    check::check(files, &drafts, &mut faults);
    let mut hash = blake3::Hasher::new();
    for (_, text) in files {
        hash.update(text.as_bytes()).update(b"\0");
    }
    faults.or(drafts.into_vocabulary(hash.finalize().to_hex()[..16].to_owned()))
}
