//! The search request for a plan: which sections match, in which order they come, and what is counted beside them.

use serde_json::{Value, json};

use crate::search::index::facets::FacetValues;
use crate::search::index::schema::LISTING;
use crate::search::opensearch::clauses::{all, any, contains, is_strong, score, term, worth};
use crate::search::opensearch::mapping::{RANKED, field};
use crate::search::rank::bits::{UnitBits, each_unit};
use crate::search::rank::candidates::BEST;
use crate::search::rank::conditions::{CodeWish, LinkWish, MatchConditions};
use crate::search::rank::matching::Matcher;
use crate::search::rank::plan::{Alternatives, Plan, PlanPart, PlanUnit};
use crate::search::rank::prefer::Preferred;
use crate::search::rank::shares::QueryShares;
use crate::search::rank::strong::least_share;
use crate::search::rank::units::UnitValue;
use crate::search::rank::walk::COUNTED;
use crate::search::rank::weights::{WEIGHTS, Weights};

/// A plan with what is known of its units.
pub(in crate::search) struct ClusterQuery<'a> {
    pub plan: &'a Plan<'a>,
    pub values: &'a [UnitValue],
    pub weights: &'a Weights,
    pub conditions: &'a MatchConditions<'a>,
    /// What a section must fulfil apart from its words: the generation and the filters.
    pub filters: &'a [Value],
    /// What a section must not contain.
    pub excluded: Option<Value>,
    /// The sources that the query prefers, by their numbers.
    pub preferred: Option<&'a Preferred>,
    /// The names of sources by their numbers.
    pub names: &'a FacetValues,
}

