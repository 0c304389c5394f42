//! The candidates of a plan from a cluster: the cluster finds and counts the matches, and Cairn ranks the best of them as
//! the embedded engine does.

use std::collections::HashSet;
use std::time::Instant;

use foldhash::HashMap;

use serde_json::{Value, json};

use crate::search::index::error::SearchError;
use crate::search::index::opened::OpenedIndex;
use crate::search::index::section_set::SectionSet;
use crate::search::opensearch::answer::{Counted, Hits, SearchAnswer};
use crate::search::opensearch::clauses::contains;
use crate::search::opensearch::connection::ClusterSections;
use crate::search::opensearch::mapping::field;
use crate::search::opensearch::numbers::SectionNumbers;
use crate::search::opensearch::payload::PayloadReader;
use crate::search::opensearch::query::ClusterQuery;
use crate::search::opensearch::{counting, filters, memory};
use crate::search::rank::candidates::{CandidateEngine, CandidateQuery, Candidates, Ranked};
use crate::search::rank::conditions::{CodeWish, LinkWish, MatchConditions};
use crate::search::rank::embedded::{EmbeddedIndex, EmbeddedSearch, TOO_FEW};
use crate::search::rank::match_counts::MatchCounts;
use crate::search::rank::matches::{MatchRanking, weights_for};
use crate::search::rank::matching::Matcher;
use crate::search::rank::plan::{Alternative, Alternatives, PlanPart, PlanUnit};
use crate::search::rank::prefer::Preferred;
use crate::search::rank::units::{self, UnitValue};
use crate::search::rank::weights::WEIGHTS;

/// The sections of an opened index in a cluster.
pub(in crate::search) struct ClusterReader {
    pub sections: ClusterSections,
    /// Their numbers in the opened index.
    numbers: SectionNumbers,
}

impl ClusterReader {
    /// The sections of `opened` in the cluster. O(sections).
    pub fn new(sections: ClusterSections, opened: &OpenedIndex) -> ClusterReader {
        ClusterReader { sections, numbers: SectionNumbers::of(opened) }
    }
}

/// Candidates from a cluster. `local` knows the words, sources and columns of the same generation.
pub(in crate::search) struct ClusterEngine<'a> {
    pub local: &'a EmbeddedIndex,
    pub reader: &'a ClusterReader,
}

impl CandidateEngine for ClusterEngine<'_> {
    fn candidates(&self, query: &CandidateQuery) -> Result<Candidates, SearchError> {
        let local = EmbeddedSearch { index: self.local, query };
        if query.plan.units.is_empty() && query.excluded.is_none() {
            // Every section that passes the filters, by its prior: the local columns know that.
            return local.rank();
        }
        let allowed = local.allowed()?;
        let [typed, given] = query.filters;
        let evaluator = local.filters();
        let mut clauses = self.reader.sections.valid();
        clauses.extend(filters::clauses(&evaluator, typed));
        clauses.extend(filters::clauses(&evaluator, given));
        if !query.with_copies {
            clauses.push(json!({"term": {field::FOLDED: false}}));
        }
        let search = ClusterSearch::new(self, query, clauses)?;
        let candidates = search.run(allowed.as_ref())?;
        Ok(Candidates { allowed, ..candidates })
    }
}

/// A search in progress.
struct ClusterSearch<'a> {
    engine: &'a ClusterEngine<'a>,
    query: &'a CandidateQuery<'a>,
    filters: Vec<Value>,
    values: Vec<UnitValue>,
    preferred: Option<Preferred>,
}

