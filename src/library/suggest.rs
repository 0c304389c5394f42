//! Suggestions while a user types: case guides, and what the index suggests.

use super::Library;
use crate::search::{Budget, SearchError, Suggested, Suggestion};
use crate::vocabulary::common_words::CommonWord;
use crate::vocabulary::label;

/// The maximum number of case guides that are suggested.
const CASES: usize = 3;
/// A name with fewer letters and digits than this suggests no case guide, because it would match too many.
const SHORTEST: usize = 2;

impl Library {
    /// At most `limit` completions of `text`, which a user is typing. Case guides come first; their topics are not
    /// suggested again. Misspelled words are corrected if nothing matches the text as typed.
    pub fn suggest(
        &self,
        text: &str,
        limit: usize,
        budget: &Budget,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let vocabulary = &self.graph.vocabulary;
        let mut all = self.cases_begun(text);
        let mut others = self.searcher.suggest(text, limit, vocabulary, budget)?;
        if all.is_empty()
            && let Some(corrected) = self.searcher.spelled(text, vocabulary, budget)?
        {
            all = self.cases_begun(&corrected);
        }
        others.retain(|other| {
            let is_same = |case: &Suggestion| case.id == other.id;
            other.kind != Suggested::Topic || !all.iter().any(is_same)
        });
        all.extend(others);
        all.truncate(limit);
        Ok(all)
    }

    /// The guides of the case studies that have a label beginning with `text`, without the words of a request such as
    /// "design a", in the order of their labels.
    fn cases_begun(&self, text: &str) -> Vec<Suggestion> {
        let words = label::tokens(text).into_iter().map(|token| token.normal);
        let kept: Vec<String> =
            words.filter(|word| !CommonWord::GuideRequest.includes(word)).collect();
        let begin = kept.join(" ");
        if begin.chars().filter(|c| c.is_alphanumeric()).count() < SHORTEST {
            return Vec::new();
        }
        let keys = self.searcher.labels().keys_from(&begin);
        let keys = keys.take_while(|(key, _)| key.starts_with(&begin));
        let mut cases: Vec<Suggestion> = Vec::new();
        for case in keys.flat_map(|(_, topics)| topics).filter_map(|at| self.case_of_topic(*at)) {
            if cases.len() < CASES && !cases.iter().any(|known| known.text == case.label) {
                cases.push(Suggestion {
                    text: case.label,
                    kind: Suggested::Case,
                    id: Some(case.id),
                    count: u32::try_from(case.steps).unwrap_or(u32::MAX),
                });
            }
        }
        cases
    }
}