impl ClusterQuery<'_> {
    /// The bodies of the search requests for the sections that `matcher` admits: first for the best of them with their
    /// payloads, and for what is counted; then for the order of more of them.
    pub fn bodies(&self, matcher: &Matcher) -> [Value; 2] {
        let body = |size: usize| {
            json!({
                "size": size,
                "_source": false,
                // Without this, OpenSearch reads the stored fields of each hit, which takes most of the time.
                "stored_fields": "_none_",
                "sort": [{"_score": "desc"}, {field::ID: "asc"}],
                "query": self.scored(matcher),
            })
        };
        let (mut first, mut more) = (body(RANKED), body(BEST));
        first["track_total_hits"] = json!(COUNTED);
        first["docvalue_fields"] = match self.plan.units.iter().any(|unit| has_exact(&unit.parts)) {
            true => json!([field::PAYLOAD, field::TEXTS, field::EXACT]),
            false => json!([field::PAYLOAD, field::TEXTS]),
        };
        if !self.plan.units.is_empty() {
            first["aggs"] = Value::Object(self.counts(matcher).into_iter().collect());
        }
        more["track_total_hits"] = json!(false);
        [first, more]
    }

    /// The matches with their scores.
    fn scored(&self, matcher: &Matcher) -> Value {
        let mut filters = self.filters.to_vec();
        filters.extend(self.matches(matcher));
        let main = matcher.shares.main();
        let of_unit = |unit: usize| score(&self.plan.units[unit], &self.values[unit], self.weights);
        let mut scores: Vec<Value> = each_unit(main).map(of_unit).collect();
        if let Some(preferred) = self.preferred {
            scores.extend(preferred.scores().filter_map(|(number, score)| {
                let filter = term(field::SOURCE, self.names.source_name(number)?);
                Some(json!({"constant_score": {"filter": filter, "boost": score}}))
            }));
        }
        if scores.is_empty() {
            scores.push(json!({"match_all": {}}));
        }
        let excluded: Vec<&Value> = self.excluded.iter().collect();
        json!({"function_score": {
            "query": {"bool": {"filter": filters, "must_not": excluded, "should": scores}},
            "functions": self.factors(),
            "score_mode": "multiply",
            "boost_mode": "multiply",
        }})
    }

    /// The factors of [`MatchConditions::static_factor`].
    fn factors(&self) -> Vec<Value> {
        let mut factors = vec![json!({"field_value_factor": {
            "field": field::PRIOR, "factor": 0.01, "missing": 100,
        }})];
        let mut add = |value: &str, weight: f32| {
            factors.push(json!({"filter": term(field::HAS, value), "weight": weight}));
        };
        let MatchConditions { links, code, .. } = *self.conditions;
        match links {
            LinkWish::Wanted => add("links", 1.0 + WEIGHTS.links),
            LinkWish::Unwanted => add("links", WEIGHTS.unwanted_links),
            LinkWish::Any => {}
        }
        match code {
            CodeWish::No if links == LinkWish::Unwanted => add(LISTING, WEIGHTS.unwanted_listing),
            CodeWish::No => add(LISTING, WEIGHTS.listing),
            CodeWish::Yes => add(LISTING, WEIGHTS.wanted_listing),
            CodeWish::Maybe => {}
        }
        factors
    }

    /// The clauses that a section must fulfil for `matcher` to admit it.
    fn matches(&self, matcher: &Matcher) -> Vec<Value> {
        if self.plan.units.is_empty() {
            return Vec::new();
        }
        let mut ways = vec![self.by_words(matcher)];
        if let (Some(rest), Some(preferred)) = (&matcher.remainder, self.preferred) {
            ways.push(match rest.is_empty {
                true => {
                    let name = |number| self.names.source_name(number);
                    let ids: Vec<&str> = preferred.sources().filter_map(name).collect();
                    json!({"terms": {field::SOURCE: ids}})
                }
                false => self.enough(&rest.shares, matcher.least),
            });
        }
        let required = each_unit(matcher.required);
        let required = required.map(|unit| contains(&self.plan.units[unit].parts));
        required.chain([any(ways)]).collect()
    }

    /// A section that contains enough of the query.
    fn by_words(&self, matcher: &Matcher) -> Value {
        self.enough(&matcher.shares, matcher.least)
    }

    /// A section that contains at least the share `least` of the units with these `shares`, and at least one of them.
    fn enough(&self, shares: &QueryShares, least: f32) -> Value {
        let least = shares.least_value(least).max(1);
        self.worth(shares, least, |unit| Some(contains(&unit.parts)))
    }

    /// A section whose units, by `clause`, have at least the value `least`.
    fn worth(
        &self,
        shares: &QueryShares,
        least: u32,
        clause: impl Fn(&PlanUnit) -> Option<Value>,
    ) -> Value {
        let units = self.plan.units.iter().zip(shares.values()).filter(|(_, value)| **value > 0);
        let mut clauses: Vec<(Value, u32)> =
            units.filter_map(|(unit, value)| Some((clause(unit)?, *value))).collect();
        let smallest = clauses.iter().map(|(_, value)| *value).min().unwrap_or(0);
        let sum: u32 = clauses.iter().map(|(_, value)| *value).sum();
        if smallest >= least {
            return any(clauses.into_iter().map(|(clause, _)| clause).collect());
        }
        if sum - smallest < least && sum >= least {
            return all(clauses.into_iter().map(|(clause, _)| clause).collect());
        }
        clauses.sort_by_key(|(_, value)| std::cmp::Reverse(*value));
        worth(clauses, least)
    }

    /// What is counted beside the hits: strong matches, further ones with all words, and those that match by words.
    fn counts(&self, matcher: &Matcher) -> Vec<(String, Value)> {
        let shares = &matcher.shares;
        let least = shares.least_value(least_share(shares)).max(1);
        let strong = || self.worth(shares, least, |unit| is_strong(&unit.parts, self.weights));
        let main: UnitBits = shares.main();
        let whole: Vec<Value> =
            each_unit(main).map(|unit| contains(&self.plan.units[unit].parts)).collect();
        let mentions = json!({"bool": {"filter": whole, "must_not": [strong()]}});
        let mut counts = vec![
            ("strong".to_owned(), json!({"filter": strong()})),
            ("mentions".to_owned(), json!({"filter": mentions})),
        ];
        if self.preferred.is_some() {
            let by_words = json!({"filter": self.by_words(matcher)});
            counts.push(("by_words".to_owned(), by_words));
        }
        counts
    }
}

/// Whether one of `parts` asks for exact words.
fn has_exact(parts: &Alternatives) -> bool {
    parts.iter().any(|alternative| match &alternative.part {
        PlanPart::Exact { .. } => true,
        PlanPart::All(elements) => elements.iter().any(has_exact),
        PlanPart::Stem(_) | PlanPart::Phrase(_) | PlanPart::Topic(_) => false,
    })
}
