//! What to say to a query that finds nothing: which words failed, and what comes near.

use super::Library;
use crate::search::{Budget, Filter, LastWord, Request, SearchError, Understanding};

/// Words that are looked at, and queries that are offered.
const WORDS: usize = 12;
const OFFERED: usize = 4;
/// Topics and headings that are offered.
const SUGGESTED: usize = 4;

/// Help for a query that found nothing.
#[derive(Debug, Default)]
pub struct Rescue {
    /// The typed words that nothing holds.
    pub failed: Vec<String>,
    /// Queries that find something, the nearest first, with how much.
    pub nearest: Vec<(String, usize)>,
}

impl Library {
    /// Help for the query `text` that was narrowed by `filters`. A search for each of its first words and for what is
    /// offered, all at the cost of one `budget`. What is offered finds something under the same filters.
    pub fn rescue(
        &self,
        text: &str,
        filters: &[Filter],
        budget: &Budget,
    ) -> Result<Rescue, SearchError> {
        let is_filter =
            |word: &&str| word.contains(':') || matches!(*word, "OR" | "AND" | "NOT" | "|");
        let bare = |word: &str| {
            let inside = word.trim_matches(|c: char| matches!(c, '"' | '(' | ')' | '+' | ','));
            inside.to_owned()
        };
        let typed = text.split_whitespace().filter(|word| !is_filter(word));
        let kept = typed.filter(|word| !word.starts_with('-')).take(WORDS).map(bare);
        let words: Vec<String> = kept.filter(|word| !word.is_empty()).collect();
        let mut rescue = Rescue::default();
        let mut known = Vec::new();
        for word in words {
            let is_there = self.tried(&word, &[], budget)?.0 > 0;
            if is_there { known.push(word) } else { rescue.failed.push(word) }
        }
        let rest = known.join(" ");
        let mut offered = vec![rest.clone()];
        for part in std::iter::once(&rest).chain(&rescue.failed) {
            let suggested = self.suggest(part, SUGGESTED, budget)?;
            offered.extend(suggested.into_iter().map(|suggestion| suggestion.text));
        }
        for query in offered.into_iter().filter(|query| !query.is_empty() && query != text) {
            let (total, corrected) = self.tried(&query, filters, budget)?;
            let query = corrected.unwrap_or(query);
            let is_known = rescue.nearest.iter().any(|(offered, _)| *offered == query);
            if total > 0 && !is_known {
                rescue.nearest.push((query, total));
            }
            if rescue.nearest.len() == OFFERED {
                break;
            }
        }
        Ok(rescue)
    }

    /// How much `text` finds under `filters`, and how it was meant to be spelt.
    fn tried(
        &self,
        text: &str,
        filters: &[Filter],
        budget: &Budget,
    ) -> Result<(usize, Option<String>), SearchError> {
        let (understanding, last_word) = (Understanding::FULL, LastWord::Whole);
        let request = Request { text, filters, limit: 0, offset: 0, understanding, last_word };
        let answer = self.searcher.search(&request, &self.graph.vocabulary, budget)?;
        Ok((answer.total, answer.corrected))
    }
}
