//! Makes a query for tantivy of what was understood.
//!
//! Words are wanted in the text under its headings (BM25); words in the heading count more, and
//! neighbours that stand together count more again. A label is served by the topic's other labels as
//! well, at a lower weight.

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, EmptyQuery, Occur, PhraseQuery, Query as TantivyQuery,
    RegexQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::tokenizer::TextAnalyzer;

use super::query::{Atom, Filter, Query, Unit};
use super::schema::{Fields, words};
use super::understand::Span;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::label;

/// Weights, chosen on judged queries (nDCG@10 0.473 with these, 0.445 with half the first and 0.7
/// for the last, 0.448 with plain BM25 on the body).
const HEADING: f32 = 1.0;
const TITLE: f32 = 0.15;
const CODE: f32 = 0.6;
/// Neighbouring words that stand within two places of each other, in order.
const NEAR: f32 = 0.6;
const NEAR_SLOP: u32 = 2;
/// Another label of a topic that was typed.
const ALTERNATIVE: f32 = 0.4;
/// A word of which only the beginning was typed so far.
const COMPLETION: f32 = 0.5;

/// A query for tantivy with what the highlighter marks.
pub(super) struct Plan {
    pub query: Box<dyn TantivyQuery>,
    /// Stems to mark in snippets.
    pub stems: Vec<String>,
}

/// What planning needs to know of an index.
pub(super) struct Planner<'a> {
    pub fields: Fields,
    pub vocabulary: &'a Vocabulary,
    pub labels: &'a std::collections::HashMap<String, Vec<usize>>,
    /// Source ids with their licences, for filters.
    pub sources: &'a [(String, Option<String>)],
    pub analyzer: TextAnalyzer,
}

