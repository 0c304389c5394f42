//! The parts of a plan as clauses of OpenSearch's query language.
//!
//! A filter says whether a section contains a part. A score approximates what the final ranking gives the section for a
//! unit: it is exact for a unit with one alternative.

use serde_json::{Value, json};

use crate::search::index::levels::{BODY, FIELD_WEIGHTS, HEADING, POSITIONED, TRAIL};
use crate::search::opensearch::mapping::field;
use crate::search::opensearch::sections::feature;
use crate::search::rank::plan::{Alternative, Alternatives, PlanPart, PlanUnit};
use crate::search::rank::units::UnitValue;
use crate::search::rank::weights::Weights;

/// How much the alternatives after the best one of a unit count. Their frequencies saturate together, so together they
/// count less than alone.
const FURTHER: f32 = 0.5;

/// The text fields with positions.
const TEXTS: [&str; POSITIONED] = [field::HEADING, field::TRAIL, field::BODY];

/// A section that fulfils one of `clauses`; nothing fulfils none of them.
pub(in crate::search) fn any(mut clauses: Vec<Value>) -> Value {
    match clauses.len() {
        1 => clauses.swap_remove(0),
        _ => json!({"bool": {"should": clauses, "minimum_should_match": 1}}),
    }
}

/// A section that fulfils all of `clauses`.
pub(in crate::search) fn all(clauses: Vec<Value>) -> Value {
    json!({"bool": {"filter": clauses}})
}

/// A section that contains one of `alternatives`.
pub(in crate::search) fn contains(alternatives: &[Alternative]) -> Value {
    any(alternatives.iter().map(|alternative| part(&alternative.part)).collect())
}

fn part(part: &PlanPart) -> Value {
    match part {
        PlanPart::Stem(stem) => stem_feature(stem, 1.0, 1.0),
        PlanPart::Topic(slug) => term(field::TOPIC, slug),
        PlanPart::Phrase(stems) => any(TEXTS.map(|text| phrase(text, stems)).into()),
        PlanPart::Exact { parts, words } => {
            let words = words.iter().map(|word| term(field::WORDS, word));
            all(std::iter::once(contains(parts)).chain(words).collect())
        }
        PlanPart::All(elements) => all(elements.iter().map(|parts| contains(parts)).collect()),
    }
}

/// A section whose own heading contains one of `alternatives`, or that is about a topic that they certainly name;
/// `None` if no section can.
pub(in crate::search) fn is_strong(
    alternatives: &Alternatives,
    weights: &Weights,
) -> Option<Value> {
    let clause = |alternative: &Alternative| match &alternative.part {
        PlanPart::Stem(stem) => Some(term(field::HEADING, stem)),
        PlanPart::Phrase(stems) => Some(phrase(field::HEADING, stems)),
        PlanPart::Topic(slug) if alternative.weight >= weights.topic => {
            Some(term(field::ABOUT, slug))
        }
        _ => None,
    };
    let clauses: Vec<Value> = alternatives.iter().filter_map(clause).collect();
    (!clauses.is_empty()).then(|| any(clauses))
}

/// The score of `unit`, whose value is `value`.
pub(in crate::search) fn score(unit: &PlanUnit, value: &UnitValue, weights: &Weights) -> Value {
    let mut clauses = Vec::new();
    for Alternative { part: own, weight } in &unit.parts {
        let constant = |filter: Value, frequency: f32| {
            let boost = value.idf * weights.saturated(weight * frequency);
            json!({"constant_score": {"filter": filter, "boost": boost}})
        };
        match own {
            PlanPart::Stem(stem) => {
                let boost = value.idf * (weights.saturation + 1.0);
                clauses.push(stem_feature(stem, boost, weights.saturation / weight));
            }
            PlanPart::Topic(slug) => {
                clauses.push(constant(term(field::TOPIC, slug), weights.mentioned));
                let about = weights.mentioned + weights.about;
                clauses.push(constant(term(field::ABOUT, slug), about));
            }
            PlanPart::Phrase(stems) => {
                for (text, at) in TEXTS.into_iter().zip([HEADING, TRAIL, BODY]) {
                    clauses.push(constant(phrase(text, stems), FIELD_WEIGHTS[at].typical()));
                }
            }
            PlanPart::Exact { .. } | PlanPart::All(_) => {
                clauses.push(constant(part(own), FIELD_WEIGHTS[BODY].typical()));
            }
        }
    }
    match clauses.len() {
        1 => clauses.swap_remove(0),
        _ => json!({"dis_max": {"queries": clauses, "tie_breaker": FURTHER}}),
    }
}

/// A section with `stem`. Its score is `boost` · f / (`pivot` + f) for the frequency f.
fn stem_feature(stem: &str, boost: f32, pivot: f32) -> Value {
    let name = format!("{}.{}", field::STEMS, feature(stem));
    json!({"rank_feature": {"field": name, "boost": boost, "saturation": {"pivot": pivot}}})
}

/// A section with `value` in the keyword `name`.
pub(in crate::search) fn term(name: &str, value: &str) -> Value {
    json!({"term": {name: {"value": value}}})
}

/// A section with `stems` in sequence in the text `name`.
fn phrase(name: &str, stems: &[String]) -> Value {
    json!({"match_phrase": {name: {"query": stems.join(" ")}}})
}

/// A section whose clauses have together at least the value `least`; the values are small enough to be exact.
pub(in crate::search) fn worth(clauses: Vec<(Value, u32)>, least: u32) -> Value {
    let clause = |(filter, value): (Value, u32)| json!({"constant_score": {"filter": filter, "boost": value}});
    let clauses: Vec<Value> = clauses.into_iter().map(clause).collect();
    json!({"function_score": {
        "query": {"bool": {"should": clauses, "minimum_should_match": 1}},
        "boost_mode": "multiply",
        "min_score": f64::from(least) - 0.5,
    }})
}
