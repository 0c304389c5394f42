//! Terms that were considered as topics and rejected, with the reasons: `vocabulary/rejected.tsv`.

use std::collections::HashMap;

use super::{Vocabulary, label};
use crate::catalogue::extends_builtin;
use crate::config::DataFiles;
use crate::problem::Faults;

/// The file, relative to the data files.
const FILE: &str = "vocabulary/rejected.tsv";

/// The rejected terms.
#[derive(Debug, Default)]
pub struct RejectedTerms {
    /// The reason for each term, by its label key.
    reasons: HashMap<String, String>,
}

impl RejectedTerms {
    /// The terms in the files of `sources`, and in the built-in file if the catalogue extends the built-in list.
    ///
    /// Reads these files. Each line has a term, a tab and a reason; lines that begin with `#` are comments. `Err` contains
    /// a fault for each line without a reason, each term that is listed twice, and each that is a label of `vocabulary`.
    pub fn load(sources: &DataFiles, vocabulary: &Vocabulary) -> Result<RejectedTerms, Faults> {
        let (mut terms, mut faults) = (RejectedTerms::default(), Faults::default());
        terms.read(sources, vocabulary, &mut faults);
        if extends_builtin(sources) {
            terms.read(&DataFiles::Compiled, vocabulary, &mut faults);
        }
        faults.or(terms)
    }

    /// The number of terms.
    pub fn len(&self) -> usize {
        self.reasons.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Why `term` was rejected, in any spelling that a label may have; `None` if it was not.
    pub fn reason(&self, term: &str) -> Option<&str> {
        self.reasons.get(&label::key(term)).map(String::as_str)
    }

    fn read(&mut self, sources: &DataFiles, vocabulary: &Vocabulary, faults: &mut Faults) {
        let name = sources.name_of(FILE);
        let text = match sources.read(FILE).map(|bytes| bytes.map(String::from_utf8)) {
            Ok(None) => return,
            Ok(Some(Ok(text))) => text,
            Ok(Some(Err(_))) => return faults.push(&name, 1, "the file is not UTF-8"),
            Err(error) => return faults.push(&name, 1, format!("{error:#}")),
        };
        let topics = vocabulary.topics.iter();
        let labels = topics.flat_map(|topic| topic.labels().map(move |text| (text, topic)));
        let owners: HashMap<String, &str> =
            labels.map(|(text, topic)| (label::key(text), topic.slug.0.as_str())).collect();
        for (line, text) in (1..).zip(text.lines()) {
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let Some((term, reason)) = text.split_once('\t').filter(|(_, r)| !r.trim().is_empty())
            else {
                faults.push(&name, line, format!("{text:?} needs a tab and a reason"));
                continue;
            };
            let key = label::key(term);
            if let Some(topic) = owners.get(&key) {
                faults.push(&name, line, format!("{term:?} is a label of topic:{topic}"));
            }
            if self.reasons.insert(key, reason.trim().to_owned()).is_some() {
                faults.push(&name, line, format!("{term:?} is listed twice"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary;

    #[test]
    fn the_rejected_terms_have_reasons_and_are_no_labels() {
        let vocabulary = vocabulary::load(&DataFiles::Compiled).unwrap();
        let terms = RejectedTerms::load(&DataFiles::Compiled, &vocabulary).unwrap();
        assert!(terms.len() > 100 && !terms.is_empty());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("catalogue.toml"), "extends = \"builtin\"\n").unwrap();
        std::fs::create_dir(folder.path().join("vocabulary")).unwrap();
        let write = |text: &str| {
            std::fs::write(folder.path().join("vocabulary/rejected.tsv"), text).unwrap();
            RejectedTerms::load(&DataFiles::Disk(folder.path().to_owned()), &vocabulary)
        };
        let own = write("# Ours.\n\nour word\tit names nothing\n").unwrap();
        assert_eq!(own.reason("Our Words"), Some("it names nothing"));
        assert_eq!(own.len(), terms.len() + 1);
        let faults = write("no reason\nfeature stores\tx\ntwice\tx\nTwice\ty\n").unwrap_err();
        let lines: Vec<usize> = faults.0.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [1, 2, 4], "{faults:?}");
    }
}