impl<'a> ClusterSearch<'a> {
    fn new(
        engine: &'a ClusterEngine<'a>,
        query: &'a CandidateQuery<'a>,
        filters: Vec<Value>,
    ) -> Result<ClusterSearch<'a>, SearchError> {
        let (opened, plan) = (&engine.local.opened, query.plan);
        let values = counting::values(engine.local, &plan.units, query.budget)?;
        let mut preferred = Preferred::of(plan, opened);
        if let Some(preferred) = &mut preferred {
            preferred.weigh(plan, &values, opened, &WEIGHTS);
        }
        Ok(ClusterSearch { engine, query, filters, values, preferred })
    }

    /// The candidates. If fewer than [`TOO_FEW`] sections contain most of the query, sections that contain less of it are
    /// also candidates.
    fn run(&self, allowed: Option<&SectionSet>) -> Result<Candidates, SearchError> {
        if allowed.is_some_and(SectionSet::is_empty) {
            return Ok(Candidates {
                total_is_exact: true,
                counts: Some(MatchCounts::default()),
                ..Candidates::default()
            });
        }
        let (by_words, strict) = self.find(false)?;
        if by_words >= TOO_FEW || self.query.plan.units.len() < 2 {
            return Ok(strict);
        }
        let (_, relaxed) = self.find(true)?;
        Ok(if relaxed.total > strict.total { relaxed } else { strict })
    }

    /// The number of sections that contain enough of the query, and the candidates.
    fn find(&self, is_relaxed: bool) -> Result<(usize, Candidates), SearchError> {
        let CandidateQuery { plan, budget, .. } = *self.query;
        let weights = weights_for(plan);
        let opened = &self.engine.local.opened;
        let matcher =
            Matcher::new(&plan.units, &self.values, self.preferred.as_ref(), weights, is_relaxed);
        let conditions = self.conditions();
        let request = ClusterQuery {
            plan,
            values: &self.values,
            weights,
            conditions: &conditions,
            filters: &self.filters,
            excluded: self.query.excluded.map(|excluded| contains(excluded)),
            preferred: self.preferred.as_ref(),
            names: &opened.values,
        };
        budget.spend(1)?;
        let answers = self.engine.reader.sections.search_all(&request.bodies(&matcher))?;
        let [first, more] = <[SearchAnswer; 2]>::try_from(answers)
            .map_err(|_| SearchError::decode("the cluster did not answer every search"))?;
        let counted = |count: &Option<Counted>| count.as_ref().map_or(0, |count| count.doc_count);
        let (total, counts) = (first.hits.total.value, &first.aggregations);
        let by_words = counts.by_words.as_ref().map_or(total, |count| count.doc_count);
        let match_counts =
            MatchCounts { strong: counted(&counts.strong), mentions: counted(&counts.mentions) };
        let candidates = Candidates {
            total,
            total_is_exact: first.hits.total.is_exact(),
            counts: (!plan.units.is_empty()).then_some(match_counts),
            is_relaxed,
            ..self.ranked(first.hits, &more.hits, is_relaxed)?
        };
        Ok((by_words, candidates))
    }

    /// The candidates in their final order, with the texts that came with them: `first` as the embedded engine ranks
    /// them, then the rest of `more` in the cluster's order.
    fn ranked(
        &self,
        first: Hits,
        more: &Hits,
        is_relaxed: bool,
    ) -> Result<Candidates, SearchError> {
        let numbers = &self.engine.reader.numbers;
        let known: HashSet<i64> = first.hits.iter().filter_map(|hit| Some(hit.sort?.1)).collect();
        let (mut candidates, known) = match self.query.plan.units.is_empty() {
            true => (Candidates::default(), HashSet::new()),
            false => (self.rank_first(first, is_relaxed)?, known),
        };
        let rest = more.hits.iter().filter_map(|hit| {
            let (score, id) = hit.sort.filter(|(_, id)| !known.contains(id))?;
            Some(Ranked::matching(numbers.get(id)?, score))
        });
        let mut rest: Vec<Ranked> = rest.collect();
        // Equal scores come in the order of the sections, as in the embedded engine.
        rest.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.section.cmp(&b.section)));
        let least = candidates.best.last().map_or(f32::MAX, |last| last.score);
        let rest = rest.into_iter();
        candidates.best.extend(rest.map(|r| Ranked { score: r.score.min(least), ..r }));
        Ok(candidates)
    }

    /// Ranks the candidates `first` in an index in memory.
    fn rank_first(&self, first: Hits, is_relaxed: bool) -> Result<Candidates, SearchError> {
        let CandidateQuery { plan, budget, .. } = *self.query;
        let EmbeddedIndex { opened: local, levels, .. } = self.engine.local;
        let mut wanted = WantedTerms::default();
        plan.units.iter().for_each(|unit| wanted.add_unit(unit));
        let WantedTerms { terms, has_phrases } = wanted;
        let mut reader = PayloadReader::new(terms, has_phrases, local.fields)?;
        let mut found = Vec::with_capacity(first.hits.len());
        let mut texts = HashMap::default();
        for mut hit in first.hits {
            let (Some((_, id)), Some(payload)) = (hit.sort, hit.fields.payload.pop()) else {
                continue;
            };
            let Some(section) = self.engine.reader.numbers.get(id) else { continue };
            budget.spend(payload.len())?;
            let exact = hit.fields.exact.pop();
            found.push((section, reader.document(&payload, exact.as_deref())?));
            texts.extend(hit.fields.texts.pop().map(|kept| (section, kept)));
        }
        // Equal scores come in the order of the sections, as in the embedded engine.
        found.sort_unstable_by_key(|(section, _)| *section);
        let (sections, documents): (Vec<u32>, Vec<_>) = found.into_iter().unzip();
        let began = Instant::now();
        let opened = memory::open(documents, local.all_sections)?;
        let segments = units::open(&plan.units, &[], &opened, (levels, &WEIGHTS), budget)?;
        let values = units::in_part(&self.values, &segments, &WEIGHTS);
        let preferred = self.preferred.as_ref().map(|p| p.renumbered(local, &opened));
        let ranking = MatchRanking {
            opened: &opened,
            plan,
            values: &values,
            preferred: preferred.as_ref(),
            conditions: &self.conditions(),
            budget,
        };
        let (_, mut candidates) = ranking.rank(segments, is_relaxed)?;
        for ranked in &mut candidates.best {
            ranked.section = sections.get(ranked.section as usize).copied().unwrap_or_default();
        }
        tracing::debug!(us = began.elapsed().as_micros(), "ranked the candidates");
        Ok(Candidates { texts, ..candidates })
    }

    /// The conditions for the candidates that the cluster returned, which pass the filters.
    fn conditions(&self) -> MatchConditions<'static> {
        MatchConditions {
            allowed: None,
            with_copies: true,
            links: LinkWish::of(self.query.plan),
            code: CodeWish::of(self.query.plan, self.query.filters),
        }
    }
}

/// What ranking looks up in the candidates.
#[derive(Default)]
struct WantedTerms<'p> {
    /// The terms, and the slugs of topics.
    terms: HashSet<&'p str>,
    has_phrases: bool,
}

impl<'p> WantedTerms<'p> {
    fn add_unit(&mut self, unit: &'p PlanUnit) {
        self.terms.extend(unit.stem.as_deref());
        self.add(&unit.parts);
    }

    fn add(&mut self, parts: &'p Alternatives) {
        for Alternative { part, .. } in parts {
            match part {
                PlanPart::Stem(term) | PlanPart::Topic(term) => {
                    self.terms.insert(term);
                }
                PlanPart::Phrase(stems) => {
                    self.has_phrases = true;
                    self.terms.extend(stems.iter().map(String::as_str));
                }
                PlanPart::Exact { parts, words } => {
                    self.terms.extend(words.iter().map(String::as_str));
                    self.add(parts);
                }
                PlanPart::All(elements) => elements.iter().for_each(|parts| self.add(parts)),
            }
        }
    }
}
