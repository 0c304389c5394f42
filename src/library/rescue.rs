//! Help for a query that finds nothing: which words failed, and which queries find something.

use super::Library;
use crate::search::{Budget, Filter, LastWord, SearchError, SearchRequest, Understanding};

/// The maximum number of words of the query that are checked.
const WORDS: usize = 12;
/// The maximum number of queries that are suggested.
const OFFERED: usize = 4;
/// The maximum number of completions that are tried: for a text of all words that occur, and for each word that does
/// not occur.
const SUGGESTED: usize = 4;

/// Help for a query that found nothing.
#[derive(Debug, Default)]
pub struct QueryRescue {
    /// Typed words that no section contains.
    pub failed: Vec<String>,
    /// Queries that find something, the closest first, with their number of results.
    pub nearest: Vec<(String, usize)>,
}

impl Library {
    /// Help for the query `text` with `filters`. Runs a search for each of its first words and for each suggestion,
    /// all within one `budget`. Every suggestion finds something under the same filters.
    pub fn rescue(
        &self,
        text: &str,
        filters: &[Filter],
        budget: &Budget,
    ) -> Result<QueryRescue, SearchError> {
        let is_filter =
            |word: &&str| word.contains(':') || matches!(*word, "OR" | "AND" | "NOT" | "|");
        let bare = |word: &str| {
            let inside = word.trim_matches(|c: char| matches!(c, '"' | '(' | ')' | '+' | ','));
            inside.to_owned()
        };
        let typed = text.split_whitespace().filter(|word| !is_filter(word));
        let kept = typed.filter(|word| !word.starts_with('-')).take(WORDS).map(bare);
        let words: Vec<String> = kept.filter(|word| !word.is_empty()).collect();
        let mut rescue = QueryRescue::default();
        let mut known = Vec::new();
        for word in words {
            let is_there = self.tried(&word, &[], budget)?.0 > 0;
            if is_there { known.push(word) } else { rescue.failed.push(word) }
        }
        let rest = known.join(" ");
        let mut offered = vec![rest.clone()];
        for part in std::iter::once(&rest).chain(&rescue.failed) {
            let suggested =
                self.searcher.suggest(part, SUGGESTED, &self.graph.vocabulary, budget)?;
            offered.extend(suggested.into_iter().map(|suggestion| suggestion.text));
        }
        for query in offered.into_iter().filter(|query| !query.is_empty() && query != text) {
            let (total, corrected) = self.tried(&query, filters, budget)?;
            let query = corrected.unwrap_or(query);
            let is_same =
                |(offered, _): &(String, usize)| offered.to_lowercase() == query.to_lowercase();
            let is_known = rescue.nearest.iter().any(is_same);
            if total > 0 && !is_known {
                rescue.nearest.push((query, total));
            }
            if rescue.nearest.len() == OFFERED {
                break;
            }
        }
        Ok(rescue)
    }

    /// The number of results of `text` under `filters`, and its corrected spelling.
    fn tried(
        &self,
        text: &str,
        filters: &[Filter],
        budget: &Budget,
    ) -> Result<(usize, Option<String>), SearchError> {
        let (understanding, last_word) = (Understanding::FULL, LastWord::Whole);
        let request =
            SearchRequest { text, filters, limit: 0, offset: 0, understanding, last_word };
        let answer = self.searcher.search(&request, &self.graph.vocabulary, budget)?;
        Ok((answer.total, answer.corrected))
    }
}
