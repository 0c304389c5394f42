//! Terms that the sources use and the vocabulary lacks.

use super::Library;
use crate::annotate::terms::{MissingTerm, TermPassage, terms};
use crate::annotate::{Salience, SectionRole};
use crate::search::{SearchError, SectionRecord};

impl Library {
    /// At most `limit` terms that at least three independent voices use and no label contains, the highest-ranked
    /// first. Reads the whole index, which takes seconds, and holds its text in memory.
    pub fn missing_terms(&self, limit: usize) -> Result<Vec<MissingTerm>, SearchError> {
        let mut records: Vec<SectionRecord> = Vec::new();
        self.searcher.each(|_, record| {
            if record.role == SectionRole::Content
                && record.language.as_deref().is_none_or(|l| l == "en")
            {
                records.push(record);
            }
        })?;
        // The order of an index depends on its history; sorting makes the result depend on the content only.
        records.sort_by(|a, b| {
            // Posts of a thread have no number to sort by.
            let place = (&a.source, &a.path, a.address.begin(), &a.text);
            place.cmp(&(&b.source, &b.path, b.address.begin(), &b.text))
        });
        let anchors: Vec<Vec<String>> = records
            .iter()
            .map(|r| r.links.iter().map(|link| link.text.clone()).collect())
            .collect();
        let passages: Vec<TermPassage> = records
            .iter()
            .zip(&anchors)
            .map(|(record, anchors)| {
                let main = record.mentions.iter().filter(|m| m.salience == Salience::Main);
                TermPassage {
                    source: &record.source,
                    voice: self.voices.of(&record.source),
                    path: &record.path,
                    headings: record.subject(),
                    text: &record.text,
                    anchors,
                    topics: main.map(|mention| mention.topic.as_str()).collect(),
                }
            })
            .collect();
        Ok(terms(&passages, self.searcher.labels(), limit))
    }
}
