//! Which sections a query's filters leave.

use tantivy::query::{EnableScoring, RegexQuery, TermQuery, TermSetQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, TERMINATED, Term};

use super::document::day_number;
use super::opened::Opened;
use super::query::Filter;
use super::understand::labels::Labels;
use crate::vocabulary::Vocabulary;

/// What filters need to know.
pub(super) struct Filters<'a> {
    pub opened: &'a Opened,
    pub vocabulary: &'a Vocabulary,
    pub labels: &'a Labels,
    /// Source ids with their licences.
    pub sources: &'a [(String, Option<String>)],
}

/// Whether a section may be a hit, one value each.
pub(super) type Allowed = Vec<bool>;

impl Filters<'_> {
    /// The sections that all `filters` leave; `None` where there are none.
    ///
    /// A section has one source, one path, one language: several values of such a field are alternatives.
    /// Of topics and of what it has it may have many: all are wanted.
    pub fn allowed(&self, filters: &[Filter]) -> tantivy::Result<Option<Allowed>> {
        if filters.is_empty() {
            return Ok(None);
        }
        let mut allowed = vec![true; self.opened.len()];
        let mut fields: Vec<&str> = filters.iter().map(|filter| filter.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        for field in fields {
            let (not, wanted): (Vec<&Filter>, Vec<&Filter>) =
                filters.iter().filter(|f| f.field == field).partition(|filter| filter.excluded);
            let takes_all = matches!(field, "topic" | "has" | "since");
            let mut any = vec![wanted.is_empty(); self.opened.len()];
            for filter in wanted {
                let fits = self.fitting(filter)?;
                if takes_all {
                    keep(&mut allowed, |at| fits[at]);
                    any.fill(true);
                } else {
                    any.iter_mut().zip(fits).for_each(|(any, fits)| *any |= fits);
                }
            }
            keep(&mut allowed, |at| any[at]);
            for filter in not {
                let fits = self.fitting(filter)?;
                keep(&mut allowed, |at| !fits[at]);
            }
        }
        Ok(Some(allowed))
    }

    /// The sections that have what `filter` names.
    fn fitting(&self, filter: &Filter) -> tantivy::Result<Allowed> {
        let fields = self.opened.fields;
        let value = filter.value.to_lowercase();
        let term = |field: Field, value: &str| {
            let term = Term::from_field_text(field, value);
            self.holding(&TermQuery::new(term, IndexRecordOption::Basic))
        };
        match filter.field.as_str() {
            "source" => self.of_sources(|id, _| id.to_lowercase().contains(&value)),
            "licence" => self.licensed(&value),
            "path" => {
                let pattern = format!("(?i).*{}.*", regex::escape(&filter.value));
                match RegexQuery::from_pattern(&pattern, fields.path) {
                    Ok(query) => self.holding(&query),
                    Err(_) => Ok(vec![false; self.opened.len()]),
                }
            }
            "topic" => {
                let topic = self.labels.topics(&filter.value).first();
                let slug = topic.map(|topic| self.vocabulary.topics[*topic].slug.0.as_str());
                term(fields.topic, slug.unwrap_or(&value))
            }
            "step" => term(fields.step, &value.replace(' ', "-")),
            "kind" => term(fields.kind, &value),
            "has" => term(fields.has, &value),
            "since" => Ok(self.since(day_number(&filter.value).unwrap_or(0))),
            _ => term(fields.language, &value),
        }
    }

    fn of_sources(&self, fits: impl Fn(&str, Option<&str>) -> bool) -> tantivy::Result<Allowed> {
        let sources = self.sources.iter().filter(|(id, licence)| fits(id, licence.as_deref()));
        let terms = sources.map(|(id, _)| Term::from_field_text(self.opened.fields.source, id));
        self.holding(&TermSetQuery::new(terms))
    }

    /// A document's own licence goes before its source's.
    fn licensed(&self, value: &str) -> tantivy::Result<Allowed> {
        let has = |licence: Option<&str>| {
            licence.is_some_and(|licence| licence.to_lowercase().starts_with(value))
        };
        let mut fits = self.of_sources(|_, licence| has(licence))?;
        let query = RegexQuery::from_pattern(".*", self.opened.fields.licence);
        let own = query.map(|query| self.holding(&query)).unwrap_or_else(Err)?;
        let pattern = format!("{}.*", regex::escape(value));
        let query = RegexQuery::from_pattern(&pattern, self.opened.fields.licence);
        let fitting = query.map(|query| self.holding(&query)).unwrap_or_else(Err)?;
        for (fits, (own, fitting)) in fits.iter_mut().zip(own.into_iter().zip(fitting)) {
            *fits = if own { fitting } else { *fits };
        }
        Ok(fits)
    }

    fn since(&self, day: u64) -> Allowed {
        let mut fits = Vec::with_capacity(self.opened.len());
        for segment in &self.opened.segments {
            for doc in 0..segment.reader.max_doc() {
                let date = segment.dates.as_ref().and_then(|dates| dates.first(doc));
                fits.push(date.is_some_and(|date| date >= day));
            }
        }
        fits
    }

    /// The sections that `query` matches.
    pub fn holding(&self, query: &dyn tantivy::query::Query) -> tantivy::Result<Allowed> {
        let mut fits = vec![false; self.opened.len()];
        let scoring = EnableScoring::disabled_from_searcher(self.opened.searcher());
        let weight = query.weight(scoring)?;
        for segment in &self.opened.segments {
            let mut scorer = weight.scorer(&segment.reader, 1.0)?;
            while scorer.doc() != TERMINATED {
                fits[(segment.base + scorer.doc()) as usize] = true;
                scorer.advance();
            }
        }
        Ok(fits)
    }
}

fn keep(allowed: &mut Allowed, is_kept: impl Fn(usize) -> bool) {
    for (at, allowed) in allowed.iter_mut().enumerate() {
        *allowed &= is_kept(at);
    }
}
