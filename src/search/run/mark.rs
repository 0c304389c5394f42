//! Finds the matches of a query in texts that are shown whole.

use std::ops::Range;

use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::query::grammar as query;
use crate::search::query::understand::understood::{LastWord, Understanding};
use crate::search::run::searcher::Searcher;
use crate::search::show::highlight::finder::Finder;
use crate::vocabulary::Vocabulary;

impl Searcher {
    /// For each of `texts`: the byte ranges that match `query`, ascending and without overlap. The snippets of a search
    /// that runs all steps of understanding highlight the same matches. `language` is the language of the texts.
    ///
    /// O(length of the texts), plus understanding the query.
    pub fn marks(
        &self,
        query: &str,
        language: Option<&str>,
        texts: &[String],
        vocabulary: &Vocabulary,
        budget: &Budget,
    ) -> Result<Vec<Vec<Range<usize>>>, SearchError> {
        let query = query::parse(query);
        let lexicon = self.index.lexicon(budget);
        let interpreter = self.index.interpreter(vocabulary, &lexicon);
        let reading = interpreter.understand(&query, Understanding::FULL, LastWord::Whole)?;
        let plan = self.index.planner(vocabulary).plan(&reading);
        let mut finder = Finder::new(&plan.marks, language);
        let mut found = Vec::with_capacity(texts.len());
        for text in texts {
            budget.spend(text.len())?;
            found.push(merged(finder.ranges(text)));
        }
        Ok(found)
    }
}

/// Merges overlapping ranges; `ranges` are ascending.
fn merged(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut kept: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match kept.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => kept.push(range),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_ranges_are_merged() {
        assert_eq!(merged([0..4, 2..6, 6..7, 9..9].into_iter()), [0..6, 6..7, 9..9]);
    }
}