impl Planner<'_> {
    /// The tantivy query for `query`, whose units were grouped into `spans`. Unless it is `relaxed`,
    /// most spans must stand in a hit.
    pub fn plan(&mut self, query: &Query, spans: &[Span], relaxed: bool) -> Plan {
        let mut stems = Vec::new();
        let mut clauses: Vec<(Occur, Box<dyn TantivyQuery>)> = Vec::new();
        let scored: Vec<Box<dyn TantivyQuery>> =
            spans.iter().filter_map(|span| self.span(span, relaxed, &mut stems)).collect();
        if !scored.is_empty() {
            let least = least(scored.len(), relaxed);
            let clause = BooleanQuery::union_with_minimum_required_clauses(scored, least);
            clauses.push((Occur::Must, Box::new(clause)));
            for pair in self.neighbours(spans) {
                clauses.push((Occur::Should, pair));
            }
        } else if !query.filters.is_empty() || !query.excluded.is_empty() {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        } else {
            clauses.push((Occur::Must, Box::new(EmptyQuery)));
        }
        for filter in &query.filters {
            let occur = if filter.excluded { Occur::MustNot } else { Occur::Must };
            // A filter chooses; it says nothing of how well a hit fits.
            clauses.push((occur, Box::new(BoostQuery::new(self.filter(filter), 0.0))));
        }
        for atom in &query.excluded {
            if let Some(excluded) = self.atom(atom, &mut Vec::new()) {
                clauses.push((Occur::MustNot, excluded));
            }
        }
        stems.sort();
        stems.dedup();
        Plan { query: Box::new(BooleanQuery::new(clauses)), stems }
    }

    /// A span: all its words, unless the query is `relaxed`, or one of its alternatives.
    fn span(
        &mut self,
        span: &Span,
        relaxed: bool,
        stems: &mut Vec<String>,
    ) -> Option<Box<dyn TantivyQuery>> {
        let occur = if relaxed { Occur::Should } else { Occur::Must };
        let parts: Vec<(Occur, Box<dyn TantivyQuery>)> =
            span.units.iter().filter_map(|unit| Some((occur, self.unit(unit, stems)?))).collect();
        let typed: Box<dyn TantivyQuery> = match parts.len() {
            0 => return None,
            _ => Box::new(BooleanQuery::new(parts)),
        };
        if span.alternatives.is_empty() && span.completions.is_empty() {
            return Some(typed);
        }
        let mut any = vec![(Occur::Should, typed)];
        for text in &span.alternatives {
            let terms = self.terms(text, self.fields.body);
            stems.extend(terms.iter().map(term_text));
            if let Some(phrase) = phrase(terms, 0) {
                any.push((Occur::Should, Box::new(BoostQuery::new(phrase, ALTERNATIVE))));
            }
        }
        for word in &span.completions {
            stems.extend(self.terms(word, self.fields.body).iter().map(term_text));
            let term = Term::from_field_text(self.fields.exact, word);
            let query = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            any.push((Occur::Should, Box::new(BoostQuery::new(query, COMPLETION))));
        }
        Some(Box::new(BooleanQuery::new(any)))
    }

    fn unit(&mut self, unit: &Unit, stems: &mut Vec<String>) -> Option<Box<dyn TantivyQuery>> {
        let mut any: Vec<Box<dyn TantivyQuery>> =
            unit.any.iter().filter_map(|atom| self.atom(atom, stems)).collect();
        match any.len() {
            0 => None,
            1 => any.pop(),
            _ => Some(Box::new(BooleanQuery::union(any))),
        }
    }

    fn atom(&mut self, atom: &Atom, stems: &mut Vec<String>) -> Option<Box<dyn TantivyQuery>> {
        let fields = self.fields;
        match atom {
            Atom::Phrase(text) => {
                stems.extend(self.terms(text, fields.body).iter().map(term_text));
                phrase(self.exact_terms(text), 0)
            }
            Atom::Word(text) => {
                let body = self.terms(text, fields.body);
                stems.extend(body.iter().map(term_text));
                let exact = self.exact_terms(text);
                let mut any: Vec<(Occur, Box<dyn TantivyQuery>)> = Vec::new();
                let mut add = |terms: Vec<Term>, boost: f32| {
                    if let Some(query) = phrase(terms, 1) {
                        any.push((Occur::Should, Box::new(BoostQuery::new(query, boost))));
                    }
                };
                add(body, 1.0);
                add(self.terms(text, fields.headings), HEADING);
                add(self.terms(text, fields.title), TITLE);
                let code =
                    exact.iter().map(|term| Term::from_field_text(fields.code, &term_text(term)));
                add(code.collect(), CODE);
                (!any.is_empty()).then(|| Box::new(BooleanQuery::new(any)) as Box<dyn TantivyQuery>)
            }
        }
    }

    /// For each two neighbouring words: both, close together.
    fn neighbours(&mut self, spans: &[Span]) -> Vec<Box<dyn TantivyQuery>> {
        let units: Vec<&Unit> = spans.iter().flat_map(|span| span.units.iter().copied()).collect();
        let mut pairs: Vec<Box<dyn TantivyQuery>> = Vec::new();
        for pair in units.windows(2) {
            let [Atom::Word(first)] = &pair[0].any[..] else { continue };
            let [Atom::Word(second)] = &pair[1].any[..] else { continue };
            let both = self.terms(&format!("{first} {second}"), self.fields.body);
            if let Some(near) = phrase(both, NEAR_SLOP) {
                pairs.push(Box::new(BoostQuery::new(near, NEAR)));
            }
        }
        pairs
    }

    fn filter(&self, filter: &Filter) -> Box<dyn TantivyQuery> {
        let fields = self.fields;
        let is = |field: Field, value: &str| -> Box<dyn TantivyQuery> {
            let term = Term::from_field_text(field, value);
            Box::new(TermQuery::new(term, IndexRecordOption::Basic))
        };
        let value = filter.value.to_lowercase();
        match filter.field.as_str() {
            "source" => self.any_source(|id, _| id.to_lowercase().contains(&value)),
            "licence" => self.any_source(|_, licence| {
                licence.is_some_and(|licence| licence.to_lowercase().starts_with(&value))
            }),
            "path" => {
                let pattern = format!(".*{}.*", escape(&filter.value));
                match RegexQuery::from_pattern(&pattern, fields.path) {
                    Ok(query) => Box::new(query),
                    Err(_) => Box::new(EmptyQuery),
                }
            }
            "topic" => {
                let by_label = self.labels.get(&label::key(&filter.value));
                let slug = by_label.and_then(|topics| topics.first());
                let slug = slug.map(|topic| self.vocabulary.topics[*topic].slug.0.clone());
                is(fields.topic, &slug.unwrap_or(value))
            }
            "step" => is(fields.step, &value),
            "kind" => is(fields.kind, &value),
            _ => is(fields.language, &value),
        }
    }

    fn any_source(&self, fits: impl Fn(&str, Option<&str>) -> bool) -> Box<dyn TantivyQuery> {
        let sources = self.sources.iter().filter(|(id, licence)| fits(id, licence.as_deref()));
        let terms = sources.map(|(id, _)| Term::from_field_text(self.fields.source, id));
        Box::new(BooleanQuery::new_multiterms_query(terms.collect()))
    }

    fn terms(&mut self, text: &str, field: Field) -> Vec<Term> {
        let mut terms = Vec::new();
        let mut stream = self.analyzer.token_stream(text);
        while stream.advance() {
            terms.push(Term::from_field_text(field, &stream.token().text));
        }
        terms
    }

    fn exact_terms(&self, text: &str) -> Vec<Term> {
        let mut terms = Vec::new();
        let mut analyzer = words();
        let mut stream = analyzer.token_stream(text);
        while stream.advance() {
            terms.push(Term::from_field_text(self.fields.exact, &stream.token().text));
        }
        terms
    }
}

/// How many of `units` must stand in a hit.
fn least(units: usize, relaxed: bool) -> usize {
    match (relaxed, units) {
        (true, _) => 1,
        (false, 0..=2) => units,
        (false, 3..=4) => units - 1,
        (false, _) => (units * 3).div_ceil(5),
    }
}

fn phrase(mut terms: Vec<Term>, slop: u32) -> Option<Box<dyn TantivyQuery>> {
    match terms.len() {
        0 => None,
        1 => {
            let term = terms.pop()?;
            Some(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
        }
        _ => {
            let mut phrase = PhraseQuery::new(terms);
            phrase.set_slop(slop);
            Some(Box::new(phrase))
        }
    }
}

fn term_text(term: &Term) -> String {
    term.value().as_str().unwrap_or_default().to_owned()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if !c.is_alphanumeric() && c != '/' && c != ' ' && c != '_' {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
