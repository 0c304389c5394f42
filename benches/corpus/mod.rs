//! The files of a corpus: a folder of tarballs from GitHub, named `owner+name.tar.gz`.

use std::io::Read;
use std::path::Path;

use cairn::catalogue::{self, Selection, SelectionRules, selection::format_of};
use cairn::config::DataFiles;

/// A file of the corpus.
pub struct CorpusFile {
    /// `owner/name`.
    #[allow(dead_code, reason = "some benches do not use it")]
    pub source: String,
    /// The path inside the repository.
    #[allow(dead_code, reason = "some benches do not use it")]
    pub path: String,
    pub format: String,
    pub bytes: Vec<u8>,
}

/// The files of all tarballs in the folder `corpus` that the policy's default selection includes. The catalogue is not
/// used.
pub fn files(corpus: &Path) -> Vec<CorpusFile> {
    let policy = catalogue::policy::load(&DataFiles::Compiled).unwrap();
    let entry = catalogue::parse("c", "[[source]]\nrepo = \"a/b\"\nwhy = \"x\"\n").unwrap();
    let selection: Selection = SelectionRules::new(&policy).of(&entry.sources[0]);
    let mut files = Vec::new();
    for archive in std::fs::read_dir(corpus).unwrap() {
        let path = archive.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".tar.gz") else { continue };
        let source = name.replacen('+', "/", 1);
        let unpacked = flate2::read::GzDecoder::new(std::fs::File::open(&path).unwrap());
        for entry in tar::Archive::new(unpacked).entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().to_string_lossy().into_owned();
            let Some((_, inner)) = path.split_once('/') else { continue };
            if !selection.takes(inner, entry.size()) || !entry.header().entry_type().is_file() {
                continue;
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            let (path, format) = (inner.to_owned(), format_of(inner));
            files.push(CorpusFile { source: source.clone(), path, format, bytes });
        }
    }
    files
}
