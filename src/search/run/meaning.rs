//! Decides whether the meaning of a query counts, and finds its vector.

use crate::meaning::{MeaningTable, MeaningVector};
use crate::search::index::budget::Budget;
use crate::search::index::error::SearchError;
use crate::search::index::opened::OpenedIndex;
use crate::search::query::grammar::{Node, Query};
use crate::search::query::understand::understood::{LastWord, MeaningUse, Understood, corrected};
use crate::search::rank::candidates::Candidates;
use crate::search::rank::meaning::MeaningRanker;
use crate::search::rank::weights::WEIGHTS;

/// Orders the candidates for a query by its meaning too.
pub(super) struct MeaningSearch<'a> {
    pub opened: &'a OpenedIndex,
    /// `None` if the index has no vectors of this table.
    pub table: Option<&'a MeaningTable>,
    pub query: &'a Query,
    pub last: LastWord,
    /// Whether the request allows it.
    pub is_on: bool,
    pub understood: &'a Understood,
    /// Whether folded copies may be added.
    pub with_copies: bool,
    pub budget: &'a Budget,
}

/// The meaning of a query.
struct QueryMeaning {
    vector: MeaningVector,
    /// The number of words that it was made of.
    words: usize,
}

/// What [`MeaningSearch::order`] did.
pub(super) struct OrderedByMeaning {
    pub used: MeaningUse,
    /// The vector of the query; `None` if its meaning does not count.
    pub vector: Option<MeaningVector>,
    /// The number of sections that were added.
    pub added: usize,
}

impl MeaningSearch<'_> {
    /// Orders `candidates`, and adds sections that are near in meaning, if the meaning of the query counts. Nothing is
    /// added to a query that excludes words, because the added sections may contain them.
    pub fn order(&self, candidates: &mut Candidates) -> Result<OrderedByMeaning, SearchError> {
        let QueryMeaning { vector, words } = match self.meaning() {
            Ok(meaning) => meaning,
            Err(used) => return Ok(OrderedByMeaning { used, vector: None, added: 0 }),
        };
        let ranker = MeaningRanker {
            opened: self.opened,
            weights: &WEIGHTS,
            vector: &vector,
            words,
            with_copies: self.with_copies,
            adds: self.query.excluded.is_empty(),
            budget: self.budget,
        };
        let added = ranker.order(candidates)?;
        Ok(OrderedByMeaning { used: MeaningUse::Used, vector: Some(vector), added })
    }

    /// The meaning of the query, with its corrections; if it does not count, why. A single word that the table does not
    /// have is probably a name, whose pieces mean nothing. An unfinished last word counts
    /// only if the table has it as a whole word.
    fn meaning(&self) -> Result<QueryMeaning, MeaningUse> {
        if !self.is_on {
            return Err(MeaningUse::Off);
        }
        if !self.understood.asks_for_links.is_empty() {
            return Err(MeaningUse::Links);
        }
        if !self.understood.preferred.is_empty() {
            return Err(MeaningUse::Source);
        }
        let table = self.table.ok_or(MeaningUse::NoTable)?;
        let mut words = QueryWords::of(self.query);
        let is_name = matches!(words.words[..], [word] if !table.has_word(word));
        if words.has_phrase || words.words.is_empty() || words.is_identifier() || is_name {
            return Err(MeaningUse::Exact);
        }
        let is_known = words.last.is_some_and(|word| table.has_word(word));
        if self.last == LastWord::Unfinished && !is_known {
            words.words.pop();
        }
        let text = words.words.join(" ");
        let text = corrected(&text, self.understood).unwrap_or(text);
        let vector = MeaningVector::of(table, [text.as_str()]).ok_or(MeaningUse::Unknown)?;
        Ok(QueryMeaning { vector, words: words.words.len() })
    }
}

/// The words of a query outside filters and exclusions.
#[derive(Default)]
struct QueryWords<'q> {
    words: Vec<&'q str>,
    /// The last word, if the query ends with a word outside of groups.
    last: Option<&'q str>,
    has_phrase: bool,
}

impl<'q> QueryWords<'q> {
    fn of(query: &'q Query) -> QueryWords<'q> {
        let mut words = QueryWords::default();
        words.add(&query.units);
        if let Some(Node::Word(word)) = query.units.last() {
            words.last = Some(word);
        }
        words
    }

    fn add(&mut self, nodes: &'q [Node]) {
        for node in nodes {
            match node {
                Node::Word(word) => self.words.push(word),
                Node::Phrase(_) => self.has_phrase = true,
                Node::All(inner) | Node::Any(inner) => self.add(inner),
            }
        }
    }

    /// Whether the query is one identifier, such as `max_doc`, `fit()`, `torch.nn` or `BatchNorm1d`.
    fn is_identifier(&self) -> bool {
        let [word] = self.words[..] else { return false };
        let has_sign = word.chars().any(|c| matches!(c, '_' | '.' | ':' | '/' | '(' | '='));
        let pairs = word.chars().zip(word.chars().skip(1));
        let has_hump = pairs.clone().filter(|(a, b)| a.is_lowercase() && b.is_uppercase()).count();
        let has_digit = pairs.filter(|(a, b)| a.is_lowercase() && b.is_ascii_digit()).count();
        has_sign || has_hump > 0 && has_digit > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::query::grammar::parse;

    #[test]
    fn quoted_queries_and_identifiers_are_exact() {
        let of = |text: &str| {
            let query = parse(text);
            let words = QueryWords::of(&query);
            (words.words.len(), words.has_phrase, words.is_identifier())
        };
        assert_eq!(of("late labels (drift OR shift) -ads source:x"), (4, false, false));
        assert_eq!(of("late \"position bias\""), (1, true, false));
        for identifier in ["max_doc", "torch.nn", "BatchNorm1d"] {
            assert_eq!(of(identifier), (1, false, true), "{identifier}");
        }
        for word in ["calibration", "k-NN", "XGBoost", "word2vec", "LightGBM"] {
            assert_eq!(of(word), (1, false, false), "{word}");
        }
    }
}
