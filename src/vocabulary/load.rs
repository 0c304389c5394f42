//! Loads the vocabulary: reads the files, parses them and checks the rules.

use super::{Vocabulary, check, read};
use crate::catalogue::extends_builtin;
use crate::config::DataFiles;
use crate::problem::Faults;

/// The vocabulary of `sources`: all its files `vocabulary/*.ttl` together. If its catalogue extends the built-in list
/// of sources, the built-in vocabulary is added.
///
/// Reads these files. `Err` contains a fault, with file and line, for every syntax error and every broken rule.
pub fn load(sources: &DataFiles) -> Result<Vocabulary, Faults> {
    VocabularyFiles::read(sources).parse()
}

/// The files of a vocabulary. Reading them takes much less time than parsing them.
pub struct VocabularyFiles {
    files: Vec<(String, String)>,
    /// Why files can't be read.
    faults: Faults,
}

impl VocabularyFiles {
    /// Reads the files of [`load`].
    pub fn read(sources: &DataFiles) -> VocabularyFiles {
        let mut faults = Faults::default();
        // The user's files come first. So if a topic is defined both there and in the built-in vocabulary, messages
        // about its faults name the user's file.
        let mut files = read_files(sources, &mut faults);
        if extends_builtin(sources) {
            files.extend(read_files(&DataFiles::Compiled, &mut faults));
        }
        VocabularyFiles { files, faults }
    }

    /// Whether `vocabulary` was parsed from files with the same texts.
    pub fn are_those_of(&self, vocabulary: &Vocabulary) -> bool {
        self.faults.0.is_empty() && version(&self.files) == vocabulary.version
    }

    /// Parses the files and checks the rules.
    pub fn parse(self) -> Result<Vocabulary, Faults> {
        let VocabularyFiles { files, mut faults } = self;
        match parse(&files) {
            Ok(vocabulary) => faults.or(vocabulary),
            Err(more) => {
                faults.0.extend(more.0);
                faults.or(Vocabulary::default())
            }
        }
    }
}

/// The names and texts of `vocabulary/*.ttl` in `sources`.
fn read_files(sources: &DataFiles, faults: &mut Faults) -> Vec<(String, String)> {
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
            Ok(None) => faults.push(&shown, 1, "the file was deleted while the folder was read"),
            Err(error) => faults.push(&shown, 1, format!("{error:#}")),
        }
    }
    files
}

/// The vocabulary of all `files` together. Each file is given by its name and its text in Turtle.
pub fn parse(files: &[(String, String)]) -> Result<Vocabulary, Faults> {
    let mut faults = Faults::default();
    let drafts = read::read(files, &mut faults);
    check::check(files, &drafts, &mut faults);
    faults.or(drafts.into_vocabulary(version(files)))
}

/// A hash of the texts of `files`.
fn version(files: &[(String, String)]) -> String {
    let mut hash = blake3::Hasher::new();
    for (_, text) in files {
        hash.update(text.as_bytes()).update(b"\0");
    }
    hash.finalize().to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIXES: &str = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix topic: <urn:cairn:topic:> .
@prefix step: <urn:cairn:step:> .
";

    /// The vocabulary of a user whose catalogue has only the keys `keys`, and whose vocabulary is one file with
    /// `topics`.
    fn own(keys: &str, topics: &str) -> Result<Vocabulary, Faults> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("catalogue.toml"), keys).unwrap();
        std::fs::create_dir(folder.path().join("vocabulary")).unwrap();
        std::fs::write(folder.path().join("vocabulary/own.ttl"), format!("{PREFIXES}{topics}"))
            .unwrap();
        load(&DataFiles::Disk(folder.path().to_owned()))
    }

    const EXTENDS: &str = "extends = \"builtin\"\n";

    #[test]
    fn own_topics_are_added_to_those_of_the_program() {
        let topics = "topic:tea-brewing a skos:Concept ; skos:prefLabel \"tea brewing\" ;
    skos:definition \"Water over leaves.\" ; skos:broader topic:feature-store .
step:features skos:member topic:tea-brewing .
topic:feature-store skos:altLabel \"larder of features\" .
";
        let builtin = load(&DataFiles::Compiled).unwrap();
        let vocabulary = own(EXTENDS, topics).unwrap();
        assert_eq!(vocabulary.topics.len(), builtin.topics.len() + 1);
        assert_eq!(vocabulary.steps.len(), builtin.steps.len());
        assert_eq!(vocabulary.topic("tea-brewing").unwrap().steps, ["features"]);
        let (known, extended) = (builtin.topic("feature-store"), vocabulary.topic("feature-store"));
        let (known, extended) = (known.unwrap(), extended.unwrap());
        assert_eq!(extended.pref_label, known.pref_label);
        assert_eq!(extended.alt_labels.len(), known.alt_labels.len() + 1);
        assert_ne!(vocabulary.version, builtin.version);
        assert!(own("", topics).is_err(), "without the key, the feature store is unknown");
    }

    #[test]
    fn an_own_topic_that_contradicts_one_of_the_program_is_a_fault_in_the_own_file() {
        let topics = "\ntopic:feature-store a skos:Concept ; skos:prefLabel \"feature larder\" ;
    skos:definition \"Something else.\" .
";
        let faults = own(EXTENDS, topics).unwrap_err().0;
        assert_eq!(faults.len(), 2, "{faults:#?}");
        for (fault, says) in faults.iter().zip(["2 prefLabels", "exactly one definition, not 2"]) {
            assert!(fault.file.ends_with("own.ttl") && fault.line == 5, "{fault}");
            assert!(fault.message.contains(says), "{fault}");
        }
    }

    #[test]
    fn a_copy_of_a_file_of_the_program_contradicts_nothing() {
        let copy = DataFiles::Compiled.read("vocabulary/serving.ttl").unwrap().unwrap();
        let builtin = load(&DataFiles::Compiled).unwrap();
        let copied = own(EXTENDS, &String::from_utf8(copy).unwrap()).unwrap();
        let statements = |vocabulary: Vocabulary| {
            let each = vocabulary.topics.into_iter().map(|topic| {
                let count = (topic.alt_labels.len(), topic.broader.len(), topic.requires.len());
                (topic.slug, topic.pref_label, topic.definition, count)
            });
            each.collect::<Vec<_>>()
        };
        assert_eq!(statements(copied), statements(builtin));
    }
}
