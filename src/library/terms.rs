//! Terms that the sources use and the vocabulary lacks.

use super::Library;
use super::view::{MissingTermView, TermSentenceView};
use crate::annotate::terms::{MissingTerm, TermEvidence, TermPassage, terms};
use crate::annotate::{Salience, SectionRole};
use crate::search::{SearchError, SectionRecord};
use crate::vocabulary::RejectedTerms;

impl Library {
    /// At most `limit` terms that at least three independent voices use and that are neither labels of topics nor
    /// `rejected`, the highest-ranked first. Reads the whole index, which takes seconds, and holds its text in memory.
    pub fn missing_terms(
        &self,
        rejected: &RejectedTerms,
        limit: usize,
    ) -> Result<Vec<MissingTermView>, SearchError> {
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
            // The text is compared too, because the posts of a thread have no line numbers.
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
        let found = terms(&passages, self.searcher.labels(), limit + rejected.len());
        let found = found.into_iter().filter(|term| rejected.reason(&term.label).is_none());
        Ok(found.take(limit).map(|term| self.missing_term(term)).collect())
    }

    fn missing_term(&self, term: MissingTerm) -> MissingTermView {
        let MissingTerm { label, spellings, c_value, voices, near, evidence } = term;
        let quoted = evidence.into_iter().map(|TermEvidence { sentence, source, path }| {
            TermSentenceView { sentence: self.quote(&sentence), source, path }
        });
        let evidence = quoted.collect();
        MissingTermView { label, spellings, c_value, voices, near, evidence }
    }
}
